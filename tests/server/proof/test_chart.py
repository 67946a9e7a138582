"""The temperature chart: no peak is lost, no line is drawn over time that nothing is known of."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.proof.chart import ALARM, Curve, Mark, Picture, draw
from server.proof.sketch import draw_site
from shared.coldchain.excursions import Sample
from shared.geo import Geofence, Position

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def curve(values: list[float], *, derived: bool = False, step: int = 60) -> Curve:
    samples = tuple(Sample(START + timedelta(seconds=step * i), value) for i, value in enumerate(values))
    return Curve("LG-1", samples, derived, step)


def picture(*curves: Curve, minutes: float = 60) -> Picture:
    return Picture(START, minute(minutes), 2.0, 8.0, curves, (), (), "Asia/Shanghai", "无数据", "推算")


def drawn(shown: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(draw(shown))


def points(svg: ElementTree.Element) -> list[list[tuple[float, float]]]:
    """The polylines, each as its points."""
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.get("points", "").split())]
        for line in svg.iter(f"{SVG}polyline")
    ]


def texts(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}text")]


@given(st.lists(st.floats(-30, 40), min_size=30, max_size=1500))
def test_the_highest_and_lowest_reading_are_on_the_picture(values: list[float]) -> None:
    """However many readings there are: the topmost point is the highest reading, the lowest the lowest."""
    shown = picture(curve(values), minutes=len(values))
    ys = [y for line in points(drawn(shown)) for _, y in line]
    low, high = min([2.0, *values]), max([8.0, *values])
    room = max(1.0, (high - low) * 0.14)
    scale = (232 - 30 - 24) / (high - low + 2 * room)
    assert min(ys) == pytest.approx(30 + (high + room - max(values)) * scale, abs=0.02)
    assert max(ys) == pytest.approx(30 + (high + room - min(values)) * scale, abs=0.02)


def test_one_reading_outside_among_two_thousand_is_marked_with_its_value() -> None:
    values = [5.0] * 2000
    values[777] = 8.01
    svg = draw(picture(curve(values), minutes=2000))
    assert ">8.01</text>" in svg
    assert ALARM in svg


def test_no_line_crosses_a_gap() -> None:
    before, after = curve([5.0] * 10).samples, curve([6.0] * 10).samples
    later = tuple(Sample(sample.at + timedelta(minutes=30), sample.value) for sample in after)
    svg = drawn(picture(Curve("LG-1", before + later, False, 60)))
    assert len(points(svg)) == 2


def test_a_gap_is_hatched_and_named() -> None:
    shown = msgspec.structs.replace(picture(curve([5.0] * 5)), gaps=((minute(10), minute(40)),))
    svg = drawn(shown)
    assert "无数据" in texts(svg)
    assert len(list(svg.iter(f"{SVG}line"))) > len(list(drawn(picture(curve([5.0] * 5))).iter(f"{SVG}line"))) + 20


def test_a_gap_outside_the_picture_is_not_drawn() -> None:
    shown = msgspec.structs.replace(picture(curve([5.0] * 5)), gaps=((minute(100), minute(140)),))
    assert draw(shown) == draw(picture(curve([5.0] * 5)))


def test_derived_times_are_dashed_and_said_to_be() -> None:
    svg = draw(picture(curve([5.0] * 30, derived=True)))
    assert "LG-1 (推算)" in svg
    (line,) = ElementTree.fromstring(svg).iter(f"{SVG}polyline")
    assert line.get("stroke-dasharray")


def test_the_range_is_a_band_with_its_limits_in_figures() -> None:
    found = texts(drawn(picture(curve([5.0] * 30))))
    assert "2" in found
    assert "8" in found


def test_times_are_those_of_the_site() -> None:
    """00:00 UTC is eight in the morning in Beijing."""
    assert "08:00" in texts(drawn(picture(curve([5.0] * 30))))


@pytest.mark.parametrize("hours", [0.2, 1, 5, 11, 30, 240])
def test_there_are_never_too_many_marks_of_time(hours: float) -> None:
    found = [
        text
        for text in texts(drawn(picture(curve([5.0, 5.0]), minutes=hours * 60)))
        if re.fullmatch(r"\d\d:\d\d", text)
    ]
    assert 1 <= len(found) <= 11


def test_moments_are_marked_also_when_they_lie_close_together() -> None:
    marks = (Mark(minute(0), "装车"), Mark(minute(58), "到货"), Mark(minute(60), "出示结论"))
    svg = drawn(msgspec.structs.replace(picture(curve([5.0] * 30)), marks=marks))
    rows = {
        element.text: element.get("y") for element in svg.iter(f"{SVG}text") if element.text in ("到货", "出示结论")
    }
    assert len(set(rows.values())) == 2


def test_a_single_reading_is_a_point() -> None:
    assert len(list(drawn(picture(curve([5.0]))).iter(f"{SVG}circle"))) == 1


def test_a_curve_without_a_reading_is_only_in_the_legend() -> None:
    svg = drawn(picture(curve([])))
    assert points(svg) == []
    assert "LG-1" in texts(svg)


def test_names_cannot_break_the_picture() -> None:
    odd = Curve('<LG>&"1"', (), False, 60)
    assert '<LG>&"1"' in texts(drawn(picture(odd)))


def test_the_plan_of_a_site_shows_fence_and_points_to_scale() -> None:
    centre = Position(39.9, 116.4)
    there = Position(39.9 + 100 / 111_195, 116.4, 8.0)
    svg = ElementTree.fromstring(draw_site(Geofence(centre, 150.0), [("到货", there)]))
    fence, accuracy, dot = svg.iter(f"{SVG}circle")
    metre = float(fence.get("r", 0)) / 150
    assert float(dot.get("cy", 0)) == pytest.approx(75 - 100 * metre, abs=0.2)
    assert float(dot.get("cx", 0)) == pytest.approx(75, abs=0.1)
    assert float(accuracy.get("r", 0)) == pytest.approx(8 * metre, abs=0.06)
    assert "到货" in texts(svg)


def test_a_point_far_outside_the_fence_is_still_on_the_plan() -> None:
    far = Position(39.95, 116.5)
    svg = ElementTree.fromstring(draw_site(Geofence(Position(39.9, 116.4), 150.0), [("到货", far)]))
    *_, dot = svg.iter(f"{SVG}circle")
    assert 0 < float(dot.get("cx", 0)) < 150
    assert 0 < float(dot.get("cy", 0)) < 150
