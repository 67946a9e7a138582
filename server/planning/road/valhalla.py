"""A client of Valhalla over HTTP: what it has, how far places are from its roads, matrices in blocks, and ways.

Source of paths, fields and error codes: the Valhalla documentation ("Turn-by-turn API", "Time-Distance Matrix", "Locate",
"Status") and the answers of Valhalla 3.9.1 itself.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeVar

import httpx
import msgspec

from server.planning.problem import NO_ROAD
from server.planning.road.settings import RoadSettings
from server.planning.roads import Profile
from shared import problems
from shared.errors import UNDECODABLE, Refused
from shared.geo import Position, distance

LOOK = 5000.0
"""m: how far the router looks for a road. Farther than any allowed ``reach``, so that a site's distance can be told."""
ATTEMPTS = 3
"""How often an unanswered question is put."""
NO_EDGES, UNCONNECTED, NO_PATH = 171, 170, 442
"""Valhalla's codes for "no way": no road near a place, places in unconnected regions, no path found."""
GATEWAY = frozenset({502, 503, 504})
"""What a proxy answers in the place of a router that is down or starting (RFC 9110, 15.6)."""


class Edition(msgspec.Struct, frozen=True):
    """Which roads a router has: its version, and when its tile set was made (UTC)."""

    version: str
    made: datetime

    @property
    def key(self) -> str:
        """Another one for every other tile set or version."""
        return f"valhalla {self.version} {self.made:%Y%m%dT%H%M%S}"

    @property
    def label(self) -> str:
        """What people read: ``valhalla 3.9.1, roads of 2026-10-01``."""
        return f"valhalla {self.version}, roads of {self.made:%Y-%m-%d}"


class Status(msgspec.Struct, frozen=True):
    """``/status``: the tile set's time is in s since 1970, 0 or missing without tiles."""

    version: str
    tileset_last_modified: int = 0


class Tables(msgspec.Struct, frozen=True):
    """A matrix in the terse form: s and km, ``null`` where no way was found."""

    durations: list[list[float | None]]
    distances: list[list[float | None]]


class MatrixAnswer(msgspec.Struct, frozen=True):
    """``/sources_to_targets`` with ``verbose`` off."""

    sources_to_targets: Tables


class Edge(msgspec.Struct, frozen=True):
    """A road near a place, and the point on it."""

    correlated_lat: float
    correlated_lon: float


class Located(msgspec.Struct, frozen=True):
    """``/locate``: the roads near one place; ``null`` or empty: none."""

    edges: list[Edge] | None = None


class Maneuver(msgspec.Struct, frozen=True):
    """A turn as Valhalla words it; ``length`` in km to the next one, ``begin_shape_index`` its place on the leg's shape."""

    type: int
    length: float
    begin_shape_index: int
    instruction: str = ""
    street_names: tuple[str, ...] = ()
    begin_street_names: tuple[str, ...] = ()
    roundabout_exit_count: int | None = None


class Leg(msgspec.Struct, frozen=True):
    """The way from one place to the next: an encoded polyline, and the turns on it."""

    shape: str
    maneuvers: list[Maneuver]


class Trip(msgspec.Struct, frozen=True):
    """A way through all places, a leg for each but the first; ``language`` is the one its turns are worded in."""

    legs: list[Leg]
    language: str


class WayAnswer(msgspec.Struct, frozen=True):
    """``/route``."""

    trip: Trip


class Failure(msgspec.Struct, frozen=True):
    """Every answer of Valhalla that is not 200."""

    error_code: int
    error: str = ""


class NoWay(Exception):
    """The router knows the places, and no way between them."""


Answer = TypeVar("Answer")


