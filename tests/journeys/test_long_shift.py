"""A whole shift offline: bounded, in order, complete; and the right things first when the network is back.

The short one runs with the tests; twelve hours with eighty stops and 320 photos with ``make soak``. Both print their figures.
"""

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.custody import fsck
from server.transaction import reading
from tests.journeys.long_route import long_route
from tests.journeys.long_shift import Handset, LongDriver, Shift, enrol, live, reconnect, table
from tests.journeys.sync_server import House
from tests.journeys.test_sync_property import served


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where the system has one."""
    shelf = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="handover-", dir=shelf if os.access(shelf, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    ("hours", "stops", "photos", "photo_size"),
    [
        pytest.param(1.0, 8, 4, 300_000, id="an hour"),
        pytest.param(12.0, 80, 4, 300_000, id="twelve hours", marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
def test_a_shift_offline_comes_in_whole_and_in_the_right_order(
    memory: Path, hours: float, stops: int, photos: int, photo_size: int
) -> None:
    house, folder = House(memory / f"house-{stops}"), memory / f"handset-{stops}"
    folder.mkdir()
    with closing(house), served(house) as url:
        handset = Handset(folder)
        driver = LongDriver(handset, random.Random(stops), house.enrolment_text(url), photos, photo_size)
        enrol(handset, driver._code, lambda: house.publish(house.device_ids()[0], long_route(house.driver_id, stops)))
        shift = Shift(handset, driver, hours, stops)
        live(shift)
        house.clock.advance(handset.clock.monotonic() - house.clock.monotonic())
        drained = reconnect(shift, house.seal)
        print("\n" + table(shift, drained))  # noqa: T201  # the figures are what a soak is for
        entries = handset.journal.entries()
        told = house.told("R1")
        assert told is not None
        assert sum(1 for stop in told.stops.values() if stop.signed is not None) == stops
        assert len(driver.photos) == stops * photos
        assert all(house.blob(digest) is not None for digest in driver.photos)
        assert all(entry.state.value == "sealed" for entry in entries)
        # what is worth most comes first, and nothing that was sent is sent again
        assert drained.photos_before_events == 0
        assert drained.alarms <= drained.first_photo
        assert drained.resumed_at > 0
        assert drained.wasted <= 2 * (256 * 1024)
        while house.worker.step():
            pass
        with house.app.app_context(), reading():
            assert [problem.text("en") for problem in fsck.check(lambda _what: None)] == []
        handset.network.close()
        handset.journal.close()
