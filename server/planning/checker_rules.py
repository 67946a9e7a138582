"""The rules a plan is held to, each with its number in the catalogue, and a broken one as a value."""

from enum import StrEnum

import msgspec

from shared import problems
from shared.errors import Problem, Refused


class Rule(StrEnum):
    """Every rule of the checker. The text of a broken one is the numbered problem 6201–6242 of the same name."""

    VEHICLE = "vehicle"
    VEHICLE_TWICE = "vehicle-twice"
    DRIVER = "driver"
    DRIVER_TWICE = "driver-twice"
    QUALIFICATION = "qualification"
    SHIFT = "shift"
    ORDER = "order"
    ORDER_TWICE = "order-twice"
    ORDER_MISSING = "order-missing"
    REASON = "reason"
    EMPTY = "empty"
    SITE = "site"
    DEPOT = "depot"
    ROAD = "road"
    LEG = "leg"
    ARRIVAL = "arrival"
    EARLY = "early"
    WINDOW = "window"
    DUE = "due"
    SERVICE = "service"
    RELEASE = "release"
    LOADING = "loading"
    END = "end"
    DURATION = "duration"
    DISTANCE = "distance"
    CAPACITY = "capacity"
    ZONE = "zone"
    ACCESS = "access"
    HOLD = "hold"
    REST = "rest"
    REST_TIME = "rest-time"
    LOCK = "lock"
    TOTAL = "total"
    SLACK = "slack"
    COST = "cost"
    ROADS = "roads"
    FEASIBLE = "feasible"
    ALONE = "alone"
    RELOAD = "reload"
    MEAL = "meal"
    PAIR = "pair"
    TRIP = "trip"


class Violation(msgspec.Struct, frozen=True):
    """A broken rule: where (vehicle › stop number › site), and the amounts, in a numbered problem."""

    rule: Rule
    where: str
    problem: Problem


def violation(rule: Rule, where: str, **values: object) -> Violation:
    """A broken rule with its values; their names must be those of its sentence in the catalogue."""
    kind = getattr(problems, f"PLAN_RULE_{rule.name}")
    return Violation(rule, where, Refused(kind, where=where, **values).problem)


def closely(stated: float, expected: float) -> bool:
    """Whether two sums of money agree: to a millionth, which is what adding up floats in another order may change."""
    return abs(stated - expected) <= 1e-6 * max(1.0, abs(stated), abs(expected))
