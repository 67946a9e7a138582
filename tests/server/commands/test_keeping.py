"""A backup is everything, can be taken anywhere, and holds; the database has the form that the models have."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine

import server.models  # noqa: F401  # every table
from server.commands.keeping import postgresql_environment, upgrade_database_at
from server.db import db
from tests.server.databases import Cluster
from tests.server.proof.day import Day
from tests.server.store import project, store


@pytest.fixture(scope="module")
def day() -> Day:
    day = Day()
    day.begin()
    day.first_stop()
    return day


def handover(home: Path, database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own, as an operator runs it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
    settings = {"HANDOVER_HOME": str(home), "HANDOVER_DATABASE_URL": database_url, "HANDOVER_LANGUAGE": "en"}
    command = [sys.executable, "-m", "server.cli", *arguments]
    return subprocess.run(command, env=own | settings, capture_output=True, text=True, check=False)


@pytest.fixture
def home(app: Flask, day: Day, tmp_path: Path, database_url: str) -> Path:
    """A home with a day in it; its keys are files, as a server's are."""
    with app.app_context():
        store(day)
        project()
        db.session.remove()
        db.engine.dispose()
    (tmp_path / "server.key").write_bytes(b"k" * 32)
    (tmp_path / "secret.key").write_bytes(b"s" * 32)
    (tmp_path / "origin").write_text("handover.test/ledger\n")
    return tmp_path


def test_a_backup_brought_to_another_machine_holds_in_every_part(
    home: Path, database_url: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    kept, elsewhere = tmp_path_factory.mktemp("backup"), tmp_path_factory.mktemp("elsewhere")
    done = handover(home, database_url, "backup", str(kept))
    assert done.returncode == 0, done.stderr
    if database_url.startswith("sqlite"):
        check_restored(kept, elsewhere, f"sqlite:///{elsewhere / 'handover.sqlite'}")
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        with cluster.database() as url:
            check_restored(kept, elsewhere, url)


def check_restored(kept: Path, elsewhere: Path, url: str) -> None:
    restored = handover(elsewhere, url, "restore", str(kept))
    assert restored.returncode == 0, restored.stderr
    found = handover(elsewhere, url, "fsck")
    assert (found.returncode, found.stdout) == (0, "everything holds\n"), found.stdout


def test_a_backup_with_one_byte_changed_is_not_restored(home: Path, database_url: str, tmp_path: Path) -> None:
    kept, elsewhere = tmp_path / "kept", tmp_path / "elsewhere"
    assert handover(home, database_url, "backup", str(kept)).returncode == 0
    blob = next(path for path in sorted((kept / "blobs").rglob("*")) if path.is_file())
    blob.write_bytes(bytes([blob.read_bytes()[0] ^ 1]) + blob.read_bytes()[1:])
    done = handover(elsewhere, database_url, "restore", str(kept))
    assert done.returncode == 1
    assert blob.name in done.stderr
    assert list(elsewhere.iterdir()) == []


def test_nothing_is_restored_over_what_is_there(home: Path, database_url: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert handover(home, database_url, "backup", str(kept)).returncode == 0
    shutil.rmtree(kept / "blobs")
    done = handover(home, database_url, "restore", str(kept))
    assert done.returncode == 1
    assert "is not empty" in done.stderr


def test_the_password_of_the_database_is_on_no_command_line() -> None:
    url = "postgresql+psycopg://handover:hun%40ter2@db.example:5433/ledger?sslmode=verify-full"
    assert postgresql_environment(url) == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "handover",
        "PGPASSWORD": "hun@ter2",
        "PGDATABASE": "ledger",
        "PGSSLMODE": "verify-full",
    }


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_migrations_lead_to_the_form_the_models_have(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if engine == "sqlite":
        check_form(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.database() as url:
        check_form(url)


def check_form(url: str) -> None:
    upgrade_database_at(url)
    fresh = create_engine(url)
    with fresh.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
    fresh.dispose()
