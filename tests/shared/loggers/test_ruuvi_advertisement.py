"""Ruuvi's own vectors for data format 5, read out of Ruuvi's own page, and what lies beside them."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.errors import Refused
from shared.loggers import ruuvi
from shared.loggers.advertisement import decode, recognise
from shared.loggers.values import address_bytes
from tests.vectors import vector

VALID = bytes.fromhex("0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F")


@dataclass(frozen=True)
class Case:
    name: str
    raw: bytes
    fields: dict[str, str]


def cases() -> list[Case]:
    page = vector("ble/ruuvi/data-format-5-rawv2.md").read_text("utf-8")
    found = []
    for name, body in re.findall(r"#### Case: (.+?)\n(.+?)(?=\n#### Case|\Z)", page, re.DOTALL):
        raw = re.search(r"`0x([0-9A-F]+)`", body)
        assert raw is not None
        fields = dict(re.findall(r"\| ([A-Z][\w ]+?) +\| `([^`]+)`", body))
        found.append(Case(name, bytes.fromhex(raw[1]), fields))
    return found


def number(text: str) -> float | None:
    return None if text == "NAN" else float(text.split(" ")[0])


def test_the_page_holds_the_four_cases() -> None:
    assert [case.name for case in cases()] == ["valid data", "maximum values", "minimum values", "Invalid values"]


@pytest.mark.parametrize("index", range(4))
def test_every_field_of_every_vector_is_decoded(index: int) -> None:
    case = cases()[index]
    heard = decode(ruuvi.COMPANY, case.raw)
    millivolt = number(case.fields["Voltage"])
    assert heard.temperature == number(case.fields["Temperature"])
    assert heard.pressure == number(case.fields["Pressure"])
    assert heard.humidity == number(case.fields["Humidity"])
    assert heard.acceleration == tuple(number(case.fields[f"Acceleration {axis}"]) for axis in "XYZ")
    assert heard.tx_power == number(case.fields["TX Power"])
    assert heard.battery_mv == (None if millivolt is None else round(millivolt * 1000))
    assert heard.movement == number(case.fields["Movement counter"])
    assert heard.sequence == number(case.fields["Measurement Sequence"])
    assert heard.address == (None if case.fields["MAC"] == "NAN" else case.fields["MAC"].replace(" ", ":"))


@pytest.mark.parametrize(("raw", "celsius"), [("0000", 0.0), ("01C3", 2.255), ("FE3D", -2.255), ("8000", None)])
def test_the_temperature_examples_of_the_page_hold_zero_among_them(raw: str, celsius: float | None) -> None:
    data = VALID[:1] + bytes.fromhex(raw) + VALID[3:]
    assert decode(ruuvi.COMPANY, data).temperature == celsius


@given(st.integers(-32767, 32767), st.integers(0, 65534), st.integers(0, 65534))
def test_every_temperature_humidity_and_pressure_comes_back_as_it_was_encoded(t: int, h: int, p: int) -> None:
    data = VALID[:1] + t.to_bytes(2, "big", signed=True) + h.to_bytes(2, "big") + p.to_bytes(2, "big") + VALID[7:]
    heard = decode(ruuvi.COMPANY, data)
    assert heard.temperature == pytest.approx(t * 0.005)
    assert heard.humidity == pytest.approx(h * 0.0025)
    assert heard.pressure == p + 50_000


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", problems.FRAME_UNKNOWN),
        (b"\x03" + VALID[1:], problems.FRAME_UNKNOWN),
        (VALID[:-1], problems.FRAME_MALFORMED),
        (VALID + b"\x00", problems.FRAME_MALFORMED),
    ],
)
def test_another_format_is_unknown_and_a_wrong_length_malformed(data: bytes, kind: object) -> None:
    with pytest.raises(Refused) as refusal:
        decode(ruuvi.COMPANY, data)
    assert refusal.value.kind is kind


def test_an_unknown_company_is_refused_by_its_number() -> None:
    with pytest.raises(Refused, match="0x004C") as refusal:
        decode(0x004C, b"\x10\x05")
    assert refusal.value.kind is problems.FRAME_UNKNOWN


def test_what_is_no_logger_is_passed_over_on_the_air_without_a_refusal() -> None:
    assert recognise({0x004C: b"\x10\x05"}, {}) is None
    assert recognise({ruuvi.COMPANY: b"\x08"}, {}) is None
    assert recognise({}, {"0000fcd2-0000-1000-8000-00805f9b34fb": b""}) is None


def test_a_logger_is_found_among_other_data_of_the_same_device() -> None:
    heard = recognise({0x004C: b"\x10", ruuvi.COMPANY: VALID}, {})
    assert heard is not None
    assert heard.temperature == 24.3


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        address_bytes("CB:B8:33:4C:88")
    assert refusal.value.kind is problems.FRAME_MALFORMED