class Valhalla:
    """A Valhalla at ``settings.url``. Questions are put one after the other over one connection.

    ``wait`` lets s pass between two attempts.
    """

    def __init__(
        self,
        settings: RoadSettings,
        *,
        wait: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self._wait = wait
        # its own machine or one beside it: proxies from the environment are not for it
        self._http = httpx.Client(
            base_url=settings.url,
            timeout=httpx.Timeout(settings.timeout, connect=5.0),
            trust_env=False,
            transport=transport,
        )

    def __enter__(self) -> "Valhalla":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def edition(self) -> Edition:
        """Which roads it has now.

        Raises:
            Refused: ROADS_SILENT; ROADS_ANSWER, also where it has no tiles.
        """
        status = self._ask("/status", {}, Status)
        if status.tileset_last_modified <= 0:
            raise self._unusable("/status", "没有路网数据 no tiles")
        return Edition(status.version, datetime.fromtimestamp(status.tileset_last_modified, UTC))

    def away(self, places: Sequence[Position], profile: Profile) -> list[float | None]:
        """How far each place is from the nearest road the vehicle may take (m); ``None``: none within :data:`LOOK`.

        Raises:
            Refused: ROADS_SILENT, ROADS_ANSWER.
        """
        question = {"locations": [_location(place) for place in places], "verbose": False, **_costing(profile)}
        found = self._ask("/locate", question, list[Located])
        if len(found) != len(places):
            raise self._unusable("/locate", f"{len(found)} ≠ {len(places)}")
        return [
            min(
                (distance(place, Position(edge.correlated_lat, edge.correlated_lon)) for edge in near.edges or ()),
                default=None,
            )
            for place, near in zip(places, found, strict=True)
        ]

    def block(
        self, sources: Sequence[Position], targets: Sequence[Position], profile: Profile
    ) -> tuple[list[list[int]], list[list[int]]]:
        """Distances (m) and durations (s) from each source to each target; NO_ROAD where there is no way.

        One place without any connection makes Valhalla refuse the whole block, so a refused block is halved until the places
        are found that it is about.

        Raises:
            Refused: ROADS_SILENT, ROADS_ANSWER.
        """
        question = {
            "sources": [_location(place) for place in sources],
            "targets": [_location(place) for place in targets],
            "verbose": False,
            "units": "kilometers",
            **_costing(profile),
        }
        try:
            tables = self._ask("/sources_to_targets", question, MatrixAnswer).sources_to_targets
        except NoWay:
            return self._halved(sources, targets, profile)
        shapes = {(len(rows), *{len(row) for row in rows}) for rows in (tables.distances, tables.durations)}
        if shapes != {(len(sources), len(targets))}:
            raise self._unusable("/sources_to_targets", f"{sorted(shapes)} ≠ {len(sources)} × {len(targets)}")
        distances = [[NO_ROAD if km is None else round(km * 1000) for km in row] for row in tables.distances]
        durations = [[NO_ROAD if s is None else round(s) for s in row] for row in tables.durations]
        return distances, durations

    def _halved(
        self, sources: Sequence[Position], targets: Sequence[Position], profile: Profile
    ) -> tuple[list[list[int]], list[list[int]]]:
        if len(sources) == len(targets) == 1:
            return [[NO_ROAD]], [[NO_ROAD]]
        if len(sources) >= len(targets):
            middle = len(sources) // 2
            upper = self.block(sources[:middle], targets, profile)
            lower = self.block(sources[middle:], targets, profile)
            return upper[0] + lower[0], upper[1] + lower[1]
        middle = len(targets) // 2
        left = self.block(sources, targets[:middle], profile)
        right = self.block(sources, targets[middle:], profile)
        return (
            [a + b for a, b in zip(left[0], right[0], strict=True)],
            [a + b for a, b in zip(left[1], right[1], strict=True)],
        )

    def trip(self, places: Sequence[Position], profile: Profile, language: str) -> Trip:
        """The way through all places in their order (not more than ``settings.stops``), its turns worded in a language
        (BCP 47), or in American English where Valhalla does not have it: ``Trip.language`` says.

        Raises:
            NoWay: there is none.
            Refused: ROADS_SILENT, ROADS_ANSWER.
        """
        question = {
            "locations": [_location(place) for place in places],
            "language": language,
            "units": "kilometers",
            **_costing(profile),
        }
        trip = self._ask("/route", question, WayAnswer).trip
        if len(trip.legs) != len(places) - 1:
            raise self._unusable("/route", f"{len(trip.legs)} ≠ {len(places) - 1}")
        return trip

    def _ask(self, path: str, question: dict[str, Any], kind: type[Answer]) -> Answer:
        """Put a question, several times if need be.

        Raises:
            NoWay: Valhalla says that there is none.
            Refused: ROADS_SILENT, ROADS_ANSWER.
        """
        reason = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait(self.settings.pause * 2 ** (attempt - 1))
            try:
                response = self._http.post(path, content=msgspec.json.encode(question))
            except httpx.TransportError as error:
                reason = f"{path}: {type(error).__name__}"
                continue
            if response.status_code in GATEWAY:
                reason = f"{path}: HTTP {response.status_code}"
                continue
            return self._read(path, response, kind)
        raise Refused(problems.ROADS_SILENT, value=self.settings.url, reason=reason)

    def _read(self, path: str, response: httpx.Response, kind: type[Answer]) -> Answer:
        try:
            if response.status_code == 200:
                return msgspec.json.decode(response.content, type=kind)
            failure = msgspec.json.decode(response.content, type=Failure)
        except UNDECODABLE as error:
            raise self._unusable(path, f"HTTP {response.status_code}: {error}") from error
        if failure.error_code in (NO_EDGES, UNCONNECTED, NO_PATH):
            raise NoWay(failure.error)
        raise self._unusable(path, f"{failure.error_code}: {failure.error}")

    def _unusable(self, path: str, reason: str) -> Refused:
        return Refused(problems.ROADS_ANSWER, value=self.settings.url + path, reason=reason)


def _location(place: Position) -> dict[str, float]:
    return {"lat": place.lat, "lon": place.lon, "search_cutoff": LOOK}


def _costing(profile: Profile) -> dict[str, Any]:
    """The costing and its options: m and t, as Valhalla counts vehicles."""
    options: dict[str, Any] = {"height": profile.height / 100, "width": profile.width / 100}
    if profile.costing == "truck":
        options |= {
            "length": profile.length / 100,
            "weight": profile.gross / 1000,
            "axle_load": profile.axle / 1000,
            "hazmat": profile.hazmat,
        }
    return {"costing": profile.costing, "costing_options": {profile.costing: options}}
