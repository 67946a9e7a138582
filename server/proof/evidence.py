"""The evidence of one stop: which entries of the ledger show what happened there, and what they tell together.

A proof is named by the record that concluded its stop (HandoverSigned or StopFailed). Everything here is derived from
ledger entries alone: no table that can be edited takes part.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Protocol

import msgspec

from server.custody.ledger import Stored
from server.proof.judging import Folded, fold
from shared import problems
from shared.clock import from_ms
from shared.custody import events as e
from shared.errors import Refused
from shared.work import Container, Route, Stop

ABOUT_DEVICES = ("DeviceEnrolled", "DeviceRevoked", "ClockJumped")
"""Events that belong to a device rather than to a route."""
ABOUT_ENTRIES = ("CorrectionMade", "LotRecalled")
"""Events that belong to other entries or to goods."""
BEFORE_ARRIVAL = timedelta(minutes=5)
"""Positions from this long before arrival show how the vehicle came to the site; earlier ones are nobody's business here."""


class LedgerReader(Protocol):
    """What gathering evidence needs of a ledger."""

    def find(self, digest: str) -> Stored | None:
        """The entry whose payload hashes to ``digest`` (hex)."""
        ...

    def of_route(self, route_id: str) -> Iterable[Stored]:
        """The entries that name a route, oldest first."""
        ...

    def of_types(self, types: Sequence[str]) -> Iterable[Stored]:
        """The entries of these event types, oldest first."""
        ...


class Evidence(msgspec.Struct, frozen=True):
    """Everything that shows one stop, oldest first."""

    concluded: Stored
    """HandoverSigned or StopFailed."""
    route: Route
    """As the driver had it when the stop was concluded."""
    stop: Stop
    entries: tuple[Stored, ...]
    folded: Folded

    @property
    def proof_id(self) -> str:
        return self.concluded.sha256

    def of(self, *kinds: type) -> list[Stored]:
        """The entries whose event is of one of ``kinds``."""
        return [entry for entry in self.entries if isinstance(entry.event, kinds)]

    def segments(self) -> list[e.ReadingsSealed]:
        """The sealed readings, oldest first."""
        return [entry.event for entry in self.entries if isinstance(entry.event, e.ReadingsSealed)]

    def containers(self) -> list[Container]:
        """The containers that the stop's goods rode in, as the route lists them."""
        ridden = _containers(self.stop, self.entries)
        return [container for container in self.route.containers if container.id in ridden]

    def blobs(self) -> dict[str, int | None]:
        """The blobs that the entries name, each with its size (bytes) where the event states it."""
        return named_blobs(self.entries)


def named_blobs(entries: Iterable[Stored]) -> dict[str, int | None]:
    """Hash → size (bytes, where stated) of every blob that ``entries`` name."""
    found: dict[str, int | None] = {}
    for entry in entries:
        if isinstance(entry.event, e.PhotoTaken):
            found[entry.event.sha256] = entry.event.size
        elif isinstance(entry.event, e.HandoverSigned):
            for signatory in entry.event.signatories:
                found.setdefault(signatory.strokes, None)
                found.setdefault(signatory.picture, None)
    return found


def gather(reader: LedgerReader, proof_id: str) -> Evidence:
    """The evidence of the stop that record ``proof_id`` concluded.

    Raises:
        Refused: NOT_FOUND where no such record concludes a stop; PROOF_INCOMPLETE where the ledger lacks the shift it
            belongs to or the route that shift was given.
    """
    concluded = reader.find(proof_id)
    if concluded is None or not isinstance(concluded.event, e.HandoverSigned | e.StopFailed):
        raise Refused(problems.NOT_FOUND, what="凭证 proof", value=proof_id)
    on_route = list(reader.of_route(concluded.event.route_id))
    shift = _shift(on_route, concluded)
    published = _published(on_route, shift)
    own = _on_the_way_to(on_route, concluded, shift)
    route = fold(published.route, own).journey.route
    stop = next((stop for stop in route.stops if stop.id == concluded.event.stop_id), None)
    if stop is None:
        raise Refused(problems.PROOF_INCOMPLETE, value=f"RoutePublished: {concluded.event.stop_id}")
    chosen = _of_the_stop(on_route, concluded, shift, stop)
    chosen += _around(reader, chosen, concluded, shift, stop)
    entries = tuple(sorted(chosen, key=lambda entry: entry.index))
    return Evidence(concluded, route, stop, entries, fold(published.route, entries))


