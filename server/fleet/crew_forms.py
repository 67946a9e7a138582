"""The forms of vehicles and drivers: what they cost, and when, how long and how far they go."""

from typing import Any

from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.fleet import operations
from server.fleet.fields import (
    ACTIVE,
    CAPACITY,
    CARRIER,
    PERSON,
    Cell,
    Field,
    Form,
    Group,
    Kind,
    is_active,
    read_clock,
    read_day_or_none,
    read_decimal_or_none,
    read_name,
    read_optional,
    read_text,
    shown,
    typed_base,
)
from server.fleet.rules import clock, invalid
from server.fleet.schemas import (
    DriverData,
    DriverTerms,
    MealTime,
    Shift,
    Subject,
    VehicleData,
    VehicleSize,
    VehicleTerms,
)
from server.i18n import N_, shown_name
from server.i18n import gettext as _


def _carrier_cell(carrier_id: str) -> str:
    data = operations.carrier_entry(carrier_id).data
    return shown_name(data.name) + (f" · {_('contracted')}" if data.contracted else "")


# vehicles --------------------------------------------------------------------------------------------------------------

_SIZE_GROUP = Group(N_("Size"), N_("What is empty is assumed where roads are measured."))
_SIZE = (
    Field("height", N_("Height, cm"), type="number", group=_SIZE_GROUP),
    Field("width", N_("Width, cm"), type="number", group=_SIZE_GROUP),
    Field("length", N_("Length, cm"), type="number", group=_SIZE_GROUP),
    Field("gross", N_("Permitted gross mass, kg"), type="number", group=_SIZE_GROUP),
    Field("axle", N_("Load of the heaviest axle, kg"), type="number", group=_SIZE_GROUP),
)
_COSTS = Group(
    N_("Costs"),
    N_("In one currency for the whole fleet. Empty costs nothing; but a km counts 1, unless 0 is entered."),
)
_REACH = Group(N_("Hours and distance"), N_("Empty: no limit"))
_TERMS = (
    Field("fixed", N_("Fixed, a day"), type="number", step="any", group=_COSTS),
    Field("per_km", N_("Per km"), type="number", step="any", group=_COSTS),
    Field("per_hour", N_("Per hour"), type="number", step="any", group=_COSTS),
    Field("per_stop", N_("Per stop"), type="number", step="any", group=_COSTS),
    Field("max_duration", N_("Longest day, h"), type="number", step="any", group=_REACH),
    Field("max_trip", N_("Longest trip, h"), type="number", step="any", group=_REACH),
    Field("max_distance", N_("Farthest a day, km"), type="number", step="any", group=_REACH),
)
"""In the order of :class:`VehicleTerms`, whose last field is :data:`_TRIPS`."""
_TRIPS = Field(
    "trips",
    N_("Trips a day"),
    type="number",
    hint=N_("At most so many, each loaded at the depot. Empty: one."),
    group=_REACH,
)


def _vehicle_costs(terms: VehicleTerms) -> str:
    """What a vehicle costs, in a cell of the table."""
    parts = (
        (terms.fixed, _("%(value)s a day")),
        (terms.per_km, _("%(value)s/km")),
        (terms.per_hour, _("%(value)s/h")),
        (terms.per_stop, _("%(value)s a stop")),
    )
    return " + ".join(text % {"value": shown(value)} for value, text in parts if value is not None)


def _vehicle_reach(terms: VehicleTerms) -> str:
    """How long and far a vehicle goes, in a cell of the table."""
    parts = (
        (terms.max_duration, _("day ≤ %(value)s h")),
        (terms.max_trip, _("trip ≤ %(value)s h")),
        (terms.max_distance, _("≤ %(value)s km")),
        (terms.trips, _("%(value)s trips")),
    )
    return ", ".join(text % {"value": shown(value)} for value, text in parts if value is not None)


def _read_vehicle_terms(form: Form) -> VehicleTerms:
    costs: dict[str, Any] = {f.name: read_decimal_or_none(form, f.name, _(f.label)) for f in _TERMS}
    return VehicleTerms(**costs, trips=read_optional(form, _TRIPS.name, _(_TRIPS.label)))


def _vehicle_cells(data: VehicleData) -> tuple[Cell, ...]:
    return (
        shown_name(data.name),
        _carrier_cell(data.carrier_id),
        data.kind,
        shown(data.capacity),
        _vehicle_costs(data.terms),
        _vehicle_reach(data.terms),
    )


VEHICLES = Kind(
    key="vehicles",
    title=N_("Vehicles"),
    new=N_("Add a vehicle"),
    fields=(
        Field("name_zh", N_("Number plate"), required=True),
        Field("name_en", N_("English name")),
        CARRIER,
        Field("kind", N_("Kind"), required=True, hint=N_("Such as van or truck; sites may admit only some")),
        CAPACITY,
        *_SIZE,
        *_TERMS,
        _TRIPS,
        ACTIVE,
    ),
    heads=(
        N_("Number plate"),
        N_("Carrier"),
        N_("Kind"),
        N_("Capacity, packs"),
        N_("Costs"),
        N_("Hours and distance"),
    ),
    entries=operations.vehicles,
    cells=_vehicle_cells,
    read=lambda form: VehicleData(
        carrier_id=read_text(form, "carrier_id"),
        name=read_name(form),
        kind=read_text(form, "kind"),
        capacity=read_optional(form, "capacity", _("Capacity, packs")),
        active=is_active(form),
        size=VehicleSize(*(read_optional(form, field.name, _(field.label)) for field in _SIZE)),
        terms=_read_vehicle_terms(form),
    ),
    typed=lambda data: {
        **typed_base(data.name, data.active),
        "carrier_id": data.carrier_id,
        "kind": data.kind,
        "capacity": shown(data.capacity),
        **{field.name: shown(getattr(data.size, field.name)) for field in _SIZE},
        **{field.name: shown(getattr(data.terms, field.name)) for field in (*_TERMS, _TRIPS)},
    },
    add=operations.add_vehicle,
    change=operations.change_vehicle,
    subject=Subject.VEHICLE,
)

