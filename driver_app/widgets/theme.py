"""The theme as widgets see it: one palette, one scale of type, one set of sizes, all observable.

A kv rule reads ``theme.palette.ink`` or ``theme.type.body``; when the driver changes the theme or the text size, every
rule that read it follows, in the middle of whatever screen is shown.
"""

from pathlib import Path
from typing import NamedTuple

from kivy.core.text import LabelBase
from kivy.event import EventDispatcher
from kivy.metrics import dp, sp
from kivy.properties import NumericProperty, ObjectProperty

from driver_app.widgets.fonts import find_typeface
from driver_app.widgets.palette import LIGHT, PALETTES

FONT = "Handover"
"""The name the typeface is registered under."""

TARGET = 48
"""dp, the least width and height of anything that is tapped (gloves; Material and Android accessibility guidance)."""


class TypeScale(NamedTuple):
    """Font sizes in px. Nothing is smaller than 14 sp: it is read at arm's length, in sunlight. Few sizes: each opens the
    typeface once more, with the outlines of 65,000 characters (some 2.5 MB)."""

    display: float
    title: float
    heading: float
    body: float
    label: float
    caption: float


def type_scale(factor: float = 1.0) -> TypeScale:
    """The scale at a text size of ``factor`` (1 = normal)."""
    return TypeScale(*(round(sp(size * factor)) for size in (36, 22, 18, 16, 14, 14)))


class Theme(EventDispatcher):
    """What the whole app looks like, now."""

    # `rebind`, or a rule that reads ``theme.palette.ink`` would watch the palette it first saw
    palette = ObjectProperty(LIGHT, rebind=True)
    type = ObjectProperty(None, rebind=True)
    text_factor = NumericProperty(1.0)
    motion = NumericProperty(0.14)
    """s; how long a change of screen takes. 0 stands still."""

    def __init__(self, **kwargs):
        self.type = type_scale()
        super().__init__(**kwargs)

    def use(self, name: str) -> None:
        """Switch to the palette ``light`` or ``dark``."""
        self.palette = PALETTES[name]

    def on_text_factor(self, _theme, factor: float) -> None:
        self.type = type_scale(factor)

    # sizes in px, on a grid of 4 dp
    @property
    def target(self) -> float:
        return dp(TARGET)

    @property
    def gap(self) -> float:
        return dp(8)

    @property
    def pad(self) -> float:
        return dp(16)

    @property
    def radius(self) -> float:
        return dp(12)


theme = Theme()
"""The one theme of the process."""


def register_fonts(cache: Path) -> None:
    """Make the system's CJK typeface the app's font, and Kivy's default as well.

    Raises:
        Refused: FONT_MISSING.
    """
    regular, bold = (str(path) for path in find_typeface(cache))
    for name in (FONT, "Roboto"):
        LabelBase.register(name, regular, fn_bold=bold)
