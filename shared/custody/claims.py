"""What an event claims, held against its journey: the goods, containers, loggers and signatures it names must be there.

The table in :mod:`shared.custody.journey` says *when* something may happen; this says *of what, and how much*. Without it a
signed event could move packs that were never loaded, sign for the lines of another stop, or stand under a verdict that
nobody was shown, and the ledger would carry the lie for ever. Pure, like the fold it guards.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared import problems
from shared.codes.match import identity
from shared.custody import events as e
from shared.custody.signing import check_outcome, check_signatory
from shared.errors import Refused
from shared.work import Line

if TYPE_CHECKING:
    from shared.custody.journey import Journey

LOADING = "load"
"""The purpose of a scan while loading; at a stop it is the stop's id."""
CARTON = "(00)"
"""How the recorded code of a logistic unit begins (GS1 AI 00): one scan may stand for no pack or for many."""


def check_claims(journey: "Journey", event: e.AnyEvent) -> None:
    """Refuse an event that claims what cannot be, whatever the table says about its moment.

    Raises:
        Refused: CLAIM_ROUTE, and what the check of its type says (see the functions below).
    """
    route_id = getattr(event, "route_id", None)
    if route_id is not None and route_id != journey.route.id:
        raise Refused(problems.CLAIM_ROUTE, value=route_id, expected=journey.route.id)
    check = _CHECKS.get(type(event))
    if check is not None:
        check(journey, event)


OUT = "out"
"""The purpose under which a pack is remembered that was brought out, at whichever stop: it cannot be brought out at another.
A carton can: a mixed one brings goods to several stops."""


def pack(purpose: str, line_id: str, code: str) -> tuple[str, str, str] | None:
    """What may be scanned only once: an individual code, for a purpose, towards a line (a mixed carton serves several
    lines). ``None`` for a code that all packs of a lot share."""
    one = identity(code)
    return None if one is None else (purpose, line_id, one)


def packs(purpose: str, line_id: str, code: str) -> list[tuple[str, str, str]]:
    """Everything under which a scanned code is remembered, and refused the next time."""
    one = pack(purpose, line_id, code)
    if one is None:
        return []
    return [one] if purpose == LOADING or code.startswith(CARTON) else [one, (OUT, "", one[2])]


# the shift -------------------------------------------------------------------------------------------------------------


def _started(journey: "Journey", event: e.ShiftStarted) -> None:
    """The vehicle and driver are the planned ones: the gate looked at *their* papers. (A journey read again under a later
    version of its route, which may name others, says nothing about a shift that was started under an earlier one.)"""
    if event.version != journey.route.version:
        return
    for what, claimed, planned in (
        ("车辆 vehicle", event.vehicle_id, journey.route.vehicle.id),
        ("驾驶员 driver", event.driver_id, journey.route.driver.id),
    ):
        if claimed != planned:
            raise _foreign(what, claimed, journey)


def _precooled(journey: "Journey", event: e.PrecoolingChecked) -> None:
    """A container is called pre-cooled only at a temperature of its range (GSP appendix on refrigerated medicines)."""
    _check_container(journey, event.container_id)
    _check_logger(journey, event.logger_id)
    allowed = journey.route.container(event.container_id).range
    if event.ok and (event.temperature is None or not allowed.low <= event.temperature <= allowed.high):
        raise Refused(
            problems.PRECOOLING_FALSE,
            container=event.container_id,
            value="?" if event.temperature is None else f"{event.temperature:g}",
            expected=f"{allowed.low:g}…{allowed.high:g}",
        )


def _attached(journey: "Journey", event: e.LoggerAttached) -> None:
    """A logger of this route (its calibration is known), and of one container at a time (else its readings count twice)."""
    _check_container(journey, event.container_id)
    _check_logger(journey, event.logger_id)
    for attachment in journey.attachments:
        if attachment.logger_id == event.logger_id and attachment.until is None:
            raise Refused(problems.LOGGER_BUSY, value=event.logger_id, container=attachment.container_id)


