"""Custody events: what can happen to goods, as frozen values that validate themselves when decoded.

Events are past participles. Each is written once, on the device that saw it, into that device's chain. An event of a type
that a newer version invented is kept as :class:`UnknownEvent`, chained and shown, never dropped.

Units: instants UTC; ``times`` in segments ms since 1970; temperatures in segments hundredths of °C, humidity hundredths
of %RH; positions WGS-84 degrees.
"""

from datetime import datetime

import msgspec

from shared import problems
from shared.coldchain.verdict import Verdict
from shared.custody.office import CorrectionMade as CorrectionMade
from shared.custody.office import DepartureOverridden as DepartureOverridden
from shared.custody.office import DeviceEnrolled as DeviceEnrolled
from shared.custody.office import DeviceRevoked as DeviceRevoked
from shared.custody.office import LotRecalled as LotRecalled
from shared.custody.office import MessagePosted as MessagePosted
from shared.custody.office import RoutePublished as RoutePublished
from shared.custody.road import Collected as Collected
from shared.custody.road import CollectionHandedIn as CollectionHandedIn
from shared.custody.road import GoodsCollected as GoodsCollected
from shared.custody.road import GoodsMoved as GoodsMoved
from shared.custody.road import Incident as Incident
from shared.custody.road import IncidentReported as IncidentReported
from shared.custody.road import MessageRead as MessageRead
from shared.custody.road import MessageSent as MessageSent
from shared.custody.road import MovedLine as MovedLine
from shared.custody.road import RestDue as RestDue
from shared.custody.road import RouteRevised as RouteRevised
from shared.custody.segments import PositionsSealed as PositionsSealed
from shared.custody.segments import ReadingsSealed as ReadingsSealed
from shared.custody.words import ArrivedBy as ArrivedBy
from shared.custody.words import CustodyEvent as CustodyEvent
from shared.custody.words import Entry as Entry
from shared.custody.words import Failure as Failure
from shared.custody.words import Outcome as Outcome
from shared.custody.words import Reason as Reason
from shared.errors import UNDECODABLE, Problem, Refused
from shared.geo import Position

# the shift -------------------------------------------------------------------------------------------------------------


class ShiftStarted(CustodyEvent, frozen=True):
    """A driver took on a route."""

    route_id: str
    version: int
    driver_id: str
    vehicle_id: str
    published: str
    """SHA-256 (hex) of the RoutePublished event the handheld worked from."""
    position: Position | None


class CheckItem(msgspec.Struct, frozen=True):
    """One point of a check list."""

    item: str
    ok: bool
    note: str = ""


class VehicleChecked(CustodyEvent, frozen=True):
    """The driver went through the vehicle's check list."""

    route_id: str
    items: tuple[CheckItem, ...]


class PrecoolingChecked(CustodyEvent, frozen=True):
    """A container's temperature before loading (GSP appendix on refrigerated medicines: pre-cool before loading)."""

    route_id: str
    container_id: str
    logger_id: str
    temperature: float | None
    low: float
    high: float
    ok: bool


class LoggerAttached(CustodyEvent, frozen=True):
    """A logger started to speak for a container."""

    route_id: str
    logger_id: str
    container_id: str


class LoggerDetached(CustodyEvent, frozen=True):
    """A logger stopped speaking for a container."""

    route_id: str
    logger_id: str
    container_id: str


class GoodsLoaded(CustodyEvent, frozen=True):
    """Packs of a line went into a container."""

    route_id: str
    line_id: str
    container_id: str
    quantity: int
    code: str
    entry: Entry
    beside: tuple[str, ...] = ()
    """The pack's other codes that belong to this pack only, read in the same act, such as the 药品追溯码 beside a
    GS1 DataMatrix. Records from before there was such a thing have none. With a ``quantity`` of 0 it is the code that
    this pack was counted under a moment before: ``code`` is one more of its codes, and no further pack."""


class ScanRefused(CustodyEvent, frozen=True):
    """A code was scanned and did not belong: kept, because what nearly went wrong is evidence too."""

    route_id: str
    stop_at: str | None
    code: str
    entry: Entry
    problem: Problem


class DepartureRefused(CustodyEvent, frozen=True):
    """The departure gate was tried and did not open."""

    route_id: str
    reasons: tuple[Problem, ...]


class VehicleDeparted(CustodyEvent, frozen=True):
    """The vehicle left the depot on one of the day's trips (1, 2 …); what stood against it had been overridden by these
    events."""

    route_id: str
    position: Position | None
    overridden: tuple[str, ...] = ()
    odometer: int | None = None
    """km, where the driver read it (vaccines: mileage from start to arrival)."""
    trip: int = 1


class StopArrived(CustodyEvent, frozen=True):
    """The driver is at a site."""

    route_id: str
    stop_id: str
    by: ArrivedBy
    position: Position | None
    distance: float | None
    """m from the site's centre, where a position is known."""


class GoodsUnloaded(CustodyEvent, frozen=True):
    """Packs of a line were taken out for the receiver."""

    route_id: str
    stop_id: str
    line_id: str
    quantity: int
    code: str
    entry: Entry
    beside: tuple[str, ...] = ()
    """As of :class:`GoodsLoaded`."""


class DownloadFailed(CustodyEvent, frozen=True):
    """A logger's history could not be fetched (whole)."""

    route_id: str
    logger_id: str
    problem: Problem
    kept: int
    """Readings of this download that are on disk nevertheless."""


class LineVerdict(msgspec.Struct, frozen=True):
    """The verdict of one line."""

    line_id: str
    verdict: Verdict


