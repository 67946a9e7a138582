"""What a refusal looks like from outside."""

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.accounts import operations
from server.accounts.schemas import Role
from shared import problems, sync
from shared.clock import ManualClock
from shared.errors import Problem, Refused
from shared.work import Name
from tests.server.accounts.browsing import problems_on


@pytest.fixture
def trap(app: Flask) -> Flask:
    """The application with views that refuse, and one that fails."""

    def refuse() -> str:
        operations.add_user(name="ghost", role=Role.DRIVER, display=Name("鬼", "Ghost"), by="x")
        raise Refused(problems.SCAN_WRONG_LOT, value="B<1>", expected="B2")

    def fail() -> str:
        raise ZeroDivisionError

    for path in ("/refuse", "/api/refuse", "/sync/refuse"):
        app.add_url_rule(path, path, refuse, methods=["GET", "POST"])
    app.add_url_rule("/fail", "/fail", fail)
    return app


def test_a_person_gets_a_page_in_their_language_with_the_number(trap: Flask) -> None:
    client = trap.test_client()
    page = client.get("/refuse")
    assert page.status_code == 409
    assert problems_on(page) == [1102]
    assert "批号不符：扫到 B&lt;1&gt;" in page.text
    assert "Wrong lot: scanned B&lt;1&gt;" in client.get("/refuse", headers={"Accept-Language": "en"}).text


def test_a_part_of_a_page_gets_a_notice_alone(trap: Flask) -> None:
    page = trap.test_client().get("/refuse", headers={"HX-Request": "true"})
    assert page.status_code == 409
    assert problems_on(page) == [1102]
    assert "<html" not in page.text


def test_an_interface_gets_the_problem_and_its_text(trap: Flask) -> None:
    client = trap.test_client()
    answer = client.get("/api/refuse", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (409, "application/json")
    assert answer.get_json() == {
        "problem": {"number": 1102, "values": {"value": "B<1>", "expected": "B2"}},
        "text": "#1102 Wrong lot: scanned B<1>, the manifest says B2",
    }


def test_a_handheld_gets_a_refusal_with_the_servers_time(trap: Flask, clock: ManualClock) -> None:
    answer = trap.test_client().post("/sync/refuse")
    refusal = msgspec.json.decode(answer.data, type=sync.Refusal)
    assert refusal == sync.Refusal(Problem(1102, {"value": "B<1>", "expected": "B2"}), clock.now())


def test_what_a_refused_request_had_written_is_gone(trap: Flask) -> None:
    trap.test_client().post("/sync/refuse")
    with trap.app_context():
        assert operations.accounts() == []


def test_a_failure_of_our_own_is_a_numbered_problem_too(trap: Flask) -> None:
    trap.config["PROPAGATE_EXCEPTIONS"] = False
    page = trap.test_client().get("/fail")
    assert page.status_code == 500
    assert problems_on(page) == [problems.SERVER_FAILED.number]


@pytest.mark.parametrize(
    ("method", "path", "status", "number"),
    [
        ("GET", "/nowhere", 404, 5003),
        ("DELETE", "/login", 405, 5010),
        ("GET", "/static/nothing.css", 404, 5003),
    ],
)
def test_the_web_servers_own_errors_are_numbered(
    client: FlaskClient, method: str, path: str, status: int, number: int
) -> None:
    page = client.open(path, method=method)
    assert page.status_code == status
    assert problems_on(page) == [number]


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    assert "POST" in client.delete("/login").headers["Allow"]


def test_too_much_at_once_is_numbered(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 100
    page = app.test_client().post("/login", data={"name": "x" * 200})
    assert page.status_code == 413
    assert problems_on(page) == [5011]
