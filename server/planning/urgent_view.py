"""The choices for an urgent order as values for its page, in words."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from server.i18n import gettext as _
from server.i18n import language
from server.planning.broken import Broken, Names, short
from server.planning.changes import LEAST
from server.planning.insertion import Choice, Figures
from server.planning.plan import Stop
from server.planning.problem import Problem
from server.planning.urgent import Asked


def shown(asked: Asked, names: Names, count: int, soonest: bool = False) -> dict[str, Any]:
    """Everything the page says of an order: its ``count`` best choices with their figures, who cannot carry it, what leaving
    it means. The best are the cheapest, or those that hand it over ``soonest``; what breaks nothing always comes first."""
    choices = asked.choices.choices
    if soonest:
        choices = tuple(sorted(choices, key=lambda one: (not one.holds, one.figures.handed, one.figures.cost)))
    first = min((one.figures.handed for one in choices if one.holds), default=None)
    vehicles = {vehicle.id: vehicle for vehicle in asked.problem.vehicles}
    unable: dict[str, list[str]] = {}
    for one in asked.choices.unable:
        unable.setdefault(one.problem.text(language()), []).append(names.get(one.vehicle, one.vehicle))
    return {
        "choices": [
            _choice(asked, choice, names, vehicles[choice.vehicle].carrier)
            | {"soonest": choice.holds and choice.figures.handed == first}
            for choice in choices[:count]
        ],
        "further": len(asked.choices.further) + max(0, len(choices) - count),
        "unable": unable,
        "left": asked.choices.left.reason.text(language()),
        "clock": asked.problem.clock(asked.now),
    }


def _choice(asked: Asked, choice: Choice, names: Names, carrier: str) -> dict[str, Any]:
    figures, problem = choice.figures, asked.problem
    stops = [stop for stop in figures.route.stops if not stop.reload]
    at = next(index for index, stop in enumerate(stops) if asked.choices.order in stop.orders)
    return {
        "vehicle": names.get(choice.vehicle, choice.vehicle),
        "driver": None if choice.driver is None else names.get(choice.driver, choice.driver),
        "carrier": carrier,
        "used": choice.used,
        "place": _place(stops, at, names, asked.choices.order),
        "returns": _returned(problem, choice),
        "handed": problem.clock(figures.handed),
        "cost": figures.cost,
        "distance": figures.distance / 1000,
        "duration": short(problem, abs(figures.duration)),
        "longer": figures.duration >= 0,
        "moved": _moved(problem, figures, names),
        "broken": [_broken(figures, one, names) for one in figures.broken],
        "holds": choice.holds,
        "key": key_of(choice),
    }


def key_of(choice: Choice) -> str:
    """What a choice is called by whoever takes it."""
    sequence = "\n".join((choice.vehicle, choice.driver or "", *choice.sequence))
    return sha256(sequence.encode()).hexdigest()[:24]


def _place(stops: list[Stop], at: int, names: Names, order: str) -> str:
    """After which stop and before which one; numbers are those the driver counts by."""
    here = stops[at]
    if len(here.orders) > 1 and here.orders != (order,):
        return _("together with what is brought there anyway, stop %(number)s", number=at + 1)
    before = {"before": at, "site": _name(stops[at - 1], names)} if at else None
    after = _name(stops[at + 1], names) if at + 1 < len(stops) else None
    if before and after:
        return _("after stop %(before)s %(site)s, before %(after)s", **before, after=after)
    if before:
        return _("last, after stop %(before)s %(site)s", **before)
    if after:
        return _("first, before %(after)s", after=after)
    return _("as its only stop")


def _broken(figures: Figures, one: Broken, names: Names) -> str:
    """A broken promise, and at which stop if it is one's own."""
    text = one.problem.text(language())
    return text if one.stop is None else f"{_name(figures.route.stops[one.stop], names)}: {text}"


def _name(stop: Stop, names: Names) -> str:
    return names.get(stop.site, stop.site)


def _returned(problem: Problem, choice: Choice) -> str | None:
    """When the vehicle loads the order on a return to its depot."""
    if not choice.returns:
        return None
    again = [stop for stop in choice.figures.route.stops[: choice.figures.number] if stop.reload]
    return problem.clock(again[-1].start)


def _moved(problem: Problem, figures: Figures, names: Names) -> list[Mapping[str, str]]:
    """Each other stop whose time moves by a minute or more."""
    return [
        {
            "site": names.get(one.site, one.site),
            "before": problem.clock(one.before),
            "after": problem.clock(one.after),
            "by": ("+" if one.after > one.before else "−") + short(problem, abs(one.after - one.before)),
        }
        for one in figures.moved
        if abs(one.after - one.before) >= LEAST
    ]
