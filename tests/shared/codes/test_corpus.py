"""The corpus: every code is read right, or refused by the number that says why. Never anything in between."""

import sys
from collections import Counter

import msgspec
import pytest

from driver_app.hardware.ports import CodeSource, RawCode
from shared.codes.match import Match
from shared.codes.parse import describe, parse
from shared.errors import Kind, Refused
from tests.shared.codes.corpus import YEAR, Case, cases
from tests.vectors import vector

LEAST = 400


def outcome(case: Case) -> dict[str, object] | int:
    """What became of a case: the fields it was read to, or the number it was refused with."""
    try:
        found = case.read()
    except Refused as refusal:
        return refusal.problem.number
    if isinstance(found, Match):
        return {"line_id": found.line_id, "quantity": found.quantity}
    assert not isinstance(found, RawCode)
    return describe(found)


def is_right(case: Case) -> bool:
    found = outcome(case)
    if isinstance(case.expected, Kind):
        return found == case.expected.number
    return isinstance(found, dict) and {name: found.get(name) for name in case.expected} == case.expected


def test_every_code_of_the_corpus_is_right_or_refused_by_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = list(cases())
    wrong = [(case.kind, case.name, case.expected, outcome(case)) for case in corpus if not is_right(case)]
    assert wrong == []
    assert len(corpus) >= LEAST
    counts = Counter(case.kind for case in corpus)
    read = sum(not isinstance(case.expected, Kind) for case in corpus)
    with capsys.disabled():
        sys.stdout.write(f"\ncorpus of codes: {len(corpus)}, of them {read} read and {len(corpus) - read} refused\n")
        for kind, count in sorted(counts.items()):
            sys.stdout.write(f"  {count:4} {kind}\n")


GS1_FIGURE = {
    "kind": "pack",
    "gtin": "09504000059101",
    "serial": "12345678p901",
    "lot": "1234567p",
    "expiry": "2014-11-20",
}
READABLE = dict.fromkeys(("datamatrix-1/gs1-figure-4.15.1-2-32x32", "qrcode-2/gs1-figure-4.15.1-2"), GS1_FIGURE)
"""Of the published pictures only the figure of the General Specifications is a medicine's code."""


def told(name: str) -> str:
    """The symbology identifier that is published with a picture, or nothing."""
    path = vector("barcodes") / f"{name}.result.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return next((line.partition("=")[2] for line in lines if line.startswith("symbologyIdentifier=")), "")


def test_of_the_published_pictures_texts_the_medicine_is_read_and_all_else_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused: Counter[int] = Counter()
    read = []
    for path in sorted(vector("barcodes").rglob("*.txt")):
        name = path.relative_to(vector("barcodes")).with_suffix("").as_posix()
        if name.endswith(".result"):
            continue
        raw = RawCode(path.read_text("utf-8"), told(name) or None, CodeSource.CAMERA)
        try:
            code = parse((raw.symbology or "") + raw.text, year=YEAR)
        except Refused as refusal:
            refused[refusal.problem.number] += 1
            assert name not in READABLE
        else:
            described = msgspec.to_builtins(describe(code))
            assert {key: described[key] for key in READABLE[name]} == READABLE[name]
            read.append(name)
    assert sorted(read) == sorted(READABLE)
    with capsys.disabled():
        sys.stdout.write(
            f"\npublished texts: {len(read)} read, {refused.total()} refused: {dict(sorted(refused.items()))}\n"
        )
