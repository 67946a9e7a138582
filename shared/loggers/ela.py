"""ELA Innovation's Blue series (T, T probe, RHT): manufacturer specific data of tag-value entries, little endian.

Source: the payloads published with reelyActive's advlib-ble-manufacturers (``elainnovation``), which names every tag.
They are heard and shown; what a tag stores is not downloaded here.
"""

from shared.loggers.plugin import Plugin, plain
from shared.loggers.values import (
    Advertisement,
    Maker,
    possible_humidity,
    possible_percent,
    possible_temperature,
    unknown,
    wrong_length,
)

COMPANY = 0x0757
"""Bluetooth SIG company identifier of ELA Innovation."""
_TEMPERATURE, _HUMIDITY, _PERCENT, _VOLTAGE = 0x12, 0x21, 0xF1, 0xF2
_SIZES = {0x06: 6, 0x12: 2, 0x21: 1, 0x32: 2, 0x42: 2, 0x56: 6, 0x62: 2, 0x92: 2, 0xB2: 2, 0xF1: 1, 0xF2: 2}
"""Bytes after each tag: identity, temperature, humidity, magnet, movement, acceleration, input, infrared, touch,
battery in % and in mV."""
_NAMES = {0x12: "T", 0x21: "RHT", 0xF1: "BATT", 0xF2: "BATT"}
_NO_TEMPERATURE = -0x8000


def decode_advertisement(data: bytes) -> Advertisement:
    """The manufacturer specific data of a tag (after the company identifier).

    Raises:
        Refused: FRAME_UNKNOWN for a tag that is not one of ELA's, FRAME_MALFORMED where an entry is cut short.
    """
    found: dict[int, int] = {}
    position = 0
    while position < len(data):
        size = _SIZES.get(data[position])
        if size is None:
            raise unknown(Maker.ELA, data)
        raw = data[position + 1 : position + 1 + size]
        if len(raw) < size:
            raise wrong_length(data, f"≥ {position + 1 + size}")
        found.setdefault(data[position], int.from_bytes(raw, "little", signed=data[position] == _TEMPERATURE))
        position += 1 + size
    if not found:
        raise unknown(Maker.ELA, data)
    temperature, humidity = found.get(_TEMPERATURE, _NO_TEMPERATURE), found.get(_HUMIDITY)
    return Advertisement(
        maker=Maker.ELA,
        format=_NAMES.get(data[0], "other"),
        temperature=None if temperature == _NO_TEMPERATURE else possible_temperature(temperature / 100),
        humidity=None if humidity is None else possible_humidity(float(humidity)),
        battery_mv=found.get(_VOLTAGE),
        battery_percent=possible_percent(found.get(_PERCENT, 0xFF)),
        measured=_TEMPERATURE in found or _HUMIDITY in found,
    )


PLUGIN = Plugin(names=(Maker.ELA,), companies={COMPANY: plain(decode_advertisement)})
