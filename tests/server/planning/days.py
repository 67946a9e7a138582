"""Problems the planning tests start from: a small Beijing-like day by hand, and rich random ones for hypothesis."""

from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from server.planning.problem import (
    NO_ROAD,
    Amounts,
    Capacity,
    Compartment,
    Driver,
    Held,
    Lock,
    Matrix,
    Meal,
    Order,
    Problem,
    Rest,
    Site,
    Vehicle,
    Window,
)

HOUR = 3600
MORNING = Window(8 * HOUR, 11 * HOUR + 1800)
AFTERNOON = Window(13 * HOUR + 1800, 16 * HOUR + 1800)


def line_matrix(*places: int, speed: int = 10) -> Matrix:
    """Places on a straight road, at so many m from its beginning, driven at ``speed`` m/s."""
    distance = tuple(tuple(abs(a - b) for b in places) for a in places)
    duration = tuple(tuple(abs(a - b) // speed for b in places) for a in places)
    return Matrix("test road", distance, duration)


def small_day(**changes: object) -> Problem:
    """A depot and four hospitals on a road, 10 km apart; five orders; two vehicles and drivers; every kind of rule."""
    fields: dict[str, object] = {
        "name": "small",
        "sites": (
            Site("D", service=600, windows=(Window(6 * HOUR, 20 * HOUR),)),
            Site("A", windows=(MORNING, AFTERNOON), service=300, per_unit=10),
            Site("B", windows=(MORNING, AFTERNOON), service=300, admits=("van",)),
            Site("C", service=300),
            Site("E", windows=(MORNING,), service=300),
        ),
        "orders": (
            Order("a1", "A", Amounts(10, 100, 1000), zone="2-8", release=7 * HOUR),
            Order("a2", "A", Amounts(5, 50, 500), due=15 * HOUR),
            Order("b1", "B", Amounts(8, 80, 800), requires=("controlled",)),
            Order("c1", "C", Amounts(4, 40, 400), zone="2-8", hold=4 * HOUR),
            Order("e1", "E", Amounts(6, 60, 600), penalty=10_000.0),
        ),
        "vehicles": (
            Vehicle(
                "V1",
                "D",
                kind="van",
                capacity=Capacity(40, 400, 4000),
                compartments=(Compartment("2-8", Capacity(20)), Compartment("ambient")),
                shift=Window(6 * HOUR, 18 * HOUR),
                fixed=100.0,
                per_km=2.0,
                per_hour=30.0,
                max_duration=11 * HOUR,
                max_distance=300_000,
            ),
            Vehicle("V2", "D", kind="lorry", shift=Window(6 * HOUR, 18 * HOUR), fixed=150.0, per_km=3.0),
        ),
        "drivers": (
            Driver("P1", shift=Window(6 * HOUR, 18 * HOUR), qualifications=("controlled",), per_hour=40.0),
            Driver("P2", shift=Window(7 * HOUR, 19 * HOUR), per_hour=35.0),
        ),
        "matrices": {"default": line_matrix(0, 10_000, 20_000, 30_000, 40_000)},
        "opening_loss": 60,
        "origin": datetime(2026, 11, 22, 16, tzinfo=UTC),
    }
    return Problem(**(fields | changes))  # type: ignore[arg-type]


ZONES = ("ambient", "2-8", "frozen")
PERMITS = ("controlled", "airport")
KINDS = ("lorry", "van")


def _windows(draw: DrawFn) -> tuple[Window, ...]:
    start = draw(st.integers(0, 300)) * 60
    length = draw(st.integers(5, 200)) * 60
    windows = [Window(start, start + length)]
    if draw(st.booleans()):
        second = start + length + draw(st.integers(1, 120)) * 60
        windows.append(Window(second, second + draw(st.integers(5, 200)) * 60))
    return tuple(windows)


@st.composite
def problems(draw: DrawFn, least: int = 1, most: int = 10) -> Problem:
    """Small problems of so many orders with every feature there is, many of them not to be solved in full."""
    number = draw(st.integers(2, 7))
    names = [f"S{i}" for i in range(number)]
    opening = (Window(draw(st.integers(0, 40)) * 60, draw(st.integers(6, 14)) * HOUR),)
    sites = [
        Site("D", service=draw(st.sampled_from([0, 300])), windows=draw(st.sampled_from([(), opening]))),
        Site("D2", service=600),
    ]
    sites += [
        Site(
            name,
            windows=_windows(draw) if draw(st.booleans()) else (),
            service=draw(st.integers(0, 20)) * 60,
            per_unit=draw(st.sampled_from([0, 5])),
            admits=draw(st.sampled_from([None, None, None, ("van",), KINDS])),
        )
        for name in names
    ]
    coordinates = [(draw(st.integers(-30, 30)), draw(st.integers(-30, 30))) for _ in sites]
    distance = [[1000 * (abs(a - c) + abs(b - d)) for c, d in coordinates] for a, b in coordinates]
    duration = [[metres // draw(st.sampled_from([8, 12])) for metres in row] for row in distance]
    if draw(st.integers(0, 9)) == 0:
        last = number + 1
        for row in range(last):
            for table in (distance, duration):
                table[row][last] = table[last][row] = NO_ROAD
    orders = [_order(draw, f"o{i}", names) for i in range(draw(st.integers(least, most)))]
    vehicles = [_vehicle(draw, f"V{i}") for i in range(draw(st.sampled_from([1, 1, 2, 3, 4])))]
    drivers = [
        Driver(
            f"P{i}",
            shift=Window(draw(st.integers(0, 60)) * 60, 12 * HOUR) if draw(st.booleans()) else None,
            qualifications=draw(st.sampled_from([PERMITS, PERMITS, ("controlled",), ()])),
            per_hour=draw(st.sampled_from([0.0, 20.0, 35.5])),
            meal=draw(st.sampled_from([None, None, Meal(HOUR, 2 * HOUR), Meal(2 * HOUR, 3 * HOUR, 600)])),
        )
        for i in range(draw(st.integers(0, 4)))
    ]
    return Problem(
        "random",
        tuple(sites),
        tuple(orders),
        tuple(vehicles),
        tuple(drivers),
        matrices={"default": Matrix("grid", tuple(map(tuple, distance)), tuple(map(tuple, duration)))},
        rest=draw(st.sampled_from([None, Rest(), Rest(2 * HOUR, 900)])),
        opening_loss=draw(st.sampled_from([0, 120])),
        locks=_lock(draw, orders, vehicles),
    )


def _order(draw: DrawFn, name: str, sites: list[str]) -> Order:
    site, origin = draw(st.permutations(sites))[:2]
    how = draw(st.sampled_from(["bring", "bring", "bring", "collect", "transfer"]))
    return Order(
        name,
        site,
        Amounts(draw(st.integers(0, 6)), draw(st.integers(0, 6)) * 1000, draw(st.integers(0, 6)) * 100),
        zone=draw(st.sampled_from(("ambient", *ZONES))),
        release=draw(st.sampled_from([0, 0, 1800, HOUR])),
        due=draw(st.sampled_from([None, None, 4 * HOUR, 8 * HOUR])),
        priority=draw(st.integers(0, 2)),
        penalty=draw(st.sampled_from([None, None, 20.0, 500.0])),
        hold=draw(st.sampled_from([None, None, None, HOUR, 3 * HOUR])),
        requires=draw(st.sampled_from([(), (), ("controlled",)])),
        depot=draw(st.sampled_from([None, None, None, None, "D"])) if how != "transfer" else None,
        collect=how == "collect",
        origin=origin if how == "transfer" else None,
        loaded=draw(st.sampled_from([None, None, 600])) if how == "transfer" else None,
        alone=draw(st.sampled_from([None, None, None, None, "gold"])),
    )


def _vehicle(draw: DrawFn, name: str) -> Vehicle:
    zones = draw(st.sampled_from([(), ZONES, ZONES, ("ambient", "2-8")]))
    return Vehicle(
        name,
        depot=draw(st.sampled_from(["D", "D", "D", "D2"])),
        end=draw(st.sampled_from([None, None, None, "D2"])),
        kind=draw(st.sampled_from(KINDS)),
        capacity=Capacity(draw(st.sampled_from([None, 6, 8, 20])), draw(st.sampled_from([None, 12_000]))),
        compartments=tuple(Compartment(zone, Capacity(draw(st.sampled_from([None, 6, 12])))) for zone in zones),
        shift=Window(0, draw(st.integers(4, 14)) * HOUR) if draw(st.booleans()) else None,
        fixed=draw(st.sampled_from([0.0, 50.0, 300.0])),
        per_km=draw(st.sampled_from([1.0, 2.5])),
        per_hour=draw(st.sampled_from([0.0, 30.0])),
        per_stop=draw(st.sampled_from([0.0, 0.0, 12.5])),
        trips=draw(st.sampled_from([1, 2, 3])),
        max_duration=draw(st.sampled_from([None, None, 6 * HOUR])),
        max_trip=draw(st.sampled_from([None, None, None, 4 * HOUR])),
        max_distance=draw(st.sampled_from([None, None, 150_000])),
        requires=draw(st.sampled_from([(), (), (), ("airport",)])),
    )


def _lock(draw: DrawFn, orders: list[Order], vehicles: list[Vehicle]) -> tuple[Lock, ...]:
    """Sometimes a beginning that is settled; it may turn out to be impossible, which is a refusal and no plan."""
    if draw(st.integers(0, 3)) > 0:
        return ()
    settled = tuple(
        name for order in orders[: draw(st.integers(1, 2))] for name in [order.id] * (1 if order.origin is None else 2)
    )
    departure = draw(st.sampled_from([None, HOUR + 300]))
    held = None
    if departure is not None and settled and draw(st.booleans()):
        held = Held(draw(st.integers(1, len(settled))), departure + draw(st.integers(0, 20)) * 600)
    final = draw(st.integers(0, 3)) == 0
    aboard = draw(st.sampled_from([None, None, (), tuple(order.id for order in orders[1:4])]))
    aboard = aboard if vehicles[0].trips == 1 else None
    return (Lock(vehicles[0].id, settled, departure=departure, held=held, final=final, aboard=aboard),)
