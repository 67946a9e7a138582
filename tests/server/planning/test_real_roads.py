"""A real Valhalla over a real extract (Baltimore): the programs from their wheel, tiles built here, on loopback."""

import hashlib
import io
import os
import shutil
import signal
import socket
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from server.cli import group
from server.context import SystemClock
from server.planning.cli_plan import DONE, run
from server.planning.operations import make_plan
from server.planning.problem import NO_ROAD, Order, Problem, Site, Vehicle, save_problem
from server.planning.road import local
from server.planning.road.choose import chosen_roads
from server.planning.road.network import RoadNetwork
from server.planning.road.settings import RoadSettings
from server.planning.road.store import MemoryStore
from server.planning.road.valhalla import Valhalla
from server.planning.road.ways import Way, find_way
from server.planning.roads import Profile, Watch, remarks_of, with_matrices
from shared import problems
from shared.errors import Refused
from shared.geo import Position, distance
from tests.vectors import vector

EAST, WEST = Position(39.2986, -76.5570), Position(39.2978, -76.5615)
"""On both sides of a railway bridge over Pulaski Highway; OpenStreetMap way 188567743 says maxheight 13'8", which is 4.17 m."""
HOPKINS, MERCY, KRIEGER = Position(39.2970, -76.5925), Position(39.2927, -76.6137), Position(39.2990, -76.5946)
"""Three hospitals."""
TUNNEL = Position(39.2664, -76.6050)
"""West of the harbour: within the extract it is joined to the rest by the Fort McHenry Tunnel alone, which is closed to
dangerous goods."""
INLAND, NOWHERE = Position(39.33, -76.60), Position(39.4, -76.6)
"""2 km and 10 km from the nearest road of the extract."""
SITES = {"depot": EAST, "hopkins": HOPKINS, "mercy": MERCY, "krieger": KRIEGER, "west": WEST}


def refused(problem: object) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.kind is problem)


@dataclass(frozen=True)
class Here:
    """The router that is running, and what it was made from."""

    programs: Path
    folder: Path
    service: local.Running

    def settings(self, **more: object) -> RoadSettings:
        return RoadSettings(**({"url": self.service.url, "pairs": 10_000, "reach": 300.0} | more))  # type: ignore[arg-type]


def start_at(here: Here, programs: Path, folder: Path, port: int) -> local.Running:
    return local.start(programs, Path(here.service.tiles), folder, port, SystemClock(), time.sleep)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    extract = vector("osm/baltimore.osm.pbf")
    if local.this_machine() not in local.WHEELS:
        pytest.skip(f"there is no Valhalla for {local.this_machine()}")
    programs = local.install(local.programs_folder())
    folder = tmp_path_factory.mktemp("roads")
    stages: list[str] = []
    tiles = local.build(programs, extract, folder, stages.append)
    assert len(stages) > 10
    service = local.start(programs, tiles, folder, free_port(), SystemClock(), time.sleep)
    yield Here(programs, folder, service)
    local.stop(folder, SystemClock(), time.sleep, grace=0)


@pytest.fixture
def router(here: Here) -> Iterator[Valhalla]:
    with Valhalla(here.settings()) as client:
        yield client


def town(*, vehicles: Sequence[Vehicle] = (Vehicle("V", "depot"),), **more: Position) -> Problem:
    """An order for every site but the depot."""
    places = SITES | more
    sites = tuple(Site(name, position=at) for name, at in places.items())
    orders = tuple(Order(f"for {name}", name) for name in places if name != "depot")
    return Problem("town", sites, orders, tuple(vehicles))


def test_a_matrix_of_real_roads_is_longer_than_the_crow_flies(router: Valhalla, here: Here):
    network = RoadNetwork(router, here.settings(), MemoryStore())
    places = list(SITES.values())
    measured = network.measure(places, Profile(), Watch())
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            metres, seconds = measured.matrix.distance[i][j], measured.matrix.duration[i][j]
            if i == j:
                assert (metres, seconds) == (0, 0)
                continue
            away = (measured.away[i] or 0) + (measured.away[j] or 0)
            assert distance(a, b) - away <= metres <= 4 * distance(a, b) + 1000
            assert 10 < metres / seconds * 3.6 < 90  # km/h
            assert abs(metres - measured.matrix.distance[j][i]) <= 2000  # one-way streets, and no more


