"""Reading planning problems: our own JSON, Solomon's text, and VRPLIB files, told apart by what is in them.

The benchmark formats have no units. Their distance is also their duration and their cost; here one of them is a m, a s and
an amount of money, in tenths (Solomon) or thousandths (VRPLIB) as ``Problem.resolution`` says.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import vrplib

from server.planning.problem import (
    Amounts,
    Capacity,
    Matrix,
    Order,
    Problem,
    Site,
    Vehicle,
    Window,
    load_problem,
)
from shared import problems
from shared.errors import Refused

SOLOMON_RESOLUTION = 10
"""Solomon and Gehring–Homberger distances are cut to one decimal, never rounded up: the convention of the 12th DIMACS
implementation challenge for this problem, which the published gaps of today's solvers refer to."""
VRPLIB_RESOLUTION = 1000
"""VRPLIB weights keep three decimals. The ``.sol`` files beside the heterogeneous and site-dependent sets count so."""
LARGEST = 200_000_000
"""A file of more bytes is refused rather than read into memory."""


class Format(StrEnum):
    """What a file is written in."""

    HANDOVER = "handover"
    SOLOMON = "solomon"
    VRPLIB = "vrplib"


class Source(msgspec.Struct, frozen=True):
    """A problem and the format it came in. In the benchmark formats an order's name is its number in the file, counted as
    their solution files do: the depot is 0."""

    format: Format
    problem: Problem


def read(path: Path) -> Source:
    """The problem in a file, whichever of the three formats it is in.

    Raises:
        Refused: PROBLEM_FILE where it cannot be read, is of no known format, or breaks its format's rules.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise _bad(path, f"{path.stat().st_size} bytes > {LARGEST}")
        data = path.read_bytes()
    except OSError as error:
        raise _bad(path, error.strerror or error) from error
    return parse(data, path.name)


def parse(data: bytes, name: str) -> Source:
    """The problem in the bytes of a file called ``name``. Raises as :func:`read`."""
    kind = detect(data)
    if kind is Format.HANDOVER:
        return Source(kind, load_problem(data, name))
    if kind is None:
        raise _bad(name, "neither JSON, nor Solomon text, nor VRPLIB")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _bad(name, error) from error
    reader: Callable[[str, str], Problem] = _solomon if kind is Format.SOLOMON else _vrplib
    return Source(kind, reader(text, name))


def detect(data: bytes) -> Format | None:
    """The format of a file by its content: ``None`` where it is none of them."""
    start = data[:4096].decode(errors="replace").lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        return Format.HANDOVER
    lines = [line.strip() for line in start.splitlines() if line.strip()]
    if len(lines) > 1 and lines[1].upper() == "VEHICLE":
        return Format.SOLOMON
    if any(line.split(":")[0].strip() in ("NAME", "TYPE", "DIMENSION", "EDGE_WEIGHT_TYPE") for line in lines[:10]):
        return Format.VRPLIB
    return None


def _bad(name: object, reason: object) -> Refused:
    return Refused(problems.PROBLEM_FILE, value=name, reason=reason)


# Solomon ---------------------------------------------------------------------------------------------------------------


def _solomon(text: str, name: str) -> Problem:
    """Solomon (1987) and Gehring–Homberger: a fleet of equal vehicles, one row per customer, the depot first."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    try:
        title, (number, capacity) = " ".join(lines[0]), [int(field) for field in lines[3]]
        rows = [[int(field) for field in line] for line in lines[6:]]
    except (IndexError, ValueError) as error:
        raise _bad(name, error) from error
    for index, row in enumerate(rows):
        if len(row) != 7:
            raise _bad(name, f"row {index}: {len(row)} fields, expected 7")
        if row[0] != index:
            raise _bad(name, f"row {index}: customer {row[0]}")
    if not rows or number < 1:
        raise _bad(name, f"{len(rows)} rows, {number} vehicles")
    scale = SOLOMON_RESOLUTION
    places = [(row[1], row[2]) for row in rows]
    table = tuple(tuple(_cut(a, b) for b in places) for a in places)
    depot = Site("0")
    sites = [
        Site(str(row[0]), windows=(Window(row[4] * scale, row[5] * scale),), service=row[6] * scale) for row in rows[1:]
    ]
    shift = Window(rows[0][4] * scale, rows[0][5] * scale)
    vehicles = [
        Vehicle(f"V{i + 1}", "0", capacity=Capacity(units=capacity), shift=shift, per_km=1000.0) for i in range(number)
    ]
    return Problem(
        title,
        (depot, *sites),
        tuple(Order(str(row[0]), str(row[0]), Amounts(units=row[3])) for row in rows[1:]),
        tuple(vehicles),
        matrices={"default": Matrix("Euclidean, cut to one decimal", table, table)},
        rest=None,
        resolution=scale,
    )


def _cut(a: tuple[int, int], b: tuple[int, int]) -> int:
    """Tenths of the Euclidean distance between two integer points, cut: exact, as the root of a whole number is taken."""
    return math.isqrt(SOLOMON_RESOLUTION**2 * ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2))


# VRPLIB ----------------------------------------------------------------------------------------------------------------

_KNOWN = {
    *(
        "name",
        "comment",
        "type",
        "dimension",
        "edge_weight_type",
        "edge_weight_format",
        "node_coord_type",
        "display_data_type",
    ),
    *(
        "capacity",
        "vehicles",
        "edge_weight",
        "node_coord",
        "demand",
        "depot",
        "service_time",
        "time_window",
        "release_time",
    ),
    *("vehicles_max_duration", "vehicles_max_distance", "vehicles_fixed_cost", "vehicles_unit_distance_cost"),
    *("vehicles_allowed_clients", "vehicles_depot", "prize"),
}
"""What is understood; a file with anything else is refused, since leaving out a rule would make its plans wrong."""


