"""BTHome and pvvx/ATC service data, against the vectors of their own projects."""

import struct

import pytest

from shared import problems
from shared.errors import Refused
from shared.loggers.advertisement import decode_service, recognise
from shared.loggers.service_data import BTHOME, ENVIRONMENTAL_SENSING, full_uuid


def test_plain_bthome_gives_temperature_and_humidity() -> None:
    heard = decode_service("fcd2", bytes.fromhex("40 02ca09 03bf13"))
    assert (heard.temperature, heard.humidity) == (25.06, 50.55)


def test_plain_bthome_pressure_is_in_pascal() -> None:
    assert decode_service("0xFCD2", bytes.fromhex("4004138a01")).pressure == 100_883


def test_every_bthome_form_of_a_temperature_is_read() -> None:
    assert decode_service(BTHOME, bytes.fromhex("40 45 1101")).temperature == 27.3
    assert decode_service(BTHOME, bytes.fromhex("40 57 ea")).temperature == -22
    assert decode_service(BTHOME, bytes.fromhex("40 58 ea")).temperature == -7.7
    assert decode_service(BTHOME, bytes.fromhex("40 02 0000")).temperature == 0.0


def test_bthome_counts_and_battery_are_whole_numbers() -> None:
    heard = decode_service(BTHOME, bytes.fromhex("40 0009 0161 02ca09 0c020c 2e23"))
    assert (heard.sequence, heard.battery_percent, heard.battery_mv, heard.humidity) == (9, 97, 3074, 35.0)


def test_bthome_no_value_codes_are_none() -> None:
    heard = decode_service(BTHOME, bytes.fromhex("40 020080 03ffff"))
    assert (heard.temperature, heard.humidity) == (None, None)


def test_what_stands_before_an_unknown_bthome_object_is_still_read() -> None:
    assert decode_service(BTHOME, bytes.fromhex("40 02ca09 f00102")).temperature == 25.06


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("", problems.FRAME_UNKNOWN),
        ("20 02ca09", problems.FRAME_UNKNOWN),
        ("41 a47266c95f730011223378237214", problems.FRAME_UNKNOWN),
        ("40 fe0102", problems.FRAME_UNKNOWN),
        ("40 02ca", problems.FRAME_MALFORMED),
    ],
)
def test_encrypted_old_empty_and_short_bthome_is_refused(data: str, kind: object) -> None:
    with pytest.raises(Refused) as refusal:
        decode_service(BTHOME, bytes.fromhex(data))
    assert refusal.value.kind is kind


def test_pvvx_is_little_endian_and_its_address_reversed() -> None:
    data = bytes.fromhex("563412 38c1a4") + struct.pack("<hHHBBB", -1850, 4988, 2993, 87, 14, 4)
    heard = decode_service("181a", data)
    assert heard.address == "A4:C1:38:12:34:56"
    assert (heard.temperature, heard.humidity) == (-18.5, 49.88)
    assert (heard.battery_mv, heard.battery_percent, heard.sequence) == (2993, 87, 14)


def test_atc1441_is_big_endian() -> None:
    heard = decode_service(ENVIRONMENTAL_SENSING, bytes.fromhex("a4c138123456 ffff 31 57 0bb1 0e"))
    assert heard.address == "A4:C1:38:12:34:56"
    assert (heard.temperature, heard.humidity) == (-0.1, 49.0)
    assert (heard.battery_mv, heard.battery_percent) == (2993, 87)


def test_a_thermometer_without_a_value_says_none() -> None:
    heard = decode_service(ENVIRONMENTAL_SENSING, bytes.fromhex("a4c138123456 8000 ff 57 0bb1 0e"))
    assert (heard.temperature, heard.humidity) == (None, None)
    pvvx = decode_service("181a", bytes(6) + struct.pack("<hHHBBB", -0x8000, 0xFFFF, 2993, 87, 14, 4))
    assert (pvvx.temperature, pvvx.humidity) == (None, None)


def test_an_unknown_service_or_length_is_refused() -> None:
    for uuid, data in (("180f", b"\x64"), ("181a", b"\x00" * 4)):
        with pytest.raises(Refused) as refusal:
            decode_service(uuid, data)
        assert refusal.value.kind is problems.FRAME_UNKNOWN


def test_uuids_are_read_in_every_length_and_case() -> None:
    assert full_uuid("FCD2") == full_uuid("0000fcd2") == full_uuid(BTHOME.upper()) == BTHOME
    with pytest.raises(Refused):
        full_uuid("fcd")


def test_service_data_is_recognised_on_the_air() -> None:
    heard = recognise({}, {BTHOME: bytes.fromhex("4002ca09")})
    assert heard is not None
    assert heard.temperature == 25.06
