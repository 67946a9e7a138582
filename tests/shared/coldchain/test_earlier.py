"""Goods that changed vehicles on the road: one verdict over both custodies, and what nobody has told of is a gap."""

from datetime import timedelta

import pytest

from shared.coldchain.excursions import Gap
from shared.coldchain.profiles import ProductRange
from shared.coldchain.readings import Series
from shared.coldchain.verdict import TRANSFER, Attachment, Conformity, Earlier, Ride, Verdict, judge
from tests.shared.coldchain.series import by_logger, steady
from tests.shared.coldchain.test_verdict import CONFORMANT, LA, NON_CONFORMANT, RIDE, TOLERANT, UNKNOWN, judged
from tests.shared.story import at

BEFORE = judge(
    (Ride("V", at(-120), at(-5)),),
    (Attachment("LV", "V", at(-130)),),
    by_logger(steady("LV", -125, 0, 5.5)),
    ProductRange(2.0, 8.0),
    at=at(-5),
)
"""Two hours on another vehicle, in range."""


def after(earlier: Earlier, *series: Series, limits: ProductRange | None = None) -> Verdict:
    own = series or (steady("LA", -5, 65),)
    return judge((RIDE,), (LA,), by_logger(*own), limits or ProductRange(2.0, 8.0), at=at(60), earlier=earlier)


def given_over(verdict: Verdict | None = BEFORE, end: float = -5) -> Earlier:
    return Earlier("R-0", at(-120), at(end), verdict)


def test_two_custodies_in_range_are_conformant_from_the_first_loading_on() -> None:
    verdict = after(given_over())
    assert BEFORE.conformity is CONFORMANT
    assert (verdict.conformity, verdict.start, verdict.end) == (CONFORMANT, at(-120), at(60))
    assert verdict.loggers == ("LA", "LV")
    assert verdict.readings == BEFORE.readings + judged(steady("LA", -5, 65)).readings
    assert verdict.first == BEFORE.first
    assert verdict.mkt is None


def test_what_was_too_warm_before_stays_too_warm() -> None:
    warm = judge(
        (Ride("V", at(-120), at(-5)),),
        (Attachment("LV", "V", at(-130)),),
        by_logger(steady("LV", -125, 0, **{"m-60": 9.5})),
        ProductRange(2.0, 8.0),
        at=at(-5),
    )
    verdict = after(given_over(warm))
    assert (verdict.conformity, verdict.highest) == (NON_CONFORMANT, 9.5)
    assert verdict.excursions == warm.excursions


def test_what_nobody_has_told_of_is_a_gap() -> None:
    verdict = after(Earlier("R-0", at(-120), None, None))
    assert verdict.conformity is UNKNOWN
    assert verdict.gaps == (Gap("R-0", at(-120), at(0)),)
    assert verdict.mkt is not None


def test_what_was_unknown_before_stays_unknown() -> None:
    silent = judge((Ride("V", at(-120), at(-5)),), (), {}, ProductRange(2.0, 8.0), at=at(-5))
    verdict = after(given_over(silent))
    assert verdict.conformity is UNKNOWN
    assert set(silent.gaps) <= set(verdict.gaps)
    assert verdict.mkt is not None


@pytest.mark.parametrize(("apart", "expected"), [(timedelta(0), CONFORMANT), (timedelta(seconds=1), UNKNOWN)])
def test_a_long_while_between_two_vehicles_is_a_gap(apart: timedelta, expected: Conformity) -> None:
    end = at(0) - TRANSFER - apart
    verdict = after(Earlier("R-0", at(-120), end, BEFORE))
    assert verdict.conformity is expected
    assert (Gap("R-0", end, at(0)) in verdict.gaps) is (expected is UNKNOWN)


def test_what_a_product_tolerates_is_counted_over_both() -> None:
    """Twenty minutes outside on each vehicle, of half an hour that the maker allows."""
    spell = {f"m{minute}": 9.0 for minute in range(10, 30)}
    own = steady("LA", -5, 65, **spell)
    warm = judge(
        (Ride("V", at(-120), at(-5)),),
        (Attachment("LV", "V", at(-130)),),
        by_logger(steady("LV", -125, 0, **{f"m-{minute}": 9.0 for minute in range(60, 80)})),
        TOLERANT,
        at=at(-5),
    )
    assert (warm.conformity, judged(own, limits=TOLERANT).conformity) == (CONFORMANT, CONFORMANT)
    assert after(given_over(warm), own, limits=TOLERANT).conformity is NON_CONFORMANT


def test_goods_that_never_rode_here_are_known_by_their_earlier_custody_and_its_gap() -> None:
    verdict = judge((), (), {}, ProductRange(2.0, 8.0), at=at(60), earlier=given_over())
    assert verdict.conformity is UNKNOWN
    assert verdict.highest == BEFORE.highest
