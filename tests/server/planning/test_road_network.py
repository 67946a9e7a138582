"""Measuring on a router: in blocks, only what is not known, never of two editions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from server.planning.problem import NO_ROAD, Matrix
from server.planning.road.kept import DatabaseStore
from server.planning.road.network import RoadNetwork
from server.planning.road.settings import RoadSettings
from server.planning.road.store import MemoryStore, Row, Store, place, position
from server.planning.road.valhalla import Edition
from server.planning.roads import Profile, Watch
from shared import problems
from shared.errors import Refused
from shared.geo import Position

LORRY = Profile()
OCTOBER = Edition("3.9.1", datetime(2026, 10, 1, tzinfo=UTC))
NOVEMBER = Edition("3.9.1", datetime(2026, 11, 1, tzinfo=UTC))
TOWN = [Position(39.9, round(116.4 + step / 100, 5)) for step in range(5)]


def refused(problem: object) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.kind is problem)


@dataclass
class OneRoad:
    """A router that knows one road along a parallel: 850 m for each hundredth of a degree eastwards, 900 m back. Places north
    of it are so far away from it."""

    edition_now: Edition = OCTOBER
    blocks: list[tuple[int, int]] = field(default_factory=list)
    located: int = 0
    dies_after: int | None = None
    changes_after: int | None = None

    def edition(self) -> Edition:
        if self.changes_after is not None and len(self.blocks) >= self.changes_after:
            return NOVEMBER
        return self.edition_now

    def away(self, places: Sequence[Position], profile: Profile) -> list[float | None]:
        self.located += len(places)
        return [None if one.lat > 40 else round((one.lat - 39.9) * 111_195) for one in places]

    def block(
        self, sources: Sequence[Position], targets: Sequence[Position], profile: Profile
    ) -> tuple[list[list[int]], list[list[int]]]:
        if self.dies_after is not None and len(self.blocks) >= self.dies_after:
            raise Refused(problems.ROADS_SILENT, value="http://one.road", reason="ConnectError")
        self.blocks.append((len(sources), len(targets)))
        steps = [[round((b.lon - a.lon) * 100) for b in targets] for a in sources]
        distances = [[850 * one if one > 0 else -900 * one for one in row] for row in steps]
        return distances, [[metres // 10 for metres in row] for row in distances]


def network(router: OneRoad, store: Store | None = None, pairs: int = 2500) -> RoadNetwork:
    return RoadNetwork(router, RoadSettings(url="http://one.road", pairs=pairs), store or MemoryStore())


def expected(count: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(850 * (j - i) if j > i else 900 * (i - j) for j in range(count)) for i in range(count))


def test_a_matrix_is_labelled_with_router_day_and_vehicle():
    measured = network(OneRoad()).measure(TOWN, LORRY, Watch())
    assert measured.matrix == Matrix(
        "valhalla 3.9.1, roads of 2026-10-01, truck 3.3 x 2.3 x 6.0 m, 4.5 t",
        expected(5),
        tuple(tuple(metres // 10 for metres in row) for row in expected(5)),
    )
    assert measured.edition == "valhalla 3.9.1 20261001T000000"
    assert measured.away == (0.0,) * 5


@given(st.integers(1, 30))
def test_the_matrix_is_the_same_whatever_fits_into_one_question(pairs):
    router = OneRoad()
    assert network(router, pairs=pairs).measure(TOWN, LORRY, Watch()).matrix.distance == expected(5)
    assert all(rows * columns <= pairs for rows, columns in router.blocks)


def test_what_was_measured_is_not_asked_again():
    router, store = OneRoad(), MemoryStore()
    network(router, store).measure(TOWN, LORRY, Watch())
    asked = list(router.blocks)
    assert network(router, store).measure(list(reversed(TOWN)), LORRY, Watch()).matrix.distance == tuple(
        tuple(reversed(row)) for row in reversed(expected(5))
    )
    assert (router.blocks, router.located) == (asked, 5)


def test_a_new_site_is_measured_from_and_to_the_others_and_nothing_else():
    router, store = OneRoad(), MemoryStore()
    network(router, store).measure(TOWN[:4], LORRY, Watch())
    router.blocks.clear()
    assert network(router, store).measure(TOWN, LORRY, Watch()).matrix.distance == expected(5)
    assert sorted(router.blocks) == [(1, 5), (4, 1)]


def test_another_vehicle_is_measured_for_itself():
    router, store = OneRoad(), MemoryStore()
    network(router, store).measure(TOWN, LORRY, Watch())
    network(router, store).measure(TOWN, Profile(height=420), Watch())
    assert router.blocks == [(5, 5), (5, 5)]


def test_one_place_that_stands_for_several_is_asked_for_once():
    """A site with two wanted times stands in a problem twice."""
    router = OneRoad()
    matrix = network(router).measure([TOWN[0], TOWN[1], TOWN[0]], LORRY, Watch()).matrix
    assert matrix.distance == ((0, 850, 0), (900, 0, 900), (0, 850, 0))
    assert router.blocks == [(2, 2)]


def test_a_place_off_every_road_is_not_asked_for():
    """It would make the router refuse the whole block."""
    router = OneRoad()
    off = [TOWN[0], Position(39.91, 116.41), Position(41, 116.42), TOWN[1]]
    measured = network(router).measure(off, LORRY, Watch())
    assert measured.away == (0.0, 1112.0, None, 0.0)
    assert measured.matrix.distance[0] == (0, NO_ROAD, NO_ROAD, 850)
    assert measured.matrix.distance[1] == (NO_ROAD, 0, NO_ROAD, NO_ROAD)
    assert router.blocks == [(2, 2)]


def test_a_block_of_another_edition_is_refused_and_not_kept():
    router, store = OneRoad(changes_after=2), MemoryStore()
    with refused(problems.ROADS_CHANGED):
        network(router, store, pairs=5).measure(TOWN, LORRY, Watch())
    kept = store.read(OCTOBER.key, LORRY.key, [place(one) for one in TOWN])
    assert sum(len(row.targets) for row in kept.values()) < 25


def test_progress_is_told_and_a_stop_is_heard_between_two_blocks():
    told: list[tuple[int, int]] = []
    router = OneRoad()
    watch = Watch(lambda: len(told) == 2, lambda done, total: told.append((done, total)))
    with refused(problems.ROADS_STOPPED):
        network(router, pairs=5).measure(TOWN, LORRY, watch)
    assert told[-1][0] == 2
    assert told[-1][1] > 2
    assert len(router.blocks) == 2


def test_nothing_is_told_of_blocks_where_everything_was_known():
    told: list[tuple[int, int]] = []
    store = MemoryStore()
    network(OneRoad(), store).measure(TOWN, LORRY, Watch())
    network(OneRoad(), store).measure(TOWN, LORRY, Watch(on_block=lambda *blocks: told.append(blocks)))
    assert told == []


def test_a_router_that_died_goes_on_where_it_was():
    router, store = OneRoad(dies_after=3), MemoryStore()
    with refused(problems.ROADS_SILENT):
        network(router, store, pairs=5).measure(TOWN, LORRY, Watch())
    router.dies_after = None
    before = sum(rows * columns for rows, columns in router.blocks)
    assert network(router, store, pairs=5).measure(TOWN, LORRY, Watch()).matrix.distance == expected(5)
    after = sum(rows * columns for rows, columns in router.blocks) - before
    assert after < 25


# stores ----------------------------------------------------------------------------------------------------------------


@given(st.integers(-9_000_000, 9_000_000), st.integers(-18_000_000, 18_000_000))
def test_a_place_is_its_own_number(lat, lon):
    there = Position(lat / 1e5, lon / 1e5)
    assert position(place(there)) == there


@pytest.fixture
def database(app: Flask) -> Iterator[DatabaseStore]:
    with app.app_context():
        yield DatabaseStore()


def row(away: float | None, *entries: tuple[int, int, int]) -> Row:
    targets, distances, durations = zip(*entries, strict=True) if entries else ((), (), ())
    return Row(away).plus(targets, distances, durations)


FAR = place(Position(90, 180))


def check(store: Store) -> None:
    """What any store promises."""
    rows = {FAR: row(2.5, (0, 7, 8), (FAR, NO_ROAD, NO_ROAD)), 0: row(None)}
    store.write("first", "lorry", rows)
    assert store.read("first", "lorry", [0, FAR, 1]) == rows
    assert store.read("first", "van", [0]) == store.read("second", "lorry", [0]) == {}
    more = {FAR: rows[FAR].plus([5], [6], [7])}
    store.write("first", "lorry", more)
    store.write("first", "van", {3: row(1.0)})
    store.write("first", "van", {})
    assert store.read("first", "lorry", [0, FAR]) == rows | more
    store.write("second", "lorry", {0: row(4.0)})
    assert store.read("first", "lorry", [0, FAR]) == store.read("first", "van", [3]) == {}
    assert store.read("second", "lorry", [0]) == {0: row(4.0)}


def test_rows_are_kept_in_memory_until_the_roads_change():
    check(MemoryStore())


def test_rows_are_kept_in_the_database_until_the_roads_change(database: DatabaseStore) -> None:
    check(database)


def test_more_rows_than_one_question_takes_are_read(database: DatabaseStore) -> None:
    rows = {one: row(float(one)) for one in range(1200)}
    database.write("first", "lorry", rows)
    assert database.read("first", "lorry", list(rows)) == rows
