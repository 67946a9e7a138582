"""Environmental Sensing: the GATT characteristics Temperature and Humidity, sent as service data under their own UUIDs.

Sources: Bluetooth SIG, "GATT Specification Supplement", Temperature (0x2A6E) and Humidity (0x2A6F), both little endian, with
their "value is not known"; Teltonika's Blue Puck and Blue Coin, which send the humidity in one byte of whole %RH. These are
heard and shown; there is no history to download.
"""

from shared.loggers.plugin import Plugin, plain
from shared.loggers.values import Advertisement, Maker, full_uuid, possible_humidity, possible_temperature, wrong_length

TEMPERATURE = full_uuid("2A6E")
HUMIDITY = full_uuid("2A6F")
NO_TEMPERATURE = -0x8000
"""0x8000: the temperature is not known."""
NO_HUMIDITY = 0xFFFF
"""0xFFFF: the humidity is not known."""


def decode_temperature(data: bytes) -> Advertisement:
    """Two bytes: signed, 0.01 °C.

    Raises:
        Refused: FRAME_MALFORMED for another length.
    """
    if len(data) != 2:
        raise wrong_length(data, "2")
    raw = int.from_bytes(data, "little", signed=True)
    celsius = None if raw == NO_TEMPERATURE else possible_temperature(raw / 100)
    return Advertisement(Maker.ESS, "2A6E", celsius)


def decode_humidity(data: bytes) -> Advertisement:
    """Two bytes: unsigned, 0.01 %RH; or one byte of whole %RH.

    Raises:
        Refused: FRAME_MALFORMED for another length.
    """
    if len(data) not in (1, 2):
        raise wrong_length(data, "2")
    raw = int.from_bytes(data, "little")
    percent = raw / 100 if len(data) == 2 else float(raw)
    return Advertisement(Maker.ESS, "2A6F", None, possible_humidity(percent))


PLUGIN = Plugin(names=(Maker.ESS,), services={TEMPERATURE: plain(decode_temperature), HUMIDITY: plain(decode_humidity)})
