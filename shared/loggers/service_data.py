"""Advertisements that carry their values as service data: BTHome version 2 (plain), and pvvx/ATC thermometers.

Sources: bthome.io/format (object ids and factors); github.com/pvvx/ATC_MiThermometer, README "Bluetooth advertising formats".
These are heard and shown; neither has a history that is downloaded here.
"""

import struct
from collections.abc import Callable

from shared import problems
from shared.errors import Refused
from shared.loggers.values import Advertisement, Maker, address_text, wrong_length

BTHOME = "0000fcd2-0000-1000-8000-00805f9b34fb"
ENVIRONMENTAL_SENSING = "0000181a-0000-1000-8000-00805f9b34fb"
_NO_TEMPERATURE = -0x8000
"""0x8000: "value is not known" of the GATT characteristic Temperature (0x2A6E), which these formats follow."""
_NO_HUMIDITY = 0xFFFF


def full_uuid(text: str) -> str:
    """A 16, 32 or 128-bit UUID, in any case, as 36 characters (Bluetooth Core 5.4 Vol 3 Part B 2.5.1).

    Raises:
        Refused: FRAME_UNKNOWN where ``text`` is no UUID.
    """
    digits = text.lower().removeprefix("0x").replace("-", "")
    if not set(digits) <= set("0123456789abcdef") or len(digits) not in (4, 8, 32):
        raise Refused(problems.FRAME_UNKNOWN, value=text)
    if len(digits) < 32:
        digits = digits.rjust(8, "0") + "00001000800000805f9b34fb"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def decode_service(uuid: str, data: bytes) -> Advertisement:
    """The service data of one advertisement (after the UUID).

    Raises:
        Refused: FRAME_UNKNOWN for a service that is not read here, or an encrypted BTHome advertisement (its key would be
            needed); FRAME_MALFORMED where the data does not have the form it must have.
    """
    service = full_uuid(uuid)
    if service == BTHOME:
        return _bthome(data)
    if service == ENVIRONMENTAL_SENSING and len(data) == _PVVX.size:
        return _pvvx(data)
    if service == ENVIRONMENTAL_SENSING and len(data) == _ATC.size:
        return _atc(data)
    raise Refused(problems.FRAME_UNKNOWN, value=f"{uuid} {data.hex()}")


# BTHome ------------------------------------------------------------------------------------------------------------------

_ENCRYPTED = 0x01
_VERSION_2 = 2
_SIZES = {
    0x00: 1, 0x01: 1, 0x02: 2, 0x03: 2, 0x04: 3, 0x05: 3, 0x06: 2, 0x07: 2, 0x08: 2, 0x09: 1, 0x0A: 3, 0x0B: 3, 0x0C: 2,
    0x0D: 2, 0x0E: 2, 0x0F: 1, 0x10: 1, 0x11: 1, 0x12: 2, 0x13: 2, 0x14: 2, 0x2D: 1, 0x2E: 1, 0x2F: 1, 0x3D: 2, 0x3E: 4,
    0x3F: 2, 0x45: 2, 0x4A: 2, 0x50: 4, 0x57: 1, 0x58: 1,
}  # fmt: skip
"""Bytes of each object's value; the objects that matter to goods and those that commonly stand beside them."""


def _signed(factor: float) -> Callable[[bytes], float | None]:
    def read(raw: bytes) -> float | None:
        value = int.from_bytes(raw, "little", signed=True)
        return None if len(raw) == 2 and value == _NO_TEMPERATURE else round(value * factor, 4)

    return read


def _unsigned(factor: float) -> Callable[[bytes], float | None]:
    def read(raw: bytes) -> float | None:
        value = int.from_bytes(raw, "little")
        return None if len(raw) == 2 and value == _NO_HUMIDITY else round(value * factor, 4)

    return read


_OBJECTS: dict[int, tuple[str, Callable[[bytes], float | None]]] = {
    0x00: ("sequence", _unsigned(1)),
    0x01: ("battery_percent", _unsigned(1)),
    0x02: ("temperature", _signed(0.01)),
    0x03: ("humidity", _unsigned(0.01)),
    0x04: ("pressure", _unsigned(1)),  # 0.01 hPa is 1 Pa
    0x08: ("dew_point", _signed(0.01)),
    0x0C: ("battery_mv", _unsigned(1)),  # 0.001 V
    0x2E: ("humidity", _unsigned(1)),
    0x45: ("temperature", _signed(0.1)),
    0x57: ("temperature", _signed(1)),
    0x58: ("temperature", _signed(0.35)),
}
_WHOLE = frozenset({"sequence", "battery_percent", "battery_mv"})


def _bthome(data: bytes) -> Advertisement:
    if not data or data[0] >> 5 != _VERSION_2:
        raise Refused(problems.FRAME_UNKNOWN, value=f"BTHome {data.hex()}")
    if data[0] & _ENCRYPTED:
        raise Refused(problems.FRAME_UNKNOWN, value=f"BTHome, encrypted: {data.hex()}")
    found: dict[str, float | None] = {}
    position = 1
    while position < len(data):
        size = _SIZES.get(data[position])
        if size is None:  # objects stand in order of their id; one of unknown size hides what follows
            break
        raw = data[position + 1 : position + 1 + size]
        if len(raw) < size:
            raise wrong_length(data, f"≥ {position + 1 + size}")
        if data[position] in _OBJECTS:
            name, read = _OBJECTS[data[position]]
            found.setdefault(name, read(raw))
        position += 1 + size
    if not found:
        raise Refused(problems.FRAME_UNKNOWN, value=f"BTHome {data.hex()}")
    whole = {name: None if found.get(name) is None else int(found[name] or 0) for name in _WHOLE}
    return Advertisement(
        maker=Maker.BTHOME,
        format="BTHome v2",
        temperature=found.get("temperature"),
        humidity=found.get("humidity"),
        pressure=found.get("pressure"),
        dew_point=found.get("dew_point"),
        battery_mv=whole["battery_mv"],
        battery_percent=whole["battery_percent"],
        sequence=whole["sequence"],
    )


# pvvx and ATC1441 --------------------------------------------------------------------------------------------------------

_PVVX = struct.Struct("<6shHHBBB")
"""Address (least significant byte first), 0.01 °C, 0.01 %RH, mV, %, counter, flags; little endian; 15 bytes."""
_ATC = struct.Struct(">6shBBHB")
"""Address, 0.1 °C, %RH, %, mV, counter; big endian; 13 bytes."""


def _pvvx(data: bytes) -> Advertisement:
    address, temperature, humidity, millivolt, percent, counter, _ = _PVVX.unpack(data)
    return Advertisement(
        maker=Maker.PVVX,
        format="custom",
        temperature=None if temperature == _NO_TEMPERATURE else temperature / 100,
        humidity=None if humidity == _NO_HUMIDITY else humidity / 100,
        battery_mv=millivolt,
        battery_percent=percent,
        sequence=counter,
        address=address_text(address[::-1]),
    )


def _atc(data: bytes) -> Advertisement:
    address, temperature, humidity, percent, millivolt, counter = _ATC.unpack(data)
    return Advertisement(
        maker=Maker.ATC,
        format="ATC1441",
        temperature=None if temperature == _NO_TEMPERATURE else temperature / 10,
        humidity=None if humidity > 100 else float(humidity),
        battery_mv=millivolt,
        battery_percent=percent,
        sequence=counter,
        address=address_text(address),
    )
