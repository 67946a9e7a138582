"""The makers that are heard and not downloaded, against published advertisements."""

import struct

import pytest

from shared import problems
from shared.errors import Refused
from shared.loggers.advertisement import Advertisement, Maker, decode, decode_service, recognise
from shared.loggers.efento import COMPANY as EFENTO
from shared.loggers.ela import COMPANY as ELA
from shared.loggers.minew import SERVICE as MINEW
from shared.loggers.pvvx import ENVIRONMENTAL_SENSING
from shared.loggers.sensorpro import COMPANY as SENSORPRO
from shared.loggers.thermobeacon import SERVICE as FFF0
from shared.loggers.values import full_uuid

BEACON = "0000 11ce00001234 cc0b 5d01 a302 6e3e0000"


def at(company: int, text: str) -> Advertisement:
    return decode(company, bytes.fromhex(text))


def under(uuid: str, text: str) -> Advertisement:
    return decode_service(uuid, bytes.fromhex(text))


def refused(company: int, text: str) -> object:
    with pytest.raises(Refused) as refusal:
        at(company, text)
    return refusal.value.kind


# Environmental Sensing


def test_environmental_sensing_is_signed_hundredths_little_endian() -> None:
    assert under("2a6e", "c6f8").temperature == -18.5
    assert under("2a6e", "0000").temperature == 0.0
    assert under("2a6f", "7c13").humidity == 49.88
    assert under("2a6f", "0000").humidity == 0.0
    assert under("2a6f", "31").humidity == 49.0


def test_environmental_sensing_not_known_and_impossible_is_none() -> None:
    assert under("2a6e", "0080").temperature is None
    assert under("2a6e", "0180").temperature is None  # -327.67 °C
    assert under("2a6f", "ffff").humidity is None
    assert under("2a6f", "1127").humidity is None  # 100.01 %
    assert under("2a6f", "ff").humidity is None


def test_temperature_and_humidity_of_one_advertisement_come_together() -> None:
    heard = recognise({}, {full_uuid("2a6e"): b"\xca\x09", full_uuid("2a6f"): b"\xbf\x13"})
    assert heard is not None
    assert (heard.temperature, heard.humidity) == (25.06, 50.55)


def test_two_makers_in_one_advertisement_are_not_mixed() -> None:
    heard = recognise({ELA: bytes.fromhex("12850a")}, {full_uuid("2a6f"): b"\xbf\x13"})
    assert heard is not None
    assert (heard.maker, heard.temperature, heard.humidity) == (Maker.ELA, 26.93, None)


