"""The measurements of the handheld do the whole of what they time: every stop handed over, every row seen, every event sound."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import machine
from bench.__main__ import main
from bench.shift import SHOWS

NAMES = ["record", "shift", "scrolling"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a quick run writes, by the measurement's name."""
    out = tmp_path_factory.mktemp("bench") / "run.json"
    assert main(["--quick", "--only", *NAMES, "--out", str(out)]) == 0
    measured = json.loads(out.read_bytes())["measurements"]
    assert [one["name"] for one in measured] == NAMES
    return {one["name"]: one for one in measured}


def counts(found: dict[str, dict[str, Any]], name: str) -> dict[str, int]:
    """What a measurement counted; skips where it could not be made."""
    if found[name]["left_out"]:
        pytest.skip(found[name]["left_out"])
    counted: dict[str, int] = found[name]["counts"]
    return counted


def test_every_event_that_was_timed_is_in_the_journal_and_holds(found: dict[str, dict[str, Any]]) -> None:
    counted = counts(found, "record")
    packs, loggers, handovers = (one["ours"]["n"] for one in found["record"]["compared"])
    assert (packs, handovers) == (36, 2)  # two stops of three lines of six packs
    assert counted["events recorded and timed"] == packs + loggers + handovers
    assert counted["signatures and pictures kept and timed"] == 2 * handovers
    assert counted["events that hold"] == counted["events in the journal"] > counted["events recorded and timed"]
    assert found["record"]["versions"]["file system"]


def test_a_shift_is_handed_over_stop_by_stop_and_every_tap_is_timed(found: dict[str, dict[str, Any]]) -> None:
    counted = counts(found, "shift")
    assert counted["handovers of the shift"] == counted["photos of the shift"] == 2
    assert counted["screens that were shown"] == 24  # all but the one for enrolment
    *taps, memory = sorted(found["shift"]["compared"], key=lambda one: one["unit"] == "MiB")
    assert [one["name"] for one in taps] == [f"from the tap to {what}" for what in SHOWS]
    assert [one["ours"]["n"] for one in taps] == [2, 2, 2, 2, 2, 1]  # after the last stop the way leads home
    assert memory["ours"]["median"] > memory["peer"]["median"] > 0


@pytest.mark.parametrize("what", ["stops", "lines"])
def test_a_list_is_scrolled_past_its_last_row(found: dict[str, dict[str, Any]], what: str) -> None:
    counted = counts(found, "scrolling")
    assert counted[f"rows of 20 {what} seen"] == counted[f"labels of 20 seen beside {what}"] == 20


def test_the_file_system_of_a_folder_is_that_of_its_mount(tmp_path: Path) -> None:
    assert machine.file_system(Path("/proc/self")) in ("proc", "unknown")
    assert machine.file_system(tmp_path) != "proc"
