"""What a handheld says ahead of its queue: seen on the board at once, never going back, and never part of the record."""

from datetime import datetime, timedelta

import msgspec
import pytest
from flask import Flask
from sqlalchemy import func, select

from server.accounts.schemas import Role
from server.board import operations as board
from server.board.operations import Lively
from server.custody import live, operations
from server.custody.models import LedgerEntry, LiveRow
from server.db import db
from server.transaction import reading, transaction
from shared import problems, sync
from shared.clock import ManualClock, to_ms
from shared.custody.events import PositionsSealed, RoutePublished, ShiftStarted
from shared.geo import Position
from tests.journeys.sync_route import DAY, route
from tests.server.accounts.browsing import Browser, person
from tests.server.handheld import Handheld, problem_of
from tests.server.store import project

HERE, THERE = Position(39.91, 116.41), Position(39.92, 116.42)


@pytest.fixture
def handheld(app: Flask, clock: ManualClock) -> Handheld:
    """A handheld whose route has begun; the views know it."""
    one = Handheld(app, clock)
    with app.app_context():
        with transaction():
            published = operations.append_own(RoutePublished(route("D1"), one.device, "test"), actor="test")
        one.push([one.write(ShiftStarted("R1", 1, "D1", "VEHICLE", published, None))])
        project()
    return one


def push(
    handheld: Handheld, position: Position, *, at: datetime | None = None, sent: datetime | None = None, behind: int = 9
) -> None:
    """Say how the route stands: heard at ``at``, sent at ``sent``, with so many events that were not sent."""
    now = handheld.clock.now()
    nonce = handheld.nonce()
    one = sync.Live("R1", at or now, position, handheld.state.seq + behind, 1, 2)
    body = msgspec.json.encode(sync.Push(handheld.device, nonce, (), one))
    response = handheld.request("POST", "/sync/events", body, nonce=nonce, at=sent or now)
    assert response.status_code == 200, response.get_data(as_text=True)
    sync.open_receipt(response.get_data(), handheld.enrolled.server_key, device=handheld.device, nonce=nonce)


class Seen(msgspec.Struct, frozen=True):
    """What the board shows of the route."""

    place: tuple[float, float, bool]
    """Where its map has the vehicle, and whether that is marked as live."""
    live: live.Standing | None
    record: tuple[object, ...]
    """What the record says: latitude, instant of the position, alarms."""


def seen() -> Seen:
    with reading():
        (card,) = board.cards(DAY)
        (found,) = (f for f in board.features([card], "wgs84") if f["properties"]["kind"] == "vehicle")  # type: ignore[index]
        lon, lat = found["geometry"]["coordinates"]  # type: ignore[index]
        mark = found["properties"]["live"]  # type: ignore[index]
        route = card.route
        return Seen((lat, lon, mark), card.live, (route.lat, route.position_at, route.alarms))


def test_it_is_on_the_board_at_once_and_not_in_the_record(app: Flask, handheld: Handheld) -> None:
    with app.app_context():
        entries = select(func.count()).select_from(LedgerEntry)
        before = db.session.execute(entries).scalar_one()
        db.session.rollback()
        push(handheld, HERE)
        shown = seen()
        assert shown.place == (HERE.lat, HERE.lon, True)
        assert shown.live is not None
        assert (shown.live.alarms, shown.live.concluded, shown.live.behind) == (1, 2, 9)
        assert shown.record == (None, None, 0)
        assert db.session.execute(entries).scalar_one() == before


def test_the_board_says_that_it_is_live_and_no_evidence(app: Flask, handheld: Handheld) -> None:
    with app.app_context():
        person("dispatch", Role.DISPATCHER)
        push(handheld, HERE)
    browser = Browser(app.test_client())
    browser.sign_in("dispatch")
    page = browser.get(f"/board/?day={DAY}").text
    assert 'data-standing="R1"' in page
    assert "手持机先行报告，尚未入账，不作凭证" in page
    assert "还有 9 条记录在手持机上" in page
    assert "温度报警" in page


