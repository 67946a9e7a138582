"""Readable in sunlight and in the dark: contrast is computed, not judged by eye."""

import pytest

from driver_app.widgets.palette import CONTROL_PAIRS, PALETTES, TEXT_PAIRS, contrast, luminance, rgb


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_has_a_contrast_of_four_and_a_half(name: str, text: str, ground: str) -> None:
    palette = PALETTES[name]
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("edge", "ground"), CONTROL_PAIRS)
def test_the_edge_of_a_control_has_a_contrast_of_three(name: str, edge: str, ground: str) -> None:
    palette = PALETTES[name]
    assert contrast(getattr(palette, edge), getattr(palette, ground)) >= 3.0


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast(rgb("#000000"), rgb("#FFFFFF")) == pytest.approx(21.0)


def test_contrast_does_not_depend_on_the_order() -> None:
    assert contrast(rgb("#0A5A6B"), rgb("#FFFFFF")) == contrast(rgb("#FFFFFF"), rgb("#0A5A6B"))


def test_luminance_weighs_green_most() -> None:
    assert luminance(rgb("#00FF00")) > luminance(rgb("#FF0000")) > luminance(rgb("#0000FF"))
