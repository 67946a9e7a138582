"""What can be wrong with a screen and be measured: text that is clipped, cut or overlaps, targets too small for a glove."""

from collections.abc import Iterable, Iterator

from kivy.metrics import dp
from kivy.uix.label import Label
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from driver_app.widgets.tappable import Tappable
from driver_app.widgets.text import Text
from driver_app.widgets.theme import TARGET

WHOLE = ("display", "title", "heading")
"""Roles of text that may not be cut: a subtitle may, a title may not."""
SLACK = 1.0
"""px that rounding may cost."""


def audit(roots: Iterable[Widget]) -> list[str]:
    """Every fault of what is shown below ``roots``, in words."""
    return [fault for root in roots for widget in shown(root) for fault in _faults(widget)]


def shown(widget: Widget) -> Iterator[Widget]:
    """A widget and everything below it that is drawn."""
    if widget.opacity == 0:
        return
    yield widget
    for child in widget.children:
        yield from shown(child)


def _faults(widget: Widget) -> Iterator[str]:
    if isinstance(widget, Label) and widget.text.strip():
        width, height = widget.texture_size
        if width > widget.width + SLACK or height > widget.height + SLACK:
            size = f"{width:g}×{height:g} in {widget.width:g}×{widget.height:g}"
            yield f"clipped: {widget.text[:40]!r} ({size})"
        if isinstance(widget, Text) and widget.cut and widget.role in WHOLE:
            yield f"cut: {widget.text[:40]!r}"
        left, right = _edges(widget)
        if left < -SLACK or right > _room(widget) + SLACK:
            yield f"beside the window: {widget.text[:40]!r}"
    if isinstance(widget, Tappable) and min(widget.width, widget.height) < dp(TARGET) - SLACK:
        yield f"small target: {widget.hid} {widget.width / dp(1):.0f}×{widget.height / dp(1):.0f} dp"


def _edges(widget: Widget) -> tuple[float, float]:
    left, _ = widget.to_window(widget.x, widget.y)
    return left, left + widget.width


def _room(widget: Widget) -> float:
    """The window's width; without end inside something that scrolls sideways."""
    parent = widget.parent
    while parent is not None and parent is not parent.parent:
        if isinstance(parent, ScrollView) and parent.do_scroll_x and not parent.do_scroll_y:
            return float("inf")
        if parent.parent is None:
            break
        parent = parent.parent
    window = widget.get_root_window()
    return window.width if window is not None else float("inf")
