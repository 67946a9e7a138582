"""Thermometers under the firmware of pvvx or atc1441: two formats of service data under Environmental Sensing (0x181A).

Source: github.com/pvvx/ATC_MiThermometer, README "Bluetooth advertising formats". They are heard and shown; their flash
log is not downloaded here. The encrypted variants of both formats (11 and 8 bytes) are not read.
"""

import struct

from shared.loggers.ess import NO_HUMIDITY, NO_TEMPERATURE
from shared.loggers.plugin import Plugin, plain
from shared.loggers.values import (
    Advertisement,
    Maker,
    address_text,
    full_uuid,
    possible_humidity,
    possible_percent,
    possible_temperature,
    unknown,
)

ENVIRONMENTAL_SENSING = full_uuid("181A")
_PVVX = struct.Struct("<6shHHBBB")
"""Address (least significant byte first), 0.01 °C, 0.01 %RH, mV, %, counter, flags; little endian; 15 bytes."""
_ATC = struct.Struct(">6shBBHB")
"""Address, 0.1 °C, %RH, %, mV, counter; big endian; 13 bytes."""


def decode(data: bytes) -> Advertisement:
    """Service data of either firmware; they are told apart by their length.

    Raises:
        Refused: FRAME_UNKNOWN for another length: many things speak under this UUID.
    """
    if len(data) == _PVVX.size:
        return _pvvx(data)
    if len(data) == _ATC.size:
        return _atc(data)
    raise unknown(Maker.PVVX, data)


def _pvvx(data: bytes) -> Advertisement:
    address, temperature, humidity, millivolt, percent, counter, _ = _PVVX.unpack(data)
    return Advertisement(
        maker=Maker.PVVX,
        format="custom",
        temperature=None if temperature == NO_TEMPERATURE else possible_temperature(temperature / 100),
        humidity=None if humidity == NO_HUMIDITY else possible_humidity(humidity / 100),
        battery_mv=millivolt,
        battery_percent=possible_percent(percent),
        sequence=counter,
        address=address_text(address[::-1]),
    )


def _atc(data: bytes) -> Advertisement:
    address, temperature, humidity, percent, millivolt, counter = _ATC.unpack(data)
    return Advertisement(
        maker=Maker.ATC,
        format="ATC1441",
        temperature=possible_temperature(temperature / 10),  # 0x8000 is -3276.8 °C
        humidity=possible_humidity(float(humidity)),
        battery_mv=millivolt,
        battery_percent=possible_percent(percent),
        sequence=counter,
        address=address_text(address),
    )


PLUGIN = Plugin(names=(Maker.PVVX, Maker.ATC), services={ENVIRONMENTAL_SENSING: plain(decode)})
