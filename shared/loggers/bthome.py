"""BTHome version 2, plain and encrypted.

Sources: bthome.io, "BTHome v2 format" (object ids, lengths, factors) and "Encryption"; the lengths of every object are
held equal to those of the bthome-ble package in a test. Loggers that speak it are heard and shown; there is no history
to download.

**Encryption** is AES-CCM with a 4 byte tag: the nonce is the logger's address, the UUID and the first byte as they
stand on the air, and the counter; counter and tag follow the ciphertext. The key (16 bytes) belongs to one logger and
comes from whoever called; nothing is read without it, and nothing is made up with a wrong one.
"""

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from shared import problems
from shared.errors import Refused
from shared.loggers.plugin import Plugin, Said
from shared.loggers.values import (
    Advertisement,
    Maker,
    address_text,
    full_uuid,
    possible_humidity,
    possible_percent,
    possible_temperature,
    unknown,
    wrong_length,
)

BTHOME = full_uuid("FCD2")
_UUID = bytes.fromhex("d2fc")
"""As it stands on the air, least significant byte first."""
_ENCRYPTED, _ADDRESSED = 0x01, 0x02
_VERSION_2 = 2
_COUNTER, _TAG = 4, 4
KEY = 16
"""Bytes of a key."""

# objects -----------------------------------------------------------------------------------------------------------------

_SIZES = (
    dict.fromkeys((*range(0x15, 0x30), 0x00, 0x01, 0x09, 0x0F, 0x10, 0x11, 0x3A, 0x46, 0x57, 0x58, 0x59, 0x60, 0x64, 0x65), 1)
    | dict.fromkeys((0x02, 0x03, 0x06, 0x07, 0x08, 0x0C, 0x0D, 0x0E, 0x12, 0x13, 0x14, 0x3C, 0x3D, 0x3F, 0x40, 0x41, 0x43), 2)
    | dict.fromkeys((0x44, 0x45, 0x47, 0x48, 0x49, 0x4A, 0x51, 0x52, 0x56, 0x5A, 0x5D, 0x5E, 0x5F, 0x61, 0xF0), 2)
    | dict.fromkeys((0x04, 0x05, 0x0A, 0x0B, 0x42, 0x4B, 0xF2), 3)
    | dict.fromkeys((0x3E, 0x4C, 0x4D, 0x4E, 0x4F, 0x50, 0x55, 0x5B, 0x5C, 0x62, 0x63, 0xF1), 4)
)  # fmt: skip
"""Bytes of each object's value."""
_TEXTS = frozenset({0x53, 0x54})
"""Text and raw bytes: their first byte says how many follow."""
_COMMAND = 0x3B
"""Its first byte holds, in five bits, how many follow beside one that always does."""


def _number(factor: float, *, signed: bool = False) -> Callable[[bytes], float | None]:
    """Little endian, times ``factor``; the code that 16-bit characteristics have for "not known" is no value."""

    def read(raw: bytes) -> float | None:
        value = int.from_bytes(raw, "little", signed=signed)
        nothing = -1 << (8 * len(raw) - 1) if signed else (1 << 8 * len(raw)) - 1
        return None if len(raw) > 1 and value == nothing else round(value * factor, 4)

    return read


_OBJECTS: dict[int, tuple[str, Callable[[bytes], float | None]]] = {
    0x00: ("sequence", _number(1)),
    0x01: ("battery_percent", _number(1)),
    0x02: ("temperature", _number(0.01, signed=True)),
    0x03: ("humidity", _number(0.01)),
    0x04: ("pressure", _number(1)),  # 0.01 hPa is 1 Pa
    0x08: ("dew_point", _number(0.01, signed=True)),
    0x0C: ("battery_mv", _number(1)),  # 0.001 V
    0x2E: ("humidity", _number(1)),
    0x45: ("temperature", _number(0.1, signed=True)),
    0x57: ("temperature", _number(1, signed=True)),
    0x58: ("temperature", _number(0.35, signed=True)),
}


def _objects(data: bytes) -> dict[str, float | None]:
    """The first value of each kind; objects stand in order of their id, so one of unknown size hides what follows.

    Raises:
        Refused: FRAME_MALFORMED where an object is cut short.
    """
    found: dict[str, float | None] = {}
    position = 0
    while position < len(data):
        kind = data[position]
        start, size = position + 1, _SIZES.get(kind)
        if kind in _TEXTS or kind == _COMMAND:
            if start == len(data):
                raise wrong_length(data, f"≥ {start + 1}")
            size = data[start] if kind in _TEXTS else 1 + (data[start] & 0x1F)
            start += 1
        if size is None:
            break
        raw = data[start : start + size]
        if len(raw) < size:
            raise wrong_length(data, f"≥ {start + size}")
        if kind in _OBJECTS:
            name, read = _OBJECTS[kind]
            found.setdefault(name, read(raw))
        position = start + size
    return found


