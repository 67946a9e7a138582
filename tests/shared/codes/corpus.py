"""A corpus of codes as they come in: through every scan service, keyboard wedge and camera, whole and damaged.

What a code says is written down here from the facts it was made of, before anything reads it; what is refused, with the
number of the problem. :func:`cases` is deterministic. Nothing in this module asks :func:`shared.codes.parse.parse` what it
thinks.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import cycle
from typing import Any, NamedTuple

from driver_app.hardware.ports import RawCode
from driver_app.hardware.scanners import SERVICES, Service, codes_of
from driver_app.hardware.wedge import Assembler, Wedge
from shared import problems
from shared.codes.checkdigit import check_digit
from shared.codes.match import Manifest, ManifestLine, Match, Scanned, judge
from shared.codes.own import ReceiptCode, server_key
from shared.codes.parse import Code, parse
from shared.codes.several import judge_pack
from shared.errors import Kind

YEAR = 2026
TODAY = date(2026, 11, 22)
GS = "\x1d"


def keyed(payload: str) -> str:
    """A key with its check digit."""
    return payload + check_digit(payload)


class Facts(NamedTuple):
    """What is printed on a pack. ``expiry``: YYMMDD, or empty."""

    gtin: str
    lot: str
    expiry: str
    serial: str

    def fields(self) -> dict[str, object]:
        """What the pack says, as :func:`shared.codes.parse.describe` names it."""
        day = f"20{self.expiry[:2]}-{self.expiry[2:4]}-{self.expiry[4:]}" if self.expiry else None
        return {"gtin": self.gtin, "lot": self.lot or None, "expiry": day, "serial": self.serial or None}


PACKS: tuple[Facts, ...] = (
    Facts(keyed("0690123456789"), "B240901", "271231", "S9012"),
    Facts(keyed("0690123456789"), "B24", "280630", "7"),
    Facts(keyed("0691234567890"), "20240901A", "270131", ""),
    Facts(keyed("0893456789012"), "Z-1/2", "261130", "AB%12&9"),
    Facts(keyed("1690123456789"), "10", "290228", "21"),
    Facts(keyed("0950400005910"), "17", "271231", "10"),
    Facts(keyed("0034567890123"), "01", "", "8005"),
    Facts(keyed("0400638133393"), "aBc", "301231", "x" * 20),
    Facts(keyed("0690000000001"), "L" * 20, "270228", "0001"),
    Facts(keyed("0500159421520"), "91X", "280229", "99Y"),
    Facts(keyed("0690123400000"), "2109", "310101", ""),
    Facts(keyed("0690987654321"), "(1)", "271130", "?!"),
)
TRACES = tuple(f"8{n * 7919 % 10**6:06d}{n * 104729 % 10**13:013d}" for n in range(1, 13))
SSCCS = tuple(keyed(f"{n % 10}{n * 61803398874989 % 10**16:016d}") for n in range(1, 13))
GLNS = tuple(keyed(f"69{n * 31415926 % 10**10:010d}") for n in range(1, 5))

Reader = Callable[[], Code | Match | RawCode]


class Case(NamedTuple):
    """One code on its way in. ``expected``: the fields it must have, or the problem it must be refused with."""

    kind: str
    name: str
    read: Reader
    expected: dict[str, object] | Kind


def element_string(facts: Facts, order: str = "gels") -> str:
    """A pack as symbol data: g GTIN, e expiry, l lot, s serial, in this order, FNC1 after what varies in length."""
    parts = {"g": "01" + facts.gtin, "e": facts.expiry and "17" + facts.expiry}
    parts |= {"l": facts.lot and "10" + facts.lot, "s": facts.serial and "21" + facts.serial}
    text, open_end = "", False
    for which in order:
        if parts[which]:
            text += (GS if open_end else "") + parts[which]
            open_end = which in "ls"
    return text


def link(facts: Facts, host: str = "https://id.gs1.org") -> str:
    """A pack as a GS1 Digital Link."""
    from urllib.parse import quote

    path = f"{host}/01/{facts.gtin}"
    path += f"/10/{quote(facts.lot, safe='')}" if facts.lot else ""
    path += f"/21/{quote(facts.serial, safe='')}" if facts.serial else ""
    return path + (f"?17={facts.expiry}" if facts.expiry else "")


def bracketed(facts: Facts) -> str:
    """A pack as people write it."""
    text = f"(01){facts.gtin}" + (f"(17){facts.expiry}" if facts.expiry else "")
    for ai, value in (("10", facts.lot), ("21", facts.serial)):
        text += f"({ai})" + value.replace("(", "\\(") if value else ""
    return text


# ways in -----------------------------------------------------------------------------------------------------------------


def plain(text: str) -> Reader:
    """As a camera or a typing person delivers it."""
    return lambda: parse(text, year=YEAR)


def broadcast(service: Service, text: str, **extra: Any) -> Reader:
    """Through a scan service's intent; bytes where the service sends them."""

    def read() -> Code:
        raw = text.encode("iso-8859-1")
        extras: dict[str, Any] = dict.fromkeys(service.data, raw) | dict.fromkeys(service.texts[:1], text)
        if service.chunks:
            extras[service.chunks] = (raw,)
        (code,) = codes_of(service.actions[0], extras | extra)
        return parse((code.symbology or "") + code.text, year=YEAR)

    return read