def _on_the_way_to(on_route: Sequence[Stored], concluded: Stored, shift: Stored) -> list[Stored]:
    """What the handheld knew and did from the start of its shift until it concluded a stop: with the versions of the route
    that it was given, and only those."""
    own = [
        entry
        for entry in on_route
        if entry.record.device == shift.record.device and shift.record.seq <= entry.record.seq <= concluded.record.seq
    ]
    revisions = _versions(own)
    return [entry for entry in on_route if entry.sha256 in revisions or entry in own]


def _versions(entries: Iterable[Stored]) -> set[str]:
    """The RoutePublished events that a handheld took on while its day ran."""
    return {entry.event.published for entry in entries if isinstance(entry.event, e.RouteRevised)}


def _shift(on_route: Sequence[Stored], concluded: Stored) -> Stored:
    """The start of the shift in which a stop was concluded: the device's last one before it."""
    starts = [
        entry
        for entry in on_route
        if isinstance(entry.event, e.ShiftStarted)
        and entry.record.device == concluded.record.device
        and entry.record.seq < concluded.record.seq
    ]
    if not starts:
        raise Refused(problems.PROOF_INCOMPLETE, value="ShiftStarted")
    return starts[-1]


def _published(on_route: Sequence[Stored], shift: Stored) -> e.RoutePublished:
    """The route as the shift was given it."""
    for entry in on_route:
        if (
            isinstance(shift.event, e.ShiftStarted)
            and entry.sha256 == shift.event.published
            and isinstance(entry.event, e.RoutePublished)
        ):
            return entry.event
    raise Refused(problems.PROOF_INCOMPLETE, value="RoutePublished")


def _containers(stop: Stop, entries: Iterable[Stored]) -> set[str]:
    """The containers that goods of ``stop`` were loaded into, or were planned to be."""
    lines = {line.id: line for line in stop.lines()}
    ridden = {line.container_id for line in lines.values() if line.container_id is not None}
    return ridden | {
        entry.event.container_id
        for entry in entries
        if isinstance(entry.event, e.GoodsLoaded) and entry.event.line_id in lines
    }


def _of_the_stop(on_route: Sequence[Stored], concluded: Stored, shift: Stored, stop: Stop) -> list[Stored]:
    """The entries of a route that concern ``stop``: what its own device wrote, and the server."""
    assert isinstance(shift.event, e.ShiftStarted)
    device = concluded.record.device
    own = [entry for entry in on_route if entry.record.device == device and entry.record.seq >= shift.record.seq]
    scope = _Scope(own, stop)
    chosen = [
        entry
        for entry in own
        if scope.concerns(entry)
        # what happened on the road after the handover says nothing about it
        and not (isinstance(entry.event, _UNTIL_THEN) and entry.record.seq > concluded.record.seq)
    ]
    published = shift.event.published
    overridden = {
        digest for entry in own if isinstance(entry.event, e.VehicleDeparted) for digest in entry.event.overridden
    }
    needed = {published, *overridden, *_versions(chosen)}
    return chosen + [entry for entry in on_route if entry.sha256 in needed]


