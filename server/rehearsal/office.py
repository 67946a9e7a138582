"""What the office does in a rehearsal: set up, plan, publish, and afterwards gather the proofs. Everything through the same
operations as the pages; nothing is written around them."""

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from flask import Flask

from server.app import create_app
from server.commands.keeping import upgrade_database_at
from server.config import Config
from server.custody import ledger, operations
from server.db import db
from server.planning import building, keeping, publish
from server.planning.day import Choice, day_problem
from server.planning.operations import make_plan
from server.proof import operations as proofs
from server.rehearsal.seed import BY, Seeded, seed
from server.trace import operations as trace
from server.trace.models import LineView, StopView
from server.transaction import reading, transaction
from shared.work import Route

PLAN_SECONDS = 3.0
"""Seconds (s) the planner searches."""


@dataclass(frozen=True)
class Concluded:
    """A stop as it ended, with its lines and its proof's bundle."""

    stop: StopView
    lines: tuple[LineView, ...]
    bundle: Path | None


class Office:
    """The server's side of the desk, in this process, beside the running server."""

    def __init__(self, config: Config) -> None:
        upgrade_database_at(config.database_url)
        self.app: Flask = create_app(config)

    def prepare(self, day: date, notes: bytes, filename: str) -> Seeded:
        """People, fleet, sites and delivery notes."""
        with self.app.app_context(), transaction():
            return seed(day, notes, filename)

    def enrolment_text(self) -> str:
        """What the QR code for the handheld says."""
        with self.app.app_context(), transaction():
            return operations.enrolment_text(by=BY)

    def enrolled_device(self) -> str | None:
        """The handheld, once it is enrolled."""
        with self.app.app_context(), reading():
            devices = operations.devices()
            return devices[0].id if devices else None

    def plan_and_publish(self, seeded: Seeded, day: date, device_id: str) -> Route:
        """The day's plan, checked, and its route given to the handheld."""
        with self.app.app_context(), transaction():
            choice = Choice(
                day, seeded.depot_id, (seeded.vehicle_id,), (seeded.driver_id,), seeded.consignments, start=time(7, 0)
            )
            problem = day_problem(choice)
            plan = make_plan(problem, PLAN_SECONDS, seed=1)
            plan_id = keeping.keep_plan(problem, plan, day=day, by=BY)
            kept = keeping.kept_plan(plan_id)
            route_id, planned = kept.routes[0]
            assert problem.origin is not None
            route = building.build_route(
                planned,
                route_id=route_id,
                version=1,
                day=day,
                origin=problem.origin,
                roads=plan.roads,
                driver_id=seeded.driver_id,
            )
            publish.publish(route, device_id=device_id, by=BY)
            return route

    def settled(self) -> bool:
        """Whether everything received is in the views and sealed."""
        with self.app.app_context(), reading():
            checkpoint = ledger.latest_checkpoint()
            size = ledger.size()
            return checkpoint is not None and checkpoint.size == size == trace.position()

    def conclude(self, route_id: str, folder: Path) -> list[Concluded]:
        """Every stop with its lines; the proof of each written into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        found = []
        with self.app.app_context(), reading():
            for stop in trace.stops_of(route_id):
                bundle = None
                if stop.proof_id is not None:
                    bundle = folder / f"{stop.number:02d}-{stop.proof_id[:12]}.zip"
                    bundle.write_bytes(proofs.build_bundle(stop.proof_id))
                found.append(Concluded(stop, tuple(trace.lines_of(stop.stop_id)), bundle))
            db.session.expunge_all()  # they are shown after the session is over
        return found
