"""The departure gate: what must hold before medicines leave, and what a dispatcher's override covers."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from shared import problems
from shared.coldchain.profiles import REFRIGERATED
from shared.custody import events as e
from shared.custody.gate import departure_problems, qualification_problems, standing
from shared.errors import Kind, Problem
from shared.work import Container, ContainerKind, Override, Party, Qualification, Route
from tests.shared import story as s
from tests.shared.story import DAY, R, Story, at, name, paper

YESTERDAY = DAY - timedelta(days=1)


def numbers(found: list[Problem]) -> list[int]:
    return [problem.number for problem in found]


def with_party(role: str, *papers: Qualification) -> Route:
    party: Party = getattr(s.route(), role)
    return msgspec.structs.replace(s.route(), **{role: msgspec.structs.replace(party, qualifications=papers)})


def with_container(container_id: str, **changes: Any) -> Route:
    plan = s.route()
    changed = [msgspec.structs.replace(c, **changes) if c.id == container_id else c for c in plan.containers]
    return msgspec.structs.replace(plan, containers=tuple(changed))


def override(kind: Kind, subject: str) -> Override:
    return Override(kind.number, subject, "second probe is valid", "u1", at(0), "f" * 64)


# papers ------------------------------------------------------------------------------------------------------------------


def test_nothing_stands_against_a_route_whose_papers_hold() -> None:
    assert qualification_problems(s.route(), DAY) == []


@pytest.mark.parametrize("role", ["carrier", "vehicle", "driver"])
def test_an_expired_paper_of_carrier_vehicle_or_driver_stands_against_departure(role: str) -> None:
    found = qualification_problems(with_party(role, paper("Q-7", YESTERDAY)), DAY)
    assert numbers(found) == [problems.GATE_EXPIRED.number]
    assert found[0].values["value"].endswith("[Q-7]")
    assert found[0].values["expiry"] == "2026-11-21"


@pytest.mark.parametrize("role", ["carrier", "vehicle", "driver"])
def test_a_carrier_vehicle_or_driver_without_any_paper_stands_against_departure(role: str) -> None:
    assert numbers(qualification_problems(with_party(role), DAY)) == [problems.GATE_MISSING.number]


def test_a_paper_is_good_through_its_last_day() -> None:
    route = with_party("vehicle", paper("Q-7", DAY))
    assert [len(qualification_problems(route, day)) for day in (DAY, DAY + timedelta(days=1))] == [0, 1]


def test_an_expired_paper_of_a_container_stands_against_departure() -> None:
    found = qualification_problems(with_container("B", qualifications=(paper("VAL-3", YESTERDAY),)), DAY)
    assert [(p.number, p.values["value"]) for p in found] == [(problems.GATE_EXPIRED.number, "保温箱 [VAL-3]")]


def test_a_container_needs_no_papers_of_its_own() -> None:
    assert qualification_problems(with_container("B", qualifications=()), DAY) == []


def test_an_expired_calibration_stands_against_departure() -> None:
    found = qualification_problems(with_container("B", loggers=(s.logger("LC", YESTERDAY),)), DAY)
    assert [p.text("en") for p in found] == ["#3006 The calibration of logger SN-LC expired on 2026-11-21"]


def test_a_calibration_is_good_through_its_last_day() -> None:
    assert qualification_problems(with_container("B", loggers=(s.logger("LC", DAY),)), DAY) == []


@pytest.mark.parametrize(
    ("container_id", "loggers", "needed"), [("K", 0, 2), ("K", 1, 2), ("B", 0, 1)], ids=["none", "one of two", "box"]
)
def test_too_few_probes_for_a_container_stand_against_departure(container_id: str, loggers: int, needed: int) -> None:
    given = tuple(s.logger(f"L{n}") for n in range(loggers))
    found = qualification_problems(with_container(container_id, loggers=given), DAY)
    assert [(p.number, p.values["actual"], p.values["expected"]) for p in found] == [
        (problems.GATE_PROBES.number, str(loggers), str(needed))
    ]


def test_a_large_compartment_needs_a_third_probe() -> None:
    assert numbers(qualification_problems(with_container("K", volume=20.5), DAY)) == [problems.GATE_PROBES.number]


def test_a_pallet_rides_under_the_probes_of_its_compartment() -> None:
    pallet = Container("P2", ContainerKind.PALLET, name("托盘2"), "PAL-2", REFRIGERATED, 50.0, ())
    route = msgspec.structs.replace(s.route(), containers=(*s.route().containers, pallet))
    assert qualification_problems(route, DAY) == []


# the state of the vehicle ------------------------------------------------------------------------------------------------


def test_nothing_stands_against_a_vehicle_that_is_checked_precooled_watched_and_loaded() -> None:
    assert departure_problems(Story().load().journey, DAY) == []


def test_papers_stand_against_departure_as_well() -> None:
    told = Story(with_party("driver", paper("Q-7", YESTERDAY))).load()
    assert numbers(departure_problems(told.journey, DAY)) == [problems.GATE_EXPIRED.number]


def told_without(*kinds: type) -> Story:
    """A loaded vehicle, but for the events of some types."""
    told = Story()
    told.say(*[event for event, _, _ in Story().load().told if not isinstance(event, kinds)])
    return told


def test_a_vehicle_that_nobody_checked_does_not_leave() -> None:
    found = departure_problems(told_without(e.VehicleChecked).journey, DAY)
    assert [(p.number, p.values["value"]) for p in found] == [(problems.GATE_VEHICLE_UNCHECKED.number, "京A")]


def test_every_point_of_the_check_that_failed_stands_by_itself() -> None:
    told = Story().load()
    told.say(
        e.VehicleChecked(R, (e.CheckItem("tyres", False), e.CheckItem("doors", True), e.CheckItem("lamps", False)))
    )
    found = departure_problems(told.journey, DAY)
    assert [(p.number, p.values["value"]) for p in found] == [
        (problems.GATE_CHECK_FAILED.number, "tyres"),
        (problems.GATE_CHECK_FAILED.number, "lamps"),
    ]


def test_a_check_done_again_after_a_repair_replaces_the_failed_one() -> None:
    told = Story().load()
    told.say(e.VehicleChecked(R, (e.CheckItem("tyres", False),)), s.CHECKED)
    assert departure_problems(told.journey, DAY) == []


@pytest.mark.parametrize(
    ("checked", "actual"),
    [((), "?"), ((s.precooled("K", "LA", 12.5, ok=False),), "12.5"), ((s.precooled("K", "LA", None, ok=False),), "?")],
    ids=["not checked", "too warm", "not heard"],
)
def test_a_container_that_is_not_precooled_does_not_leave(checked: tuple[e.AnyEvent, ...], actual: str) -> None:
    told = told_without(e.PrecoolingChecked)
    told.say(s.precooled("B", "LC"), *checked)
    found = departure_problems(told.journey, DAY)
    assert [(p.number, p.values["value"], p.values["actual"], p.values["expected"]) for p in found] == [
        (problems.GATE_NOT_PRECOOLED.number, "车厢", actual, "2…8")
    ]


def test_zero_degrees_is_a_temperature_and_not_an_unknown_one() -> None:
    told = told_without(e.PrecoolingChecked)
    told.say(s.precooled("B", "LC"), s.precooled("K", "LA", 0.0, ok=False))
    assert departure_problems(told.journey, DAY)[0].values["actual"] == "0"


@pytest.mark.parametrize(("taken_off", "left"), [("LA", "1"), ("LB", "1")])
def test_goods_in_a_container_with_too_few_loggers_attached_do_not_leave(taken_off: str, left: str) -> None:
    told = Story().load()
    told.say(s.detached(taken_off, "K"))
    found = departure_problems(told.journey, DAY)
    assert [(p.number, p.values["value"], p.values["actual"]) for p in found] == [
        (problems.GATE_PROBES.number, "车厢", left)
    ]


def test_an_empty_container_needs_no_logger_attached() -> None:
    told = told_without(e.LoggerAttached, e.GoodsLoaded)
    assert problems.GATE_PROBES.number not in numbers(departure_problems(told.journey, DAY))


def test_too_few_loggers_planned_are_named_once() -> None:
    told = Story(with_container("B", loggers=())).start()
    told.say(s.loaded("L2", "B", 4))
    boxes = [p for p in departure_problems(told.journey, DAY) if p.values["value"] == "保温箱"]
    assert [(p.number, p.values["actual"]) for p in boxes] == [(problems.GATE_PROBES.number, "0")]


def test_what_is_missing_of_a_line_stands_against_departure() -> None:
    told = told_without(e.GoodsLoaded)
    told.say(s.loaded("L1", "K", 9), s.loaded("L2", "B", 4), s.loaded("L3", "K", 6))
    found = departure_problems(told.journey, DAY)
    assert [(p.number, p.values["value"], p.values["actual"], p.values["expected"]) for p in found] == [
        (problems.GATE_NOT_LOADED.number, "药P-L1 B24 [NOTE-1]", "9", "10")
    ]


# overrides ---------------------------------------------------------------------------------------------------------------


def test_what_nobody_overrode_stands() -> None:
    found = departure_problems(Story().start().journey, DAY)
    assert standing(found, ()) == found


def test_an_override_lifts_the_problem_it_names_and_no_other() -> None:
    found = departure_problems(Story().start().journey, DAY)
    left = standing(found, [override(problems.GATE_NOT_PRECOOLED, "车厢")])
    assert [p for p in found if p not in left] == [
        p for p in found if p.number == problems.GATE_NOT_PRECOOLED.number and p.values["value"] == "车厢"
    ]


def test_an_override_of_one_expired_paper_does_not_cover_another_of_the_same_vehicle() -> None:
    route = with_party("vehicle", paper("V-1", YESTERDAY), paper("V-2", date(2026, 1, 1)))
    found = qualification_problems(route, DAY)
    left = standing(found, [override(problems.GATE_EXPIRED, "京A [V-1]")])
    assert [p.values["value"] for p in left] == ["京A [V-2]"]


def test_an_override_for_one_receivers_missing_packs_does_not_cover_anothers_of_the_same_lot() -> None:
    lines = (s.stop(1, [s.line("L1", 10, "K")]), s.stop(2, [s.line("L1b", 10, "K")]))
    same = [msgspec.structs.replace(line, product=s.product("P")) for stop in lines for line in stop.lines()]
    route = msgspec.structs.replace(s.route(), stops=(s.stop(1, [same[0]]), s.stop(2, [same[1]])))
    found = [p for p in departure_problems(Story(route).journey, DAY) if p.number == problems.GATE_NOT_LOADED.number]
    left = standing(found, [override(problems.GATE_NOT_LOADED, "药P B24 [NOTE-1]")])
    assert [p.values["value"] for p in left] == ["药P B24 [NOTE-2]"]


def test_an_override_of_another_problem_with_the_same_subject_lifts_nothing() -> None:
    found = departure_problems(Story().start().journey, DAY)
    assert (
        standing(found, [override(problems.GATE_PROBES, "车厢"), override(problems.GATE_NOT_PRECOOLED, "京A")]) == found
    )


def test_every_problem_of_the_gate_names_a_subject_that_an_override_can_name() -> None:
    route = msgspec.structs.replace(
        with_party("vehicle", paper("V-1", YESTERDAY)),
        carrier=Party("K1", name("承运")),
        containers=(
            msgspec.structs.replace(s.route().containers[0], loggers=(s.logger("LA", YESTERDAY),)),
            s.route().containers[1],
        ),
    )
    told = Story(route).start()
    told.say(e.VehicleChecked(R, (e.CheckItem("tyres", False),)))
    found = departure_problems(told.journey, DAY)
    assert {problems.GATE_NOT_PRECOOLED.number, problems.GATE_CHECK_FAILED.number, 2011, 2012, 2013, 2015, 3006} == set(
        numbers(found)
    )
    subjects = [Override(p.number, p.values["value"], "said so", "u1", at(0), "f" * 64) for p in found]
    assert standing(found, subjects) == []
