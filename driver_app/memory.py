"""What the C library keeps of the memory that nobody uses any more.

Text, photos and charts are big pieces that come and go all day. The libraries' defaults keep them for the next one: good for
a program that ends soon, bad for an app that stands open for twelve hours beside others on a small handheld. Python's own
objects are not meant here; its collector is called where the app calls :func:`give_back`.

Sources: mallopt(3) and malloc_trim(3) of the Linux man-pages; bionic's ``malloc.h`` for Android.
"""

import ctypes
import os
from typing import Any

MMAP_THRESHOLD, TRIM_THRESHOLD, ARENA_MAX = -3, -1, -8
"""glibc's parameters: from which size a piece has its own mapping and goes back when it is freed; how much may lie free at
the end of the heap; how many heaps threads may open."""
DECAY_TIME, PURGE = -100, -101
"""bionic's parameters: whether freed pages are kept for a while (0 is not; Android 8.1), and to give back now (Android 9)."""
BIG = 256 * 1024
"""Bytes; a text of a line is below, a text of some lines, a photo and a chart are above."""


def bound() -> None:
    """Ask the C library, once and before any thread, to keep little. What it does not know it leaves alone."""
    library = _library()
    if hasattr(library, "malloc_trim"):
        library.mallopt(MMAP_THRESHOLD, BIG)
        library.mallopt(TRIM_THRESHOLD, BIG)
        library.mallopt(ARENA_MAX, 2)
    elif hasattr(library, "mallopt"):
        library.mallopt(DECAY_TIME, 0)


def give_back() -> None:
    """Hand what is free to the system. Some ms: for moments when nobody waits for a frame."""
    library = _library()
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
    elif hasattr(library, "mallopt"):
        library.mallopt(PURGE, 0)


def _library() -> Any:
    return ctypes.CDLL(None) if os.name == "posix" else None