def test_a_request_that_was_held_up_never_moves_the_vehicle_back(app: Flask, handheld: Handheld) -> None:
    with app.app_context():
        sent = handheld.clock.now()
        handheld.clock.advance(60)
        push(handheld, THERE)
        push(handheld, HERE, at=sent, sent=sent)
        assert seen().place == (THERE.lat, THERE.lon, True)


def test_a_handheld_whose_clock_was_set_back_is_still_heard(app: Flask, handheld: Handheld) -> None:
    with app.app_context():
        push(handheld, HERE, at=handheld.clock.now() + timedelta(hours=3))
        handheld.clock.advance(60)
        push(handheld, THERE)
        assert seen().place == (THERE.lat, THERE.lon, True)


def test_it_can_be_neither_replayed_nor_old(app: Flask, handheld: Handheld) -> None:
    now, nonce = handheld.clock.now(), handheld.nonce()
    body = msgspec.json.encode(sync.Push(handheld.device, nonce, (), sync.Live("R1", now, HERE, 3)))
    assert handheld.request("POST", "/sync/events", body, nonce=nonce).status_code == 200
    again = handheld.request("POST", "/sync/events", body, nonce=nonce)
    assert problem_of(again) == problems.SYNC_REPLAYED.number
    handheld.clock.advance(sync.TOLERANCE + 60)
    late = handheld.request("POST", "/sync/events", body, at=now)
    assert problem_of(late) == problems.SYNC_STALE.number


@pytest.mark.parametrize(
    ("field", "value"), [("seq", -1), ("alarms", 2**31), ("route_id", "x" * 41), ("position", {"lat": 91, "lon": 0})]
)
def test_what_no_handheld_of_ours_says_is_refused(handheld: Handheld, field: str, value: object) -> None:
    one = msgspec.to_builtins(sync.Live("R1", handheld.clock.now(), HERE, 3)) | {field: value}
    body = msgspec.json.encode({"device": handheld.device, "nonce": "n" * 16, "envelopes": [], "live": one})
    assert problem_of(handheld.request("POST", "/sync/events", body)) == problems.SYNC_MALFORMED.number


def test_another_handheld_cannot_speak_for_the_route(app: Flask, clock: ManualClock, handheld: Handheld) -> None:
    other = Handheld(app, clock, seed=b"o" * 32, name="HH-02")
    with app.app_context():
        push(other, HERE)
        with reading():
            assert board.cards(DAY)[0].live is None


def test_the_record_replaces_it_once_it_knows_better(app: Flask, handheld: Handheld) -> None:
    with app.app_context():
        now = handheld.clock.now()
        push(handheld, HERE, behind=1)
        old = PositionsSealed("R1", (to_ms(now - timedelta(hours=1)),), (39_800_000,), (116_400_000,))
        newest = PositionsSealed("R1", (to_ms(now) + 1000,), (39_930_000,), (116_430_000,))
        handheld.push([handheld.write(old)])
        project()
        shown = seen()
        assert shown.place == (HERE.lat, HERE.lon, True)
        assert shown.live is not None
        assert shown.live.behind == 0
        handheld.push([handheld.write(newest)])
        project()
        assert seen().place == (39.93, 116.43, False)


def test_a_watching_board_hears_of_each_just_once(app: Flask, handheld: Handheld) -> None:
    with app.app_context():
        lively = Lively()
        heard = []
        for position in (HERE, THERE):
            push(handheld, position)
            for _ in range(3):
                with reading():
                    heard.append(set(lively.changed()))
                handheld.clock.advance(1)
        assert heard == [{"R1"}, set(), set()] * 2
        with reading():
            assert [one.route.route_id for one in board.changed_cards(DAY, 10**6, {"R1"})] == ["R1"]


def test_it_is_forgotten_after_a_day(app: Flask, handheld: Handheld) -> None:
    with app.app_context():
        push(handheld, HERE)
        for hours, rows in ((23, 1), (2, 0)):
            handheld.clock.advance(hours * 3600)
            with transaction():
                live.forget()
            with reading():
                assert db.session.execute(select(func.count()).select_from(LiveRow)).scalar_one() == rows
