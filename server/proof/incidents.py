"""What did not go as planned on the way to a stop, told in one language: overrides, alarms, clock jumps, corrections."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from server.custody.ledger import Stored
from server.proof import words
from server.proof.evidence import Evidence
from shared.custody import events as e
from shared.errors import Language, Problem


class Incident(msgspec.Struct, frozen=True):
    """One thing to know: when, what kind, in words; ``tone`` is good, bad or open."""

    at: datetime
    title: str
    text: str
    tone: str


def incidents(evidence: Evidence, language: Language) -> Iterator[Incident]:
    """The incidents of a stop in ledger order, and what the journey's table did not allow."""
    numbers = {entry.sha256: entry.index for entry in evidence.entries}
    for entry in evidence.entries:
        text = _text(entry, evidence, language, numbers)
        if text is not None:
            tone = "bad" if isinstance(entry.event, e.AlarmRaised | e.LotRecalled | e.DeviceRevoked) else "open"
            yield Incident(entry.record.at, words.EVENTS[e.event_name(entry.event)].text(language), text, tone)
    entries = {entry.index: entry for entry in evidence.entries}
    for index, problem in evidence.folded.refused:
        title = words.EVENTS[e.event_name(entries[index].event)].text(language)
        yield Incident(entries[index].record.at, title, problem.text(language), "bad")


def _text(entry: Stored, evidence: Evidence, language: Language, numbers: dict[str, int]) -> str | None:
    event, zh = entry.event, language == "zh"
    match event:
        case e.DepartureRefused():
            return _joined(event.reasons, language)
        case e.DepartureOverridden():
            return f"#{event.problem} {event.subject}: {event.reason} — {event.by}"
        case e.AlarmRaised():
            logger = _serial(evidence, event.logger_id)
            return f"{logger}: {event.temperature:.2f} ℃ ({event.low:g} … {event.high:g} ℃)"
        case e.AlarmAcknowledged():
            return f"{_serial(evidence, event.logger_id)}: {event.note or '—'}"
        case e.ClockJumped():
            return f"{event.milliseconds / 1000:+.1f} s"
        case e.DownloadFailed() | e.ScanRefused():
            return event.problem.text(language)
        case e.VehicleChecked():
            failed = [item for item in event.items if not item.ok]
            return ", ".join(f"{item.item} {item.note}".strip() for item in failed) or None
        case e.PrecoolingChecked() if not event.ok:
            return f"{event.container_id}: {event.temperature} ℃ ({event.low:g} … {event.high:g} ℃)"
        case e.StopFailed():
            return f"{words.FAILURE[event.failure].text(language)} {event.note}".strip()
        case e.RemarkMade():
            return event.text
        case e.GoodsReturned():
            line = next((line for line in evidence.stop.lines() if line.id == event.line_id), None)
            lot = line.lot if line else event.line_id
            return f"{lot}: {event.quantity} {event.note}".strip()
        case e.GoodsUnloaded() | e.GoodsLoaded() if event.entry is e.Entry.TYPED:
            return f"{words.ENTRY[event.entry].text(language)}: {event.code}"
        case e.IncidentReported():
            return f"{words.INCIDENT[event.kind].text(language)} {event.note}".strip()
        case e.GoodsMoved():
            lots = {line.id: line.lot for line in evidence.stop.lines()}
            parts = [f"{lots[moved.line_id]} × {moved.quantity}" for moved in event.lines if moved.line_id in lots]
            return f"{', '.join(parts)} → {event.vehicle}, {event.driver} {event.note}".strip()
        case e.GoodsCollected():
            what = f"{event.name} {event.lot} × {event.quantity} {event.unit}"
            return f"{words.COLLECTED[event.why].text(language)}: {what} — {event.given_by} {event.note}".strip()
        case e.RouteRevised():
            return f"v{event.version}"
        case e.LotRecalled():
            return f"{event.lot}: {event.reason} — {event.by}"
        case e.DeviceRevoked():
            return f"{event.reason} — {event.by}"
        case e.CorrectionMade():
            wrong = f"第 {numbers.get(event.record, '?')} 条" if zh else f"entry {numbers.get(event.record, '?')}"
            return f"{wrong}: {event.reason} — {event.by}"
        case _:
            return None


def _joined(found: tuple[Problem, ...], language: Language) -> str:
    return " / ".join(problem.text(language) for problem in found)


def _serial(evidence: Evidence, logger_id: str) -> str:
    return next((logger.serial for _, logger in evidence.route.loggers() if logger.id == logger_id), logger_id)