class VerdictShown(CustodyEvent, frozen=True):
    """What the receiver was shown before signing."""

    route_id: str
    stop_id: str
    verdicts: tuple[LineVerdict, ...]


class PhotoTaken(CustodyEvent, frozen=True):
    """A photo, by the hash of its bytes."""

    route_id: str
    stop_id: str | None
    line_id: str | None
    sha256: str
    size: int
    media_type: str
    position: Position | None


class LineOutcome(msgspec.Struct, frozen=True):
    """What the receiver decided on one line; the parts add up to the line's quantity, except ``over``, which is extra."""

    line_id: str
    outcome: Outcome
    accepted: int
    refused: int = 0
    short: int = 0
    over: int = 0
    reason: Reason | None = None
    note: str = ""


class Signatory(msgspec.Struct, frozen=True):
    """Who signed, in which role, and what the signature means (21 CFR 11.50: printed name, date and time, meaning)."""

    name: str
    role: str
    staff_number: str
    meaning: str
    strokes: str
    """SHA-256 (hex) of the strokes (a JSON blob)."""
    picture: str
    """SHA-256 (hex) of the picture (PNG)."""


class HandoverSigned(CustodyEvent, frozen=True):
    """Custody moved, line by line, and the receiver signed for it."""

    route_id: str
    stop_id: str
    outcomes: tuple[LineOutcome, ...]
    signatories: tuple[Signatory, ...]
    shown: str
    """SHA-256 (hex) of the VerdictShown record the signature stands under."""
    position: Position | None
    language: str


class StopFailed(CustodyEvent, frozen=True):
    """Nothing could be handed over; all its goods stay on board."""

    route_id: str
    stop_id: str
    failure: Failure
    note: str
    position: Position | None


class StopLeft(CustodyEvent, frozen=True):
    """The driver left the site."""

    route_id: str
    stop_id: str
    position: Position | None


class AlarmRaised(CustodyEvent, frozen=True):
    """A logger was heard out of range on the road."""

    route_id: str
    logger_id: str
    container_id: str
    temperature: float
    low: float
    high: float


class AlarmAcknowledged(CustodyEvent, frozen=True):
    """The driver has seen the alarm."""

    route_id: str
    logger_id: str
    note: str


class ClockJumped(CustodyEvent, frozen=True):
    """The handheld's wall clock moved by ``milliseconds`` against its monotonic clock."""

    before: datetime
    after: datetime
    milliseconds: int


class RemarkMade(CustodyEvent, frozen=True):
    """A later remark to a stop."""

    route_id: str
    stop_id: str
    text: str


class VehicleReturned(CustodyEvent, frozen=True):
    """The vehicle is back at the depot."""

    route_id: str
    position: Position | None
    odometer: int | None = None


class GoodsReturned(CustodyEvent, frozen=True):
    """Packs of a line came back to the depot."""

    route_id: str
    line_id: str
    quantity: int
    note: str = ""


class ShiftEnded(CustodyEvent, frozen=True):
    """The driver's day is over; from here on no position is recorded."""

    route_id: str


class UnknownEvent(msgspec.Struct, frozen=True):
    """An event of a type this version does not know, as it came."""

    type: str
    raw: msgspec.Raw


KnownEvent = (
    DeviceEnrolled
    | DeviceRevoked
    | RoutePublished
    | DepartureOverridden
    | LotRecalled
    | CorrectionMade
    | ShiftStarted
    | VehicleChecked
    | PrecoolingChecked
    | LoggerAttached
    | LoggerDetached
    | GoodsLoaded
    | ScanRefused
    | DepartureRefused
    | VehicleDeparted
    | StopArrived
    | GoodsUnloaded
    | ReadingsSealed
    | DownloadFailed
    | VerdictShown
    | PhotoTaken
    | HandoverSigned
    | StopFailed
    | StopLeft
    | AlarmRaised
    | AlarmAcknowledged
    | PositionsSealed
    | ClockJumped
    | RemarkMade
    | VehicleReturned
    | GoodsReturned
    | ShiftEnded
    | IncidentReported
    | GoodsMoved
    | GoodsCollected
    | CollectionHandedIn
    | RestDue
    | RouteRevised
    | MessageSent
    | MessageRead
    | MessagePosted
)
AnyEvent = KnownEvent | UnknownEvent
SERVER_ONLY: frozenset[type] = frozenset(
    {DeviceEnrolled, DeviceRevoked, RoutePublished, DepartureOverridden, LotRecalled, MessagePosted}
)
"""What only the server's own chain may hold. They surround a journey and are no steps of it; from a handheld they are
refused (EVENT_SERVER_ONLY): it could give itself another route, or leave to depart."""
EVENT_TYPES: dict[str, type] = {cls.__name__: cls for cls in KnownEvent.__args__}


class _Tag(msgspec.Struct):
    type: str


def decode_event(raw: bytes) -> AnyEvent:
    """An event from its JSON; of an unknown type, as it came.

    Raises:
        Refused: ENVELOPE_MALFORMED where a known type does not have the fields it must have; SEGMENT_MALFORMED or
            RANGE_INVALID where they contradict each other.
    """
    try:
        name = msgspec.json.decode(raw, type=_Tag).type
        if name not in EVENT_TYPES:
            return UnknownEvent(name, msgspec.Raw(raw))
        event: KnownEvent = msgspec.json.decode(raw, type=KnownEvent)
    except UNDECODABLE as error:
        raise Refused(problems.ENVELOPE_MALFORMED, value=raw[:60].decode("latin-1"), reason=str(error)) from error
    return event


def event_name(event: AnyEvent) -> str:
    """The type of an event as it is written."""
    return event.type if isinstance(event, UnknownEvent) else type(event).__name__
