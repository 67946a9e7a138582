"""The timetable of one route: given a crew and its orders in sequence, when everything happens, or what prevents it.

For a fixed moment of loading, doing each thing as early as it may be done is never worse for any later one, so one pass
forward decides. What is left to choose is that moment. As long as every visit keeps its window, leaving later takes away
waiting and nothing else: of those moments the first and the one at which no waiting is left are the ones to try. After the
last of them some visit falls into its next window, and the same holds again.
Rests are placed by a rule of thumb here (take a wait that is long enough, else rest at the last stop before the limit);
``with_ortools`` places them exactly where a route needs any.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from server.planning.lookup import Crew, Lookup
from server.planning.plan import Break
from server.planning.problem import Meal, Order, Rest
from server.planning.way import Failure, Snag, Timetable, Visit, Way, back_after, fetched_boxes, way

__all__ = [
    "Failure",
    "Snag",
    "Timetable",
    "Visit",
    "Way",
    "back_after",
    "boxed_times",
    "drive",
    "fed",
    "meal_places",
    "slack_of",
    "timetable",
    "way",
]

FOREVER = 2**62
"""A delay that nothing bounds."""
Rests = Mapping[int, Sequence[int]]
"""Where to rest: on which leg, with how much of it (s) behind."""


def timetable(
    lookup: Lookup, crew: Crew, orders: Sequence[Order], thorough: bool = False, rests: bool = True
) -> Timetable | Failure:
    """The timetable of a sequence of orders, or what prevents one.

    The cheapest, then the one that is back first, then the shortest: of all there are where ``thorough``, otherwise of
    those in which every visit has the first windows that make one possible. Without ``rests`` it is what it were if nobody
    had to rest: what fails even then need not be tried with rests elsewhere.
    """
    path = way(lookup, crew, orders, rests)
    if isinstance(path, Failure):
        return path
    if crew.lock is not None and crew.lock.departure is not None:
        start = crew.lock.departure - path.loading
        return drive(path, start) if start >= path.earliest else Failure(Snag.SHIFT, 0, start, path.earliest)
    made: list[Timetable] = []
    failures: list[Failure] = []
    if thorough:
        if path.rest is not None:  # by rule of thumb a later start is not always a later end
            _try(path, path.earliest, None, made, failures)
        for least, first, last in sorted(_stretches(path, failures)):
            if made and least >= min(map(_order(crew), made)):
                break  # nothing in what is left can be better
            _try(path, first, last, made, failures)
    else:
        _try(path, path.earliest, None, made, failures)
    if made:
        return min(made, key=_order(crew))
    return max(failures, key=lambda failure: (failure.visit, -failure.value))


def _try(path: Way, start: int, last: int | None, made: list[Timetable], failures: list[Failure]) -> None:
    """Timetables, or what prevents them, of loading from ``start`` on until ``last``: of each stretch of moments in which
    every visit keeps its window. Without ``last`` until there is one."""
    for _ in range(2 + sum(len(visit.windows) for visit in path.visits)):
        found = _run(path, start)
        tries = [found]
        if isinstance(found, Timetable) and (delay := min(_waited(found), _leeway(found))) > 0:
            tries.append(_run(path, start + delay))
        for one in tries:
            held = _held(path, one)
            if isinstance(held, Failure):
                failures.append(held)
            else:
                made.append(held)
        if isinstance(found, Failure) or (made and last is None) or (leeway := _leeway(found)) == FOREVER:
            break  # leaving later never makes a window that leaving first misses
        start += leeway + 1
        if last is not None and start > last:
            break


def _stretches(path: Way, failures: list[Failure]) -> Iterator[tuple[tuple[float, int, int], int, int]]:
    """Every stretch of moments to begin loading in which each visit keeps its window if nobody rests or eats: what a
    timetable of one comes to at the least, as timetables are compared, and its first and last moment (s). Stretches in which
    even then a box warms, or the route is too long, are failures."""
    free, start = replace(path, rest=None), path.earliest
    last, late, longest = len(path.visits) - 1, path.crew.late, path.crew.vehicle.max_duration
    for _ in range(2 + sum(len(visit.windows) for visit in path.visits)):
        found = _pass(free, start, None, None)
        if isinstance(found, Failure):
            failures.append(found)
            return
        if late is not None and found.end > late:
            failures.append(Failure(Snag.SHIFT, last, found.end, late))
            return
        leeway = _leeway(found)
        spare = min(_waited(found), leeway)
        shortest = found.duration - spare
        if (warm := _warm(free, found, spare)) is not None:
            failures.append(warm)
        elif longest is not None and shortest > longest:
            failures.append(Failure(Snag.SHIFT, last, shortest, longest))
        else:
            yield (path.crew.per_hour * shortest, found.end, shortest), start, start + leeway
        if leeway == FOREVER:
            return
        start += leeway + 1


def _warm(path: Way, found: Timetable, spare: int) -> Failure | None:
    """A box of the first trip that warms even if loading begins ``spare`` s later and nothing else does."""
    for index, visit in enumerate(found.visits):
        if visit.reload:
            break
        if visit.hold is not None:
            boxed, holds = found.departures[index] - found.start - spare, visit.hold - path.opening_loss * index
            if boxed > holds:
                return Failure(Snag.HOLD, index, boxed, holds)
    return None


def _order(crew: Crew) -> Callable[[Timetable], tuple[float, int, int]]:
    return lambda found: (crew.per_hour * found.duration, found.end, found.duration)


def _waited(found: Timetable) -> int:
    """How long the vehicle waits altogether, rests not counted (s)."""
    rested = sum(_rested(found.breaks, found.durations).values())
    return sum(start - arrival for start, arrival in zip(found.starts, found.arrivals, strict=True)) - rested


def _leeway(found: Timetable) -> int:
    """By how much (s) the start can be put off with every visit keeping its window; :data:`FOREVER` where nothing bounds
    it."""
    waited, leeway = 0, FOREVER
    rested = _rested(found.breaks, found.durations)
    for index, visit in enumerate(found.visits):
        waited += found.starts[index] - found.arrivals[index] - rested.get(index, 0)
        slack = slack_of(visit, found.starts[index])
        if slack is not None:
            leeway = min(leeway, slack + waited)
    return leeway


def _rested(breaks: Sequence[Break], durations: Sequence[int]) -> dict[int, int]:
    """How long the driver rests on arrival at each visit (s)."""
    return {b.leg: b.end - b.start for b in breaks if b.driven == durations[b.leg] and b.driven > 0}


def slack_of(visit: Visit, start: int) -> int | None:
    """By how much service at a visit could start later in the same window and before it is due (s); ``None``: at will."""
    bounds = [window.end for window in visit.windows if window.start <= start <= window.end]
    if visit.due is not None:
        bounds.append(visit.due)
    return min(bounds) - start if bounds else None


def drive(path: Way, start: int, rests: Rests | None = None) -> Timetable | Failure:
    """The timetable when loading begins at ``start`` and everything is done as early as it may be.

    ``rests`` says where to rest: on which leg, with how much of it (s) behind. Without it the rule of thumb decides.
    """
    return _held(path, _run(path, start, rests), rests)


def _held(path: Way, found: Timetable | Failure, rests: Rests | None = None) -> Timetable | Failure:
    """A timetable held to every rule. Where a box that is loaded on the road warms, or a later trip is too long, loading is
    put off as far as it may be."""
    if isinstance(found, Failure):
        return found
    failure = _broken(path, found)
    if failure is None:
        return found
    trips = failure.snag is Snag.SHIFT and path.crew.vehicle.max_trip is not None
    if (failure.snag is Snag.HOLD or trips) and (delays := _postponable(found)):
        later = _run(path, found.start, rests, delays)
        if isinstance(later, Timetable) and _broken(path, later) is None:
            return later
    return failure


def _postponable(found: Timetable) -> dict[int, int]:
    """Per visit at which boxes are loaded: the latest start of service that puts off no end of the route, where that is
    later than planned. It takes from the waits that come after it."""
    delays: dict[int, int] = {}
    rested = _rested(found.breaks, found.durations)
    later = 0
    for index in reversed(range(len(found.visits))):
        slack = slack_of(found.visits[index], found.starts[index])
        later = later if slack is None else min(later, slack)
        visit = found.visits[index]
        if later > 0 and (visit.reload or visit.transfers or visit.keep is not None):
            delays[index] = found.starts[index] + later
        later += found.starts[index] - found.arrivals[index] - rested.get(index, 0)
    return delays


def _run(
    path: Way, start: int, rests: Rests | None = None, delays: Mapping[int, int] | None = None
) -> Timetable | Failure:
    """As :func:`drive`, held to windows and the driver's meal only: boxes, hours and shifts may be broken. ``delays`` are
    moments before which service at some visits is not to start.

    Of all places for the meal the best is taken. Nothing before a meal hangs on it, so those at which it could begin in
    time are known from a day without one.
    """
    meal = path.crew.meal
    found = _pass(path, start, rests, delays)
    if meal is None or isinstance(found, Failure) or not start < meal.latest < found.end or fed(meal, found.breaks):
        return found
    late = max((i for i, begin in enumerate(found.starts) if begin <= meal.latest), default=0)
    begun = found.starts[late] if found.starts else found.departure  # a locked route may have no stop yet
    failures = [Failure(Snag.SHIFT, late, begun, meal.latest)]
    made: list[Timetable] = []
    # a meal takes the waits there are, and what is left of it puts off the end; where there are rests, it may save one
    soonest = found.start if found.breaks else found.end + max(0, meal.length - _waited(found))
    for place in meal_places(meal, found):
        one = _pass(path, start, rests, delays, place, found)
        if isinstance(one, Failure):
            failures.append(one)
        elif fed(meal, one.breaks):
            made.append(one)
            if one.end <= soonest and _broken(path, one) is None:
                break  # no other place is better, and of equals the first is taken
    if made:
        return min(made, key=lambda one: (_broken(path, one) is not None, *_order(path.crew)(one)))
    return max(failures, key=lambda failure: failure.visit)


def fed(meal: Meal, breaks: Sequence[Break]) -> bool:
    """Whether there is time for the meal in one of the breaks."""
    return any(
        max(b.start, meal.start) <= meal.latest and max(b.start, meal.start) + meal.length <= b.end for b in breaks
    )


def meal_places(meal: Meal, found: Timetable) -> Iterator[tuple[int, int]]:
    """Where the meal could begin in time, as a leg and how much of it (s) is behind then: before leaving, on the way when
    its time has come, and on arrival. Where the next visit is at the same place, before it."""
    leaving = (found.departure, *found.departures)
    reaching = (*found.arrivals, found.end)
    for leg, (left, reached, length) in enumerate(zip(leaving, reaching, found.durations, strict=True)):
        done = found.departures[leg] if leg < len(found.departures) else reached
        if left <= meal.latest and (reached > meal.start or (length == 0 and done > meal.start)):
            yield leg, 0
        if left < meal.start < left + length:
            yield leg, meal.start - left
        if leg < len(found.departures) and length > 0 and reached <= meal.latest and done > meal.start:
            yield leg, length


def _pass(
    path: Way,
    start: int,
    rests: Rests | None,
    delays: Mapping[int, int] | None,
    meal: tuple[int, int] | None = None,
    known: Timetable | None = None,
) -> Timetable | Failure:
    """One pass forward, everything as early as it may be, the meal at one place: a leg and how much of it is behind.

    ``known`` is the same without a meal: nothing before the leg of the meal hangs on it.
    """
    departure = now = start + path.loading
    if path.crew.leave_by is not None and departure > path.crew.leave_by:
        return Failure(Snag.SHIFT, 0, departure, path.crew.leave_by)
    arrivals, starts, departures = [], [], []
    breaks: list[Break] = []
    driven = first = 0
    if known is not None and meal is not None and meal[0] > 0:
        first = meal[0]
        arrivals, starts = list(known.arrivals[:first]), list(known.starts[:first])
        departures = list(known.departures[:first])
        breaks = [one for one in known.breaks if one.leg < first]
        now, driven = departures[-1], _driven(path, breaks, first)
    for index in range(first, len(path.visits)):
        visit = path.visits[index]
        eat = meal[1] if meal is not None and meal[0] == index else None
        if eat is None and (
            path.rest is None or (rests is None and driven + path.durations[index] <= path.rest.driving)
        ):
            now += path.durations[index]
            driven += path.durations[index]
        else:
            now, driven = _leg(path, index, now, driven, breaks, rests, eat)
        arrivals.append(now)
        ready = visit.release if delays is None else max(visit.release, delays.get(index, 0))
        begin = _opening(visit, now, ready)
        if eat is not None and eat == path.durations[index] > 0:
            ended, driven = _eat(path, index, eat, now, driven, breaks)
            begin = _opening(visit, ended, ready)
        elif (
            path.rest is not None
            and (rests is not None or (driven > 0 and isinstance(begin, int) and begin - now >= path.rest.rest))
            and _rests_on_arrival(path, index, now, begin, driven, rests)
        ):
            breaks.append(Break(index, path.durations[index], now, now + path.rest.rest))
            driven = 0
            begin = _opening(visit, now + path.rest.rest, ready)
        if isinstance(begin, Failure):
            return Failure(Snag.WINDOW, index, begin.value, begin.limit)
        starts.append(begin)
        now = begin + visit.service
        if path.held is not None and path.held[0] == index:
            now = max(now, path.held[1])
        departures.append(now)
    eat = meal[1] if meal is not None and meal[0] == len(path.visits) else None
    now, driven = _leg(path, len(path.visits), now, driven, breaks, rests, eat)
    times = (tuple(arrivals), tuple(starts), tuple(departures))
    return Timetable(path.visits, start, departure, *times, now, path.distances, path.durations, tuple(breaks))


def _driven(path: Way, breaks: Sequence[Break], leg: int) -> int:
    """The time at the wheel since the last rest before a leg, with these breaks before it (s)."""
    rested = [one for one in breaks if path.rest is not None and one.end - one.start >= path.rest.rest]
    if not rested:
        return sum(path.durations[:leg])
    last = rested[-1]
    return path.durations[last.leg] - last.driven + sum(path.durations[last.leg + 1 : leg])


def _broken(path: Way, found: Timetable) -> Failure | None:
    """What a timetable breaks of boxes' hold times, the shift, and the vehicle's hours."""
    for index, boxed, holds in boxed_times(path, found):
        if boxed > holds:
            return Failure(Snag.HOLD, index, boxed, holds)
    last, late, longest = len(found.visits) - 1, path.crew.late, path.crew.vehicle.max_duration
    if late is not None and found.end > late:
        return Failure(Snag.SHIFT, last, found.end, late)
    if longest is not None and found.duration > longest:
        return Failure(Snag.SHIFT, last, found.duration, longest)
    trip = path.crew.vehicle.max_trip
    if trip is None:
        return None
    long = next(((ends - begins, index) for begins, ends, index in found.trips if ends - begins > trip), None)
    return None if long is None else Failure(Snag.SHIFT, long[1], long[0], trip)


def boxed_times(path: Way, found: Timetable) -> Iterator[tuple[int, int, int]]:
    """Per visit that hands over or collects boxes: how long they are in use on this trip, and how long they hold (s)."""
    loaded, first = found.start, 0
    for index, visit in enumerate(found.visits):
        if visit.reload:
            loaded, first = found.starts[index], index + 1
        if visit.hold is not None:
            boxed = found.starts[index] + visit.service - loaded  # whoever is held up there has handed over before
            yield index, boxed, visit.hold - path.opening_loss * (index - first)
        if visit.keep is not None:
            back = back_after(found.visits, index)
            at = found.end if back == len(found.visits) else found.arrivals[back]
            yield index, at - found.starts[index], visit.keep - path.opening_loss * (back - 1 - index)
    for fetched, index, hold, since in fetched_boxes(found.visits):
        boxed = found.starts[index] + found.visits[index].service - (found.starts[fetched] if since is None else since)
        yield index, boxed, hold - path.opening_loss * (index - fetched - 1)


def _rests_on_arrival(
    path: Way,
    index: int,
    arrival: int,
    begin: int | Failure,
    driven: int,
    rests: Rests | None,
) -> bool:
    """Whether the driver rests on arrival: where it is said so, or by rule of thumb when the wait is long enough anyway."""
    if path.durations[index] == 0 or path.rest is None:
        return False
    if rests is not None:
        return path.durations[index] in rests.get(index, ())
    return driven > 0 and isinstance(begin, int) and begin - arrival >= path.rest.rest


def _leg(
    path: Way, index: int, now: int, driven: int, breaks: list[Break], rests: Rests | None, eat: int | None
) -> tuple[int, int]:
    """Drive a leg from ``now`` with ``driven`` s at the wheel since the last rest: when it ends, and the wheel time then.
    Rests before leaving and on the way, and a meal with ``eat`` s behind, are added to ``breaks``; those on arrival are not
    the leg's."""
    length = path.durations[index]
    if eat is None or eat == length > 0:
        return _part(path, index, (0, length), now, driven, breaks, rests)
    if eat > 0:
        now, driven = _part(path, index, (0, eat), now, driven, breaks, rests)
    now, driven = _eat(path, index, eat, now, driven, breaks)
    return _part(path, index, (eat, length), now, driven, breaks, rests)


