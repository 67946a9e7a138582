"""The test vectors of the GS1 Barcode Syntax Engine and of its linters: each passes, or is skipped by a named reason.

The reasons are counted and held to the numbers below, and written to the terminal, so none is skipped in silence.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.codes import digital_link, symbology
from shared.codes.ai import Element, check_associations
from shared.codes.ai_definition import BASE64_URL, CODE_39, TEXT, Component
from shared.codes.checkdigit import DIGITS
from shared.codes.element_string import GS, build, split, split_bracketed
from shared.codes.parse import parse
from shared.codes.symbology import Symbology
from shared.errors import Refused
from tests.shared.codes.test_dictionary import LINTERS, UNCHECKED
from tests.vectors import vector

Vector = dict[str, Any]

ALPHA = "wants the engine's deprecated names in Digital Links (/gtin/), off there by default too"
SHORT_GTIN = "wants the engine's option of GTINs under 14 digits in Digital Links, off there by default too"
UNKNOWN_AI = "wants the engine's option of unknown AIs, off there by default too"
COMPOSITE = "composite symbols: two messages in one, which no medicine carries"
NO_PREFIX_LIST = "wants the list of issued company prefixes, which the linter itself reports as offline"
HARNESS = "exercises the linters' own harness, not a linter"

ENGINE_SKIPS = {ALPHA: 1, SHORT_GTIN: 5, UNKNOWN_AI: 1, COMPOSITE: 1}
LINT_SKIPS = {
    "grammar of North American coupons": 234,
    "list of countries": 851,
    "list of currencies": 504,
    "list of package types": 221,
    "registry of bank account forms": 13,
    NO_PREFIX_LIST: 2,
    HARNESS: 1,
}


def load(name: str) -> list[Vector]:
    vectors: list[Vector] = json.loads(vector(f"gs1/{name}").read_text(encoding="utf-8"))
    return vectors


def report(capsys: pytest.CaptureFixture[str], name: str, passed: int, skipped: Counter[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {passed} passed, {skipped.total()} skipped\n")
        for reason, count in skipped.most_common():
            sys.stdout.write(f"  {count:4} {reason}\n")


def accepted(attempt: Callable[[], object]) -> object | None:
    """What an attempt gives, or ``None`` where it was refused; anything but a numbered refusal is an error."""
    try:
        return attempt()
    except Refused:
        return None


def engine_form(elements: tuple[Element, ...]) -> str:
    """As the engine writes elements: FNC1 as ``^``, one in front."""
    return "^" + build(elements).replace(GS, "^")


def by_engine_raw(text: str) -> tuple[Element, ...]:
    """Element strings with ``^`` for FNC1, which has to come first: else they are no element strings."""
    if not text.startswith("^"):
        parse(text, year=2026)
        raise AssertionError("a text without a key was parsed")
    return split(text[1:].replace("^", GS))


def by_associations(text: str) -> tuple[Element, ...]:
    elements = split_bracketed(text)
    check_associations(elements)
    return elements


def by_scan(text: str) -> str:
    """What the engine makes of a scan: elements where the symbol says so, else the bare data."""
    scan = symbology.read(text)
    if scan.gs1:
        return engine_form(split(scan.data))
    if scan.symbology in symbology.TRADE_ITEM_LENGTHS:
        parse(text, year=2026)
    return scan.data


READERS: dict[str, Callable[[str], object]] = {
    "parseAIdata": lambda text: engine_form(split_bracketed(text)),
    "processAIdata": by_engine_raw,
    "validateAIs": by_associations,
    "parseDLuri": lambda text: engine_form(digital_link.split(text)),
    "processScanData": by_scan,
}


def engine_skip(v: Vector) -> str | None:
    if v["should_succeed"] and v["test"] == "parseDLuri":
        if "/gtin/" in v["input"]:
            return ALPHA
        if "/01/9520123456788" in v["input"]:
            return SHORT_GTIN
        if "89=ABC123" in v["input"]:
            return UNKNOWN_AI
    return COMPOSITE if "|]e0" in v["input"] else None


def unescaped(expect: str) -> str:
    """The engine puts a backslash before a ``^`` that is data and not FNC1."""
    return expect[1:] if expect.startswith("\\") else expect


def test_the_engine_vectors_are_agreed_with(capsys: pytest.CaptureFixture[str]) -> None:
    skipped: Counter[str] = Counter()
    wrong = []
    vectors = load("engine_vectors.json")
    for v in vectors:
        reason = engine_skip(v)
        if reason is not None:
            skipped[reason] += 1
            continue
        got = accepted(lambda v=v: READERS[v["test"]](v["input"]))  # type: ignore[misc]
        expected = unescaped(v.get("expect") or "")
        if (got is not None) != v["should_succeed"] or (got is not None and expected not in ("", got)):
            wrong.append((v, got))
    assert not wrong
    assert skipped == ENGINE_SKIPS
    report(capsys, "GS1 engine vectors", len(vectors) - skipped.total(), skipped)


CHARACTER_LINTERS = {
    "cset82": Component(TEXT, 0, 99),
    "cset39": Component(CODE_39, 0, 99),
    "cset64": Component(BASE64_URL, 0, 99),
    "csetnumeric": Component(DIGITS, 0, 99),
}


def lint(name: str, text: str) -> bool:
    if name in CHARACTER_LINTERS:
        CHARACTER_LINTERS[name].check(name, text)
    else:
        LINTERS[name](name, text)
    return True


def lint_skip(name: str) -> str | None:
    if name in ("gcppos1", "gcppos2"):
        return NO_PREFIX_LIST
    return HARNESS if name == "linter" else UNCHECKED.get(name)


def test_the_linter_vectors_are_agreed_with(capsys: pytest.CaptureFixture[str]) -> None:
    skipped: Counter[str] = Counter()
    wrong = []
    vectors = load("lint_vectors.json")
    for v in vectors:
        name = v["linter"].removeprefix("gs1_lint_")
        reason = lint_skip(name)
        if reason is not None:
            skipped[reason] += 1
        elif bool(accepted(lambda n=name, v=v: lint(n, v["input"]))) != v["ok"]:  # type: ignore[misc]
            wrong.append(v)
    assert not wrong
    assert skipped == LINT_SKIPS
    report(capsys, "GS1 linter vectors", len(vectors) - skipped.total(), skipped)


def test_the_standard_s_known_disagreement_is_settled_with_the_engine() -> None:
    """biip accepts an element string whose GTIN has a wrong check digit; the engine refuses it, and so do we."""
    for text in ("]d20106901234567891", "]d2010690123456789217261331"):
        assert accepted(lambda text=text: parse(text, year=2026)) is None  # type: ignore[misc]


def test_every_symbology_of_the_vectors_is_named() -> None:
    names = {"QR": Symbology.QR, "DM": Symbology.DATA_MATRIX, "DotCode": Symbology.DOT_CODE, "EAN8": Symbology.EAN_8}
    names |= {"DataBarExpanded": Symbology.DATABAR, "GS1_128_CCA": Symbology.CODE_128, "EAN13": Symbology.EAN_13}
    for v in load("engine_vectors.json"):
        if v["should_succeed"] and v.get("symbology"):
            assert symbology.read(v["input"]).symbology is names[v["symbology"]]
