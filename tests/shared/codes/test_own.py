"""Our own codes: written and read, one way only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.codes import own
from shared.codes.own import Enrolment, ReceiptCode, parse, server_key
from shared.errors import Refused

KEY = server_key(bytes(range(32)))
HASH = "0f" * 32
URLS = st.sampled_from(["https://h.example.cn", "http://127.0.0.1:8000/", "https://[::1]:8443/a_b/~c;d"])
NAMES = st.text(min_size=1, max_size=own.ORGANISATION_MAX).filter(lambda s: s.isprintable() and s == s.strip())


@given(URLS, st.from_regex(r"\A[A-Za-z0-9_-]{6,64}\Z"), st.binary(min_size=32, max_size=32), st.none() | NAMES)
def test_an_enrolment_is_read_as_it_was_written(url: str, code: str, key: bytes, name: str | None) -> None:
    enrolment = Enrolment(url, code, server_key(key), name)
    assert enrolment.text.isascii()
    assert parse(enrolment.text) == enrolment
    assert enrolment.public_key == key


@given(
    st.binary(min_size=32, max_size=32),
    st.from_regex(r"\A[A-Za-z0-9._-]{1,64}\Z"),
    URLS.map(lambda url: url.rstrip("/") + "/p?id=1#x%20|".rstrip("|")),
)
def test_a_receipt_is_read_as_it_was_written(record: bytes, proof_id: str, url: str) -> None:
    receipt = ReceiptCode(record.hex(), proof_id, url)
    assert parse(receipt.text) == receipt


def test_the_written_form_is_the_documented_one() -> None:
    assert ReceiptCode(HASH, "p-1", "https://a.cn/p").text == f"HANDOVER1:R:{HASH}|p-1|https://a.cn/p"
    text = Enrolment("https://a.cn", "ABC123", KEY, "协和").text
    assert text == f"HANDOVER1:E:https://a.cn|ABC123|{KEY}|%E5%8D%8F%E5%92%8C"


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        (("ftp://a.cn", "ABC123", KEY), "ftp://a.cn"),
        (("https://a.cn/x y", "ABC123", KEY), "https://a.cn/x y"),
        (("https://", "ABC123", KEY), "https://"),
        (("https://u@a.cn", "ABC123", KEY), "https://u@a.cn"),
        (("https://a.cn/?x", "ABC123", KEY), "https://a.cn/?x"),
        (("https://a.cn/#x", "ABC123", KEY), "https://a.cn/#x"),
        (("https://a.cn/" + "a" * 500, "ABC123", KEY), None),
        (("https://a.cn", "ABC", KEY), "ABC"),
        (("https://a.cn", "ABC 123", KEY), "ABC 123"),
        (("https://a.cn", "ABC123", KEY[:-1]), KEY[:-1]),
        (("https://a.cn", "ABC123", KEY + "A"), KEY + "A"),
        (("https://a.cn", "ABC123", "é" * 43), "é" * 43),
        (("https://a.cn", "ABC123", KEY[:-1] + "9"), KEY[:-1] + "9"),
        (("https://a.cn", "ABC123", KEY, ""), ""),
        (("https://a.cn", "ABC123", KEY, " a"), " a"),
        (("https://a.cn", "ABC123", KEY, "a\nb"), None),
        (("https://a.cn", "ABC123", KEY, "院" * 61), None),
    ],
)
def test_an_enrolment_with_a_wrong_field_names_it(fields: tuple[str, ...], value: str | None) -> None:
    with pytest.raises(Refused) as refused:
        Enrolment(*fields)
    assert refused.value.kind is problems.CODE_CONTENT
    assert value is None or refused.value.problem.values["value"] == value


@pytest.mark.parametrize(
    "fields", [(HASH[:-1], "p", "https://a.cn"), (HASH.upper(), "p", "https://a.cn"), (HASH, "", "https://a.cn")]
)
def test_a_receipt_with_a_wrong_field_is_refused(fields: tuple[str, str, str]) -> None:
    with pytest.raises(Refused) as refused:
        ReceiptCode(*fields)
    assert refused.value.kind is problems.CODE_CONTENT


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        server_key(b"short")
    assert refused.value.kind is problems.CODE_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        f"HANDOVER2:R:{HASH}|p|https://a.cn",
        f"HANDOVER1:X:{HASH}|p|https://a.cn",
        f"HANDOVER1:R:{HASH}|p",
        f"HANDOVER1:E:https://a.cn|ABC123|{KEY}|a|b",
        "HANDOVER1:R:",
        "HANDOVER",
        f"HANDOVER1:E:https://a.cn|ABC123|{KEY}|%FF",
        # %41 is A: readable, but not what would be written
        f"HANDOVER1:E:https://a.cn|%41BC123|{KEY}",
        f"HANDOVER1:E:https://a.cn|ABC123|{KEY}|协和",
    ],
)
def test_another_version_kind_or_writing_is_not_guessed_at(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.kind is problems.CODE_UNREADABLE
