"""How long it takes until something that happened is on the handheld's disk, beside the same bytes in a plain file."""

import os
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.harness import Effort, Findings, Measurement, Series, prose, timed
from bench.long_day import LongDay
from bench.machine import file_system
from bench.screens import ROOT
from driver_app.services.signing import PNG
from driver_app.services.step import StepKind
from shared.custody.events import Entry

STOPS, LINES = 80, 3
PICTURE = 8000
"""Bytes of a signature's picture."""
PLAIN = "the same bytes appended to a file, fsync"


class Plain:
    """What a durable write costs where nothing is checked, signed, chained or found again: append, flush, fsync."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def append(self, parts: list[bytes]) -> None:
        """Each part is a file's content or an event: the app makes all of them durable."""
        for part in parts:
            self._file.write(part)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def run(findings: Findings, effort: Effort) -> None:
    """A whole day's events, each followed by its peer."""
    results = ROOT / "bench" / "results"  # beside the program: /tmp is in memory on many machines
    results.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="record-", dir=results) as place:
        folder = Path(place)
        findings.versions["file system"] = file_system(folder)
        day, plain = LongDay(folder / "app", effort.of(STOPS, 2), LINES), Plain(folder / "plain")
        day.until(StepKind.DRIVE)

        def measure(series: Series, act: Callable[[], object]) -> None:
            journal, before = day.handset.journal, day.records()
            series.ours.append(timed(act) * 1e3)
            entries = journal.entries(after=before)
            blobs = [journal.read_blob(blob.sha256) for entry in entries for blob in journal.blobs_of(entry.seq)]
            parts = [*blobs, *(entry.envelope for entry in entries)]
            series.peer.append(timed(lambda: plain.append(parts)) * 1e3)
            findings.count("events recorded and timed", len(entries))
            findings.count("signatures and pictures kept and timed", len(blobs))

        names = (
            "a pack scanned out: judged, recorded",
            "a logger's readings since its last stop",
            "a signature kept and the handover recorded",
        )
        scan, readings, handover = (findings.begin(name, "ms", "less", PLAIN, tail=True) for name in names)
        for number in range(effort.of(STOPS, 2)):
            if number % 20 == 0:
                findings.say(f"stop {number + 1}, {day.records()} events in the journal")
            _visit(day, measure, scan, readings, handover)
        findings.count("events in the journal", day.records())
        findings.count("events that hold", day.handset.journal.verify())
        plain.close()
        day.close()


def _visit(
    day: LongDay,
    measure: Callable[[Series, Callable[[], object]], None],
    scan: Series,
    readings: Series,
    handover: Series,
) -> None:
    """The next stop: every pack scanned by itself, every logger fetched, the handover signed."""
    stop = day.services.stop
    day.travel()
    day.act()
    for code in day.codes():
        day.clock.advance(3)  # the same code within a second counts once
        measure(scan, lambda code=code: stop.scan(code, Entry.SCANNER, 1))  # type: ignore[misc]
    day.until(StepKind.STOP_DOWNLOAD)
    for needed in stop.loggers():
        segment = day.segment(needed.logger, needed.known_until or needed.start)
        if segment is not None:
            measure(readings, lambda segment=segment: day.services.readings.seal(segment))  # type: ignore[misc]
    day.until(StepKind.SIGN)
    rng = random.Random(stop.stop.number)
    strokes = [[(rng.random(), rng.random()) for _ in range(60)] for _ in range(3)]
    picture = PNG + rng.randbytes(PICTURE)

    def sign() -> None:
        who = f"{stop.stop.id} 赵敏"
        stop.put_signature(0, name=who, role="药师", staff_number="007", strokes=strokes, picture=picture)
        stop.sign()

    measure(handover, sign)
    stop.leave()


MEASUREMENT = Measurement(
    "record",
    "App: recording an event",
    prose("""
    Milliseconds from a service's call to its return, when the event is on disk: judged by the journey, serialised,
    signed (Ed25519), chained, committed to the journal with an fsync (SQLite in WAL mode, `synchronous=FULL`), and told
    to everybody who listens. Over a day of 80 stops without a network, from an empty journal to a full one: every pack
    scanned by itself; what each logger recorded since the last stop that had its goods; and the
    signature with its handover, which is several durable writes (strokes, picture, draft, event, the receiver's name).
    Which file system that was stands under the table; on one in memory the
    figures would say nothing.
    """),
    prose("""
    The very bytes that each call left behind (signed envelopes; for the handover its strokes and picture too) appended
    to a plain file, flushed and fsynced once, right after ours and on the same disk. It is what the disk asks for.
    """),
    run,
)
