"""What people are told about sync: three honest states, what is waiting, and what is wrong."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from driver_app.journal.ports import Journal, OutboxState
from driver_app.services.duty import Duty
from driver_app.services.kept import Setting
from driver_app.services.listeners import Listeners
from driver_app.services.recorder import Recorded, Recorder
from driver_app.services.recording import record_of
from shared.custody.events import HandoverSigned, StopFailed
from shared.errors import Problem

_CONTACT_STEP = 60.0
"""Seconds (s): a finer "last contact" is not worth a write to flash."""
_CLOSING = (HandoverSigned.__name__, StopFailed.__name__)


class SyncStatus(msgspec.Struct, frozen=True):
    """How much is where. An event counts in exactly one of the first four."""

    on_phone: int
    refused: int
    received: int
    sealed: int
    blobs_waiting: int
    bytes_waiting: int
    """Bytes of photos and signatures that are still to be sent."""
    last_contact: datetime | None
    """When something signed by the server was last verified."""
    problem: Problem | None
    """Why the last attempt failed, if it did."""
    flags: tuple[Problem, ...]
    """What does not go away by trying again: a person has to look at it."""
    next_try: float | None
    """Seconds (s) until the next attempt, while backing off."""


class SyncState:
    """Keeps count, and tells whoever shows it."""

    def __init__(self, journal: Journal, duty: Duty, recorder: Recorder) -> None:
        self._journal, self._duty = journal, duty
        self._listeners: Listeners[SyncStatus] = Listeners()
        self._contact: Setting[datetime] = Setting(journal, "sync.contact", datetime)
        self._flags_kept: Setting[dict[str, Problem]] = Setting(journal, "sync.flags", dict[str, Problem])
        self._last_contact = self._contact_written = self._contact.get()
        self._flags = self._flags_kept.get() or {}
        self._problem: Problem | None = None
        self._next_try: float | None = None
        self._stops: tuple[str, dict[str, str]] | None = None
        recorder.subscribe(self._note)

    def status(self) -> SyncStatus:
        """How things stand."""
        counts = self._journal.counts()
        waiting, size = self._journal.blobs_left()
        return SyncStatus(
            counts[OutboxState.ON_PHONE],
            counts[OutboxState.REFUSED],
            counts[OutboxState.RECEIVED],
            counts[OutboxState.SEALED],
            waiting,
            size,
            self._last_contact,
            self._problem,
            tuple(self._flags[key] for key in sorted(self._flags)),
            self._next_try,
        )

    def of(self, sha256: str) -> OutboxState | None:
        """The state of one event; ``None`` where the journal has no such event."""
        entry = self._journal.entry(sha256)
        return None if entry is None else entry.state

    def of_stop(self, stop_id: str) -> OutboxState | None:
        """The state of a stop's handover (or failure); ``None`` before there is one. It is *on phone* as long as its
        signature's strokes or picture are."""
        digest = self._closing().get(stop_id)
        entry = None if digest is None else self._journal.entry(digest)
        if entry is None:
            return None
        if any(blob.receipt is None for blob in self._journal.blobs_of(entry.seq)):
            return OutboxState.REFUSED if entry.state is OutboxState.REFUSED else OutboxState.ON_PHONE
        return entry.state

    def _closing(self) -> dict[str, str]:
        """The event that closed each stop of the route in force."""
        if not self._duty.started:
            return {}
        route_id = self._duty.route.id
        if self._stops is None or self._stops[0] != route_id:
            found: dict[str, str] = {}
            for entry in self._journal.entries(route_id=route_id, types=_CLOSING):
                event = record_of(entry).decoded()
                if isinstance(event, HandoverSigned | StopFailed):
                    found[event.stop_id] = entry.sha256
            self._stops = route_id, found
        return self._stops[1]

    def subscribe(self, listener: Callable[[SyncStatus], None]) -> Callable[[], None]:
        """Call ``listener`` with the status after every change; returns how to stop it."""
        return self._listeners.add(listener)

    # told by the recorder and by sync ------------------------------------------------------------------------------------

    def _note(self, recorded: Recorded) -> None:
        if isinstance(recorded.event, HandoverSigned | StopFailed):
            self._stops = None
        self.tell()

    def tell(self) -> None:
        """Something changed."""
        self._listeners.tell(self.status())

    def contact(self, at: datetime) -> None:
        """Something signed by the server was verified."""
        if self._contact_written is None or abs((at - self._contact_written).total_seconds()) >= _CONTACT_STEP:
            self._contact.put(at)
            self._contact_written = at
        self._last_contact = at

    def went_well(self) -> None:
        """An attempt succeeded."""
        self._problem, self._next_try = None, None
        self.tell()

    def went_wrong(self, problem: Problem) -> None:
        """An attempt failed."""
        self._problem = problem
        self.tell()

    def waiting(self, seconds: float | None) -> None:
        """The next attempt is so far away."""
        self._next_try = seconds
        self.tell()

    def flag(self, problem: Problem) -> None:
        """Something is wrong that trying again does not mend."""
        if self._flags.get(str(problem.number)) != problem:
            self._flags = {**self._flags, str(problem.number): problem}
            self._flags_kept.put(self._flags)
            self.tell()

    def dismiss(self, number: int) -> None:
        """A person has seen a flag and dealt with it."""
        if str(number) in self._flags:
            self._flags = {key: flag for key, flag in self._flags.items() if key != str(number)}
            self._flags_kept.put(self._flags)
            self.tell()
