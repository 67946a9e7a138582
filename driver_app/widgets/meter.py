"""How far something is: a bar from nothing to whole."""

from kivy.properties import NumericProperty, OptionProperty
from kivy.uix.widget import Widget

from driver_app.widgets.rules import load_rules


class Meter(Widget):
    """``done`` of ``total``; nothing at all is empty, not full."""

    done = NumericProperty(0)
    total = NumericProperty(0)
    tone = OptionProperty("primary", options=("primary", "ok", "bad", "unknown"))

    @staticmethod
    def part(done: float, total: float) -> float:
        """0 … 1."""
        return min(1.0, max(0.0, done / total)) if total > 0 else 0.0


load_rules(__file__)
