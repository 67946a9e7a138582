"""What the app is started with. No Kivy here: window settings have to be made before Kivy is imported."""

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from driver_app.device_clock import DeviceClock, PaceFile
from shared.clock import Clock, PacedClock


@dataclass(frozen=True)
class Options:
    """How the app runs. ``size`` in px; ``density`` px per dp (``None``: the screen's own); ``clock`` is ``pace`` unless a
    rehearsal runs its day faster."""

    data: Path
    virtual: Path | None
    server: str | None
    size: tuple[int, int] | None
    density: float | None
    clock: Clock
    pace: Clock
    rehearse: Path | None
    motion: bool


def read(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Options:
    """The options from a command line.

    Raises:
        SystemExit: it cannot be understood (argparse says why on standard error).
    """
    parser = argparse.ArgumentParser(prog="driver_app", description="Handover 交接: the driver's handheld")
    parser.add_argument("--data", type=Path, default=_private_folder(environment), help="the app's own folder")
    parser.add_argument("--virtual", type=Path, help="a world.json: a device and loggers that do not exist")
    parser.add_argument("--server", help="reach the server here, whatever the enrolment says (a proxy in a rehearsal)")
    parser.add_argument("--size", type=_size, help="the window, as 480x800 or 480x800@1.5 (px per dp)")
    parser.add_argument("--clock", type=Path, help="the file with the pace of a rehearsal's clock")
    parser.add_argument("--rehearse", type=Path, help="a script: tap through the day by itself")
    parser.add_argument("--still", action="store_true", help="no motion between screens")
    given = parser.parse_args(arguments)
    pace = DeviceClock()
    clock: Clock = pace
    if given.clock is not None:
        clock = PacedClock(pace, PaceFile(given.clock).read)
    size, density = given.size or (None, None)
    return Options(given.data, given.virtual, given.server, size, density, clock, pace, given.rehearse, not given.still)


def _private_folder(environment: Mapping[str, str]) -> Path:
    """Where an app keeps what is its own: Android says so; elsewhere by the XDG base directory specification."""
    private = environment.get("ANDROID_PRIVATE")
    if private is not None:
        return Path(private) / "handover"
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "handover"


def _size(text: str) -> tuple[tuple[int, int], float | None]:
    found = re.fullmatch(r"(\d+)x(\d+)(?:@(\d+(?:\.\d+)?))?", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"not a size: {text}")
    width, height, density = found.groups()
    return (int(width), int(height)), None if density is None else float(density)
