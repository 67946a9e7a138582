"""Which line rides in which container."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.planning.packing import Space, keeps, pack, pack_trips
from shared import problems
from shared.coldchain.profiles import AMBIENT, COOL, FROZEN, REFRIGERATED, ProductRange
from shared.errors import Refused
from shared.work import Consignment, Container, ContainerKind, Line, Name, Product

DAY = date(2027, 1, 1)


def space(code: str, limits: ProductRange, capacity: int | None = None) -> Space:
    kind = ContainerKind.BOX
    return Container(code, kind, Name(code, code), code, limits, 0.1, ()), capacity


def line(name: str, limits: ProductRange, quantity: int = 10) -> Line:
    product = Product(name, Name(name, name), "f", "s", "m", "h", None, (), "", limits)
    return Line(name, product, "L1", DAY, quantity, "盒")


def consignment(name: str, *lines: Line) -> Consignment:
    both = Name(name, name)
    return Consignment(name, name, "", both, both, "", DAY, True, lines)


def test_a_line_rides_where_the_range_lies_inside_its_own() -> None:
    assert keeps(REFRIGERATED, COOL)
    assert keeps(REFRIGERATED, REFRIGERATED)
    assert not keeps(COOL, REFRIGERATED)
    assert not keeps(REFRIGERATED, ProductRange(3, 7))


def test_goods_do_not_fill_a_container_that_is_kept_more_narrowly_than_they_need() -> None:
    spaces = [space("A", REFRIGERATED), space("B", COOL)]
    assert pack([consignment("N", line("cool", COOL), line("cold", REFRIGERATED))], spaces, "van") == {
        "cool": "B",
        "cold": "A",
    }


def test_consignments_are_spread_over_equal_boxes() -> None:
    spaces = [space("A", REFRIGERATED), space("B", REFRIGERATED)]
    notes = [consignment(f"N{n}", line(f"{n}a", REFRIGERATED), line(f"{n}b", REFRIGERATED)) for n in range(4)]
    assert pack(notes, spaces, "van") == {
        "0a": "A", "0b": "A", "1a": "B", "1b": "B", "2a": "A", "2b": "A", "3a": "B", "3b": "B",
    }  # fmt: skip


def test_lines_that_do_not_fit_together_are_placed_one_by_one() -> None:
    spaces = [space("A", REFRIGERATED, 10), space("B", REFRIGERATED, 10)]
    note = consignment("N", line("a", REFRIGERATED, 8), line("b", REFRIGERATED, 7), line("c", REFRIGERATED, 2))
    assert pack([note], spaces, "van") == {"a": "A", "b": "B", "c": "B"}


def test_goods_that_no_container_keeps_are_refused() -> None:
    with pytest.raises(Refused, match="van has no container that keeps") as error:
        pack([consignment("N", line("ice", FROZEN))], [space("A", REFRIGERATED)], "van")
    assert error.value.kind is problems.PACKING_NONE


def test_goods_without_room_are_refused() -> None:
    with pytest.raises(Refused) as error:
        pack([consignment("N", line("a", AMBIENT, 11))], [space("A", AMBIENT, 10)], "van")
    assert error.value.kind is problems.PACKING_FULL


ranges = st.sampled_from([REFRIGERATED, COOL, AMBIENT])


@given(
    st.lists(st.lists(st.tuples(ranges, st.integers(1, 20)), min_size=1, max_size=4), max_size=6),
    st.lists(st.tuples(ranges, st.none() | st.integers(1, 60)), max_size=5),
)
def test_whatever_is_packed_keeps_every_range_and_fits(
    notes: list[list[tuple[ProductRange, int]]], boxes: list[tuple[ProductRange, int | None]]
) -> None:
    spaces = [space(f"box{n}", limits, capacity) for n, (limits, capacity) in enumerate(boxes)]
    consignments = [
        consignment(f"N{n}", *(line(f"{n}.{m}", limits, packs) for m, (limits, packs) in enumerate(lines)))
        for n, lines in enumerate(notes)
    ]
    try:
        placed = pack(consignments, spaces, "van")
    except Refused:
        return
    lines = {one.id: one for note in consignments for one in note.lines}
    assert placed.keys() == lines.keys()
    for container, limit in spaces:
        inside = [lines[name] for name, box in placed.items() if box == container.id]
        assert all(keeps(container.range, one.product.range) for one in inside)
        assert limit is None or sum(one.quantity for one in inside) <= limit


def test_what_does_not_fit_at_once_fits_trip_by_trip() -> None:
    spaces = [space("A", REFRIGERATED, 10)]
    trips = [[consignment(f"N{n}", line(f"{n}", REFRIGERATED, 8))] for n in range(2)]
    with pytest.raises(Refused, check=lambda error: error.kind is problems.PACKING_FULL):
        pack([note for trip in trips for note in trip], spaces, "van")
    assert pack_trips(trips, spaces, "van") == {"0": "A", "1": "A"}


def test_what_rides_in_a_container_already_stays_there_and_takes_its_room() -> None:
    spaces = [space("A", REFRIGERATED, 10), space("B", REFRIGERATED, 10)]
    notes = [consignment("N", line("new", REFRIGERATED, 6)), consignment("M", line("old", REFRIGERATED, 6))]
    assert pack(notes, spaces, "van") == {"new": "A", "old": "B"}
    assert pack(notes, spaces, "van", {"old": "A"}) == {"new": "B", "old": "A"}


def test_a_container_that_the_vehicle_has_no_more_holds_nothing_in_place() -> None:
    assert pack([consignment("N", line("x", REFRIGERATED))], [space("A", REFRIGERATED)], "van", {"x": "Z"}) == {
        "x": "A"
    }
