"""The road beside the handovers: incidents, messages, goods that are taken along or change vehicles."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from driver_app.journal.ports import BlobRef, Journal
from driver_app.services.duty import Duty
from driver_app.services.kept import Setting
from driver_app.services.recorder import Recorder
from driver_app.services.recording import record_of
from driver_app.services.signing import PICTURE_TYPE, PNG, STROKES_TYPE, strokes_json
from driver_app.services.stop_goods import SIGNATURE_ROOM
from driver_app.services.track import Track
from shared import problems
from shared.clock import Clock
from shared.custody.events import (
    Collected,
    CollectionHandedIn,
    CustodyEvent,
    Entry,
    GoodsCollected,
    GoodsMoved,
    Incident,
    IncidentReported,
    MessageRead,
    MessageSent,
    MovedLine,
    PhotoTaken,
    ShiftStarted,
)
from shared.custody.signing import check_strokes
from shared.errors import Refused
from shared.ids import Ids, Randomness
from shared.sync import Lane
from shared.work import Line, Message, Stop

Event = TypeVar("Event", bound=CustodyEvent)

LONGEST = 500
"""Characters of a message or a note: more is a telephone call."""


class Said(msgspec.Struct, frozen=True):
    """A message of the day, either way: ``read`` of dispatch's says whether the driver has seen it."""

    message: Message
    ours: bool
    read: bool


class OnBoard(msgspec.Struct, frozen=True):
    """A line with packs on board, and how many."""

    stop: Stop
    line: Line
    quantity: int


