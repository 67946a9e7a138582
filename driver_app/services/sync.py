"""Sync: one bounded unit of work at a time, over whatever network there is.

In this order: how the route stands this moment, in a few hundred bytes; events, in the order of the chain; the work; seals;
and last the blobs, a piece at a time, small evidence before photos. What one part is refused for does not keep the others
from going on. Nothing is ever deleted on an error.
"""

import threading
from collections.abc import Callable
from enum import StrEnum

import msgspec

from driver_app.journal.ports import BlobEntry, Journal
from driver_app.services.client import Answer, Client, decoded
from driver_app.services.duty import Duty
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.live import LiveReport
from driver_app.services.outbox import BATCH_BYTES, Outbox
from driver_app.services.portion import Portion
from driver_app.services.ports import Transport
from driver_app.services.recorder import Recorder
from driver_app.services.refusals import as_refused
from driver_app.services.state import SyncState
from shared import problems
from shared.clock import Clock
from shared.custody.envelope import Envelope
from shared.errors import Refused
from shared.ids import Randomness
from shared.keys import Signer
from shared.sync import (
    CHUNK,
    AnyReceipt,
    BlobReceipt,
    BlobStatus,
    Live,
    Push,
    Receipt,
    SealRequest,
    Seals,
    open_receipt,
)

WORK_EVERY = 60.0
"""Seconds (s) between two looks for new work; :meth:`Sync.nudge` looks at once."""
FIRST_WORK_EVERY = 5.0
"""Seconds (s), as long as there is no work at all: somebody stands there and waits."""
SEALS_EVERY = 15.0
"""Seconds (s) between two questions for seals while some are missing; doubled, up to LONGEST, while none comes."""
SEALS_SOON = 1.0
"""Seconds (s) after something was received: the server seals what it takes in without being asked."""
FIRST_WAIT = 1.0
"""Seconds (s) after the first failure; doubled by each further one."""
LONGEST = 120.0
"""Seconds (s) between two attempts at most."""
IDLE = 5.0
"""Seconds (s) between two looks when there is nothing to do; a new event ends it at once."""
_SLICE = 0.5
"""Seconds (s) after which a waiting loop looks whether it is to stop."""


class Did(StrEnum):
    """What one step did."""

    IDLE = "idle"
    LIVE = "live"
    EVENTS = "events"
    BLOB = "blob"
    WORK = "work"
    SEALS = "seals"


