"""Which measurements there are, in the order of the report. A new one is a module with a ``MEASUREMENT``, and a line here."""

from bench import first_screen, intake, memory, proofs, scan, verdict
from bench.harness import Measurement

MEASUREMENTS: tuple[Measurement, ...] = (
    intake.MEASUREMENT,
    proofs.MEASUREMENT,
    verdict.MEASUREMENT,
    scan.MEASUREMENT,
    first_screen.MEASUREMENT,
    memory.MEASUREMENT,
)


def named(names: list[str]) -> list[Measurement]:
    """The measurements of these names, all of them if there are none.

    Raises:
        KeyError: there is no measurement of a name.
    """
    known = {one.name: one for one in MEASUREMENTS}
    return [known[name] for name in names] if names else list(MEASUREMENTS)
