"""What the tests of the codes ask of a refusal."""

from collections.abc import Callable

from shared.errors import Kind, Refused
from shared.problems import CODE_EMPTY

CODE_PROBLEMS = (None, *range(CODE_EMPTY.number, CODE_EMPTY.number + 100))
"""No problem, or one of the numbers of reading a code."""


def refusal_of(attempt: Callable[[], object]) -> int | None:
    """The number of the problem that refused an attempt; ``None`` if it succeeded. Any other exception passes through."""
    try:
        attempt()
    except Refused as refused:
        return refused.problem.number
    return None


def is_refused(attempt: Callable[[], object], kind: Kind) -> bool:
    """Whether an attempt is refused for just this reason."""
    return refusal_of(attempt) == kind.number