class Sync:
    """Brings the journal to the server, and the work from it."""

    def __init__(
        self,
        journal: Journal,
        identities: IdentityStore,
        duty: Duty,
        recorder: Recorder,
        outbox: Outbox,
        live: LiveReport,
        state: SyncState,
        signer: Signer,
        clock: Clock,
        pace: Clock,
        randomness: Randomness,
        connect: Callable[[str], Transport],
    ) -> None:
        self._journal, self._identities, self._duty, self._recorder = journal, identities, duty, recorder
        self._outbox, self._report, self._state, self._signer = outbox, live, state, signer
        self._clock, self._pace, self._randomness, self._connect = clock, pace, randomness, connect
        self._turn = threading.Lock()
        self._wake = threading.Event()
        self._client: Client | None = None
        self._portion = Portion(BATCH_BYTES)
        self._not_before: dict[str, float] = {}
        self._waits: dict[str, float] = {}
        recorder.subscribe(lambda _: self._wake.set())

    # one step ----------------------------------------------------------------------------------------------------------

    def step(self) -> Did:
        """Do the next piece of work, at most one request (two where the clock was wrong, or an upload lost its place).

        Raises:
            Refused: SYNC_UNREACHABLE, SYNC_NOT_OURS, SYNC_RECEIPT_FORGED, or what the server refused; also kept in the
                status. The part that failed waits before it is tried again; the others go on with the next step.
        """
        with self._turn:
            identity = self._identities.current()
            if identity is None:
                return Did.IDLE
            client = self._client_of(identity)
            try:
                for part in (self._live, self._events, self._work, self._seals, self._blobs):
                    did = part(client)
                    if did is not Did.IDLE:
                        self._state.went_well()
                        return did
            except Refused as refused:
                self._state.went_wrong(refused.problem)
                raise
            return Did.IDLE

    def _client_of(self, identity: Identity) -> Client:
        if self._client is None or self._client.identity != identity:
            transport = self._connect(identity.url)
            self._client = Client(identity, transport, self._signer, self._clock, self._randomness)
        return self._client

    def _due(self, what: str) -> bool:
        return self._pace.monotonic() >= self._not_before.get(what, 0.0)

    def _rest(self, what: str, seconds: float) -> None:
        self._not_before[what] = self._pace.monotonic() + seconds

    def _back_off(self, what: str) -> None:
        """Wait before this part is tried again, longer every time, until :meth:`_recovered`."""
        wait = self._waits.get(what, FIRST_WAIT)
        self._rest(what, wait)
        self._waits[what] = min(LONGEST, wait * 2)

    def _recovered(self, what: str) -> None:
        self._waits.pop(what, None)
        self._not_before.pop(what, None)

    def _receipt(self, answer: Answer, identity: Identity) -> AnyReceipt:
        """What an answer lets us believe, and what it says about the time."""
        receipt = open_receipt(answer.body, identity.server_key, device=identity.device, nonce=answer.nonce)
        offset = answer.offset(receipt.server_time)
        if offset is not None:
            self._recorder.measured_offset(offset)
        self._state.contact(self._clock.now())
        return receipt

    # events ------------------------------------------------------------------------------------------------------------

    def _live(self, client: Client) -> Did:
        """How the route stands. It waits as events wait: what keeps one push from arriving keeps the other. That it arrives
        says nothing about events which the server refuses: they go on waiting."""
        live = self._report.due() if self._due("events") else None
        if live is None:
            return Did.IDLE
        try:
            self._push(client, (), live)
        except Refused:
            self._back_off("events")
            raise
        self._report.told(live)
        return Did.LIVE

    def _push(self, client: Client, envelopes: tuple[Envelope, ...], live: Live | None = None) -> Receipt:
        device = client.identity.device

        def body(nonce: str) -> bytes:
            return msgspec.json.encode(Push(device, nonce, envelopes, live))

        try:
            answer = client.ask("POST", "/sync/events", body)
        except Refused:
            self._report.soon()
            self._portion.failed()
            raise
        receipt = self._receipt(answer, client.identity)
        if not isinstance(receipt, Receipt):
            raise Refused(problems.SYNC_NOT_OURS, value=type(receipt).__name__)
        return receipt

    def _events(self, client: Client) -> Did:
        if not self._due("events"):
            return Did.IDLE
        batch = self._outbox.next_batch(self._portion.size)
        if batch is None:
            self._report.caught_up()
            return Did.IDLE
        envelopes = batch.envelopes()
        self._back_off("events")  # before the request: only a good receipt takes it back
        began = self._pace.monotonic()
        receipt = self._push(client, envelopes)
        self._portion.took(self._pace.monotonic() - began)
        taken = self._outbox.take(batch, receipt)
        if taken.received:
            self._waits.pop("seals", None)
            self._rest("seals", SEALS_SOON)
        if taken.problem is not None:
            raise as_refused(taken.problem)
        if taken.received or receipt.next_seq > batch.entries[-1].seq:
            self._recovered("events")
        return Did.EVENTS

    # work --------------------------------------------------------------------------------------------------------------

    def _work(self, client: Client) -> Did:
        if not self._due("work"):
            return Did.IDLE
        self._rest("work", FIRST_WORK_EVERY if self._duty.work is None else WORK_EVERY)
        answer = client.ask("GET", "/sync/work", expect=(200, 204))
        if answer.status == 200:
            self._duty.offer(answer.body)
            self._state.contact(self._clock.now())
            if self._duty.conflict is not None:
                self._state.flag(self._duty.conflict)
        return Did.WORK

    # seals -------------------------------------------------------------------------------------------------------------

    def _seals(self, client: Client) -> Did:
        asked = self._outbox.unsealed() if self._due("seals") else ()
        if not asked:
            return Did.IDLE
        wait = self._waits.get("seals", SEALS_EVERY)
        self._rest("seals", wait)
        self._waits["seals"] = min(LONGEST, wait * 2)
        indexes = tuple(entry.index for entry in asked if entry.index is not None)
        answer = client.ask("POST", "/sync/seals", msgspec.json.encode(SealRequest(client.identity.device, indexes)))
        seals = decoded(answer.body, Seals)
        if self._outbox.seal(asked, seals, client.identity):
            self._state.contact(self._clock.now())
            self._waits.pop("seals")
            self._rest("seals", 0.0 if len(asked) == len(seals.seals) else SEALS_EVERY)
        return Did.SEALS

    # blobs -------------------------------------------------------------------------------------------------------------

    def _blobs(self, client: Client) -> Did:
        blob = next((blob for blob in self._journal.blobs_waiting() if self._due(blob.sha256)), None)
        if blob is None:
            return Did.IDLE
        self._back_off(blob.sha256)
        try:
            self._send(blob, client)
        except Refused as refused:
            if refused.kind is not problems.SYNC_UNREACHABLE:
                self._journal.mark_blob_refused(blob.sha256, refused.problem)
            raise
        self._recovered(blob.sha256)
        return Did.BLOB

    def _send(self, blob: BlobEntry, client: Client) -> None:
        """One piece; or, where the server has another idea of how far the upload is, its idea."""
        path = f"/sync/blobs/{blob.sha256}"
        piece = self._journal.read_blob(blob.sha256, blob.uploaded, min(CHUNK, self._portion.size))
        began = self._pace.monotonic()
        try:
            answer = client.ask("PUT", f"{path}?offset={blob.uploaded}&size={blob.size}", piece, expect=(200, 201))
            self._portion.took(self._pace.monotonic() - began)
        except Refused as refused:
            if refused.kind is problems.SYNC_UNREACHABLE:
                self._portion.failed()
            if refused.kind is problems.BLOB_HASH:
                self._journal.mark_uploaded(blob.sha256, 0)
            if refused.kind is not problems.BLOB_OFFSET:
                raise
            self._journal.mark_uploaded(blob.sha256, self._there(blob, path, client))
            return
        if answer.status == 201:
            receipt = self._receipt(answer, client.identity)
            if not isinstance(receipt, BlobReceipt) or (receipt.sha256, receipt.size) != (blob.sha256, blob.size):
                raise Refused(problems.SYNC_NOT_OURS, value=blob.sha256)
            self._journal.mark_blob_received(blob.sha256, answer.body)
            return
        have = self._status(blob, answer).have
        if have != blob.uploaded + len(piece):
            raise Refused(problems.SYNC_NOT_OURS, value=f"{have} / {blob.uploaded + len(piece)}")
        self._journal.mark_uploaded(blob.sha256, have)

    def _there(self, blob: BlobEntry, path: str, client: Client) -> int:
        """How many bytes the server says it has; none where it does not know the blob any more (it was restored from a
        backup)."""
        try:
            return self._status(blob, client.ask("GET", path)).have
        except Refused as refused:
            if refused.kind is problems.BLOB_UNKNOWN:
                return 0
            raise

    @staticmethod
    def _status(blob: BlobEntry, answer: Answer) -> BlobStatus:
        status = decoded(answer.body, BlobStatus)
        if status.sha256 != blob.sha256 or not 0 <= status.have <= blob.size:
            raise Refused(problems.SYNC_NOT_OURS, value=f"{status.sha256} {status.have}")
        return status

    # the loop ----------------------------------------------------------------------------------------------------------

    def nudge(self) -> None:
        """The network came back, or a person wants to know now: try everything at once."""
        self._not_before.clear()
        self._report.soon()
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Step until ``stop`` is set; for a thread of its own. Backs off while nothing works, and never gives up."""
        failures = 0
        while not stop.is_set():
            self._wake.clear()
            try:
                did = self.step()
            except Refused:
                failures += 1
                wait = min(LONGEST, FIRST_WAIT * 2.0 ** min(failures - 1, 10))
                self._state.waiting(wait)
                self._pause(stop, wait)
                continue
            failures = 0
            if did is Did.IDLE:
                self._pause(stop, IDLE)

    def _pause(self, stop: threading.Event, seconds: float) -> None:
        """Wait, but not past a nudge or the end."""
        until = self._pace.monotonic() + seconds
        while not stop.is_set() and self._pace.monotonic() < until:
            if self._wake.wait(min(_SLICE, seconds)):
                return
