"""Lines break where Chinese and English break."""

from hypothesis import given
from hypothesis import strategies as st

from driver_app.widgets.wrap import CLOSING, OPENING, chunks, ideographic, wrap


def width_of(text: str) -> float:
    """A typewriter: 1 for a Latin letter, 2 for an ideograph."""
    return sum(2 if ideographic(char) else 1 for char in text)


def lines(text: str, width: float) -> list[str]:
    return wrap(text, width, width_of)[0].split("\n")


def test_chinese_breaks_between_any_two_characters() -> None:
    assert lines("请扫描药品条码", 6) == ["请扫描", "药品条", "码"]


def test_english_breaks_between_words() -> None:
    assert lines("scan the enrolment code", 10) == ["scan the", "enrolment", "code"]


def test_a_latin_word_in_chinese_is_kept_whole() -> None:
    assert lines("批号RI260311不符", 12) == ["批号RI260311", "不符"]


def test_a_closing_mark_does_not_begin_a_line() -> None:
    assert lines("药品合格，签字。", 8) == ["药品合", "格，签", "字。"]


def test_an_opening_mark_does_not_end_a_line() -> None:
    assert lines("疫苗冻干（甲）", 10) == ["疫苗冻干", "（甲）"]


def test_a_code_that_is_wider_than_the_line_is_broken_where_it_must_be() -> None:
    assert lines("01069012345678921727", 8) == ["01069012", "34567892", "1727"]


def test_line_breaks_in_the_text_stay() -> None:
    assert lines("甲\n\n乙", 10) == ["甲", "", "乙"]


def test_what_is_cut_ends_in_an_ellipsis_and_says_so() -> None:
    assert wrap("scan the enrolment code", 10, width_of, 2) == ("scan the\nenrolment…", True)


def test_what_fits_is_not_cut() -> None:
    assert wrap("scan", 10, width_of, 1) == ("scan", False)


TEXT = st.text(st.sampled_from("ab药品（，。) 12-"), max_size=40)


@given(TEXT)
def test_chunks_lose_nothing(text: str) -> None:
    assert "".join(chunks(text)) == text


@given(TEXT, st.integers(min_value=4, max_value=30))
def test_wrapping_loses_nothing_but_spaces_at_breaks(text: str, width: int) -> None:
    assert wrap(text, width, width_of)[0].replace("\n", "").replace(" ", "") == text.replace(" ", "")


@given(st.text(st.sampled_from("ab药品 "), max_size=40), st.integers(min_value=4, max_value=30))
def test_no_line_is_wider_than_it_may_be(text: str, width: int) -> None:
    assert all(width_of(line) <= width for line in lines(text, width))


@given(st.text(st.sampled_from("药品（，。"), max_size=30))
def test_prohibitions_hold_wherever_a_line_breaks(text: str) -> None:
    pieces = list(chunks(text))
    assert not [piece for piece in pieces[1:] if piece[0] in CLOSING]
    assert not [piece for piece in pieces[:-1] if piece[-1] in OPENING]