class _Scope:
    """Decides which of a shift's entries concern one stop."""

    def __init__(self, own: Sequence[Stored], stop: Stop) -> None:
        self._stop = stop
        self._lines = {line.id for line in stop.lines()}
        self._containers = _containers(stop, own)
        self._loggers = {
            entry.event.logger_id
            for entry in own
            if isinstance(entry.event, e.LoggerAttached) and entry.event.container_id in self._containers
        }
        visit = [entry.record.at for entry in own if getattr(entry.event, "stop_id", None) == stop.id]
        back = [entry.record.at for entry in own if self._brings_back(entry.event)]
        self._near = (min(visit) - BEFORE_ARRIVAL, max(visit))
        self._custody_ends = max(visit + back)
        self._some_came_back = bool(back)

    def _moves(self, event: e.GoodsMoved) -> bool:
        return any(moved.line_id in self._lines for moved in event.lines)

    def _brings_back(self, event: e.AnyEvent) -> bool:
        return isinstance(event, e.GoodsReturned) and event.line_id in self._lines

    def concerns(self, entry: Stored) -> bool:
        event = entry.event
        for kinds, rule in self._rules():
            if isinstance(event, kinds):
                return rule(event)
        return False

    def _rules(self) -> Sequence[tuple[type | tuple[type, ...], Callable[..., bool]]]:
        return (
            (e.PhotoTaken, self._photo),
            (e.ScanRefused, lambda event: event.stop_at == self._stop.id),
            ((e.GoodsLoaded, e.GoodsReturned), lambda event: event.line_id in self._lines),
            (e.GoodsMoved, self._moves),
            (e.GoodsCollected, lambda event: event.stop_id == self._stop.id),
            ((e.LoggerAttached, e.LoggerDetached, e.PrecoolingChecked, e.AlarmRaised), self._container),
            ((e.DownloadFailed, e.AlarmAcknowledged), lambda event: event.logger_id in self._loggers),
            (e.ReadingsSealed, self._readings),
            (e.PositionsSealed, self._positions),
            (e.VehicleReturned, lambda _event: self._some_came_back),
            (_WHOLE_ROUTE, lambda _event: True),
            (_AT_A_STOP, lambda event: event.stop_id == self._stop.id),
        )

    def _photo(self, event: e.PhotoTaken) -> bool:
        if event.stop_id is not None:
            return event.stop_id == self._stop.id
        return event.line_id is None or event.line_id in self._lines

    def _container(self, event: e.LoggerAttached) -> bool:
        return event.container_id in self._containers

    def _readings(self, event: e.ReadingsSealed) -> bool:
        """What a logger recorded after the goods had left says nothing about them."""
        if event.logger_id not in self._loggers:
            return False
        return not event.times or from_ms(min(event.times)) <= self._custody_ends

    def _positions(self, event: e.PositionsSealed) -> bool:
        start, end = self._near
        times = [from_ms(at) for at in event.times]
        return bool(times) and min(times) <= end and max(times) >= start


_UNTIL_THEN = (e.RouteRevised, e.IncidentReported, e.DepartureRefused, e.VehicleDeparted)
"""What concerns every stop of the route that is concluded later: of several departures, on trip after trip, those before."""
_WHOLE_ROUTE = (e.ShiftStarted, *_UNTIL_THEN, e.VehicleChecked)
_AT_A_STOP = (
    e.StopArrived,
    e.GoodsUnloaded,
    e.VerdictShown,
    e.HandoverSigned,
    e.StopFailed,
    e.StopLeft,
    e.RemarkMade,
)


def _around(
    reader: LedgerReader, chosen: Sequence[Stored], concluded: Stored, shift: Stored, stop: Stop
) -> list[Stored]:
    """What surrounds the stop's entries: who its device is, whether its clock jumped, recalls and corrections."""
    found: list[Stored] = []
    device = concluded.record.device
    last = max(entry.record.seq for entry in chosen if entry.record.device == device)
    for entry in reader.of_types(ABOUT_DEVICES):
        if isinstance(entry.event, e.DeviceEnrolled | e.DeviceRevoked):
            if entry.event.device == device:
                found.append(entry)
        elif entry.record.device == device and shift.record.seq <= entry.record.seq <= last:
            found.append(entry)
    lots = {(line.product.id, line.lot) for line in stop.lines()}
    named = {entry.sha256 for entry in (*chosen, *found)}
    for entry in reader.of_types(ABOUT_ENTRIES):
        recalls = isinstance(entry.event, e.LotRecalled) and (entry.event.product_id, entry.event.lot) in lots
        # corrections come later than what they correct, so one pass finds corrections of corrections too
        if recalls or (isinstance(entry.event, e.CorrectionMade) and entry.event.record in named):
            found.append(entry)
            named.add(entry.sha256)
    return found
