"""A label before the lens is one act of scanning, however many codes and pictures it takes."""

from driver_app.hardware.ports import CodeSource, RawCode
from driver_app.hardware.sight import Sight
from tests.driver_app.scenes import clock_at

EAN, TRACE = "6901234567892", "83857930000879766660"
PACK = "0106901234567892" + "17271231" + "10B24\x1d21S7"


def code(text: str, symbology: str | None = None) -> RawCode:
    return RawCode(text, symbology, CodeSource.CAMERA)


DM, BAR, EAN13 = code(PACK, "]d2"), code(TRACE, "]C0"), code(EAN, "]E0")


def test_the_codes_of_a_pack_come_together_and_what_tells_most_comes_first() -> None:
    seen = Sight(clock_at(0)).see([EAN13, BAR, DM])
    assert seen == RawCode(DM.text, "]d2", CodeSource.CAMERA, (BAR, EAN13))


def test_a_label_that_stays_in_view_is_one_act() -> None:
    clock = clock_at(0)
    sight = Sight(clock)
    acts = []
    for _ in range(20):
        acts.append(sight.see([DM, EAN13]))
        clock.advance(0.2)
    assert [act is not None for act in acts] == [True] + [False] * 19


def test_a_second_code_of_a_pack_that_was_counted_does_not_count_it_again() -> None:
    clock = clock_at(0)
    sight = Sight(clock)
    assert sight.see([BAR]) == BAR
    clock.advance(0.2)
    assert sight.see([BAR, DM]) is None
    clock.advance(0.2)
    assert sight.see([DM]) is None, "still the same label"


def test_a_code_that_counts_nothing_does_not_stand_in_the_way_of_one_that_does() -> None:
    clock = clock_at(0)
    sight = Sight(clock)
    assert sight.see([EAN13]) == EAN13
    clock.advance(0.2)
    act = sight.see([EAN13, DM])
    assert act is not None
    assert (act.text, act.beside) == (DM.text, (EAN13,))


def test_the_next_pack_is_the_next_act() -> None:
    clock = clock_at(0)
    sight = Sight(clock)
    other = code(PACK.replace("S7", "S8"), "]d2")
    assert sight.see([DM]) is not None
    clock.advance(1.1)
    assert sight.see([other]) is not None
    clock.advance(1.1)
    assert sight.see([DM]) is not None


def test_two_packs_in_one_picture_are_passed_on_as_they_are_for_somebody_to_say_so() -> None:
    other = code(PACK.replace("S7", "S8"), "]d2")
    act = Sight(clock_at(0)).see([other, DM])
    assert act is not None
    assert (act.text, act.beside) == (other.text, (DM,))


def test_what_says_nothing_comes_last() -> None:
    noise = code("Hello", "]Q1")
    act = Sight(clock_at(0)).see([noise, EAN13])
    assert act is not None
    assert (act.text, act.beside) == (EAN, (noise,))
    link = code("https://id.gs1.org/01/06901234567892/10/B24", "]Q1")
    assert Sight(clock_at(0)).see([noise, link]) == RawCode(link.text, "]Q1", CodeSource.CAMERA, (noise,))


def test_nothing_in_view_is_nothing() -> None:
    assert Sight(clock_at(0)).see([]) is None
