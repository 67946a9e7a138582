"""SensorPro T201 and T301 (also sold as Brifit): manufacturer specific data, big endian, in hundredths.

Sources: the sensorpro-ble and bleparser ("Brifit") packages, which agree. They are heard and shown; their memory is not
downloaded here.
"""

import struct

from shared.loggers.plugin import Plugin, plain
from shared.loggers.values import (
    Advertisement,
    Maker,
    address_text,
    possible_humidity,
    possible_percent,
    possible_temperature,
    unknown,
    wrong_length,
)

COMPANY = 0xAA55
"""What stands in the place of a company identifier; nobody has registered it."""
_PAYLOAD = struct.Struct(">BB6sHhHB")
"""One, model, address, 0.01 V, 0.01 °C, 0.01 %RH, %; more may follow."""
_MODELS = {0x01: "T201", 0x05: "T301"}
_VENDOR = b"\xa4\xc1"
"""How the addresses of all of them begin."""
_NO_TEMPERATURE = -0x8000


def decode_advertisement(data: bytes) -> Advertisement:
    """The manufacturer specific data of one advertisement (after the company identifier).

    Raises:
        Refused: FRAME_UNKNOWN for another model, FRAME_MALFORMED where it is too short.
    """
    if data[:1] != b"\x01" or len(data) < 4 or data[1] not in _MODELS or data[2:4] != _VENDOR:
        raise unknown(Maker.SENSORPRO, data)
    if len(data) < _PAYLOAD.size:
        raise wrong_length(data, f"≥ {_PAYLOAD.size}")
    _, model, address, volt, temperature, humidity, percent = _PAYLOAD.unpack_from(data)
    return Advertisement(
        maker=Maker.SENSORPRO,
        format=_MODELS[model],
        temperature=None if temperature == _NO_TEMPERATURE else possible_temperature(temperature / 100),
        humidity=possible_humidity(humidity / 100),
        battery_mv=volt * 10,
        battery_percent=possible_percent(percent),
        address=address_text(address),
    )


PLUGIN = Plugin(names=(Maker.SENSORPRO,), companies={COMPANY: plain(decode_advertisement)})