def _detached(journey: "Journey", event: e.LoggerDetached) -> None:
    """Only what is attached there comes off."""
    wanted = (event.logger_id, event.container_id, None)
    if wanted not in {(a.logger_id, a.container_id, a.until) for a in journey.attachments}:
        raise Refused(problems.LOGGER_ELSEWHERE, value=event.logger_id, container=event.container_id)


def _sealed(_journey: "Journey", event: e.ReadingsSealed) -> None:
    """Oldest first, and no reading twice. (Two different values at one instant are two readings: nothing a logger said is
    dropped.)"""
    rows = list(zip(event.times, event.temperatures, event.humidities, strict=True))
    if any(later < earlier for earlier, later in zip(event.times, event.times[1:], strict=False)):
        raise Refused(problems.SEGMENT_MALFORMED, value=event.logger_id, reason="times go back")
    if len(set(rows)) != len(rows):
        raise Refused(problems.SEGMENT_MALFORMED, value=event.logger_id, reason="a reading twice")


# goods -----------------------------------------------------------------------------------------------------------------


def _loaded(journey: "Journey", event: e.GoodsLoaded) -> None:
    """Goods of this route, into one of its containers, each pack once, and no more than the note says."""
    _check_container(journey, event.container_id)
    line = _line(journey, event.line_id)
    stop = journey.route.line(line.id)[0]
    if journey.departed is not None and journey.stop(stop.id).arrived is not None:
        raise _foreign("明细 line", line.id, journey, stop.id)  # on the road only for stops that are still to come
    left = line.quantity - journey.line(line.id).loaded
    _check_quantity("装车 loaded", line, event.quantity, left, least=_least(event))
    _check_pack(journey, LOADING, event)


def _unloaded(journey: "Journey", event: e.GoodsUnloaded) -> None:
    """Goods of this stop, each pack once, and no more than are on board."""
    line = _line_of_stop(journey, event.stop_id, event.line_id)
    state = journey.line(line.id)
    _check_quantity("卸下 unloaded", line, event.quantity, state.loaded - state.unloaded, least=_least(event))
    _check_pack(journey, event.stop_id, event)


def _returned(journey: "Journey", event: e.GoodsReturned) -> None:
    """No more comes back than was loaded and not accepted; none at all, where goods were lost. Before the day is over only
    what nobody is driven to with any more."""
    line = _line(journey, event.line_id)
    stop = journey.route.line(line.id)[0]
    if journey.returned is None and journey.stop(stop.id).done is None and stop.id not in journey.withdrawn:
        raise _foreign("明细 line", line.id, journey, stop.id)
    _check_quantity("交回 returned", line, event.quantity, journey.line(line.id).on_board, least=0)


def _moved(journey: "Journey", event: e.GoodsMoved) -> None:
    """Only what is on board goes over, to somebody who signs for it: a vehicle and a driver are named."""
    if not event.lines or not event.vehicle.strip() or not event.driver.strip():
        raise Refused(
            problems.CLAIM_FOREIGN, what="转车 moved to", value=event.vehicle or event.driver or "—", where="—"
        )
    if len({moved.line_id for moved in event.lines}) != len(event.lines):
        names = " ".join(moved.line_id for moved in event.lines)
        raise Refused(problems.LINES_DIFFER, what="转车 moved", value=names, expected="1 × 1")
    for moved in event.lines:
        line = _line(journey, moved.line_id)
        _check_quantity("转车 moved", line, moved.quantity, journey.line(line.id).on_board, least=1)
    if not event.strokes or not event.picture:
        raise Refused(problems.SIGNATURE_EMPTY, value=event.driver)
    if event.strokes in journey.signatures:
        raise Refused(problems.SIGNATURE_REUSED, value=event.strokes)


