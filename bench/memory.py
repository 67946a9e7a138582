"""What server and app have in memory, beside a bare Flask application and a bare Kivy app."""

import tempfile
import time
from itertools import islice
from pathlib import Path

from flask import Flask

from bench import history
from bench.application import Handheld, Request
from bench.harness import Effort, Findings, Measurement, Series, prose
from bench.midday import prepare
from bench.processes import LONGEST, MIB, Memory, free_port, serving
from bench.screens import display, open_window
from server.app import create_app
from server.config import load
from server.context import make_context
from server.custody import ledger
from server.db import db
from server.trace import operations as trace
from server.transaction import reading

VEHICLES = 5
HOURS_DRIVEN = 8
"""Of a vehicle's day, positions each 5 s."""
UNIT = "MiB"
FLASK = "bare Flask under the same gunicorn"
KIVY = "Kivy app with one Label"


def _day(app: Flask, effort: Effort) -> tuple[list[tuple[Handheld, Request]], int]:
    """A day's requests of some handhelds, and how many events are in them."""
    requests: list[tuple[Handheld, Request]] = []
    for number in range(effort.of(VEHICLES, 1)):
        handheld = Handheld(app, number + 1)
        route = history.make_route(number + 1)
        published = handheld.publish(route)
        envelopes = handheld.write(route, published, islice(history.shift(route), effort.of(100_000, 30)))
        envelopes += handheld.write(route, published, history.readings(route))
        for _ in range(effort.of(HOURS_DRIVEN, 1)):
            envelopes += handheld.write(route, published, history.positions(route))
        requests += [(handheld, request) for request in handheld.requests(envelopes)]
    return requests, sum(request.events for _, request in requests)


def _settled(app: Flask) -> int:
    """How many entries there are, once all of them are in the views and sealed.

    Raises:
        RuntimeError: the worker does not get there.
    """
    end = time.monotonic() + 5 * LONGEST
    while time.monotonic() < end:
        with app.app_context(), reading():
            size, checkpoint = ledger.size(), ledger.latest_checkpoint()
            if checkpoint is not None and checkpoint.size == size == trace.position():
                return size
        time.sleep(0.2)
    raise RuntimeError("the worker did not come to rest")


def _ours(findings: Findings, effort: Effort) -> tuple[dict[str, Memory], dict[str, Memory], list[Request]]:
    """`handover serve` with its worker on SQLite: after the start, and after a day."""
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as folder:
        environment, port = {"HANDOVER_HOME": folder}, free_port()
        with serving(["server.cli", "serve", "--port", str(port)], port, environment) as server:
            start = server.memory()
            app = create_app(ports=make_context(load(environment)))
            requests, events = _day(app, effort)
            answers = server.send([request for _, request in requests])
            accepted = sum(h.accepted(r, answer) for (h, r), answer in zip(requests, answers, strict=True))
            before = len({handheld.device for handheld, _ in requests}) * 2
            findings.count("events sent", events)
            findings.count("events accepted", accepted)
            # every handheld's enrolment and route are entries of the server's own
            findings.count("events in views and under a seal", _settled(app) - before)
            after = server.memory()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
    return start, after, [request for _, request in requests]


def _bare(requests: list[Request]) -> tuple[dict[str, Memory], dict[str, Memory]]:
    port = free_port()
    with serving(["bench.child_flask", str(port)], port, {}) as server:
        start = server.memory()
        server.send(requests)
        return start, server.memory()


def _share(processes: dict[str, Memory]) -> float:
    return sum(one.share for one in processes.values())


def _server(findings: Findings, effort: Effort) -> None:
    def begin(what: str) -> Series:
        return findings.begin(what, UNIT, "less", FLASK)

    started = begin("web process, after the start")
    filled = begin("web process, after a day")
    peak = begin("web process, at most")
    worker = begin("worker process, after a day (beside a web process)")
    together = begin("all processes, shared pages once, after a day")
    for number in range(effort.of(3, 1)):
        findings.say(f"server and bare Flask, {number + 1}")
        start, after, requests = _ours(findings, effort)
        bare_start, bare_after = _bare(requests)
        started.ours.append(start["web"].rss)
        started.peer.append(bare_start["web"].rss)
        filled.ours.append(after["web"].rss)
        filled.peer.append(bare_after["web"].rss)
        peak.ours.append(after["web"].peak)
        peak.peer.append(bare_after["web"].peak)
        worker.ours.append(after["worker"].rss)
        worker.peer.append(bare_after["web"].rss)
        together.ours.append(_share(after))
        together.peer.append(_share(bare_after))


def _app(findings: Findings, effort: Effort) -> None:
    findings.say("app and bare Kivy")
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as place, display() as name:
        folder = Path(place)
        prepare(folder / "midday")
        for what, data in (("not enrolled", folder / "app"), ("in the middle of a day", folder / "midday")):
            shown = findings.begin(f"app {what}, on its first screen", UNIT, "less", KIVY)
            peak = findings.begin(f"app {what}, at most until then", UNIT, "less", KIVY)
            for number in range(-1, effort.of(5, 1)):
                ours, bare = open_window("app", data, name), open_window("bare", folder / "bare", name)
                if number >= 0:
                    shown.ours.append(ours.rss / MIB)
                    shown.peer.append(bare.rss / MIB)
                    peak.ours.append(ours.peak / MIB)
                    peak.peer.append(bare.peak / MIB)


def run(findings: Findings, effort: Effort) -> None:
    """The server, then the app."""
    _server(findings, effort)
    _app(findings, effort)


MEASUREMENT = Measurement(
    "memory",
    "Memory",
    prose("""
    What the processes have in physical memory (Linux: resident set, its high-water mark, and for all processes
    together the proportional share, which counts a shared page once). The server is `handover serve` on SQLite, one
    web process with 24 threads and its worker, right after the start and after a day of 5 vehicles sent over
    loopback and brought to rest: every event in the views and under a seal. The app is the one of *time to the
    first screen*, in both states.
    """),
    prose("""
    For the server: a Flask application of one function, under the same gunicorn with the same settings, that was
    sent the same requests. It stands beside the worker as well, for want of a program that does nothing but follow.
    For the app: the Kivy app with one Label. The differences are what our code, SQLAlchemy, cryptography and the
    rest take.
    """),
    run,
)