@pytest.mark.parametrize(("uuid", "text"), [("2a6e", "01"), ("2a6f", "010203")])
def test_environmental_sensing_of_another_length_is_malformed(uuid: str, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        under(uuid, text)
    assert refusal.value.kind is problems.FRAME_MALFORMED


# pvvx, ATC1441


def test_pvvx_is_little_endian_and_its_address_reversed() -> None:
    data = bytes.fromhex("563412 38c1a4") + struct.pack("<hHHBBB", -1850, 4988, 2993, 87, 14, 4)
    heard = decode_service("181a", data)
    assert heard.address == "A4:C1:38:12:34:56"
    assert (heard.temperature, heard.humidity) == (-18.5, 49.88)
    assert (heard.battery_mv, heard.battery_percent, heard.sequence) == (2993, 87, 14)


def test_atc1441_is_big_endian() -> None:
    heard = under(ENVIRONMENTAL_SENSING, "a4c138123456 ffff 31 57 0bb1 0e")
    assert heard.address == "A4:C1:38:12:34:56"
    assert (heard.temperature, heard.humidity) == (-0.1, 49.0)
    assert (heard.battery_mv, heard.battery_percent) == (2993, 87)


def test_a_thermometer_without_a_value_says_none() -> None:
    heard = under(ENVIRONMENTAL_SENSING, "a4c138123456 8000 ff ff 0bb1 0e")
    assert (heard.temperature, heard.humidity, heard.battery_percent) == (None, None, None)
    pvvx = decode_service("181a", bytes(6) + struct.pack("<hHHBBB", -0x8000, 0xFFFF, 2993, 87, 14, 4))
    assert (pvvx.temperature, pvvx.humidity) == (None, None)


def test_an_unknown_service_or_length_is_refused() -> None:
    for uuid, data in (("180f", b"\x64"), ("181a", b"\x00" * 4)):
        with pytest.raises(Refused) as refusal:
            decode_service(uuid, data)
        assert refusal.value.kind is problems.FRAME_UNKNOWN


def test_uuids_are_read_in_every_length_and_case() -> None:
    whole = "0000fcd2-0000-1000-8000-00805f9b34fb"
    assert full_uuid("FCD2") == full_uuid("0000fcd2") == full_uuid(whole.upper()) == whole
    with pytest.raises(Refused):
        full_uuid("fcd")


# Efento


def test_efento_of_firmware_5_says_everything_in_one_frame() -> None:
    heard = at(EFENTO, "0205090100002c07803c0001020645c1003d0e8000005d5d")
    assert (heard.temperature, heard.humidity) == (28.57, 61.0)
    assert (heard.interval, heard.sequence, heard.measured) == (60, 11_271, True)


def test_efento_of_the_first_firmware_6_has_slots_of_two_bytes() -> None:
    heard = at(EFENTO, "040145c102003d0327955d5d")
    assert (heard.temperature, heard.humidity, heard.pressure) == (28.57, 61.0, 101_330)


def test_efento_of_firmware_6_has_slots_of_three_bytes_with_the_sign_last() -> None:
    heard = at(EFENTO, "04 01000171 1b0003e8 03004f2c 5d5d")
    assert (heard.temperature, heard.humidity, heard.pressure) == (-18.5, 50.0, 101_340)
    assert at(EFENTO, "04 01000000 02000000 5d5d").temperature == 0.0
    assert at(EFENTO, "04 01000000 02000000 5d5d").humidity == 0.0


def test_an_efento_period_may_be_in_minutes() -> None:
    assert at(EFENTO, "0205090100002c07000500010000" + "45c100000000" + "00005d5d").interval == 300


def test_the_state_of_an_efento_is_no_measurement() -> None:
    heard = at(EFENTO, "0311223344556630a101" + "00" * 10 + "5d5d")
    assert (heard.address, heard.measured, heard.temperature) == ("11:22:33:44:55:66", False, None)


def test_an_efento_code_beyond_the_range_is_no_value() -> None:
    heard = at(EFENTO, "0205090100002c07803c00010203" + "ffff" + "00ff" + "ffff" + "00005d5d")
    assert (heard.temperature, heard.humidity, heard.pressure, heard.measured) == (None, None, None, True)
    assert at(EFENTO, "0205090100002c07803c00070000" + "ffff" * 3 + "00005d5d").measured is False


@pytest.mark.parametrize(
    "slots", ["00000001", "30000001", "01ffffff", "020000ca", "1b001000", "03ffffff", "01000000 ff000000"]
)
def test_an_efento_response_that_holds_what_cannot_be_is_an_encrypted_one(slots: str) -> None:
    assert refused(EFENTO, f"04 {slots} 5d5d") is problems.FRAME_UNKNOWN


def test_what_else_an_efento_measures_is_passed_over() -> None:
    heard = at(EFENTO, "04 0f000010 01000002 5d5d")
    assert (heard.temperature, heard.humidity) == (0.1, None)
    assert at(EFENTO, "04 0f0010 5d5d").measured is False


@pytest.mark.parametrize("text", ["02", "03 11", "04", "04 0101 5d5d", "04" + "01000000" * 4 + "5d5d"])
def test_an_efento_frame_of_another_length_is_malformed(text: str) -> None:
    assert refused(EFENTO, text) is problems.FRAME_MALFORMED


def test_another_efento_frame_is_unknown() -> None:
    assert refused(EFENTO, "05 00") is refused(EFENTO, "") is problems.FRAME_UNKNOWN


# ELA


def test_ela_sends_temperature_alone_or_after_the_humidity() -> None:
    assert at(ELA, "12 850a").temperature == 26.93
    heard = at(ELA, "21 30 12 b80a")
    assert (heard.format, heard.humidity, heard.temperature) == ("RHT", 48.0, 27.44)
    assert at(ELA, "12 0000").temperature == 0.0
    assert at(ELA, "12 c6f8").temperature == -18.5


def test_an_ela_battery_is_no_measurement() -> None:
    assert (at(ELA, "f1 64").battery_percent, at(ELA, "f1 64").measured) == (100, False)
    assert at(ELA, "f2 e40c").battery_mv == 3300
    assert (at(ELA, "32 0100").format, at(ELA, "32 0100").measured) == ("other", False)


def test_an_ela_without_a_value_says_none() -> None:
    heard = at(ELA, "21 ff 12 0080 f1 ff")
    assert (heard.temperature, heard.humidity, heard.battery_percent, heard.measured) == (None, None, None, True)


def test_an_ela_frame_cut_short_or_of_another_tag_is_refused() -> None:
    assert refused(ELA, "12 85") is problems.FRAME_MALFORMED
    assert refused(ELA, "77 85") is refused(ELA, "") is problems.FRAME_UNKNOWN


# Minew


def test_minew_is_fixed_point_big_endian() -> None:
    heard = under(MINEW, "a1 01 63 1580 3200 aabbccddeeff")
    assert (heard.temperature, heard.humidity, heard.battery_percent) == (21.5, 50.0, 99)
    assert heard.address == "FF:EE:DD:CC:BB:AA"
    cold = under(MINEW, "a1 01 64 ed80 0000 aabbccddeeff")
    assert (cold.temperature, cold.humidity) == (-18.5, 0.0)


def test_a_minew_without_a_value_says_none() -> None:
    heard = under(MINEW, "a1 01 ff 8000 8000 aabbccddeeff")
    assert (heard.temperature, heard.humidity, heard.battery_percent) == (None, None, None)


def test_the_name_of_a_minew_is_no_measurement() -> None:
    heard = under(MINEW, "a1 08 64 5948693f23ac 504c5553")
    assert (heard.measured, heard.battery_percent, heard.address) == (False, 100, "AC:23:3F:69:48:59")


@pytest.mark.parametrize("text", ["a1 01 63 1580 3200", "a1 08 64 5948"])
def test_a_minew_frame_of_another_length_is_malformed(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        under(MINEW, text)
    assert refusal.value.kind is problems.FRAME_MALFORMED


@pytest.mark.parametrize("text", ["", "a1", "a1 03 64", "00 01 63"])
def test_another_minew_frame_is_unknown(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        under(MINEW, text)
    assert refusal.value.kind is problems.FRAME_UNKNOWN


# ThermoBeacon


def test_thermobeacon_is_in_sixteenths() -> None:
    heard = at(0x11, BEACON)
    assert (heard.temperature, heard.humidity, heard.battery_mv) == (21.8125, 42.1875, 3020)
    assert heard.address == "34:12:00:00:CE:11"


def test_a_thermobeacon_without_a_value_says_none() -> None:
    assert at(0x10, BEACON.replace("5d01", "0080")).temperature is None


def test_a_thermobeacon_frame_that_is_no_measurement_is_unknown() -> None:
    assert refused(0x10, BEACON.replace("5d01", "4106")) is problems.FRAME_UNKNOWN  # 100.0625 °C
    assert refused(0x10, BEACON.replace("a302", "4106")) is problems.FRAME_UNKNOWN  # 100.0625 %
    assert refused(0x10, BEACON + "0000") is problems.FRAME_UNKNOWN


def test_a_company_whose_number_a_thermobeacon_uses_is_not_taken_for_one() -> None:
    data = {0x11: bytes.fromhex(BEACON)}
    assert recognise(data, {}, services=[]) is None
    assert recognise(data, {}, services=[FFF0]) is not None


# SensorPro


def test_sensorpro_is_big_endian_in_hundredths() -> None:
    heard = at(SENSORPRO, "01 01 a4c138112233 014a 0960 10f2 64 0000")
    assert (heard.temperature, heard.humidity, heard.battery_mv, heard.battery_percent) == (24.0, 43.38, 3300, 100)
    assert (heard.format, heard.address) == ("T201", "A4:C1:38:11:22:33")


def test_a_sensorpro_without_a_value_says_none() -> None:
    heard = at(SENSORPRO, "01 05 a4c138112233 014a 8000 ffff ff")
    assert (heard.temperature, heard.humidity, heard.battery_percent) == (None, None, None)


def test_another_sensorpro_model_is_unknown_and_a_short_one_malformed() -> None:
    assert refused(SENSORPRO, "01 02 a4c138112233 014a 0960 10f2 64") is problems.FRAME_UNKNOWN
    assert refused(SENSORPRO, "01 01 ffff") is refused(SENSORPRO, "") is problems.FRAME_UNKNOWN
    assert refused(SENSORPRO, "01 01 a4c138112233 014a 0960") is problems.FRAME_MALFORMED


def test_what_is_on_the_air_of_others_is_nobody_s() -> None:
    assert recognise({0x004C: b"\x10\x05"}, {full_uuid("180f"): b"\x64"}) is None
    assert recognise({EFENTO: b"\x99"}, {MINEW: b"\x00"}) is None
