"""The AI table against the GS1 Barcode Syntax Dictionary, row by row."""

import re
from dataclasses import dataclass, field

from shared.codes import content
from shared.codes.ai_definition import BASE64_URL, CODE_39, TEXT, Ai, Component
from shared.codes.ai_table import TABLE
from shared.codes.checkdigit import DIGITS
from tests.vectors import vector

CHARSETS = {"N": DIGITS, "X": TEXT, "Y": CODE_39, "Z": BASE64_URL}
LINTERS: dict[str, content.Check] = {
    "csum": content.check_digit,
    "csumalpha": content.check_pair,
    "gcppos1": content.company_prefix,
    "gcppos2": content.company_prefix_second,
    "hasnondigit": content.has_non_digit,
    "hh": content.hour,
    "hhmi": content.hour_minute,
    "hyphen": content.hyphen,
    "importeridx": content.importer_index,
    "iso5218": content.sex,
    "latitude": content.latitude,
    "longitude": content.longitude,
    "mediatype": content.media_type,
    "mi": content.minute,
    "nonzero": content.not_zero,
    "nozeroprefix": content.no_leading_zero,
    "pcenc": content.percent_encoded,
    "pieceoftotal": content.piece_of_total,
    "posinseqslash": content.sequence,
    # seconds run as minutes do
    "ss": content.minute,
    "winding": content.winding,
    "yesno": content.yes_no,
    "yymmd0": content.date_or_month,
    "yymmdd": content.exact_date,
    "yyyymmd0": content.long_date_or_month,
    "yyyymmdd": content.long_date,
    "zero": content.zero,
}
UNCHECKED = {
    "couponcode": "grammar of North American coupons",
    "couponposoffer": "grammar of North American coupons",
    "iban": "registry of bank account forms",
    "iso3166": "list of countries",
    "iso3166999": "list of countries",
    "iso3166alpha2": "list of countries",
    "iso4217": "list of currencies",
    "packagetype": "list of package types",
}
"""Checks that need a list or a grammar which others keep; see :mod:`shared.codes.content`."""


@dataclass
class Row:
    ais: list[str]
    flags: str
    components: list[Component]
    attributes: dict[str, list[str]] = field(default_factory=dict)


def component(text: str) -> Component:
    optional = text.startswith("[")
    kind, *linters = text.replace("[", "").replace("]", "").split(",")
    size = kind[1:]
    low, high = (1, int(size[2:])) if size.startswith("..") else (int(size), int(size))
    checks = tuple(LINTERS[name] for name in linters if name not in UNCHECKED)
    return Component(CHARSETS[kind[0]], low, high, checks, optional)


def rows() -> list[Row]:
    found = []
    for line in vector("gs1/gs1-syntax-dictionary.txt").read_text(encoding="utf-8").splitlines():
        body = line.split("#", 1)[0].split()
        if not body:
            continue
        first, _, last = body[0].partition("-")
        ais = [str(n).zfill(len(first)) for n in range(int(first), int(last or first) + 1)]
        flags = body[1] if re.fullmatch(r"[*?]+", body[1]) else ""
        row = Row(ais, flags, [])
        for word in body[2 if flags else 1 :]:
            name, equals, value = word.partition("=")
            if re.fullmatch(r"\[?[NXYZ](\.\.)?\d+\]?(,\w+)*", word):
                row.components.append(component(word))
            else:
                row.attributes.setdefault(name, []).append(value if equals else "")
        found.append(row)
    return found


def same_but_for_titles(ai: Ai, row: Row) -> None:
    assert list(ai.components) == row.components
    assert ai.predefined == ("*" in row.flags)
    assert ai.attribute == ("?" in row.flags)
    assert row.attributes.keys() <= {"req", "ex", "dlpkey"}
    assert {"+".join(group) for group in ai.requires} == set(",".join(row.attributes.get("req", [])).split(",")) - {""}
    assert len(row.attributes.get("req", [])) <= 1, "a second req would be a second condition"
    assert set(ai.excludes) == set(",".join(row.attributes.get("ex", [])).split(",")) - {""}
    key = row.attributes.get("dlpkey")
    assert ai.key == (None if key is None else tuple(tuple(filter(None, s.split(","))) for s in key[0].split("|")))


def test_every_row_says_what_the_dictionary_says() -> None:
    for row in rows():
        for code in row.ais:
            same_but_for_titles(TABLE[code], row)


def test_the_table_has_the_ais_of_the_dictionary_and_no_others() -> None:
    assert set(TABLE) == {code for row in rows() for code in row.ais}


def test_no_ai_is_the_beginning_of_another() -> None:
    assert not [(a, b) for a in TABLE for b in TABLE if a != b and b.startswith(a)]


def test_what_is_predefined_has_one_length_only() -> None:
    for ai in TABLE.values():
        assert ai.name
        assert not ai.predefined or len(ai.lengths) == 1
