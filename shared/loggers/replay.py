"""A captured session played back: what ``handover loggers replay`` prints."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from shared import problems
from shared.clock import from_ms, rfc3339
from shared.coldchain.readings import Reading, TimeBasis
from shared.errors import Refused
from shared.loggers import ruuvi
from shared.loggers.bluemaestro import HEADER, BlueMaestroDownload
from shared.loggers.history import Point
from shared.loggers.ruuvi import RuuviDownload
from shared.loggers.text import refusal, unhex
from shared.loggers.values import Maker


def replay(
    lines: Iterable[str], *, at: datetime | None = None, interval: int | None = None
) -> Iterator[dict[str, Any]]:
    """The readings in a captured Ruuvi or Blue Maestro session, as JSON objects.

    ``lines`` are notifications in hex, one a line, as they came; the maker is told from the first of them. Empty lines, lines
    that begin with ``#`` and commands sent to the logger (marked ``>`` or recognised) are passed over. A Blue Maestro session
    holds no times: with the instant ``at`` and the ``interval`` (s) of the capture they are derived, without them ``at`` is
    ``null`` and ``intervals_before`` says how far a record lies back. The last object is ``refused`` where a line cannot be
    read, and nothing after it is.
    """
    try:
        chunks = list(_chunks(lines))
        if not chunks:
            return
        first = chunks[0]
        if len(first) == HEADER and _is_header(first):  # a disc sends its header on its own
            yield from _blue_maestro(chunks, at, interval)
        elif first[0] == ruuvi.FORMAT_5 or first[0] in ruuvi.ENDPOINTS:
            yield from _ruuvi(chunks)
        elif _is_header(first):
            yield from _blue_maestro(chunks, at, interval)
        else:
            raise Refused(problems.FRAME_UNKNOWN, value=first.hex())
    except Refused as refused:
        yield refusal(refused)


def _chunks(lines: Iterable[str]) -> Iterator[bytes]:
    for line in lines:
        text = line.strip()
        if not text or text[0] in "#>":
            continue
        chunk = unhex(text.removeprefix("<"))
        if not chunk:
            continue
        if chunk.startswith(b"*") or (len(chunk) == ruuvi.FRAME and chunk[2] == ruuvi.OP_READ):
            continue
        yield chunk


def _is_header(chunk: bytes) -> bool:
    return len(chunk) >= HEADER and chunk[HEADER - 1 : HEADER] == b":"


def _ruuvi(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    download = RuuviDownload(now=from_ms(0), point=Point(), interval=0)
    for chunk in chunks:
        for reading in download.feed(chunk):
            yield _reading(reading, Maker.RUUVI)
    for reading in download.flush():
        yield _reading(reading, Maker.RUUVI)
    if download.problem is not None:
        raise Refused(problems.LOGGER_REFUSED, **download.problem.values)


def _blue_maestro(chunks: Iterable[bytes], at: datetime | None, interval: int | None) -> Iterator[dict[str, Any]]:
    download = BlueMaestroDownload(now=at or from_ms(0), point=Point(), interval=interval or 0)
    readings: list[Reading] = []
    for chunk in chunks:
        readings += download.feed(chunk)
    if download.problem is not None:
        raise Refused(problems.LOGGER_FAHRENHEIT, **download.problem.values)
    if at is not None and interval is not None and download.done:
        for reading in readings:
            yield _reading(reading, Maker.BLUE_MAESTRO)
        return
    records = download.columns()
    for index, (temperature, humidity) in enumerate(records):
        yield {
            "maker": Maker.BLUE_MAESTRO.value,
            "at": None,
            "intervals_before": len(records) - 1 - index if download.done else None,
            "temperature": temperature,
            "humidity": humidity,
            "basis": TimeBasis.DERIVED.value,
        }


def _reading(reading: Reading, maker: Maker) -> dict[str, Any]:
    return {
        "maker": maker.value,
        "at": rfc3339(reading.at),
        "temperature": reading.temperature,
        "humidity": reading.humidity,
        "basis": reading.basis.value,
    }
