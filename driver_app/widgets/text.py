"""Text in one of the theme's sizes and colours. It wraps as Chinese and English wrap, and is as tall as its lines."""

from functools import lru_cache, partial
from math import ceil

from kivy.core.text import Label as CoreLabel
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.label import Label

from driver_app.widgets.rules import load_rules
from driver_app.widgets.theme import FONT, TypeScale, theme
from driver_app.widgets.wrap import wrap

LINE_HEIGHT = 1.06
"""Of the font's own height."""


@lru_cache(maxsize=64)
def _ruler(font_size: float, bold: bool) -> CoreLabel:
    return CoreLabel(font_name=FONT, font_size=font_size, bold=bold)


@lru_cache(maxsize=8192)
def measure(text: str, font_size: float, bold: bool) -> float:
    """How wide a piece of one line is, px."""
    return _ruler(font_size, bold).get_extents(text)[0] if text else 0


@lru_cache(maxsize=2048)
def wrapped(text: str, width: float, font_size: float, bold: bool, lines: int) -> tuple[str, bool]:
    """``text`` broken into lines of ``width`` px at most, and whether it was cut."""
    return wrap(text, width, partial(measure, font_size=font_size, bold=bold), lines)


def text_height(text: str, width: float, role: str, *, strong: bool = False) -> float:
    """How tall a :class:`Text` of ``width`` px will be, px, without making one: long lists need to know beforehand."""
    if not text:
        return 0.0
    font_size, bold = getattr(theme.type, role), strong or role in Words.heavy
    lines = wrapped(text, width, font_size, bold, 0)[0].count("\n") + 1
    return ceil(lines * _ruler(font_size, bold).get_extents("国")[1] * LINE_HEIGHT)


class Rendered(CoreLabel):
    """Text that keeps its texture, and not the surface it was rendered on as well: all text would be there twice."""

    def _render_end(self):
        data = super()._render_end()
        self._surface = None
        return data


class Words(Label):
    """A label in the theme: ``role`` names its size in the type scale, ``tone`` its colour in the palette."""

    role = OptionProperty("body", options=TypeScale._fields)
    tone = StringProperty("ink")
    strong = BooleanProperty(False)
    heavy = ("display", "title", "heading")
    """Roles that are always bold."""
    leading = LINE_HEIGHT

    def _create_label(self) -> None:
        super()._create_label()
        self._label.__class__ = Rendered  # Kivy names the class it makes; the two have the same attributes


class Text(Words):
    """Text that wraps to its width.

    ``lines`` cuts it (with an ellipsis) after so many lines; 0 never cuts. What must not be cut, such as a lot number, is
    never given ``lines``. ``cut`` tells whether it was.
    """

    lines = NumericProperty(0)
    cut = BooleanProperty(False)

    def texture_update(self, *largs) -> None:
        width = self.text_size[0]
        if width:
            inner = width - self.padding[0] - self.padding[2]
            text, self.cut = wrapped(self.text, inner, self.font_size, self.bold, int(self.lines))
            self._label.text = text
        super().texture_update(*largs)


class Fitted(Text):
    """Text as wide as it is, up to ``limit`` px; from there on it wraps."""

    limit = NumericProperty(1e6)

    @staticmethod
    def fitted_width(text: str, font_size: float, bold: bool, limit: float) -> float:
        """How wide the text is, wrapped at ``limit`` px where it has to be."""
        lines = wrapped(text, limit, font_size, bold, 0)[0] if limit > 0 else text
        return max(measure(line, font_size, bold) for line in lines.split("\n")) + 1


class Inline(Words):
    """Text on one line, as wide as it is: for chips, units and counts."""


load_rules(__file__)
