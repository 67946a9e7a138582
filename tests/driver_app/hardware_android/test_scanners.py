"""Scan engines' broadcasts: one table of makers, and everything that may go wrong in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_app.hardware.doubles import DOUBLE, Doubles
from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.hardware.scanners import SERVICES, Kind, Service, Value, codes_of, normal_name, service_of
from shared import problems
from shared.codes.gs1 import PackCode
from shared.codes.parse import LENGTH_MAX, parse
from shared.errors import Kind as ProblemKind
from shared.errors import Refused
from tests.driver_app.scenes import clock_at
from tests.shared.codes.refusals import refusal_of

PACK = "010690123456789217271231" + "10B24\x1d21S7"
BY_MAKER = {service.maker: service for service in SERVICES}


def sent(service: Service, raw: bytes) -> dict[str, Value]:
    """What a service sends for a symbol of these bytes, in every extra it has for them."""
    text = raw.decode("iso-8859-1")
    extras: dict[str, Value] = {
        **dict.fromkeys(service.data, raw),
        **dict.fromkeys(service.texts[:1], text),
    }
    if service.chunks is not None:
        extras[service.chunks] = (raw,)
    return extras


def read(maker: str, extras: dict[str, Value]) -> RawCode:
    (code,) = codes_of(BY_MAKER[maker].actions[0], extras)
    return code


def refused(kind: ProblemKind, action: str, extras: dict[str, Value]) -> str:
    with pytest.raises(Refused) as refusal:
        codes_of(action, extras)
    assert refusal.value.kind is kind
    return refusal.value.problem.text("en")


def test_the_twelve_makers_are_in_the_table_and_no_two_share_an_action() -> None:
    actions = [action for service in SERVICES for action in service.actions]
    assert len(SERVICES) == len(BY_MAKER) == 12
    assert len(actions) == len(set(actions))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.maker)
@given(raw=st.binary(min_size=1, max_size=60).filter(lambda raw: re.match(rb"\][A-Za-z][0-9A-Za-z]", raw) is None))
def test_every_byte_of_a_symbol_arrives_as_one_character(service: Service, raw: bytes) -> None:
    (code,) = codes_of(service.actions[0], sent(service, raw))
    assert code == RawCode(raw.decode("iso-8859-1"), None, CodeSource.SCANNER)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.maker)
def test_a_gs1_pack_is_read_whole_from_every_maker(service: Service) -> None:
    (code,) = codes_of(service.actions[-1], sent(service, PACK.encode("iso-8859-1")))
    pack = parse((code.symbology or "") + code.text, year=2026)
    assert isinstance(pack, PackCode)
    assert (pack.lot, pack.serial) == ("B24", "S7")


def test_bytes_are_believed_rather_than_the_string_beside_them() -> None:
    assert read("Sunmi", {"source_byte": b"10A\x1d21B", "data": "10A21B"}).text == "10A\x1d21B"
    assert read("Sunmi", {"data": "10A\x1d21B"}).text == "10A\x1d21B"


def test_a_buffer_is_cut_where_the_maker_says_it_ends() -> None:
    assert read("Urovo", {"barcode": b"6901234567892\0\0\0", "length": 13}).text == "6901234567892"
    assert "length" in refused(
        problems.SCANNER_BROADCAST, "android.intent.ACTION_DECODE_DATA", {"barcode": b"1", "length": 9}
    )
    refused(problems.SCANNER_BROADCAST, "android.intent.ACTION_DECODE_DATA", {"barcode": b"1", "length": -1})


@pytest.mark.parametrize(
    ("maker", "extras", "symbology"),
    [
        ("Zebra", {"com.symbol.datawedge.label_type": "LABEL-TYPE-GS1-DATAMATRIX"}, "]d2"),
        ("Zebra", {"com.symbol.datawedge.label_type": "LABEL-TYPE-DATAMATRIX"}, "]d1"),
        ("Zebra", {"com.symbol.datawedge.label_type": "LABEL-TYPE-EAN128"}, "]C1"),
        ("Zebra", {"com.symbol.datawedge.label_type": "LABEL-TYPE-GS1-QRCODE"}, "]Q3"),
        ("Zebra", {"com.symbol.datawedge.label_type": "LABEL-TYPE-MAXICODE"}, None),
        ("Honeywell", {"aimId": "]C1"}, "]C1"),
        ("Honeywell", {"aimId": "d2"}, "]d2"),
        ("Honeywell", {"aimId": ""}, None),
        ("Point Mobile", {"EXTRA_EVENT_DECODE_LETTER": ord("Q"), "EXTRA_EVENT_DECODE_MODIFIER": ord("3")}, "]Q3"),
        ("Point Mobile", {"EXTRA_EVENT_DECODE_LETTER": 0, "EXTRA_EVENT_DECODE_MODIFIER": 0}, None),
        ("Point Mobile", {"EXTRA_EVENT_SYMBOL_NAME": "GS1-128"}, "]C1"),
        ("CipherLab", {"Decoder_CodeType_String": "GS1 DataMatrix"}, "]d2"),
        ("CipherLab", {"Decoder_CodeType_String": "Data Matrix"}, None),
        ("Datalogic", {"com.datalogic.decode.intentwedge.barcode_type": "EAN13"}, "]E0"),
        ("Datalogic", {"com.datalogic.decode.intentwedge.barcode_type": "CODE128"}, None),
        ("Newland", {"SCAN_BARCODE_TYPE_NAME": "UCC-128"}, "]C1"),
    ],
)
def test_a_symbology_is_told_where_the_maker_tells_it_and_only_there(
    maker: str, extras: dict[str, Value], symbology: str | None
) -> None:
    assert read(maker, {**sent(BY_MAKER[maker], b"0106901234567892"), **extras}).symbology == symbology


def test_an_identifier_in_front_of_the_data_is_taken_for_what_it_is() -> None:
    assert read("Seuic", {"scannerdata": "]d20106901234567892"}) == RawCode(
        "0106901234567892", "]d2", CodeSource.SCANNER
    )
    refused(problems.CODE_EMPTY, "com.android.server.scannerservice.broadcast", {"scannerdata": "]d2"})


def test_two_identifiers_that_differ_are_refused() -> None:
    action = BY_MAKER["Honeywell"].actions[0]
    assert "]C1" in refused(problems.SCANNER_BROADCAST, action, {"data": "]d20106901234567892", "aimId": "]C1"})
    refused(problems.SCANNER_BROADCAST, action, {"data": "1", "aimId": "]??"})


def test_an_identifier_in_the_data_overrules_a_carriers_name() -> None:
    extras: dict[str, Value] = {
        "com.symbol.datawedge.decode_data": (b"]d20106901234567892",),
        "com.symbol.datawedge.label_type": "LABEL-TYPE-DATAMATRIX",
    }
    assert read("Zebra", extras).symbology == "]d2"


def test_a_short_upc_is_refused_for_its_length_instead_of_being_taken_for_an_ean() -> None:
    code = read(
        "Zebra",
        {"com.symbol.datawedge.data_string": "04252614", "com.symbol.datawedge.label_type": "LABEL-TYPE-UPCE0"},
    )
    with pytest.raises(Refused) as refusal:
        parse((code.symbology or "") + code.text, year=2026)
    assert refusal.value.kind is problems.CODE_LENGTH


def test_an_engine_that_reads_two_at_once_delivers_two() -> None:
    action = BY_MAKER["Newland"].actions[0]
    both: dict[str, Value] = {"SCAN_BARCODE1": PACK, "SCAN_BARCODE2": "83857930000879766660", "SCAN_STATE": "ok"}
    assert [code.text for code in codes_of(action, both)] == [PACK, "83857930000879766660"]
    assert len(codes_of(action, {**both, "SCAN_BARCODE2": ""})) == 1
    assert codes_of(action, {"SCAN_BARCODE1": "", "SCAN_STATE": "fail"}) == ()


@pytest.mark.parametrize(
    ("action", "extras", "kind"),
    [
        ("com.evil.SCAN", {}, problems.SCANNER_BROADCAST),
        ("unitech.scanservice.data", {}, problems.SCANNER_BROADCAST),
        ("unitech.scanservice.data", {"text": ""}, problems.CODE_EMPTY),
        ("unitech.scanservice.data", {"text": b"6901234567892"}, problems.SCANNER_BROADCAST),
        ("unitech.scanservice.data", {"text": "9" * (LENGTH_MAX + 1)}, problems.CODE_LENGTH),
        ("device.scanner.EVENT", {"EXTRA_EVENT_DECODE_VALUE": "text"}, problems.SCANNER_BROADCAST),
        ("device.scanner.EVENT", {"EXTRA_EVENT_DECODE_LENGTH": "3"}, problems.SCANNER_BROADCAST),
        ("org.handover.driver.SCAN_ZEBRA", {"com.symbol.datawedge.decode_data": b"1"}, problems.SCANNER_BROADCAST),
        ("org.handover.driver.SCAN_ZEBRA", {"com.symbol.datawedge.decode_data": ()}, problems.SCANNER_BROADCAST),
        (
            "org.handover.driver.SCAN_ZEBRA",
            {"com.symbol.datawedge.decode_data": (b"1", b"2")},
            problems.SCANNER_BROADCAST,
        ),
    ],
)
def test_a_forged_or_broken_broadcast_is_refused_by_its_number(
    action: str, extras: dict[str, Value], kind: ProblemKind
) -> None:
    refused(kind, action, extras)


def test_the_longest_symbol_still_passes() -> None:
    assert len(read("iData", {"value": "9" * LENGTH_MAX}).text) == LENGTH_MAX


@given(
    st.sampled_from([action for service in SERVICES for action in service.actions]),
    st.dictionaries(
        st.sampled_from(sorted({name for service in SERVICES for name in service.extras})),
        st.text("]dCQ19 \x1d\0\u4e2d", max_size=9)
        | st.binary(max_size=9)
        | st.integers(-9, 300)
        | st.tuples(st.binary(max_size=3)),
        max_size=4,
    ),
)
def test_any_broadcast_gives_codes_or_a_numbered_refusal(action: str, extras: dict[str, Value]) -> None:
    number = refusal_of(lambda: codes_of(action, extras))
    allowed = {problems.SCANNER_BROADCAST, problems.CODE_EMPTY, problems.CODE_LENGTH}
    assert number in {None, *(kind.number for kind in allowed)}
    if number is None:
        assert all(0 < len(code.text) <= LENGTH_MAX for code in codes_of(action, extras))


def test_only_the_extras_of_the_row_are_looked_up() -> None:
    assert service_of("device.scanner.EVENT").extras == {
        "EXTRA_EVENT_DECODE_VALUE": Kind.BYTES,
        "EXTRA_EVENT_DECODE_LENGTH": Kind.INT,
        "EXTRA_EVENT_DECODE_LETTER": Kind.BYTE,
        "EXTRA_EVENT_DECODE_MODIFIER": Kind.BYTE,
        "EXTRA_EVENT_SYMBOL_NAME": Kind.TEXT,
    }


def test_a_name_is_compared_without_its_spelling() -> None:
    assert {normal_name(name) for name in ("LABEL-TYPE-EAN13", "EAN-13", "ean 13", "EAN_13")} == {"EAN13"}


# doubles


def code(text: str, symbology: str | None = None) -> RawCode:
    return RawCode(text, symbology, CodeSource.SCANNER)


def test_two_broadcasts_of_one_read_are_one() -> None:
    doubles = Doubles(clock_at(0))
    assert [doubles.is_new(code("A", "]d2")), doubles.is_new(code("A")), doubles.is_new(code("B"))] == [
        True,
        False,
        True,
    ]


def test_after_a_second_the_same_code_is_another_act() -> None:
    clock = clock_at(0)
    doubles = Doubles(clock)
    assert doubles.is_new(code("A"))
    clock.advance(DOUBLE)
    assert doubles.is_new(code("A"))


def test_what_stays_in_view_stays_one_act_and_two_labels_do_not_take_turns() -> None:
    clock = clock_at(0)
    doubles = Doubles(clock)
    new = []
    for _ in range(20):
        new += [doubles.is_new(code("A")), doubles.is_new(code("B"))]
        clock.advance(0.4)
    assert sum(new) == 2
