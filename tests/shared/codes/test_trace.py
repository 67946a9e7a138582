"""药品追溯码."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes.trace import TraceCode, after_bare_address, in_address
from shared.errors import Refused
from tests.shared.codes.strategies import trace_codes

LABEL = "83857930000879766660"


def test_the_label_reads_as_medicine_and_serial() -> None:
    code = TraceCode(LABEL)
    assert (code.drug_id, code.serial) == ("8385793", "0000879766660")


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (LABEL[:-1], problems.CODE_LENGTH),
        (LABEL + "0", problems.CODE_LENGTH),
        ("9" + LABEL[1:], problems.CODE_CONTENT),
        (LABEL[:-1] + "A", problems.CODE_CHARACTERS),
        ("", problems.CODE_LENGTH),
    ],
)
def test_what_is_no_trace_code_is_refused(code: str, problem: object) -> None:
    with pytest.raises(Refused) as refused:
        TraceCode(code)
    assert refused.value.kind is problem


@given(
    trace_codes,
    st.sampled_from(
        [
            "https://example.cn/{}",
            "http://www.example.cn/t/{}",
            "https://example.cn/c?code={}",
            "https://example.cn/c?a=1&code={}&b=2",
            "https://example.cn/c?{}",
            "https://example.cn/#{}",
            "HTTPS://EXAMPLE.CN/{}",
        ]
    ),
)
def test_a_web_address_in_front_changes_nothing(code: str, address: str) -> None:
    assert in_address(address.format(code)) == TraceCode(code)


@given(trace_codes, st.sampled_from(["www.example.cn/{}", "example.cn:8080/t?c={}", "a.b.cn/x/y#{}"]))
def test_an_address_without_its_scheme_will_do(code: str, address: str) -> None:
    assert after_bare_address(address.format(code)) == TraceCode(code)


@pytest.mark.parametrize(
    "address",
    [
        f"https://example.cn/{LABEL}9",
        f"https://example.cn/a{LABEL}",
        f"https://example.cn/7{LABEL[1:]}",
        "https://example.cn/",
    ],
)
def test_digits_that_are_part_of_something_else_are_no_trace_code(address: str) -> None:
    assert in_address(address) is None
    assert after_bare_address(address.removeprefix("https://")) is None


def test_an_address_with_two_codes_is_ambiguous() -> None:
    other = LABEL[:-1] + "1"
    with pytest.raises(Refused) as refused:
        in_address(f"https://example.cn/{LABEL}?c={other}")
    assert refused.value.kind is problems.CODE_AMBIGUOUS
    assert refused.value.problem.values["readings"] == f"{LABEL} | {other}"
    assert in_address(f"https://example.cn/{LABEL}?c={LABEL}") == TraceCode(LABEL)


@pytest.mark.parametrize("address", [f"HtTp://example.cn/{LABEL}", f"https://exa mple.cn/{LABEL}"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused) as refused:
        in_address(address)
    assert refused.value.kind is problems.CODE_DIGITAL_LINK
