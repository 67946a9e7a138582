"""What the ledger knows of goods before a route is published (again): their custody on another vehicle before this one, and
where they ride."""

from server.trace.journeys import series, tell
from shared.coldchain.verdict import Earlier, judge


def earlier_custody(route_id: str, line_id: str) -> Earlier | None:
    """What a line went through on a route that it left for another vehicle; ``None`` where it never rode there, or was handed
    over or brought back there: then its custody on the road ended.

    Its verdict is known once all of its packs were given over, from the readings that have arrived since.
    """
    told = tell(route_id)
    if told is None:
        return None
    journey = told.journey
    state = journey.line(line_id)
    if not state.rides or state.accepted or state.returned:
        return None
    start = min(ride.start for ride in state.rides)
    ends = [ride.until for ride in state.rides]
    end = max((until for until in ends if until is not None), default=None)
    if end is None or None in ends:
        return Earlier(route_id, start, None, None)
    _, _, line = journey.route.line(line_id)
    verdict = judge(
        state.rides, journey.attachments, series(route_id), line.product.range, at=end, earlier=line.earlier
    )
    return Earlier(route_id, start, end, verdict)


def riding(route_id: str) -> dict[str, str]:
    """The containers that lines of a route ride in now, by line, as far as the ledger has heard. Where a line rides in
    several it is the one it was loaded into last."""
    told = tell(route_id)
    lines = {} if told is None else told.journey.lines
    found = {}
    for line_id, line in lines.items():
        on_board = [ride.container_id for ride in line.rides if ride.until is None]
        if on_board:
            found[line_id] = on_board[-1]
    return found
