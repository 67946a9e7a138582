"""Empty databases for a measurement: SQLite, and a throw-away PostgreSQL that syncs to disk as a real one does.

Tests have a cluster of their own that never syncs (tests/server/databases.py). Here that would be a lie: an entry counts as
received when it is durable.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.harness import Missing


class Sqlite:
    """Files in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def version(self) -> str:
        import sqlite3

        return sqlite3.sqlite_version

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        return f"sqlite:///{self._folder / uuid.uuid4().hex}.sqlite"


class Postgresql:
    """A cluster of its own, reached through a socket in its folder."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(f"host={self._folder} user=handover dbname=postgres", autocommit=True)

    def version(self) -> str:
        with self._connect() as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else "?"

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        name = f"b{uuid.uuid4().hex}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://handover@/{name}?host={self._folder}"


Database = Sqlite | Postgresql


@contextmanager
def sqlite() -> Iterator[Sqlite]:
    """SQLite in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="handover-bench-") as folder:
        yield Sqlite(Path(folder))


def _programs() -> Path:
    found = shutil.which("pg_config")
    folders = [Path(subprocess.check_output([found, "--bindir"], text=True).strip())] if found else []
    folders += [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    raise Missing("PostgreSQL is not installed; `make setup` installs it")


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """A cluster that is gone afterwards, with PostgreSQL's own defaults: fsync on, commits synchronous.

    Raises:
        Missing: PostgreSQL is not installed.
    """
    programs = _programs()
    # PostgreSQL refuses to run as root; Debian's package brings the user it may run as
    user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else os.geteuid()
    folder = Path(tempfile.mkdtemp(prefix="handover-bench-pg-"))
    os.chown(folder, user, -1)
    folder.chmod(0o755)
    data = str(folder / "data")

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", data, *arguments]
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/")

    try:
        run("initdb", "-A", "trust", "-U", "handover", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
        run("pg_ctl", "-w", "-s", "-o", options, "-l", str(folder / "log"), "start")
        try:
            yield Postgresql(folder)
        finally:
            run("pg_ctl", "-m", "immediate", "-s", "stop")
    finally:
        shutil.rmtree(folder)
