"""The one typeface: a CJK font with simplified-Chinese shapes, taken from the system, refused loudly where there is none.

Kivy opens the first face of a collection, and the first face of Noto Sans CJK is Japanese: 直, 骨 and 令 would look foreign
to a Chinese reader. So the simplified-Chinese face is copied out of the collection once, into the app's own cache. Fonts
are not shipped with the app: every Android since 5.0 and every desktop distribution has one.

Pure: no Kivy here; :func:`driver_app.widgets.theme.register_fonts` hands the paths to it.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from shared import problems
from shared.errors import Refused

ROOTS: tuple[Path, ...] = (
    Path("/system/fonts"),
    Path("/product/fonts"),
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
"""Where systems keep their fonts: Android, Linux, macOS, Windows."""
REGULAR: tuple[str, ...] = (
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "NotoSansCJKsc-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "NotoSansCJK-Regular.ttc",
    "MiSans-Regular.ttf",
    "HarmonyOS_Sans_SC_Regular.ttf",
    "PingFang.ttc",
    "msyh.ttc",
    "wqy-microhei.ttc",
    "DroidSansFallback.ttf",
)
"""Files that carry simplified Chinese and Latin, best first."""
BOLD: tuple[str, ...] = (
    "NotoSansSC-Bold.otf",
    "NotoSansSC-Bold.ttf",
    "NotoSansCJKsc-Bold.otf",
    "SourceHanSansCN-Bold.otf",
    "NotoSansCJK-Bold.ttc",
    "MiSans-Bold.ttf",
    "HarmonyOS_Sans_SC_Bold.ttf",
    "msyhbd.ttc",
)
"""Their bold companions. Where there is none (most Androids), the regular face stands in."""
FACES: tuple[str, ...] = ("Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei")
"""Family names of simplified-Chinese faces inside collections."""


class Typeface(NamedTuple):
    """The files of the typeface, ready to be opened; ``bold`` may be the same file as ``regular``."""

    regular: Path
    bold: Path


def find_typeface(cache: Path, roots: Sequence[Path] = ROOTS) -> Typeface:
    """The typeface of this system; faces copied out of collections are kept in ``cache``.

    Raises:
        Refused: FONT_MISSING where no known font is found: squares instead of a drug's name are not acceptable.
    """
    found = {path.name: path for root in roots for path in _files(root.expanduser())}
    regular = next((found[name] for name in REGULAR if name in found), None)
    if regular is None:
        raise Refused(problems.FONT_MISSING, value=", ".join(str(root) for root in roots))
    bold = next((found[name] for name in BOLD if name in found), regular)
    return Typeface(_openable(regular, cache), _openable(bold, cache))


def _files(root: Path) -> Iterator[Path]:
    known = {*REGULAR, *BOLD}
    for directory, _, names in os.walk(root):
        for name in known.intersection(names):
            yield Path(directory) / name


def _openable(path: Path, cache: Path) -> Path:
    """The file itself, or its simplified-Chinese face where it is a collection whose first face is another one."""
    if path.suffix != ".ttc":
        return path
    stat = path.stat()
    copied = cache / f"{path.stem}-{stat.st_size}-{int(stat.st_mtime)}.otf"
    if copied.exists():
        return copied
    face = extract_face(path.read_bytes(), FACES)
    if face is None:
        return path
    cache.mkdir(parents=True, exist_ok=True)
    part = copied.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(face)
    part.replace(copied)
    return copied


def extract_face(collection: bytes, families: Sequence[str]) -> bytes | None:
    """The face named as one of ``families`` as a font file of its own; ``None`` where the collection has none or that
    face stands first anyway.

    A collection is a list of table directories over shared tables (OpenType 1.9, "Font Collections"); a face on its own
    is the same directory with its tables moved behind it.

    Raises:
        Refused: FONT_MISSING for bytes that are no collection.
    """
    if collection[:4] != b"ttcf":
        raise Refused(problems.FONT_MISSING, value=f"not a font collection: {collection[:4]!r}")
    (count,) = struct.unpack_from(">I", collection, 8)
    offsets = struct.unpack_from(f">{count}I", collection, 12)
    for index, offset in enumerate(offsets):
        if _names(collection, offset).intersection(families):
            return _alone(collection, offset) if index else None
    return None


def _tables(data: bytes, offset: int) -> list[tuple[bytes, int, int, int]]:
    """(tag, checksum, offset, length) of every table of the face whose directory is at ``offset``."""
    (count,) = struct.unpack_from(">H", data, offset + 4)
    return [struct.unpack_from(">4sIII", data, offset + 12 + 16 * i) for i in range(count)]


def _names(data: bytes, offset: int) -> set[str]:
    """The family names (name ids 1 and 16, Windows platform) of a face."""
    start = next((at for tag, _, at, _ in _tables(data, offset) if tag == b"name"), None)
    if start is None:
        return set()
    count, strings = struct.unpack_from(">HH", data, start + 2)
    names = set()
    for i in range(count):
        platform, _, _, name_id, length, at = struct.unpack_from(">6H", data, start + 6 + 12 * i)
        if platform == 3 and name_id in (1, 16):
            raw = data[start + strings + at : start + strings + at + length]
            names.add(raw.decode("utf-16-be"))
    return names


def _alone(data: bytes, offset: int) -> bytes:
    tables = _tables(data, offset)
    position = 12 + 16 * len(tables)
    directory, body = [data[offset : offset + 12]], []
    for tag, checksum, start, length in tables:
        directory.append(struct.pack(">4sIII", tag, checksum, position, length))
        body.append(data[start : start + length] + bytes(-length % 4))
        position += length + (-length % 4)
    return b"".join(directory + body)
