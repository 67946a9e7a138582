"""BTHome, plain and encrypted, against the vectors of its own project."""

import pytest

from shared import problems
from shared.errors import Refused
from shared.loggers.advertisement import decode_service, recognise
from shared.loggers.bthome import BTHOME, ReplayGuard
from shared.loggers.values import Advertisement

KEY = bytes.fromhex("231d39c1d7cc1ab1aee224cd096db932")
ADDRESS = "54:48:E6:8F:80:A5"
SECRET = bytes.fromhex("41a47266c95f730011223378237214")
"""The encrypted form of 02CA09 03BF13, counter 0x33221100 (bthome.io, "Encryption")."""


def said(text: str, **more: object) -> Advertisement:
    return decode_service(BTHOME, bytes.fromhex(text), **more)  # type: ignore[arg-type]


def refused(text: str | bytes, **more: object) -> Refused:
    data = bytes.fromhex(text) if isinstance(text, str) else text
    with pytest.raises(Refused) as refusal:
        decode_service(BTHOME, data, **more)  # type: ignore[arg-type]
    return refusal.value


def test_plain_bthome_gives_temperature_and_humidity() -> None:
    heard = said("40 02ca09 03bf13")
    assert (heard.temperature, heard.humidity) == (25.06, 50.55)


def test_plain_bthome_pressure_is_in_pascal() -> None:
    heard = decode_service("0xFCD2", bytes.fromhex("4004138a01"))
    assert heard.pressure == 100_883
    assert not heard.measured


def test_every_bthome_form_of_a_temperature_is_read() -> None:
    assert said("40 45 1101").temperature == 27.3
    assert said("40 57 ea").temperature == -22
    assert said("40 58 ea").temperature == -7.7
    assert said("40 02 0000").temperature == 0.0


def test_counts_and_battery_are_whole_numbers() -> None:
    heard = said("40 0009 0161 02ca09 0c020c 2e23")
    assert (heard.sequence, heard.battery_percent, heard.battery_mv, heard.humidity) == (9, 97, 3074, 35.0)


def test_no_value_codes_are_none_and_zero_is_a_value() -> None:
    nothing = said("40 01ff 020080 03ffff 04ffffff 0cffff")
    assert (nothing.temperature, nothing.humidity, nothing.pressure) == (None, None, None)
    assert (nothing.battery_percent, nothing.battery_mv, nothing.measured) == (None, None, True)
    assert said("40 2eff").humidity is None
    zero = said("40 020000 030000")
    assert (zero.temperature, zero.humidity) == (0.0, 0.0)


def test_what_stands_before_an_unknown_object_is_still_read() -> None:
    assert said("40 02ca09 e00102").temperature == 25.06


def test_texts_raw_bytes_and_commands_are_stepped_over_by_their_length() -> None:
    assert said("40 02ca09 530248691a 5401ff").temperature == 25.06
    assert said("40 3b02112233 45 1101").temperature == 27.3


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("", problems.FRAME_UNKNOWN),
        ("20 02ca09", problems.FRAME_UNKNOWN),
        ("40 fe0102", problems.FRAME_UNKNOWN),
        ("40 02ca", problems.FRAME_MALFORMED),
        ("40 53", problems.FRAME_MALFORMED),
        ("40 530248", problems.FRAME_MALFORMED),
        ("42 0102", problems.FRAME_MALFORMED),
    ],
)
def test_old_empty_and_short_advertisements_are_refused(data: str, kind: object) -> None:
    assert refused(data).kind is kind


def test_an_address_in_the_payload_is_told() -> None:
    assert said("42 a5808fe64854 02ca09").address == ADDRESS


def test_the_published_encrypted_advertisement_is_read_with_its_key() -> None:
    heard = decode_service(BTHOME, SECRET, address=ADDRESS, key=KEY)
    assert (heard.temperature, heard.humidity, heard.format) == (25.06, 50.55, "BTHome v2 encrypted")


def test_without_a_key_or_an_address_an_encrypted_advertisement_is_refused_by_name() -> None:
    assert refused(SECRET, address=ADDRESS).problem.values == {"value": ADDRESS}
    assert refused(SECRET, address=ADDRESS).kind is refused(SECRET, key=KEY).kind is problems.LOGGER_KEY_MISSING


@pytest.mark.parametrize("key", [KEY[:-1] + b"\0", KEY[:8]], ids=["another", "short"])
def test_with_a_wrong_key_nothing_is_read(key: bytes) -> None:
    assert refused(SECRET, address=ADDRESS, key=key).kind is problems.LOGGER_KEY_WRONG


def test_one_changed_bit_or_another_sender_is_not_believed() -> None:
    for position in range(1, len(SECRET)):
        changed = bytes((*SECRET[:position], SECRET[position] ^ 1, *SECRET[position + 1 :]))
        assert refused(changed, address=ADDRESS, key=KEY).kind is problems.LOGGER_KEY_WRONG
    assert refused(SECRET, address="54:48:E6:8F:80:A6", key=KEY).kind is problems.LOGGER_KEY_WRONG


def test_a_plain_advertisement_of_a_logger_that_has_a_key_is_not_believed() -> None:
    assert refused("40 02ca09", address=ADDRESS, key=KEY).kind is problems.LOGGER_KEY_WRONG
    assert refused("40 02ca09", key=KEY).kind is problems.LOGGER_KEY_WRONG


def test_an_encrypted_advertisement_too_short_to_hold_counter_and_tag_is_malformed() -> None:
    assert refused("41 0011223344556677", address=ADDRESS, key=KEY).kind is problems.FRAME_MALFORMED


def test_an_old_counter_is_a_replay_and_the_newest_may_repeat() -> None:
    guard, other = ReplayGuard(), bytes(6)
    mine = bytes.fromhex("5448e68f80a5")
    for counter in (500, 501, 501, 700):
        guard.check(mine, counter, bytes((counter % 256,)))
    for counter, data in ((699, b"x"), (500, b"x"), (700, b"other bytes")):
        with pytest.raises(Refused) as refusal:
            guard.check(mine, counter, data)
        assert refusal.value.kind is problems.LOGGER_REPLAYED
        assert refusal.value.problem.values == {"value": ADDRESS, "count": str(counter), "last": "700"}
    guard.check(other, 3, b"")


def test_a_counter_that_starts_again_is_a_new_battery() -> None:
    guard = ReplayGuard()
    guard.check(bytes(6), 700, b"a")
    guard.check(bytes(6), 99, b"b")
    guard.check(bytes(6), 100, b"c")


def test_a_forged_advertisement_does_not_move_the_counter() -> None:
    guard = ReplayGuard()
    forged = SECRET[:-8] + b"\xff\xff\xff\x7f" + SECRET[-4:]
    with pytest.raises(Refused):
        decode_service(BTHOME, forged, address=ADDRESS, key=KEY, counters=guard)
    assert decode_service(BTHOME, SECRET, address=ADDRESS, key=KEY, counters=guard).temperature == 25.06


def test_service_data_is_recognised_on_the_air() -> None:
    heard = recognise({}, {BTHOME: bytes.fromhex("4002ca09")})
    assert heard is not None
    assert heard.temperature == 25.06


def test_on_the_air_the_key_is_found_by_the_address_and_a_missing_one_is_told() -> None:
    heard = recognise({}, {BTHOME: SECRET}, address=ADDRESS.lower(), keys={ADDRESS: KEY})
    assert heard is not None
    assert heard.temperature == 25.06
    with pytest.raises(Refused) as refusal:
        recognise({}, {BTHOME: SECRET}, address=ADDRESS)
    assert refusal.value.kind is problems.LOGGER_KEY_MISSING
