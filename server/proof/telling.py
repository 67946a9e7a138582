"""What the events of a bundle tell, judged again: do they agree, were they allowed, do the numbers follow?

Imports `shared` and the forms of a bundle, nothing else: verification runs where there is no server.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from server.proof import manifest as form
from server.proof.judging import Folded, difference, fold, judge_line, series_from
from server.proof.opened import SERVER, Entry, Opened
from shared import problems
from shared.coldchain.readings import Series
from shared.custody import events as e
from shared.custody.journey import Journey
from shared.custody.signing import check_outcome, check_signatory, check_strokes
from shared.errors import UNDECODABLE, Problem, Refused
from shared.work import Line, Stop

Conclusion = e.HandoverSigned | e.StopFailed


class Telling:
    """The stop a bundle is about, found in its own events; ``None`` parts are what the bundle fails to show."""

    def __init__(self, bundle: Opened) -> None:
        self.bundle = bundle
        self.concluded: Entry | None = None
        self.event: Conclusion | None = None
        for entry in bundle.entries:
            if entry.sha256 == bundle.manifest.proof and isinstance(entry.event, e.HandoverSigned | e.StopFailed):
                self.concluded, self.event = entry, entry.event
        self.shift = self._shift()
        self.published = self._published()
        self.folded: Folded | None = fold(self.published.route, bundle.entries) if self.published else None
        self.stop = self._stop()

    def _shift(self) -> e.ShiftStarted | None:
        starts = [entry.event for entry in self.bundle.entries if isinstance(entry.event, e.ShiftStarted)]
        return starts[0] if len(starts) == 1 else None

    def _published(self) -> e.RoutePublished | None:
        for entry in self.bundle.entries:
            if self.shift and isinstance(entry.event, e.RoutePublished) and entry.sha256 == self.shift.published:
                return entry.event
        return None

    def _stop(self) -> Stop | None:
        if self.folded is None or self.event is None:
            return None
        return next((stop for stop in self.folded.journey.route.stops if stop.id == self.event.stop_id), None)


def check_story(telling: Telling) -> Iterator[Problem]:
    """Proof, ledger index, shift, route, device and stop name each other."""
    manifest = telling.bundle.manifest
    concluded, event = telling.concluded, telling.event
    if concluded is None or event is None:
        yield _differs(manifest.proof, "proof")
        return
    if (concluded.index, e.event_name(event)) != (manifest.index, manifest.kind):
        yield _differs(f"{manifest.kind} #{manifest.index}", f"{e.event_name(event)} #{concluded.index}")
    if telling.shift is None or telling.published is None or telling.stop is None:
        yield _differs(event.stop_id, "ShiftStarted / RoutePublished")
        return
    device = concluded.record.device
    if telling.published.device != device:
        yield _differs(telling.published.device, device)
    for entry in telling.bundle.entries:
        yield from _stray(entry, device, event)
    if isinstance(event, e.HandoverSigned):
        yield from _check_shown(telling, concluded, event)
    yield from _check_overrides(telling)
    for name in form.PDF.values():
        if not telling.bundle.files.get(name, b"").startswith(b"%PDF-"):
            yield _differs(name, "%PDF")


def _stray(entry: Entry, device: str, concluded: Conclusion) -> Iterator[Problem]:
    """Whether an entry belongs to another route, stop or device, or its device had been revoked."""
    event = entry.event
    route = getattr(event, "route", None)
    route_id = route.id if route is not None else getattr(event, "route_id", None)
    if route_id is not None and route_id != concluded.route_id:
        yield _differs(f"#{entry.index} {route_id}", concluded.route_id)
    stop_id = getattr(event, "stop_id", None)
    if stop_id is not None and stop_id != concluded.stop_id:
        yield _differs(f"#{entry.index} {stop_id}", concluded.stop_id)
    named = getattr(event, "device", device)
    if named != device:
        yield _differs(f"#{entry.index} {named}", device)
    writer = entry.record.device
    servers = type(event) in e.SERVER_ONLY or isinstance(event, e.CorrectionMade)
    if not (writer == device or (writer == SERVER and servers)):
        yield _differs(f"#{entry.index} {writer}", device)


def _check_shown(telling: Telling, concluded: Entry, event: e.HandoverSigned) -> Iterator[Problem]:
    """The signature stands under the last verdict that was shown before it."""
    shown = [
        entry.sha256
        for entry in telling.bundle.entries
        if isinstance(entry.event, e.VerdictShown) and entry.index < concluded.index
    ]
    if not shown or shown[-1] != event.shown:
        yield _differs(event.shown, "VerdictShown")


def _check_overrides(telling: Telling) -> Iterator[Problem]:
    """What stood against departure and was overridden is in the bundle; a revoked device writes nothing."""
    known = {entry.sha256 for entry in telling.bundle.entries if isinstance(entry.event, e.DepartureOverridden)}
    revoked = [entry.index for entry in telling.bundle.entries if isinstance(entry.event, e.DeviceRevoked)]
    for entry in telling.bundle.entries:
        if isinstance(entry.event, e.VehicleDeparted):
            for digest in entry.event.overridden:
                if digest not in known:
                    yield _differs(digest, "DepartureOverridden")
    if revoked and telling.concluded is not None and revoked[0] < telling.concluded.index:
        yield _differs(f"#{revoked[0]}", "DeviceRevoked")


def _differs(value: str, reason: str) -> Problem:
    return Refused(problems.EVIDENCE_DIFFERS, value=value, reason=reason).problem


def check_journey(telling: Telling) -> Iterator[Problem]:
    """The journey's table allows every step that the bundle holds."""
    if telling.folded is None:
        yield _differs(telling.bundle.manifest.proof, "RoutePublished")
        return
    events = {entry.index: e.event_name(entry.event) for entry in telling.bundle.entries}
    for index, problem in telling.folded.refused:
        state = problem.values.get("state") or f"#{problem.number} " + ", ".join(problem.values.values())
        yield Refused(problems.ENTRY_ILLEGAL, value=index, event=events[index], state=state).problem


