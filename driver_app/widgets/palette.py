"""Colours: two palettes, light for sunlight and dark for the night, and the contrast they promise.

Pure values, no Kivy. The promise (WCAG 2.2, 1.4.3 and 1.4.11): text at least 4.5 : 1 on what it stands on, the outline of
a control at least 3 : 1. :data:`TEXT_PAIRS` and :data:`CONTROL_PAIRS` name every combination the kit uses; a test computes
them for both palettes.
"""

from typing import NamedTuple

Colour = tuple[float, float, float, float]
"""Red, green, blue, alpha, each 0 … 1."""


def rgb(text: str) -> Colour:
    """A colour from ``#rrggbb``."""
    value = int(text.removeprefix("#"), 16)
    return (value >> 16 & 255) / 255, (value >> 8 & 255) / 255, (value & 255) / 255, 1.0


class Palette(NamedTuple):
    """The colours of a theme by what they mean. ``on_x`` is text on ``x``; ``x_soft`` is the tint of ``x`` behind text."""

    name: str
    ground: Colour
    surface: Colour
    sunken: Colour
    ink: Colour
    muted: Colour
    outline: Colour
    hairline: Colour
    pressed: Colour
    disabled: Colour
    on_disabled: Colour
    primary: Colour
    on_primary: Colour
    primary_soft: Colour
    on_primary_soft: Colour
    ok: Colour
    on_ok: Colour
    ok_soft: Colour
    on_ok_soft: Colour
    bad: Colour
    on_bad: Colour
    bad_soft: Colour
    on_bad_soft: Colour
    unknown: Colour
    on_unknown: Colour
    unknown_soft: Colour
    on_unknown_soft: Colour


LIGHT = Palette(
    name="light",
    ground=rgb("#F1F5F6"),
    surface=rgb("#FFFFFF"),
    sunken=rgb("#E4EBED"),
    ink=rgb("#0F1E26"),
    muted=rgb("#435660"),
    outline=rgb("#6E828C"),
    hairline=rgb("#D3DDE1"),
    pressed=(0.06, 0.12, 0.15, 0.14),
    disabled=rgb("#DCE4E7"),
    on_disabled=rgb("#4E606A"),
    primary=rgb("#0A5A6B"),
    on_primary=rgb("#FFFFFF"),
    primary_soft=rgb("#D6EDF2"),
    on_primary_soft=rgb("#084652"),
    ok=rgb("#146C3C"),
    on_ok=rgb("#FFFFFF"),
    ok_soft=rgb("#DAF2E3"),
    on_ok_soft=rgb("#0C4D2A"),
    bad=rgb("#B0221B"),
    on_bad=rgb("#FFFFFF"),
    bad_soft=rgb("#FCE3E0"),
    on_bad_soft=rgb("#7D130E"),
    unknown=rgb("#7A4B00"),
    on_unknown=rgb("#FFFFFF"),
    unknown_soft=rgb("#FFEFC9"),
    on_unknown_soft=rgb("#5A3800"),
)
"""For daylight: near-black on white, colours dark enough to carry white text."""

DARK = Palette(
    name="dark",
    ground=rgb("#0C1317"),
    surface=rgb("#172127"),
    sunken=rgb("#0F171B"),
    ink=rgb("#E9F0F3"),
    muted=rgb("#A9BAC3"),
    outline=rgb("#7A8E98"),
    hairline=rgb("#2B3941"),
    pressed=(1.0, 1.0, 1.0, 0.16),
    disabled=rgb("#2A363D"),
    on_disabled=rgb("#9DAEB7"),
    primary=rgb("#5CC8DC"),
    on_primary=rgb("#00323B"),
    primary_soft=rgb("#10404B"),
    on_primary_soft=rgb("#C4EEF6"),
    ok=rgb("#6FD598"),
    on_ok=rgb("#00391A"),
    ok_soft=rgb("#103A24"),
    on_ok_soft=rgb("#C3F1D5"),
    bad=rgb("#FF9C92"),
    on_bad=rgb("#4A0500"),
    bad_soft=rgb("#4C1814"),
    on_bad_soft=rgb("#FFD8D3"),
    unknown=rgb("#F5C04F"),
    on_unknown=rgb("#3A2700"),
    unknown_soft=rgb("#3F2E07"),
    on_unknown_soft=rgb("#FFE5A8"),
)
"""For the night: no pure white, so that the road stays visible beside the phone."""

PALETTES = {"light": LIGHT, "dark": DARK}

_GROUNDS = ("ground", "surface", "sunken")
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("ink", "muted") for ground in _GROUNDS),
    *((text, ground) for text in ("primary", "ok", "bad", "unknown") for ground in _GROUNDS),
    *((f"on_{name}", name) for name in ("primary", "ok", "bad", "unknown", "disabled")),
    *((f"on_{name}_soft", f"{name}_soft") for name in ("primary", "ok", "bad", "unknown")),
)
"""(text, ground) combinations in use: at least 4.5 : 1."""
CONTROL_PAIRS: tuple[tuple[str, str], ...] = tuple(("outline", ground) for ground in _GROUNDS)
"""(edge of a control, ground) combinations in use: at least 3 : 1."""


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 … 1 (WCAG 2.2, definition of relative luminance)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: Colour, b: Colour) -> float:
    """Contrast ratio, 1 … 21 (WCAG 2.2, definition of contrast ratio)."""
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)
