"""What was measured, kept for the next plan: a row for each place that a profile was measured from, with everything it was
measured to."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.geo import Position

GRID = 1e-5
"""Degrees: places are told apart to about a metre; a site that is moved by less is measured as it was."""
_COLUMNS = 36_000_001


def place(position: Position) -> int:
    """The number of the grid point a position is at: from 0, in rows from the south pole, in each from the west."""
    return round((position.lat + 90) / GRID) * _COLUMNS + round((position.lon + 180) / GRID)


def position(number: int) -> Position:
    """The position of a grid point."""
    row, column = divmod(number, _COLUMNS)
    return Position(round(row * GRID - 90, 5), round(column * GRID - 180, 5))


@dataclass(frozen=True)
class Row:
    """What was measured from one place: how far it is from a road (``away``, m; ``None``: no road near), and to each of
    ``targets`` (grid points) the distance (m) and the duration (s), as the router gave them."""

    away: float | None
    targets: "array[int]" = field(default_factory=lambda: array("q"))
    distances: "array[int]" = field(default_factory=lambda: array("i"))
    durations: "array[int]" = field(default_factory=lambda: array("i"))

    def missing(self, wanted: Sequence[int]) -> tuple[int, ...]:
        """Those of ``wanted`` that were not measured."""
        known = set(self.targets)
        return tuple(one for one in wanted if one not in known)

    def pick(self, wanted: Sequence[int]) -> tuple[list[int], list[int]]:
        """Distances and durations to ``wanted``, in its order.

        Raises:
            KeyError: one of them was not measured.
        """
        index = {target: i for i, target in enumerate(self.targets)}
        places = [index[one] for one in wanted]
        return [self.distances[i] for i in places], [self.durations[i] for i in places]

    def plus(self, targets: Sequence[int], distances: Sequence[int], durations: Sequence[int]) -> "Row":
        """The row with more targets."""
        return Row(
            self.away,
            self.targets + array("q", targets),
            self.distances + array("i", distances),
            self.durations + array("i", durations),
        )


class Store(Protocol):
    """Keeps rows of one edition of the roads."""

    def read(self, edition: str, profile: str, places: Sequence[int]) -> dict[int, Row]:
        """The rows that there are."""
        ...

    def write(self, edition: str, profile: str, rows: Mapping[int, Row]) -> None:
        """Keep rows, each in the place of the one there was. Rows of every other edition are forgotten."""
        ...


class MemoryStore:
    """Rows for as long as the process lives: for a command that plans once, without any database."""

    def __init__(self) -> None:
        self._edition = ""
        self._rows: dict[tuple[str, int], Row] = {}

    def read(self, edition: str, profile: str, places: Sequence[int]) -> dict[int, Row]:
        if edition != self._edition:
            return {}
        return {one: self._rows[profile, one] for one in places if (profile, one) in self._rows}

    def write(self, edition: str, profile: str, rows: Mapping[int, Row]) -> None:
        if edition != self._edition:
            self._edition, self._rows = edition, {}
        self._rows |= {(profile, one): row for one, row in rows.items()}