def _vrplib(text: str, name: str) -> Problem:
    """VRPLIB as the vrplib package reads it, with its rule for each edge weight type, in PyVRP's dialect for the rest."""
    try:
        data = vrplib.parse.parse_vrplib(text)
        if unknown := sorted(set(data) - _KNOWN):
            raise _bad(name, f"not understood: {', '.join(unknown)}")
        return _from_vrplib(data, name)
    except (ValueError, RuntimeError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise _bad(name, f"{type(error).__name__}: {error}") from error


def _from_vrplib(data: dict[str, Any], name: str) -> Problem:
    scale = VRPLIB_RESOLUTION
    weights = np.asarray(data["edge_weight"], dtype=float)
    size = int(data["dimension"])
    if weights.shape != (size, size) or not np.isfinite(weights).all():
        raise _bad(name, f"edge weights {weights.shape}, dimension {size}")
    depots = [int(index) for index in np.atleast_1d(data.get("depot", [0]))]
    if not depots or any(not 0 <= depot < size for depot in depots):
        raise _bad(name, f"depots {depots}")
    clients = [index for index in range(size) if index not in depots]
    table = tuple(tuple(int(value) for value in row) for row in np.rint(weights * scale))
    kinds, admits = _kinds(data, size, name)
    windows = _column(data, "time_window", size, name)
    service = _column(data, "service_time", size, name, 0)
    sites = [
        Site(
            str(index),
            windows=(_window(windows[index]),) if windows is not None else (),
            service=0 if index in depots or service is None else _parts(service[index]),
            admits=admits[index] if admits is not None else None,
        )
        for index in range(size)
    ]
    return Problem(
        str(data.get("name", name)),
        tuple(sites),
        tuple(_vrplib_orders(data, clients, size, name)),
        tuple(_vrplib_vehicles(data, depots, kinds, len(clients), name)),
        matrices={
            "default": Matrix(f"VRPLIB {data.get('edge_weight_type', 'EXPLICIT')}, three decimals", table, table)
        },
        rest=None,
        resolution=scale,
    )


def _parts(value: float) -> int:
    return round(float(value) * VRPLIB_RESOLUTION)


def _window(pair: Any) -> Window:
    return Window(_parts(pair[0]), _parts(pair[1]))


def _column(data: dict[str, Any], key: str, size: int, name: str, default: float | None = None) -> Any:
    """A value per node or per vehicle; one value in the file stands for all."""
    value = data.get(key, default)
    if value is None:
        return None
    if isinstance(value, int | float | str):
        return np.full(size, float(value))
    if len(value) != size:
        raise _bad(name, f"{key}: {len(value)} rows, expected {size}")
    return value


def _vrplib_orders(data: dict[str, Any], clients: list[int], size: int, name: str) -> list[Order]:
    demand = _column(data, "demand", size, name, 0)
    release = _column(data, "release_time", size, name, 0)
    prize = _column(data, "prize", size, name, 0)
    return [
        Order(
            str(index),
            str(index),
            Amounts(units=_whole(demand[index], name)),
            release=_parts(release[index]),
            penalty=float(prize[index]) or None,
        )
        for index in clients
    ]


def _whole(value: float, name: str) -> int:
    if int(value) != value:
        raise _bad(name, f"demand and capacity are whole numbers: {value}")
    return int(value)


def _vrplib_vehicles(
    data: dict[str, Any], depots: list[int], kinds: list[str] | None, clients: int, name: str
) -> list[Vehicle]:
    """The fleet: as many as ``VEHICLES`` says, else one for each client."""
    number = int(data.get("vehicles", clients))
    capacity = _column(data, "capacity", number, name)
    duration = _column(data, "vehicles_max_duration", number, name)
    distance = _column(data, "vehicles_max_distance", number, name)
    fixed = _column(data, "vehicles_fixed_cost", number, name, 0)
    unit = _column(data, "vehicles_unit_distance_cost", number, name, 1)
    home = _column(data, "vehicles_depot", number, name, depots[0] + 1)
    return [
        Vehicle(
            f"V{i + 1}",
            str(int(home[i]) - 1),
            kind=kinds[i] if kinds is not None else "",
            capacity=Capacity(units=None if capacity is None else _whole(capacity[i], name)),
            fixed=float(fixed[i]),
            per_km=1000.0 * float(unit[i]),
            max_duration=None if duration is None else _parts(duration[i]),
            max_distance=None if distance is None else _parts(distance[i]),
        )
        for i in range(number)
    ]


def _kinds(data: dict[str, Any], size: int, name: str) -> tuple[list[str] | None, list[tuple[str, ...]] | None]:
    """Who may serve whom: vehicles with the same clients are one kind, and each node admits the kinds that list it."""
    allowed = _column(data, "vehicles_allowed_clients", int(data.get("vehicles", 0)), name)
    if allowed is None:
        return None, None
    kinds: list[str] = []
    names: dict[tuple[int, ...], str] = {}
    for nodes in allowed:
        served = tuple(int(node) for node in np.atleast_1d(nodes))
        kinds.append(names.setdefault(served, f"K{len(names) + 1}"))
    served_by = [(kind, frozenset(nodes)) for nodes, kind in names.items()]
    return kinds, [tuple(kind for kind, nodes in served_by if index + 1 in nodes) for index in range(size)]
