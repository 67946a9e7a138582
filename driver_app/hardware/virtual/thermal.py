"""The stated thermal model that virtual loggers sample. It is a model, not a measurement, and says so wherever it is shown.

One temperature stands for the inside of a box or compartment. It follows Newton's law of cooling towards everything it
exchanges heat with at the moment, each exchange with its own time constant (s):

* the **ambient**, through the insulation (``insulation``), a temperature that changes in steps;
* the **coolant** (ice packs, phase-change plates, a compartment's unit) at its own ``coolant`` temperature (``coupling``),
  as long as it lasts;
* the ambient again, through an **opening** (``open_coupling``), while a door or lid stands open: deliveries, and the faults
  that a rehearsal wants (a lid left open).

    dT/dt = (ambient - T)/insulation + (coolant - T)/coupling + (ambient - T)/open_coupling

The coolant lasts ``hold`` s at the ambient temperature it is rated for (``rated_ambient``); it is used up in proportion to
ambient minus coolant, and ``open_wear`` times as fast while open. ``hold`` of ``None`` is a unit that runs on. Between
changes all coefficients are constant, so the solution is exact: T(t) = E + (T0 - E)·exp(-k·t).

Humidity is that of air with a constant ``dew_point`` at that temperature, by the Magnus formula (constants of WMO No. 8,
Annex 4.B: 17.62 and 243.12 °C), at most 100 %RH.
"""

from bisect import bisect_right
from datetime import datetime
from math import exp, inf

import msgspec


class Step(msgspec.Struct, frozen=True):
    """The ambient temperature (°C) from an instant on."""

    at: datetime
    temperature: float


class Opening(msgspec.Struct, frozen=True):
    """A time during which a door or lid stands open."""

    start: datetime
    end: datetime


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A box or compartment as the model knows it; temperatures in °C, times in s. The defaults are a 40 l passive box."""

    start: float
    """Temperature inside at the beginning."""
    ambient: tuple[Step, ...]
    """Steps of the ambient temperature; the first holds before itself too."""
    coolant: float = 4.0
    coupling: float = 1_800.0
    insulation: float = 36_000.0
    hold: float | None = 36_000.0
    rated_ambient: float = 30.0
    openings: tuple[Opening, ...] = ()
    open_coupling: float = 1_500.0
    open_wear: float = 3.0
    dew_point: float = 1.0


class _Segment(msgspec.Struct, frozen=True):
    """A stretch with constant coefficients: from ``start`` (s since the beginning) the temperature goes from ``first``
    towards ``target`` at ``rate`` per s."""

    start: float
    first: float
    target: float
    rate: float

    def temperature(self, at: float) -> float:
        return self.target + (self.first - self.target) * exp(-self.rate * (at - self.start))


class Curve:
    """The temperature and humidity of a box over time, from ``begin`` on."""

    def __init__(self, box: Box, begin: datetime) -> None:
        if not box.ambient:
            raise ValueError("a box needs an ambient temperature")
        self._box = box
        self._begin = begin
        self._segments = _solve(box, begin)
        self._starts = [segment.start for segment in self._segments]

    def temperature(self, at: datetime) -> float:
        """°C at an instant; before the beginning, the starting temperature."""
        seconds = (at - self._begin).total_seconds()
        if seconds <= 0:
            return self._box.start
        return self._segments[bisect_right(self._starts, seconds) - 1].temperature(seconds)

    def humidity(self, at: datetime) -> float:
        """%RH at an instant."""
        return min(100.0, 100.0 * _vapour(self._box.dew_point) / _vapour(self.temperature(at)))


def _vapour(temperature: float) -> float:
    """Saturation vapour pressure over water in hPa (Magnus)."""
    return 6.112 * exp(17.62 * temperature / (243.12 + temperature))


def _solve(box: Box, begin: datetime) -> list[_Segment]:
    """The segments, in order; the last one holds for ever."""
    changes = {0.0}
    for step in box.ambient:
        changes.add(max(0.0, (step.at - begin).total_seconds()))
    for opening in box.openings:
        changes.update(max(0.0, (at - begin).total_seconds()) for at in (opening.start, opening.end))
    left = inf if box.hold is None else box.hold
    temperature = box.start
    segments: list[_Segment] = []
    bounds = sorted(changes)
    for start, end in zip(bounds, [*bounds[1:], inf], strict=True):
        at = start
        while at < end:
            ambient, is_open = _surroundings(box, begin, at)
            wear = _wear(box, ambient, is_open)
            spent_at = at + left / wear if wear > 0 and left > 0 else inf
            stop = min(end, spent_at)
            segment = _segment(box, at, temperature, ambient, is_open, cooled=left > 0)
            segments.append(segment)
            if stop == inf:
                return segments
            temperature = segment.temperature(stop)
            left = 0.0 if stop == spent_at else left - wear * (stop - at)
            at = stop
    return segments


def _surroundings(box: Box, begin: datetime, at: float) -> tuple[float, bool]:
    past = [step for step in box.ambient if (step.at - begin).total_seconds() <= at]
    ambient = (max(past, key=lambda step: step.at) if past else min(box.ambient, key=lambda step: step.at)).temperature
    is_open = any(
        (opening.start - begin).total_seconds() <= at < (opening.end - begin).total_seconds()
        for opening in box.openings
    )
    return ambient, is_open


def _wear(box: Box, ambient: float, is_open: bool) -> float:
    """How many seconds of rated hold time a second costs."""
    rated = box.rated_ambient - box.coolant
    return max(0.0, (ambient - box.coolant) / rated) * (box.open_wear if is_open else 1.0)


def _segment(box: Box, at: float, temperature: float, ambient: float, is_open: bool, *, cooled: bool) -> _Segment:
    exchanges = [(ambient, 1.0 / box.insulation)]
    if cooled:
        exchanges.append((box.coolant, 1.0 / box.coupling))
    if is_open:
        exchanges.append((ambient, 1.0 / box.open_coupling))
    rate = sum(weight for _, weight in exchanges)
    return _Segment(at, temperature, sum(value * weight for value, weight in exchanges) / rate, rate)