def _part(
    path: Way, index: int, part: tuple[int, int], now: int, driven: int, breaks: list[Break], rests: Rests | None
) -> tuple[int, int]:
    """Drive a part of a leg, from so much of it to so much, resting where that is said or has to be."""
    done, end = part
    if path.rest is None:
        return now + end - done, driven + end - done
    if rests is None:
        places = [done + behind for behind in _thumb(path.rest, driven, end - done)]
    else:
        whole = path.durations[index]
        places = [behind for behind in sorted(rests.get(index, ())) if done <= behind < end or whole == 0]
    for behind in places:
        now += behind - done
        breaks.append(Break(index, behind, now, now + path.rest.rest))
        now += path.rest.rest
        done, driven = behind, 0
    return now + end - done, driven + end - done


def _eat(path: Way, index: int, behind: int, now: int, driven: int, breaks: list[Break]) -> tuple[int, int]:
    """The meal, after a wait for its time: when it is over, and the wheel time then. It is a rest if it is long enough."""
    meal = path.crew.meal
    assert meal is not None
    ended = max(now, meal.start) + meal.length
    breaks.append(Break(index, behind, now, ended))
    return ended, 0 if path.rest is not None and ended - now >= path.rest.rest else driven


def _thumb(rule: Rest, driven: int, length: int) -> list[int]:
    """Where to rest on a leg that is too long to drive on: before leaving, and each time the limit is reached on it."""
    if driven + length <= rule.driving:
        return []
    return ([0] if driven > 0 else []) + list(range(rule.driving, length, rule.driving))


def _opening(visit: Visit, arrival: int, first: int) -> int | Failure:
    """When service starts after an arrival and not before ``first``: at once, or when the next window opens."""
    start = ready = arrival if arrival > first else first
    for window in visit.windows:  # a loop, as this is asked more often than anything else
        if window.end >= ready:
            start = ready if ready > window.start else window.start
            break
    else:
        if visit.windows:
            return Failure(Snag.WINDOW, 0, ready, visit.windows[-1].end)
    if visit.due is not None and start > visit.due:
        return Failure(Snag.WINDOW, 0, start, visit.due)
    return start
