"""Goods of a vehicle that broke down are taken over by another one: what, where, and how both drivers are told.

On the handheld this is no stop. The driver whose vehicle broke down writes that the goods went over, with the other one's
signature; the other one loads them, pack by pack, for the stops that his route has for them by now
(docs/decisions/0017-revised-routes.md). What neither handheld can know is where and when to meet. That is said in a message,
in both languages, as nobody knows which one its reader has chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.planning.plan import Route
from server.planning.problem import Problem
from server.planning.trouble import PLACE, is_roadside
from shared.geo import Position
from shared.work import Name

NAMED = 12
"""So many delivery notes a message names; of more it says how many there are, as a message is short."""


@dataclass(frozen=True)
class Takeover:
    """The orders that a route fetches where another ``vehicle`` stands."""

    vehicle: str
    position: Position
    orders: tuple[str, ...]


def takeovers(problem: Problem, planned: Route) -> list[Takeover]:
    """What a route takes over from vehicles that broke down, in driving order."""
    places = {site.id: site.position for site in problem.sites}
    found = []
    for stop in planned.stops:
        position = places.get(stop.site)
        if is_roadside(stop.site) and position is not None:
            found.append(Takeover(stop.site.removeprefix(PLACE), position, stop.fetched))
    return found


def to_the_taking(broken: Name, at: Position, notes: Sequence[str]) -> str:
    """What the driver is told who fetches the goods."""
    place = f"{at.lat:.5f}, {at.lon:.5f}"
    return (
        f"请到 {place} 从 {broken.zh} 接货并逐件扫码装车：{_named(notes)}。 "
        f"Take over from {broken.en} at {place}, and scan every pack on board: {_named(notes)}."
    )


def to_the_waiting(taking: Name, notes: Sequence[str]) -> str:
    """What the driver is told whose vehicle broke down."""
    return (
        f"{taking.zh} 前来接货，请用“货物转车”逐行移交：{_named(notes)}。 "
        f"{taking.en} comes to take over; hand over with “Move goods”: {_named(notes)}."
    )


def to_the_meeting(vehicle: Name, driver: Name, notes: Sequence[str], *, gives: bool) -> str:
    """What the driver is told whose goods ride on another vehicle, which ``gives`` them; and, where it does not, what the
    other one is told."""
    if gives:
        return (
            f"{_named(notes)} 在 {vehicle.zh} 车上，请与 {driver.zh} 约定交接地点。 "
            f"{_named(notes)}: on board of {vehicle.en}; agree with {driver.en} where to meet."
        )
    return (
        f"{_named(notes)} 改由 {vehicle.zh} 送，请与 {driver.zh} 约定交接地点。 "
        f"{_named(notes)}: {vehicle.en} delivers them; agree with {driver.en} where to meet."
    )


def _named(notes: Sequence[str]) -> str:
    more = len(notes) - NAMED
    return ", ".join(notes[:NAMED]) + (f" … (+{more})" if more > 0 else "")
