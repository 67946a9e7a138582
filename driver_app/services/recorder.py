"""The recorder: the only way an event comes into being on the handheld.

It asks the journey whether the event may happen, signs and chains it, makes it durable, and only then lets anybody know.
An event that the table does not allow leaves no trace; one that was recorded is never taken back.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from driver_app.journal.ports import BlobRef, Journal, NewEntry
from driver_app.services.duty import Duty
from driver_app.services.identity import IdentityStore
from driver_app.services.kept import Setting
from driver_app.services.listeners import Listeners
from driver_app.services.recording import lane_of, record_of
from shared import problems
from shared.clock import Clock
from shared.custody.chain import ChainState, write_record
from shared.custody.events import AnyEvent, ClockJumped, event_name
from shared.custody.journey import ALWAYS, Journey
from shared.errors import Refused
from shared.keys import Signer

JUMP = 2.0
"""Seconds (s) the wall clock may run from the monotonic clock between two events before it is a jump: above what a network
time daemon slews in minutes (500 ppm), below what could move a reading to another minute unnoticed."""
_OFFSET_STEP = 500
"""ms: a smaller change of the server offset is measuring noise and not worth a write."""


class Recorded(msgspec.Struct, frozen=True):
    """An event that is on disk."""

    seq: int
    sha256: str
    at: datetime
    event: AnyEvent


class _Anchor(msgspec.Struct, frozen=True):
    """The wall clock at a moment, and between which two monotonic instants (s) it was read."""

    wall: datetime
    before: float
    after: float


class _Beside(NamedTuple):
    """What is written together with events."""

    blobs: Sequence[BlobRef]
    drop_drafts: Sequence[str]
    put_drafts: Mapping[str, bytes] | None


class Recorder:
    """Writes events into the journal."""

    def __init__(
        self,
        journal: Journal,
        duty: Duty,
        clock: Clock,
        signer: Signer,
        *,
        app: str,
        identity: IdentityStore,
        actor: Callable[[], str],
    ) -> None:
        self._journal, self._duty, self._clock, self._signer = journal, duty, clock, signer
        self._app, self._identity, self._actor = app, identity, actor
        self._listeners: Listeners[Recorded] = Listeners()
        self._offset_kept: Setting[int] = Setting(journal, "clock.offset", int)
        self._offset = self._offset_written = self._offset_kept.get()
        self._anchor: _Anchor | None = None
        self._last_at = self._last_recorded_at()

    def _last_recorded_at(self) -> datetime | None:
        head = self._journal.head()
        last = self._journal.entries(after=head.seq - 1) if head.seq else []
        return record_of(last[0]).at if last else None

    @property
    def offset(self) -> int | None:
        """Server clock minus this handheld's, ms, as last measured from a signed receipt; ``None`` if never."""
        return self._offset

    def measured_offset(self, milliseconds: int) -> None:
        """Note what a signed receipt said about the time."""
        if self._offset_written is None or abs(self._offset_written - milliseconds) >= _OFFSET_STEP:
            self._offset_kept.put(milliseconds)
            self._offset_written = milliseconds
        self._offset = milliseconds

    def subscribe(self, listener: Callable[[Recorded], None]) -> Callable[[], None]:
        """Call ``listener`` after every event that was recorded; returns how to stop it."""
        return self._listeners.add(listener)

    def record(
        self,
        event: AnyEvent,
        *,
        blobs: Sequence[BlobRef] = (),
        drop_drafts: Sequence[str] = (),
        put_drafts: Mapping[str, bytes] | None = None,
    ) -> str:
        """Record an event and return its name (SHA-256, hex). It is on disk when this returns, together with the blobs it
        names; the drafts it makes obsolete are gone, and those it leads to are kept.

        Raises:
            Refused: JOURNEY_ILLEGAL, SIGNATURE_REUSED, NO_ROUTE, NOT_ENROLLED, FORBIDDEN (nobody is signed in), DISK_FULL,
                JOURNAL_DAMAGED, KEYSTORE; nothing was recorded then.
        """
        return self._record(lambda _: (event,), _Beside(blobs, drop_drafts, put_drafts))[-1]

    def record_all(
        self,
        events: Sequence[AnyEvent],
        *,
        drop_drafts: Sequence[str] = (),
        put_drafts: Mapping[str, bytes] | None = None,
    ) -> list[str]:
        """Record events that belong together, all or none.

        Raises:
            Refused: as :meth:`record`.
        """
        return self._record(lambda _: events, _Beside((), drop_drafts, put_drafts))

    def record_at(self, build: Callable[[datetime], AnyEvent], *, put_drafts: Mapping[str, bytes] | None = None) -> str:
        """Record an event that has to know the very instant it is recorded at.

        Raises:
            Refused: as :meth:`record`.
        """
        return self._record(lambda at: (build(at),), _Beside((), (), put_drafts))[-1]

    def _record(self, build: Callable[[datetime], Sequence[AnyEvent]], beside: _Beside) -> list[str]:
        with self._duty.lock:
            anchor = self._read_clocks()
            jump = self._jump(anchor)
            events = build(anchor.wall)
            written = self._write([*([jump] if jump else []), *events], anchor, beside)
            self._anchor, self._last_at = anchor, anchor.wall
        for recorded in written:
            self._listeners.tell(recorded)
        return [recorded.sha256 for recorded in written[-len(events) :]]

    def _read_clocks(self) -> _Anchor:
        """Both clocks. A thread may be held up between two readings, so the wall clock is read between two monotonic ones:
        what the interval cannot rule out is not called a jump."""
        before = self._clock.monotonic()
        wall = self._clock.now()
        return _Anchor(wall, before, self._clock.monotonic())

    def _jump(self, now: _Anchor) -> ClockJumped | None:
        """A jump of the wall clock since the last event: measured within one run; after a restart, when monotonic time has
        no common start, only a clock that went back is certain."""
        if self._anchor is None:
            if self._last_at is not None and (self._last_at - now.wall).total_seconds() > JUMP:
                return _jumped(self._last_at, now.wall, now.wall - self._last_at)
            return None
        last = self._anchor
        walked = (now.wall - last.wall).total_seconds()
        shortest, longest = now.before - last.after, now.after - last.before
        excess = walked - longest if walked > longest else min(0.0, walked - shortest)
        if abs(excess) <= JUMP:
            return None
        expected = last.wall + timedelta(seconds=shortest)
        return _jumped(expected, now.wall, now.wall - expected)

    def _write(self, events: Sequence[AnyEvent], now: _Anchor, beside: _Beside) -> list[Recorded]:
        identity = self._identity.require()
        head = self._journal.head()
        state = ChainState(identity.device, head.seq, head.sha256)
        journey = self._duty.journey if self._duty.started else None
        entries, written = [], []
        for event in events:
            self._permit(event, journey)
            previous = state
            envelope, state = write_record(
                state,
                event,
                self._signer,
                at=now.wall,
                mono=int(now.before * 1000),
                offset=self._offset,
                app=self._app,
                actor=self._actor(),
            )
            if journey is not None and getattr(event, "route_id", None) in (None, journey.route.id):
                journey = journey.apply(event, now.wall, envelope.sha256)
            entries.append(
                NewEntry(
                    seq=state.seq,
                    sha256=envelope.sha256,
                    prev=previous.head,
                    type=event_name(event),
                    route_id=getattr(event, "route_id", None),
                    lane=lane_of(event),
                    recorded=now.wall,
                    envelope=envelope.encode(),
                )
            )
            written.append(Recorded(state.seq, envelope.sha256, now.wall, event))
        self._journal.append(entries, blobs=beside.blobs, drop_drafts=beside.drop_drafts, put_drafts=beside.put_drafts)
        if journey is not None:
            self._duty.settle(journey)
        return written

    def _permit(self, event: AnyEvent, journey: Journey | None) -> None:
        """Refuse what belongs to another route, to no route, or to nobody. What the table says, the journey says itself."""
        route_id = getattr(event, "route_id", None)
        if type(event) in ALWAYS:
            return
        if journey is None:
            raise Refused(problems.NO_ROUTE, value=event_name(event))
        if route_id != journey.route.id:
            raise Refused(problems.JOURNEY_ILLEGAL, state=f"route {journey.route.id}", value=f"route {route_id}")
        if not self._actor():
            raise Refused(problems.FORBIDDEN, value="（未登录 nobody signed in）")


def _jumped(before: datetime, after: datetime, by: timedelta) -> ClockJumped:
    return ClockJumped(before, after, round(by.total_seconds() * 1000))
