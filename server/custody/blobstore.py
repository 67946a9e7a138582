"""The blob store: bytes by their SHA-256, on disk.

A blob is collected in ``<hash>.part`` and renamed once its bytes hash to its name; what has its final name is complete and
never changes again.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Protocol


class BlobStore(Protocol):
    """Where blobs are kept: a folder here, S3-compatible storage elsewhere."""

    def append(self, name: str, offset: int, data: bytes) -> int:
        """Write ``data`` at ``offset`` of the unfinished blob, durably; returns how many bytes there are then."""
        ...

    def partial_size(self, name: str) -> int:
        """How many bytes of the unfinished blob are there."""
        ...

    def finish(self, name: str) -> str:
        """Give the unfinished blob its final name if its bytes hash to it; returns the hash they really have."""
        ...

    def size(self, name: str) -> int | None:
        """How many bytes a finished blob has, or ``None``."""
        ...

    def read(self, name: str) -> bytes | None:
        """All bytes of a finished blob, or ``None``."""
        ...

    def discard(self, name: str) -> None:
        """Forget an unfinished blob whose bytes turned out wrong."""
        ...


class FolderStore:
    """Blobs in a folder, two hex digits a sub-folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, name: str) -> Path:
        if len(name) != 64 or any(c not in "0123456789abcdef" for c in name):
            raise ValueError(f"not a SHA-256: {name!r}")
        return self._root / name[:2] / name

    def _part(self, name: str) -> Path:
        return self._path(name).with_suffix(".part")

    def append(self, name: str, offset: int, data: bytes) -> int:
        part = self._part(name)
        if not part.parent.exists():
            part.parent.mkdir(parents=True, exist_ok=True)
            # a folder nobody has heard of takes its files with it when the power fails
            _sync(self._root)
            _sync(self._root.parent)
        with part.open("r+b" if part.exists() else "w+b") as file:
            file.truncate(offset)
            file.seek(offset)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return offset + len(data)

    def partial_size(self, name: str) -> int:
        part = self._part(name)
        return part.stat().st_size if part.exists() else 0

    def finish(self, name: str) -> str:
        part = self._part(name)
        if not part.exists():
            return sha256(b"").hexdigest()
        actual = sha256(part.read_bytes()).hexdigest()
        if actual == name:
            part.rename(self._path(name))
            _sync(part.parent)
        return actual

    def size(self, name: str) -> int | None:
        path = self._path(name)
        return path.stat().st_size if path.exists() else None

    def read(self, name: str) -> bytes | None:
        path = self._path(name)
        return path.read_bytes() if path.exists() else None

    def discard(self, name: str) -> None:
        self._part(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """The names of all finished blobs."""
        return sorted(path.name for path in self._root.glob("??/*") if path.suffix != ".part")


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