def wedge(text: str, settings: Wedge | None = None, *, typed: str | None = None) -> Reader:
    """Through a keyboard: ``typed`` is what the keys write, by default ``text`` as it is."""

    def read() -> Code:
        assembler = Assembler(settings or Wedge())
        codes = [assembler.key(key, n * 0.01) for n, key in enumerate((text if typed is None else typed) + "\r")]
        (code,) = [code for code in codes if code is not None]
        return parse(code, year=YEAR)

    return read


# cases -------------------------------------------------------------------------------------------------------------------


def cases() -> Iterator[Case]:
    """Every case, by kind."""
    yield from _symbologies()
    yield from _services()
    yield from _wedges()
    yield from _trace_codes()
    yield from _units_and_places()
    yield from _trade_items()
    yield from _damaged()
    yield from _dates()
    yield from _own()
    yield from _manifest()
    yield from _several()


def _symbologies() -> Iterator[Case]:
    orders = cycle(("gels", "gesl", "glse", "gsel"))
    for identifier, name in (
        ("]d2", "GS1 DataMatrix"),
        ("]Q3", "GS1 QR"),
        ("]C1", "GS1-128"),
        ("]e0", "GS1 DataBar"),
        ("]J1", "GS1 DotCode"),
    ):
        for facts in PACKS:
            text = element_string(facts, next(orders))
            yield Case(f"symbology {name}", text, plain(identifier + text), {"kind": "pack", **facts.fields()})
    for facts in PACKS:
        text = bracketed(facts)
        yield Case("as people write it", text, plain(text), {"kind": "pack", **facts.fields()})
    for facts, (identifier, host) in zip(
        PACKS, cycle([("]Q1", "https://id.gs1.org"), ("]d1", "http://a.cn/x/y"), ("", "https://a.cn")]), strict=False
    ):
        text = identifier + link(facts, host)
        expected = {"kind": "digital_link", "resolves_to": "pack", **facts.fields()}
        yield Case("Digital Link", text, plain(text), expected)


def _services() -> Iterator[Case]:
    for n, service in enumerate(SERVICES):
        facts, trace, sscc = PACKS[0], TRACES[n], SSCCS[n]
        pack = {"kind": "pack", **facts.fields()}
        kind = f"service {service.maker}"
        yield Case(kind, "GS1, FNC1 kept", broadcast(service, element_string(facts, "gels")), pack)
        yield Case(
            kind,
            "AIM in front",
            broadcast(service, "]d2" + element_string(PACKS[4], "gesl")),
            {
                "kind": "pack",
                **PACKS[4].fields(),
            },
        )
        yield Case(kind, "trace code", broadcast(service, trace), {"kind": "trace", "code": trace})
        yield Case(kind, "EAN-13", broadcast(service, facts.gtin[1:]), {"kind": "gtin", "gtin": facts.gtin})
        yield Case(kind, "SSCC", broadcast(service, "]C100" + sscc), {"kind": "sscc", "sscc": sscc})
        yield Case(kind, "link", broadcast(service, "]Q1" + link(facts)), {"kind": "digital_link", **facts.fields()})
        without = element_string(facts, "gels").replace(GS, "")
        yield Case(kind, "FNC1 lost", broadcast(service, without), problems.CODE_AMBIGUOUS)
        yield Case(kind, "empty", broadcast(service, ""), problems.CODE_EMPTY)
        yield Case(kind, "endless", broadcast(service, "9" * 4097), problems.CODE_LENGTH)
    zebra = SERVICES[0]
    for label, text, expected in (
        ("LABEL-TYPE-GS1-DATAMATRIX", element_string(PACKS[2], "gel"), {"kind": "pack", **PACKS[2].fields()}),
        ("LABEL-TYPE-EAN128", "00" + SSCCS[3], {"kind": "sscc", "sscc": SSCCS[3]}),
        ("LABEL-TYPE-EAN13", PACKS[0].gtin[1:], {"kind": "gtin", "gtin": PACKS[0].gtin}),
        ("LABEL-TYPE-UPCE0", "04252614", problems.CODE_LENGTH),
        ("LABEL-TYPE-EAN128", TRACES[1], problems.CODE_UNKNOWN_AI),
    ):
        reader = broadcast(zebra, text, **{"com.symbol.datawedge.label_type": label})
        yield Case("service Zebra, by label type", label, reader, expected)