def test_the_label_says_router_and_day(here: Here, router: Valhalla):
    edition = router.edition()
    assert edition.version == local.VERSION
    assert f"valhalla 3.9.1, roads of {edition.made:%Y-%m-%d}" == edition.label
    assert local.running(here.folder) == here.service


def test_small_blocks_make_the_same_matrix_as_a_large_one(router: Valhalla, here: Here):
    small = RoadNetwork(router, here.settings(pairs=4), MemoryStore())
    large = RoadNetwork(router, here.settings(), MemoryStore())
    places = list(SITES.values())
    one, other = (network.measure(places, Profile(), Watch()).matrix for network in (small, large))
    for mine, its in zip(one.distance, other.distance, strict=True):
        assert mine == pytest.approx(
            its, abs=50
        )  # Valhalla's search differs by a few metres with what it is asked beside


def test_a_low_bridge_sends_a_high_vehicle_around(here: Here, router: Valhalla):
    low, high = Vehicle("low", "depot", height=400), Vehicle("high", "depot", height=430)
    network = RoadNetwork(router, here.settings(), MemoryStore())
    filled = with_matrices(town(vehicles=(low, high)), network)
    under, around = (filled.matrices[vehicle.profile].distance[0][4] for vehicle in filled.vehicles)
    assert under < 700
    assert around > 2 * under
    ways = [find_way(router, [EAST, WEST], Profile.of(vehicle)) for vehicle in (low, high)]
    lengths = [sum(turn.distance for turn in way.directions[0]) for way in ways]
    assert lengths == pytest.approx([under, around], abs=5)
    assert ways[0].shapes != ways[1].shapes


def check_way(way: Way) -> None:
    for (start, end), shape, turns in zip(pairwise(way.places), way.shapes, way.directions, strict=True):
        assert distance(start, shape[0]) < 300
        assert distance(end, shape[-1]) < 300
        assert {turn.at for turn in turns} <= set(shape)
        assert turns[0].at == shape[0]
        assert turns[-1].at == shape[-1]
        length = sum(distance(a, b) for a, b in pairwise(shape))
        assert sum(turn.distance for turn in turns) == pytest.approx(length, rel=0.02, abs=20)


def test_a_way_is_told_turn_by_turn_in_both_languages(router: Valhalla):
    way = find_way(router, [EAST, HOPKINS, MERCY, EAST], Profile())
    check_way(way)
    turns = [turn.text for turn in way.directions[0]]
    assert turns[0].en.startswith("Drive")
    assert (turns[0].zh, turns[-1].zh) == ("出发", "到达，目的地在右侧")
    assert any(text.zh.startswith("左转，进入Pulaski Highway") for text in turns)
    assert any(text.en.startswith("Turn left onto Pulaski Highway") for text in turns)


def test_a_site_no_road_reaches_is_named_and_the_others_are_served(router: Valhalla, here: Here):
    network = RoadNetwork(router, here.settings(), MemoryStore())
    plan = make_plan(town(inland=INLAND, nowhere=NOWHERE), iterations=20, roads=network)
    assert plan.roads.startswith("valhalla 3.9.1, roads of ")
    assert plan.roads.endswith(", truck 3.3 x 2.3 x 6.0 m, 4.5 t*")
    assert plan.reasons("zh") == {
        "for inland": "#6306 没有道路通往 inland：for inland",
        "for nowhere": "#6306 没有道路通往 nowhere：for nowhere",
    }
    inland, nowhere = plan.remarks
    assert (inland.number, inland.values["site"]) == (problems.ROADS_FAR.number, "inland")
    assert 1500 < float(inland.values["value"].removesuffix(" m")) < 2500
    assert (nowhere.values["site"], nowhere.values["value"]) == ("nowhere", "–")
    assert len(plan.routes[0].stops) == 4


def test_a_site_that_the_goods_may_not_be_driven_to_is_named(router: Valhalla, here: Here):
    network = RoadNetwork(router, here.settings(), MemoryStore())
    plain = with_matrices(town(tunnel=TUNNEL), network)
    assert plain.matrices["default"].distance[0][5] != NO_ROAD
    assert remarks_of(plain) == ()
    dangerous = with_matrices(town(vehicles=(Vehicle("V", "depot", hazmat=True),), tunnel=TUNNEL), network)
    assert [(one.number, one.values["site"]) for one in remarks_of(dangerous)] == [(6406, "tunnel")]
    assert dangerous.matrices["default"].distance[0][4] != NO_ROAD


