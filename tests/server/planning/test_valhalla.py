"""The client of Valhalla against answers as Valhalla 3.9.1 gave them, and against none."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from server.planning.problem import NO_ROAD
from server.planning.road.settings import RoadSettings
from server.planning.road.valhalla import NO_EDGES, NO_PATH, UNCONNECTED, Maneuver, NoWay, Valhalla
from server.planning.road.ways import find_way
from server.planning.road.wording import chinese
from server.planning.roads import Profile
from shared import problems
from shared.errors import Refused
from shared.geo import Position

A, B, C = Position(39.29, -76.62), Position(39.297, -76.592), Position(39.28, -76.6)
SETTINGS = RoadSettings(url="http://roads.test:8002")
LORRY = Profile()
Answer = Callable[[str, dict[str, Any]], httpx.Response]


def refused(problem: object) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.kind is problem)


def router(answer: Answer, waited: list[float] | None = None) -> Valhalla:
    """A client whose questions a function answers."""

    def handle(request: httpx.Request) -> httpx.Response:
        return answer(request.url.path, json.loads(request.content))

    wait = (waited if waited is not None else []).append
    return Valhalla(SETTINGS, wait=wait, transport=httpx.MockTransport(handle))


def always(status: int, body: object) -> Answer:
    return lambda _path, _question: httpx.Response(status, json=body)


def failure(code: int) -> dict[str, object]:
    return {"error_code": code, "error": "so it is", "status_code": 400, "status": "Bad Request"}


# the edition -----------------------------------------------------------------------------------------------------------


def test_the_edition_is_the_version_and_the_day_of_the_tiles():
    edition = router(always(200, {"version": "3.9.1", "tileset_last_modified": 1795368417})).edition()
    assert edition.made == datetime(2026, 11, 22, 17, 26, 57, tzinfo=UTC)
    assert edition.label == "valhalla 3.9.1, roads of 2026-11-22"
    assert edition.key == "valhalla 3.9.1 20261122T172657"


@pytest.mark.parametrize("status", [{"version": "3.9.1"}, {"version": "3.9.1", "tileset_last_modified": 0}])
def test_a_router_without_tiles_is_no_router(status):
    with refused(problems.ROADS_ANSWER):
        router(always(200, status)).edition()


# a router that fails ---------------------------------------------------------------------------------------------------


def test_a_router_that_does_not_answer_is_asked_three_times_and_then_named():
    asked: list[str] = []

    def dead(path: str, _question: object) -> httpx.Response:
        asked.append(path)
        raise httpx.ConnectError("nobody there")

    waited: list[float] = []
    with refused(problems.ROADS_SILENT) as caught:
        router(dead, waited).edition()
    assert asked == ["/status"] * 3
    assert waited == [0.5, 1.0]
    assert caught.value.problem.values == {"value": "http://roads.test:8002", "reason": "/status: ConnectError"}


def test_a_router_that_comes_back_is_not_missed():
    answers = [httpx.Response(503), httpx.Response(200, json={"version": "3.9.1", "tileset_last_modified": 1})]
    assert router(lambda *_question: answers.pop(0)).edition().version == "3.9.1"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>sign in to the wireless network</html>"),
        httpx.Response(200, json={"version": 3}),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(404, json=failure(106)),
        httpx.Response(500, text="oh"),
    ],
)
def test_an_answer_that_is_not_valhallas_is_refused(response):
    with refused(problems.ROADS_ANSWER):
        router(lambda *_question: response).edition()


# matrices --------------------------------------------------------------------------------------------------------------


def test_distances_come_in_m_and_what_was_not_found_is_no_road():
    tables = {"durations": [[0, 134], [None, 0]], "distances": [[0.0, 2.287], [None, 0.0]]}
    asked: list[dict[str, Any]] = []

    def answer(_path: str, question: dict[str, Any]) -> httpx.Response:
        asked.append(question)
        return httpx.Response(200, json={"sources_to_targets": tables, "units": "kilometers"})

    found = router(answer).block([A, B], [A, B], Profile(height=320, width=220, length=590, gross=4200, axle=2800))
    assert found == ([[0, 2287], [NO_ROAD, 0]], [[0, 134], [NO_ROAD, 0]])
    assert asked[0]["costing"] == "truck"
    expected = {"height": 3.2, "width": 2.2, "length": 5.9, "weight": 4.2, "axle_load": 2.8, "hazmat": False}
    assert asked[0]["costing_options"] == {"truck": expected}
    assert asked[0]["verbose"] is False


def test_a_small_van_is_asked_for_as_a_car_of_its_size():
    asked: list[dict[str, Any]] = []

    def answer(_path: str, question: dict[str, Any]) -> httpx.Response:
        asked.append(question)
        return httpx.Response(200, json={"sources_to_targets": {"durations": [[0]], "distances": [[0]]}})

    router(answer).block([A], [A], Profile(height=210, width=190, gross=3000))
    assert (asked[0]["costing"], asked[0]["costing_options"]) == ("auto", {"auto": {"height": 2.1, "width": 1.9}})


@pytest.mark.parametrize("tables", [{"durations": [[0, 1]], "distances": [[0, 1]]}, {"durations": [], "distances": []}])
def test_a_matrix_of_another_size_is_refused(tables):
    with refused(problems.ROADS_ANSWER):
        router(always(200, {"sources_to_targets": tables})).block([A, B], [A, B], LORRY)


def test_limits_of_the_router_are_told_in_its_own_words():
    with refused(problems.ROADS_ANSWER) as caught:
        router(always(400, failure(150))).block([A, B], [A, B], LORRY)
    assert "150: so it is" in caught.value.problem.values["reason"]


@pytest.mark.parametrize("code", [NO_EDGES, UNCONNECTED, NO_PATH])
def test_one_place_without_a_way_does_not_take_the_others_with_it(code):
    """Valhalla refuses a whole block for it."""

    def answer(_path: str, question: dict[str, Any]) -> httpx.Response:
        sources, targets = ([(one["lat"], one["lon"]) for one in question[kind]] for kind in ("sources", "targets"))
        if (B.lat, B.lon) in {*sources, *targets}:
            return httpx.Response(400, json=failure(code))
        table = [[1 for _ in targets] for _ in sources]
        return httpx.Response(200, json={"sources_to_targets": {"durations": table, "distances": table}})

    distances, durations = router(answer).block([A, B, C], [A, B, C], LORRY)
    assert durations == [[1, NO_ROAD, 1], [NO_ROAD] * 3, [1, NO_ROAD, 1]]
    assert distances == [[1000, NO_ROAD, 1000], [NO_ROAD] * 3, [1000, NO_ROAD, 1000]]


def test_how_far_a_place_is_from_a_road_is_told_or_that_there_is_none():
    near = {"correlated_lat": 39.29, "correlated_lon": -76.621}
    far = {"correlated_lat": 39.29, "correlated_lon": -76.63}
    answer = [{"edges": [far, near]}, {"edges": []}, {"edges": None}]
    found = router(always(200, answer)).away([A, B, C], LORRY)
    assert found == [pytest.approx(86, abs=1), None, None]


def test_an_answer_about_fewer_places_is_refused():
    with refused(problems.ROADS_ANSWER):
        router(always(200, [])).away([A], LORRY)


# ways ------------------------------------------------------------------------------------------------------------------

SHAPE = "mdj}iAdkacqC{Fo`Is@{cA"
TURNS = [
    {"type": 1, "instruction": "Drive east on Orleans Street Viaduct.", "length": 0.578, "begin_shape_index": 0},
    {"type": 15, "instruction": "Turn left onto Ensor Street.", "length": 0.2, "begin_shape_index": 1}
    | {"street_names": ["Ensor Street"]},
    {"type": 4, "instruction": "You have arrived.", "length": 0, "begin_shape_index": 2},
]


def trip(legs: int, language: str = "en-US", turns: list[dict[str, object]] | None = None) -> dict[str, object]:
    leg = {"shape": SHAPE, "maneuvers": turns or TURNS}
    return {"trip": {"legs": [leg] * legs, "language": language, "status": 0}}


def by_places(path: str, question: dict[str, Any]) -> httpx.Response:
    """A Valhalla without Chinese, as 3.9.1 is."""
    assert path == "/route"
    return httpx.Response(200, json=trip(len(question["locations"]) - 1))


def test_turns_are_worded_in_both_languages_where_the_router_has_no_chinese():
    (turns,) = find_way(router(by_places), [A, B], LORRY).directions
    assert [(turn.text.zh, turn.text.en) for turn in turns] == [
        ("出发", "Drive east on Orleans Street Viaduct"),
        ("左转，进入Ensor Street", "Turn left onto Ensor Street"),
        ("到达", "You have arrived"),
    ]
    assert [turn.distance for turn in turns] == [578.0, 200.0, 0.0]


def test_a_router_that_has_chinese_is_taken_at_its_word():
    def answer(_path: str, question: dict[str, Any]) -> httpx.Response:
        turns = [turn | {"instruction": "中文。"} for turn in TURNS] if question["language"] == "zh-CN" else TURNS
        return httpx.Response(200, json=trip(1, question["language"], turns))

    (turns,) = find_way(router(answer), [A, B], LORRY).directions
    assert [turn.text.zh for turn in turns] == ["中文"] * 3
    assert turns[0].text.en == "Drive east on Orleans Street Viaduct"


def test_a_long_day_is_asked_for_in_runs_that_share_their_ends():
    asked: list[int] = []

    def answer(path: str, question: dict[str, Any]) -> httpx.Response:
        asked.append(len(question["locations"]))
        return by_places(path, question)

    way = find_way(router(answer), [A, B, C] * 15, LORRY)
    assert asked == [20, 20, 7]
    assert len(way.directions) == len(way.shapes) == 44


def test_places_that_no_way_leads_through_are_named():
    with refused(problems.ROADS_CUT_OFF) as caught:
        find_way(router(always(400, failure(NO_PATH))), [A, B], LORRY)
    assert caught.value.problem.values["site"] == "39.29000 -76.62000 → 39.29700 -76.59200"


@pytest.mark.parametrize(
    "answer",
    [
        trip(2),
        trip(1, turns=[TURNS[0] | {"begin_shape_index": 9}]),
        {"trip": {"legs": [{"shape": "_", "maneuvers": []}], "language": "en-US"}},
    ],
)
def test_a_way_that_does_not_hang_together_is_refused(answer):
    with refused(problems.ROADS_ANSWER):
        find_way(router(always(200, answer)), [A, B], LORRY)


def test_no_way_is_told_to_whoever_asks_for_a_single_one():
    with pytest.raises(NoWay):
        router(always(400, failure(NO_PATH))).trip([A, B], LORRY, "en-US")


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (Maneuver(8, 0.1, 0, street_names=("长安街",)), "直行，进入长安街"),
        (Maneuver(10, 0.1, 0), "右转"),
        (Maneuver(1, 0.1, 0, street_names=("长安街",), begin_street_names=("复兴路",)), "出发，沿复兴路行驶"),
        (Maneuver(26, 0.1, 0, roundabout_exit_count=2), "进入环岛，从第 2 个出口驶出"),
        (Maneuver(26, 0.1, 0), "进入环岛"),
        (Maneuver(6, 0.0, 0, street_names=("长安街",)), "到达，目的地在左侧"),
        (Maneuver(24, 0.1, 0, street_names=("二环", "G1")), "岔路靠左，沿二环/G1行驶"),
        (Maneuver(99, 0.1, 0, street_names=("二环",)), "继续前行，沿二环行驶"),
    ],
)
def test_a_turn_is_worded_from_its_kind_and_street(turn, said):
    assert chinese(turn) == said
