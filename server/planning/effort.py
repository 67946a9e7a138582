"""How long a search may look, and what it tells meanwhile.

Apart from the engine, so that whoever only asks for plans does not load the solvers: they take 100 MB and half a second,
and a web process that plans nothing needs neither.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec


class Progress(msgspec.Struct, frozen=True):
    """Where a search is: real ``seconds`` and ``iterations`` so far, and the best plan's cost (money; ``None``: none yet)."""

    seconds: float
    iterations: int
    cost: float | None


@dataclass(frozen=True)
class Effort:
    """How long to look, and whom to tell.

    At least one of ``seconds`` and ``iterations`` is given. Limited by iterations alone, the same seed makes the same plan.
    ``monotonic`` counts real seconds (s): a search takes the machine's time, even on a rehearsal's faster day.
    """

    seed: int = 0
    seconds: float | None = None
    iterations: int | None = None
    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None
    monotonic: Callable[[], float] = field(default=time.monotonic)
