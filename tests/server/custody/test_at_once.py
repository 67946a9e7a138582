"""Requests that arrive at the same moment: a proxy that repeats one, a handheld that gives up waiting and asks again."""

import threading
from collections.abc import Callable
from functools import partial

import msgspec
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from server.custody.models import LedgerEntry
from server.db import db
from shared import problems, sync
from shared.clock import ManualClock
from shared.custody.envelope import Envelope
from shared.custody.events import ClockJumped
from tests.server.handheld import Handheld, problem_of

THREADS = 4


def at_once(ask: Callable[[int], TestResponse]) -> list[TestResponse]:
    """The answers to requests that several threads make at the same moment."""
    start, answers = threading.Barrier(THREADS), []

    def run(number: int) -> None:
        start.wait()
        answers.append(ask(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_one_request_that_arrives_several_times_at_once_one_is_heard(app: Flask, clock: ManualClock) -> None:
    handheld = Handheld(app, clock)
    for _ in range(8):
        nonce, envelope = handheld.nonce(), handheld.write(ClockJumped(clock.now(), clock.now(), 1))
        body = msgspec.json.encode(sync.Push(handheld.device, nonce, (envelope,)))
        headers = sync.request_headers(
            handheld.signer,
            method="POST",
            path="/sync/events",
            body=body,
            device=handheld.device,
            at=clock.now(),
            nonce=nonce,
        )
        ask = partial(app.test_client().post, "/sync/events", data=body, headers=headers)
        answers = at_once(lambda _number, ask=ask: ask())  # type: ignore[misc]
        assert sorted(answer.status_code for answer in answers) == [200, *[problems.SYNC_REPLAYED.status] * 3]
        refused = {problem_of(answer) for answer in answers if answer.status_code != 200}
        assert refused == {problems.SYNC_REPLAYED.number}


def test_the_same_events_in_several_requests_at_once_are_in_the_ledger_once(app: Flask, clock: ManualClock) -> None:
    handheld = Handheld(app, clock)
    envelopes = tuple(handheld.write(ClockJumped(clock.now(), clock.now(), n)) for n in range(5))

    def ask(number: int) -> TestResponse:
        nonce = f"at-once-{number:08}"
        body = msgspec.json.encode(sync.Push(handheld.device, nonce, envelopes))
        return handheld.request("POST", "/sync/events", body, nonce=nonce)

    answers = at_once(ask)
    assert {answer.status_code for answer in answers} == {200}
    assert len({places(answer) for answer in answers}) == 1
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one() == 6


def places(answer: TestResponse) -> tuple[sync.Accepted, ...]:
    """Where a receipt says that the events are."""
    envelope = msgspec.json.decode(answer.get_data(), type=Envelope)
    return msgspec.json.decode(envelope.payload, type=sync.Receipt).accepted
