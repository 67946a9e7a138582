"""Fixtures of the server's tests: an application on each database, with a clock that stands still."""

import atexit
import random
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import MetaData, create_engine, text

from server.app import create_app
from server.config import Config
from server.context import Context, make_context
from server.db import db
from server.passwords import Passwords
from shared.clock import ManualClock
from tests.server.databases import Cluster, shared_cluster

MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
"""08:00 in Beijing."""


def make_config(home: Path, database_url: str) -> Config:
    """A configuration for tests: fixed keys, so that what is signed is the same every time."""
    return Config(
        home=home,
        database_url=database_url,
        organisation="京东方药业 (test)",
        origin="handover.test/ledger",
        base_url="http://127.0.0.1:8000",
        tiles_url="",
        tiles_attribution="",
        tiles_datum="wgs84",
        secure_cookies=False,
        rehearsal=None,
        secret_key=b"s" * 32,
        server_key=b"k" * 32,
    )


def cheap_passwords() -> Passwords:
    """The real algorithm at its least cost: there is nothing to guess in a test."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    base = tmp_path_factory.getbasetemp()
    # under xdist each worker has its own folder below the run's
    meeting_place = base.parent if base.name.startswith("popen-") else base
    with shared_cluster(meeting_place) as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_url(cluster: Cluster) -> Iterator[str]:
    """One database for the whole session; tests empty it before use."""
    with cluster.database() as url:
        yield url


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'handover.sqlite'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def ports(tmp_path: Path, database_url: str, clock: ManualClock) -> Context:
    return make_context(make_config(tmp_path, database_url), clock, random.Random(7).randbytes, cheap_passwords())


@pytest.fixture
def app(ports: Context) -> Iterator[Flask]:
    """The application over an empty database."""
    application = create_app(ports=ports)
    application.jinja_env.bytecode_cache = _COMPILED
    with application.app_context():
        empty(application)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


class _Compiled(BytecodeCache):
    """Templates that were compiled in this process: every test has an application of its own, all have the same pages."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()
_made: set[str] = set()
"""Databases in which all tables were made by this process."""
_template: list[Path] = []


def empty(application: Flask) -> None:
    """All tables, with nothing in them. Making forty tables takes longer than most tests: it is done once, then copied
    (SQLite) or emptied (PostgreSQL)."""
    metadata: MetaData = db.metadata
    url = application.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("sqlite"):
        _copy_of_the_first(Path(url.removeprefix("sqlite:///")))
        return
    if url not in _made:
        db.create_all()
        _made.add(url)
    everything = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))
    with db.engine.begin() as connection:
        connection.execute(text(everything))


def _copy_of_the_first(path: Path) -> None:
    if not _template:
        folder = Path(tempfile.mkdtemp(prefix="handover-empty-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        engine = create_engine(f"sqlite:///{folder / 'empty.sqlite'}")
        db.metadata.create_all(engine)
        engine.dispose()
        _template.append(folder / "empty.sqlite")
    shutil.copyfile(_template[0], path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
