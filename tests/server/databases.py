"""Databases for tests: every database test runs on SQLite and on a throw-away PostgreSQL.

The PostgreSQL cluster is started once per test run (shared by parallel workers through a lock file) in a temporary folder,
as an ordinary user, and listens on a Unix socket there only.
"""

import fcntl
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
import pytest


def _programs() -> Path | None:
    found = shutil.which("pg_config")
    folder = Path(subprocess.check_output([found, "--bindir"], text=True).strip()) if found else Path("/nowhere")
    if (folder / "initdb").exists():
        return folder
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return candidates[-1].parent if candidates else None


class Cluster:
    """A throw-away PostgreSQL cluster."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        # PostgreSQL refuses to run as root; Debian's package brings the user it may run as
        self.user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else os.geteuid()

    def _run(self, *command: str) -> None:
        subprocess.run(
            [str(self.programs / command[0]), *command[1:]],
            check=True,
            user=self.user,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd="/",
        )

    def start(self) -> None:
        """Make and start it; it trusts whoever reaches its socket, and never syncs: it lives for minutes."""
        os.chown(self.folder, self.user, -1)
        self.folder.chmod(0o755)
        self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", "handover", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=60"
        self._run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-s",
            "-o",
            options,
            "-l",
            str(self.folder / "log"),
            "start",
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://handover@/{database}?host={self.folder}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database's URL; it is dropped afterwards."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(f"host={self.folder} user=handover dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        yield self.url(name)
        with psycopg.connect(f"host={self.folder} user=handover dbname=postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def shared_cluster(meeting_place: Path) -> Iterator[Cluster]:
    """One cluster for all parallel workers of a run: the first one starts it, the last one stops it."""
    programs = _programs()
    if programs is None:
        pytest.fail("PostgreSQL is not installed; `make test` installs it")
    lock = meeting_place / "postgresql.lock"
    users = meeting_place / "postgresql.users"
    place = meeting_place / "postgresql.folder"
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not place.exists():
            cluster = Cluster(Path(tempfile.mkdtemp(prefix="handover-pg-")), programs)
            cluster.start()
            place.write_text(str(cluster.folder))
        cluster = Cluster(Path(place.read_text()), programs)
        users.write_text(str(int(users.read_text() if users.exists() else "0") + 1))
    yield cluster
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        left = int(users.read_text()) - 1
        users.write_text(str(left))
        if left == 0:
            cluster.stop()
            place.unlink()
