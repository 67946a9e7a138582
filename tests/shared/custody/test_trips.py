"""A vehicle that comes back to its depot and is loaded for another trip: what has to be on board, and what is remembered."""

from datetime import timedelta

import msgspec
import pytest

from shared import problems
from shared.custody.gate import departure_problems
from shared.custody.journey import Journey
from shared.custody.revision import revised
from shared.errors import Refused
from shared.work import Reload, Route
from tests.shared import story as s
from tests.shared.story import Story, accepted, at


def of_two_trips() -> Route:
    """T1 on the first trip, T2 on the second."""
    plain = s.route()
    second = msgspec.structs.replace(plain.stops[1], trip=2)
    back = Reload(2, at(80), at(85), at(100), 6000.0)
    return msgspec.structs.replace(plain, stops=(plain.stops[0], second), reloads=(back,))


def out_on_the_first() -> Story:
    told = Story(of_two_trips()).start()
    told.say(s.CHECKED, s.precooled("K", "LA"), s.precooled("B", "LC"))
    told.say(s.attached("LA", "K"), s.attached("LB", "K"), s.attached("LC", "B"))
    told.say(s.loaded("L1", "K", 10), s.loaded("L2", "B", 4), s.DEPARTED)
    return told


def back_from_the_first() -> Story:
    told = out_on_the_first()
    told.say(s.arrived("T1"), s.unloaded("T1", "L1", 10), s.unloaded("T1", "L2", 4))
    shown = told.say(s.verdict_shown("T1", "L1", "L2"))
    told.say(s.signed("T1", (accepted("L1", 10), accepted("L2", 4)), shown), s.left("T1"))
    return told


SECOND = msgspec.structs.replace(s.DEPARTED, trip=2)


def missing(journey: Journey, trip: int | None = None) -> list[str]:
    found = departure_problems(journey, s.DAY, trip)
    return [one.values["value"] for one in found if one.number == problems.GATE_NOT_LOADED.number]


def test_a_document_from_before_there_were_trips_is_one_of_a_single_trip() -> None:
    raw = msgspec.json.encode(s.route())
    older = msgspec.json.decode(raw.replace(b',"trip":1', b"").replace(b',"reloads":[]', b""), type=Route)
    assert b"trip" in raw
    assert (older, older.trips) == (s.route(), 1)


def test_the_gate_asks_only_for_the_goods_of_the_trip_that_begins() -> None:
    told = Story(of_two_trips()).start()
    assert [value.split()[-1] for value in missing(told.journey)] == ["[NOTE-1]", "[NOTE-1]"]
    assert missing(out_on_the_first().journey, 1) == []


def test_the_gate_of_the_second_trip_asks_for_its_goods_and_not_for_what_was_handed_over() -> None:
    told = back_from_the_first()
    assert told.journey.to_load == 2
    (named,) = missing(told.journey)
    assert "[NOTE-2]" in named
    told.say(s.loaded("L3", "K", 6))
    assert departure_problems(told.journey, s.DAY) == []


def test_the_gate_of_the_second_trip_asks_for_goods_of_the_first_that_wait_for_their_stop() -> None:
    assert len(missing(out_on_the_first().journey, 2)) == 1
    told = Story(of_two_trips()).start()
    told.say(s.loaded("L1", "K", 10), s.DEPARTED)
    assert len(missing(told.journey, 2)) == 2


def test_nothing_is_to_be_loaded_while_the_next_stop_is_on_the_trip_under_way() -> None:
    told = out_on_the_first()
    assert (told.journey.to_load, told.journey.trip) == (None, 1)
    told.say(s.arrived("T1"))
    assert told.journey.to_load is None


def test_nothing_is_to_be_loaded_at_the_end_of_the_day() -> None:
    told = back_from_the_first().say
    told(s.loaded("L3", "K", 6), SECOND, s.arrived("T2"), s.failed("T2"))
    last = back_from_the_first()
    last.say(s.loaded("L3", "K", 6), SECOND, s.arrived("T2"), s.failed("T2"), s.left("T2"))
    assert (last.journey.to_load, last.journey.trip) == (None, 2)


def test_the_first_departure_stays_the_departure_of_the_day() -> None:
    told = back_from_the_first()
    first = told.journey.departed
    told.say(s.loaded("L3", "K", 6), SECOND)
    assert told.journey.departed == first
    assert told.journey.departures == (first, told.told[-1][1])


