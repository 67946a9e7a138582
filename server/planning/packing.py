"""Which line rides in which container: a rule without a solver, so that people can see why.

A line may ride where the container keeps a range that lies inside the product's own. The consignments of a route are taken
in driving order, and of each the lines that need the same range stay together: they go into the container whose range is
closest to theirs (ambient goods do not fill the cold room), among those into the one that has the fewest packs so far, so
that few goods suffer when one box fails. What does not fit whole is placed line by line; a line is never split.

A vehicle that loads again is packed for each trip anew: what fits trip by trip fits. What is on board already stays where it
is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from shared import problems
from shared.coldchain.profiles import ProductRange
from shared.errors import Refused
from shared.work import Consignment, Container, Line

Space = tuple[Container, int | None]
"""A container and how many packs it takes; ``None``: no limit."""


def keeps(container: ProductRange, wanted: ProductRange) -> bool:
    """Whether goods that need ``wanted`` may ride where ``container`` is kept."""
    return wanted.low <= container.low and container.high <= wanted.high


def pack_trips(
    trips: Iterable[Sequence[Consignment]],
    spaces: Sequence[Space],
    vehicle: str,
    standing: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The container of every line of a day, by id: each trip packed by itself, as of :func:`pack`.

    Raises:
        Refused: as :func:`pack`.
    """
    placed: dict[str, str] = {}
    for consignments in trips:
        placed |= pack(consignments, spaces, vehicle, standing)
    return placed


def pack(
    consignments: Sequence[Consignment],
    spaces: Sequence[Space],
    vehicle: str,
    standing: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The container of every line of one trip, by id. ``consignments`` are in driving order, ``vehicle`` is named in a
    refusal, ``standing`` says in which containers lines ride already.

    Raises:
        Refused: PACKING_NONE where no container keeps what a line needs, PACKING_FULL where none has room left.
    """
    used = {container.id: 0 for container, _ in spaces}
    on_board = standing or {}
    placed: dict[str, str] = {}
    for line in (line for consignment in consignments for line in consignment.lines):
        if on_board.get(line.id) in used:
            placed[line.id] = on_board[line.id]
            used[placed[line.id]] += line.quantity
    for consignment in consignments:
        for wanted, lines in _by_range(consignment, placed).items():
            fitting = [space for space in spaces if keeps(space[0].range, wanted)]
            if not fitting:
                raise Refused(problems.PACKING_NONE, what=vehicle, expected=wanted.text(), value=_shown(lines[0]))
            together = sum(line.quantity for line in lines)
            groups = [lines] if _room(fitting, used, together) else [[line] for line in lines]
            for group in groups:
                packs = sum(line.quantity for line in group)
                found = _room(fitting, used, packs)
                if not found:
                    raise Refused(problems.PACKING_FULL, what=vehicle, expected=wanted.text(), value=_shown(group[0]))
                used[found[0].id] += packs
                placed |= {line.id: found[0].id for line in group}
    return placed


def _by_range(consignment: Consignment, placed: Collection[str]) -> Mapping[ProductRange, list[Line]]:
    """The lines that have no place yet, by what they need."""
    found: dict[ProductRange, list[Line]] = {}
    for line in consignment.lines:
        if line.id not in placed:
            found.setdefault(line.product.range, []).append(line)
    return found


def _room(fitting: Sequence[Space], used: Mapping[str, int], packs: int) -> list[Container]:
    """The containers with room for ``packs`` more, the best one first."""
    free = [container for container, limit in fitting if limit is None or used[container.id] + packs <= limit]
    return sorted(free, key=lambda one: (one.range.low - one.range.high, used[one.id], one.code))


def _shown(line: Line) -> str:
    return f"{line.product.name.zh} {line.lot} × {line.quantity}"
