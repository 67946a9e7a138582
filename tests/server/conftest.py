"""Fixtures of the server's tests: an application on each database, with a clock that stands still."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import MetaData

from server.app import create_app
from server.config import Config
from server.context import Context, make_context
from server.db import db
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
    return make_context(make_config(tmp_path, database_url), clock, random.Random(7).randbytes)


@pytest.fixture
def app(ports: Context) -> Iterator[Flask]:
    """The application over an empty database."""
    application = create_app(ports=ports)
    with application.app_context():
        empty(application)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def empty(_application: Flask) -> None:
    """All tables, with nothing in them."""
    db.create_all()
    metadata: MetaData = db.metadata
    with db.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
