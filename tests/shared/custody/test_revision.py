"""A newer version of a route while its day runs: what has been touched stands."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from shared.custody.journey import Journey, StopPhase
from shared.custody.revision import contradictions, revised
from shared.work import Route, Stop
from tests.shared import story
from tests.shared.story import Story, at


def version(number: int, *stops: Stop, **changes: object) -> Route:
    return msgspec.structs.replace(story.route(), version=number, stops=stops, **changes)


T1, T2 = story.route().stops
NEW = msgspec.structs.replace(story.stop(3, [story.line("L9", 2, "K")]), number=2)


def test_nothing_changes_under_the_same_version() -> None:
    journey = Story().arrive().journey
    assert revised(journey, journey.route) == journey


def test_a_stop_that_is_gone_from_the_plan_is_not_driven_to() -> None:
    journey = revised(Story().depart().journey, version(2, T1))
    assert journey.withdrawn == {"T2"}
    assert [stop.id for stop in journey.due_stops] == ["T1"]


def test_the_record_of_a_withdrawn_stop_stands() -> None:
    told = Story().hand_over()
    journey = revised(told.journey, version(2, T2))
    assert journey.stop("T1").signed is not None
    assert [stop.id for stop in journey.due_stops] == ["T2", "T1"]


def test_a_handover_at_a_withdrawn_stop_by_a_handheld_that_had_not_heard_is_a_handover() -> None:
    """The server revises at once; the events of the handheld come later."""
    offline = Story().hand_over().told
    told = Story().depart()
    assert told.told == offline[: len(told.told)]
    journey = revised(told.journey, version(2, T2))
    for event, moment, record in offline[len(told.told) :]:
        journey = journey.apply(event, moment, record)
    assert journey.stop("T1").phase is StopPhase.SIGNED


def test_a_visited_stop_stays_as_it_was_visited() -> None:
    journey = Story().arrive().journey
    later = msgspec.structs.replace(T1, planned_arrival=at(300), number=2)
    assert revised(journey, version(2, msgspec.structs.replace(T2, number=1), later)).route.stop("T1") == T1


def test_a_stop_that_is_still_to_come_takes_the_newer_form() -> None:
    later = msgspec.structs.replace(T2, planned_arrival=at(300))
    assert revised(Story().depart().journey, version(2, T1, later)).route.stop("T2") == later


def test_a_stop_that_comes_back_is_no_longer_withdrawn() -> None:
    journey = revised(revised(Story().depart().journey, version(2, T1)), version(3, T1, T2))
    assert journey.withdrawn == frozenset()
    assert journey.next_stop == "T1"


def test_an_added_stop_is_driven_to_in_its_turn() -> None:
    journey = Story().hand_over()
    journey.say(story.left("T1"))
    moved = msgspec.structs.replace(T2, number=3)
    assert revised(journey.journey, version(2, T1, NEW, moved)).next_stop == "T3"


def test_goods_of_an_added_stop_are_loaded_on_the_road() -> None:
    told = Story().depart()
    told.journey = revised(told.journey, version(2, T1, NEW, msgspec.structs.replace(T2, number=3)))
    told.say(story.loaded("L9", "K", 2))
    assert told.journey.line("L9").on_board == 2


def test_a_container_whose_loggers_are_at_work_keeps_them() -> None:
    route = story.route()
    bare = msgspec.structs.replace(route.containers[0], loggers=())
    journey = revised(Story().depart().journey, version(2, T1, T2, containers=(bare, *route.containers[1:])))
    assert journey.route.containers == route.containers


def test_a_container_may_change_before_loggers_are_at_work() -> None:
    route = story.route()
    bare = msgspec.structs.replace(route.containers[0], loggers=())
    journey = revised(Story().start().journey, version(2, T1, T2, containers=(bare, *route.containers[1:])))
    assert journey.route.containers[0] == bare


def test_goods_on_board_under_a_changed_line_contradict() -> None:
    other = story.stop(2, [story.line("L3", 6, "K", lot="ANOTHER")])
    assert list(contradictions(Story().depart().journey, version(2, T1, other))) == ["line L3"]


def test_goods_not_yet_on_board_may_change() -> None:
    other = story.stop(2, [story.line("L3", 6, "K", lot="ANOTHER")])
    assert list(contradictions(Story().start().journey, version(2, T1, other))) == []


def test_goods_that_were_handed_over_contradict_nothing() -> None:
    other = story.stop(1, [story.line("L1", 10, "K", lot="ANOTHER"), story.line("L2", 4, "B")])
    assert list(contradictions(Story().hand_over().journey, version(2, other, T2))) == []


@given(st.lists(st.lists(st.sampled_from([T1, T2, NEW]), unique_by=lambda s: s.id), max_size=6))
def test_whatever_versions_come_nothing_visited_is_lost(versions: list[list[Stop]]) -> None:
    journey: Journey = Story().hand_over().journey
    before = journey.stop("T1")
    for number, stops in enumerate(versions, 2):
        journey = revised(journey, version(number, *stops))
        ids = [stop.id for stop in journey.route.stops]
        assert len(ids) == len(set(ids))
        assert journey.stop("T1") == before
        assert journey.route.stop("T1") == T1
        assert "T1" in [stop.id for stop in journey.due_stops]