def _wedges() -> Iterator[Case]:
    substitutes = ("|", "{GS}", "^]", "~", "\u241d")
    for facts, separator in zip(PACKS * 2, cycle(substitutes), strict=False):
        text = element_string(facts, "gels")
        reader = wedge(text, Wedge(separator), typed=text.replace(GS, separator))
        # nothing in a text without any separator says that this wedge would have sent one
        sent = GS in text
        expected: dict[str, object] | Kind = {"kind": "pack", **facts.fields()}
        yield Case("wedge with a substitute", separator + text, reader, expected if sent else _unmarked(facts))
    for facts in PACKS:
        text = element_string(facts, "gels")
        yield Case("wedge with Ctrl+]", text, wedge("]d2" + text), {"kind": "pack", **facts.fields()})
        yield Case("wedge that drops FNC1", text, wedge(text.replace(GS, "")), _unmarked(facts))
    for facts in (PACKS[0], PACKS[2], PACKS[7]):
        text = bracketed(facts)
        yield Case("wedge with brackets", text, wedge(text), {"kind": "pack", **facts.fields()})
    for trace in TRACES[:4]:
        yield Case("wedge, trace code", trace, wedge(trace), {"kind": "trace", "code": trace})

    def cut_off() -> Code:
        assembler = Assembler(Wedge())
        for n, key in enumerate(element_string(PACKS[0])[:30]):
            assembler.key(key, n * 0.01)
        assembler.look(9.0)
        raise AssertionError("a cut code was let through")

    yield Case("wedge, cut off", "30 of its keys", cut_off, problems.CODE_UNREADABLE)


def _unmarked(facts: Facts) -> dict[str, object] | Kind:
    """What a pack whose separators were lost has to be: its lot or serial could end earlier, but for one lot, 2109, which
    is all there is to read: 2 as a lot leaves 109, a second lot, and 21 leaves no lot."""
    return {"kind": "pack", **facts.fields()} if (facts.lot, facts.serial) == ("2109", "") else problems.CODE_AMBIGUOUS


def _trace_codes() -> Iterator[Case]:
    forms = (
        "{}",
        "]C0{}",
        "]Q1{}",
        "]d1{}",
        "https://a.cn/{}",
        "http://a.cn/t?c={}",
        "www.a.cn/t/{}",
        "]Q1https://a/#{}",
    )
    for trace, form in zip(TRACES * 2, cycle(forms), strict=False):
        text = form.format(trace)
        yield Case("trace code", text, plain(text), {"kind": "trace", "code": trace, "drug_id": trace[:7]})
    for trace in TRACES[1:5]:
        yield Case("trace code, one digit short", trace, plain(trace[:-1]), problems.CODE_UNKNOWN_AI)
    two = f"https://a.cn/{TRACES[0]}?c={TRACES[1]}"
    yield Case("two trace codes in one address", two, plain(two), problems.CODE_AMBIGUOUS)
    for sscc in SSCCS:
        yield Case("SSCC against trace code", sscc, plain("00" + sscc), {"kind": "sscc", "sscc": sscc})


