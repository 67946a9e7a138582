"""Problems that came over the wire, as refusals again."""

from shared import problems
from shared.errors import CATALOGUE, Problem, Refused


def as_refused(problem: Problem) -> Refused:
    """A problem as the refusal it was. One that this version does not know, because a newer server raised it, is shown in
    full under SYNC_MALFORMED rather than hidden."""
    entry = CATALOGUE.get(problem.number)
    if entry is None or problem.values.keys() != entry.fields:
        return Refused(problems.SYNC_MALFORMED, value=problem.text("en") if entry is None else str(problem.values))
    return Refused(entry, **problem.values)
