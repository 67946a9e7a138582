"""Signed requests to the one server this handheld believes, and what may be made of an answer.

Whoever answers may be a captive portal: an answer that is neither what was asked for nor a refusal in our form is
SYNC_NOT_OURS, whatever its status says.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from driver_app.services.identity import Identity
from driver_app.services.ports import Response, Transport
from driver_app.services.refusals import as_refused
from shared import problems
from shared.clock import Clock
from shared.errors import Refused
from shared.ids import Randomness
from shared.keys import Signer
from shared.sync import Refusal, request_headers

Message = TypeVar("Message")
_NONCE = 16
"""Random bytes in a nonce."""
_LONGEST_TRIP = 10.0
"""Seconds (s): a slower answer says too little about the time to measure a clock by it."""


class Answer(msgspec.Struct, frozen=True):
    """An answer with one of the statuses that were asked for. ``sent`` is the handheld's clock before, ``trip`` how long (s)
    the answer took."""

    status: int
    body: bytes
    nonce: str
    sent: datetime
    trip: float

    def offset(self, server_time: datetime) -> int | None:
        """Server clock minus handheld clock, ms, if the server's came with this answer: it was read, on the whole, half way;
        ``None`` where the trip was too long to say."""
        if self.trip > _LONGEST_TRIP:
            return None
        there = self.sent + timedelta(seconds=self.trip / 2)
        return round((server_time - there).total_seconds() * 1000)


def decoded(body: bytes, kind: type[Message]) -> Message:
    """An answer's body as what it has to be.

    Raises:
        Refused: SYNC_NOT_OURS.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(problems.SYNC_NOT_OURS, value=body[:60].decode("utf-8", "replace")) from error


def refusal_in(response: Response) -> Refusal:
    """The refusal that an answer with an unexpected status carries.

    Raises:
        Refused: SYNC_NOT_OURS where it carries none.
    """
    try:
        return msgspec.json.decode(response.body, type=Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(problems.SYNC_NOT_OURS, value=f"HTTP {response.status}") from error


class Client:
    """Asks the server, signed by this handheld."""

    def __init__(
        self, identity: Identity, transport: Transport, signer: Signer, clock: Clock, randomness: Randomness
    ) -> None:
        self.identity = identity
        self._transport, self._signer, self._clock, self._randomness = transport, signer, clock, randomness
        self._correction = timedelta()

    def ask(
        self, method: str, path: str, body: Callable[[str], bytes] | bytes = b"", *, expect: Sequence[int] = (200,)
    ) -> Answer:
        """One request; ``body`` may be built from its nonce. A request whose time is too far off is repeated once with the
        server's time: only to be let in, for what an unsigned refusal says about the time is no evidence of it.

        Raises:
            Refused: SYNC_UNREACHABLE, SYNC_NOT_OURS, or what the server refused it for.
        """
        answer, refusal = self._once(method, path, body, expect)
        if refusal is not None and refusal.server_time is not None and _is_stale(refusal):
            self._correction = refusal.server_time - self._clock.now()
            answer, refusal = self._once(method, path, body, expect)
        if refusal is not None:
            raise as_refused(refusal.problem)
        return answer

    def _once(
        self, method: str, path: str, body: Callable[[str], bytes] | bytes, expect: Sequence[int]
    ) -> tuple[Answer, Refusal | None]:
        nonce = self._randomness(_NONCE).hex()
        content = body if isinstance(body, bytes) else body(nonce)
        sent, started = self._clock.now(), self._clock.monotonic()
        headers = request_headers(
            self._signer,
            method=method,
            path=path,
            body=content,
            device=self.identity.device,
            at=sent + self._correction,
            nonce=nonce,
        )
        response = self._transport.request(method, path, headers, content)
        answer = Answer(response.status, response.body, nonce, sent, self._clock.monotonic() - started)
        return answer, None if response.status in expect else refusal_in(response)


def _is_stale(refusal: Refusal) -> bool:
    return refusal.problem.number == problems.SYNC_STALE.number
