"""What a run leaves behind: one JSON document."""

import math
from datetime import datetime
from pathlib import Path

import msgspec

from bench.harness import Findings, Measurement, Series, Summary, summarise
from bench.machine import Machine

FORM = 1
"""The form of the document."""


class Compared(msgspec.Struct, frozen=True):
    """One series, both sides. ``ratio`` is the median of ours by the median of the peer, or of the means where ``mean``."""

    name: str
    unit: str
    better: str
    tail: bool
    peer_name: str
    ours: Summary
    peer: Summary
    ratio: float | None
    mean: bool = False


class Measured(msgspec.Struct, frozen=True):
    """One measurement. ``left_out`` says why there is nothing, if so; ``stopped`` that somebody pressed Ctrl-C."""

    name: str
    title: str
    meaning: str
    peer: str
    compared: tuple[Compared, ...]
    counts: dict[str, int]
    versions: dict[str, str]
    seconds: float
    load: tuple[float, float]
    """Mean number of running processes in the minute before it began, and in the minute before it ended. A measurement keeps
    about one running by itself; where there are more than cores, its figures are those of a busy machine."""
    stopped: bool = False
    left_out: str = ""


class Run(msgspec.Struct, frozen=True):
    """The whole run."""

    form: int
    started: datetime
    finished: datetime
    quick: bool
    stopped: bool
    revision: str
    machine: Machine
    versions: dict[str, str]
    measurements: tuple[Measured, ...]


def measured(
    one: Measurement,
    findings: Findings,
    seconds: float,
    load: tuple[float, float],
    *,
    stopped: bool,
    left_out: str,
) -> Measured:
    """What a measurement found, as far as it came: a series that has values of one side only is not reported."""
    compared = tuple(_compared(series) for series in findings.series if series.complete)
    return Measured(
        one.name,
        one.title,
        one.meaning,
        one.peer,
        compared,
        findings.counts,
        findings.versions,
        round(seconds, 1),
        load,
        stopped,
        left_out,
    )


def _compared(series: Series) -> Compared:
    ratio = series.ratio
    return Compared(
        series.name,
        series.unit,
        series.better,
        series.tail,
        series.peer_name,
        summarise(series.ours),
        summarise(series.peer),
        ratio if math.isfinite(ratio) else None,
        series.mean,
    )


def write(path: Path, document: Run | Measured) -> None:
    """Raises:
    OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def read_measured(path: Path) -> Measured:
    """Raises:
    msgspec.DecodeError: it is something else.
    """
    return msgspec.json.decode(path.read_bytes(), type=Measured)


def read_run(path: Path) -> Run:
    """Raises:
    msgspec.DecodeError: it is something else.
    """
    return msgspec.json.decode(path.read_bytes(), type=Run)
