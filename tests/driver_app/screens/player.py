"""The process that plays one scenario: ``python -m tests.driver_app.screens.player SCENARIO DATA SIZE``."""

import os
import sys
from pathlib import Path

if "COVERAGE_PROCESS_START" in os.environ:
    import coverage

    coverage.process_startup()

from driver_app.main import settle
from driver_app.options import read


def hurry() -> None:
    """Lay out and answer touches as ever, but show nothing: drawing by software takes nearly all the time there is."""
    from kivy.config import Config

    Config.set("graphics", "maxfps", "200")
    from kivy.core.window import Window

    Window.bind(on_draw=lambda _window: True, on_flip=lambda _window: True)


def main(name: str, data: Path, size: str) -> int:
    options = read(["--data", str(data), "--size", size, "--still"])
    settle(options)
    hurry()
    from tests.driver_app.screens import scenarios_day, scenarios_depot, scenarios_road, scenarios_scan, scenarios_stop

    rooms = (scenarios_day, scenarios_depot, scenarios_road, scenarios_scan, scenarios_stop)
    next(getattr(room, name) for room in rooms if hasattr(room, name))(data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
