"""What a logger says of itself in an advertisement, whoever made it."""

import re
from enum import StrEnum

import msgspec

from shared import problems
from shared.errors import Refused


class Maker(StrEnum):
    """Who made a logger, or whose format it speaks. The stored history of the first two can be downloaded."""

    RUUVI = "ruuvi"
    BLUE_MAESTRO = "bluemaestro"
    BTHOME = "bthome"
    PVVX = "pvvx"
    ATC = "atc"


class Advertisement(msgspec.Struct, frozen=True):
    """The values of one advertisement. ``None`` everywhere means that the logger gave no value, or has no such sensor.

    ``temperature`` in °C, ``humidity`` in %RH, ``dew_point`` in °C, ``pressure`` in Pa, ``battery_mv`` in mV,
    ``battery_percent`` in %, ``tx_power`` in dBm, ``interval`` (s) between records where it is advertised. ``address`` is
    the logger's Bluetooth address where the payload itself carries it. ``sequence`` counts measurements, ``movement`` shocks,
    ``stored`` records in memory. ``acceleration`` is x, y, z in g.
    """

    maker: Maker
    format: str
    temperature: float | None
    humidity: float | None = None
    pressure: float | None = None
    dew_point: float | None = None
    battery_mv: int | None = None
    battery_percent: int | None = None
    address: str | None = None
    sequence: int | None = None
    movement: int | None = None
    acceleration: tuple[float | None, ...] | None = None
    tx_power: int | None = None
    interval: int | None = None
    stored: int | None = None


_ADDRESS = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")


def address_text(raw: bytes) -> str:
    """Six bytes, most significant first, as ``CB:B8:33:4C:88:4F``."""
    return ":".join(f"{byte:02X}" for byte in raw)


def address_bytes(address: str) -> bytes:
    """The six bytes of an address, most significant first.

    Raises:
        Refused: FRAME_MALFORMED where ``address`` is not ``XX:XX:XX:XX:XX:XX`` in hex.
    """
    upper = address.upper()
    if not _ADDRESS.fullmatch(upper):
        raise Refused(problems.FRAME_MALFORMED, value=address, reason="XX:XX:XX:XX:XX:XX")
    return bytes.fromhex(upper.replace(":", ""))


def wrong_length(data: bytes, expected: str) -> Refused:
    """The refusal of a payload whose length is not the one its format has."""
    return Refused(problems.FRAME_MALFORMED, value=data.hex(), reason=f"{len(data)} B ≠ {expected} B")