def check_outcomes(telling: Telling) -> Iterator[Problem]:
    """One outcome a line, its parts adding up; signatories named; two of them for controlled medicines."""
    event, stop, folded = telling.event, telling.stop, telling.folded
    if event is None or stop is None or folded is None:
        yield _differs(telling.bundle.manifest.proof, "proof")
        return
    if isinstance(event, e.StopFailed):
        return
    lines = {line.id: line for line in stop.lines()}
    named = [outcome.line_id for outcome in event.outcomes]
    if sorted(named) != sorted(lines):
        yield _outcome(stop.site.name.zh, ", ".join(named), ", ".join(lines))
    for outcome in event.outcomes:
        line = lines.get(outcome.line_id)
        if line is not None:
            yield from _check_line(line, outcome, folded.journey)
    for signatory in event.signatories:
        try:
            check_signatory(signatory)
            check_strokes(_strokes(telling.bundle, signatory))
        except Refused as refused:
            yield refused.problem
    needed = 2 if any(line.product.controlled for line in lines.values()) else 1
    if len(event.signatories) < needed:
        yield _outcome(stop.site.name.zh, f"{len(event.signatories)}", f"signatories ≥ {needed}")


def _strokes(bundle: Opened, signatory: e.Signatory) -> list[list[tuple[float, float]]]:
    """The pen's way over the pad, points in 0 … 1, as the handheld keeps it.

    Raises:
        Refused: EVIDENCE_DIFFERS where the blob is something else.
    """
    name = form.blob_name(signatory.strokes)
    try:
        return msgspec.json.decode(bundle.files.get(name, b""), type=list[list[tuple[float, float]]])
    except UNDECODABLE as error:
        raise Refused(problems.EVIDENCE_DIFFERS, value=name, reason="strokes") from error


def _check_line(line: Line, outcome: e.LineOutcome, journey: Journey) -> Iterator[Problem]:
    try:
        check_outcome(line, outcome)
    except Refused as refused:
        yield refused.problem
    loaded = journey.line(line.id).loaded
    if outcome.accepted > loaded:
        yield _outcome(line.lot, str(outcome.accepted), f"loaded {loaded}")


def _outcome(line: str, value: str, reason: str) -> Problem:
    return Refused(problems.OUTCOME_DIFFERS, line=line, value=value, reason=reason).problem


def check_verdicts(telling: Telling) -> Iterator[Problem]:
    """Each verdict that was shown follows from the readings that were on the handheld by then.

    A verdict states itself up to which instant it was computed: not before the vehicle arrived, and not after it was shown.
    """
    if telling.folded is None or telling.stop is None:
        yield _differs(telling.bundle.manifest.proof, "RoutePublished")
        return
    for entry in telling.bundle.entries:
        if not isinstance(entry.event, e.VerdictShown):
            continue
        journey = telling.folded.before[entry.index]
        series = series_from(
            earlier.event
            for earlier in telling.bundle.entries
            if isinstance(earlier.event, e.ReadingsSealed) and earlier.index < entry.index
        )
        yield from _check_shown_verdicts(entry, entry.event, telling.stop, journey, series)


def _check_shown_verdicts(
    entry: Entry, shown: e.VerdictShown, stop: Stop, journey: Journey, series: dict[str, Series]
) -> Iterator[Problem]:
    lines = {line.id: line for line in stop.lines()}
    if sorted(one.line_id for one in shown.verdicts) != sorted(lines):
        yield _differs(f"#{entry.index}", "lines")
        return
    arrived = journey.stop(stop.id).arrived
    for one in shown.verdicts:
        line = lines[one.line_id]
        at = one.verdict.end or entry.record.at
        if arrived is None or not _between(arrived, at, entry.record.at):
            yield _differs(f"#{entry.index} {line.lot}", f"{at.isoformat()}")
            continue
        computed = judge_line(journey, line, series, at)
        found = difference(one.verdict, computed)
        if found is not None:
            yield Refused(
                problems.VERDICT_DIFFERS,
                line=f"{line.product.name.zh} {line.lot}",
                value=f"{one.verdict.conformity} ({found})",
                expected=computed.conformity,
            ).problem


def _between(start: datetime, at: datetime, end: datetime) -> bool:
    return start <= at <= end
