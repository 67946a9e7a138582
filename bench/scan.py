"""The scan check, parse and match against a large manifest, beside a dictionary and another parser."""

import random
from datetime import date

import biip

from bench.harness import Effort, Findings, Measurement, one_by_one, prose
from shared.codes.checkdigit import check_digit
from shared.codes.element_string import GS
from shared.codes.match import Manifest, ManifestLine, Match, Scanned, judge
from shared.codes.parse import parse

LINES = 2000
TODAY = date(2026, 11, 22)
SEED = 20261122


def gtin(number: int) -> str:
    """A made-up GTIN-14 with its check digit."""
    body = f"0690{number:09d}"
    return f"{body}{check_digit(body)}"


def trace_code(number: int) -> str:
    """A made-up 药品追溯码."""
    return f"8{number % 1_000_000:06d}{number:013d}"


def lines() -> list[ManifestLine]:
    """A manifest of 2,000 lines: one half lists its trace codes, the other has products with GTINs."""
    found = []
    for number in range(LINES):
        listed = number % 2 == 0
        found.append(
            ManifestLine(
                line_id=f"L{number}",
                consignment_id=f"C{number // 4}",
                stop_id=f"S{number // 100}",
                gtin=None if listed else gtin(number),
                drug_ids=(trace_code(number)[:7],) if listed else (),
                lot=f"B{number:05d}",
                expiry=date(2028, 3, 31),
                quantity=10,
                trace_codes=(trace_code(number),) if listed else (),
            )
        )
    return found


def element_string(number: int) -> str:
    """What a scanner sends for a pack of line ``number``: GTIN, expiry, lot, serial, with its symbology identifier."""
    return f"]d201{gtin(number)}17280331" + f"10B{number:05d}{GS}21SN{number:07d}"


def run(findings: Findings, effort: Effort) -> None:
    """Scans in a random order that is the same every time."""
    manifest = Manifest(lines())
    numbers = random.Random(SEED).choices(range(LINES), k=effort.of(10_000, 50))
    scans = [trace_code(number) if number % 2 == 0 else element_string(number) for number in numbers]
    table = {text: f"L{number}" for text, number in zip(scans, numbers, strict=True)}
    scanned = Scanned()

    def check(text: str) -> Match:
        return judge(parse(text, year=TODAY.year), manifest, scanned, stop_id=None, today=TODAY)

    right = sum(check(text).line_id == table[text] for text in scans)
    findings.count("scans", len(scans))
    findings.count("scans matched to their line", right)
    whole = findings.begin(
        f"scan check against {LINES:,} lines", "µs", "less", "look-up of the raw text in a dict", tail=True
    )
    parsing = findings.begin("parse alone, GS1 element string", "µs", "less", "biip.parse", tail=True)
    for text in scans:
        whole.ours += one_by_one(check, (text,))
        whole.peer += one_by_one(table.__getitem__, (text,))
        if text.startswith("]"):
            parsing.ours += one_by_one(lambda text: parse(text, year=TODAY.year), (text,))
            parsing.peer += one_by_one(biip.parse, (text,))
    findings.count("element strings", len(parsing.ours))


MEASUREMENT = Measurement(
    "scan",
    "Scan check",
    prose("""
    How long it takes from the text that a scanner delivers to the answer which line of the route the pack belongs
    to, against a manifest of 2,000 lines (a large route has 100): symbology identifier, GS1 element string or
    药品追溯码, check digits, dates, then lot, expiry, recall, quantity and duplicates. One half of the scans are GS1
    DataMatrix, the other trace codes.
    """),
    prose("""
    For the whole check, a dict from the raw text to the line: the floor for any look-up in Python, which
    understands nothing and would miss the same pack in another symbol. For parsing, `biip.parse` (Apache-2.0) on
    the same element strings, a maintained library that does the same work.
    """),
    run,
)
