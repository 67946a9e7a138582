"""The banner: one numbered problem in the reader's language, until it is put away or something succeeds."""

from kivy.properties import ObjectProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules


class Banner(BoxLayout):
    """Shows ``problem``; ``None`` folds it away."""

    problem = ObjectProperty(None, allownone=True)
    text = StringProperty("")
    tone = OptionProperty("bad", options=("bad", "unknown", "ok"))

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        tr.bind(_=self._read)

    def on_problem(self, *_args) -> None:
        self._read()

    def _read(self, *_args) -> None:
        self.text = "" if self.problem is None else tr.problem(self.problem)


class Notice(BoxLayout):
    """A tinted note inside a screen: something the driver should know here."""

    text = StringProperty("")
    icon = StringProperty("info")
    tone = OptionProperty("primary", options=("primary", "ok", "bad", "unknown"))


load_rules(__file__)
