"""The handover's own rules: what counts as a signature, who may sign, and when a decision on a line adds up."""

from collections.abc import Sequence

from shared import problems
from shared.custody.events import LineOutcome, Outcome, Signatory
from shared.errors import Refused
from shared.work import Line

MINIMUM_POINTS = 8
"""Fewer points than this are a dot, not a signature."""
MINIMUM_EXTENT = 0.08
"""A signature reaches over at least this part of the pad's width."""


def check_strokes(strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
    """Refuse what is not a signature. Points are (x, y) in 0 … 1 of the pad.

    Raises:
        Refused: SIGNATURE_EMPTY.
    """
    points = [point for stroke in strokes for point in stroke]
    width = max((x for x, _ in points), default=0.0) - min((x for x, _ in points), default=0.0)
    if len(points) < MINIMUM_POINTS or width < MINIMUM_EXTENT:
        raise Refused(problems.SIGNATURE_EMPTY, value=f"{len(points)} / {width:.2f}")


def check_signatory(signatory: Signatory) -> None:
    """Refuse a signature without a printed name and a role (21 CFR 11.50).

    Raises:
        Refused: RECEIVER_UNNAMED.
    """
    if not signatory.name.strip():
        raise Refused(problems.RECEIVER_UNNAMED, value="姓名 name")
    if not signatory.role.strip():
        raise Refused(problems.RECEIVER_UNNAMED, value="职务 role")


def check_outcome(line: Line, outcome: LineOutcome) -> None:
    """Refuse a decision whose parts do not add up, or that refuses without a reason.

    Raises:
        Refused: OUTCOME_QUANTITY or OUTCOME_REASON.
    """
    parts = (outcome.accepted, outcome.refused, outcome.short, outcome.over)
    if min(parts) < 0 or outcome.accepted + outcome.refused + outcome.short != line.quantity:
        raise Refused(problems.OUTCOME_QUANTITY, line=line.lot, value=str(parts), expected=line.quantity)
    whole = outcome.accepted == line.quantity and outcome.over == 0
    if (outcome.outcome is Outcome.ACCEPTED) != whole or (outcome.outcome is Outcome.REFUSED) != (
        outcome.accepted == 0 and outcome.refused == line.quantity
    ):
        raise Refused(
            problems.OUTCOME_QUANTITY, line=line.lot, value=f"{outcome.outcome} {parts}", expected=line.quantity
        )
    if not whole and outcome.reason is None:
        raise Refused(problems.OUTCOME_REASON, value=f"{line.product.name.zh} {line.lot}")
