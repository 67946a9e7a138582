"""A newer version of a route while its day runs: what has been touched stands, whatever the plan now says.

Dispatch adds, moves and withdraws stops; a handheld without a network goes on by the version it has. So neither side may
forget a stop that an earlier version had: a handover at a withdrawn stop, made before the news arrived, is a handover. It is
recorded, provable and flagged, and a person decides what follows from it. Both sides revise by this one function.
"""

from collections.abc import Iterator

import msgspec

from shared.custody.journey import Journey, StopPhase
from shared.work import Container, Route, Stop


def revised(journey: Journey, route: Route) -> Journey:
    """The journey under a newer version of its route.

    Stops that were visited stay as they were when they were visited. Stops that the newer version does not have stay known,
    behind the others, and are named in :attr:`Journey.withdrawn`. Containers stay known as well; one whose loggers are at
    work stays as it was, unless the newer version still has all of them.
    """
    old = {stop.id: stop for stop in journey.route.stops}
    stops = [_standing(journey, old.get(stop.id), stop) for stop in route.stops]
    there = {stop.id for stop in route.stops}
    gone = [stop for stop in journey.route.stops if stop.id not in there]
    merged = msgspec.structs.replace(route, stops=(*stops, *gone), containers=_containers(journey, route))
    return msgspec.structs.replace(journey, route=merged, withdrawn=frozenset(stop.id for stop in gone))


def contradictions(journey: Journey, route: Route) -> Iterator[str]:
    """What stands against taking on ``route``: goods that are on board under a line which the newer version changed."""
    lines = {line.id: line for stop in route.stops for line in stop.lines()}
    for stop in journey.route.stops:
        if journey.stop(stop.id).phase is not StopPhase.PLANNED:
            continue
        for line in stop.lines():
            if journey.line(line.id).loaded and lines.get(line.id, line) != line:
                yield f"line {line.id}"


def _standing(journey: Journey, old: Stop | None, new: Stop) -> Stop:
    """A stop as it stands: visited, what was shown and signed there; else what the newer version says."""
    return new if old is None or journey.stop(new.id).phase is StopPhase.PLANNED else old


def _containers(journey: Journey, route: Route) -> tuple[Container, ...]:
    at_work = {attachment.logger_id for attachment in journey.attachments if attachment.until is None}
    old = {container.id: container for container in journey.route.containers}
    found = []
    for container in route.containers:
        before = old.pop(container.id, None)
        needed = set() if before is None else {logger.id for logger in before.loggers} & at_work
        missing = not needed <= {logger.id for logger in container.loggers}
        found.append(before if before is not None and missing else container)
    return (*found, *old.values())
