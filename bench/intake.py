"""Sync intake: signed requests in; verified, chained, durable, projected, sealed, beside a bulk insert of the same rows."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from bench import databases, history
from bench.application import Handheld, Request, application
from bench.harness import Effort, Findings, Measurement, Missing, prose, timed
from bench.twin import ENTRIES, Rows, Twin, written_since
from server.custody import ledger
from server.custody.models import Device
from server.db import db
from server.trace.models import AnomalyRow, PositionRow, ReadingRow
from server.transaction import reading
from server.worker import Worker
from shared.custody.events import KnownEvent
from shared.sync import MAX_BATCH
from shared.work import Route

PEER = "bulk insert of the same rows"
LONG, SHORT = 100_000, 30
"""Events of a day that are sent: all of them, or, to show that it works, the first ones."""


@dataclass(frozen=True)
class Stream:
    """One kind of thing that handhelds send. ``per_event``: how many of them are in one event."""

    key: str
    what: str
    day: Callable[[Route], Iterable[tuple[KnownEvent, datetime]]]
    per_event: int
    batch: int
    handhelds: int
    rounds: int


STREAMS = (
    Stream("events", "custody events, in full batches", history.shift, 1, MAX_BATCH, 5, 7),
    Stream("single", "custody events, one a request", history.shift, 1, 1, 1, 5),
    Stream("readings", "logger readings", history.readings, history.READINGS, MAX_BATCH, 5, 7),
    Stream("positions", "positions", history.positions, history.POSITIONS, MAX_BATCH, 5, 7),
)


class Office:
    """The application with its worker, some handhelds, and the twin."""

    def __init__(self, app: Flask, twin: Twin, handhelds: int) -> None:
        self.app, self.twin = app, twin
        self.worker = Worker(app)
        self.client = app.test_client()
        self.handhelds = [Handheld(app, number + 1) for number in range(handhelds)]
        self._routes = 0
        self._copied = 0

    def next_route(self) -> Route:
        self._routes += 1
        return history.make_route(self._routes)

    def rest(self) -> None:
        """Until everything that has arrived is in the views and sealed."""
        while self.worker.step():
            pass

    def push(self, requests: Sequence[Request]) -> list[bytes]:
        """Send, one after the other; the answers."""
        found = []
        for request in requests:
            answer = self.client.post(request.path, data=request.body, headers=request.headers)
            found.append(answer.data)
        return found

    def catch_up(self) -> None:
        """Bring what is not measured (enrolments, publications) into the twin: only the entries and the tree, because the
        views of these routes will be written again by what is measured."""
        with self.app.app_context(), reading():
            self.twin.know(list(db.session.execute(select(Device)).scalars()))
        rows = self.fresh_rows()
        self.twin.insert([{t: r for t, r in rows.items() if t.name in ("ledger_entry", "ledger_node", "checkpoint")}])

    def fresh_rows(self) -> Rows:
        """What was written since this was last asked."""
        with self.app.app_context():
            with db.engine.connect() as connection:
                rows = written_since(connection, self._copied)
            with reading():
                self._copied = ledger.size()
        return rows

    def count(self, model: type[ReadingRow | PositionRow | AnomalyRow]) -> int:
        with self.app.app_context(), reading():
            return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def _by_request(rows: Rows, requests: Sequence[Request]) -> list[Rows]:
    """The entries request by request, as each must be durable before it is answered; then everything else at once."""
    entries = sorted(rows[ENTRIES])
    parts: list[Rows] = []
    for request in requests:
        parts.append({ENTRIES: entries[: request.events]})
        entries = entries[request.events :]
    return parts


def _stream(office: Office, database: databases.Database, stream: Stream, findings: Findings, effort: Effort) -> None:
    unit = "/s"
    name = f"{database.name}: {stream.what}"
    received = findings.begin(f"{name}, received", unit, "more", f"{PEER}: the entries")
    everything = findings.begin(f"{name}, received, projected and sealed", unit, "more", f"{PEER}: all of them")
    handhelds = office.handhelds[: effort.of(stream.handhelds, 1)]
    for number in range(-1, effort.of(stream.rounds, 1)):
        requests: list[tuple[Handheld, Request]] = []
        for handheld in handhelds:
            route = office.next_route()
            day = islice(stream.day(route), effort.of(LONG, SHORT))
            envelopes = handheld.write(route, handheld.publish(route), day)
            requests += [(handheld, one) for one in handheld.requests(envelopes, stream.batch)]
        office.rest()
        office.catch_up()
        answers: list[bytes] = []
        sending = [one for _, one in requests]
        pushing = timed(lambda sending=sending, answers=answers: answers.extend(office.push(sending)))  # type: ignore[misc]
        following = timed(office.rest)
        rows = office.fresh_rows()
        parts = _by_request(rows, sending)
        rest = {table: values for table, values in rows.items() if table is not ENTRIES}
        entries = timed(lambda parts=parts: office.twin.insert(parts))  # type: ignore[misc]
        others = timed(lambda rest=rest: office.twin.insert([rest]))  # type: ignore[misc]
        sent = sum(one.events for one in sending)
        accepted = sum(h.accepted(one, answer) for (h, one), answer in zip(requests, answers, strict=True))
        key = f"{database.name.lower()} {stream.key}"
        findings.count(f"{key} sent", sent * stream.per_event)
        findings.count(f"{key} accepted", accepted * stream.per_event)
        findings.count(f"{key} in the ledger", len(rows[ENTRIES]) * stream.per_event)
        findings.count(f"{key} rows in the twin", sum(map(len, rows.values())))
        if number >= 0:
            samples = sent * stream.per_event
            received.ours.append(samples / pushing)
            received.peer.append(samples / entries)
            everything.ours.append(samples / (pushing + following))
            everything.peer.append(samples / (entries + others))


def _database(database: databases.Database, findings: Findings, effort: Effort) -> None:
    findings.versions[database.name] = database.version()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handover-bench-")))
        app = stack.enter_context(application(home, database.fresh()))
        twin = Twin(database.fresh())
        stack.callback(twin.close)
        office = Office(app, twin, effort.of(max(stream.handhelds for stream in STREAMS), 1))
        for stream in STREAMS:
            findings.say(f"{database.name}: {stream.what}")
            _stream(office, database, stream, findings, effort)
        key = database.name.lower()
        with app.app_context(), reading():
            checkpoint = ledger.latest_checkpoint()
            size, sealed = ledger.size(), checkpoint.size if checkpoint else 0
        findings.count(f"{key} ledger entries", size)
        findings.count(f"{key} sealed entries", sealed)
        findings.count(f"{key} ledger entries of the twin", twin.size(ENTRIES))
        findings.count(f"{key} reading rows", office.count(ReadingRow))
        findings.count(f"{key} position rows", office.count(PositionRow))
        findings.count(f"{key} anomalies", office.count(AnomalyRow))


def run(findings: Findings, effort: Effort) -> None:
    """SQLite, then PostgreSQL, where it is installed."""
    with databases.sqlite() as one:
        _database(one, findings, effort)
    try:
        with databases.postgresql() as other:
            _database(other, findings, effort)
    except Missing as missing:
        findings.say(str(missing))
        findings.versions["PostgreSQL"] = f"left out: {missing}"


MEASUREMENT = Measurement(
    "intake",
    "Sync intake",
    prose("""
    What handhelds send, taken in by the real application: signed requests through its own endpoint, each event's
    signature and chain link verified, written with a commit per request (SQLite `synchronous=FULL`, PostgreSQL with
    fsync). *Received* is the time until the last signed receipt; *received, projected and sealed* adds the worker:
    until every entry is in the views and in the tree under a signed checkpoint. Both happen one after the other
    here, in one process, so this is what one core does; in a deployment the worker runs beside the web. Signing on
    the handhelds is not in the time, nor is the network. A day is 10 stops with 3 lines of 3 packs, each pack
    scanned twice; readings come 60 an event, positions 24.
    """),
    prose("""
    The very rows that our round left behind, read back from our database as the driver gives them and inserted by
    the driver's `executemany` into an empty twin (same kind, same tables, indexes and settings) that grows with
    ours. The entries with one commit per request, because that is when a receipt may leave; views, readings,
    positions, tree and checkpoint then in one transaction, each row once. Left out are used-up nonces and the few
    rows that only move (heads of chains). It verifies nothing, asks nothing, and knows every row beforehand: it is
    the ceiling that the database sets.
    """),
    run,
)