def _collected(journey: "Journey", event: e.GoodsCollected) -> None:
    """Something, from somebody, into a container of this route; each collection has a name of its own."""
    if event.quantity < 1 or not event.name.strip() or not event.given_by.strip():
        value = f"{event.name} × {event.quantity} ({event.given_by or '—'})"
        raise Refused(problems.FIELD_INVALID, field="collected", value=value, reason="≥ 1; 名称 name; 交出人 given by")
    if event.item in journey.collected:
        raise Refused(problems.DUPLICATE, what="收取 collection", value=event.item)
    if event.container_id is not None:
        _check_container(journey, event.container_id)


def _handed_in(journey: "Journey", event: e.CollectionHandedIn) -> None:
    """What was taken along is handed in once; fewer than were taken say why."""
    collected = journey.collected.get(event.item)
    if collected is None:
        raise _foreign("收取 collection", event.item, journey)
    if not 0 <= event.quantity <= collected.quantity:
        line = f"{collected.name} {collected.lot}".strip()
        raise Refused(
            problems.CLAIM_QUANTITY, what="交回 handed in", line=line, value=event.quantity, limit=collected.quantity
        )
    if event.quantity < collected.quantity and not event.note.strip():
        raise Refused(problems.OUTCOME_REASON, value=collected.name)


# the handover ----------------------------------------------------------------------------------------------------------


def _shown(journey: "Journey", event: e.VerdictShown) -> None:
    """One verdict for each line of this stop, and of no other."""
    _check_lines(journey, "温度结论 verdicts", event.stop_id, [v.line_id for v in event.verdicts])


def _photo(journey: "Journey", event: e.PhotoTaken) -> None:
    """A photo of a line is of a line that is here."""
    if event.line_id is not None and event.stop_id is not None:
        _line_of_stop(journey, event.stop_id, event.line_id)
    elif event.line_id is not None:
        _line(journey, event.line_id)


def _signed(journey: "Journey", event: e.HandoverSigned) -> None:
    """One decision for each line of this stop, on packs that are there, under the verdict that was shown last, by people
    who are named and whose signatures were made for it."""
    stop = journey.stop(event.stop_id)
    _check_lines(journey, "收货明细 outcomes", event.stop_id, [o.line_id for o in event.outcomes])
    if stop.shown is None or event.shown != stop.shown_record:
        raise Refused(problems.VERDICT_NOT_SHOWN, value=event.shown, expected=stop.shown_record or "—")
    for outcome in event.outcomes:
        line = _line(journey, outcome.line_id)
        state = journey.line(line.id)
        check_outcome(line, outcome)
        _check_quantity("签收 accepted", line, outcome.accepted, min(state.unloaded, state.on_board), least=0)
        _check_quantity("拒收 refused", line, outcome.refused, state.on_board - outcome.accepted, least=0)
    _check_signatories(journey, event)


def _check_signatories(journey: "Journey", event: e.HandoverSigned) -> None:
    used = set(journey.signatures)
    for signatory in event.signatories:
        check_signatory(signatory)
        if not signatory.strokes or not signatory.picture:
            raise Refused(problems.SIGNATURE_EMPTY, value=signatory.name)
        if signatory.strokes in used:
            raise Refused(problems.SIGNATURE_REUSED, value=signatory.strokes)
        used.add(signatory.strokes)
    if not event.signatories:
        raise Refused(problems.SIGNATURE_EMPTY, value="（无签字人 nobody signed）")
    people = {(s.name.strip(), s.staff_number.strip()) for s in event.signatories}
    taken = {outcome.line_id for outcome in event.outcomes if outcome.accepted}
    controlled = [line.lot for line in journey.route.stop(event.stop_id).lines() if line.product.controlled]
    if len(people) < 2 and any(_line(journey, line_id).product.controlled for line_id in taken):
        raise Refused(problems.SECOND_SIGNATORY, value=" ".join(controlled))


# what is asked of many -------------------------------------------------------------------------------------------------


