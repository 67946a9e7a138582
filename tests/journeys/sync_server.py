"""The server of the sync property: the real application over a real database, in a house that can lose its power.

It dies at any statement or at a commit (the transaction is gone, files are not), starts again as a new application over the
same database, and runs out of disk. :class:`Witness` looks at the database from outside: only what is committed.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from driver_app.services.ports import Response
from server.accounts import operations as accounts
from server.accounts.models import User
from server.accounts.schemas import Role
from server.app import create_app
from server.context import make_context
from server.custody import ledger, operations
from server.custody.models import Device
from server.db import db
from server.fleet import operations as fleet
from server.fleet.schemas import CarrierData, DriverData
from server.planning import publish
from server.rowseal import RowSeal
from server.trace import journeys
from server.transaction import reading, transaction
from server.worker import Worker
from shared.clock import ManualClock
from shared.codes import own
from shared.custody.journey import Journey
from shared.work import Name, Route
from tests.journeys.sync_route import NIGHT, PIN, cheap_pin_hash, route
from tests.server.conftest import empty, make_config

DATABASE = "handover.sqlite"
BY = "test"
_FURNITURE = frozenset({"user_account", "carrier", "driver", "audit_row"})
"""Tables that a day leaves as they are."""


class ServerDied(BaseException):
    """The server's process is gone, and its transaction with it."""


class House:
    """One server: its folder, its database, its clock, and the application that runs just now."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.url = database_url or f"sqlite:///{folder / DATABASE}"
        self.clock = ManualClock(NIGHT)
        self.rng = random.Random(0)
        self.left: int | None = None
        self.full = ""
        self.spare = 0
        self._app: Flask | None = None
        self.restart()
        with self.app.app_context():
            empty(self.app)
            self._furnish()

    @property
    def app(self) -> Flask:
        assert self._app is not None
        return self._app

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    # its process -------------------------------------------------------------------------------------------------------

    def restart(self) -> None:
        """A new process over the same database and files."""
        self.close()
        ports = make_context(make_config(self.folder, self.url), self.clock, lambda n: self.rng.randbytes(n))
        self._app = create_app(ports=ports)
        self._client = self._app.test_client()
        self.worker = Worker(self._app)
        with self._app.app_context():
            engine = db.engine
        if self.sqlite:
            event.listen(engine, "connect", _hurried)
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "commit", self._before_commit)
        self._engine = engine

    def close(self) -> None:
        """Let go of the database."""
        if self._app is not None:
            with self._app.app_context():
                db.session.remove()
            self._engine.dispose()

    def _before_statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._burn()
        if self.full == "pages" and statement.startswith(("INSERT", "UPDATE")):
            self.spare -= 1
            if self.spare < 0:
                raise _disk_full(statement)

    def _before_commit(self, connection: Any) -> None:
        self._burn()
        if self.full == "log":
            # a commit that fails ends its transaction, on either database
            connection.connection.dbapi_connection.rollback()
            raise _disk_full("COMMIT")

    def _burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise ServerDied

    def _bury(self) -> None:
        """A dead process holds no connections."""
        self.left = None
        self._engine.dispose()

    def fill(self, what: str, spare: int = 0) -> None:
        """No room any more: for ``pages`` of the database (after ``spare`` more statements), for its ``log``, for ``blobs``;
        empty: there is room again."""
        blobs, aside = self.folder / "blobs", self.folder / "blobs.aside"
        if what == "blobs" and self.full != "blobs":
            blobs.mkdir(exist_ok=True)
            blobs.rename(aside)
            blobs.touch()
        elif self.full == "blobs" and what != "blobs":
            blobs.unlink()
            aside.rename(blobs)
        self.full, self.spare = what, spare

    # asked by handhelds ------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """A request, through the whole application.

        Raises:
            ServerDied: it died over it.
        """
        try:
            answer = self._client.open(path, method=method, headers=dict(headers), data=body)
        except ServerDied:
            self._bury()
            raise
        return Response(answer.status_code, dict(answer.headers), answer.get_data())

    # what people and workers do ------------------------------------------------------------------------------------------

    def _do(self, work: Callable[[], Any]) -> Any:
        with self.app.app_context(), transaction():
            return work()

    def _furnish(self) -> None:
        with transaction():
            account, _ = accounts.add_user(name="wang", role=Role.DRIVER, display=Name("王师傅", "Mr Wang"), by=BY)
            db.session.execute(select(User).where(User.id == account.id)).scalar_one().pin_hash = cheap_pin_hash(PIN)
            carrier = fleet.add_carrier(CarrierData(Name("承运", "Carrier")), by=BY)
            data = DriverData(carrier, account.id, Name("王师傅", "Mr Wang"))
            self.driver_id = fleet.add_driver(data, by=BY)

    def enrolment_text(self, url: str = "") -> str:
        """A fresh code for a new handheld; ``url`` is where this server is, where that is not as configured."""
        text: str = self._do(lambda: operations.enrolment_text(by=BY))
        if url:
            code = own.parse(text)
            assert isinstance(code, own.Enrolment)
            text = msgspec.structs.replace(code, url=url).text
        return text

    def publish(self, device: str, given: Route | None = None) -> None:
        """Give a route to a handheld: the small one, where no other is given."""
        self._do(lambda: publish.publish(given or route(self.driver_id), device_id=device, by=BY))

    def revoke(self, device: str) -> None:
        """Take a handheld's right to write."""
        self._do(lambda: operations.revoke_device(device, reason="lost", by=BY))

    def seal(self) -> None:
        """Sign a checkpoint over what is there, as the worker does. It may die over it, too."""
        try:
            self._do(ledger.seal)
        except ServerDied:
            self._bury()
        except OperationalError:
            assert self.full

    def told(self, route_id: str) -> Journey | None:
        """The journey of a route as the ledger tells it."""
        with self.app.app_context(), reading():
            told = journeys.tell(route_id)
        return None if told is None else told.journey

    def blob(self, digest: str) -> bytes | None:
        """A complete blob's bytes."""
        with self.app.app_context():
            return operations.read_blob(digest)

    # the same house again --------------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Keep database and blobs as they are."""
        self.close()
        folder.mkdir(parents=True)
        shutil.copyfile(self.folder / DATABASE, folder / DATABASE)
        if (self.folder / "blobs").exists():
            shutil.copytree(self.folder / "blobs", folder / "blobs")

    def load(self, folder: Path) -> None:
        """Begin from what was kept. The database is copied page by page under the open connections, which is much cheaper
        than opening it anew."""
        self.fill("")
        self.left = None
        with (
            closing(sqlite3.connect(folder / DATABASE)) as kept,
            closing(sqlite3.connect(self.folder / DATABASE)) as live,
        ):
            kept.backup(live)
        shutil.rmtree(self.folder / "blobs", ignore_errors=True)
        if (folder / "blobs").exists():
            shutil.copytree(folder / "blobs", self.folder / "blobs")
        self.worker = Worker(self.app)

    def clear(self) -> None:
        """Begin with an empty ledger: for databases that are no file."""
        self.fill("")
        self.left = None
        with self.app.app_context():
            db.session.remove()
            with db.engine.begin() as connection:
                connection.execute(RowSeal.__table__.delete().where(RowSeal.table.not_in(_FURNITURE)))  # type: ignore[attr-defined]
                for table in reversed(db.metadata.sorted_tables):
                    if table.name not in _FURNITURE | {"row_seal"}:
                        connection.execute(table.delete())
        shutil.rmtree(self.folder / "blobs", ignore_errors=True)
        self.worker = Worker(self.app)

    def device_ids(self) -> list[str]:
        """The handhelds there are."""
        with self.app.app_context(), reading():
            return [row.id for row in db.session.execute(select(Device)).scalars() if row.id != operations.OWN_DEVICE]


