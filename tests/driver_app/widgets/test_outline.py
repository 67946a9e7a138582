"""Soft lines as triangles: where they are opaque, how far they reach, and that nothing of them is left out."""

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_app.widgets.outline import FEATHER, Outline, capsules, coverage, joined, polygon

coordinates = st.floats(-500, 500, allow_nan=False).map(lambda value: round(value, 2))
points = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=8)
widths = st.floats(0.5, 12)


def flat(places: list[tuple[float, float]]) -> list[float]:
    return [value for place in places for value in place]


def corners(outline: Outline) -> list[tuple[float, float]]:
    return [(x, y) for x, y in zip(outline[0][::4], outline[0][1::4], strict=True)]


def distance(place: tuple[float, float], line: list[tuple[float, float]]) -> float:
    """From a line through points to a place."""
    found = []
    for (ax, ay), (bx, by) in pairwise([*line, line[-1]]):
        long = hypot(bx - ax, by - ay) ** 2
        along = 0.0 if long == 0 else ((place[0] - ax) * (bx - ax) + (place[1] - ay) * (by - ay)) / long
        along = min(1.0, max(0.0, along))
        found.append(hypot(place[0] - ax - along * (bx - ax), place[1] - ay - along * (by - ay)))
    return min(found)


@given(points, widths)
def test_a_line_reaches_no_further_than_its_soft_edge(line: list[tuple[float, float]], half: float) -> None:
    reach = (half + FEATHER) * 2**0.5  # the corners of a square around its round end
    for corner in corners(capsules(flat(line), half)):
        assert distance(corner, line) <= reach + 1e-6


@given(points, widths)
def test_every_piece_of_a_line_is_a_capsule_of_six_triangles(line: list[tuple[float, float]], half: float) -> None:
    vertices, indices = capsules(flat(line), half)
    pieces = max(1, len(line) - 1)
    assert (len(vertices), len(indices)) == (pieces * 8 * 4, pieces * 18)
    assert set(indices) == set(range(pieces * 8))


@given(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=8), widths)
def test_a_closed_line_comes_back_to_where_it_began(line: list[tuple[float, float]], half: float) -> None:
    assert capsules(flat(line), half, close=True) == capsules(flat([*line, line[0]]), half)


def test_one_point_is_a_dot() -> None:
    xs, ys = zip(*corners(capsules([3.0, 4.0], 1.5)), strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == (0.5, 5.5, 1.5, 6.5)


@given(st.lists(points, min_size=1, max_size=4), widths)
def test_lines_that_are_joined_keep_every_triangle(lines: list[list[tuple[float, float]]], half: float) -> None:
    parts = [capsules(flat(line), half) for line in lines]
    whole = joined(parts)
    expected = [corners(part)[index] for part in parts for index in part[1]]
    assert [corners(whole)[index] for index in whole[1]] == expected


def test_a_polygon_is_filled_from_its_first_corner() -> None:
    vertices, indices = polygon([0, 0, 4, 0, 4, 4, 0, 4])
    assert len(vertices) == 4 * 4
    assert indices == [0, 1, 2, 0, 2, 3]


@pytest.mark.parametrize(("far", "expected"), [(0.0, 1.0), (1.9, 1.0), (2.5, 0.5 * FEATHER), (3.1, 0.0)])
def test_a_pixel_is_covered_inside_half_covered_on_the_edge_and_free_outside(far: float, expected: float) -> None:
    assert coverage(far, 2.5 if far == 2.5 else 2.4) == pytest.approx(expected)
