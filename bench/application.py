"""The real application over an empty database, and handhelds that talk to it as the real ones do."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from flask import Flask

from server.app import create_app
from server.commands.keeping import upgrade_database_at
from server.config import Config
from server.context import make_context
from server.custody import operations
from server.db import db
from server.transaction import transaction
from shared import sync
from shared.custody import events as e
from shared.custody.chain import ChainState, write_record
from shared.custody.envelope import Envelope
from shared.custody.journey import Journey
from shared.keys import KeySigner
from shared.work import Route

BATCH_BYTES = 512 * 1024
"""A handheld's push is cut there (driver_app/services/outbox.py)."""


def config(home: Path, url: str) -> Config:
    """A configuration with fixed keys; name and key of the ledger are those of the synthetic day of the proof tests."""
    return Config(
        home=home,
        database_url=url,
        organisation="合成医药物流",
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


@contextmanager
def application(home: Path, url: str) -> Iterator[Flask]:
    """The application with the system's clock, over an empty database in the form of this version."""
    upgrade_database_at(url)
    app = create_app(ports=make_context(config(home, url)))
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@dataclass(frozen=True)
class Request:
    """A signed request, ready to be sent."""

    path: str
    headers: dict[str, str]
    body: bytes
    nonce: str
    events: int


class Handheld:
    """An enrolled device. It writes ahead and sends later, like one that was out of reach."""

    def __init__(self, app: Flask, number: int) -> None:
        self._app = app
        self.signer = KeySigner(number.to_bytes(32, "big"))
        with app.app_context(), transaction():
            code = operations.new_enrolment_code(by="bench")
        with app.app_context(), transaction():
            self.enrolled = operations.enrol(sync.Enrol(code, self.signer.public_key(), f"HH-{number:03d}"))
        self.device = self.enrolled.device
        self._state = ChainState(self.device)
        self._pushes = 0

    def publish(self, route: Route) -> str:
        """The office gives this handheld a route; the hash of the record that says so."""
        with self._app.app_context(), transaction():
            return operations.append_own(e.RoutePublished(route, self.device, "bench"), actor="bench")

    def write(self, route: Route, published: str, day: Iterable[tuple[e.KnownEvent, datetime]]) -> list[Envelope]:
        """Sign and chain a day's events.

        Raises:
            Refused: one of them could not have happened; the made-up day is wrong.
        """
        journey, shown, found = Journey(route), "", []
        for event, at in day:
            if isinstance(event, e.ShiftStarted):
                event = msgspec.structs.replace(event, published=published)
            elif isinstance(event, e.HandoverSigned):
                event = msgspec.structs.replace(event, shown=shown)
            mono = round((at - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
            envelope, self._state = write_record(
                self._state, event, self.signer, at=at, mono=mono, offset=0, app="bench", actor=route.driver.id
            )
            if isinstance(event, e.VerdictShown):
                shown = envelope.sha256
            journey = journey.apply(event, at, envelope.sha256)
            found.append(envelope)
        return found

    def requests(self, envelopes: Sequence[Envelope], most: int = sync.MAX_BATCH) -> list[Request]:
        """Signed pushes of at most ``most`` events, cut as the handheld's outbox cuts them."""
        found: list[Request] = []
        batch: list[Envelope] = []
        size = 0
        for envelope in envelopes:
            length = len(envelope.encode())
            if batch and (len(batch) == most or size + length > BATCH_BYTES):
                found.append(self._request(batch))
                batch, size = [], 0
            batch.append(envelope)
            size += length
        return [*found, self._request(batch)] if batch else found

    def _request(self, batch: Sequence[Envelope]) -> Request:
        self._pushes += 1
        nonce, path = f"bench-{self._pushes:010d}", "/sync/events"
        body = msgspec.json.encode(sync.Push(self.device, nonce, tuple(batch)))
        headers = sync.request_headers(
            self.signer, method="POST", path=path, body=body, device=self.device, at=datetime.now(UTC), nonce=nonce
        )
        return Request(path, headers, body, nonce, len(batch))

    def accepted(self, request: Request, answer: bytes) -> int:
        """How many events a receipt says were accepted, if it may be believed.

        Raises:
            Refused: the answer is not the server's receipt for this request.
        """
        receipt = sync.open_receipt(answer, self.enrolled.server_key, device=self.device, nonce=request.nonce)
        return len(receipt.accepted) if isinstance(receipt, sync.Receipt) else 0
