"""The typeface: the simplified-Chinese face of what the system has, or a loud refusal."""

import struct
from pathlib import Path

import pytest

from driver_app.widgets.fonts import extract_face, find_typeface
from shared import problems
from shared.errors import Refused


def name_table(family: str) -> bytes:
    text = family.encode("utf-16-be")
    return struct.pack(">HHH6H", 0, 1, 18, 3, 1, 0x409, 1, len(text), 0) + text


def collection(*families: str) -> bytes:
    """A font collection whose faces have nothing but a name and a shared table."""
    tables = [name_table(family) for family in families]
    head = 12 + 4 * len(families)
    size = 12 + 2 * 16
    body_at = head + size * len(families)
    shared = b"shapes"
    directories, body = b"", shared + b"\0\0"
    for table in tables:
        directories += b"OTTO" + struct.pack(">HHHH", 2, 0, 0, 0)
        directories += struct.pack(">4sIII", b"CFF ", 7, body_at, len(shared))
        directories += struct.pack(">4sIII", b"name", 9, body_at + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    offsets = [head + size * i for i in range(len(families))]
    return (
        b"ttcf"
        + struct.pack(">HHI", 1, 0, len(families))
        + struct.pack(f">{len(families)}I", *offsets)
        + directories
        + body
    )


def tables_of(font: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", font, 4)
    found = {}
    for i in range(count):
        tag, _, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * i)
        found[tag] = font[offset : offset + length]
    return found


JP_SC = collection("Noto Sans CJK JP", "Noto Sans CJK SC")


def test_the_chinese_face_is_copied_out_whole() -> None:
    face = extract_face(JP_SC, ["Noto Sans CJK SC"])
    assert face is not None
    assert face[:4] == b"OTTO"
    assert tables_of(face) == {b"CFF ": b"shapes", b"name": name_table("Noto Sans CJK SC")}


def test_a_face_that_stands_first_needs_no_copy() -> None:
    assert extract_face(JP_SC, ["Noto Sans CJK JP"]) is None


def test_a_collection_without_the_face_gives_none() -> None:
    assert extract_face(JP_SC, ["PingFang SC"]) is None


def test_bytes_that_are_no_collection_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        extract_face(b"OTTO....", ["x"])
    assert refused.value.kind is problems.FONT_MISSING


def test_a_system_without_a_known_font_is_refused_loudly(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        find_typeface(tmp_path / "cache", [tmp_path])
    assert refused.value.kind is problems.FONT_MISSING
    assert str(tmp_path) in refused.value.problem.text("zh")


def test_without_a_bold_file_the_regular_one_stands_in(tmp_path: Path) -> None:
    (tmp_path / "NotoSansSC-Regular.otf").write_bytes(b"OTTO")
    typeface = find_typeface(tmp_path / "cache", [tmp_path])
    assert typeface == (tmp_path / "NotoSansSC-Regular.otf",) * 2


def test_a_face_is_copied_once(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "NotoSansCJK-Regular.ttc").write_bytes(JP_SC)
    first = find_typeface(tmp_path / "cache", [tmp_path / "fonts"])
    stamp = first.regular.stat().st_mtime_ns
    assert find_typeface(tmp_path / "cache", [tmp_path / "fonts"]) == first
    assert first.regular.stat().st_mtime_ns == stamp
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [first.regular.name]


def test_a_collection_whose_first_face_will_do_is_opened_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "NotoSansCJK-Regular.ttc"
    path.write_bytes(collection("Noto Sans CJK SC", "Noto Sans CJK JP"))
    assert find_typeface(tmp_path / "cache", [tmp_path]).regular == path
