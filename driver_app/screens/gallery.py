"""Every screen in both languages and both themes, as pictures: ``python -m driver_app.screens.gallery OUT``.

The app is the real one, over the services of an example day; the pictures are of its window. Whatever is clipped, cut or too
small for a finger is listed, and then the exit code is 1. ``--check SIZE`` looks for faults at one size without pictures.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from driver_app.main import settle
from driver_app.options import read
from driver_app.widgets.palette import PALETTES
from shared.errors import LANGUAGES

SIZES = ("480x800@1.5", "720x1280@2")
"""A small rugged handheld (320 × 533 dp), and a usual one (360 × 640 dp)."""


def main(arguments: Sequence[str]) -> int:
    """The command line; 0 where every screen is in order."""
    parser = argparse.ArgumentParser(prog="gallery", description="pictures of every screen")
    parser.add_argument("out", type=Path, nargs="?", help="the folder for the pictures")
    parser.add_argument("--size", action="append", help="WIDTHxHEIGHT@DENSITY; may be given more than once")
    parser.add_argument("--check", metavar="SIZE", help="only look for faults, at this size")
    given = parser.parse_args(arguments)
    if given.check is not None:
        return render(None, given.check)
    if given.out is None:
        parser.error("where do the pictures go?")
    sizes = given.size or SIZES
    if len(sizes) == 1:
        return render(given.out, sizes[0])
    # Kivy has one density in a process
    each = [[sys.executable, "-m", "driver_app.screens.gallery", str(given.out), "--size", size] for size in sizes]
    return max(subprocess.run(command, check=False).returncode for command in each)


def render(out: Path | None, size: str) -> int:
    """All scenes at one size, as pictures in ``out`` if there is one; 1 where there are faults, which are printed."""
    with tempfile.TemporaryDirectory() as data:
        settle(read(["--data", data, "--size", size, "--still"]))
        if out is None:
            hurry()
        from driver_app.screens.gallery_scenes import GalleryApp, Scenes

        app = GalleryApp(Path(data))
        scenes = Scenes(app)
        faults: dict[str, None] = {}

        def look() -> Iterator[None]:
            for name in Scenes.names():
                getattr(scenes, name)()
                yield from app.settle()
                for language in LANGUAGES:
                    for theme in PALETTES if out is not None else ("light",):
                        app.use_language(language)
                        app.use_theme(theme)
                        scenes.again(name)
                        yield from app.settle()
                        faults.update(dict.fromkeys(f"{name} {language}: {fault}" for fault in app.faults()))
                        if out is not None:
                            app.picture(out / size.partition("@")[0] / f"{name}-{language}-{theme}.png")

        if out is None:
            app.do_not_draw()
        app.play(look())
    for fault in faults:
        sys.stdout.write(fault + "\n")
    return 1 if faults else 0


def hurry() -> None:
    """Do not wait for a screen that shows nothing."""
    from kivy.config import Config

    Config.set("graphics", "maxfps", "200")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
