"""ThermoBeacon hygrometers (sold under many names): manufacturer specific data, little endian, in sixteenths.

Sources: the thermobeacon-ble and bleparser ("Thermoplus") packages, and iskalchev/ThermoBeacon-pyhap, which agree. What
stands as the company identifier is the model's number; those numbers belong to other companies, so the service 0xFFF0
must be advertised beside it. They are heard and shown; their memory is not downloaded here.
"""

import struct

from shared.loggers.plugin import Plugin, Said
from shared.loggers.values import (
    Advertisement,
    Maker,
    address_text,
    full_uuid,
    possible_temperature,
    unknown,
)

MODELS = (0x10, 0x11, 0x14, 0x15, 0x18, 0x1B, 0x30)
"""Models, in the place of a company identifier."""
SERVICE = full_uuid("FFF0")
_PAYLOAD = struct.Struct("<BB6sHhHI")
"""Zero, button, address (least significant byte first), mV, °C/16, %RH/16, seconds since the last reset."""
_HOTTEST = 100
"""°C; beyond it, and beyond 100 %RH, a frame of this length is not a measurement (the two packages pass it over)."""


def decode_advertisement(said: Said) -> Advertisement:
    """The manufacturer specific data of one advertisement (after the model's number).

    Raises:
        Refused: FRAME_UNKNOWN where it is not a measurement of a ThermoBeacon.
    """
    if len(said.data) != _PAYLOAD.size or (said.services is not None and SERVICE not in said.services):
        raise unknown(Maker.THERMOBEACON, said.data)
    _, _, address, millivolt, temperature, humidity, _ = _PAYLOAD.unpack(said.data)
    if temperature > _HOTTEST * 16 or humidity > 100 * 16:
        raise unknown(Maker.THERMOBEACON, said.data)
    return Advertisement(
        maker=Maker.THERMOBEACON,
        format="measurement",
        temperature=possible_temperature(temperature / 16),  # 0x8000 is -2048 °C
        humidity=humidity / 16,
        battery_mv=millivolt,
        address=address_text(address[::-1]),
    )


PLUGIN = Plugin(names=(Maker.THERMOBEACON,), companies=dict.fromkeys(MODELS, decode_advertisement))