def test_goods_left_the_depot_with_the_first_departure_after_they_were_loaded() -> None:
    told = back_from_the_first()
    told.say(s.loaded("L3", "K", 6), SECOND)
    first, second = told.journey.departures
    assert [told.journey.departure_of(stop) for stop in told.journey.route.stops] == [first, second]


def test_goods_taken_over_on_the_road_left_a_depot_before_they_came_on_board() -> None:
    told = back_from_the_first()
    told.say(SECOND, s.loaded("L3", "K", 6))
    assert told.journey.departure_of(told.journey.route.stops[1]) == told.journey.departures[-1]


def test_goods_that_never_left_have_no_departure() -> None:
    assert Journey(of_two_trips()).departure_of(of_two_trips().stops[0]) is None


def test_a_vehicle_carries_what_is_on_its_trip_and_not_what_waits_at_the_depot() -> None:
    told = out_on_the_first()
    assert [told.journey.carries(stop) for stop in told.journey.route.stops] == [True, False]
    assert not Journey(of_two_trips()).carries(of_two_trips().stops[0])


def test_a_vehicle_that_is_called_back_carries_what_it_left_with_for_stops_after_that() -> None:
    """All goods were loaded in the morning; a newer version of the route has it come back before T2."""
    told = Story(s.route()).start()
    told.say(s.loaded("L1", "K", 10), s.loaded("L2", "B", 4), s.loaded("L3", "K", 6), s.DEPARTED)
    later = revised(told.journey, msgspec.structs.replace(of_two_trips(), version=2))
    assert later.carries(later.route.stops[1])


def test_what_was_loaded_and_has_not_left_yet_is_not_carried() -> None:
    told = back_from_the_first()
    told.say(s.loaded("L3", "K", 6))
    assert not told.journey.carries(told.journey.route.stops[1])
    told.say(SECOND)
    assert told.journey.carries(told.journey.route.stops[1])


def test_what_was_not_handed_over_on_a_trip_is_handed_back_before_the_next() -> None:
    told = out_on_the_first()
    told.say(s.arrived("T1"), s.failed("T1"), s.left("T1"))
    told.say(s.returned("L1", 10), s.returned("L2", 4))
    assert [told.journey.line(name).on_board for name in ("L1", "L2")] == [0, 0]
    assert all(ride.until is not None for ride in told.journey.line("L1").rides)
    told.say(s.loaded("L3", "K", 6), SECOND)


def test_goods_for_a_stop_still_to_come_are_not_handed_back_on_the_road() -> None:
    told = out_on_the_first()
    with pytest.raises(Refused, check=lambda error: error.kind is problems.CLAIM_FOREIGN):
        told.say(s.returned("L1", 10))


def test_goods_of_a_stop_that_dispatch_withdrew_are_handed_back() -> None:
    told = out_on_the_first()
    plan = of_two_trips()
    later = revised(told.journey, msgspec.structs.replace(plan, version=2, stops=plan.stops[1:]))
    assert later.apply(s.returned("L1", 10), at(90)).line("L1").on_board == 0


def test_a_trip_departs_once() -> None:
    told = back_from_the_first()
    told.say(SECOND)
    with pytest.raises(Refused, check=lambda error: error.kind is problems.JOURNEY_ILLEGAL):
        told.say(SECOND)


def test_the_way_to_the_first_stop_of_a_later_trip_leads_by_the_depot() -> None:
    route = of_two_trips()
    (back,) = route.reloads
    assert [route.before(stop) for stop in route.stops] == [None, back]
    assert (route.reload(1), route.reload(2), route.trips) == (None, back, 2)


def test_a_second_stop_of_a_later_trip_is_not_reached_by_the_depot() -> None:
    route = of_two_trips()
    another = msgspec.structs.replace(route.stops[1], id="T3", number=3)
    longer = msgspec.structs.replace(route, stops=(*route.stops, another))
    assert longer.before(another) is None
    assert back_after(longer) == timedelta(minutes=20)


def back_after(route: Route) -> timedelta:
    """How long the planned stay at the depot takes."""
    return route.reloads[0].departure - route.reloads[0].arrival