# a router that dies in mid-plan ----------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """A folder for a router of one's own; whatever runs there afterwards is stopped."""
    yield tmp_path
    local.stop(tmp_path, SystemClock(), time.sleep, grace=0)


@pytest.fixture
def mortal(here: Here, room: Path) -> local.Running:
    """A second router, for those who let it die."""
    return start_at(here, here.programs, room, free_port())


def kill_after(service: local.Running, blocks: int, told: list[int]) -> Callable[[int, int], None]:
    def on_measured(done: int, _total: int) -> None:
        told.append(done)
        if done == blocks:
            os.kill(service.pid, signal.SIGKILL)
            os.waitpid(service.pid, 0)

    return on_measured


def test_a_router_that_dies_in_mid_plan_is_named_and_what_it_said_is_kept(
    here: Here, mortal: local.Running, room: Path
):
    """The router is started again over the same roads, and asked for the rest only."""
    store = MemoryStore()
    told: list[int] = []
    settings = here.settings(url=mortal.url, pairs=5)
    with Valhalla(settings, wait=lambda _seconds: None) as client, refused(problems.ROADS_SILENT) as caught:
        roads = RoadNetwork(client, settings, store)
        make_plan(town(), iterations=20, roads=roads, on_measured=kill_after(mortal, 4, told))
    assert told == [1, 2, 3, 4]
    assert caught.value.problem.values["value"] == mortal.url
    start_at(here, here.programs, room, mortal.port)
    told.clear()
    with Valhalla(settings) as client:
        roads = RoadNetwork(client, settings, store)
        plan = make_plan(town(), iterations=20, roads=roads, on_measured=lambda done, _total: told.append(done))
    assert plan.feasible
    assert told == [1, 2, 3, 4, 5, 6]


def test_straight_lines_take_over_only_where_allowed_and_for_the_whole_plan(here: Here, mortal: local.Running):
    settings = here.settings(url=mortal.url, pairs=5, fallback=True)
    with Valhalla(settings, wait=lambda _seconds: None) as client:
        roads = RoadNetwork(client, settings, MemoryStore())
        plan = make_plan(town(), iterations=20, roads=roads, on_measured=kill_after(mortal, 2, []))
    assert plan.roads == "straight-line x 1.35 (#6401)"
    assert [one.number for one in plan.remarks] == [problems.ROADS_ESTIMATED.number]


def test_roads_that_are_replaced_in_mid_plan_are_never_mixed(here: Here, room: Path):
    """The router is started again over newer tiles after the second block: everything is measured on these."""
    tiles = shutil.copytree(here.service.tiles, room / "tiles")
    earlier = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
    for path in (*tiles.rglob("*"), tiles):
        os.utime(path, (earlier, earlier))
    clock = SystemClock()
    service = local.start(here.programs, tiles, room, free_port(), clock, time.sleep)
    told: list[int] = []

    def replace_after_two(done: int, _total: int) -> None:
        told.append(done)
        if len(told) == 2:
            local.stop(room, clock, time.sleep, grace=0)
            start_at(here, here.programs, room, service.port)

    settings = here.settings(url=service.url, pairs=5)
    with Valhalla(settings) as client:
        old = client.edition()
        roads = RoadNetwork(client, settings, MemoryStore())
        plan = make_plan(town(), iterations=20, roads=roads, on_measured=replace_after_two)
        new = client.edition()
    assert old.label == "valhalla 3.9.1, roads of 2026-10-01"
    assert plan.roads.startswith(new.label)
    assert new.made > old.made
    assert told == [1, 2, *range(1, 10)]


# commands --------------------------------------------------------------------------------------------------------------


def test_a_problem_file_is_planned_on_the_roads_that_are_set_up(here: Here, tmp_path: Path):
    save_problem(town(nowhere=NOWHERE), tmp_path / "town.json")
    out, err = io.StringIO(), io.StringIO()
    env = {"HANDOVER_ROADS_URL": here.service.url}
    assert run(tmp_path / "town.json", 0.2, 1, False, "en", out, err, env) == DONE
    assert "roads: valhalla 3.9.1" in out.getvalue()
    assert err.getvalue().startswith("#6405 nowhere is too far from any road")


def test_no_router_set_up_is_no_roads():
    with chosen_roads(RoadSettings(), MemoryStore()) as roads:
        assert roads is None


