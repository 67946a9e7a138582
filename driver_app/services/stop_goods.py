"""A stop's goods and circumstances: arriving, scanning out, photos, a stop that fails, leaving."""

from driver_app.journal.ports import BlobRef, Journal
from driver_app.services.duty import Duty
from driver_app.services.recorder import Recorder
from driver_app.services.scanning import LineProgress, OtherName, Read, Scanned, Scanning
from driver_app.services.signing import drafts_of
from driver_app.services.step import PLACE, Step, StepKind, Steps, placed
from driver_app.services.track import Track
from shared import problems
from shared.codes.match import Match
from shared.codes.match import Scanned as ScannedBefore
from shared.custody.claims import CARTON, LOADING
from shared.custody.events import (
    ArrivedBy,
    Entry,
    Failure,
    GoodsUnloaded,
    PhotoTaken,
    RemarkMade,
    StopArrived,
    StopFailed,
    StopLeft,
)
from shared.custody.journey import Journey, StopPhase
from shared.errors import Refused
from shared.geo import distance
from shared.sync import MAX_BLOB, Lane
from shared.work import Container, Line, Stop

SIGNATURE_ROOM = 8 * 1024 * 1024
"""Bytes that must be free before a receiver is asked to sign: the signature, its event and the log they are written to,
many times over. A photo has to leave them free."""
PHOTO_TYPES = ("image/jpeg", "image/png")


