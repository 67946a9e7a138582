"""Errands: work that takes longer than a frame is done on another thread, and its result is delivered on this one."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from kivy.clock import Clock

from shared.errors import Problem, Refused

T = TypeVar("T")


def on_ui(call: Callable[..., Any], *args: Any) -> None:
    """Have ``call`` happen on the UI thread, in the next frame. May be called from any thread."""
    Clock.schedule_once(lambda _dt: call(*args), 0)


class Errands:
    """Sends work to a few threads. ``refused`` is told of every refusal that an errand does not handle itself."""

    def __init__(self, refused: Callable[[Problem], None], threads: int = 4) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="errand")
        self._refused = refused

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] = lambda _: None,
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        """Do ``work`` elsewhere; then, on the UI thread, ``done`` with its result or ``failed`` with its problem.

        Anything but a refusal is a fault of the program: it is raised on the UI thread, where it cannot be overlooked.
        """
        future = self._pool.submit(work)
        future.add_done_callback(lambda f: on_ui(self._deliver, f, done, failed or self._refused))

    @staticmethod
    def _deliver(future: "Future[T]", done: Callable[[T], None], failed: Callable[[Problem], None]) -> None:
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, Refused):
            failed(error.problem)
        else:
            raise error

    def close(self) -> None:
        """Begin nothing new; do not wait for what runs."""
        self._pool.shutdown(wait=False, cancel_futures=True)
