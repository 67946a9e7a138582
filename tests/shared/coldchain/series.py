"""Short ways to write readings, for the tests of the cold chain. Minutes count from 08:00 in Beijing."""

from collections.abc import Mapping, Sequence

from shared.coldchain.excursions import Sample
from shared.coldchain.readings import Reading, Series, TimeBasis
from tests.shared.story import at


def reading(
    minute: float, temperature: float | None, humidity: float | None = None, basis: TimeBasis = TimeBasis.LOGGER_CLOCK
) -> Reading:
    return Reading(at(minute), temperature, humidity, basis)


def steady(logger_id: str, start: int, end: int, temperature: float = 5.0, **changes: float | None) -> Series:
    """A logger that reads ``temperature`` every minute from ``start`` to ``end``; ``m<minute>`` is another value there, or
    ``None`` where it said that it had none."""
    values = {int(key[1:]): value for key, value in changes.items()}
    return Series(logger_id, 60, tuple(reading(m, values.get(m, temperature)) for m in range(start, end + 1)))


def without(series: Series, *minutes: int) -> Series:
    """The same series with no reading at those minutes."""
    dropped = {at(m) for m in minutes}
    return Series(series.logger_id, series.interval, tuple(r for r in series.readings if r.at not in dropped))


def by_logger(*series: Series) -> Mapping[str, Series]:
    return {one.logger_id: one for one in series}


def samples(*values: float) -> list[Sample]:
    """One value a minute."""
    return [Sample(at(minute), value) for minute, value in enumerate(values)]


def values_of(found: Sequence[Sample]) -> list[float]:
    return [sample.value for sample in found]
