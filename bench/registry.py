"""Which measurements there are, in the order of the report. A new one is a module with a ``MEASUREMENT``, and a name here."""

from importlib import import_module

from bench.harness import Measurement

MODULES: dict[str, str] = {
    "intake": "bench.intake",
    "proofs": "bench.proofs",
    "verdict": "bench.verdict",
    "scan": "bench.scan",
    "first-screen": "bench.first_screen",
    "record": "bench.record",
    "shift": "bench.shift",
    "scrolling": "bench.scrolling",
    "memory": "bench.memory",
}
"""The module of each name. It is imported by the process that measures and by no other, so that a figure does not depend on
what else was loaded."""


def load(name: str) -> Measurement:
    """The measurement of a name.

    Raises:
        KeyError: there is none.
    """
    measurement: Measurement = import_module(MODULES[name]).MEASUREMENT
    return measurement