def _hurried(connection: Any, _record: object) -> None:
    # a death of the process, unlike one of the machine, needs no fsync to be survived
    connection.execute("PRAGMA synchronous=OFF")


def _disk_full(statement: str) -> OperationalError:
    return OperationalError(statement, {}, sqlite3.OperationalError("database or disk is full"))


class Witness:
    """Looks into a house's database through a connection of its own."""

    def __init__(self, house: House) -> None:
        self._connection: Any
        if house.sqlite:
            self._connection = sqlite3.connect(house.folder / DATABASE, isolation_level=None)
        else:
            name = make_url(house.url).set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(name, autocommit=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, of what is committed."""
        found: list[tuple[Any, ...]] = self._connection.execute(query).fetchall()
        return found

    def entries(self, device: str) -> list[tuple[int, str, int, bytes]]:
        """(index, name, number, envelope) of everything a handheld has in the ledger, in ledger order."""
        query = (
            f'SELECT "index", sha256, seq, envelope FROM ledger_entry WHERE device_id = \'{device}\' ORDER BY "index"'
        )
        return [(index, name, seq, bytes(envelope)) for index, name, seq, envelope in self.rows(query)]

    def places(self, device: str) -> dict[str, int]:
        """The index of each of a handheld's events."""
        return dict(self.rows(f"SELECT sha256, \"index\" FROM ledger_entry WHERE device_id = '{device}'"))

    def sealed(self) -> int:
        """How many entries the newest checkpoint covers."""
        size: int = self.rows("SELECT coalesce(max(size), 0) FROM checkpoint")[0][0]
        return size

    def whole_blobs(self) -> set[str]:
        """The blobs that the server says it has."""
        return {row[0] for row in self.rows("SELECT sha256 FROM blob WHERE completed_at IS NOT NULL")}

    def quarantined(self) -> int:
        """How many envelopes were set aside."""
        count: int = self.rows("SELECT count(*) FROM quarantined")[0][0]
        return count

    def close(self) -> None:
        """Stop looking."""
        self._connection.close()
