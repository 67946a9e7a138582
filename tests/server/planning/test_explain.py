"""A plan explained, and the command line."""

import io
import json
from pathlib import Path

import msgspec
import pytest

from server.planning.cli_plan import DONE, REFUSED, plan_command, run
from server.planning.explain import explain, lines
from server.planning.operations import make_plan
from server.planning.problem import Amounts, Capacity, Order, Vehicle, save_problem
from tests.server.planning.days import HOUR, small_day
from tests.server.planning.test_formats import SOLOMON
from tests.server.planning.test_plans import far

change = msgspec.structs.replace
DAY = small_day()
PLAN = make_plan(DAY, iterations=50, seed=1)


def test_what_is_on_board_goes_down_to_nothing():
    (route,) = explain(DAY, PLAN).routes
    units = [sum(part.amounts.units for part in board.load) for board in route.onboard]
    assert units[0] == 33
    assert units == sorted(units, reverse=True)
    assert units[-1] == 0
    assert [board.site for board in route.onboard] == ["D", *(stop.site for stop in PLAN.routes[0].stops)]


def test_the_tightest_limit_is_told_first():
    (route,) = explain(DAY, PLAN).routes
    used = [limit.used for limit in route.limits]
    assert used == sorted(used, reverse=True)
    assert {limit.what for limit in route.limits} == {
        "window",
        "due",
        "hold",
        "capacity",
        "shift",
        "duration",
        "distance",
    }


def test_a_full_vehicle_is_said_to_bind():
    full = (Vehicle("V", "D", capacity=Capacity(10)),)
    problem = change(far(1, HOUR), orders=(Order("S0", "S0", Amounts(10)),), vehicles=full)
    explained = explain(problem, make_plan(problem, iterations=10))
    assert explained.routes[0].limits[0].binds
    assert any("binds: capacity units 100%" in line for line in lines(problem, explained, "en"))


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ["总费用", "余量", "最紧"]), ("en", ["cost", "slack", "tightest"])]
)
def test_the_explanation_reads_in_both_languages(language, words):
    text = "\n".join(lines(DAY, explain(DAY, PLAN), language))
    assert all(word in text for word in words)


def test_rests_and_what_is_left_out_are_explained():
    problem = far(3, 3 * HOUR)
    problem = change(problem, orders=(*problem.orders, Order("x", "S0", zone="frozen")))
    text = "\n".join(lines(problem, explain(problem, make_plan(problem, iterations=10)), "en"))
    assert "rest " in text
    assert "not served x: #6301" in text


# handover plan ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def day_file(tmp_path: Path) -> Path:
    path = tmp_path / "day.json"
    save_problem(DAY, path)
    return path


def output(path: Path, as_json: bool = True, lang: str = "en", seconds: float = 0.2) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(path, seconds, 1, as_json, lang, out, err)  # type: ignore[arg-type]
    return code, out.getvalue(), err.getvalue()


def test_the_json_is_one_object_of_the_promised_shape(day_file):
    code, out, err = output(day_file)
    told = json.loads(out)
    assert code == DONE
    assert err == ""
    assert list(told) == ["feasible", "cost", "routes", "unserved", "seconds"]
    assert told["feasible"] is True
    assert sorted(name for route in told["routes"] for name in route) == ["a1", "a2", "b1", "c1", "e1"]
    assert told["unserved"] == []


def test_customers_of_benchmark_files_are_numbers(tmp_path):
    path = tmp_path / "tiny.txt"
    path.write_text(SOLOMON)
    _, out, _ = output(path)
    told = json.loads(out)
    assert sorted(number for route in told["routes"] for number in route) == [1, 2]
    assert told["cost"] == 10.0


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "没有带 frozen 温区"), ("en", "No vehicle has a frozen compartment")]
)
def test_what_is_not_served_comes_with_its_reason_in_the_language_asked_for(tmp_path, lang, said):
    path = tmp_path / "day.json"
    save_problem(small_day(orders=(*DAY.orders, Order("x", "A", zone="frozen"))), path)
    code, out, _ = output(path, lang=lang)
    told = json.loads(out)
    assert code == DONE
    assert told["feasible"] is False
    assert told["unserved"][0]["order"] == "x"
    assert said in told["unserved"][0]["reason"]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["车辆", "全部必送订单已安排", "test road"]), ("en", ["vehicle", "everything"])]
)
def test_people_get_a_table(day_file, lang, words):
    code, out, _ = output(day_file, as_json=False, lang=lang)
    assert code == DONE
    assert all(word in out for word in words)
    assert "V1" in out


def test_a_bad_file_is_refused_by_number_on_the_error_output(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{")
    code, out, err = output(path)
    assert (code, out) == (REFUSED, "")
    assert err.startswith("#6001 ")


def test_every_fault_of_a_bad_problem_is_a_line(tmp_path):
    path = tmp_path / "bad.json"
    save_problem(small_day(orders=(Order("x", "nowhere"), Order("y", "A", hold=0))), path)
    code, _, err = output(path, lang="zh")
    assert code == REFUSED
    assert [line.split()[0] for line in err.splitlines()] == ["#6002", "#6102", "#6103"]


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_search_needs_a_time_that_ends(day_file, seconds):
    code, out, err = output(day_file, seconds=seconds)
    assert (code, out) == (REFUSED, "")
    assert err.startswith("#5007 ")


def test_the_command_prints(day_file, capsys):
    assert plan_command(day_file, 0.2, 1, True, "en") == DONE
    assert json.loads(capsys.readouterr().out)["feasible"] is True