def _foreign(what: str, value: str, journey: "Journey", stop_id: str | None = None) -> Refused:
    where = f"线路 route {journey.route.id}" if stop_id is None else f"站点 stop {stop_id}"
    return Refused(problems.CLAIM_FOREIGN, what=what, value=value, where=where)


def _check_container(journey: "Journey", container_id: str) -> None:
    if container_id not in {container.id for container in journey.route.containers}:
        raise _foreign("容器 container", container_id, journey)


def _check_logger(journey: "Journey", logger_id: str) -> None:
    if logger_id not in {logger.id for _, logger in journey.route.loggers()}:
        raise _foreign("记录仪 logger", logger_id, journey)


def _line(journey: "Journey", line_id: str) -> Line:
    try:
        return journey.route.line(line_id)[2]
    except KeyError as error:
        raise _foreign("明细 line", line_id, journey) from error


def _line_of_stop(journey: "Journey", stop_id: str, line_id: str) -> Line:
    for line in journey.route.stop(stop_id).lines():
        if line.id == line_id:
            return line
    raise _foreign("明细 line", line_id, journey, stop_id)


def _check_lines(journey: "Journey", what: str, stop_id: str, named: Sequence[str]) -> None:
    expected = sorted(line.id for line in journey.route.stop(stop_id).lines())
    if sorted(named) != expected:
        raise Refused(problems.LINES_DIFFER, what=what, value=" ".join(sorted(named)), expected=" ".join(expected))


def _least(event: e.GoodsLoaded | e.GoodsUnloaded) -> int:
    """A scan stands for a pack at least. One of several cartons may stand for none: the last of them brings all packs. So
    may one more code of a pack that was counted."""
    return 0 if event.code.startswith(CARTON) or event.beside else 1


def _check_quantity(what: str, line: Line, quantity: int, limit: int, *, least: int) -> None:
    if not least <= quantity <= limit:
        name = f"{line.product.name.zh} {line.lot}"
        raise Refused(problems.CLAIM_QUANTITY, what=what, line=name, value=quantity, limit=limit)


def _check_pack(journey: "Journey", purpose: str, event: e.GoodsLoaded | e.GoodsUnloaded) -> None:
    """Each pack once, by whichever of its codes. What is said to stand beside a pack's code belongs to one pack, and is
    another code than that.

    Where it stands for no pack it is one more code of a pack that was counted under the code beside it."""
    if event.quantity == 0 and not event.code.startswith(CARTON):
        for code in event.beside:
            counted = pack(purpose, event.line_id, code)
            known = (purpose, code) in journey.codes if counted is None else counted in journey.packs
            if not known or identity(event.code) is None:
                raise Refused(problems.CLAIM_FOREIGN, what="同包条码 code beside", value=code, where=event.code)
        if any(one in journey.packs for one in packs(purpose, event.line_id, event.code)):
            raise Refused(problems.SCAN_ALREADY, value=event.code)
        return
    for code in event.beside:
        if identity(code) is None or code == event.code:
            raise Refused(problems.CLAIM_FOREIGN, what="同包条码 code beside", value=code, where=event.code)
    for code in (event.code, *event.beside):
        if any(one in journey.packs for one in packs(purpose, event.line_id, code)):
            raise Refused(problems.SCAN_ALREADY, value=code)


_CHECKS: Mapping[type, Callable[["Journey", Any], None]] = {
    e.ShiftStarted: _started,
    e.PrecoolingChecked: _precooled,
    e.LoggerAttached: _attached,
    e.LoggerDetached: _detached,
    e.ReadingsSealed: _sealed,
    e.GoodsLoaded: _loaded,
    e.GoodsUnloaded: _unloaded,
    e.GoodsReturned: _returned,
    e.GoodsMoved: _moved,
    e.GoodsCollected: _collected,
    e.CollectionHandedIn: _handed_in,
    e.VerdictShown: _shown,
    e.PhotoTaken: _photo,
    e.HandoverSigned: _signed,
}