# encryption --------------------------------------------------------------------------------------------------------------

_RESTART = 100
"""A counter below this one may follow a higher one: the logger's battery was changed, or the counter came around. Were it
refused for ever, a new battery would silence the logger and with it the alarm (the same bound as in the bthome-ble
package)."""


class ReplayGuard:
    """The counters heard of each encrypted logger: an advertisement recorded earlier and sent again is refused.

    A logger repeats each advertisement many times, so the newest counter is accepted again with the very same bytes.
    """

    def __init__(self) -> None:
        self._newest: dict[bytes, tuple[int, bytes]] = {}

    def check(self, address: bytes, counter: int, data: bytes) -> None:
        """Accept a counter of the logger at ``address``, and remember it.

        Raises:
            Refused: LOGGER_REPLAYED where it is older than one heard before, or the same with other bytes.
        """
        newest = self._newest.get(address)
        if newest is not None and (counter, data) != newest:
            last = newest[0]
            if counter == last or (counter < last and counter >= _RESTART):
                raise Refused(problems.LOGGER_REPLAYED, value=address_text(address), count=counter, last=last)
        self._newest[address] = (counter, data)


def decrypt(info: int, body: bytes, address: bytes, key: bytes) -> bytes:
    """The objects in an encrypted payload. ``info`` is its first byte, ``body`` what follows it (and the address, where one
    stands there).

    Raises:
        Refused: FRAME_MALFORMED where it is too short, LOGGER_KEY_WRONG where it was not made with this key for this
        address.
    """
    if len(body) <= _COUNTER + _TAG:
        raise wrong_length(body, f"> {_COUNTER + _TAG}")
    sealed, counter, tag = body[: -_COUNTER - _TAG], body[-_COUNTER - _TAG : -_TAG], body[-_TAG:]
    if len(key) != KEY:
        raise Refused(problems.LOGGER_KEY_WRONG, value=address_text(address))
    try:
        return AESCCM(key, tag_length=_TAG).decrypt(address + _UUID + bytes((info,)) + counter, sealed + tag, None)
    except InvalidTag as error:
        raise Refused(problems.LOGGER_KEY_WRONG, value=address_text(address)) from error


# advertisement -----------------------------------------------------------------------------------------------------------


def decode(said: Said) -> Advertisement:
    """The service data of one advertisement.

    Raises:
        Refused: FRAME_UNKNOWN for another version or nothing that is read here, FRAME_MALFORMED where an object is cut
            short, LOGGER_KEY_MISSING, LOGGER_KEY_WRONG or LOGGER_REPLAYED where it is encrypted.
    """
    data = said.data
    if not data or data[0] >> 5 != _VERSION_2:
        raise unknown(Maker.BTHOME, data)
    body, address, carried = data[1:], said.address, None
    if data[0] & _ADDRESSED:
        if len(body) < 6:
            raise wrong_length(data, "≥ 7")
        address, body = body[5::-1], body[6:]
        carried = address_text(address)
    secret = bool(data[0] & _ENCRYPTED)
    if secret:
        if address is None or said.key is None:
            name = "BTHome" if address is None else address_text(address)
            raise Refused(problems.LOGGER_KEY_MISSING, value=name)
        opened = decrypt(data[0], body, address, said.key)
        if said.counters is not None:  # only what is genuine may move the counter
            said.counters.check(address, int.from_bytes(body[-_COUNTER - _TAG : -_TAG], "little"), data)
        body = opened
    elif said.key is not None:
        # whoever has a key does not believe what anybody could have sent
        raise Refused(problems.LOGGER_KEY_WRONG, value="BTHome" if address is None else address_text(address))
    found = _objects(body)
    if not found:
        raise unknown(Maker.BTHOME, data)
    return _advertisement(found, "BTHome v2 encrypted" if secret else "BTHome v2", carried)


def _advertisement(found: dict[str, float | None], form: str, address: str | None) -> Advertisement:
    temperature, humidity, percent = found.get("temperature"), found.get("humidity"), _whole(found, "battery_percent")
    return Advertisement(
        maker=Maker.BTHOME,
        format=form,
        temperature=None if temperature is None else possible_temperature(temperature),
        humidity=None if humidity is None else possible_humidity(humidity),
        pressure=found.get("pressure"),
        dew_point=found.get("dew_point"),
        battery_mv=_whole(found, "battery_mv"),
        battery_percent=None if percent is None else possible_percent(percent),
        sequence=_whole(found, "sequence"),
        address=address,
        measured="temperature" in found or "humidity" in found,
    )


def _whole(found: dict[str, float | None], name: str) -> int | None:
    value = found.get(name)
    return None if value is None else int(value)


PLUGIN = Plugin(names=(Maker.BTHOME,), services={BTHOME: decode})
