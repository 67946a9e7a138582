"""A handheld as the server sees it: a key, a chain, and signed requests through Flask's test client."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import count

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.custody import operations
from server.transaction import transaction
from shared import sync
from shared.clock import Clock
from shared.custody.chain import ChainState, write_record
from shared.custody.envelope import Envelope
from shared.custody.events import KnownEvent
from shared.keys import KeySigner


class Handheld:
    """An enrolled device with an empty chain."""

    def __init__(self, app: Flask, clock: Clock, *, seed: bytes = b"h" * 32, name: str = "HH-01") -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.clock = clock
        self.signer = KeySigner(seed)
        self._nonces = count(1)
        with app.app_context(), transaction():
            code = operations.new_enrolment_code(by="test")
        body = msgspec.json.encode(sync.Enrol(code, self.signer.public_key(), name))
        response = self.client.post("/sync/enrol", data=body)
        assert response.status_code == 200, response.get_data(as_text=True)
        self.enrolled = msgspec.json.decode(response.get_data(), type=sync.Enrolled)
        self.device = self.enrolled.device
        self.state = ChainState(self.device)

    def write(self, event: KnownEvent, at: datetime | None = None) -> Envelope:
        """The next link of the chain, not sent yet."""
        envelope, self.state = write_record(
            self.state,
            event,
            self.signer,
            at=at or self.clock.now(),
            mono=int(self.clock.monotonic() * 1000),
            offset=0,
            app="test",
            actor="driver-1",
        )
        return envelope

    def nonce(self) -> str:
        return f"nonce-{next(self._nonces):08d}"

    def request(
        self, method: str, path: str, body: bytes = b"", *, nonce: str | None = None, at: datetime | None = None
    ) -> TestResponse:
        """A signed request."""
        headers = sync.request_headers(
            self.signer,
            method=method,
            path=path,
            body=body,
            device=self.device,
            at=at or self.clock.now(),
            nonce=nonce or self.nonce(),
        )
        return self.client.open(path, method=method, data=body, headers=headers)

    def push(self, envelopes: Sequence[Envelope]) -> sync.Receipt:
        """Send events; the receipt, if it may be believed."""
        nonce = self.nonce()
        body = msgspec.json.encode(sync.Push(self.device, nonce, tuple(envelopes)))
        response = self.request("POST", "/sync/events", body, nonce=nonce)
        assert response.status_code == 200, response.get_data(as_text=True)
        receipt = sync.open_receipt(response.get_data(), self.enrolled.server_key, device=self.device, nonce=nonce)
        assert isinstance(receipt, sync.Receipt)
        return receipt

    def upload(self, data: bytes, *, chunk: int = 1 << 20) -> str:
        """Send a blob in pieces; its name."""
        digest = sha256(data).hexdigest()
        for offset in range(0, len(data), chunk):
            path = f"/sync/blobs/{digest}?offset={offset}&size={len(data)}"
            response = self.request("PUT", path, data[offset : offset + chunk])
            assert response.status_code in (200, 201), response.get_data(as_text=True)
        return digest


def problem_of(response: TestResponse) -> int:
    """The number of the problem in an answer."""
    return msgspec.json.decode(response.get_data(), type=sync.Refusal).problem.number
