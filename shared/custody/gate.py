"""The departure gate: what must hold before a vehicle with medicines may leave, and the handover's own rules.

A problem of the gate can be overridden by a dispatcher; the override is an event of its own and travels with the work.
"""

from collections.abc import Sequence
from datetime import date

from shared import problems
from shared.coldchain.cadence import probes_required
from shared.custody.journey import Journey
from shared.custody.signing import MINIMUM_EXTENT, MINIMUM_POINTS, check_outcome, check_signatory, check_strokes
from shared.errors import Problem, Refused
from shared.work import Consignment, Container, ContainerKind, Line, Name, Override, Qualification, Route

__all__ = [
    "MINIMUM_EXTENT",
    "MINIMUM_POINTS",
    "check_outcome",
    "check_signatory",
    "check_strokes",
    "departure_problems",
    "qualification_problems",
    "standing",
]

CARRIER = Name("承运单位", "Carrier")
VEHICLE = Name("车辆", "Vehicle")
DRIVER = Name("驾驶员", "Driver")
BOX = Name("容器", "Container")


def _expired(what: Name, subject: str, qualifications: Sequence[Qualification], day: date) -> list[Problem]:
    return [
        Refused(
            problems.GATE_EXPIRED,
            what=f"{what.zh} {what.en}",
            # the document's number stands in the offending value: an override is of one document, not of all a party has
            value=f"{subject} [{q.number}]",
            document=f"{q.document.zh} {q.document.en}",
            expiry=q.expires.isoformat(),
        ).problem
        for q in qualifications
        if q.expires < day
    ]


def _party(what: Name, subject: Name, qualifications: Sequence[Qualification], day: date) -> list[Problem]:
    if not qualifications:
        missing = Refused(
            problems.GATE_MISSING, what=f"{what.zh} {what.en}", value=subject.zh, document="资质 qualification"
        )
        return [missing.problem]
    return _expired(what, subject.zh, qualifications, day)


def _probes(container: Container) -> int:
    """How many probes a container needs: a compartment by its volume, a box one; a pallet rides under its compartment's."""
    if container.kind is ContainerKind.COMPARTMENT:
        return probes_required(container.volume)
    return 1 if container.kind is ContainerKind.BOX else 0


def _container(container: Container, day: date) -> list[Problem]:
    found = _expired(BOX, container.name.zh, container.qualifications, day)
    needed = _probes(container)
    if len(container.loggers) < needed:
        found.append(
            Refused(
                problems.GATE_PROBES, value=container.name.zh, actual=len(container.loggers), expected=needed
            ).problem
        )
    for logger in container.loggers:
        if logger.calibrated_until < day:
            found.append(
                Refused(
                    problems.LOGGER_CALIBRATION, value=logger.serial, expiry=logger.calibrated_until.isoformat()
                ).problem
            )
    return found


def qualification_problems(route: Route, day: date) -> list[Problem]:
    """Every qualification, calibration and probe count that does not hold on ``day``."""
    found = _party(CARRIER, route.carrier.name, route.carrier.qualifications, day)
    found += _party(VEHICLE, route.vehicle.name, route.vehicle.qualifications, day)
    found += _party(DRIVER, route.driver.name, route.driver.qualifications, day)
    for container in route.containers:
        found += _container(container, day)
    return found


def departure_problems(journey: Journey, day: date, trip: int | None = None) -> list[Problem]:
    """Everything that stands against departure now: papers, vehicle check, pre-cooling, loading.

    Only goods of ``trip`` (by default the one that is next), and of stops of earlier ones that are still to come, have to be
    on board.
    """
    leaving = trip if trip is not None else journey.to_load or max(1, journey.trip)
    route = journey.route
    found = qualification_problems(route, day)
    if journey.vehicle_check is None:
        found.append(Refused(problems.GATE_VEHICLE_UNCHECKED, value=route.vehicle.name.zh).problem)
    else:
        found += [
            Refused(problems.GATE_CHECK_FAILED, value=item.item).problem
            for item in journey.vehicle_check.items
            if not item.ok
        ]
    for container in route.containers:
        checked = journey.precooling.get(container.id)
        if container.loggers and (checked is None or not checked.ok):
            actual = "?" if checked is None or checked.temperature is None else f"{checked.temperature:g}"
            expected = f"{container.range.low:g}…{container.range.high:g}"
            found.append(
                Refused(problems.GATE_NOT_PRECOOLED, value=container.name.zh, actual=actual, expected=expected).problem
            )
    found += _unwatched(journey)
    for stop in journey.stops_of(leaving):
        for consignment in stop.consignments:
            found += [
                Refused(
                    problems.GATE_NOT_LOADED, value=_named(consignment, line), actual=loaded, expected=line.quantity
                ).problem
                for line in consignment.lines
                if (loaded := journey.line(line.id).loaded) < line.quantity
            ]
    return found


def _named(consignment: Consignment, line: Line) -> str:
    """A line as one of its route: the same lot goes to many receivers, and an override is of one of them."""
    return f"{line.product.name.zh} {line.lot} [{consignment.note_number}]"


def _unwatched(journey: Journey) -> list[Problem]:
    """Containers with goods in them and fewer loggers attached than the plan has for their probes: nobody would know how
    warm the goods get. (Too few planned is a matter of the papers.)"""
    laden = {ride.container_id for line in journey.lines.values() for ride in line.rides if ride.until is None}
    found = []
    for container in journey.route.containers:
        needed = _probes(container)
        attached = sum(a.container_id == container.id and a.until is None for a in journey.attachments)
        if container.id in laden and attached < needed <= len(container.loggers):
            found.append(
                Refused(problems.GATE_PROBES, value=container.name.zh, actual=attached, expected=needed).problem
            )
    return found


def standing(found: Sequence[Problem], overrides: Sequence[Override]) -> list[Problem]:
    """The problems that no override covers."""
    covered = {(o.problem, o.subject) for o in overrides}
    return [p for p in found if (p.number, p.values["value"]) not in covered]