def _units_and_places() -> Iterator[Case]:
    for sscc, facts in zip(SSCCS, PACKS, strict=True):
        content = {"kind": "sscc", "sscc": sscc, "gtin": facts.gtin, "lot": facts.lot, "count": 40}
        text = f"]C100{sscc}02{facts.gtin}3740{GS}10{facts.lot}"
        yield Case("SSCC with its contents", text, plain(text), content)
    for gln in GLNS:
        yield Case("GLN", gln, plain(f"]C1414{gln}"), {"kind": "gln", "gln": gln, "role": "414"})
    for n, serial in enumerate(("BOX7", "", "A-1")):
        grai = keyed(f"40063813339{n}") + serial
        yield Case("cold box (GRAI)", grai, plain(f"]d280030{grai}"), {"kind": "grai", "grai": grai})
        yield Case("logger (GIAI)", serial, plain(f"(8004)4012345{n}{serial}"), {"kind": "giai"})


def _trade_items() -> Iterator[Case]:
    for facts in PACKS:
        if facts.gtin[0] == "0":
            ean = facts.gtin[1:]
            yield Case("EAN-13", ean, plain("]E0" + ean), {"kind": "gtin", "gtin": facts.gtin})
    for n in range(1, 5):
        short = keyed(f"69{n * 12345 % 10**5:05d}")
        yield Case("EAN-8", short, plain("]E4" + short), {"kind": "gtin", "gtin": short.rjust(14, "0")})
        itf = keyed(f"1{n * 690123456789 % 10**12:012d}")
        yield Case("ITF-14", itf, plain("]I1" + itf), {"kind": "gtin", "gtin": itf})
        upc = keyed(f"0{n * 3456789012 % 10**10:010d}")
        yield Case("UPC-A", upc, plain(upc), {"kind": "gtin", "gtin": upc.rjust(14, "0")})


def _damaged() -> Iterator[Case]:
    for facts in PACKS:
        wrong = facts.gtin[:-1] + str((int(facts.gtin[-1]) + 1) % 10)
        text = element_string(facts._replace(gtin=wrong))
        yield Case("wrong check digit, GS1", text, plain("]d2" + text), problems.CODE_CHECK_DIGIT)
        yield Case("wrong check digit, link", text, plain(link(facts._replace(gtin=wrong))), problems.CODE_CHECK_DIGIT)
    for sscc in SSCCS[:6]:
        wrong = sscc[:-1] + str((int(sscc[-1]) + 3) % 10)
        yield Case("wrong check digit, SSCC", wrong, plain("00" + wrong), problems.CODE_CHECK_DIGIT)
    for facts in PACKS[:6]:
        ean = facts.gtin[1:]
        yield Case(
            "wrong check digit, EAN", ean, plain(ean[:-1] + str((int(ean[-1]) + 1) % 10)), problems.CODE_CHECK_DIGIT
        )
        gs1 = f"]d201{facts.gtin}"
        yield Case("unknown AI", gs1, plain(gs1 + "891"), problems.CODE_UNKNOWN_AI)
        yield Case("two different lots", gs1, plain(f"{gs1}10A{GS}10B"), problems.CODE_AI_COMBINATION)
        yield Case("lot without item", gs1, plain(f"]d210{facts.lot}"), problems.CODE_AI_COMBINATION)
        yield Case("cut in the item", gs1, plain(gs1[:12]), problems.CODE_LENGTH)
        yield Case("lot too long", gs1, plain(f"{gs1}10{'L' * 21}"), problems.CODE_LENGTH)
        yield Case("forbidden character", gs1, plain(f"{gs1}10A~B"), problems.CODE_CHARACTERS)
    for text in ("", "\r\n", "]d2", "]Q1", GS):
        yield Case("empty", repr(text), plain(text), problems.CODE_EMPTY)
    for text in ("Hello World", "批号 B24", "]zz1", "HANDOVER9:E:", "MECARD:N:;;", "(01)0690", "WIFI:S:x;;"):
        kind = problems.CODE_LENGTH if text.startswith("(") else problems.CODE_UNREADABLE
        yield Case("no goods' code", text, plain(text), kind)
    for text in ("https://a.cn/shop", "]Q1HtTp://a.cn/01/x", "https://a.cn/10/A", "https://a.cn/%zz"):
        yield Case("no Digital Link", text, plain(text), problems.CODE_DIGITAL_LINK)


def _dates() -> Iterator[Case]:
    item = f"]d201{PACKS[0].gtin}17"
    for value, day in (
        ("270200", "2027-02-28"),
        ("280200", "2028-02-29"),
        ("271231", "2027-12-31"),
        ("761122", "2076-11-22"),
    ):
        yield Case("date", value, plain(item + value), {"kind": "pack", "expiry": day})
    for value in ("271301", "270230", "270001", "270132"):
        yield Case("no such date", value, plain(item + value), problems.CODE_DATE)


