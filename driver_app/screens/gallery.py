"""Every screen in both languages and both themes, as pictures: ``python -m driver_app.screens.gallery OUT [WxH@D …]``.

The app is the real one, over the services of an example day; the pictures are of its window. Whatever is clipped, cut or too
small for a finger is listed, and then the exit code is 1.
"""

import os
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
    """One process for each size: Kivy has one density in a process."""
    out, *sizes = arguments
    command = [sys.executable, "-m", "driver_app.screens.gallery"]
    results = [
        subprocess.run([*command, out, size], env={**os.environ, "HANDOVER_GALLERY": "1"}, check=False).returncode
        for size in sizes or SIZES
    ]
    return max(results)


def render(out: Path, size: str) -> int:
    """All scenes at one size."""
    with tempfile.TemporaryDirectory() as data:
        options = read(["--data", data, "--size", size, "--still"])
        settle(options)
        from driver_app.screens.gallery_scenes import GalleryApp, Scenes

        app = GalleryApp(Path(data))
        faults: list[str] = []

        def pictures() -> Iterator[None]:
            scenes = Scenes(app)
            for name in Scenes.names():
                getattr(scenes, name)()
                yield from app.settle()
                for language in LANGUAGES:
                    for theme in PALETTES:
                        app.use_language(language)
                        app.use_theme(theme)
                        scenes.again(name)
                        yield from app.settle()
                        app.picture(out / size.partition("@")[0] / f"{name}-{language}-{theme}.png")
                        faults.extend(f"{name} {language}: {fault}" for fault in app.faults())

        app.play(pictures())
        for fault in dict.fromkeys(faults):
            sys.stdout.write(fault + "\n")
        return 1 if faults else 0


if __name__ == "__main__":
    if "HANDOVER_GALLERY" in os.environ:
        raise SystemExit(render(Path(sys.argv[1]), sys.argv[2]))
    raise SystemExit(main(sys.argv[1:]))
