"""A display for the tests that open the app: one Xvfb for the whole run."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

SCREEN = "1280x2000x24"


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The name of a display nobody sees (of the one there is, where Xvfb is not installed)."""
    if shutil.which("Xvfb") is None:
        if "DISPLAY" not in os.environ:
            pytest.skip("no display: neither Xvfb nor DISPLAY")
        yield os.environ["DISPLAY"]
        return
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as number:
        yield ":" + number.readline().strip()
    server.terminate()
    server.wait()
