"""Where distances and durations come from: a small port, the default behind it that needs no map, and the rules that hold for
whatever is behind it.

The rules: a matrix is measured once for each kind of vehicle that the roads tell apart; all matrices of a problem are of one
edition of the roads, never of two; a site that no road reaches is named; and where a road router fails, straight lines take
its place only if the deployment allows that, and then the plan says so. Every plan carries the label of what it was measured
on, so nobody mistakes a straight line for a road.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from server.planning.problem import NO_ROAD, Matrix, Problem, Site, Vehicle
from shared import problems
from shared.errors import Problem as Fault
from shared.errors import Refused
from shared.geo import Position, distance

HGV = 3500
"""kg: above this permitted gross mass a goods vehicle is what OpenStreetMap's ``hgv`` restrictions are about (OpenStreetMap
wiki, Key:hgv). Up to it the roads of a car are open."""

AXLE = 11_500
"""kg: the most a single axle may carry (GB 1589-2016, the driven axle of a lorry): heavier vehicles have more axles."""


class Profile(msgspec.Struct, frozen=True):
    """What of a vehicle the roads depend on; lengths in cm, masses in kg.

    The defaults are what is assumed of a vehicle that does not say: a refrigerated light lorry at the limits of its class.
    Length under 6 m and permitted gross mass up to 4.5 t are the bounds of a light goods vehicle in China (GA 802, motor
    vehicle types), 2.3 m and 3.3 m are a usual box body on one. Whoever is smaller is led around a bridge without need;
    whoever is larger has to say so. The axle load is the rear axle's usual two thirds of the mass.
    """

    name: str = "default"
    height: int = 330
    width: int = 230
    length: int = 600
    gross: int = 4500
    axle: int = 3000
    hazmat: bool = False
    assumed: bool = False
    """Whether any of it was assumed."""

    @classmethod
    def of(cls, vehicle: Vehicle) -> "Profile":
        """The profile of a vehicle, with what it does not say assumed."""
        given = {name: getattr(vehicle, name) for name in ("height", "width", "length", "gross", "axle")}
        stated = {name: value for name, value in given.items() if value is not None}
        if "gross" in stated and "axle" not in stated:
            stated["axle"] = min(round(stated["gross"] * 2 / 3), AXLE)
        needed = {"height", "width", "length", "gross"} - stated.keys()
        return cls(vehicle.profile, hazmat=vehicle.hazmat, assumed=bool(needed), **stated)

    @property
    def costing(self) -> str:
        """``truck``, or ``auto`` for what may go where a car may."""
        return "auto" if self.gross <= HGV and not self.hazmat else "truck"

    @property
    def key(self) -> str:
        """The same for vehicles that the roads cannot tell apart."""
        if self.costing == "auto":
            return (
                f"auto-{self.height}x{self.width}"  # a car's roads have no limits of length and mass that matter to it
            )
        hazmat = "-hazmat" if self.hazmat else ""
        return f"truck-{self.height}x{self.width}x{self.length}-{self.gross}-{self.axle}{hazmat}"

    @property
    def label(self) -> str:
        """What people read: ``truck 3.3 x 2.3 x 6.0 m, 4.5 t``; a star where a size was assumed."""
        size = f"{self.height / 100:.1f} x {self.width / 100:.1f} x {self.length / 100:.1f} m"
        hazmat = ", dangerous goods" if self.hazmat else ""
        return f"{self.costing} {size}, {self.gross / 1000:.1f} t{'*' if self.assumed else ''}{hazmat}"


class HourSpan(msgspec.Struct, frozen=True):
    """From ``start`` to before ``end`` o'clock, local time, driving takes ``factor`` times as long as the roads say."""

    start: int
    end: int
    factor: float