class StopGoods:
    """The part of a stop that needs no verdict. All but :meth:`arrive` and :meth:`remark` speak of the open stop."""

    def __init__(
        self,
        journal: Journal,
        duty: Duty,
        recorder: Recorder,
        scanning: Scanning,
        steps: Steps,
        track: Track,
    ) -> None:
        self._journal, self._duty, self._recorder = journal, duty, recorder
        self._scanning, self._steps, self._track = scanning, steps, track

    @property
    def stop(self) -> Stop:
        """The open stop.

        Raises:
            Refused: JOURNEY_ILLEGAL where the driver is at none.
        """
        journey = self._duty.journey
        if journey.open_stop is None:
            raise Refused(problems.JOURNEY_ILLEGAL, state=journey.phase.value, value="stop")
        return journey.route.stop(journey.open_stop)

    def _arrived(self, value: str) -> tuple[Journey, Stop]:
        """The journey and its open stop, as long as nothing is signed there.

        Raises:
            Refused: JOURNEY_ILLEGAL.
        """
        stop, journey = self.stop, self._duty.journey
        phase = journey.stop(stop.id).phase
        if phase is not StopPhase.ARRIVED:
            raise Refused(problems.JOURNEY_ILLEGAL, state=phase.value, value=value)
        return journey, stop

    def arrive(self, stop_id: str, by: ArrivedBy = ArrivedBy.HAND) -> str:
        """Arrive at a stop; the position and its distance from the site are recorded where there is one.

        Raises:
            Refused: JOURNEY_ILLEGAL, NOT_FOUND; STOP_LATER_TRIP where its goods are to be loaded for a trip that has not
                begun.
        """
        journey = self._duty.journey
        route = journey.route
        stop = next((stop for stop in route.stops if stop.id == stop_id), None)
        if stop is None:
            raise Refused(problems.NOT_FOUND, what="站点 stop", value=stop_id)
        if journey.departed is not None and not journey.carries(stop):
            raise Refused(problems.STOP_LATER_TRIP, value=f"{stop.number}. {stop.site.name.zh}", trip=stop.trip)
        self._track.seal()
        position = self._track.latest()
        away = None if position is None else round(distance(stop.site.fence.centre, position), 1)
        place = placed(StepKind.STOP_UNLOAD, route.id, stop_id)
        return self._recorder.record(StopArrived(route.id, stop_id, by, position, away), put_drafts=place)

    # goods -------------------------------------------------------------------------------------------------------------

    def scan(self, read: Read, entry: Entry, quantity: int | None = None) -> Scanned | None:
        """Take a scan of packs that are brought out. ``quantity``: packs that it stands for, where the driver typed a number.
        ``None`` for the same code within a second, and for one more code of the pack just counted.

        Raises:
            Refused: JOURNEY_ILLEGAL where nothing is open; CODE_* or SCAN_* (recorded).
        """
        with self._duty.lock:
            journey, stop = self._arrived(GoodsUnloaded.__name__)
            counts = {line_id: state.unloaded for line_id, state in journey.lines.items()}
            before = ScannedBefore.of(
                counts,
                (code for purpose, code in journey.codes if scanned_out(purpose, code, stop.id)),
                {one: line_id for purpose, line_id, one in journey.packs if purpose == LOADING},
            )
            found = self._scanning.read(
                read, entry, before=before, stop=stop, quantity=quantity, accept=self._was_loaded
            )
            if found is None or isinstance(found, Container):
                return None
            if isinstance(found, OtherName):
                name = GoodsUnloaded(journey.route.id, stop.id, found.line_id, 0, found.code, entry, (found.of,))
                self._recorder.record(name)
                return None
            parts = (found, *found.others)
            self._recorder.record_all(
                [
                    GoodsUnloaded(
                        journey.route.id, stop.id, part.line_id, part.quantity, part.code_text, entry, part.beside
                    )
                    for part in parts
                ]
            )
            first, *others = [self._scanned(part) for part in parts]
        return Scanned(
            first.line_id, first.product, first.lot, first.quantity, first.done, first.total, first.code, tuple(others)
        )

    def _was_loaded(self, match: Match) -> None:
        """Refuse to bring out more of a line than was ever loaded."""
        for part in (match, *match.others):
            state = self._duty.journey.line(part.line_id)
            if state.unloaded + part.quantity > state.loaded:
                raise Refused(problems.SCAN_TOO_MANY, value=state.unloaded + part.quantity, expected=state.loaded)

    def _scanned(self, part: Match) -> Scanned:
        _, _, line = self._duty.route.line(part.line_id)
        done = self._duty.journey.line(line.id).unloaded
        return Scanned(line.id, line.product.name, line.lot, part.quantity, done, line.quantity, part.code_text)

    def progress(self) -> tuple[LineProgress, ...]:
        """The open stop's lines, and how much of each was scanned out, of what was loaded."""
        journey, stop = self._duty.journey, self.stop
        return tuple(self._line_progress(journey, stop, line) for line in stop.lines())

    @staticmethod
    def _line_progress(journey: Journey, stop: Stop, line: Line) -> LineProgress:
        state = journey.line(line.id)
        container_id = state.rides[-1].container_id if state.rides else line.container_id
        return LineProgress(stop, line, state.unloaded, state.loaded, container_id)

    def finish_unloading(self) -> Step:
        """On to fetching the loggers' history, also with goods not scanned out: they will be short."""
        return self._steps.go(StepKind.STOP_DOWNLOAD)

    # circumstances -----------------------------------------------------------------------------------------------------

    def photo(self, data: bytes, media_type: str = "image/jpeg", line_id: str | None = None) -> str:
        """Keep a photo and record its hash, which is returned. It belongs to the open stop, if there is one.

        Raises:
            Refused: FIELD_INVALID for another kind of file or an empty one; BLOB_TOO_LARGE; DISK_FULL where it would take the
                room that a signature needs.
        """
        if media_type not in PHOTO_TYPES or not data:
            reason = ", ".join(PHOTO_TYPES)
            raise Refused(problems.FIELD_INVALID, field="photo", value=f"{media_type} {len(data)}", reason=reason)
        if len(data) > MAX_BLOB:
            raise Refused(problems.BLOB_TOO_LARGE, value=len(data), limit=MAX_BLOB)
        self._journal.enough_room(len(data) + SIGNATURE_ROOM)
        journey = self._duty.journey
        digest = self._journal.store_blob(data)
        event = PhotoTaken(
            journey.route.id, journey.open_stop, line_id, digest, len(data), media_type, self._track.latest()
        )
        self._recorder.record(event, blobs=(BlobRef(digest, len(data), media_type, Lane.PHOTO),))
        return digest

    def remark(self, stop_id: str, text: str) -> str:
        """Add a remark to a stop that is done.

        Raises:
            Refused: FIELD_INVALID where it is empty, JOURNEY_ILLEGAL.
        """
        if not text.strip():
            raise Refused(problems.FIELD_INVALID, field="remark", value="", reason="空 empty")
        return self._recorder.record(RemarkMade(self._duty.route.id, stop_id, text.strip()))

    def fail(self, failure: Failure, note: str = "") -> str:
        """Nothing can be handed over here; all goods stay on board.

        Raises:
            Refused: JOURNEY_ILLEGAL; OUTCOME_REASON where the failure is OTHER and nobody says which.
        """
        stop = self.stop
        if failure is Failure.OTHER and not note.strip():
            raise Refused(problems.OUTCOME_REASON, value=stop.site.name.zh)
        self._track.seal()
        event = StopFailed(self._duty.route.id, stop.id, failure, note.strip(), self._track.latest())
        return self._recorder.record(event, drop_drafts=(PLACE, *drafts_of(stop.id)))

    def leave(self) -> str:
        """Leave the site.

        Raises:
            Refused: JOURNEY_ILLEGAL before the stop is signed or failed.
        """
        stop_id = self.stop.id
        self._track.seal()
        event = StopLeft(self._duty.route.id, stop_id, self._track.latest())
        return self._recorder.record(event, drop_drafts=(PLACE,))


def scanned_out(purpose: str, code: str, stop_id: str) -> bool:
    """Whether a code that was scanned cannot be scanned at a stop: it was there, or its pack was brought out elsewhere."""
    return purpose == stop_id or (purpose != LOADING and not code.startswith(CARTON))
