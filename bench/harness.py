"""What all measurements share: series of values of ours and of a peer, taken in turns, and what is said of them.

A measurement never asserts a time. What it does assert is that the work was done: how many rows landed, how many proofs hold.
"""

import signal
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

T = TypeVar("T")
Better = Literal["more", "less"]
KEPT = 64
"""Up to so many values are written out beside their summary."""


@dataclass(frozen=True)
class Effort:
    """How much is done. ``quick`` shows that everything works; its figures say nothing."""

    quick: bool = False

    def of(self, full: int, quick: int) -> int:
        """A count: ``full``, or ``quick`` where only the machinery is to be shown."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Summary:
    """What is said of some values: mean, median and quartiles, the ends, and the 95th and 99th percentile."""

    n: int
    mean: float
    median: float
    q1: float
    q3: float
    lowest: float
    highest: float
    p50: float
    p95: float
    p99: float
    values: tuple[float, ...]
    """The values themselves, where they are few."""


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value below or at which ``percent`` of the (ordered) values lie: nearest rank, so it is one that was measured."""
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def summarise(values: Sequence[float]) -> Summary:
    """Raises:
    ValueError: there are no values.
    """
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    q1, median, q3 = statistics.quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else ordered * 3
    return Summary(
        len(ordered),
        statistics.fmean(ordered),
        median,
        q1,
        q3,
        ordered[0],
        ordered[-1],
        percentile(ordered, 50),
        percentile(ordered, 95),
        percentile(ordered, 99),
        tuple(values) if len(values) <= KEPT else (),
    )


@dataclass
class Series:
    """Values of ours and of its peer, in one unit. ``tail``: what matters is the slow end, so percentiles are shown;
    ``mean``: what matters is their sum."""

    name: str
    unit: str
    better: Better
    peer_name: str
    tail: bool = False
    mean: bool = False
    ours: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether both sides have a value: nothing of ours is ever reported alone."""
        return bool(self.ours and self.peer)

    @property
    def ratio(self) -> float:
        """Median of ours by median of the peer; of the means where the mean is what matters."""
        middle = statistics.fmean if self.mean else statistics.median
        below = middle(self.peer)
        return middle(self.ours) / below if below else float("nan")


@dataclass
class Findings:
    """What one measurement has found so far; it stays usable when the measurement is stopped."""

    say: Callable[[str], None]
    series: list[Series] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """Of things done, not of time: they are the same on every machine."""
    versions: dict[str, str] = field(default_factory=dict)

    def begin(
        self, name: str, unit: str, better: Better, peer: str, *, tail: bool = False, mean: bool = False
    ) -> Series:
        """A new series."""
        one = Series(name, unit, better, peer, tail, mean)
        self.series.append(one)
        return one

    def count(self, name: str, number: int) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + number


def prose(text: str) -> str:
    """A text that is wrapped in the source, on one line."""
    return " ".join(text.split())


class Missing(Exception):
    """What a measurement needs is not on this machine; it is left out, and the report says why."""


@dataclass(frozen=True)
class Measurement:
    """One entry of the registry (:mod:`bench.registry`)."""

    name: str
    title: str
    meaning: str
    """What the figures mean, for a reader of docs/benchmarks.md."""
    peer: str
    """What stands beside ours, and why that is fair."""
    run: Callable[[Findings, Effort], None]
    """Fills the findings as it goes.

    Raises:
        Missing: it cannot be done here.
    """


def stop_when_told() -> None:
    """SIGTERM stops like Ctrl-C; and Ctrl-C also where a shell started this in the background, with SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def timed(work: Callable[[], object]) -> float:
    """Seconds (s) that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alternate(
    series: Series, rounds: int, ours: Callable[[], float], peer: Callable[[], float], *, warm_up: int = 1
) -> None:
    """Ours and the peer in turns, so that whatever else the machine does meets both; who begins changes every round. The
    first ``warm_up`` rounds are not counted."""
    for number in range(-warm_up, rounds):
        both: list[tuple[list[float], Callable[[], float]]] = [(series.ours, ours), (series.peer, peer)]
        for values, measure in both if number % 2 else reversed(both):
            value = measure()
            if number >= 0:
                values.append(value)


def rate(work: Callable[[], object], number: int = 1) -> Callable[[], float]:
    """A measure: things per second, where ``work`` does ``number`` of them."""
    return lambda: number / timed(work)


def one_by_one(work: Callable[[T], object], things: Iterable[T], *, unit: float = 1e-6) -> list[float]:
    """How long ``work`` takes for each thing, in units of ``unit`` s."""
    found = []
    for thing in things:
        start = time.perf_counter_ns()
        work(thing)
        found.append((time.perf_counter_ns() - start) * 1e-9 / unit)
    return found
