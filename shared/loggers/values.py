"""What a logger says of itself in an advertisement, whoever made it."""

import re
from enum import StrEnum

import msgspec

from shared import problems
from shared.errors import Refused


class Maker(StrEnum):
    """Who made a logger, or whose format it speaks. What is known of each is in :mod:`shared.loggers.makers`."""

    RUUVI = "ruuvi"
    BLUE_MAESTRO = "bluemaestro"
    LAIRD = "laird"
    BTHOME = "bthome"
    ESS = "ess"
    PVVX = "pvvx"
    ATC = "atc"
    EFENTO = "efento"
    ELA = "ela"
    MINEW = "minew"
    THERMOBEACON = "thermobeacon"
    SENSORPRO = "sensorpro"


class Advertisement(msgspec.Struct, frozen=True):
    """The values of one advertisement. ``None`` everywhere means that the logger gave no value, or has no such sensor.

    ``temperature`` in °C, ``humidity`` in %RH, ``dew_point`` in °C, ``pressure`` in Pa, ``battery_mv`` in mV,
    ``battery_percent`` in %, ``tx_power`` in dBm, ``interval`` (s) between records where it is advertised. ``address`` is
    the logger's Bluetooth address where the payload itself carries it. ``sequence`` counts measurements, ``movement``
    shocks, ``stored`` records in memory. ``acceleration`` is x, y, z in g.

    ``measured`` is false for a frame that has no place for a temperature or a humidity (a battery report, a name, an opened
    lid): it says nothing about how warm it is, not even that the sensor failed.
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
    measured: bool = True


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


def sender(address: str | None) -> bytes | None:
    """The six bytes of an address, or ``None`` where there is none: some platforms name a device by a number of their own."""
    return address_bytes(address) if address is not None and _ADDRESS.fullmatch(address.upper()) else None


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


def wrong_length(data: bytes, expected: str) -> Refused:
    """The refusal of a payload whose length is not the one its format has."""
    return Refused(problems.FRAME_MALFORMED, value=data.hex(), reason=f"{len(data)} B ≠ {expected} B")


def unknown(maker: Maker, data: bytes) -> Refused:
    """The refusal of a format that is not read here."""
    return Refused(problems.FRAME_UNKNOWN, value=f"{maker} {data.hex()}")


# ranges that hold for every maker ----------------------------------------------------------------------------------------

ABSOLUTE_ZERO = -273.15
"""°C; whatever a sensor says below it is not a temperature."""


def possible_temperature(celsius: float) -> float | None:
    """°C as given, or ``None`` below absolute zero, where only "no value" codes lie (0x8000 in sixteenths, for one)."""
    return None if celsius < ABSOLUTE_ZERO else celsius


def possible_humidity(percent: float) -> float | None:
    """%RH as given, or ``None`` outside 0…100 (the range of the GATT characteristic Humidity, 0x2A6F), where only "no value"
    codes lie."""
    return percent if 0 <= percent <= 100 else None


def possible_percent(percent: int) -> int | None:
    """A battery's charge in %, or ``None`` above 100 (0xFF is the usual "no value")."""
    return percent if percent <= 100 else None
