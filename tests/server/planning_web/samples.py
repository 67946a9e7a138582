"""A day that is planned without a solver: one van, two hospitals, and a plan worked out by hand."""

from dataclasses import dataclass
from datetime import date

from server.context import context
from server.custody import operations as custody
from server.orders import operations as orders
from server.orders.schemas import Imported
from server.planning.day import Choice, day_problem
from server.planning.keeping import keep_plan, kept_plan
from server.planning.plan import Cost, Plan, Route, Stop
from server.planning.problem import Problem
from server.transaction import transaction
from shared import sync
from shared.keys import KeySigner
from tests.server.fleet.samples import BY, Fleet, enter_fleet
from tests.server.orders.samples import as_csv, row, second

DAY = date(2026, 11, 23)
"""A Monday."""


@dataclass(frozen=True)
class Day:
    """What :func:`enter_day` entered."""

    fleet: Fleet
    orders: tuple[str, ...]
    """N-1 (2…8 and 10…30 °C) for Xiehe, N-2 (2…8 °C) for Tongren."""
    device: str


def enter_day() -> Day:
    """The sample fleet, two delivery notes and a handheld, each in a transaction of its own."""
    fleet = enter_fleet()
    day = DAY.isoformat()
    other = row(
        随货同行单号="N-2", 收货单位="北京同仁医院", 收货地址="东交民巷1号", 发货日期=day, 追溯码="", 要求送达=""
    )
    with transaction():
        report = orders.import_orders(as_csv([row(发货日期=day), second(发货日期=day), other]), "day.csv", by=BY)
        assert isinstance(report, Imported)
    return Day(fleet, report.consignments, enrol())


def enrol() -> str:
    """Enrol a handheld; returns its id."""
    with transaction():
        code = custody.new_enrolment_code(by=BY)
        key = KeySigner(context().randomness(32)).public_key()
        return custody.enrol(sync.Enrol(code, key, "PDA-01")).device


def choice(day: Day) -> Choice:
    """All of it, on the sample day."""
    return Choice(DAY, day.fleet.depot, (day.fleet.vehicle,), (day.fleet.driver,), day.orders)


def plan_by_hand(day: Day, problem: Problem) -> Plan:
    """Out at 07:30, Xiehe at 08:00, Tongren at 08:30, back at 09:30."""
    first, second_node = (order.site for order in problem.orders)
    stops = (
        Stop(first, (day.orders[0],), 28_800, 28_800, 29_700, 14_000, 1_800),
        Stop(second_node, (day.orders[1],), 30_600, 30_600, 31_300, 1_500, 900),
    )
    route = Route(
        vehicle=day.fleet.vehicle,
        driver=day.fleet.driver,
        depot=day.fleet.depot,
        end_depot=day.fleet.depot,
        start=25_200,
        departure=27_000,
        stops=stops,
        return_distance=15_000,
        return_duration=2_900,
        end=34_200,
        distance=30_500,
        duration=9_000,
        load=(),
        breaks=(),
        cost=Cost(distance=30.5),
    )
    return Plan(
        problem=problem.name,
        roads="straight-line x 1.35",
        feasible=True,
        routes=(route,),
        unserved=(),
        cost=route.cost,
        seconds=0.1,
        seed=1,
        engine="by hand",
        origin=problem.origin,
    )


def keep(day: Day) -> str:
    """Keep the plan made by hand; returns the id of its one route."""
    with transaction():
        problem = day_problem(choice(day))
        plan_id = keep_plan(problem, plan_by_hand(day, problem), day=DAY, by=BY)
        return kept_plan(plan_id).routes[0][0]
