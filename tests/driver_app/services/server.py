"""The other end of the wire, as thin as it can be: built on :mod:`shared.sync` alone, with a network that can fail in every
way a network fails."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import msgspec

from driver_app.services.ports import Response
from shared import problems
from shared.checkpoint import Checkpoint, make_proof, sign_checkpoint
from shared.clock import ManualClock
from shared.custody.chain import ChainState, extend, read_record
from shared.custody.envelope import RECEIPT_TYPE, Envelope, seal
from shared.errors import CATALOGUE, Refused
from shared.keys import KeySigner
from shared.merkle import Tree, leaf_hash
from shared.sync import (
    HEADER_DEVICE,
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TIME,
    TOLERANCE,
    Accepted,
    BlobReceipt,
    BlobStatus,
    Enrol,
    Enrolled,
    Live,
    NotAccepted,
    Push,
    Receipt,
    Refusal,
    Seal,
    SealRequest,
    Seals,
    request_is_signed,
)
from tests.driver_app.services.day import DEVICE, ORIGIN, PHONE, SERVER

Fault = Callable[["FakeServer", Callable[[], Response]], Response]
"""What the network makes of a request; it may or may not let the server see it."""


@dataclass
class FakeServer:
    """A server that keeps what it takes in in lists, and says so in signed receipts."""

    clock: ManualClock
    signer: KeySigner = SERVER
    skew: timedelta = timedelta()
    work: bytes | None = None
    faults: deque[Fault] = field(default_factory=deque)
    entries: list[Envelope] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    state: ChainState = field(default_factory=lambda: ChainState(DEVICE))
    blobs: dict[str, bytes] = field(default_factory=dict)
    partial: dict[str, bytes] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    refuse: dict[int, Refused] = field(default_factory=dict)
    """Events (by number) that are refused for a reason of the test's own."""
    refuse_blobs: set[str] = field(default_factory=set)
    sealing: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    told: list[Live] = field(default_factory=list)
    """How handhelds said that they stood."""
    codes: set[str] = field(default_factory=lambda: {"ABCDEF123456"})

    def now(self) -> datetime:
        return self.clock.now() + self.skew

    # the network

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        self.asked.append((method, path))
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            return fault(self, lambda: self._answer(method, path, headers, body))
        return self._answer(method, path, headers, body)

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        try:
            if path == "/sync/enrol":
                return self._enrol(msgspec.json.decode(body, type=Enrol))
            self._authenticate(method, path, headers, body)
            url = urlsplit(path)
            nonce = headers[HEADER_NONCE]
            match method, url.path.split("/")[2:]:
                case "POST", ["events"]:
                    return self._events(msgspec.json.decode(body, type=Push))
                case "GET", ["work"]:
                    return Response(204, {}, b"") if self.work is None else Response(200, {}, self.work)
                case "POST", ["seals"]:
                    return self._seals(msgspec.json.decode(body, type=SealRequest))
                case "PUT", ["blobs", name]:
                    query = {key: int(values[0]) for key, values in parse_qs(url.query).items()}
                    return self._blob(name, query["offset"], query["size"], body, nonce)
                case "GET", ["blobs", name]:
                    have = len(self.blobs.get(name) or self.partial.get(name, b""))
                    return self._json(BlobStatus(name, have, name in self.blobs))
            raise AssertionError(path)
        except Refused as refused:
            refusal = Refusal(refused.problem, self.now())
            return Response(CATALOGUE[refused.problem.number].status, {}, msgspec.json.encode(refusal))

    def _authenticate(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        device, time, nonce = headers[HEADER_DEVICE], headers[HEADER_TIME], headers[HEADER_NONCE]
        signature = headers[HEADER_SIGNATURE]
        if device != DEVICE or not request_is_signed(
            PHONE.public_key(),
            method=method,
            path=path,
            body=body,
            device=device,
            time=time,
            nonce=nonce,
            signature=signature,
        ):
            raise Refused(problems.SYNC_UNAUTHORISED, value=device)
        away = (datetime.fromisoformat(time) - self.now()).total_seconds()
        if abs(away) > TOLERANCE:
            raise Refused(problems.SYNC_STALE, value=round(away))
        if nonce in self.nonces:
            raise Refused(problems.SYNC_REPLAYED, value=nonce)
        self.nonces.add(nonce)

    def _json(self, value: object, status: int = 200) -> Response:
        return Response(status, {}, msgspec.json.encode(value))

    def _signed(self, receipt: Receipt | BlobReceipt, status: int = 200) -> Response:
        return self._json(seal(msgspec.json.encode(receipt), RECEIPT_TYPE, self.signer), status)

    # the endpoints

    def _enrol(self, request: Enrol) -> Response:
        if request.code not in self.codes:
            raise Refused(problems.ENROLMENT_CODE, value=request.code)
        assert request.public_key == PHONE.public_key()
        return self._json(Enrolled(DEVICE, "演示", ORIGIN, self.signer.public_key(), self.now()))

    def _events(self, push: Push) -> Response:
        known = {envelope.sha256: index for index, envelope in enumerate(self.entries)}
        accepted, refused = [], []
        if push.live is not None:
            self.told.append(push.live)
        for envelope in push.envelopes:
            name = envelope.sha256
            record = read_record(envelope, PHONE.public_key())
            try:
                if name not in known:
                    if record.seq in self.refuse:
                        raise self.refuse[record.seq]
                    self.state = extend(self.state, record, name)
                    known[name] = self.tree.append(leaf_hash(envelope.encode()))
                    self.entries.append(envelope)
                accepted.append(Accepted(record.seq, name, known[name]))
            except Refused as refusal:
                refused.append(NotAccepted(name, refusal.problem))
        receipt = Receipt(DEVICE, push.nonce, tuple(accepted), tuple(refused), self.state.seq + 1, self.now())
        return self._signed(receipt)

    def _blob(self, name: str, offset: int, size: int, body: bytes, nonce: str) -> Response:
        if name in self.refuse_blobs:
            raise Refused(problems.BLOB_TOO_LARGE, value=size, limit=0)
        if name not in self.blobs:
            have = self.partial.get(name, b"")
            if offset != len(have):
                raise Refused(problems.BLOB_OFFSET, value=offset, expected=len(have))
            have += body
            self.partial[name] = have
            if len(have) < size:
                return self._json(BlobStatus(name, len(have), False))
            if sha256(have).hexdigest() != name:
                del self.partial[name]
                raise Refused(problems.BLOB_HASH, value=sha256(have).hexdigest(), expected=name)
            self.blobs[name] = have
        return self._signed(BlobReceipt(DEVICE, nonce, name, len(self.blobs[name]), self.now()), 201)

    def _seals(self, request: SealRequest) -> Response:
        note = sign_checkpoint(Checkpoint(ORIGIN, len(self.tree), self.tree.root()), SERVER)
        indexes = request.indexes if self.sealing else ()
        seals = [Seal(i, make_proof(i, self.tree.inclusion_proof(i), note).text()) for i in indexes]
        return self._json(Seals(tuple(seals)))


# what networks do -----------------------------------------------------------------------------------------------------


def request_lost(_server: FakeServer, _answer: Callable[[], Response]) -> Response:
    raise Refused(problems.SYNC_UNREACHABLE, value="request lost")


def answer_lost(_server: FakeServer, answer: Callable[[], Response]) -> Response:
    answer()
    raise Refused(problems.SYNC_UNREACHABLE, value="answer lost")


def sent_twice(_server: FakeServer, answer: Callable[[], Response]) -> Response:
    """A proxy repeats the request; the handheld sees the second answer, which refuses the replay."""
    answer()
    return answer()


def captive_portal(_server: FakeServer, _answer: Callable[[], Response]) -> Response:
    return Response(200, {"Content-Type": "text/html"}, b"<html><body>Welcome to Hospital WiFi</body></html>")


def captive_json(_server: FakeServer, _answer: Callable[[], Response]) -> Response:
    return Response(200, {}, b'{"ok":true}')


def redirected(_server: FakeServer, _answer: Callable[[], Response]) -> Response:
    return Response(302, {"Location": "http://login"}, b"")


def truncated(_server: FakeServer, answer: Callable[[], Response]) -> Response:
    whole = answer()
    return Response(whole.status, whole.headers, whole.body[: len(whole.body) // 2])


def forged(server: FakeServer, answer: Callable[[], Response]) -> Response:
    """Somebody in between answers with a key of their own."""
    mine, server.signer = server.signer, KeySigner(b"x" * 32)
    try:
        return answer()
    finally:
        server.signer = mine


def server_error(_server: FakeServer, _answer: Callable[[], Response]) -> Response:
    return Response(500, {}, b"Internal Server Error")


FAULTS: tuple[Fault, ...] = (
    request_lost,
    answer_lost,
    sent_twice,
    captive_portal,
    captive_json,
    redirected,
    truncated,
    forged,
    server_error,
)
