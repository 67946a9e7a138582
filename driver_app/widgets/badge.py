"""Badges: a verdict or a state, told three times over — by colour, by word and by shape.

The shapes are those of warning signs: a disc with a tick (conformant), an octagon with a cross (non-conformant), a triangle
with a question mark (unknown). They stay apart in grey, in sunlight and for colour-blind eyes.
"""

from math import cos, pi, sin

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.properties import BooleanProperty, ListProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from driver_app.i18n import marked
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.stroke import dot, filled, stroke
from driver_app.widgets.theme import theme
from shared.coldchain.verdict import Conformity

TONES = ("ok", "bad", "unknown", "primary", "muted")
TONE_OF: dict[str, str] = {
    Conformity.CONFORMANT: "ok",
    Conformity.NON_CONFORMANT: "bad",
    Conformity.UNKNOWN: "unknown",
}


def tone_of(conformity: str) -> str:
    """The tone of a verdict; nothing known yet is unknown, never fine."""
    return TONE_OF.get(conformity, "unknown")


WORD_OF: dict[str, str] = {
    Conformity.CONFORMANT: marked("Conformant"),
    Conformity.NON_CONFORMANT: marked("Non-conformant"),
    Conformity.UNKNOWN: marked("Unknown"),
}


def word_of(conformity: str, translate=None) -> str:
    """The word of a verdict in the current language."""
    return (translate or tr._)(WORD_OF.get(conformity, WORD_OF[Conformity.UNKNOWN]))


class Sign(Widget):
    """The shape of a verdict or state, in its tone."""

    tone = OptionProperty("unknown", options=TONES)
    part = BooleanProperty(False)
    """Half of it: a disc that is filled half, instead of the tone's own shape."""
    _MARKS = {  # noqa: RUF012 - constant
        "ok": ([(-0.42, -0.02), (-0.12, -0.34), (0.46, 0.36)],),
        "bad": ([(-0.34, -0.34), (0.34, 0.34)], [(-0.34, 0.34), (0.34, -0.34)]),
        "unknown": (
            [(-0.24, 0.22), (-0.2, 0.36), (-0.09, 0.45), (0.09, 0.45), (0.2, 0.36), (0.24, 0.22), (0.16, 0.08),
             (0.05, -0.01), (0.0, -0.12), (0.0, -0.2)],
            [(0.0, -0.46), (0.0, -0.47)],
        ),
        "primary": ([(-0.3, 0.0), (0.3, 0.0)],),
        "muted": (),
    }  # fmt: skip

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for prop in ("tone", "part", "pos", "size"):
            self.fbind(prop, self._draw)
        theme.bind(
            palette=self._draw
        )  # weakly: the theme outlives every badge, and `fbind` would keep it and its screen
        self._draw()

    def _draw(self, *_args) -> None:
        palette, tone = theme.palette, self.tone
        r = min(self.width, self.height) / 2
        x, y = self.x + self.width / 2, self.y + self.height / 2  # `center` lags behind `pos`
        self.canvas.clear()
        with self.canvas:
            Color(*getattr(palette, tone))
            if self.part:
                SmoothEllipse(pos=(x - r, y - r), size=(2 * r, 2 * r), angle_start=180, angle_end=360)
                SmoothLine(circle=(x, y, r * 0.93), width=max(1.0, r * 0.07))
                return
            if tone == "bad":
                _polygon(x, y, r, 8, pi / 8)
            elif tone == "unknown":
                _polygon(x, y - r * 0.12, r * 1.12, 3, pi / 2)
            elif tone == "muted":
                SmoothLine(circle=(x, y, r * 0.82), width=max(1.0, r * 0.09))
            else:
                dot(x, y, r)
            Color(*(palette.surface if tone == "muted" else getattr(palette, f"on_{tone}")))
            scale = r * (0.72 if tone == "unknown" else 1.0)
            lift = -r * 0.16 if tone == "unknown" else 0.0
            for mark in self._MARKS[tone]:
                points = [value for px, py in mark for value in (x + px * scale * 1.05, y + lift + py * scale * 1.05)]
                stroke(points, max(1.1, r * (0.085 if tone == "unknown" else 0.1)))


def _polygon(x: float, y: float, r: float, corners: int, turn: float) -> None:
    angles = (turn + 2 * pi * i / corners for i in range(corners))
    filled([value for angle in angles for value in (x + r * cos(angle), y + r * sin(angle))])


class Badge(BoxLayout):
    """A shape and a word on a tinted pill."""

    tone = OptionProperty("unknown", options=TONES)
    text = StringProperty("")
    plain = BooleanProperty(False)
    """Without the pill: shape and word on the surface itself."""
    tint = ListProperty((0, 0, 0, 0))


class VerdictBadge(Badge):
    """The badge of a temperature verdict."""

    conformity = StringProperty(Conformity.UNKNOWN)
    tone_of = staticmethod(tone_of)
    word_of = staticmethod(word_of)


load_rules(__file__)
