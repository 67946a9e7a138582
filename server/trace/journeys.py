"""Journeys as the ledger tells them: each route's events folded, with what did not fit set aside.

A process keeps the journeys it has folded and goes on from there; a journey it does not have is folded from the ledger.
"""

from collections import OrderedDict

import msgspec

from server.custody import ledger
from server.custody.ledger import Stored
from shared import problems
from shared.clock import from_ms
from shared.coldchain.readings import Reading, Series
from shared.custody.events import HandoverSigned, ReadingsSealed, RoutePublished, StopFailed, UnknownEvent
from shared.custody.journey import Journey
from shared.custody.revision import revised
from shared.errors import Problem, Refused

KEPT = 256
"""Journeys a process keeps in memory."""


class Told(msgspec.Struct, frozen=True):
    """A journey up to and including entry ``index``."""

    journey: Journey
    index: int
    published: int
    """Index of the RoutePublished entry."""
    device: str
    took: bool = True
    """Whether entry ``index`` is part of the journey: what the table does not allow is set aside. What happened at a
    withdrawn stop is part of it, and a problem all the same."""


class Journeys:
    """The journeys of one process."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, Told] = OrderedDict()

    def clear(self) -> None:
        self._told.clear()

    def advance(self, entry: Stored) -> tuple[Told | None, Problem | None]:
        """Fold one more entry into its route's journey; returns the journey and what was wrong with the entry, if anything.

        Entries must come in ledger order. An entry whose route was never published has no journey, and says so.
        """
        event = entry.event
        if isinstance(event, RoutePublished):
            return self._publish(entry, event)
        route_id = ledger.route_of(event)
        if route_id is None:
            return None, None
        told = self._before(route_id, entry.index)
        if told is None:
            return None, Refused(problems.NOT_FOUND, what="线路 route", value=route_id).problem
        told, problem = _fold(told, entry)
        self._keep(told)
        return told, problem

    def _publish(self, entry: Stored, event: RoutePublished) -> tuple[Told, None]:
        before = self._before(event.route.id, entry.index)
        if before is None:
            told = Told(Journey(event.route), entry.index, entry.index, event.device)
        else:
            told = Told(revised(before.journey, event.route), entry.index, entry.index, event.device)
        self._keep(told)
        return told, None

    def _keep(self, told: Told) -> None:
        self._told[told.journey.route.id] = told
        self._told.move_to_end(told.journey.route.id)
        while len(self._told) > KEPT:
            self._told.popitem(last=False)

    def _before(self, route_id: str, index: int) -> Told | None:
        """The journey of a route as it stood before entry ``index``."""
        told = self._told.get(route_id)
        if told is not None and told.index < index:
            return told
        return tell(route_id, before=index)


def _fold(told: Told, entry: Stored) -> tuple[Told, Problem | None]:
    problem: Problem | None = None
    journey, took = told.journey, False
    if isinstance(entry.event, UnknownEvent):
        problem = Refused(problems.ENVELOPE_MALFORMED, value=entry.event.type, reason="unknown event type").problem
    elif entry.record.device not in (told.device, "server"):
        problem = Refused(problems.DEVICE_MISMATCH, value=entry.record.device, device=told.device).problem
    else:
        try:
            journey, took = journey.apply(entry.event, entry.record.at, entry.sha256), True
            problem = _withdrawn(journey, entry)
        except Refused as refused:
            problem = refused.problem
    return Told(journey, entry.index, told.published, told.device, took), problem


def _withdrawn(journey: Journey, entry: Stored) -> Problem | None:
    """A stop was concluded although dispatch had withdrawn it: the handheld had not heard, or the driver knew better."""
    event = entry.event
    if not isinstance(event, HandoverSigned | StopFailed) or event.stop_id not in journey.withdrawn:
        return None
    site = journey.route.stop(event.stop_id).site
    return Refused(problems.STOP_WITHDRAWN, value=f"{site.name.zh} ({event.stop_id})").problem


def tell(route_id: str, *, before: int | None = None) -> Told | None:
    """The journey of a route, folded from the ledger (up to entry ``before``, exclusive)."""
    told: Told | None = None
    for entry in ledger.entries(route_id=route_id):
        if before is not None and entry.index >= before:
            break
        if isinstance(entry.event, RoutePublished):
            route = entry.event.route
            journey = Journey(route) if told is None else revised(told.journey, route)
            told = Told(journey, entry.index, entry.index, entry.event.device)
        elif told is not None:
            told, _ = _fold(told, entry)
    return told


def series(route_id: str) -> dict[str, Series]:
    """All readings of a route, by logger, from its sealed segments: oldest first, each instant once."""
    found: dict[str, tuple[int, dict[int, Reading]]] = {}
    for entry in ledger.entries(route_id=route_id, types=(ReadingsSealed.__name__,)):
        if isinstance(entry.event, ReadingsSealed):
            _, readings = found.setdefault(entry.event.logger_id, (entry.event.interval, {}))
            for at, reading in explode(entry.event):
                readings.setdefault(at, reading)
    return {
        logger_id: Series(logger_id, interval, tuple(reading for _, reading in sorted(readings.items())))
        for logger_id, (interval, readings) in found.items()
    }


def explode(segment: ReadingsSealed) -> list[tuple[int, Reading]]:
    """The readings of a segment with their times in ms."""
    return [
        (
            at,
            Reading(
                from_ms(at),
                None if temperature is None else temperature / 100,
                None if humidity is None else humidity / 100,
                segment.basis,
            ),
        )
        for at, temperature, humidity in zip(segment.times, segment.temperatures, segment.humidities, strict=True)
    ]
