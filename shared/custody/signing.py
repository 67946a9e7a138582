"""The handover's own rules: what counts as a signature, who may sign, and when a decision on a line adds up."""

from collections.abc import Mapping, Sequence

from shared import problems
from shared.custody.events import LineOutcome, Outcome, Signatory
from shared.errors import Language, Refused
from shared.work import Line

MINIMUM_POINTS = 8
"""Fewer points than this are a dot, not a signature."""
MINIMUM_EXTENT = 0.08
"""A signature reaches over at least this part of the pad's width."""


MEANING: tuple[Mapping[Language, str], ...] = (
    {
        "zh": "本人已当面核对上列货物、批号和数量，查看了在途温度记录，并按上列决定逐行接收或拒收。",
        "en": "I have checked the goods, lots and quantities listed above, have seen their temperature record in transit, "
        "and accept or refuse them line by line as decided above.",
    },
    {
        "zh": "本人作为第二验收人，已与第一签收人共同核对上列货物、批号和数量，并同意上列决定。",
        "en": "As the second person I have checked the goods, lots and quantities listed above together with the first, and "
        "agree with the decisions above.",
    },
)
"""What each signature says (21 CFR 11.50: the meaning of a signature is stated), first and second signatory."""


def meaning_in(meaning: str, language: Language) -> str:
    """What a signature says, as it was signed; where it was signed in the other language, with that language's wording behind
    it. A sentence that no version known here wrote stays alone."""
    for sentence in MEANING:
        if meaning in sentence.values() and sentence[language] != meaning:
            return f"{meaning} ({sentence[language]})"
    return meaning


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
