"""The temperature record of a proof document: containers, loggers, charts, excursions and gaps."""

from datetime import datetime
from typing import Any

from server.proof import words
from server.proof.chart import Curve, Mark, Picture, draw
from server.proof.view import DASH, View
from shared.coldchain.excursions import Excursion, Gap, Measure, Sample, Side, find_gaps
from shared.coldchain.readings import TimeBasis
from shared.work import Container, Logger

Json = dict[str, Any]


def container_facts(view: View, container: Container) -> Json:
    """A container that the stop's goods rode in, with its loggers and its chart."""
    checked = view.journey.precooling.get(container.id)
    before = DASH if checked is None or checked.temperature is None else f"{checked.temperature:.2f} ℃"
    attached = {a.logger_id for a in view.journey.attachments if a.container_id == container.id}
    loggers = [logger for logger in container.loggers if logger.id in attached]
    start, end = _custody(view, container)
    return {
        "kind": view.say(words.CONTAINER[container.kind]),
        "name": view.say(container.name),
        "code": container.code,
        "range": view.limits(container.range),
        "precooling": before,
        "loggers": [_logger(view, logger, start, end) for logger in loggers],
        "chart": _chart(view, container, loggers, start, end),
    }


def _custody(view: View, container: Container) -> tuple[datetime, datetime]:
    """From when goods of this stop rode in a container, and up to when that was judged."""
    starts = [
        ride.start
        for line in view.stop.lines()
        for ride in view.journey.line(line.id).rides
        if ride.container_id == container.id
    ]
    end = view.judged
    return min([*starts, end]) if starts else min(view.journey.departed or end, end), end


def _samples(view: View, logger_id: str, start: datetime, end: datetime) -> tuple[Sample, ...]:
    known = view.series.get(logger_id)
    return tuple(
        Sample(reading.at, reading.temperature)
        for reading in (known.readings if known else ())
        if reading.temperature is not None and start <= reading.at <= end
    )


def _is_derived(view: View, logger_id: str) -> bool:
    return any(s.basis is TimeBasis.DERIVED for s in view.evidence.segments() if s.logger_id == logger_id)


def _logger(view: View, logger: Logger, start: datetime, end: datetime) -> Json:
    samples = _samples(view, logger.id, start, end)
    skews = [s.skew for s in view.evidence.segments() if s.logger_id == logger.id and s.skew is not None]
    basis = view.word("basis_derived" if _is_derived(view, logger.id) else "basis_logger")
    if skews:
        basis += f" ({view.word('skew')} {max(skews, key=abs) / 1000:+.1f} s)"
    values = [sample.value for sample in samples]
    return {
        "serial": logger.serial,
        "maker": logger.maker,
        "calibrated": logger.calibrated_until.isoformat(),
        "expired": logger.calibrated_until < view.route.day,
        "interval": f"{logger.interval} s",
        "count": str(len(samples)),
        "lowest": view.degrees(min(values, default=None)),
        "highest": view.degrees(max(values, default=None)),
        "basis": basis if samples else DASH,
    }


def _chart(view: View, container: Container, loggers: list[Logger], start: datetime, end: datetime) -> str:
    """The temperature over the custody of this stop's goods, as SVG; empty without any reading."""
    curves, gaps = [], []
    for logger in loggers:
        samples = _samples(view, logger.id, start, end)
        interval = view.series[logger.id].interval if logger.id in view.series else logger.interval
        curves.append(Curve(logger.serial, samples, _is_derived(view, logger.id), interval))
        times = [sample.at for sample in samples]
        gaps += [(gap.start, gap.end) for gap in find_gaps(times, start, end, interval=interval, logger_id=logger.id)]
    if not any(curve.samples for curve in curves):
        return ""
    last = "mark_shown" if view.shown else "mark_failed"
    moments = (
        (start, "mark_loaded"),
        (view.journey.departure_of(view.stop), "mark_departed"),
        (view.visit.arrived, "mark_arrived"),
        (end, last),
    )
    marks = tuple(Mark(at, view.word(name)) for at, name in moments if at is not None and start <= at <= end)
    picture = Picture(
        start,
        end,
        container.range.low,
        container.range.high,
        tuple(curves),
        tuple(dict.fromkeys(gaps)),
        marks,
        view.stop.site.zone,
        view.word("gap"),
        view.word("basis_derived"),
    )
    return draw(picture)


def deviations(view: View) -> list[Json]:
    """Every excursion and gap once, oldest first, with the lots it concerns."""
    found: dict[Excursion | Gap, list[str]] = {}
    for line in view.stop.lines():
        verdict, _ = view.verdict(line)
        deviant: tuple[Excursion | Gap, ...] = (*verdict.excursions, *verdict.gaps)
        for deviation in deviant:
            found.setdefault(deviation, []).append(line.lot)
    ordered = sorted(found.items(), key=lambda item: (item[0].start, item[0].logger_id))
    return [{**_deviation(view, what), "lots": " ".join(dict.fromkeys(lots))} for what, lots in ordered]


def _deviation(view: View, what: Excursion | Gap) -> Json:
    names = {logger.id: logger.serial for _, logger in view.route.loggers()}
    names |= {container.id: view.say(container.name) for container in view.route.containers}
    if isinstance(what, Gap):
        word, peak, tone = view.word("gap"), DASH, "open"
    else:
        word, tone = view.word("excursion_high" if what.side is Side.HIGH else "excursion_low"), "bad"
        peak = f"{what.peak:.2f} {'%RH' if what.measure is Measure.HUMIDITY else '℃'}"
    return {
        "what": word,
        "logger": names.get(what.logger_id, what.logger_id),
        "from": view.clock(what.start),
        "to": view.clock(what.end),
        "lasted": view.lasting(what.seconds),
        "peak": peak,
        "tone": tone,
    }
