"""The machine a run happened on, as far as a reader must know it to believe the figures. Nothing that names it."""

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

PACKAGES = ("flask", "sqlalchemy", "psycopg", "msgspec", "cryptography", "typst", "kivy", "gunicorn", "biip")
"""Whose versions a figure may depend on."""


class Machine(msgspec.Struct, frozen=True):
    """Where a run happened. ``memory`` in MiB."""

    system: str
    processor: str
    cores: int
    memory: int
    python: str


def describe() -> Machine:
    """This machine, now."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        f"{platform.system()} {platform.release()} {platform.machine()}",
        _processor(),
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        pages // 2**20,
        f"{platform.python_implementation()} {platform.python_version()}",
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Versions of what the figures depend on; a package that is not installed is left out."""
    found = {"sqlite": sqlite3.sqlite_version}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def file_system(folder: Path) -> str:
    """The kind of file system a folder is on, as the kernel names it (proc_mounts(5)); "unknown" where it does not say."""
    mounts = Path("/proc/self/mounts")
    kinds: dict[str, str] = {}
    if mounts.exists():
        fields = (line.split() for line in mounts.read_text().splitlines())
        kinds = {place: kind for _, place, kind, *_ in fields}  # the last mount on a place is the one that is seen
    here = folder.resolve()
    return next((kinds[str(place)] for place in (here, *here.parents) if str(place) in kinds), "unknown")


def revision() -> str:
    """The commit that was measured, with a ``+`` if the tree was changed; empty outside a repository."""
    root = Path(__file__).parents[1]
    git = ["git", "-C", str(root)]
    try:
        commit = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run(
            [*git, "status", "--porcelain", "--untracked-files=no", "server", "shared", "driver_app", "bench"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit.stdout.strip() + ("+" if changed.stdout.strip() else "")
