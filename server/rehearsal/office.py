"""What the office does in a rehearsal: set up, plan, publish, and afterwards gather the proofs. Everything through the same
operations as the pages; nothing is written around them."""

import time
from dataclasses import dataclass
from datetime import date
from datetime import time as clock_time
from pathlib import Path

from flask import Flask

from server.app import create_app
from server.commands.keeping import upgrade_database_at
from server.config import Config
from server.custody import ledger, operations
from server.db import db
from server.orders import operations as orders
from server.orders.schemas import Rejected
from server.planning import keeping, publish, urgent
from server.planning.day import Choice as Chosen
from server.planning.day import day_problem
from server.planning.insertion import Choice
from server.planning.operations import make_plan, measure
from server.proof import operations as proofs
from server.rehearsal.processes import Failed
from server.rehearsal.seed import BY, NotImported, Seeded, seed
from server.trace import operations as trace
from server.trace.models import LineView, StopView
from server.transaction import reading, transaction
from shared.custody.journey import StopPhase
from shared.work import Route

PLAN_SECONDS = 3.0
"""Seconds (s) the planner searches."""
PATIENCE = 30.0
"""Real seconds (s) the views are waited for."""


@dataclass(frozen=True)
class Concluded:
    """A stop as it ended, with its lines and its proof's bundle."""

    stop: StopView
    lines: tuple[LineView, ...]
    bundle: Path | None


@dataclass(frozen=True)
class Inserted:
    """An urgent order in its place: the route as published, and what was asked and chosen."""

    route: Route
    asked: urgent.Asked
    choice: Choice

    @property
    def order_id(self) -> str:
        return self.asked.order.consignment.id


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
            choice = Chosen(
                day,
                seeded.depot_id,
                (seeded.vehicle_id,),
                (seeded.driver_id,),
                seeded.consignments,
                start=clock_time(7, 0),
            )
            problem = measure(day_problem(choice))
            plan = make_plan(problem, PLAN_SECONDS, seed=1)
            kept = keeping.kept_plan(keeping.keep_plan(problem, plan, day=day, by=BY))
            route_id, _ = kept.routes[0]
            publish.publish_together([publish.Wanted(route_id, device_id)], by=BY)
            return publish.published_route(route_id)

    def take_along(self, route_id: str, stop_id: str, notes: bytes, device_id: str) -> Inserted | None:
        """An urgent delivery note, imported while the route runs, put where it costs least and breaks nothing, published as
        the route's next version; ``None`` where nobody can take it along. The views have to tell first that ``stop_id`` is
        signed."""
        with self.app.app_context():
            self._until_signed(stop_id)
            with transaction():
                report = orders.import_orders(notes, "urgent.csv", by=BY)
            if isinstance(report, Rejected):
                raise NotImported(report)
            with reading():
                kept, _ = keeping.planned_route(route_id)
                asked = urgent.ask(kept, report.consignments[0])
            choice = next(iter(asked.choices.choices), None)
            if choice is None or not choice.holds:
                return None
            with transaction():
                urgent.take(asked, choice, by=BY)
                publish.publish_together([publish.Wanted(route_id, device_id)], by=BY)
                route = publish.published_route(route_id)
            return Inserted(route, asked, choice)

    @staticmethod
    def _until_signed(stop_id: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with reading():
                view = trace.stop(stop_id)
                if view is not None and view.phase in (StopPhase.SIGNED.value, StopPhase.FAILED.value):
                    return
            time.sleep(0.1)
        raise Failed(f"the views do not know of the handover at {stop_id}")

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
