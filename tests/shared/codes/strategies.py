"""Hypothesis strategies for valid identifiers and elements."""

from hypothesis import strategies as st

from shared.codes.ai import Element
from shared.codes.checkdigit import CHARSET_82, check_digit, check_pair


def with_check_digit(length: int) -> st.SearchStrategy[str]:
    """A key of ``length`` digits whose last is right."""
    return st.text("0123456789", min_size=length - 1, max_size=length - 1).map(lambda s: s + check_digit(s))


def digits(low: int, high: int | None = None) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=low, max_size=low if high is None else high)


def text(high: int, low: int = 1) -> st.SearchStrategy[str]:
    return st.text(CHARSET_82, min_size=low, max_size=high)


dates = st.dates().map(lambda d: d.strftime("%y%m%d"))
months = st.builds(lambda y, m: f"{y:02}{m:02}00", st.integers(0, 99), st.integers(1, 12))
times = st.builds(lambda h, m: f"{h:02}{m:02}", st.integers(0, 23), st.integers(0, 59))
trace_codes = digits(19).map(lambda s: "8" + s)
prefixed = st.builds(lambda a, b: a + b, digits(4), text(16))

VALUES: dict[str, st.SearchStrategy[str]] = {
    "10": text(20),
    "11": dates | months,
    "13": dates | months,
    "15": dates | months,
    "17": dates | months,
    "20": digits(2),
    "21": text(20),
    "22": text(20),
    "30": digits(1, 8),
    "240": text(30),
    "241": text(30),
    "400": text(30),
    "410": with_check_digit(13),
    "414": with_check_digit(13),
    "7003": st.builds(lambda d, t: d + t, dates, times),
    "710": text(20),
    "716": text(20),
    "8200": text(70),
    "90": text(30),
    "91": text(90),
    "99": text(90),
    "3102": digits(6),
}
"""What may stand beside a GTIN, except what excludes another of these."""


@st.composite
def packs(draw: st.DrawFn) -> tuple[Element, ...]:
    """The elements of a pack: a GTIN, and some others in any order."""
    ais = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=5))
    elements = [Element("01", draw(with_check_digit(14)))]
    elements += [Element(ai, draw(VALUES[ai])) for ai in ais]
    return tuple(draw(st.permutations(elements)))


@st.composite
def others(draw: st.DrawFn) -> tuple[Element, ...]:
    """The elements of a logistic unit, place, asset or other key."""
    return draw(
        st.one_of(
            st.builds(lambda v: (Element("00", v),), with_check_digit(18)),
            st.builds(
                lambda sscc, gtin, count, lot: (
                    Element("00", sscc),
                    Element("02", gtin),
                    Element("37", count),
                    Element("10", lot),
                ),
                with_check_digit(18),
                with_check_digit(14),
                digits(1, 8),
                text(20),
            ),
            st.builds(
                lambda sscc, temperature, sign: (Element("00", sscc), Element("4331", temperature + sign)),
                with_check_digit(18),
                digits(6),
                st.sampled_from(["", "-"]),
            ),
            st.builds(lambda v, x: (Element("414", v), Element("254", x)), with_check_digit(13), text(20)),
            st.builds(lambda v: (Element("417", v),), with_check_digit(13)),
            st.builds(lambda v, s: (Element("8003", "0" + v + s),), with_check_digit(13), text(16, 0)),
            st.builds(lambda v: (Element("8004", v),), prefixed),
            st.builds(lambda v, s: (Element("253", v + s),), with_check_digit(13), text(17, 0)),
            st.builds(lambda v: (Element("402", v),), with_check_digit(17)),
            st.builds(
                lambda s: (Element("8013", s + check_pair(s)),),
                st.builds(lambda a, b: a + b, digits(4), text(19)),
            ),
        )
    )


element_lists = packs() | others()
