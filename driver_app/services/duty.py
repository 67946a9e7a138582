"""The work in force, and the journey it has become: one route, folded from the journal.

Newer work is taken on at once where it does not contradict what has happened: before a shift any work is, during a shift a
newer version of the same route (see :mod:`shared.custody.revision`), which is an event of its own. Anything else waits until
the driver signs in for the next shift: a route never changes under the feet of a receiver who is about to sign.
"""

import threading
from collections.abc import Callable

import msgspec

from driver_app.journal.ports import Journal, WorkSlot
from driver_app.services.identity import IdentityStore
from driver_app.services.kept import Setting
from driver_app.services.listeners import Listeners
from driver_app.services.recording import record_of
from shared import problems
from shared.custody.events import (
    AnyEvent,
    DownloadFailed,
    PositionsSealed,
    ReadingsSealed,
    RouteRevised,
    ShiftStarted,
)
from shared.custody.journey import Journey, Phase
from shared.custody.revision import contradictions, revised
from shared.errors import Problem, Refused
from shared.sync import open_work
from shared.work import Route, Work

_NOT_FOLDED = frozenset(cls.__name__ for cls in (PositionsSealed, ReadingsSealed, DownloadFailed))
"""Observations that change no journey, and most of the journal's bytes."""


class Duty:
    """What is to be done, and how far it has come. ``lock`` makes judging an event and recording it one step.

    Raises:
        Refused: JOURNAL_DAMAGED where the work or an event in the journal cannot be read.
    """

    def __init__(self, journal: Journal, identity: IdentityStore) -> None:
        self.lock = threading.RLock()
        self._journal = journal
        self._identity = identity
        self._listeners: Listeners[None] = Listeners()
        self._work: Work | None = None
        self._journey: Journey | None = None
        self._version: tuple[int, str] | None = None
        """Number and publication of the version that the journal says the shift runs under."""
        self._pending: Work | None = None
        self._conflict: Problem | None = None
        self._flagged: tuple[Problem, ...] = ()
        self._record: Callable[[AnyEvent], object] | None = None
        self._load()

    def _load(self) -> None:
        if self._identity.current() is None:
            return
        self._pending = self._stored(WorkSlot.PENDING)
        self._work = self._stored(WorkSlot.CURRENT)
        if self._work is not None and self._work.route is not None:
            self._journey, self._flagged, self._version = self._fold(self._work, self._work.route)

    def _stored(self, slot: WorkSlot) -> Work | None:
        raw, identity = self._journal.work(slot), self._identity.current()
        if raw is None or identity is None:
            return None
        try:
            return open_work(raw, identity.server_key, device=identity.device)
        except Refused as refused:
            raise Refused(problems.JOURNAL_DAMAGED, value=0, reason=refused.problem.text("en")) from refused

    def _fold(self, work: Work, route: Route) -> tuple[Journey, tuple[Problem, ...], tuple[int, str]]:
        """The journey of a route, and what of its history the table does not allow: such an event was allowed when it was
        recorded, so it stays, is skipped, and is shown, as the server does with it. And the version that it ends under.

        Each event counts under the version of the route that was in force when it was recorded.
        """
        journey, flagged, version = Journey(route), [], (route.version, work.published)
        for entry in self._journal.entries(route_id=route.id):
            if entry.type in _NOT_FOLDED:
                continue
            record = record_of(entry)
            event = record.decoded()
            if isinstance(event, ShiftStarted):
                journey = Journey(self._route_of(event.version, event.published) or route)
                version = event.version, event.published
            elif isinstance(event, RouteRevised):
                version = event.version, event.published
                newer = self._route_of(event.version, event.published)
                if newer is None and event.published == work.published:
                    newer = route
                if newer is not None:
                    journey = revised(journey, newer)
            try:
                journey = journey.apply(event, record.at, entry.sha256)
            except Refused as refused:
                flagged.append(refused.problem)
        return journey, tuple(flagged), version

    def _route_of(self, version: int, published: str) -> Route | None:
        """A version of the route that this shift ran under."""
        return Setting[Route](self._journal, _version_key(version, published), Route).get()

    def keep_version(self) -> None:
        """Remember the version in force for as long as its shift can be read: what happens is judged under it."""
        if self._work is not None and self._work.route is not None:
            self._keep(self._work, self._work.route)

    def _keep(self, work: Work, route: Route) -> None:
        Setting[Route](self._journal, _version_key(route.version, work.published), Route).put(route)

    # asking ------------------------------------------------------------------------------------------------------------

    @property
    def work(self) -> Work | None:
        """The signed work in force."""
        return self._work

    @property
    def pending(self) -> Work | None:
        """Newer work that waits for the next shift."""
        return self._pending

    @property
    def conflict(self) -> Problem | None:
        """Why a newer version of this very route was not taken on, if one was not."""
        return self._conflict

    @property
    def flagged(self) -> tuple[Problem, ...]:
        """What of the recorded history this version of the table does not allow."""
        return self._flagged

    @property
    def started(self) -> bool:
        """Whether there is a route at all."""
        return self._journey is not None

    @property
    def journey(self) -> Journey:
        """The route and everything that has happened on it.

        Raises:
            Refused: NO_ROUTE.
        """
        if self._journey is None:
            identity = self._identity.current()
            raise Refused(problems.NO_ROUTE, value="—" if identity is None else identity.name)
        return self._journey

    @property
    def route(self) -> Route:
        """The route in force.

        Raises:
            Refused: NO_ROUTE.
        """
        return self.journey.route

    @property
    def on_shift(self) -> bool:
        """Whether a shift is running: only then does the handheld know where its driver is (personal information law)."""
        return self._journey is not None and self._journey.phase not in (Phase.ASSIGNED, Phase.ENDED)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` whenever other work comes into force; returns how to stop it."""
        return self._listeners.add(lambda _: listener())

    # changing ----------------------------------------------------------------------------------------------------------

    def record_with(self, record: Callable[[AnyEvent], object]) -> None:
        """How this records that a newer version was taken on: the recorder, which is made after this."""
        self._record = record

    def settle(self, journey: Journey) -> None:
        """Take on the journey after an event that is on disk. Only the recorder calls this, holding ``lock``."""
        self._journey = journey

    def offer(self, raw: bytes) -> bool:
        """Take on a signed work document, or keep it for the next shift; whether it is in force now.

        What is older than the work in force, or says the same again, changes nothing.

        Raises:
            Refused: SYNC_NOT_OURS, SYNC_RECEIPT_FORGED, NOT_ENROLLED, DISK_FULL.
        """
        identity = self._identity.require()
        work = open_work(raw, identity.server_key, device=identity.device)
        with self.lock:
            newest = max((w.issued for w in (self._work, self._pending) if w is not None), default=None)
            if newest is not None and work.issued <= newest:
                return False
            known = [w for w in (self._work, self._pending) if w is not None]
            if any(msgspec.structs.replace(work, issued=w.issued) == w for w in known):
                return False
            if not self._adopt(raw, work):
                self._journal.put_work(WorkSlot.PENDING, raw)
                self._pending = work
                return False
        self._listeners.tell(None)
        return True

    def take_pending(self) -> None:
        """Take on the work that waited for the next shift, if there is some and no shift is running."""
        with self.lock:
            raw = self._journal.work(WorkSlot.PENDING)
            if raw is None or self._pending is None or self.on_shift or not self._adopt(raw, self._pending):
                return
        self._listeners.tell(None)

    def _adopt(self, raw: bytes, work: Work) -> bool:
        """Put work into force, if it does not contradict what has happened."""
        self._conflict = None
        if self.on_shift:
            return self._revise(raw, work)
        journey: Journey | None = None
        flagged: tuple[Problem, ...] = ()
        version: tuple[int, str] | None = None
        if work.route is not None:
            journey, flagged, version = self._fold(work, work.route)
        self._settle_work(raw, work)
        self._journey, self._flagged, self._version = journey, flagged, version
        return True

    def _settle_work(self, raw: bytes, work: Work) -> None:
        self._journal.put_work(WorkSlot.CURRENT, raw)
        self._journal.drop_work(WorkSlot.PENDING)
        self._work, self._pending = work, None

    def _revise(self, raw: bytes, work: Work) -> bool:
        """Take on newer work while the day runs: more overrides, or a newer version of the same route."""
        journey = self.journey
        if work.route is None or work.route.id != journey.route.id:
            return False
        # by what the journal says, not by the work that is stored: a process may have died between the two
        if (work.route.version, work.published) != self._version:
            reason = next(contradictions(journey, work.route), None)
            if reason is not None:
                named = f"{work.route.id} v{work.route.version}"
                self._conflict = Refused(problems.ROUTE_CONFLICT, value=named, reason=reason).problem
                return False
            # the version, then the event, then the work: dying in between, the same work comes again
            self._keep(work, work.route)
            if self._record is not None:
                self._record(RouteRevised(work.route.id, work.route.version, work.published))
            self._journey = revised(self.journey, work.route)
            self._version = work.route.version, work.published
        self._settle_work(raw, work)
        return True


def _version_key(version: int, published: str) -> str:
    return f"route.{version}.{published}"
