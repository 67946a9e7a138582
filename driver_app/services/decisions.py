"""What the receiver decides, line by line: pure rules around :func:`shared.custody.signing.check_outcome`."""

from collections.abc import Mapping, Sequence

import msgspec

from shared import problems
from shared.coldchain.verdict import Conformity, Verdict
from shared.custody.events import LineOutcome, Outcome, Reason
from shared.custody.journey import LineState
from shared.custody.signing import check_outcome
from shared.errors import Refused
from shared.work import Line


class Decided(msgspec.Struct, frozen=True):
    """A decision of the receiver, and the verdict it was made under."""

    outcome: LineOutcome
    under: Conformity


def outcome_for(
    line: Line,
    *,
    accepted: int,
    refused: int = 0,
    short: int = 0,
    over: int = 0,
    reason: Reason | None = None,
    note: str = "",
) -> LineOutcome:
    """A decision from its parts; what it is called follows from them."""
    if accepted == line.quantity and over == 0:
        outcome = Outcome.ACCEPTED
    elif accepted == 0 and refused == line.quantity:
        outcome = Outcome.REFUSED
    else:
        outcome = Outcome.PARTLY_ACCEPTED
    return LineOutcome(line.id, outcome, accepted, refused, short, over, reason, note)


def proposed(line: Line, state: LineState) -> LineOutcome:
    """What stands for a line before anybody decides: what was scanned out is accepted, what was not is short."""
    there = min(state.unloaded, line.quantity)
    missing = line.quantity - there
    return outcome_for(line, accepted=there, short=missing, reason=Reason.SHORT if missing else None)


def check_decision(line: Line, state: LineState, outcome: LineOutcome) -> None:
    """Refuse a decision that does not add up, accepts packs that nobody scanned out, or refuses what is not on board.

    Raises:
        Refused: OUTCOME_QUANTITY or OUTCOME_REASON.
    """
    check_outcome(line, outcome)
    if outcome.accepted > state.unloaded:
        raise Refused(
            problems.OUTCOME_QUANTITY, line=line.lot, value=f"accepted {outcome.accepted}", expected=state.unloaded
        )
    if outcome.accepted + outcome.refused > state.on_board:
        value = f"accepted {outcome.accepted}, refused {outcome.refused}"
        raise Refused(problems.OUTCOME_QUANTITY, line=line.lot, value=value, expected=state.on_board)


def undecided(lines: Sequence[Line], decided: Mapping[str, Decided], verdicts: Mapping[str, Verdict]) -> list[Line]:
    """The lines that want a decision of their own: their verdict is not conformant, and nobody has decided under this very
    verdict. Silence is not consent, and neither is a word given before the worse news came."""
    return [line for line in lines if _waits(verdicts.get(line.id), decided.get(line.id))]


def _waits(verdict: Verdict | None, decided: Decided | None) -> bool:
    conformity = Conformity.UNKNOWN if verdict is None else verdict.conformity
    if conformity is Conformity.CONFORMANT:
        return False
    return decided is None or decided.under is not conformity
