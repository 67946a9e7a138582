"""A stop's verdict: which loggers it needs, what it is, and that the receiver was shown it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.readings import Readings
from driver_app.services.recorder import Recorder
from driver_app.services.scanning import Scanning
from driver_app.services.step import Step, StepKind, Steps, placed
from driver_app.services.stop_goods import StopGoods
from driver_app.services.track import Track
from shared import problems
from shared.coldchain.chart import keep_peaks
from shared.coldchain.excursions import Sample
from shared.coldchain.readings import TimeBasis
from shared.coldchain.verdict import Verdict, judge
from shared.custody.events import LineVerdict, VerdictShown
from shared.custody.journey import Journey
from shared.errors import Refused
from shared.work import Container, Logger, Stop


class LoggerNeeded(msgspec.Struct, frozen=True):
    """A logger whose history the verdicts of this stop need. ``start``: from when on its readings matter here;
    ``known_until``: the newest instant that is on disk already."""

    container: Container
    logger: Logger
    start: datetime
    known_until: datetime | None


class ChartSeries(msgspec.Struct, frozen=True):
    """What to draw of one logger over a line's ride, every peak kept. ``low`` and ``high``: the product's range, °C."""

    logger_id: str
    derived: bool
    samples: tuple[Sample, ...]
    low: float
    high: float


class StopVerdict(StopGoods):
    """The part of a stop between the goods being out and the receiver deciding."""

    def __init__(
        self,
        journal: Journal,
        duty: Duty,
        recorder: Recorder,
        scanning: Scanning,
        steps: Steps,
        track: Track,
        readings: Readings,
    ) -> None:
        super().__init__(journal, duty, recorder, scanning, steps, track)
        self._readings = readings

    def loggers(self) -> tuple[LoggerNeeded, ...]:
        """The loggers whose history has to be fetched here: those of the containers this stop's goods rode in."""
        journey, stop = self._duty.journey, self.stop
        loggers = {logger.id: logger for _, logger in journey.route.loggers()}
        needed: dict[str, LoggerNeeded] = {}
        for ride in (ride for line in stop.lines() for ride in journey.line(line.id).rides):
            for attachment in journey.attachments:
                over = attachment.until is not None and attachment.until <= ride.start
                if attachment.container_id != ride.container_id or over:
                    continue
                known = needed.get(attachment.logger_id)
                start = max(ride.start, attachment.start)
                needed[attachment.logger_id] = LoggerNeeded(
                    journey.route.container(ride.container_id),
                    loggers[attachment.logger_id],
                    start if known is None else min(known.start, start),
                    self._readings.known_until(attachment.logger_id),
                )
        return tuple(needed.values())

    def finish_download(self) -> Step:
        """Show the receiver what is known, with or without every logger's history: what is missing is a gap.

        Raises:
            Refused: as :meth:`show`.
        """
        self.show()
        return self._steps.go(StepKind.RECEIVER)

    def show(self) -> Mapping[str, Verdict]:
        """The verdict of every line, and a record that it was shown. Where nothing changed since it last was, nothing is
        recorded again.

        Raises:
            Refused: JOURNEY_ILLEGAL where no stop is open or it is signed.
        """
        with self._duty.lock:
            journey, stop = self._arrived(VerdictShown.__name__)
            standing = self.shown()
            if standing and not self._news(journey, stop, standing):
                return standing
            place = placed(StepKind.RECEIVER, journey.route.id, stop.id)
            self._recorder.record_at(lambda at: self._event(journey, stop, at), put_drafts=place)
            return self.shown()

    def _news(self, journey: Journey, stop: Stop, standing: Mapping[str, Verdict]) -> bool:
        """Whether more is known than when the verdict was shown: of the time up to then, or of the time since."""
        at = self._shown_at(journey, stop)
        since = any(needed.known_until is not None and needed.known_until > at for needed in self.loggers())
        return since or self._judged(journey, stop, at) != standing

    def _event(self, journey: Journey, stop: Stop, at: datetime) -> VerdictShown:
        """The verdicts up to the very instant they are recorded at: whoever judges again knows up to when."""
        verdicts = self._judged(journey, stop, at)
        return VerdictShown(journey.route.id, stop.id, tuple(LineVerdict(*pair) for pair in verdicts.items()))

    def _judged(self, journey: Journey, stop: Stop, at: datetime) -> dict[str, Verdict]:
        series = self._readings.series()
        return {
            line.id: judge(
                journey.line(line.id).rides,
                journey.attachments,
                series,
                line.product.range,
                at=at,
                earlier=line.earlier,
            )
            for line in stop.lines()
        }

    def _shown_at(self, journey: Journey, stop: Stop) -> datetime:
        entry = self._journal.entry(journey.stop(stop.id).shown_record)
        if entry is None:
            raise Refused(problems.JOURNAL_DAMAGED, value=0, reason=f"no record {journey.stop(stop.id).shown_record}")
        return entry.recorded

    def shown(self) -> Mapping[str, Verdict]:
        """The verdict of every line as it stands recorded; empty before :meth:`show`."""
        shown = self._duty.journey.stop(self.stop.id).shown
        return {} if shown is None else {line.line_id: line.verdict for line in shown.verdicts}

    def chart(self, line_id: str, buckets: int = 120) -> tuple[ChartSeries, ...]:
        """What to draw of a line's ride, one series per logger, at most ``4 * buckets`` samples each.

        Raises:
            Refused: NOT_FOUND where the route has no such line.
        """
        journey = self._duty.journey
        try:
            _, _, line = journey.route.line(line_id)
        except KeyError as error:
            raise Refused(problems.NOT_FOUND, what="明细 line", value=line_id) from error
        limits, found = line.product.range, []
        rides = journey.line(line_id).rides
        containers = {ride.container_id for ride in rides}
        loggers = dict.fromkeys(a.logger_id for a in journey.attachments if a.container_id in containers)
        for logger_id in loggers:
            known = [
                reading
                for reading in self._readings.of(logger_id).readings
                if any(r.start <= reading.at and (r.until is None or reading.at <= r.until) for r in rides)
            ]
            samples = [Sample(r.at, r.temperature) for r in known if r.temperature is not None]
            derived = any(r.basis is TimeBasis.DERIVED for r in known)
            kept = tuple(keep_peaks(samples, buckets)) if samples else ()
            found.append(ChartSeries(logger_id, derived, kept, limits.low, limits.high))
        return tuple(found)