def test_the_command_says_which_roads_are_running(here: Here):
    answer = CliRunner().invoke(group, ["roads", "status", "--folder", str(here.folder)])
    assert answer.exit_code == 0
    assert answer.output.startswith(f"{here.service.url} valhalla 3.9.1, roads of ")


def test_the_command_starts_and_stops_a_router(here: Here, tmp_path: Path):
    shutil.copytree(here.service.tiles, tmp_path / Path(here.service.tiles).name)
    extract = str(vector("osm/baltimore.osm.pbf"))
    folder, port = ["--folder", str(tmp_path)], str(free_port())
    started = CliRunner().invoke(group, ["roads", "start", "--extract", extract, "--port", port, *folder])
    assert started.exit_code == 0, started.output
    assert f"export HANDOVER_ROADS_URL=http://127.0.0.1:{port}" in started.output
    again = CliRunner().invoke(group, ["roads", "start", "--extract", extract, "--port", port, *folder])
    assert isinstance(again.exception, Refused)
    assert again.exception.kind is problems.ROADS_START
    assert CliRunner().invoke(group, ["roads", "stop", *folder]).exit_code == 0
    assert CliRunner().invoke(group, ["roads", "stop", *folder]).exit_code == 1
    assert CliRunner().invoke(group, ["roads", "status", *folder]).exit_code == 1


def test_the_command_has_its_programs(here: Here):
    answer = CliRunner().invoke(group, ["roads", "install"])
    assert answer.output.strip() == str(here.programs)


# what can go wrong in getting one going --------------------------------------------------------------------------------


def test_what_is_no_extract_is_refused(here: Here, tmp_path: Path):
    with refused(problems.ROADS_BUILD):
        local.build(here.programs, tmp_path / "none.osm.pbf", tmp_path, lambda _stage: None)
    (tmp_path / "text.osm.pbf").write_text("no map")
    with refused(problems.ROADS_BUILD):
        local.build(here.programs, tmp_path / "text.osm.pbf", tmp_path, lambda _stage: None)
    assert list(tmp_path.glob("tiles-*")) == []


def test_a_port_that_is_taken_is_told(here: Here, tmp_path: Path):
    with refused(problems.ROADS_START):
        start_at(here, here.programs, tmp_path, here.service.port)
    assert local.running(tmp_path) is None


def test_a_service_that_ends_at_once_is_told_in_its_own_words(here: Here, tmp_path: Path):
    programs = tmp_path / "valhalla"
    (programs / "bin").mkdir(parents=True)
    shutil.copy(here.programs / "valhalla" / "valhalla_build_config.py", programs)
    broken = programs / "bin" / "valhalla_service"
    broken.write_text("#!/bin/sh\necho no memory left\nexit 1\n")
    broken.chmod(0o755)
    with refused(problems.ROADS_START) as caught:
        start_at(here, tmp_path, tmp_path, free_port())
    assert caught.value.problem.values["reason"] == "no memory left"
    assert local.running(tmp_path) is None


def test_a_process_that_took_the_number_is_left_alone(here: Here, tmp_path: Path):
    """A number is given again after a restart of the machine."""
    other = local.Running(here.service.pid, 1, str(tmp_path / "sockets of another one"), "")
    (tmp_path / "running.json").write_bytes(msgspec.json.encode(other))
    assert local.running(tmp_path) is None
    assert local.stop(tmp_path, SystemClock(), time.sleep, grace=0) is False
    assert local.running(here.folder) == here.service


def test_another_machine_has_no_wheel(tmp_path: Path):
    with refused(problems.ROADS_MACHINE):
        local.install(tmp_path / "programs", ("Plan 9", "vax"))


def test_another_wheel_than_the_pinned_one_is_refused(tmp_path: Path):
    def forged(folder: Path, tag: str) -> Path:
        with zipfile.ZipFile(folder / f"{tag}.whl", "w") as archive:
            archive.writestr("valhalla/bin/valhalla_service", "echo")
        return folder / f"{tag}.whl"

    with refused(problems.ROADS_FETCH) as caught:
        local.install(tmp_path / "programs", ("Linux", "x86_64"), forged)
    assert caught.value.problem.values["reason"].startswith("sha256 ")
    assert not (tmp_path / "programs").exists()


def test_the_pinned_hash_is_a_hash():
    assert all(len(digest) == 2 * hashlib.sha256().digest_size for _tag, digest in local.WHEELS.values())
