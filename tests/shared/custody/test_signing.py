"""What counts as a signature, who may sign, and when a decision on a line adds up."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.custody import gate, signing
from shared.custody.events import LineOutcome, Outcome, Reason
from shared.custody.signing import (
    MEANING,
    MINIMUM_EXTENT,
    MINIMUM_POINTS,
    check_outcome,
    check_signatory,
    check_strokes,
    meaning_in,
)
from shared.errors import Refused
from tests.shared import story as s
from tests.shared.refusing import MODERATE, refusal

LINE = s.line("L1", 10, "K")


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [[]],
        [[(0.5, 0.5)] * 50],
        [[(0.1 * n, 0.5) for n in range(MINIMUM_POINTS - 1)]],
        [[(0.5, 0.02 * n) for n in range(40)]],
        [[(0.5 + 0.0015 * n, 0.5) for n in range(50)]],
    ],
    ids=["nothing", "an empty stroke", "one dot", "too few points", "a vertical line", "a speck"],
)
def test_what_is_not_a_signature_is_refused(strokes: list[list[tuple[float, float]]]) -> None:
    with refusal(problems.SIGNATURE_EMPTY):
        check_strokes(strokes)


def test_a_few_strokes_across_the_pad_are_a_signature() -> None:
    check_strokes([[(0.2 + 0.02 * n, 0.5) for n in range(4)], [(0.4, 0.3 + 0.05 * n) for n in range(4)]])


@pytest.mark.parametrize(("reach", "enough"), [(MINIMUM_EXTENT, True), (MINIMUM_EXTENT * 0.99, False)])
def test_a_signature_reaches_over_a_part_of_the_pad(reach: float, enough: bool) -> None:
    strokes = [[(reach * n / 10, 0.5) for n in range(11)]]
    try:
        check_strokes(strokes)
    except Refused:
        assert not enough
    else:
        assert enough


@pytest.mark.parametrize(("field", "named"), [("name", "姓名 name"), ("role", "职务 role")])
@pytest.mark.parametrize("blank", ["", "  ", "\t\n", "\u3000"])
def test_a_signature_needs_a_printed_name_and_a_role(field: str, named: str, blank: str) -> None:
    with refusal(problems.RECEIVER_UNNAMED, value=named):
        check_signatory(msgspec.structs.replace(s.signatory(), **{field: blank}))


def test_a_named_signatory_with_a_role_may_sign() -> None:
    check_signatory(s.signatory())


@pytest.mark.parametrize(
    "outcome",
    [
        LineOutcome("L1", Outcome.ACCEPTED, 10),
        LineOutcome("L1", Outcome.REFUSED, 0, 10, reason=Reason.TEMPERATURE),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 9, 1, reason=Reason.DAMAGED),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 9, 0, 1, reason=Reason.SHORT),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 10, 0, 0, 2, reason=Reason.OVER),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 0, 0, 10, reason=Reason.SHORT),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 3, 3, 4, 1, Reason.OTHER, "see note"),
    ],
    ids=["all", "none", "one refused", "one short", "two over", "all short", "of everything"],
)
def test_a_decision_that_adds_up_stands(outcome: LineOutcome) -> None:
    check_outcome(LINE, outcome)


@pytest.mark.parametrize(
    "outcome",
    [
        LineOutcome("L1", Outcome.ACCEPTED, 9),
        LineOutcome("L1", Outcome.ACCEPTED, 11),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 9, 2, reason=Reason.DAMAGED),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 12, -2, reason=Reason.DAMAGED),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 10, 0, 0, -1, reason=Reason.OVER),
    ],
    ids=["too few", "too many", "parts too many", "negative refused", "negative over"],
)
def test_a_decision_whose_parts_do_not_add_up_is_refused(outcome: LineOutcome) -> None:
    with refusal(problems.OUTCOME_QUANTITY, line="B24", expected=10):
        check_outcome(LINE, outcome)


@pytest.mark.parametrize(
    "outcome",
    [
        LineOutcome("L1", Outcome.ACCEPTED, 9, 1, reason=Reason.DAMAGED),
        LineOutcome("L1", Outcome.ACCEPTED, 10, over=1, reason=Reason.OVER),
        LineOutcome("L1", Outcome.ACCEPTED, 0, 10, reason=Reason.DAMAGED),
        LineOutcome("L1", Outcome.REFUSED, 1, 9, reason=Reason.DAMAGED),
        LineOutcome("L1", Outcome.REFUSED, 10),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 10),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 0, 10, reason=Reason.DAMAGED),
    ],
)
def test_a_decision_that_is_called_what_it_is_not_is_refused(outcome: LineOutcome) -> None:
    with refusal(problems.OUTCOME_QUANTITY):
        check_outcome(LINE, outcome)


@pytest.mark.parametrize(
    "outcome",
    [
        LineOutcome("L1", Outcome.REFUSED, 0, 10),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 9, 1),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 9, 0, 1),
        LineOutcome("L1", Outcome.PARTLY_ACCEPTED, 10, over=1),
    ],
    ids=["refused", "partly refused", "short", "over"],
)
def test_whatever_was_not_simply_accepted_needs_a_reason(outcome: LineOutcome) -> None:
    with refusal(problems.OUTCOME_REASON, value="药P-L1 B24"):
        check_outcome(LINE, outcome)


@MODERATE
@given(
    st.sampled_from(Outcome),
    st.integers(-2, 12),
    st.integers(-2, 12),
    st.integers(-2, 12),
    st.integers(-2, 3),
    st.sampled_from([None, *Reason]),
)
def test_every_decision_that_stands_accounts_for_every_pack(
    called: Outcome, accepted: int, refused: int, short: int, over: int, reason: Reason | None
) -> None:
    try:
        check_outcome(LINE, LineOutcome("L1", called, accepted, refused, short, over, reason))
    except Refused:
        return
    assert min(accepted, refused, short, over) >= 0
    assert accepted + refused + short == LINE.quantity


def test_the_gate_offers_the_same_rules() -> None:
    names = ("check_outcome", "check_signatory", "check_strokes", "MINIMUM_POINTS", "MINIMUM_EXTENT")
    assert [getattr(gate, one) for one in names] == [getattr(signing, one) for one in names]


def test_what_a_signature_means_is_said_as_it_was_signed_and_in_the_language_of_the_reader() -> None:
    zh, en = MEANING[0]["zh"], MEANING[0]["en"]
    assert meaning_in(zh, "zh") == zh
    assert meaning_in(zh, "en") == f"{zh} ({en})"
    assert meaning_in(MEANING[1]["en"], "zh") == f"{MEANING[1]['en']} ({MEANING[1]['zh']})"
    assert meaning_in("本人收货", "en") == "本人收货"
