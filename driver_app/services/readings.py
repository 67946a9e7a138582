"""Readings: from a download into the journal, and from the journal into series that a verdict can be computed of.

The only way in is :meth:`Readings.seal`, which takes what a logger sent; GSP's appendix 温湿度自动监测 forbids typing or
importing readings, so nothing else exists.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.recorder import Recorded, Recorder
from driver_app.services.recording import record_of
from shared.clock import from_ms
from shared.coldchain.readings import Reading, Series, TimeBasis
from shared.custody.events import DownloadFailed, ReadingsSealed

_DEFAULT_INTERVAL = 60
"""s: what is assumed of a logger that nobody knows and that sent nothing."""


def readings_of(segment: ReadingsSealed) -> list[Reading]:
    """The readings of a segment: hundredths back into °C and %RH, ms into instants."""
    columns = zip(segment.times, segment.temperatures, segment.humidities, strict=True)
    return [Reading(from_ms(at), _unscaled(warm), _unscaled(damp), segment.basis) for at, warm, damp in columns]


def _unscaled(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def series_of(segments: Iterable[ReadingsSealed]) -> dict[str, Series]:
    """Per logger, all readings of its segments, oldest first; of two for one instant, the one recorded first.

    The interval is that of a logger's first segment, as the server has it: both sides must join the same series.
    """
    found: dict[str, dict[datetime, Reading]] = {}
    intervals: dict[str, int] = {}
    for segment in segments:
        known = found.setdefault(segment.logger_id, {})
        for reading in readings_of(segment):
            known.setdefault(reading.at, reading)
        intervals.setdefault(segment.logger_id, segment.interval)
    return {
        logger_id: Series(logger_id, intervals[logger_id], tuple(known[at] for at in sorted(known)))
        for logger_id, known in found.items()
    }


class Readings:
    """The readings of the route in force."""

    def __init__(self, journal: Journal, duty: Duty, recorder: Recorder) -> None:
        self._journal, self._duty, self._recorder = journal, duty, recorder
        self._route_id: str | None = None
        self._segments: dict[str, list[ReadingsSealed]] = {}
        self._series: dict[str, Series] = {}
        """Of the loggers that were asked for since their last segment: one download does not sort everybody's day anew."""
        recorder.subscribe(self._note)

    def seal(self, segment: ReadingsSealed) -> str:
        """Record a segment of a download; it is on disk when this returns, so the logger may forget it.

        Raises:
            Refused: as :meth:`Recorder.record`.
        """
        return self._recorder.record(segment)

    def fail(self, event: DownloadFailed) -> str:
        """Record that a download failed, and how much of it is kept nevertheless.

        Raises:
            Refused: as :meth:`Recorder.record`.
        """
        return self._recorder.record(event)

    def series(self) -> Mapping[str, Series]:
        """Per logger id, everything known of this route."""
        with self._duty.lock:
            if not self._duty.started:
                return {}
            self._refresh(self._duty.route.id)
            for logger_id, segments in self._segments.items():
                if logger_id not in self._series:
                    self._series |= series_of(segments)
            return dict(self._series)

    def of(self, logger_id: str) -> Series:
        """Everything known of one logger; an empty series where nothing is."""
        found = self.series().get(logger_id)
        if found is not None:
            return found
        loggers = self._duty.route.loggers() if self._duty.started else []
        interval = next((logger.interval for _, logger in loggers if logger.id == logger_id), _DEFAULT_INTERVAL)
        return Series(logger_id, interval, ())

    def known_until(self, logger_id: str) -> datetime | None:
        """The newest instant a logger's own memory is known up to: where its next download may begin. What was merely heard
        on the air does not count, for the logger holds more than that."""
        newest_first = reversed(self.of(logger_id).readings)
        return next((reading.at for reading in newest_first if reading.basis is not TimeBasis.HEARD), None)

    def _refresh(self, route_id: str) -> None:
        if self._route_id == route_id:
            return
        entries = self._journal.entries(route_id=route_id, types=(ReadingsSealed.__name__,))
        events = [record_of(entry).decoded() for entry in entries]
        self._segments, self._series = {}, {}
        for event in events:
            if isinstance(event, ReadingsSealed):
                self._segments.setdefault(event.logger_id, []).append(event)
        self._route_id = route_id

    def _note(self, recorded: Recorded) -> None:
        event = recorded.event
        with self._duty.lock:
            if isinstance(event, ReadingsSealed) and event.route_id == self._route_id:
                self._segments.setdefault(event.logger_id, []).append(event)
                self._series.pop(event.logger_id, None)
