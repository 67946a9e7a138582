"""One door for all advertisements: by company identifier, by service UUID, or everything heard of one device."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from shared import problems
from shared.errors import Refused
from shared.loggers.makers import COMPANIES, SERVICES
from shared.loggers.plugin import Counters, Decoder, Said
from shared.loggers.text import refusal, unhex
from shared.loggers.values import Advertisement, Maker, address_bytes, full_uuid, sender

__all__ = ["Advertisement", "Maker", "decode", "decode_advertisement", "decode_service", "recognise"]

_NO_KEYS: Mapping[str, bytes] = {}
_TELLING = (problems.LOGGER_KEY_MISSING, problems.LOGGER_KEY_WRONG, problems.LOGGER_REPLAYED)
"""What is wrong with a logger that spoke, and not with bytes that are somebody else's."""


def decode(company: int, data: bytes) -> Advertisement:
    """Manufacturer specific data (after the company identifier) of one advertisement.

    Raises:
        Refused: FRAME_UNKNOWN for a company or format that is not read here, FRAME_MALFORMED for a payload of a known format
            that does not have its form.
    """
    decoder = COMPANIES.get(company)
    if decoder is None:
        raise Refused(problems.FRAME_UNKNOWN, value=f"0x{company:04X} {data.hex()}")
    return decoder(Said(data))


def decode_service(
    uuid: str, data: bytes, *, address: str | None = None, key: bytes | None = None, counters: Counters | None = None
) -> Advertisement:
    """The service data of one advertisement (after the UUID); ``address`` and ``key`` are needed where it is encrypted.

    Raises:
        Refused: FRAME_UNKNOWN for a service that is not read here, FRAME_MALFORMED where the data (or the address) does not
            have the form it must have; LOGGER_KEY_MISSING, LOGGER_KEY_WRONG or LOGGER_REPLAYED where it is encrypted.
    """
    decoder = SERVICES.get(full_uuid(uuid))
    if decoder is None:
        raise Refused(problems.FRAME_UNKNOWN, value=f"{uuid} {data.hex()}")
    known = None if address is None else address_bytes(address)
    return decoder(Said(data, address=known, key=key, counters=counters))


def recognise(
    manufacturer: Mapping[int, bytes],
    service: Mapping[str, bytes],
    *,
    services: Sequence[str] | None = None,
    address: str | None = None,
    keys: Mapping[str, bytes] = _NO_KEYS,
    counters: Counters | None = None,
) -> Advertisement | None:
    """What a logger said, out of everything a radio heard of one device; ``None`` where no logger known here spoke.

    ``services`` are the UUIDs (36 characters) it advertises, ``address`` its Bluetooth address, ``keys`` the keys of
    encrypted loggers by address (``XX:XX:XX:XX:XX:XX``, upper case), ``counters`` what was heard of them before. Values
    of one maker that came in several entries are put together.

    Most of what is on the air is not a logger: that is no problem, so it is not refused.

    Raises:
        Refused: LOGGER_KEY_MISSING, LOGGER_KEY_WRONG or LOGGER_REPLAYED where a logger spoke, and cannot be understood or
            believed.
    """
    known = sender(address)
    key = None if address is None else keys.get(address.upper())
    told = None if services is None else tuple(services)
    found: Advertisement | None = None
    for decoder, data in _readers(manufacturer, service):
        try:
            one = decoder(Said(data, known, key, told, counters))
        except Refused as refused:
            if refused.kind in _TELLING:
                raise
            continue
        if found is None:
            found = one
        elif found.maker is one.maker:
            found = _joined(found, one)
    return found


def _readers(manufacturer: Mapping[int, bytes], service: Mapping[str, bytes]) -> Iterator[tuple[Decoder, bytes]]:
    for company, data in manufacturer.items():
        if company in COMPANIES:
            yield COMPANIES[company], data
    for uuid, data in service.items():
        if uuid in SERVICES:
            yield SERVICES[uuid], data


def _joined(one: Advertisement, other: Advertisement) -> Advertisement:
    """Two entries of one advertisement: what the first did not say is taken from the second."""
    changes: dict[str, Any] = {
        name: getattr(other, name) for name in one.__struct_fields__ if getattr(one, name) is None
    }
    return msgspec.structs.replace(one, **changes, measured=one.measured or other.measured)


def decode_advertisement(
    *,
    data: str,
    company: str | None = None,
    service: str | None = None,
    address: str | None = None,
    key: str | None = None,
) -> dict[str, Any]:
    """What ``handover loggers decode`` prints: one JSON object with every value, ``null`` where the logger gave none; or
    ``refused`` with the reason.

    ``company`` is the company identifier in hex (``0499``), ``service`` a service UUID; exactly one of them is given. An
    encrypted advertisement also needs the logger's ``address`` (``XX:XX:XX:XX:XX:XX``) and its ``key`` in hex.
    """
    try:
        payload = unhex(data)
        if service is not None:
            found = decode_service(service, payload, address=address, key=None if key is None else unhex(key))
        else:
            found = decode(int.from_bytes(unhex((company or "").lower().removeprefix("0x").zfill(4)), "big"), payload)
    except Refused as refused:
        return refusal(refused)
    values: dict[str, Any] = msgspec.to_builtins(found)
    return values
