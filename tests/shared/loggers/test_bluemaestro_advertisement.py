"""Tempo Disc advertisements: two published ones, and the traps around them."""

import base64

import pytest

from shared import problems
from shared.errors import Refused
from shared.loggers.advertisement import decode
from shared.loggers.bluemaestro import COMPANY

THD = bytes.fromhex("17640e10000200f201f200830100")
"""Version 23; decoded by the bluemaestro-ble package to 24.2 °C, 49.8 %RH, 100 %, dew point 13.1 °C."""
T = base64.b64decode("MwEBDAN0AFkBtwEMA3QAWQG3AMwCrAAAAAAA")[2:]
"""Version 1, from the tests of msupply-cold-chain."""


def with_bytes(data: bytes, position: int, raw: str) -> bytes:
    return data[:position] + bytes.fromhex(raw) + data[position + len(raw) // 2 :]


def test_the_published_disc_with_humidity_is_decoded() -> None:
    heard = decode(COMPANY, THD)
    assert (heard.temperature, heard.humidity, heard.dew_point) == (24.2, 49.8, 13.1)
    assert (heard.battery_percent, heard.interval, heard.stored) == (100, 3600, 2)
    assert heard.format == "THD v23"


def test_the_published_disc_without_humidity_has_none() -> None:
    heard = decode(COMPANY, T)
    assert (heard.temperature, heard.humidity) == (43.9, None)
    assert (heard.battery_percent, heard.interval, heard.stored) == (12, 884, 89)


@pytest.mark.parametrize(
    ("raw", "celsius"), [("0000", 0.0), ("FFFF", -0.1), ("FED4", -30.0), ("8000", None), ("7FFF", None)]
)
def test_zero_and_negative_temperatures_are_numbers_and_the_no_value_codes_are_not(
    raw: str, celsius: float | None
) -> None:
    assert decode(COMPANY, with_bytes(THD, 6, raw)).temperature == celsius


def test_a_humidity_beyond_a_hundred_percent_is_no_value() -> None:
    assert decode(COMPANY, with_bytes(THD, 8, "FFFF")).humidity is None
    assert decode(COMPANY, with_bytes(THD, 8, "03E8")).humidity == 100.0


def test_a_disc_set_to_fahrenheit_is_heard_in_celsius() -> None:
    boiling = with_bytes(with_bytes(THD, 6, "0848"), 12, "65")  # 212.0 °F
    assert decode(COMPANY, boiling).temperature == 100.0


def test_a_disc_with_pressure_gives_pascal() -> None:
    heard = decode(COMPANY, with_bytes(with_bytes(THD, 0, "1b"), 10, "2795"))
    assert heard.pressure == 101_330.0
    assert decode(COMPANY, with_bytes(with_bytes(THD, 0, "1b"), 10, "FFFF")).pressure is None


def test_a_short_disc_with_humidity_has_no_dew_point() -> None:
    assert decode(COMPANY, THD[:10]).dew_point is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"", problems.FRAME_UNKNOWN), (b"\x29" + THD[1:], problems.FRAME_UNKNOWN), (THD[:9], problems.FRAME_MALFORMED)],
)
def test_other_versions_and_short_payloads_are_refused(data: bytes, kind: object) -> None:
    with pytest.raises(Refused) as refusal:
        decode(COMPANY, data)
    assert refusal.value.kind is kind
