"""GS1 keys in one spelling: EPC URNs and Digital Links of any host as canonical Digital Link URIs.

Source: GS1 CBV 2.0 §8.9 (what an event hash is taken over), GS1 EPC Tag Data Standard (the URN forms), GS1 Digital Link
URI Syntax. Only the finest level of identification is kept (a serial number makes the lot superfluous), and neither
consumer product variants nor query strings take part.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from shared.codes.checkdigit import check_digit

CANONICAL = "https://id.gs1.org"
SHORT_NAMES = {
    "gtin": "01",
    "itip": "8006",
    "cpid": "8010",
    "gln": "414",
    "party": "417",
    "gsrnp": "8017",
    "gsrn": "8018",
    "gcn": "255",
    "sscc": "00",
    "gdti": "253",
    "ginc": "401",
    "gsin": "402",
    "grai": "8003",
    "giai": "8004",
}
"""Words that a Digital Link may use for its key, and the application identifier each stands for."""
QUALIFIER_NAMES = {"cpv": "22", "lot": "10", "ser": "21"}
_VALUE = r"[\"'\-.0-9;<=>?A-Z_a-z]"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"00/\d{18}",
        r"01/\d{14}",
        rf"01/\d{{14}}/(?:10|21){'/'}{_VALUE}{{0,20}}",
        rf"01/\d{{14}}/235/{_VALUE}{{0,28}}",
        rf"253/\d{{13}}{_VALUE}{{0,17}}",
        r"255/\d{13,25}",
        rf"401/{_VALUE}{{0,30}}",
        r"402/\d{17}",
        r"414/\d{13}",
        rf"414/\d{{13}}/254/{_VALUE}{{0,20}}",
        r"417/\d{13}",
        rf"8003/\d{{14}}{_VALUE}{{0,16}}",
        rf"8004/{_VALUE}{{0,30}}",
        r"8006/\d{18}",
        rf"8006/\d{{18}}/(?:10|21)/{_VALUE}{{0,20}}",
        r"8010/[#\-/0-9A-Z]{0,30}(?:/8011/\d{0,12})?",
        r"801[78]/\d{18}",
    )
)
"""What a canonical Digital Link may look like behind its host; anything else is not a GS1 key and stays as it was."""
_UNSAFE = str.maketrans({c: f"%{ord(c):02X}" for c in "!()*+,:"})


def canonical_uri(text: str) -> str | None:
    """The canonical Digital Link of a URI that carries a GS1 key, or ``None`` where it carries none.

    >>> canonical_uri("urn:epc:id:sscc:4012345.0000000333")
    'https://id.gs1.org/00/040123450000003338'
    >>> canonical_uri("https://example.com/some/01/06901234567892/10/B1/21/S7?17=271231")
    'https://id.gs1.org/01/06901234567892/21/S7'
    >>> canonical_uri("https://example.com/about") is None
    True
    """
    if text.startswith("urn:epc:"):
        return _from_urn(text)
    if text.startswith(("http://", "https://")):
        return _from_link(text)
    return None


def _from_link(text: str) -> str | None:
    segments = urlsplit(text).path.strip("/").split("/")
    for position, name in enumerate(segments[:-1]):
        key = SHORT_NAMES.get(name, name)
        if key in SHORT_NAMES.values() and re.match(r"\d{4}.", segments[position + 1]):
            return _link(key, segments[position + 1], segments[position + 2 :])
    return None


def _link(key: str, value: str, rest: Sequence[str]) -> str | None:
    if key == "01" and re.fullmatch(r"\d{8}|\d{12}|\d{13}", value):
        value = value.zfill(14)
    names = [QUALIFIER_NAMES.get(name, name) for name in rest[::2]]
    qualifiers = {name: text for name, text in zip(names, rest[1::2], strict=False) if name != "22"}
    if "21" in qualifiers:
        qualifiers.pop("10", None)
    path = "/".join([key, value, *(part for pair in qualifiers.items() for part in pair)])
    return f"{CANONICAL}/{path}" if any(form.fullmatch(path) for form in _FORMS) else None


def _with_check(digits: str) -> str:
    return digits + check_digit(digits)


def _gtin(prefix: str, item: str) -> str:
    return _with_check(item[0] + prefix + item[1:])


def _sgln(prefix: str, location: str, extension: str) -> str:
    gln = f"414/{_with_check(prefix + location)}"
    return gln if extension == "0" else f"{gln}/254/{extension}"


_Build = Callable[..., str]
_URNS: dict[str, tuple[int, int, _Build]] = {
    # scheme: parts, digits in the first two parts together (0: not all digits), and how the parts make a path
    "id:sgtin": (3, 13, lambda p, i, s: f"01/{_gtin(p, i)}/21/{s}"),
    "id:sscc": (2, 17, lambda p, s: f"00/{_with_check(s[0] + p + s[1:])}"),
    "id:sgln": (3, 12, _sgln),
    "id:grai": (3, 12, lambda p, a, s: f"8003/{_with_check('0' + p + a)}{s}"),
    "id:giai": (2, 0, lambda p, a: f"8004/{p}{a}"),
    "id:gsrn": (2, 17, lambda p, s: f"8018/{_with_check(p + s)}"),
    "id:gsrnp": (2, 17, lambda p, s: f"8017/{_with_check(p + s)}"),
    "id:gdti": (3, 12, lambda p, d, s: f"253/{_with_check(p + d)}{s}"),
    "id:cpi": (3, 0, lambda p, c, s: f"8010/{p}{c}/8011/{s}"),
    "id:sgcn": (3, 12, lambda p, c, s: f"255/{_with_check(p + c)}{s}"),
    "id:ginc": (2, 0, lambda p, c: f"401/{p}{c}"),
    "id:gsin": (2, 16, lambda p, s: f"402/{_with_check(p + s)}"),
    "id:itip": (5, 13, lambda p, i, n, of, s: f"8006/{_gtin(p, i)}{n}{of}/21/{s}"),
    "id:upui": (3, 13, lambda p, i, s: f"01/{_gtin(p, i)}/235/{s}"),
    "id:pgln": (2, 12, lambda p, g: f"417/{_with_check(p + g)}"),
    "class:lgtin": (3, 13, lambda p, i, lot: f"01/{_gtin(p, i)}/10/{lot}"),
    "idpat:sgtin": (3, 13, lambda p, i, _: f"01/{_gtin(p, i)}"),
    "idpat:grai": (3, 12, lambda p, a, _: f"8003/{_with_check('0' + p + a)}"),
    "idpat:gdti": (3, 12, lambda p, d, _: f"253/{_with_check(p + d)}"),
    "idpat:sgcn": (3, 12, lambda p, c, _: f"255/{_with_check(p + c)}"),
    "idpat:cpi": (3, 0, lambda p, c, _: f"8010/{p}{c}"),
    "idpat:itip": (5, 13, lambda p, i, n, of, _: f"8006/{_gtin(p, i)}{n}{of}"),
    "idpat:upui": (3, 13, lambda p, i, _: f"01/{_gtin(p, i)}"),
}


def _from_urn(text: str) -> str | None:
    scheme, _, body = text.removeprefix("urn:epc:").rpartition(":")
    form = _URNS.get(scheme)
    if form is None:
        return None
    count, digits, build = form
    # a dot may stand in the last part, which is the maker's own
    parts = body.split(".", count - 1)
    if len(parts) != count or not parts[0].isdigit() or not 6 <= len(parts[0]) <= 12:
        return None
    if digits and not ((parts[0] + parts[1]).isdigit() and len(parts[0] + parts[1]) == digits):
        return None
    if scheme.startswith("idpat:") and parts[-1] != "*":
        return None
    return f"{CANONICAL}/{build(*(part.translate(_UNSAFE) for part in parts))}"
