"""The way of a route, turn by turn, and how it gets into the route a handheld works from."""

from collections.abc import Sequence

import msgspec

from server.planning.road.polyline import decode, simplify
from server.planning.road.valhalla import Leg, NoWay, Trip, Valhalla
from server.planning.road.wording import chinese
from server.planning.roads import Profile
from shared import problems
from shared.errors import Refused
from shared.geo import Position
from shared.work import Direction, Name, Route

TOLERANCE = 5.0
"""m: the track that is published may run so far beside the road, about a lane and a half."""


class Way(msgspec.Struct, frozen=True):
    """The way through ``places``: for each but the first, the turns that lead there, and the shape of the way from the one
    before (WGS-84). It is worked out before anything is written, and fits only the route that goes through these places."""

    places: tuple[Position, ...]
    directions: tuple[tuple[Direction, ...], ...]
    shapes: tuple[tuple[Position, ...], ...]


def places_of(route: Route) -> tuple[Position, ...]:
    """Where a route goes: its depot, its stops, the depot again before each later trip, and where it ends, which is where its
    straight track ends."""
    start = route.depot.fence.centre
    there: list[Position] = []
    for stop in route.stops:
        there += [start] if route.before(stop) is not None else []
        there.append(stop.site.fence.centre)
    return (start, *there, route.track[-1] if route.track else start)


def find_way(router: Valhalla, places: Sequence[Position], profile: Profile) -> Way:
    """The way through all places in their order. More of them than the router takes at once are asked in runs that share
    their ends.

    Raises:
        Refused: ROADS_SILENT; ROADS_ANSWER, also for a turn that is not on its shape; ROADS_CUT_OFF where there is no way.
    """
    directions: list[tuple[Direction, ...]] = []
    shapes: list[tuple[Position, ...]] = []
    step = router.settings.stops - 1
    for start in range(0, len(places) - 1, step):
        run = places[start : start + step + 1]
        chinese_trip, english_trip = _asked(router, run, profile)
        for leg, other in zip(chinese_trip.legs, english_trip.legs, strict=True):
            try:
                shape = decode(leg.shape)
                directions.append(_directions(leg, other, shape, worded=chinese_trip.language.startswith("zh")))
            except (ValueError, IndexError) as error:
                raise Refused(problems.ROADS_ANSWER, value=router.settings.url + "/route", reason=error) from error
            shapes.append(shape)
    return Way(tuple(places), tuple(directions), tuple(shapes))


def _asked(router: Valhalla, run: Sequence[Position], profile: Profile) -> tuple[Trip, Trip]:
    """The way with turns in Chinese, and in English: the same answer where the router has no Chinese."""
    try:
        first = router.trip(run, profile, "zh-CN")
        return first, router.trip(run, profile, "en-US") if first.language.startswith("zh") else first
    except NoWay as error:
        where = " → ".join(f"{at.lat:.5f} {at.lon:.5f}" for at in run)
        raise Refused(problems.ROADS_CUT_OFF, site=where, value=profile.label) from error


def _directions(leg: Leg, english: Leg, shape: Sequence[Position], *, worded: bool) -> tuple[Direction, ...]:
    """The turns of a leg.

    Raises:
        ValueError: the two languages tell different turns.
        IndexError: a turn is not on the shape.
    """
    return tuple(
        Direction(
            Name(turn.instruction.rstrip("。") if worded else chinese(turn), other.instruction.rstrip(".")),
            turn.length * 1000,
            shape[turn.begin_shape_index],
        )
        for turn, other in zip(leg.maneuvers, english.maneuvers, strict=True)
    )


def with_way(route: Route, way: Way) -> Route:
    """The route with its turns and its track on the road.

    Raises:
        Refused: ROADS_CHANGED, the way was found for other places: a site was moved since.
    """
    if way.places != places_of(route):
        was, now = (
            " → ".join(f"{at.lat:.5f} {at.lon:.5f}" for at in places) for places in (way.places, places_of(route))
        )
        raise Refused(problems.ROADS_CHANGED, value=now, expected=was)
    legs = iter(way.directions)
    stops, reloads = [], []
    for stop in route.stops:
        reload = route.before(stop)
        if reload is not None:
            reloads.append(msgspec.structs.replace(reload, directions=next(legs)))
        stops.append(msgspec.structs.replace(stop, directions=next(legs)))
    track: list[Position] = []
    for shape in way.shapes:
        track += simplify(shape, TOLERANCE)[1 if track else 0 :]
    return msgspec.structs.replace(route, stops=tuple(stops), reloads=tuple(reloads), track=tuple(track))
