"""A key in a file: for the desktop only, where there is no hardware to hold one.

Whoever can read the file can sign as this device. On Android the key is made inside the hardware-backed keystore instead.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import problems
from shared.errors import Refused
from shared.keys import KeySigner

MODE = 0o600


class FileKeystore:
    """:class:`driver_app.hardware.ports.Keystore` over one file of 32 bytes, readable by its owner alone.

    The key is made when the file does not exist yet. A file that others may read, or of another length, is refused rather
    than used or replaced.
    """

    def __init__(self, path: Path) -> None:
        self._signer = KeySigner(_load(path) if path.exists() else _make(path))

    def public_key(self) -> bytes:
        return self._signer.public_key()

    def sign(self, message: bytes) -> bytes:
        return self._signer.sign(message)


def _load(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise Refused(problems.KEYSTORE, value=f"{path.name}: {path.stat().st_mode & 0o777:o} ≠ {MODE:o}")
        private = path.read_bytes()
    except OSError as error:
        raise Refused(problems.KEYSTORE, value=str(error)) from error
    if len(private) != 32:
        raise Refused(problems.KEYSTORE, value=f"{path.name}: {len(private)} B ≠ 32 B")
    return private


def _make(path: Path) -> bytes:
    """A new key on the disk before it is used: written beside, synced, then moved into place."""
    private = Ed25519PrivateKey.generate().private_bytes_raw()
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        try:
            os.write(descriptor, private)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        fresh.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise Refused(problems.KEYSTORE, value=str(error)) from error
    return private