def _own() -> Iterator[Case]:
    receipt = ReceiptCode("0f" * 32, "p-1", "https://a.cn/p/1")
    yield Case("receipt", receipt.text, plain("]Q1" + receipt.text), {"kind": "receipt", "record_hash": "0f" * 32})
    enrolment = f"HANDOVER1:E:https://a.cn|ABC123|{server_key(bytes(32))}"
    yield Case("enrolment", enrolment, plain(enrolment), {"kind": "enrolment", "url": "https://a.cn"})


# against a manifest ------------------------------------------------------------------------------------------------------


def _line(facts: Facts, line_id: str, **changed: Any) -> ManifestLine:
    given: dict[str, Any] = {"gtin": facts.gtin, "lot": facts.lot, "quantity": 2, "drug_ids": ()}
    return ManifestLine(line_id, "C1", changed.pop("stop_id", "S1"), **{**given, **changed})


def _judged(texts: tuple[str, ...], *lines: ManifestLine, scanned: Scanned | None = None, **how: Any) -> Reader:
    def read() -> Match:
        codes = [parse(text, year=YEAR) for text in texts]
        one = judge if len(codes) == 1 else judge_pack
        what: Any = codes[0] if len(codes) == 1 else codes
        return one(
            what, Manifest(lines), scanned or Scanned(), stop_id=how.get("stop_id"), today=TODAY, typed=how.get("typed")
        )

    return read


def _manifest() -> Iterator[Case]:
    for facts in PACKS:
        text, right = "]d2" + element_string(facts), _line(facts, "L1")
        one = (text,)
        yield Case("right", text, _judged(one, right), {"line_id": "L1", "quantity": 1})
        other = facts._replace(lot="OTHER")
        yield Case("wrong lot", text, _judged(one, _line(other, "L1")), problems.SCAN_WRONG_LOT)
        yield Case("recalled", text, _judged(one, _line(facts, "L1", recalled=True)), problems.SCAN_RECALLED)
        expired = ("]d2" + element_string(facts._replace(expiry="251231")),)
        yield Case("expired", text, _judged(expired, right), problems.SCAN_EXPIRED)
        here = _judged(one, right, stop_id="S2")
        yield Case("of another stop", text, here, problems.SCAN_WRONG_STOP)
        full = Scanned({"L1": 2})
        yield Case("too many", text, _judged(one, right, scanned=full), problems.SCAN_TOO_MANY)
        elsewhere = _judged(one, _line(facts._replace(gtin=keyed("0777777777777")), "L1"))
        yield Case("not on the manifest", text, elsewhere, problems.SCAN_NOT_ON_MANIFEST)
        if facts.serial:
            before = Scanned.of({"L1": 1}, [f"(01){facts.gtin}(21)" + facts.serial.replace("(", "\\(")])
            yield Case("double", text, _judged(one, right, scanned=before), problems.SCAN_ALREADY)
        bare = (f"(01){facts.gtin}",)
        yield Case("without lot", text, _judged(bare, right), problems.SCAN_NO_LOT)
    countable = _line(PACKS[0], "L1", countable=True, quantity=40)
    lot_only = (bracketed(PACKS[0]._replace(serial="")),)
    yield Case("a typed quantity", "40", _judged(lot_only, countable, typed=40), {"line_id": "L1", "quantity": 40})
    yield Case("a typed quantity", "0", _judged(lot_only, countable, typed=0), problems.SCAN_QUANTITY)
    yield Case("a typed quantity", "2", _judged(lot_only, _line(PACKS[0], "L1"), typed=2), problems.SCAN_ONE_BY_ONE)


def _several() -> Iterator[Case]:
    for facts, trace in zip(PACKS, TRACES, strict=True):
        line = _line(facts, "L1", drug_ids=(trace[:7],))
        both = ("]d2" + element_string(facts), trace)
        yield Case("pack with two codes", trace, _judged(both, line), {"line_id": "L1", "quantity": 1})
        expired = ("]d2" + element_string(facts._replace(expiry="251231")), trace)
        yield Case("two codes, one expired", trace, _judged(expired, line), problems.SCAN_EXPIRED)
        counted = Scanned.of({"L1": 1}, [trace])
        yield Case("two codes, counted before", trace, _judged(both, line, scanned=counted), problems.SCAN_ALREADY)
