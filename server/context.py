"""What an operation may need besides the database: time, ids, the server's key, and where blobs are."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import msgspec
from flask import current_app

from server.config import Config
from server.passwords import Passwords
from shared.clock import Clock, Pace, PacedClock
from shared.ids import Ids, Randomness
from shared.keys import KeySigner, Signer


class SystemClock:
    """The machine's clock: the only place in the server that asks for the time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return monotonic()


class PaceFile:
    """The pace of a rehearsal's clock, from the file that all its processes share; read again whenever it changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = -1
        self._pace: Pace | None = None

    def read(self) -> Pace:
        changed = self._path.stat().st_mtime_ns
        if self._pace is None or changed != self._seen:
            self._pace = msgspec.json.decode(self._path.read_bytes(), type=Pace)
            self._seen = changed
        return self._pace


@dataclass(frozen=True)
class Context:
    """The ports of one application."""

    config: Config
    clock: Clock
    randomness: Randomness
    ids: Ids
    signer: Signer
    passwords: Passwords


def make_context(
    config: Config,
    clock: Clock | None = None,
    randomness: Randomness = secrets.token_bytes,
    passwords: Passwords | None = None,
) -> Context:
    """The ports for ``config``: the system's clock, or the faster one of a rehearsal, unless a test brings its own."""
    if clock is None:
        clock = SystemClock()
        if config.rehearsal is not None:
            clock = PacedClock(clock, PaceFile(config.rehearsal).read)
    signer = KeySigner(config.server_key)
    return Context(config, clock, randomness, Ids(clock, randomness), signer, passwords or Passwords())


def context() -> Context:
    """The ports of the current application."""
    ports: Context = current_app.extensions["handover"]
    return ports
