"""The one way a bundle is zipped: stored files, sorted names, no dates, nothing else.

A zip file can carry things that no reader shows: a name twice, bytes between files, comments, other sizes in the directory
than in front of the data. None of that can be in a bundle, because a bundle is refused unless its bytes are exactly what
:func:`write_zip` makes of the files found in it.

Source of the format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end record).
"""

import re
import struct
from collections.abc import Mapping
from zlib import crc32

from shared import problems
from shared.errors import Refused

LIMIT = 512 * 1024 * 1024
"""Bytes of a bundle: far more than a stop's photos, and far below what a stored zip can address."""
NAME = re.compile(r"(?:[A-Za-z0-9_-]+/)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,3}")
"""Names are ASCII, at most one folder deep, and never climb."""

_LOCAL = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_EPOCH_DATE = 0x21
"""1980-01-01: the first day a zip file knows; a bundle's dates are in its events."""


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """The zip of ``files`` (name → content): the same files always give the same bytes.

    Raises:
        Refused: BUNDLE_UNREADABLE for a name or a size that a bundle cannot have.
    """
    if sum(map(len, files.values())) > LIMIT or len(files) > 0xFFFF:
        raise Refused(problems.BUNDLE_UNREADABLE, value=f"{len(files)}", reason=f"> {LIMIT} B")
    body = bytearray()
    directory = bytearray()
    for name, data in sorted(files.items()):
        if not NAME.fullmatch(name):
            raise Refused(problems.BUNDLE_UNREADABLE, value=name, reason="name")
        raw, check = name.encode(), crc32(data)
        common = (0, 0, 0, _EPOCH_DATE, check, len(data), len(data), len(raw), 0)
        directory += _ENTRY.pack(b"PK\x01\x02", _VERSION, _VERSION, *common, 0, 0, 0, 0, len(body)) + raw
        body += _LOCAL.pack(b"PK\x03\x04", _VERSION, *common) + raw + data
    end = _END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + end)


def read_zip(raw: bytes) -> tuple[dict[str, bytes], str]:
    """The files of a zip as far as they can be read, and what is wrong with its form: empty if nothing is.

    The files come from the headers in front of them, one after the other; what the directory says is only compared.
    """
    files: dict[str, bytes] = {}
    offset = 0
    while raw[offset : offset + 4] == b"PK\x03\x04":
        if offset + _LOCAL.size > len(raw):
            return files, f"truncated at byte {offset}"
        size, name_length, extra = _LOCAL.unpack_from(raw, offset)[8:]
        start = offset + _LOCAL.size + name_length + extra
        name = raw[offset + _LOCAL.size : offset + _LOCAL.size + name_length].decode("latin-1")
        if start + size > len(raw):
            return files, f"truncated at byte {offset}"
        if not NAME.fullmatch(name):
            return files, f"name at byte {offset}"
        if name in files:
            return files, f"{name} twice"
        files[name] = raw[start : start + size]
        offset = start + size
    if not files:
        return files, "not a zip file"
    canonical = write_zip(files)
    if canonical == raw:
        return files, ""
    return files, f"not canonical at byte {_first_difference(canonical, raw)} of {len(raw)}"


def _first_difference(one: bytes, other: bytes) -> int:
    """Where two byte strings part, by halving: the strings are long and mostly equal."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