class Factors(msgspec.Struct, frozen=True):
    """How much longer driving takes than the roads say, by hour of the day on the local clock; 1 outside all spans.

    A road router's durations are those of free roads. No default is given: what traffic does is a fact of a city, and is
    measured from the own vehicles' positions (``docs/operations.md`` says how).
    """

    spans: tuple[HourSpan, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Factors":
        """From ``7-9:1.4,17-19:1.6``; an empty text is no factor at all.

        Raises:
            Refused: ROADS_SETTING where it is not of that form, spans overlap or leave the day, or a factor is not from 0.5
                to 5.
        """
        spans: list[HourSpan] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            try:
                hours, _, factor = part.partition(":")
                start, _, end = hours.partition("-")
                span = HourSpan(int(start), int(end), float(factor))
            except ValueError as error:
                raise _setting(part, "7-9:1.4") from error
            if not (0 <= span.start < span.end <= 24 and 0.5 <= span.factor <= 5):
                raise _setting(part, "0 ≤ h < h ≤ 24, 0.5 … 5")
            if any(span.start < other.end and other.start < span.end for other in spans):
                raise _setting(part, "重叠 overlaps")
            spans.append(span)
        return cls(tuple(spans))

    def at(self, hour: int) -> float:
        """The factor of the hour that begins at ``hour`` o'clock."""
        return next((span.factor for span in self.spans if span.start <= hour < span.end), 1.0)

    def over(self, problem: Problem) -> tuple[float, str]:
        """One factor for the problem, and the hours it stands for.

        The engine knows one duration for a way, whatever the hour it is driven at; so it is the mean over the hours in
        which the vehicles can be out, each hour counted once for every vehicle that can. Without an origin no hour is
        known, and the factor is 1.
        """
        if problem.origin is None or not self.spans:
            return 1.0, ""
        start = problem.origin.astimezone(ZoneInfo(problem.timezone))
        out = [(v.shift.start, v.shift.end) for v in problem.vehicles if v.shift is not None] or [(0, 86_400)]
        hours = [
            (start + timedelta(hours=hour)).hour
            for first, last in out
            for hour in range(first // (3600 * problem.resolution), -(-last // (3600 * problem.resolution)))
        ]
        first = (start + timedelta(seconds=min(first for first, _ in out) / problem.resolution)).strftime("%H:%M")
        last = (start + timedelta(seconds=max(last for _, last in out) / problem.resolution)).strftime("%H:%M")
        return sum(map(self.at, hours)) / len(hours) if hours else 1.0, f"{first}-{last}"


def _setting(value: str, reason: str) -> Refused:
    return Refused(problems.ROADS_SETTING, field="HANDOVER_ROADS_FACTORS", value=value, reason=reason)


@dataclass(frozen=True)
class Watch:
    """Who looks on while roads are measured: ``on_block`` hears how many of how many blocks are done, ``should_stop`` is
    asked between two of them."""

    should_stop: Callable[[], bool] | None = None
    on_block: Callable[[int, int], None] | None = None

    def block(self, done: int, total: int) -> None:
        """After a block.

        Raises:
            Refused: ROADS_STOPPED, somebody asked to stop, and more was to come.
        """
        if self.on_block is not None:
            self.on_block(done, total)
        if done < total and self.should_stop is not None and self.should_stop():
            raise Refused(problems.ROADS_STOPPED, value=f"{done}/{total}")


class Measured(msgspec.Struct, frozen=True):
    """A matrix, the ``edition`` of the roads it was measured on, and how far each place is from the nearest road the vehicle
    may take (m; ``None``: there is none as far as the router looks). Places farther away than ``Roads.reach`` have no road
    in the matrix."""

    matrix: Matrix
    edition: str
    away: tuple[float | None, ...]


class Roads(Protocol):
    """Measures the way between places."""

    @property
    def factors(self) -> Factors:
        """What traffic adds to the durations."""
        ...

    @property
    def reach(self) -> float:
        """How far from a road a site may be (m)."""
        ...

    @property
    def fallback(self) -> "StraightLine | None":
        """What may take the place of roads that do not answer; ``None``: nothing may."""
        ...

    def profile(self, vehicle: Vehicle) -> Profile:
        """What of a vehicle these roads depend on: they are measured once for all vehicles whose profiles have one key."""
        ...

    def measure(self, positions: Sequence[Position], profile: Profile, watch: Watch) -> Measured:
        """Distances (m) and durations (s) between all ``positions`` (WGS-84), in their order. Entries are
        :data:`~server.planning.problem.NO_ROAD` where there is no way; ``roads`` labels what was measured.

        Raises:
            Refused: ROADS_SILENT, ROADS_ANSWER, ROADS_CHANGED where a new edition took the old one's place meanwhile,
                ROADS_STOPPED.
        """
        ...


class StraightLine:
    """Great-circle distance × ``detour``, driven at ``speed`` km/h throughout.

    1.35 is the usual ratio of road to straight-line distance in a city with a grid of main roads; 25 km/h a lorry's
    average by day in one. Both are estimates, which is why the plan says what it was made from. The speed has the traffic in
    it already: no factors apply.
    """

    factors = Factors()
    reach = float("inf")
    fallback: "StraightLine | None" = None

    def __init__(self, detour: float = 1.35, speed: float = 25.0) -> None:
        self.detour = detour
        self.speed = speed
        self.label = f"straight-line x {detour:g}"

    def profile(self, vehicle: Vehicle) -> Profile:
        """The same for all vehicles of one name: a straight line passes under every bridge."""
        return Profile(vehicle.profile)

    def measure(self, positions: Sequence[Position], profile: Profile, watch: Watch) -> Measured:
        matrix = self.matrix(positions, profile.name)
        watch.block(1, 1)
        return Measured(matrix, self.label, (0.0,) * len(positions))

    def matrix(self, positions: Sequence[Position], profile: str) -> Matrix:  # noqa: ARG002 - the same for every vehicle
        """The estimate alone."""
        rows = [[round(distance(a, b) * self.detour) for b in positions] for a in positions]
        seconds = [[round(metres * 3.6 / self.speed) for metres in row] for row in rows]
        return Matrix(self.label, tuple(map(tuple, rows)), tuple(map(tuple, seconds)))


ROUTER_FAULTS = frozenset({problems.ROADS_SILENT, problems.ROADS_ANSWER, problems.ROADS_CHANGED})
"""What straight lines may stand in for, where they may at all."""


def with_matrices(problem: Problem, roads: Roads, watch: Watch | None = None) -> Problem:
    """The problem with a matrix for every profile its vehicles use; given ones are kept as they are.

    The problem must be valid: every site then has a position where a matrix is missing. Where the roads tell vehicles of one
    profile apart (a high one and a low one), these get profiles of their own. What a person has to know about it (a site
    that no road reaches, straight lines in the place of roads) is in the matrices' ``remarks``.

    Raises:
        Refused: as :meth:`Roads.measure`; the router's faults only where there is no fallback.
    """
    if all(vehicle.profile in problem.matrices for vehicle in problem.vehicles):
        return problem
    seen = watch or Watch()
    try:
        return _measured(problem, roads, seen)
    except Refused as refused:
        if refused.kind is problems.ROADS_CHANGED:
            return _again(problem, roads, seen)
        return _estimated(problem, roads, seen, refused)


def _again(problem: Problem, roads: Roads, watch: Watch) -> Problem:
    """Everything once more, on the new edition. One that changes again is not waited for."""
    try:
        return _measured(problem, roads, watch)
    except Refused as refused:
        return _estimated(problem, roads, watch, refused)


def _estimated(problem: Problem, roads: Roads, watch: Watch, refused: Refused) -> Problem:
    """The whole problem on straight lines, where that is allowed: never one vehicle on roads and another one not."""
    straight = roads.fallback
    if straight is None or refused.kind not in ROUTER_FAULTS:
        raise refused
    label = f"{straight.label} (#{refused.problem.number})"
    remark = Refused(problems.ROADS_ESTIMATED, value=straight.label, reason=_shortly(refused)).problem
    return _measured(problem, straight, watch, label=label, remarks=(remark,))


def _shortly(refused: Refused) -> str:
    return f"#{refused.problem.number} {refused.problem.values['value']}"


def _measured(
    problem: Problem, roads: Roads, watch: Watch, *, label: str | None = None, remarks: tuple[Fault, ...] = ()
) -> Problem:
    wanted = {v.id: roads.profile(v) for v in problem.vehicles if v.profile not in problem.matrices}
    positions = [site.position for site in problem.sites if site.position is not None]
    factor, hours = roads.factors.over(problem)
    profiles = {profile.key: profile for profile in wanted.values()}
    measured = {key: roads.measure(positions, profile, watch) for key, profile in profiles.items()}
    editions = sorted({one.edition for one in measured.values()})
    if len(editions) > 1:
        raise Refused(problems.ROADS_CHANGED, value=editions[1], expected=editions[0])
    names = _names(wanted)
    made: dict[str, Matrix] = {}
    for key, found in measured.items():
        profile = profiles[key]
        faults = tuple(_unreached(problem.sites, found, roads.reach, profile))
        matrix = _scaled(found.matrix, problem.resolution, factor)
        roads_label = label or matrix.roads + (f", x {factor:.2f} for {hours}" if factor != 1 else "")
        for name in {names[v] for v, own in wanted.items() if own.key == key}:
            made[name] = msgspec.structs.replace(matrix, roads=roads_label, remarks=remarks + faults)
    vehicles = tuple(
        msgspec.structs.replace(v, profile=names[v.id]) if names.get(v.id, v.profile) != v.profile else v
        for v in problem.vehicles
    )
    return msgspec.structs.replace(problem, vehicles=vehicles, matrices=problem.matrices | made)


def _names(wanted: dict[str, Profile]) -> dict[str, str]:
    """By vehicle, the profile its matrix gets: its own, and one with the key where one name stands for several keys."""
    keys: dict[str, set[str]] = {}
    for profile in wanted.values():
        keys.setdefault(profile.name, set()).add(profile.key)
    return {
        vehicle: own.name if len(keys[own.name]) == 1 else f"{own.name} {own.key}" for vehicle, own in wanted.items()
    }


def _unreached(sites: Sequence[Site], found: Measured, reach: float, profile: Profile) -> Iterator[Fault]:
    """A problem for each site that is too far from a road, or that no road connects with any other."""
    table = found.matrix.duration
    near = {i: away for i, away in enumerate(found.away) if away is not None and away <= reach}
    for i, site in enumerate(sites):
        name = f"{site.name} ({site.id})" if site.name and site.name != site.id else site.id
        away = found.away[i]
        if i not in near:
            value = "–" if away is None else f"{away:.0f} m"
            values = {"value": value, "expected": f"{reach:.0f} m", "profile": profile.label}
            yield Refused(problems.ROADS_FAR, site=name, **values).problem
            continue
        others = [j for j in near if j != i]
        if others and (all(table[i][j] == NO_ROAD for j in others) or all(table[j][i] == NO_ROAD for j in others)):
            yield Refused(problems.ROADS_CUT_OFF, site=name, value=profile.label).problem


def remarks_of(problem: Problem) -> tuple[Fault, ...]:
    """What a person has to know about how the problem's vehicles were measured, each thing once."""
    told: list[Fault] = []
    for name in dict.fromkeys(vehicle.profile for vehicle in problem.vehicles):
        told += [fault for fault in problem.matrices[name].remarks if fault not in told]
    return tuple(told)


def _scaled(matrix: Matrix, resolution: int, factor: float = 1.0) -> Matrix:
    """A matrix in m and s as one in the problem's finer parts, its durations ``factor`` times as long; entries without a
    road stay what they are."""
    if resolution == 1 and factor == 1:
        return matrix
    distances, durations = (
        tuple(tuple(round(value * by) if value >= 0 else value for value in row) for row in table)
        for table, by in ((matrix.distance, resolution), (matrix.duration, resolution * factor))
    )
    return msgspec.structs.replace(matrix, distance=distances, duration=durations)
