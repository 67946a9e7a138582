"""The one allowed form of a bundle's zip: nothing can hide in it."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.proof.zipform import LIMIT, read_zip, write_zip
from shared.errors import Refused

NAMES = st.from_regex(r"\A(?:[a-z]{1,5}/)?[a-zA-Z0-9_-]{1,8}(?:\.[a-z]{1,4}){0,2}\Z")
FILES = {"a.txt": b"first", "b/c.json": b"{}"}


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=6))
def test_what_is_written_is_read_and_any_zip_program_agrees(files: dict[str, bytes]) -> None:
    raw = write_zip(files)
    assert read_zip(raw) == (files, "")
    with zipfile.ZipFile(io.BytesIO(raw)) as known:
        assert known.testzip() is None
        assert {name: known.read(name) for name in known.namelist()} == files


def test_the_same_files_give_the_same_bytes_in_any_order() -> None:
    assert write_zip(FILES) == write_zip(dict(reversed(FILES.items())))


def zipped(**options: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as made:
        for name, data in FILES.items():
            made.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def test_a_zip_by_another_program_is_not_canonical() -> None:
    files, wrong = read_zip(zipped())
    assert files == FILES
    assert wrong.startswith("not canonical at byte")


def test_compressed_files_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.txt", b"a" * 500)
    assert read_zip(out.getvalue())[1] != ""


def test_a_name_twice_is_refused() -> None:
    raw = write_zip({"a.txt": b"1"})
    local = raw[: raw.index(b"PK\x01\x02")]
    assert read_zip(local + local + raw[len(local) :])[1] == "a.txt twice"


def test_bytes_behind_the_end_are_refused() -> None:
    assert read_zip(write_zip(FILES) + b"\0")[1] != ""


def test_a_comment_is_refused() -> None:
    raw = bytearray(write_zip(FILES))
    raw[-2:] = (5).to_bytes(2, "little")
    assert read_zip(bytes(raw) + b"hello")[1] != ""


@pytest.mark.parametrize("at", [6, 8, 10, 12, 14, 28], ids=["flags", "method", "time", "date", "crc", "extra"])
def test_every_field_in_front_of_a_file_is_fixed(at: int) -> None:
    raw = bytearray(write_zip(FILES))
    raw[at] ^= 1
    assert read_zip(bytes(raw))[1] != ""


@pytest.mark.parametrize("cut", [1, 10, 22, 60, 120])
def test_a_truncated_zip_is_refused(cut: int) -> None:
    assert read_zip(write_zip(FILES)[:-cut])[1] != ""


@pytest.mark.parametrize("raw", [b"", b"PK", b"PK\x03\x04", b"no zip at all"])
def test_what_is_no_zip_is_said_to_be_none(raw: bytes) -> None:
    assert read_zip(raw)[1] != ""


@pytest.mark.parametrize("name", ["../up", "/root", "a/b/c", "a\\b", "", "中文.txt", "a..b", "a b"])
def test_names_that_climb_or_confuse_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="#8001"):
        write_zip({name: b""})


def test_a_name_that_climbs_is_not_read() -> None:
    raw = write_zip({"aaaa": b"x"}).replace(b"aaaa", b"../a")
    assert read_zip(raw) == ({}, "name at byte 0")


def test_a_bundle_has_a_greatest_size() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return LIMIT + 1

    with pytest.raises(Refused, match="#8001"):
        write_zip({"a": Huge()})