# drivers ---------------------------------------------------------------------------------------------------------------

_SHIFT = Group(N_("Working hours"), N_("On the depot's clock. Empty: whenever vehicles go."))
_MEAL = Group(N_("Meal"), N_("Whoever is out then has it on the way: not while driving or handing over."))
_PAY = Group(N_("Costs and permits"), N_("Controlled drugs ride only with whoever has the permit on that day."))


def _users() -> list[tuple[str, str]]:
    return [(one.id, f"{shown_name(one.display)} ({one.name})") for one in accounts.accounts(Role.DRIVER)]


def _read_driver_terms(form: Form) -> DriverTerms:
    start = read_clock(form, "shift_start", _("Begins"))
    end = read_clock(form, "shift_end", _("Ends"))
    if (start is None) != (end is None):
        raise invalid(_("Working hours"), _typed(form, "shift_start", "shift_end"), _("both, or neither"))
    meal_start = read_clock(form, "meal_start", _("Begins at the earliest"))
    latest = read_clock(form, "meal_latest", _("Begins at the latest"))
    length = read_optional(form, "meal_length", _("Takes, min"))
    meal = [one for one in (meal_start, latest, length) if one is not None]
    if len(meal) in (1, 2):
        raise invalid(_("Meal"), _typed(form, "meal_start", "meal_latest", "meal_length"), _("all three, or none"))
    return DriverTerms(
        shift=None if start is None or end is None else Shift(start, end),
        meal=MealTime(*meal) if meal else None,
        per_hour=read_decimal_or_none(form, "per_hour", _("Per hour")),
        controlled_until=read_day_or_none(form, "controlled_until", _("Permit for controlled drugs, valid through")),
    )


def _typed(form: Form, *names: str) -> str:
    return " … ".join(read_text(form, name) or "–" for name in names)


def _typed_driver(data: DriverData) -> dict[str, str]:
    terms = data.terms
    shift, meal = terms.shift, terms.meal
    return {
        **typed_base(data.name, data.active),
        "carrier_id": data.carrier_id,
        "user_id": data.user_id,
        "shift_start": "" if shift is None else clock(shift.start),
        "shift_end": "" if shift is None else clock(shift.end),
        "meal_start": "" if meal is None else clock(meal.start),
        "meal_latest": "" if meal is None else clock(meal.latest),
        "meal_length": "" if meal is None else shown(meal.length),
        "per_hour": shown(terms.per_hour),
        "controlled_until": shown(terms.controlled_until),
    }


def _driver_cells(data: DriverData) -> tuple[Cell, ...]:
    terms = data.terms
    shift, meal = terms.shift, terms.meal
    minutes = "" if meal is None else _("%(value)s min", value=meal.length)
    return (
        shown_name(data.name),
        _carrier_cell(data.carrier_id),
        accounts.account(data.user_id).name,
        "" if shift is None else f"{clock(shift.start)}–{clock(shift.end)}",
        "" if meal is None else f"{clock(meal.start)}–{clock(meal.latest)}, {minutes}",
        shown(terms.per_hour),
        terms.controlled_until or "",
    )


DRIVERS = Kind(
    key="drivers",
    title=N_("Drivers"),
    new=N_("Add a driver"),
    fields=(
        *PERSON,
        CARRIER,
        Field("user_id", N_("Signs in as"), type="choice", required=True, options=_users),
        Field("shift_start", N_("Begins"), type="time", group=_SHIFT),
        Field("shift_end", N_("Ends"), type="time", group=_SHIFT),
        Field("meal_start", N_("Begins at the earliest"), type="time", group=_MEAL),
        Field("meal_latest", N_("Begins at the latest"), type="time", group=_MEAL),
        Field("meal_length", N_("Takes, min"), type="number", group=_MEAL),
        Field("per_hour", N_("Per hour"), type="number", step="any", group=_PAY),
        Field("controlled_until", N_("Permit for controlled drugs, valid through"), type="date", group=_PAY),
        ACTIVE,
    ),
    heads=(
        N_("Full name"),
        N_("Carrier"),
        N_("Signs in as"),
        N_("Working hours"),
        N_("Meal"),
        N_("Per hour"),
        N_("Controlled drugs through"),
    ),
    entries=operations.drivers,
    cells=_driver_cells,
    read=lambda form: DriverData(
        carrier_id=read_text(form, "carrier_id"),
        user_id=read_text(form, "user_id"),
        name=read_name(form),
        active=is_active(form),
        terms=_read_driver_terms(form),
    ),
    typed=_typed_driver,
    add=operations.add_driver,
    change=operations.change_driver,
    subject=Subject.DRIVER,
)
