"""A made-up day of a distributor in Beijing, with every rule of the planner on: who receives what, by when, and who drives.

Everything is drawn from a seed. Places lie where the city is dense: most inside the fifth ring, the rest around the centres
of eleven outer districts. Roads are straight lines × a detour factor, as no map of the city is at hand here, and the plan
says so.
"""

import math
import random
from datetime import UTC, datetime

from server.planning.problem import (
    Amounts,
    Capacity,
    Compartment,
    Driver,
    Haste,
    Meal,
    Order,
    Problem,
    Rest,
    Site,
    Vehicle,
    Window,
)
from server.planning.roads import StraightLine, with_matrices
from shared.geo import Position

HOUR = 3600
CENTRE = (39.915, 116.405)
DISTRICTS = (
    (39.909, 116.657),  # Tongzhou
    (40.130, 116.655),  # Shunyi
    (40.221, 116.231),  # Changping
    (39.727, 116.341),  # Daxing
    (39.748, 116.143),  # Fangshan
    (39.940, 116.106),  # Mentougou
    (40.070, 116.340),  # Huilongguan
    (39.800, 116.510),  # Yizhuang
    (39.830, 116.290),  # Fengtai
    (40.050, 116.290),  # Shangdi
    (39.920, 116.550),  # Chaoyang, east
)
DEPOTS = (("D1", 40.060, 116.560), ("D2", 39.790, 116.330))
"""One beside the airport, one in the south."""
BASE = 1000
"""Receivers that the distributor has; a day's are drawn from them."""
MORNING, AFTERNOON = Window(8 * HOUR, 11 * HOUR + 1800), Window(13 * HOUR + 1800, 16 * HOUR + 1800)
HOSPITAL, PHARMACY, CLINIC = (MORNING, AFTERNOON), (Window(9 * HOUR, 20 * HOUR),), (Window(8 * HOUR + 1800, 17 * HOUR),)
COLD, FROZEN, COOL = "2-8", "frozen", "15-25"
DAY = Window(6 * HOUR + 1800, 20 * HOUR)
MEAL = Meal(11 * HOUR, 13 * HOUR + 1800, 1800)


def receivers(seed: int, number: int = BASE) -> tuple[Site, ...]:
    """Everybody the distributor delivers to, the same on every day of a seed."""
    draw = random.Random(f"receivers {seed}")
    return tuple(_receiver(draw, index) for index in range(number))


def _receiver(draw: random.Random, index: int) -> Site:
    inner = draw.random() < 0.6
    middle, spread = (CENTRE, 9.0) if inner else (draw.choice(DISTRICTS), 4.0)
    north, east = draw.gauss(0, spread / 2), draw.gauss(0, spread / 2)
    lat = middle[0] + north / 111.2
    lon = middle[1] + east / (111.2 * math.cos(math.radians(middle[0])))
    kind = draw.random()
    windows = HOSPITAL if kind < 0.55 else PHARMACY if kind < 0.8 else CLINIC
    narrow = inner and draw.random() < 0.15
    return Site(
        f"R{index:04}",
        position=Position(round(lat, 5), round(lon, 5)),
        windows=windows,
        service=draw.choice((300, 420, 600)),
        per_unit=6,
        admits=("van",) if narrow else None,
    )


def _order(draw: random.Random, name: str, site: Site) -> Order:
    """What one receiver gets on the day, or hands back."""
    kind = draw.random()
    zone = COLD if kind < 0.4 else FROZEN if kind < 0.44 else COOL
    units = min(40, 1 + int(draw.expovariate(1 / 6)))
    amounts = Amounts(units, units * 12_000, units * 2_500)
    hospital = site.windows == HOSPITAL
    boxed = zone != COOL and draw.random() < 0.15
    early = hospital and draw.random() < 0.06
    return Order(
        name,
        site.id,
        amounts,
        zone=zone,
        release=0 if early else draw.choice((0, 0, 0, 0, 0, 0, 0, 10 * HOUR)),
        due=10 * HOUR + 1800 if early else None,
        priority=1 if hospital and draw.random() < 0.1 else 0,
        penalty=150.0 if not hospital and draw.random() < 0.1 else None,
        hold=7 * HOUR if boxed else None,
        requires=("controlled",) if hospital and draw.random() < 0.05 else (),
    )


def _vehicle(number: int, depot: str, *, lorry: bool, frozen: bool, carrier: str = "") -> Vehicle:
    zones = (COLD, FROZEN, COOL) if frozen else (COLD, COOL)
    units = 260 if lorry else 130
    own = not carrier
    return Vehicle(
        f"{carrier or 'own'}-{number:02}",
        depot,
        kind="lorry" if lorry else "van",
        capacity=Capacity(units, units * 12_000, units * 3_000),
        compartments=tuple(Compartment(zone, Capacity(units if zone != FROZEN else 30)) for zone in zones),
        shift=DAY,
        fixed=(260.0 if lorry else 180.0) if own else 90.0,
        per_km=(2.6 if lorry else 1.7) if own else 2.4,
        per_hour=0.0 if own else 45.0,
        per_stop=0.0 if own else 9.0,
        max_duration=11 * HOUR,
        requires=(),
        carrier=carrier,
        trips=2 if own and not lorry else 1,
    )


def beijing_day(stops: int, seed: int, haste: Haste | None = None) -> Problem:
    """A day with so many orders (returns included) and a fleet that is large enough for it, and what long trips count for."""
    draw = random.Random(f"day {seed} {stops}")
    base = receivers(seed, max(BASE, 2 * stops))
    chosen = draw.sample(base, round(stops * 0.93))
    orders = [_order(draw, f"o{n:04}", site) for n, site in enumerate(chosen)]
    again = draw.sample(chosen, stops - len(chosen))
    orders += [
        Order(f"b{n:04}", site.id, Amounts(2, 40_000, 3_000), zone=COOL, collect=True, penalty=40.0)
        if n % 3
        else _order(draw, f"o{len(orders) + n:04}", site)
        for n, site in enumerate(again)
    ]
    dear = draw.sample([n for n, order in enumerate(orders) if not order.collect and order.zone == COLD], 2)
    for n in dear:  # a consignment of high value for two receivers, in a vehicle of its own
        old = orders[n]
        orders[n] = Order(old.id, old.site, Amounts(4, 48_000, 10_000), zone=COLD, alone="high value")
    own = max(4, round(stops / 11))
    vehicles = [_vehicle(n, DEPOTS[n % 2][0], lorry=n % 4 == 0, frozen=n % 3 == 0) for n in range(own)]
    vehicles += [
        _vehicle(n, DEPOTS[n % 2][0], lorry=False, frozen=n % 2 == 0, carrier="hired") for n in range(max(2, own // 3))
    ]
    drivers = tuple(
        Driver(
            f"P{n:02}",
            shift=Window(6 * HOUR + 1800 + 1800 * (n % 2), 18 * HOUR + 3600 * (n % 3)),
            qualifications=("controlled",) if n % 3 == 0 else (),
            per_hour=38.0,
            meal=MEAL,
        )
        for n in range(len(vehicles))
    )
    depots = tuple(Site(name, position=Position(lat, lon), windows=(DAY,), service=1200) for name, lat, lon in DEPOTS)
    problem = Problem(
        f"Beijing, {stops} stops",
        (*depots, *chosen),
        tuple(orders),
        tuple(vehicles),
        drivers,
        rest=Rest(),
        opening_loss=60,
        haste=haste,
        origin=datetime(2026, 11, 22, 16, tzinfo=UTC),
    )
    return with_matrices(problem, StraightLine())
