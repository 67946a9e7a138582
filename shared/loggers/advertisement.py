"""One door for all advertisements: by company identifier, or by service UUID."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from shared import problems
from shared.errors import Refused
from shared.loggers import bluemaestro, ruuvi
from shared.loggers.service_data import BTHOME, ENVIRONMENTAL_SENSING, decode_service
from shared.loggers.text import refusal, unhex
from shared.loggers.values import Advertisement, Maker

__all__ = ["Advertisement", "Maker", "decode", "decode_advertisement", "decode_service", "recognise"]

COMPANIES: dict[int, Callable[[bytes], Advertisement]] = {
    ruuvi.COMPANY: ruuvi.decode_advertisement,
    bluemaestro.COMPANY: bluemaestro.decode_advertisement,
}
SERVICES = (BTHOME, ENVIRONMENTAL_SENSING)


def decode(company: int, data: bytes) -> Advertisement:
    """Manufacturer specific data (after the company identifier) of one advertisement.

    Raises:
        Refused: FRAME_UNKNOWN for a company or format that is not read here, FRAME_MALFORMED for a payload of a known format
            that does not have its form.
    """
    decoder = COMPANIES.get(company)
    if decoder is None:
        raise Refused(problems.FRAME_UNKNOWN, value=f"0x{company:04X} {data.hex()}")
    return decoder(data)


def recognise(manufacturer: Mapping[int, bytes], service: Mapping[str, bytes]) -> Advertisement | None:
    """What a logger said, out of everything a radio heard of one device; ``None`` where no logger known here spoke.

    Most of what is on the air is not a logger: that is no problem, so nothing is refused.
    """
    for company, data in manufacturer.items():
        if company in COMPANIES:
            try:
                return decode(company, data)
            except Refused:
                continue
    for uuid, data in service.items():
        if uuid in SERVICES:
            try:
                return decode_service(uuid, data)
            except Refused:
                continue
    return None


def decode_advertisement(*, data: str, company: str | None = None, service: str | None = None) -> dict[str, Any]:
    """What ``handover loggers decode`` prints: one JSON object with every value, ``null`` where the logger gave none; or
    ``refused`` with the reason.

    ``company`` is the company identifier in hex (``0499``), ``service`` a service UUID; exactly one of them is given.
    """
    try:
        payload = unhex(data)
        if service is not None:
            found = decode_service(service, payload)
        else:
            found = decode(int.from_bytes(unhex((company or "").lower().removeprefix("0x").zfill(4)), "big"), payload)
    except Refused as refused:
        return refusal(refused)
    values: dict[str, Any] = msgspec.to_builtins(found)
    return values
