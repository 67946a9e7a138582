"""Straight lines where there is no map, any other road measure behind the same port, and the rules that hold for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from server.planning.faults import ProblemRefused
from server.planning.operations import make_plan
from server.planning.problem import NO_ROAD, Matrix, Order, Problem, Site, Vehicle, Window
from server.planning.roads import (
    Factors,
    HourSpan,
    Measured,
    Profile,
    StraightLine,
    Watch,
    remarks_of,
    with_matrices,
)
from shared import problems
from shared.errors import Refused
from shared.geo import Position, distance

TIANTAN = Position(39.8822, 116.4066)
XIEHE = Position(39.9126, 116.4167)
DEPOT = Position(39.77, 116.32)


def refused(problem: object) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.kind is problem)


def test_a_straight_line_is_stretched_and_labelled():
    matrix = StraightLine(detour=1.4, speed=36.0).matrix([TIANTAN, XIEHE], "van")
    assert matrix.roads == "straight-line x 1.4"
    assert matrix.distance[0][1] == round(distance(TIANTAN, XIEHE) * 1.4)
    assert matrix.duration[0][1] == round(matrix.distance[0][1] / 10)
    assert matrix.distance[0][0] == matrix.duration[1][1] == 0


def hard(count: int) -> Matrix:
    """A km and 100 s between any two places."""
    table = [[0 if i == j else 1 for j in range(count)] for i in range(count)]
    rows = tuple(tuple(1000 * one for one in row) for row in table)
    return Matrix("map", rows, tuple(tuple(100 * one for one in row) for row in table))


@dataclass
class Map:
    """Roads that say what a test wants, and note what they were asked for."""

    answer: Callable[[int, Profile], Matrix] = lambda count, _profile: hard(count)
    editions: Sequence[str] = ("first",)
    away: dict[int, float | None] = field(default_factory=dict)
    factors: Factors = field(default_factory=Factors)
    reach: float = 300.0
    fallback: StraightLine | None = None
    fault: Refused | None = None
    asked: list[Profile] = field(default_factory=list)

    def profile(self, vehicle: Vehicle) -> Profile:
        return Profile.of(vehicle)

    def measure(self, positions: Sequence[Position], profile: Profile, watch: Watch) -> Measured:
        self.asked.append(profile)
        if self.fault is not None:
            raise self.fault
        edition = self.editions[min(len(self.asked), len(self.editions)) - 1]
        away = tuple(self.away.get(i, 0.0) for i in range(len(positions)))
        return Measured(self.answer(len(positions), profile), edition, away)


def mapped(**more: object) -> Problem:
    sites = (Site("D", position=DEPOT), Site("A", name="协和", position=XIEHE))
    vehicles = (Vehicle("V", "D"), Vehicle("W", "D", profile="lorry"))
    return Problem("map", sites, (Order("a", "A"),), **({"vehicles": vehicles} | more))  # type: ignore[arg-type]


def test_every_profile_gets_a_matrix_and_given_ones_stay():
    own = Matrix("own", ((0, 1), (1, 0)), ((0, 1), (1, 0)))
    filled = with_matrices(mapped(matrices={"lorry": own}), StraightLine())
    assert filled.matrices["lorry"] is own
    assert filled.matrices["default"].roads == "straight-line x 1.35"
    roads = Map()
    assert with_matrices(filled, roads) is filled
    assert roads.asked == []


@pytest.mark.parametrize("resolution", [1, 10])
def test_a_matrix_is_measured_in_the_problems_own_parts(resolution):
    filled = with_matrices(mapped(resolution=resolution), StraightLine())
    plain = with_matrices(mapped(), StraightLine())
    assert filled.matrices["default"].distance[0][1] == resolution * plain.matrices["default"].distance[0][1]


def island(count: int, _profile: Profile) -> Matrix:
    rows = tuple(tuple(0 if i == j else NO_ROAD for j in range(count)) for i in range(count))
    return Matrix("island", rows, rows)


def test_no_road_stays_no_road_in_finer_parts():
    filled = with_matrices(mapped(resolution=10), Map(island))
    assert filled.matrices["default"].distance[0][1] == NO_ROAD


# profiles --------------------------------------------------------------------------------------------------------------


def test_vehicles_the_roads_cannot_tell_apart_are_measured_once():
    vehicles = (Vehicle("V", "D"), Vehicle("W", "D", per_km=9.0), Vehicle("X", "D", profile="same size, other name"))
    roads = Map()
    filled = with_matrices(mapped(vehicles=vehicles), roads)
    assert len(roads.asked) == 1
    assert filled.matrices.keys() == {"default", "same size, other name"}
    assert filled.vehicles == vehicles


def test_a_high_vehicle_has_roads_of_its_own():
    def lower(count: int, profile: Profile) -> Matrix:
        return island(count, profile) if profile.height > 400 else hard(count)

    vehicles = (Vehicle("low", "D", height=280), Vehicle("high", "D", height=420))
    filled = with_matrices(mapped(vehicles=vehicles), Map(lower))
    low, high = (filled.matrices[vehicle.profile] for vehicle in filled.vehicles)
    assert (low.duration[0][1], high.duration[0][1]) == (100, NO_ROAD)


def test_what_a_vehicle_does_not_say_is_assumed_and_marked():
    silent, whole = Vehicle("V", "D"), Vehicle("V", "D", height=280, width=200, length=520, gross=3200)
    assert Profile.of(silent).label == "truck 3.3 x 2.3 x 6.0 m, 4.5 t*"
    assert Profile.of(whole).label == "auto 2.8 x 2.0 x 5.2 m, 3.2 t"
    assert Profile.of(Vehicle("V", "D", gross=9000)).axle == 6000


def test_a_heavy_lorry_has_more_axles_than_one():
    assert Profile.of(Vehicle("V", "D", gross=49_000)).axle == 11_500


@pytest.mark.parametrize("size", [{"height": 0}, {"height": 1001}, {"gross": 100_001}, {"axle": -1}])
def test_a_size_that_no_vehicle_has_is_a_fault_of_the_problem(size):
    with pytest.raises(ProblemRefused) as caught:
        make_plan(mapped(vehicles=(Vehicle("V", "D", **size),)), iterations=5, roads=Map())
    (fault,) = caught.value.faults
    assert fault.values["where"] == f"vehicles[V].{next(iter(size))}"


def test_dangerous_goods_never_take_a_cars_roads():
    small = Vehicle("V", "D", height=280, width=200, length=520, gross=3200, hazmat=True)
    assert Profile.of(small).label == "truck 2.8 x 2.0 x 5.2 m, 3.2 t, dangerous goods"
    assert Profile.of(small).key == "truck-280x200x520-3200-2133-hazmat"


# what a person has to know ---------------------------------------------------------------------------------------------


def test_a_site_too_far_from_any_road_is_named():
    filled = with_matrices(mapped(vehicles=(Vehicle("V", "D"),)), Map(island, away={1: 812.0}))
    (told,) = remarks_of(filled)
    assert told.number == problems.ROADS_FAR.number
    assert told.values["site"] == "协和 (A)"
    assert (told.values["value"], told.values["expected"]) == ("812 m", "300 m")


def test_a_site_with_no_road_in_sight_is_named():
    filled = with_matrices(mapped(vehicles=(Vehicle("V", "D"),)), Map(island, away={1: None}))
    assert [(one.number, one.values["value"]) for one in remarks_of(filled)] == [(6405, "–")]


def test_a_site_that_no_road_connects_with_another_is_named():
    filled = with_matrices(mapped(vehicles=(Vehicle("V", "D"),)), Map(island))
    assert [(one.number, one.values["site"]) for one in remarks_of(filled)] == [(6406, "D"), (6406, "协和 (A)")]


def test_a_site_of_no_road_is_not_dropped_from_the_plan():
    plan = make_plan(mapped(vehicles=(Vehicle("V", "D"),)), iterations=5, roads=Map(island, away={1: 812.0}))
    assert [(left.order, left.reason.number) for left in plan.unserved] == [("a", problems.PLAN_UNSERVED_ROAD.number)]
    assert [one.number for one in plan.remarks] == [problems.ROADS_FAR.number]


# roads that fail -------------------------------------------------------------------------------------------------------

SILENT = Refused(problems.ROADS_SILENT, value="http://roads", reason="ConnectError")


def test_roads_that_do_not_answer_are_a_refusal():
    with refused(problems.ROADS_SILENT):
        make_plan(mapped(), iterations=5, roads=Map(fault=SILENT))


def test_straight_lines_take_their_place_only_where_that_is_allowed_and_the_plan_says_so():
    plan = make_plan(mapped(), iterations=5, roads=Map(fault=SILENT, fallback=StraightLine()))
    assert plan.roads == "straight-line x 1.35 (#6401)"
    (told,) = plan.remarks
    assert told.number == problems.ROADS_ESTIMATED.number
    assert told.values["reason"] == "#6401 http://roads"


def test_one_vehicle_without_roads_leaves_none_on_roads():
    """What one of them drives in an estimate and another one on roads cannot be compared."""

    def dies(count: int, profile: Profile) -> Matrix:
        if profile.height > 400:
            raise SILENT
        return hard(count)

    vehicles = (Vehicle("low", "D", height=280), Vehicle("high", "D", height=420))
    filled = with_matrices(mapped(vehicles=vehicles), Map(dies, fallback=StraightLine()))
    assert {matrix.roads for matrix in filled.matrices.values()} == {"straight-line x 1.35 (#6401)"}


def test_a_stop_is_no_fault_that_straight_lines_stand_in_for():
    stopped = Refused(problems.ROADS_STOPPED, value="1/4")
    with refused(problems.ROADS_STOPPED):
        with_matrices(mapped(), Map(fault=stopped, fallback=StraightLine()))


def test_two_editions_of_the_roads_are_never_mixed():
    vehicles = (Vehicle("low", "D", height=280), Vehicle("high", "D", height=420))
    roads = Map(editions=("old", "new"))
    with_matrices(mapped(vehicles=vehicles), roads)
    assert [one.height for one in roads.asked] == [280, 420, 280, 420]


def test_roads_that_change_all_the_time_are_not_waited_for():
    vehicles = (Vehicle("low", "D", height=280), Vehicle("high", "D", height=420))
    with refused(problems.ROADS_CHANGED):
        with_matrices(mapped(vehicles=vehicles), Map(editions=("1", "2", "3", "4")))


def test_whoever_stops_between_two_blocks_is_heard():
    Watch(lambda: True).block(4, 4)
    with refused(problems.ROADS_STOPPED):
        Watch(lambda: True).block(1, 4)


# the time of day -------------------------------------------------------------------------------------------------------

RUSH = Factors.parse("7-9:1.5, 17-19:2")


def test_factors_are_read_by_hour():
    assert RUSH.spans == (HourSpan(7, 9, 1.5), HourSpan(17, 19, 2.0))
    assert [RUSH.at(hour) for hour in (6, 7, 8, 9, 18, 19)] == [1.0, 1.5, 1.5, 1.0, 2.0, 1.0]
    assert Factors.parse(" ") == Factors()


@pytest.mark.parametrize("text", ["7", "7-9", "x-9:1", "9-7:1", "7-25:1", "7-9:0.1", "7-9:nan", "7-9:1,8-10:1"])
def test_factors_that_make_no_sense_are_refused(text):
    with refused(problems.ROADS_SETTING):
        Factors.parse(text)


def day(**more: object) -> Problem:
    """From midnight in Beijing, one van out from 07:00 to 11:00."""
    van = Vehicle("V", "D", shift=Window(7 * 3600, 11 * 3600))
    return mapped(vehicles=(van,), origin=datetime(2026, 11, 22, 16, tzinfo=UTC), **more)


def test_durations_are_stretched_by_the_mean_over_the_hours_vehicles_are_out():
    filled = with_matrices(day(), Map(factors=RUSH))
    matrix = filled.matrices["default"]
    assert (matrix.distance[0][1], matrix.duration[0][1]) == (1000, 125)
    assert matrix.roads == "map, x 1.25 for 07:00-11:00"


def test_factors_count_hours_whatever_the_parts_of_the_problem():
    fine = day(resolution=10)
    van = Vehicle("V", "D", shift=Window(70 * 3600, 110 * 3600))
    fine = mapped(vehicles=(van,), origin=fine.origin, resolution=10)
    assert with_matrices(fine, Map(factors=RUSH)).matrices["default"].duration[0][1] == 1250


def test_without_a_clock_there_is_no_rush_hour():
    filled = with_matrices(mapped(), Map(factors=RUSH))
    assert filled.matrices["default"].roads == "map"
    assert filled.matrices["default"].duration[0][1] == 100


def test_a_vehicle_without_a_shift_is_out_all_day():
    problem = mapped(vehicles=(Vehicle("V", "D"),), origin=datetime(2026, 11, 22, 16, tzinfo=UTC))
    assert RUSH.over(problem)[0] == pytest.approx((20 + 2 * 1.5 + 2 * 2) / 24)
