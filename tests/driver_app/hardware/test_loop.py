"""The event loop beside the main thread."""

import asyncio
import threading

import pytest

from driver_app.hardware.loop import LoopThread


def test_work_runs_on_the_loops_own_thread_and_its_result_comes_back() -> None:
    loop = LoopThread("aside")

    async def where() -> str:
        return threading.current_thread().name

    assert loop.run(where()) == "aside"
    loop.close()


def test_an_exception_comes_back_too() -> None:
    loop = LoopThread("aside")

    async def fail() -> None:
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        loop.run(fail())
    loop.close()


def test_closing_cancels_what_still_runs_and_leaves_nothing_behind() -> None:
    loop = LoopThread("aside")
    cancelled = threading.Event()

    async def for_ever() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    loop.start(for_ever())
    loop.close()
    loop.close()
    assert cancelled.is_set()
    assert all(thread.name != "aside" for thread in threading.enumerate())
