"""The departure gate: what must hold before a vehicle with medicines may leave, and the handover's own rules.

A problem of the gate can be overridden by a dispatcher; the override is an event of its own and travels with the work.
"""

from collections.abc import Sequence
from datetime import date

from shared import problems
from shared.coldchain.cadence import probes_required
from shared.custody.events import LineOutcome, Outcome, Signatory
from shared.custody.journey import Journey
from shared.errors import Problem, Refused
from shared.work import Container, ContainerKind, Line, Name, Override, Qualification, Route

CARRIER = Name("承运单位", "Carrier")
VEHICLE = Name("车辆", "Vehicle")
DRIVER = Name("驾驶员", "Driver")
BOX = Name("容器", "Container")


def _expired(what: Name, subject: str, qualifications: Sequence[Qualification], day: date) -> list[Problem]:
    return [
        Refused(
            problems.GATE_EXPIRED,
            what=f"{what.zh} {what.en}",
            value=subject,
            document=f"{q.document.zh} {q.document.en} {q.number}",
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


def _container(container: Container, day: date) -> list[Problem]:
    found = _expired(BOX, container.name.zh, container.qualifications, day)
    needed = probes_required(container.volume) if container.kind is ContainerKind.COMPARTMENT else 1
    if container.kind is not ContainerKind.PALLET and len(container.loggers) < needed:
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


def departure_problems(journey: Journey, day: date) -> list[Problem]:
    """Everything that stands against departure now: papers, vehicle check, pre-cooling, loading."""
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
    for stop in route.stops:
        for line in stop.lines():
            loaded = journey.line(line.id).loaded
            if loaded < line.quantity:
                name = f"{line.product.name.zh} {line.lot}"
                found.append(
                    Refused(problems.GATE_NOT_LOADED, value=name, actual=loaded, expected=line.quantity).problem
                )
    return found


def standing(found: Sequence[Problem], overrides: Sequence[Override]) -> list[Problem]:
    """The problems that no override covers."""
    covered = {(o.problem, o.subject) for o in overrides}
    return [p for p in found if (p.number, p.values["value"]) not in covered]


MINIMUM_POINTS = 8
"""Fewer points than this are a dot, not a signature."""
MINIMUM_EXTENT = 0.08
"""A signature reaches over at least this part of the pad's width."""


def check_strokes(strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
    """Refuse what is not a signature. Points are (x, y) in 0 … 1 of the pad.

    Raises:
        Refused: SIGNATURE_EMPTY.
    """
    points = [point for stroke in strokes for point in stroke]
    width = max((x for x, _ in points), default=0.0) - min((x for x, _ in points), default=0.0)
    if len(points) < MINIMUM_POINTS or width < MINIMUM_EXTENT:
        raise Refused(problems.SIGNATURE_EMPTY, value=f"{len(points)} / {width:.2f}")


def check_signatory(signatory: Signatory) -> None:
    """Refuse a signature without a printed name and a role (21 CFR 11.50).

    Raises:
        Refused: RECEIVER_UNNAMED.
    """
    if not signatory.name.strip():
        raise Refused(problems.RECEIVER_UNNAMED, value="姓名 name")
    if not signatory.role.strip():
        raise Refused(problems.RECEIVER_UNNAMED, value="职务 role")


def check_outcome(line: Line, outcome: LineOutcome) -> None:
    """Refuse a decision whose parts do not add up, or that refuses without a reason.

    Raises:
        Refused: OUTCOME_QUANTITY or OUTCOME_REASON.
    """
    parts = (outcome.accepted, outcome.refused, outcome.short, outcome.over)
    if min(parts) < 0 or outcome.accepted + outcome.refused + outcome.short != line.quantity:
        raise Refused(problems.OUTCOME_QUANTITY, line=line.lot, value=str(parts), expected=line.quantity)
    whole = outcome.accepted == line.quantity and outcome.over == 0
    if (outcome.outcome is Outcome.ACCEPTED) != whole or (outcome.outcome is Outcome.REFUSED) != (
        outcome.accepted == 0 and outcome.refused == line.quantity
    ):
        raise Refused(
            problems.OUTCOME_QUANTITY, line=line.lot, value=f"{outcome.outcome} {parts}", expected=line.quantity
        )
    if not whole and outcome.reason is None:
        raise Refused(problems.OUTCOME_REASON, value=f"{line.product.name.zh} {line.lot}")
