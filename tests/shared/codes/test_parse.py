"""The way in: every form of code, and every kind of rubbish."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.ai import Element
from shared.codes.element_string import GS, bracketed, build
from shared.codes.gs1 import DigitalLink, GiaiCode, PackCode, PlainGtin, Source, SsccCode
from shared.codes.match import code_text, identity
from shared.codes.own import ReceiptCode, server_key
from shared.codes.parse import LENGTH_MAX, Code, describe, parse, refusal
from shared.codes.trace import TraceCode
from shared.errors import Kind, Refused
from tests.shared.codes.refusals import CODE_PROBLEMS, is_refused, refusal_of
from tests.shared.codes.strategies import element_lists, trace_codes, with_check_digit

YEAR = 2026
TRACE = "83857930000879766660"
SSCC = "106141412345678908"


def read(text: str | bytes, fnc1: str | None = None) -> Code:
    return parse(text, year=YEAR, fnc1_substitute=fnc1)


def same(code: Code, elements: tuple[Element, ...]) -> bool:
    assert not isinstance(code, PlainGtin | TraceCode | ReceiptCode)
    return getattr(code, "elements", None) == elements


@given(element_lists, st.sampled_from(["]d2", "]Q3", "]C1", "]e0", "]J1"]))
def test_element_strings_are_read_behind_any_gs1_symbology(elements: tuple[Element, ...], identifier: str) -> None:
    assert same(read(identifier + build(elements)), elements)
    assert same(read((identifier + build(elements)).encode("iso-8859-1")), elements)


@given(element_lists)
def test_the_form_that_people_write_is_read(elements: tuple[Element, ...]) -> None:
    assert same(read(bracketed(elements)), elements)


@given(element_lists, st.sampled_from(["|", "{GS}", "^]", "~", GS, "\u241d"]))
def test_a_wedge_that_sends_a_substitute_loses_nothing(elements: tuple[Element, ...], substitute: str) -> None:
    text = build(elements).replace(GS, substitute)
    assert same(read("]d2" + text, substitute), elements)


@given(element_lists)
def test_a_wedge_that_drops_separators_gives_the_truth_or_nothing(elements: tuple[Element, ...]) -> None:
    text = build(elements).replace(GS, "")
    number = refusal_of(lambda: read(text))
    assert number in CODE_PROBLEMS
    if number is None:
        code = read(text)
        assert isinstance(code, TraceCode | PlainGtin) or same(code, elements)


def test_a_kept_gs_shows_that_separators_arrive() -> None:
    pack = read("010690123456789210B240901" + GS + "21S9012")
    assert isinstance(pack, PackCode)
    assert (pack.lot, pack.serial) == ("B240901", "S9012")


def test_a_scanner_known_to_keep_gs_is_trusted_with_a_last_lot() -> None:
    text = "01069012345678921727123110B240901"
    assert is_refused(lambda: read(text), problems.CODE_AMBIGUOUS)
    pack = read(text, GS)
    assert isinstance(pack, PackCode)
    assert pack.lot == "B240901"


@pytest.mark.parametrize("substitute", ["", "A", "%", "21"])
def test_a_substitute_that_may_stand_in_a_lot_is_refused(substitute: str) -> None:
    assert is_refused(lambda: read("]d20106901234567892", substitute), problems.CODE_CHARACTERS)


def test_the_wedge_s_enter_key_is_taken_off_and_a_separator_is_not() -> None:
    pack = read("]d2010690123456789210A" + GS + "\r\n")
    assert isinstance(pack, PackCode)
    assert pack.lot == "A"
    assert is_refused(lambda: read(GS + " \t\r\n"), problems.CODE_EMPTY)


@given(
    trace_codes,
    st.sampled_from(["{}", "]C0{}", "]Q1{}", "]d1{}", "https://a.cn/{}", "]Q1http://a.cn/t?c={}", "a.cn/{}"]),
)
def test_trace_codes_are_read_plain_and_behind_an_address(code: str, form: str) -> None:
    assert read(form.format(code)) == TraceCode(code)


@given(with_check_digit(18), st.sampled_from(["00{}", "]C100{}", "(00){}", "]C000{}"]))
def test_20_digits_that_begin_with_00_are_an_sscc(sscc: str, form: str) -> None:
    code = read(form.format(sscc))
    assert isinstance(code, SsccCode)
    assert code.sscc == sscc


def test_20_digits_that_begin_with_00_and_a_wrong_check_digit_are_nothing() -> None:
    assert is_refused(lambda: read("00" + SSCC[:-1] + "9"), problems.CODE_CHECK_DIGIT)


def test_a_gs1_symbology_overrules_the_look_of_a_trace_code() -> None:
    asset = read("]C1" + "8004" + "1234567890123456")
    assert isinstance(asset, GiaiCode)
    assert read("8004" + "1234567890123456") == TraceCode("80041234567890123456")
    assert is_refused(lambda: read("]C1" + TRACE), problems.CODE_UNKNOWN_AI)


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("6901234567892", "06901234567892"),
        ("]E06901234567892", "06901234567892"),
        ("96385074", "00000096385074"),
        ("]E496385074", "00000096385074"),
        ("416000336108", "00416000336108"),
        ("]I116901234567899", "16901234567899"),
        ("]C06901234567892", "06901234567892"),
        (" 6901234567892\r", "06901234567892"),
    ],
)
def test_a_trade_item_number_alone_is_one(text: str, gtin: str) -> None:
    assert read(text) == PlainGtin(gtin)


def test_a_link_is_read_as_what_it_resolves_to() -> None:
    for text in (
        "https://id.gs1.org/01/06901234567892/10/A?17=271231",
        "]d1HTTPS://a/01/06901234567892/10/A?17=271231",
    ):
        link = read(text)
        assert isinstance(link, DigitalLink)
        assert isinstance(link.resolved, PackCode)
        assert (link.resolved.lot, link.resolved.source) == ("A", Source.DIGITAL_LINK)


def test_a_link_with_a_key_is_a_link_even_if_it_carries_a_trace_code() -> None:
    assert isinstance(read(f"https://a/8004/{TRACE}"), DigitalLink)
    assert is_refused(lambda: read(f"https://a/01/06901234567891/21/{TRACE}"), problems.CODE_CHECK_DIGIT)


def test_our_own_codes_are_read() -> None:
    receipt = ReceiptCode("0f" * 32, "p", "https://a.cn")
    assert read("]Q1" + receipt.text) == receipt


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", problems.CODE_EMPTY),
        (" \r\n", problems.CODE_EMPTY),
        ("]d2", problems.CODE_EMPTY),
        ("]d2" + GS, problems.CODE_EMPTY),
        ("]Q1", problems.CODE_EMPTY),
        ("]", problems.CODE_UNREADABLE),
        ("]XX123", problems.CODE_UNREADABLE),
        ("Hello World", problems.CODE_UNREADABLE),
        ("批号", problems.CODE_UNREADABLE),
        ("HANDOVER9:E:", problems.CODE_UNREADABLE),
        ("]Q1HtTps://example.com/01/12312312312333", problems.CODE_DIGITAL_LINK),
        ("https://example.com/shop", problems.CODE_DIGITAL_LINK),
        ("6901234567891", problems.CODE_CHECK_DIGIT),
        ("]E0690123456789", problems.CODE_LENGTH),
        ("]E4A2345673", problems.CODE_CHARACTERS),
        ("]d20106901234567891", problems.CODE_CHECK_DIGIT),
        ("]d2010690123456789217261331", problems.CODE_DATE),
        ("]d2010690123456789210A~B", problems.CODE_CHARACTERS),
        ("]d20106901234567892891", problems.CODE_UNKNOWN_AI),
        ("]d201069012345", problems.CODE_LENGTH),
        ("12345", problems.CODE_LENGTH),
        ("(01)06901234567892(10", problems.CODE_UNREADABLE),
        ("9" * (LENGTH_MAX + 1), problems.CODE_LENGTH),
    ],
)
def test_rubbish_is_refused_by_its_own_number(text: str, problem: Kind) -> None:
    assert is_refused(lambda: read(text), problem)


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_input_gives_a_code_or_a_numbered_refusal(text: str | bytes) -> None:
    assert refusal_of(lambda: read(text)) in CODE_PROBLEMS


@given(
    st.text(alphabet="0123456789()]dCQ18/:.?=ABh" + GS, max_size=60), st.sampled_from(["", "]d2", "8", "https://a/"])
)
def test_any_near_miss_gives_a_code_or_a_numbered_refusal(text: str, start: str) -> None:
    assert refusal_of(lambda: read(start + text)) in CODE_PROBLEMS


CODES = st.one_of(
    element_lists.map(lambda elements: read("]d2" + build(elements))),
    trace_codes.map(TraceCode),
    with_check_digit(14).map(PlainGtin),
    st.just(ReceiptCode("0f" * 32, "p", "https://a.cn")),
    st.just(read(f"HANDOVER1:E:https://a.cn|ABC123|{server_key(bytes(32))}|%E9%99%A2")),
    st.just(read("https://a/01/06901234567892/10/A/21/B")),
)


@given(CODES)
def test_every_code_is_described_as_one_json_object_of_its_kind(code: Code) -> None:
    described = json.loads(json.dumps(describe(code), ensure_ascii=False))
    assert isinstance(described["kind"], str)
    assert next(iter(described)) == "kind"


@given(CODES)
def test_what_is_recorded_of_a_code_reads_back_to_the_same_pack(code: Code) -> None:
    recorded = code_text(code)
    assert code_text(read(recorded)) == recorded
    assert identity(code_text(read(recorded))) == identity(recorded)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "]d201069012345678921727120010B24\x1d21S7",
            {
                "kind": "pack",
                "gtin": "06901234567892",
                "lot": "B24",
                "expiry": "2027-12-31",
                "serial": "S7",
                "count": None,
                "source": "element_string",
                "text": "(01)06901234567892(17)271200(10)B24(21)S7",
            },
        ),
        ("00" + SSCC, {"kind": "sscc", "sscc": SSCC, "gtin": None, "count": None}),
        (TRACE, {"kind": "trace", "code": TRACE, "drug_id": "8385793", "serial": "0000879766660"}),
        ("(414)4012345000054(254)B2", {"kind": "gln", "gln": "4012345000054", "role": "414", "extension": "B2"}),
        ("(8004)401234512AB", {"kind": "giai", "giai": "401234512AB"}),
        ("(8003)04006381333931BOX7", {"kind": "grai", "grai": "4006381333931BOX7", "type": "4006381333931"}),
        ("(402)12345678901234560", {"kind": "gs1_key", "ai": "402", "value": "12345678901234560"}),
        ("6901234567892", {"kind": "gtin", "gtin": "06901234567892"}),
        (
            "https://a/01/06901234567892/10/A",
            {
                "kind": "digital_link",
                "uri": "https://a/01/06901234567892/10/A",
                "resolves_to": "pack",
                "lot": "A",
                "elements": [{"ai": "01", "value": "06901234567892"}, {"ai": "10", "value": "A"}],
            },
        ),
        (
            "HANDOVER1:R:" + "0f" * 32 + "|p|https://a.cn",
            {"kind": "receipt", "record_hash": "0f" * 32, "proof_id": "p"},
        ),
        (
            f"HANDOVER1:E:https://a.cn|ABC123|{server_key(bytes(32))}",
            {"kind": "enrolment", "url": "https://a.cn", "one_time_code": "ABC123", "organisation": None},
        ),
    ],
)
def test_the_description_names_the_fields_of_the_kind(text: str, expected: dict[str, object]) -> None:
    described = describe(read(text))
    assert {name: described[name] for name in expected} == expected


def test_a_refusal_is_one_json_object_in_either_language() -> None:
    with pytest.raises(Refused) as refused:
        read("6901234567891")
    english = "#1003 Wrong check digit in 6901234567891: expected 2, got 1"
    assert refusal(refused.value) == {"refused": english, "number": 1003}
    assert refusal(refused.value, "zh") == {
        "refused": "#1003 校验位错误：6901234567891，应为 2，实为 1",
        "number": 1003,
    }
