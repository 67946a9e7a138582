"""Copy together what goes into the Android package: ``python deploy/android/stage.py [FOLDER]``.

The app and ``shared`` with their catalogues and Kivy rules; no tests, no server, and of the app nothing that only a desktop
or a rehearsal needs. No fonts: every Android since 5.0 has a CJK font, and the app takes it from there.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "android" / "app"
SUFFIXES = (".py", ".kv", ".po")
LEFT_OUT = (
    "driver_app/hardware/desktop",
    "driver_app/hardware/virtual",
    "driver_app/journal/memory.py",
    "driver_app/rehearsal.py",
    "driver_app/rehearsal_script.py",
    "driver_app/screens/example.py",
    "driver_app/screens/example_day.py",
    "driver_app/screens/gallery.py",
    "driver_app/screens/gallery_scenes.py",
    "driver_app/widgets/audit.py",
    "driver_app/widgets/hand.py",
)
"""Rehearsals, the gallery of screens, the journal that forgets, and computers that are no handhelds."""


def is_left_out(name: str) -> bool:
    """Whether a file of the repository, by its path in it, stays out of the package."""
    return any(name == out or name.startswith(out + "/") for out in LEFT_OUT)


def stage(folder: Path) -> list[str]:
    """Copy everything into ``folder``, which is emptied first; the paths copied, relative to it, in order."""
    shutil.rmtree(folder, ignore_errors=True)
    copied = []
    for package in ("driver_app", "shared"):
        for path in sorted((ROOT / package).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in SUFFIXES and "__pycache__" not in path.parts and not is_left_out(name):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                copied.append(name)
    shutil.copyfile(ROOT / "deploy" / "android" / "main.py", folder / "main.py")
    return [*copied, "main.py"]


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    sys.stdout.write(f"{len(stage(target))} files in {target}\n")
