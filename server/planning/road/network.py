"""Real roads behind the port: a matrix from a router, asked in blocks for what is not in the store.

Nothing of two editions is ever put together: the router is asked which edition it has before the first block and after each,
and what a block said is only kept once the edition after it is still the one from before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Protocol

from server.planning.problem import NO_ROAD, Matrix, Vehicle
from server.planning.road.settings import RoadSettings
from server.planning.road.store import Row, Store, place, position
from server.planning.road.valhalla import Edition
from server.planning.roads import Factors, Measured, Profile, StraightLine, Watch
from shared import problems
from shared.errors import Refused
from shared.geo import Position

LOCATED_AT_ONCE = 200
"""Places whose nearest road is looked up with one question: an answer of some 100 kB."""


class Router(Protocol):
    """What measures; :class:`server.planning.road.valhalla.Valhalla` is one."""

    def edition(self) -> Edition: ...

    def away(self, places: Sequence[Position], profile: Profile) -> list[float | None]: ...

    def block(
        self, sources: Sequence[Position], targets: Sequence[Position], profile: Profile
    ) -> tuple[list[list[int]], list[list[int]]]: ...


@dataclass(frozen=True)
class _Band:
    """Places that lack the same targets, as few as fit into one question with all or some of these."""

    sources: tuple[int, ...]
    targets: tuple[int, ...]
    columns: int

    def blocks(self) -> Iterator[tuple[int, ...]]:
        """The targets, question by question."""
        for start in range(0, len(self.targets), self.columns):
            yield self.targets[start : start + self.columns]


@dataclass
class RoadNetwork:
    """Roads from a router, kept in a store."""

    router: Router
    settings: RoadSettings
    store: Store
    fallback: StraightLine | None = field(init=False)

    def __post_init__(self) -> None:
        self.fallback = StraightLine() if self.settings.fallback else None

    @property
    def factors(self) -> Factors:
        return self.settings.factors

    @property
    def reach(self) -> float:
        return self.settings.reach

    def profile(self, vehicle: Vehicle) -> Profile:
        return Profile.of(vehicle)

    def measure(self, positions: Sequence[Position], profile: Profile, watch: Watch) -> Measured:
        """As :meth:`server.planning.roads.Roads.measure`. What was measured until it was stopped, or until the router died,
        is kept: the next attempt goes on from there."""
        edition = self.router.edition()
        places = [place(one) for one in positions]
        rows = self._rows(edition, profile, list(dict.fromkeys(places)))
        near = [one for one, row in rows.items() if row.away is not None and row.away <= self.reach]
        self._fill(edition, profile, rows, near, watch)
        picked = {one: rows[one].pick(near) for one in near}
        matrix = Matrix(
            f"{edition.label}, {profile.label}",
            _table(places, near, {one: both[0] for one, both in picked.items()}),
            _table(places, near, {one: both[1] for one, both in picked.items()}),
        )
        return Measured(matrix, edition.key, tuple(rows[one].away for one in places))

    def _rows(self, edition: Edition, profile: Profile, places: Sequence[int]) -> dict[int, Row]:
        """A row for each place, with how far it is from a road; most have their targets from earlier days."""
        kept = self.store.read(edition.key, profile.key, places)
        unknown = [one for one in places if one not in kept]
        for start in range(0, len(unknown), LOCATED_AT_ONCE):
            some = unknown[start : start + LOCATED_AT_ONCE]
            kept |= zip(some, map(Row, self.router.away([position(one) for one in some], profile)), strict=True)
        if unknown:
            self._same(edition)
            self.store.write(edition.key, profile.key, {one: kept[one] for one in unknown})
        return {one: kept[one] for one in places}

    def _fill(
        self, edition: Edition, profile: Profile, rows: dict[int, Row], near: Sequence[int], watch: Watch
    ) -> None:
        """Ask for what is missing, and keep it band by band."""
        bands = list(self._bands({one: rows[one].missing(near) for one in near}))
        total = sum(len(list(band.blocks())) for band in bands)
        done = 0
        for band in bands:
            sources = [position(one) for one in band.sources]
            for targets in band.blocks():
                distances, durations = self.router.block(sources, [position(one) for one in targets], profile)
                self._same(edition)
                for one, metres, seconds in zip(band.sources, distances, durations, strict=True):
                    rows[one] = rows[one].plus(targets, metres, seconds)
                done += 1
                if done < total:
                    watch.block(done, total)
            self.store.write(edition.key, profile.key, {one: rows[one] for one in band.sources})
        if total:
            watch.block(total, total)

    def _bands(self, missing: Mapping[int, tuple[int, ...]]) -> Iterator[_Band]:
        """What to ask: nearly square blocks, as the router looks for roads from both sides."""
        alike: dict[tuple[int, ...], list[int]] = {}
        for one, targets in missing.items():
            if targets:
                alike.setdefault(targets, []).append(one)
        for targets, sources in alike.items():
            columns = min(len(targets), max(isqrt(self.settings.pairs), self.settings.pairs // len(sources)))
            height = max(1, self.settings.pairs // columns)
            for start in range(0, len(sources), height):
                yield _Band(tuple(sources[start : start + height]), targets, columns)

    def _same(self, edition: Edition) -> None:
        now = self.router.edition()
        if now != edition:
            raise Refused(problems.ROADS_CHANGED, value=now.key, expected=edition.key)


def _table(
    places: Sequence[int], near: Sequence[int], picked: Mapping[int, Sequence[int]]
) -> tuple[tuple[int, ...], ...]:
    """The table between all places: 0 from a place to itself, NO_ROAD to and from those that are too far from any road."""
    column = {one: i for i, one in enumerate(near)}
    columns = [column.get(one) for one in places]
    made: dict[int, tuple[int, ...]] = {}
    for own in dict.fromkeys(places):
        values = picked.get(own)
        made[own] = tuple(
            0 if other == own else NO_ROAD if values is None or at is None else values[at]
            for other, at in zip(places, columns, strict=True)
        )
    return tuple(made[one] for one in places)
