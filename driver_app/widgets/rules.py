"""Kv rules beside their classes: ``name.kv`` lies next to ``name.py`` and is read when ``name`` is first imported."""

from pathlib import Path

from kivy.lang import Builder


def load_rules(module_file: str) -> None:
    """Read the kv file that lies beside ``module_file``."""
    Builder.load_file(str(Path(module_file).with_suffix(".kv")))
