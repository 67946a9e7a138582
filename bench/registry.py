"""Which measurements there are, in the order of the report. A new one is a ``MEASUREMENT`` of a module, and a name here."""

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
    "routing-solomon": "bench.routing:SOLOMON",
    "routing-homberger": "bench.routing:HOMBERGER",
    "routing-fleets": "bench.routing:FLEETS",
    "planning-beijing": "bench.beijing:BEIJING",
    "planning-thousand": "bench.beijing:THOUSAND",
    "urgent": "bench.urgent",
}
"""The module of each name, and its measurement where it has several. It is imported by the process that measures and by no
other, so that a figure does not depend on what else was loaded."""


def load(name: str) -> Measurement:
    """The measurement of a name.

    Raises:
        KeyError: there is none.
    """
    module, _, attribute = MODULES[name].partition(":")
    measurement: Measurement = getattr(import_module(module), attribute or "MEASUREMENT")
    return measurement
