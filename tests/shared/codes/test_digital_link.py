"""Digital Links: read, refused and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.ai import Element
from shared.codes.digital_link import build, split
from shared.errors import Refused
from tests.shared.codes.refusals import CODE_PROBLEMS, refusal_of
from tests.shared.codes.strategies import element_lists, text, with_check_digit


def texts(uri: str) -> str:
    return "".join(element.text for element in split(uri))


@given(element_lists, st.sampled_from(["https://id.gs1.org", "https://example.cn/a/b/", "http://[2001:db8::1]:8080"]))
def test_what_is_written_is_read_again(elements: tuple[Element, ...], resolver: str) -> None:
    elements = tuple(element for element in elements if element.ai != "8200")  # which has no place in a link
    uri = build(elements, resolver)
    assert uri.startswith(resolver.rstrip("/"))
    assert set(split(uri)) == set(elements)


@given(with_check_digit(14), text(20), text(20), text(20))
def test_qualifiers_are_written_in_their_order(gtin: str, cpv: str, lot: str, serial: str) -> None:
    elements = [Element("21", serial), Element("10", lot), Element("22", cpv), Element("01", gtin)]
    assert [element.ai for element in split(build(elements))] == ["01", "22", "10", "21"]


def test_a_link_is_about_the_item_even_if_its_place_comes_first() -> None:
    place, item, serial = Element("414", "4012345000054"), Element("01", "06901234567892"), Element("21", "A")
    assert build([place, item, serial]) == "https://id.gs1.org/01/06901234567892/21/A?414=4012345000054"
    unit = Element("00", "106141412345678908")
    assert build([unit, item]) == "https://id.gs1.org/00/106141412345678908?01=06901234567892"
    # a serial can only stand behind its item
    assert build([unit, item, serial]) == "https://id.gs1.org/01/06901234567892/21/A?00=106141412345678908"


@given(text(20))
def test_a_lot_survives_percent_encoding_in_either_case(lot: str) -> None:
    upper = "".join(f"%{ord(c):02X}" for c in lot)
    for encoded in (upper, upper.lower()):
        assert split(f"https://a/01/06901234567892/10/{encoded}")[1].value == lot


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("http://a/00/006141411234567890", "(00)006141411234567890"),
        ("HTTPS://a/00/006141411234567890", "(00)006141411234567890"),
        ("https://a:65535/more/stem/00/006141411234567890#part", "(00)006141411234567890"),
        ("https://[2001:db8::1]/00/faux/00/006141411234567890", "(00)006141411234567890"),
        ("https://a/01/06901234567892/235/X?10=L&utm=1&flag&=2", "(01)06901234567892(235)X(10)L"),
        ("https://a/414/4012345000054/254/B2", "(414)4012345000054(254)B2"),
        ("https://a/01/06901234567892/10/A%2FB%2B1", "(01)06901234567892(10)A/B+1"),
    ],
)
def test_links_are_read(uri: str, expected: str) -> None:
    assert texts(uri) == expected


@pytest.mark.parametrize(
    "uri",
    [
        "HtTp://a/b/00/006141411234567890",
        "https://00/006141411234567890",
        "https://a$/00/006141411234567890",
        "https://[fe80::1%25lo]/01/06901234567892",
        "https:///01/06901234567892",
        "https://a/01/06901234567892/10/A B",
        "https://a/01/06901234567892/10/批",
        "https://a/01/06901234567892/10/A%2",
        "https://a/01/06901234567892/10/A%zz",
        "https://a/01/06901234567892/10/A/22/B",
        "https://a/01/06901234567892/10/A/10/A",
        "https://a/01/06901234567892/10/A/235/B",
        "https://a/01/06901234567892/17/271231",
        "https://a/01/06901234567892?10=A",
        "https://a/01/06901234567892?21=A",
        "https://a/01/06901234567892?17=271231&17=271231",
        "https://a/01/06901234567892/235/X?10=A+B",
        "https://a/nothing/here",
        "https://a",
    ],
)
def test_what_is_no_link_is_refused_as_such(uri: str) -> None:
    with pytest.raises(Refused) as refused:
        split(uri)
    assert refused.value.kind is problems.CODE_DIGITAL_LINK


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("https://a/01/06901234567891", problems.CODE_CHECK_DIGIT),
        ("https://a/01/6901234567892", problems.CODE_LENGTH),
        ("https://a/01/06901234567892/10/", problems.CODE_LENGTH),
        ("https://a/01/06901234567892?17=", problems.CODE_LENGTH),
        ("https://a/01/0690123456789%00", problems.CODE_CHARACTERS),
        ("https://a/01/06901234567892/10/%E6%89%B9", problems.CODE_CHARACTERS),
        ("https://a/01/06901234567892?17=261331", problems.CODE_DATE),
        ("https://a/01/06901234567892?999=1", problems.CODE_UNKNOWN_AI),
    ],
)
def test_a_link_with_a_wrong_value_says_which(uri: str, problem: object) -> None:
    with pytest.raises(Refused) as refused:
        split(uri)
    assert refused.value.kind is problem


@pytest.mark.parametrize(
    "elements",
    [
        [Element("10", "A")],
        [Element("01", "06901234567892"), Element("235", "X"), Element("22", "Y")],
        [Element("01", "06901234567892"), Element("8011", "1")],
    ],
)
def test_elements_without_a_place_in_a_link_are_refused(elements: list[Element]) -> None:
    with pytest.raises(Refused) as refused:
        build(elements)
    assert refused.value.kind is problems.CODE_DIGITAL_LINK


@pytest.mark.parametrize("resolver", ["ftp://a", "HtTp://a", "https://a b", "id.gs1.org", "https://a?x=1"])
def test_a_link_is_not_written_under_what_is_no_web_address(resolver: str) -> None:
    with pytest.raises(Refused):
        build([Element("01", "06901234567892")], resolver)


@given(st.text(alphabet="htps:/01.?=&#%+6789a2", max_size=60))
def test_any_address_gives_elements_or_a_numbered_refusal(rest: str) -> None:
    for uri in (rest, f"https://a/{rest}", f"https://a/01/06901234567892{rest}"):
        assert refusal_of(lambda uri=uri: split(uri)) in CODE_PROBLEMS  # type: ignore[misc]
