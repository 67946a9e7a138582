"""The work of a handheld: everything for a shift, found by its ids."""

import msgspec
import pytest

from shared.work import Name, Override, Person, Route, Work
from tests.shared import story as s
from tests.shared.story import MORNING, at

ROUTE = s.route()


def test_a_name_is_said_in_either_language() -> None:
    assert (Name("交接", "Handover").text("zh"), Name("交接", "Handover").text("en")) == ("交接", "Handover")


def test_a_line_is_found_with_its_stop_and_its_consignment() -> None:
    stop, consignment, line = ROUTE.line("L3")
    assert (stop.id, consignment.id, line.id) == ("T2", "C2", "L3")


def test_stops_and_containers_are_found_by_their_ids() -> None:
    assert (ROUTE.stop("T2").number, ROUTE.container("B").code) == (2, "BOX-1")


def test_what_the_route_does_not_have_is_not_found() -> None:
    for find in (ROUTE.line, ROUTE.stop, ROUTE.container):
        with pytest.raises(KeyError, match="X9"):
            find("X9")


def test_the_lines_of_a_stop_are_those_of_all_its_consignments() -> None:
    two = msgspec.structs.replace(
        ROUTE.stops[0],
        consignments=(s.consignment(1, [s.line("L1", 1, "K")]), s.consignment(4, [s.line("L4", 1, "B")])),
    )
    assert [line.id for line in two.lines()] == ["L1", "L4"]


def test_every_logger_is_given_with_the_container_it_is_planned_for() -> None:
    assert [(container.id, logger.id) for container, logger in ROUTE.loggers()] == [
        ("K", "LA"),
        ("K", "LB"),
        ("B", "LC"),
    ]


def test_work_survives_being_signed_and_read() -> None:
    person = Person("D1", Name("王", "Wang"), "scrypt$1$2$3$c2FsdA==$aGFzaA==")
    override = Override(3006, "SN-LA", "second probe is valid", "u1", at(0), "f" * 64)
    work = Work("H1", MORNING, ROUTE, (person,), (override,), "f" * 64, True)
    assert msgspec.json.decode(msgspec.json.encode(work), type=Work) == work


def test_a_route_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        ROUTE.version = 2  # type: ignore[misc]
    assert isinstance(ROUTE, Route)
