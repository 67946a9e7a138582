"""The entry: ``python -m driver_app.main``, and what Android starts.

Kivy reads its settings when it is imported, so everything here happens in a fixed order: options, settings, Kivy, app.
"""

import logging
import os
import sys
from collections.abc import Sequence

from driver_app.options import Options, read
from shared.errors import LANGUAGES, Refused


def settle(options: Options) -> None:
    """Tell Kivy, before it is imported, what it must know."""
    options.data.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")  # its own mode swallows standard error
    os.environ.setdefault("KIVY_HOME", str(options.data / "kivy"))
    if options.density is not None:
        os.environ["KIVY_METRICS_DENSITY"] = str(options.density)
    logging.getLogger("kivy").setLevel(logging.ERROR)
    from kivy.config import Config

    if options.size is not None:
        Config.set("graphics", "width", options.size[0])
        Config.set("graphics", "height", options.size[1])
        Config.set("graphics", "resizable", 0)
    Config.set("graphics", "multisamples", 4)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("input", "mouse", "mouse,disable_multitouch")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the app; 0 after a proper end, 2 where it cannot start (the problem is shown, and written to standard error)."""
    options = read(sys.argv[1:] if arguments is None else arguments)
    settle(options)
    from driver_app.app import FaultApp, HandoverApp
    from driver_app.parts import compose

    try:
        parts = compose(options)
    except Refused as refused:
        for language in LANGUAGES:
            sys.stderr.write(refused.problem.text(language) + "\n")
        FaultApp(refused.problem, options.data).run()
        return 2
    app = HandoverApp(parts, motion=options.motion)
    if options.rehearse is not None:
        from driver_app.rehearsal import Rehearsal

        rehearsal = Rehearsal(app, options.rehearse, sys.stdout)
        rehearsal.begin()
        app.run()
        return rehearsal.outcome
    app.run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