class Road:
    """What can be done between the stops, and beside them."""

    def __init__(
        self, journal: Journal, duty: Duty, recorder: Recorder, track: Track, clock: Clock, randomness: Randomness
    ) -> None:
        self._journal, self._duty, self._recorder, self._track = journal, duty, recorder, track
        self._ids = Ids(clock, randomness)

    # the route itself ----------------------------------------------------------------------------------------------------

    def unseen_version(self) -> int | None:
        """The version of the route that dispatch gave out while the day ran, as long as the driver has not seen it."""
        if not self._duty.on_shift:
            return None
        journey = self._duty.journey
        first = next((event.version for event in self._events(ShiftStarted)), journey.route.version)
        seen = self._seen(journey.route.id).get() or first
        return journey.route.version if journey.route.version > seen else None

    def see_version(self) -> None:
        """The driver has seen that the route is another one now."""
        route = self._duty.route
        self._seen(route.id).put(route.version)

    def _seen(self, route_id: str) -> Setting[int]:
        return Setting(self._journal, f"road.seen.{route_id}", int)

    # incidents ---------------------------------------------------------------------------------------------------------

    def report(self, kind: Incident, note: str = "", photos: Sequence[str] = ()) -> str:
        """Report what happened; ``photos`` are hashes that :meth:`StopGoods.photo` gave.

        Raises:
            Refused: JOURNEY_ILLEGAL outside a shift; OUTCOME_REASON where it is OTHER and nobody says what; BLOB_MISSING
                where a photo was not taken on this route.
        """
        said = _said("note", note)
        if kind is Incident.OTHER and not said:
            raise Refused(problems.OUTCOME_REASON, value=kind.value)
        taken = {event.sha256 for event in self._events(PhotoTaken)}
        missing = next((digest for digest in photos if digest not in taken), None)
        if missing is not None:
            raise Refused(problems.BLOB_MISSING, value=missing)
        event = IncidentReported(self._duty.route.id, kind, said, tuple(photos), self._track.latest())
        return self._recorder.record(event)

    def incidents(self) -> tuple[IncidentReported, ...]:
        """What was reported on this route, oldest first."""
        return tuple(self._events(IncidentReported))

    # messages ----------------------------------------------------------------------------------------------------------

    def messages(self) -> tuple[Said, ...]:
        """What was said on this route, both ways, oldest first."""
        work = self._duty.work
        if work is None or not self._duty.started:
            return ()
        read = {event.message_id for event in self._events(MessageRead)}
        theirs = [Said(message, ours=False, read=message.id in read) for message in work.messages]
        ours = [
            Said(Message(entry.sha256, event.text, "", entry.recorded), ours=True, read=True)
            for entry in self._journal.entries(route_id=self._duty.route.id, types=(MessageSent.__name__,))
            if isinstance(event := record_of(entry).decoded(), MessageSent)
        ]
        return tuple(sorted((*theirs, *ours), key=lambda said: said.message.at))

    def unread(self) -> tuple[Message, ...]:
        """What dispatch wrote and the driver has not seen."""
        return tuple(said.message for said in self.messages() if not said.ours and not said.read)

    def read(self) -> None:
        """The driver has seen everything that dispatch wrote."""
        events = [MessageRead(self._duty.route.id, message.id) for message in self.unread()]
        if events:
            self._recorder.record_all(events)

    def send(self, text: str) -> str:
        """Write to dispatch.

        Raises:
            Refused: FIELD_INVALID where it is empty or too long; JOURNEY_ILLEGAL after the shift.
        """
        said = _said("text", text)
        if not said:
            raise Refused(problems.FIELD_INVALID, field="text", value="", reason="空 empty")
        return self._recorder.record(MessageSent(self._duty.route.id, said))

    # goods that are taken along ------------------------------------------------------------------------------------------

    def collect(
        self,
        why: Collected,
        *,
        name: str,
        quantity: int,
        unit: str,
        given_by: str,
        lot: str = "",
        code: str = "",
        entry: Entry = Entry.TYPED,
        container_id: str | None = None,
        note: str = "",
    ) -> str:
        """Take goods along that no delivery note of this route names; returns what the collection is called.

        Raises:
            Refused: FIELD_INVALID without a name, a quantity or the name of who gave them; JOURNEY_ILLEGAL where nothing can
                be taken along.
        """
        journey = self._duty.journey
        item = self._ids.new()
        event = GoodsCollected(
            journey.route.id,
            item,
            journey.open_stop,
            why,
            _said("name", name),
            lot.strip(),
            quantity,
            unit.strip(),
            code,
            entry,
            container_id,
            given_by.strip(),
            _said("note", note),
            self._track.latest(),
        )
        self._recorder.record(event)
        return item

    def collected(self) -> tuple[GoodsCollected, ...]:
        """What was taken along and is on board."""
        return tuple(self._duty.journey.collected.values()) if self._duty.started else ()

    def hand_in(self, item: str, quantity: int, note: str = "") -> str:
        """Hand a collection in at the depot; fewer than were taken need a note.

        Raises:
            Refused: CLAIM_FOREIGN, CLAIM_QUANTITY, OUTCOME_REASON, JOURNEY_ILLEGAL.
        """
        return self._recorder.record(CollectionHandedIn(self._duty.route.id, item, quantity, _said("note", note)))

    # goods that change vehicles ------------------------------------------------------------------------------------------

    def on_board(self) -> tuple[OnBoard, ...]:
        """Every line with packs on board, in driving order."""
        journey = self._duty.journey
        return tuple(
            OnBoard(stop, line, journey.line(line.id).on_board)
            for stop in sorted(journey.route.stops, key=lambda stop: stop.number)
            for line in stop.lines()
            if journey.line(line.id).on_board > 0
        )

    def move(
        self,
        line_ids: Sequence[str],
        *,
        vehicle: str,
        driver: str,
        strokes: Sequence[Sequence[tuple[float, float]]],
        picture: bytes,
        note: str = "",
    ) -> str:
        """Give all packs of these lines over to another vehicle, whose driver signs for them here.

        Raises:
            Refused: SIGNATURE_EMPTY, SIGNATURE_REUSED, CLAIM_FOREIGN where vehicle or driver are not named, CLAIM_QUANTITY
                where a line has nothing on board, JOURNEY_ILLEGAL at a stop or before departure, DISK_FULL.
        """
        with self._duty.lock:
            check_strokes(strokes)
            if not picture.startswith(PNG):
                raise Refused(problems.FIELD_INVALID, field="picture", value=picture[:8].hex(), reason="PNG")
            self._journal.enough_room(SIGNATURE_ROOM)
            journey, written = self._duty.journey, strokes_json(strokes)
            drawn = self._journal.store_blob(written)
            if drawn in journey.signatures or self._journal.blob(drawn) is not None:
                raise Refused(problems.SIGNATURE_REUSED, value=drawn)
            pictured = self._journal.store_blob(picture)
            self._track.seal()
            event = GoodsMoved(
                journey.route.id,
                tuple(MovedLine(line_id, journey.line(line_id).on_board) for line_id in line_ids),
                vehicle.strip(),
                driver.strip(),
                drawn,
                pictured,
                _said("note", note),
                self._track.latest(),
            )
            blobs = (
                BlobRef(drawn, len(written), STROKES_TYPE, Lane.OUTCOME),
                BlobRef(pictured, len(picture), PICTURE_TYPE, Lane.OUTCOME),
            )
            return self._recorder.record(event, blobs=blobs)

    # what was recorded ---------------------------------------------------------------------------------------------------

    def _events(self, kind: type[Event]) -> list[Event]:
        entries = self._journal.entries(route_id=self._duty.route.id, types=(kind.__name__,))
        events = [record_of(entry).decoded() for entry in entries]
        return [event for event in events if isinstance(event, kind)]


def _said(field: str, text: str) -> str:
    """What a person typed, trimmed.

    Raises:
        Refused: FIELD_INVALID where it is too long.
    """
    said = text.strip()
    if len(said) > LONGEST:
        raise Refused(problems.FIELD_INVALID, field=field, value=said[:40], reason=f"{len(said)} > {LONGEST}")
    return said
