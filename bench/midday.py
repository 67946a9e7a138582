"""A handheld's folder in the middle of a day: enrolled, signed in, loaded, on the road for hours, with a full journal."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from driver_app.hardware.choose import KEY_FILE
from driver_app.journal.sqlite import SqliteJournal
from driver_app.screens.example_day import Example
from shared.clock import Pace
from shared.geo import Position
from tests.driver_app.services.day import picture, strokes

PHONE_SEED = b"example phone key".ljust(32)
"""The private key of driver_app/screens/example.py, as the handheld's key store keeps it."""
STOPS = 3
"""Visits that are over."""
FIXES = 30
"""Positions between two stops, one each 30 s."""


def prepare(folder: Path) -> int:
    """Fill an empty folder; how many records are in its journal. ``pace.json`` makes the app's clock go on from there."""
    folder.mkdir(parents=True)
    journal = SqliteJournal(folder / "journal.db")
    day = Example(folder, journal=journal)
    day.fine = True
    day.start()
    day.check()
    day.precool()
    day.load()
    day.depart()
    for number in range(STOPS):
        _drive(day)
        _visit(day, number)
    _drive(day)
    records = sum(1 for _ in journal.entries())
    now = day.clock.now() + timedelta(seconds=30)
    journal.close()
    descriptor = os.open(folder / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as key:
        key.write(PHONE_SEED)
    (folder / "pace.json").write_bytes(msgspec.json.encode(Pace(datetime.now(UTC), now, 1.0)))
    return records


def _drive(day: Example) -> None:
    for number in range(FIXES):
        day.services.track.heard(Position(39.9 + number * 1e-4, 116.4))
        day.pass_time(0.5)


def _visit(day: Example, number: int) -> None:
    """The next stop, from arrival to leaving."""
    stop, target = day.services.stop, day.services.steps.current().stop_id
    assert target is not None
    stop.arrive(target)
    day.unload()
    stop.finish_unloading()
    day.fetch()
    stop.finish_download()
    stop.accept_all()
    stop.begin_signing()
    for position in range(stop.signatories_needed()):
        seed = len(day.services.duty.route.stops) * position + number
        stop.put_signature(
            position, name="赵敏", role="药师", staff_number="007", strokes=strokes(seed), picture=picture(seed)
        )
    stop.sign()
    stop.leave()
