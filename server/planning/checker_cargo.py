"""The checker's rules for what is on board: whose goods a vehicle may carry, from where and when, and whether they fit."""

from server.planning.checker_course import Course
from server.planning.checker_rules import Rule
from server.planning.plan import ZoneLoad
from server.planning.problem import Order

Load = dict[str, tuple[int, int, int]]
"""Per temperature zone: units, volume (cm³) and weight (g)."""


def judge_cargo(course: Course) -> Load:
    """Whose goods it may carry, from which depot and when; what it leaves with (which is returned), and what is on board
    then and after each stop, per zone and altogether, against compartments, capacity and the plan's word."""
    for number, orders in enumerate(course.orders):
        begun, _, after = course.trip(number)
        home = course.route.end_depot if after == len(course.route.stops) else course.route.stops[after].site
        for order in orders:
            if not _has_zone(course, order.zone):
                course.say(Rule.ZONE, number, value=order.id, expected=order.zone)
            lies = home if order.collect else course.route.depot
            if order.depot is not None and order.depot != lies:
                course.say(Rule.DEPOT, number, value=lies, expected=f"{order.depot} ({order.id})")
            begins = _comes(course, number, order, begun)
            if order.release > begins:
                start, ready = course.problem.clock(begins), course.problem.clock(order.release)
                course.say(Rule.RELEASE, number, order=order.id, value=start, expected=ready)
    return _on_board(course)


def _comes(course: Course, number: int, order: Order, begun: int) -> int:
    """When the goods of an order that a stop serves begin to be handled: ``begun`` if they come from the depot."""
    stops = course.route.stops
    if order.origin is not None:
        return stops[course.fetched_at.get(order.id, number)].start
    return stops[number].start if order.collect else begun


def _on_board(course: Course) -> Load:
    """What is on board when each trip begins, the first of which is returned, and after each stop at which something comes
    on board."""
    first = _trip_load(course, 0, None, course.route.load)
    board = dict(first)
    for number, (stop, orders) in enumerate(zip(course.route.stops, course.orders, strict=True)):
        for order in orders:
            moved = _amount(order) if order.collect else _minus(_amount(order))
            board[order.zone] = _plus(board.get(order.zone, (0, 0, 0)), moved)
        for order in course.fetched[number]:
            board[order.zone] = _plus(board.get(order.zone, (0, 0, 0)), _amount(order))
        if stop.fetched or any(order.collect for order in orders):
            _space(course, number, board)
        if stop.reload:
            board = _trip_load(course, number + 1, number, stop.load)
        elif stop.load:
            course.say(Rule.TOTAL, number, what="装载量 (load)", value=stop.load, expected="–")
    return first


def _has_zone(course: Course, zone: str) -> bool:
    zones = {part.zone for part in course.vehicle.compartments}
    return zone in zones or (not zones and zone == "ambient")


def _trip_load(course: Course, first: int, stop: int | None, stated: tuple[ZoneLoad, ...]) -> Load:
    """What is loaded for the trip that begins with stop ``first``: what it brings, against what fits and is stated."""
    loaded: Load = {}
    for number in range(first, len(course.orders)):
        if course.route.stops[number].reload:
            break
        for order in course.orders[number]:
            if not order.collect and order.origin is None:
                loaded[order.zone] = _plus(loaded.get(order.zone, (0, 0, 0)), _amount(order))
    _space(course, stop, loaded)
    said = {load.zone: (load.amounts.units, load.amounts.volume, load.amounts.weight) for load in stated}
    if said != loaded:
        course.say(Rule.TOTAL, stop, what="装载量 (load)", value=said, expected=loaded)
    return dict(loaded)


def _space(course: Course, stop: int | None, board: Load) -> None:
    """What is on board after a stop (``None``: when leaving the depot) against what fits."""
    total = (0, 0, 0)
    for load in board.values():
        total = _plus(total, load)
    limits = [("", total, course.vehicle.capacity)]
    limits += [(part.zone, board.get(part.zone, (0, 0, 0)), part.capacity) for part in course.vehicle.compartments]
    for zone, load, capacity in limits:
        most = (capacity.units, capacity.volume, capacity.weight)
        for name, value, limit in zip(("units", "volume", "weight"), load, most, strict=True):
            if limit is not None and value > limit:
                course.say(Rule.CAPACITY, stop, what=f"{zone} {name}".strip(), value=value, expected=limit)


def _amount(order: Order) -> tuple[int, int, int]:
    return (order.amounts.units, order.amounts.volume, order.amounts.weight)


def _minus(a: tuple[int, int, int]) -> tuple[int, int, int]:
    return (-a[0], -a[1], -a[2])


def _plus(a: tuple[int, int, int], b: tuple[int, int, int]) -> tuple[int, int, int]:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])
