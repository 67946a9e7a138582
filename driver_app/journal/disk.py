"""Files on the handheld's disk, written so that a dead battery leaves the old state or the new one, nothing between."""

import errno
import os
import shutil
from pathlib import Path

from shared import problems
from shared.errors import Refused

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def disk_full(left: int, needed: int) -> Refused:
    """The refusal of a write for which there is no room, in MiB as a person reads it."""
    return Refused(problems.DISK_FULL, value=f"{left / 1_048_576:.1f} MiB", limit=f"{needed / 1_048_576:.1f} MiB")


class Disk:
    """The steps of a durable write, one method each, so that a test can die or run full between any two of them."""

    def create(self, temporary: Path, data: bytes) -> None:
        """Write a file and make its content durable."""
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, temporary: Path, path: Path) -> None:
        """Give a finished file its name, in one step."""
        temporary.replace(path)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable: without it, a renamed file can be gone after a power cut."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def free(self, folder: Path) -> int:
        """Free bytes on the disk a folder is on."""
        return shutil.disk_usage(folder).free

    def write(self, path: Path, data: bytes) -> None:
        """Write ``data`` under ``path``, durably: temporary file, fsync, rename, fsync of the folder.

        Raises:
            Refused: DISK_FULL; there is no file under ``path`` then, and no half of one under another name.
        """
        temporary = path.with_name(f".{path.name}.part")
        try:
            self.create(temporary, data)
            self.rename(temporary, path)
            self.sync_folder(path.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise disk_full(self.free(path.parent), len(data)) from error
            raise
