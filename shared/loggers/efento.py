"""Efento's Bluetooth loggers: manufacturer specific data of firmware 5 and 6, big endian.

Sources: the payloads published with reelyActive's advlib-ble-manufacturers (``efento``, in its editions of 2022 and
2026), and MFsquare-maran/efento_temp, which reads firmware 6 in the field. Firmware 5 sends one frame (0x02) with up to
three values of 16 bits; firmware 6 an advertisement (0x03) with the logger's state and a scan response (0x04) with the
values. They are heard and shown; their memory is not downloaded here.

**Encrypted frames.** A logger may be set to encrypt what it advertises, and nothing public says how the frame then
tells so. So a scan response is taken only where every one of its slots is a measurement that can be: of random bytes
fewer than one in a hundred thousand would pass with a temperature.
"""

import struct

from shared.loggers.plugin import Plugin, plain
from shared.loggers.values import (
    Advertisement,
    Maker,
    address_text,
    possible_humidity,
    unknown,
    wrong_length,
)

COMPANY = 0x026C
"""Bluetooth SIG company identifier of Efento."""
_SENSOR, _STATE, _RESPONSE = 0x02, 0x03, 0x04
_SENSOR_FRAME = struct.Struct(">BBBBIHB3sHHH4s")
"""Frame, firmware (two bytes), status, measurement counter, period, more flags, the kinds of three slots, their values, the
end."""
_STATE_LENGTHS = (22, 24)
_CHECKSUM = 2
_NONE, _TEMPERATURE, _HUMIDITY, _PRESSURE, _FINE_HUMIDITY = 0x00, 0x01, 0x02, 0x03, 0x1B
_KINDS = frozenset(range(0x01, 0x27))
"""The kinds of measurement that the 2026 edition knows."""
_HOTTEST, _COLDEST = 200.0, -200.0
"""°C; no sensor of Efento's measures beyond."""
_LAST_TEMPERATURE = 30_000
"""150 °C in firmware 5; higher codes say why there is no value."""
_LAST_PRESSURE = 65_279
_IN_SECONDS = 0x8000
_MOST_SLOTS = 3

Values = dict[str, float | None]


def decode_advertisement(data: bytes) -> Advertisement:
    """The manufacturer specific data of one frame (after the company identifier).

    Raises:
        Refused: FRAME_UNKNOWN for another frame, or one that holds what cannot be (an encrypted one); FRAME_MALFORMED for a
            length that it cannot have.
    """
    kind = data[0] if data else None
    if kind == _SENSOR:
        return _sensor(data)
    if kind == _STATE:
        return _state(data)
    if kind == _RESPONSE:
        return _response(data)
    raise unknown(Maker.EFENTO, data)


def _sensor(data: bytes) -> Advertisement:
    """Firmware 5: everything in one frame."""
    if len(data) != _SENSOR_FRAME.size:
        raise wrong_length(data, str(_SENSOR_FRAME.size))
    _, _, _, _, counter, period, _, kinds, *raw, _ = _SENSOR_FRAME.unpack(data)
    found: Values = {}
    for kind, code in zip(kinds, raw, strict=True):
        if kind in _NARROW:
            name, value = _narrow(kind, code)
            found.setdefault(name, value)
    interval = period & ~_IN_SECONDS if period & _IN_SECONDS else period * 60
    return _advertisement("v5", found, interval=interval or None, sequence=counter)


def _state(data: bytes) -> Advertisement:
    """Firmware 6: who it is; the values are in the scan response."""
    if len(data) not in _STATE_LENGTHS:
        raise wrong_length(data, str(_STATE_LENGTHS[0]))
    return Advertisement(Maker.EFENTO, "v6 state", None, address=address_text(data[1:7]), measured=False)


def _response(data: bytes) -> Advertisement:
    """Slots of one byte for the kind and three for the value (firmware 6), or two (its first edition), at most three of
    them.

    One to three slots of four bytes and one to three of three never have the same length.
    """
    body = data[1:-_CHECKSUM]
    for size in (4, 3):
        slots = [body[start : start + size] for start in range(0, len(body), size)]
        if body and len(body) % size == 0 and len(slots) <= _MOST_SLOTS:
            break
    else:
        raise wrong_length(data, "1 + n · 4 + 2")
    found: Values = {}
    for slot in slots:
        if slot[0] not in _KINDS:
            raise unknown(Maker.EFENTO, data)
        raw = int.from_bytes(slot[1:], "big")
        if size == 3 and slot[0] in _NARROW:
            name, value = _narrow(slot[0], raw)
        elif size == 4 and slot[0] in _WIDE:
            name, value = _wide(slot[0], raw, data)
        else:
            continue
        found.setdefault(name, value)
    return _advertisement("v6", found)


_NARROW = {_TEMPERATURE, _HUMIDITY, _PRESSURE}
_WIDE = {_TEMPERATURE, _HUMIDITY, _PRESSURE, _FINE_HUMIDITY}


def _narrow(kind: int, raw: int) -> tuple[str, float | None]:
    """16 bits: 0.01 °C from -150 °C on, whole %RH, or 10 Pa."""
    if kind == _TEMPERATURE:
        return "temperature", (raw - 15_000) / 100 if raw <= _LAST_TEMPERATURE else None
    if kind == _HUMIDITY:
        return "humidity", possible_humidity(float(raw))
    return "pressure", float(raw * 10) if raw <= _LAST_PRESSURE else None


def _wide(kind: int, raw: int, data: bytes) -> tuple[str, float | None]:
    """24 bits, the sign in the lowest (zigzag): 0.1 °C, whole or tenths of %RH, or 0.1 hPa.

    Raises:
        Refused: FRAME_UNKNOWN for what cannot be.
    """
    value = (raw >> 1) ^ -(raw & 1)
    if kind == _TEMPERATURE and _COLDEST * 10 <= value <= _HOTTEST * 10:
        return "temperature", value / 10
    if kind == _HUMIDITY and 0 <= value <= 100:
        return "humidity", float(value)
    if kind == _FINE_HUMIDITY and 0 <= value <= 1000:
        return "humidity", value / 10
    if kind == _PRESSURE and 0 <= value <= 20_000:
        return "pressure", float(value * 10)
    raise unknown(Maker.EFENTO, data)


def _advertisement(
    form: str, found: Values, *, interval: int | None = None, sequence: int | None = None
) -> Advertisement:
    return Advertisement(
        maker=Maker.EFENTO,
        format=form,
        temperature=found.get("temperature"),
        humidity=found.get("humidity"),
        pressure=found.get("pressure"),
        measured="temperature" in found or "humidity" in found,
        interval=interval,
        sequence=sequence,
    )


PLUGIN = Plugin(names=(Maker.EFENTO,), companies={COMPANY: plain(decode_advertisement)})
