"""Kv rules beside their classes, and the kit's classes by name.

``name.kv`` lies next to ``name.py`` and is read when ``name`` is first imported. A kv file may name any widget of
:data:`KIT`; its module is imported (and its rules are read) when a rule first needs it, so a screen costs nothing before it
is shown.
"""

from pathlib import Path

from kivy.factory import Factory
from kivy.lang import Builder

KIT: dict[str, tuple[str, ...]] = {
    "driver_app.widgets.action": ("Action", "IconAction", "Busy"),
    "driver_app.widgets.badge": ("Sign", "Badge", "VerdictBadge"),
    "driver_app.widgets.banner": ("Banner", "Notice"),
    "driver_app.widgets.chart": ("TemperatureChart",),
    "driver_app.widgets.field": ("Entry", "Field"),
    "driver_app.widgets.icons": ("Icon",),
    "driver_app.widgets.meter": ("Meter",),
    "driver_app.widgets.pad": ("SignaturePad",),
    "driver_app.widgets.photos": ("Thumb", "PhotoStrip"),
    "driver_app.widgets.pinpad": ("Key", "Dots", "PinPad"),
    "driver_app.widgets.record": ("RecordStep", "RecordState"),
    "driver_app.widgets.stepper": ("Stepper",),
    "driver_app.widgets.surface": ("Card", "TapCard", "Hairline", "Foot", "Page", "Fold", "Fact"),
    "driver_app.widgets.text": ("Text", "Fitted", "Inline"),
    "driver_app.widgets.topbar": ("Count", "SyncChip", "TopBar"),
    "driver_app.screens.parts": (
        "Rows",
        "LineRow",
        "StopRow",
        "ScanPanel",
        "Facts",
        "FactRow",
        "Tile",
        "Tiles",
    ),
}
"""The widgets a kv file may name, by the module they live in."""

for module, names in KIT.items():
    for name in names:
        Factory.register(name, module=module)


def load_rules(module_file: str) -> None:
    """Read the kv file that lies beside ``module_file``."""
    Builder.load_file(str(Path(module_file).with_suffix(".kv")))
