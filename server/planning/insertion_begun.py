"""What of a route has happened, or is happening: it comes out of a new timetable exactly as it went in."""

from dataclasses import replace

import msgspec

from server.planning.lookup import Crew
from server.planning.plan import Route, Stop
from server.planning.problem import Meal
from server.planning.schedule import Timetable


def begun_stops(crew: Crew, route: Route) -> tuple[Stop, ...]:
    """The stops of a vehicle that has left which are settled; none of one that has not left."""
    lock = crew.lock
    if lock is None or lock.departure is None:
        return ()
    last = max((i for i, stop in enumerate(route.stops) if set(stop.orders) & set(lock.orders)), default=-1)
    return route.stops[: last + 1]


def begun_as_planned(crew: Crew, route: Route | None, table: Timetable) -> bool:
    """Whether a timetable leaves the times of what has begun as they are."""
    if route is None:
        return True
    done = begun_stops(crew, route)
    before = [(stop.site, stop.arrival, stop.start, stop.departure) for stop in done]
    after = zip((visit.site for visit in table.visits), table.arrivals, table.starts, table.departures, strict=True)
    return before == list(after)[: len(done)]


def with_meal_as_had(crew: Crew, route: Route) -> Crew:
    """The crew of a vehicle that has left with its driver's meal where it was, or after what has begun."""
    done, driver = begun_stops(crew, route), crew.driver
    if not done or driver is None or driver.meal is None:
        return crew
    meal = driver.meal
    had = [
        max(b.start, meal.start)
        for b in route.breaks
        if b.leg < len(done) and meal.start <= max(b.start, meal.start) <= min(meal.latest, b.end - meal.length)
    ]
    start = had[0] if had else max(meal.start, done[-1].departure)
    settled = Meal(start, had[0] if had else meal.latest, meal.length)
    return replace(crew, driver=msgspec.structs.replace(driver, meal=settled))
