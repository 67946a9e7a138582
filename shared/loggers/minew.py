"""Minew's S1 and its kin: service data under 0xFFE1, big endian, temperature and humidity as signed 8.8 fixed point.

Source: the payloads published with reelyActive's advlib-ble-services (``minew``) and obniz's ``MINEW_S1``; the address
stands least significant byte first. They are heard and shown; there is no history to download.
"""

import struct

from shared.loggers.plugin import Plugin, plain
from shared.loggers.values import (
    Advertisement,
    Maker,
    address_text,
    full_uuid,
    possible_humidity,
    possible_percent,
    unknown,
    wrong_length,
)

SERVICE = full_uuid("FFE1")
_FRAME = 0xA1
_CLIMATE, _INFO = 0x01, 0x08
_PAYLOAD = struct.Struct(">BBBhh6s")
_INFO_LENGTH = 9
_NOTHING = -0x8000


def decode(data: bytes) -> Advertisement:
    """The service data of one advertisement.

    Raises:
        Refused: FRAME_UNKNOWN for a frame that carries neither values nor the logger's state, FRAME_MALFORMED for another
            length.
    """
    if len(data) < 2 or data[0] != _FRAME or data[1] not in (_CLIMATE, _INFO):
        raise unknown(Maker.MINEW, data)
    if data[1] == _INFO:
        if len(data) < _INFO_LENGTH:
            raise wrong_length(data, f"≥ {_INFO_LENGTH}")
        return Advertisement(
            maker=Maker.MINEW,
            format="info",
            temperature=None,
            battery_percent=possible_percent(data[2]),
            address=address_text(data[8:2:-1]),
            measured=False,
        )
    if len(data) != _PAYLOAD.size:
        raise wrong_length(data, str(_PAYLOAD.size))
    _, _, percent, temperature, humidity, address = _PAYLOAD.unpack(data)
    return Advertisement(
        maker=Maker.MINEW,
        format="HT",
        temperature=None if temperature == _NOTHING else temperature / 256,
        humidity=possible_humidity(humidity / 256),  # 0x8000 is -128 %
        battery_percent=possible_percent(percent),
        address=address_text(address[::-1]),
    )


PLUGIN = Plugin(names=(Maker.MINEW,), services={SERVICE: plain(decode)})
