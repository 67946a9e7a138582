"""Passwords of people, hashed with Argon2id (RFC 9106)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError


class Passwords:
    """Hashes passwords, and says whether one is right.

    ``hasher`` decides what that costs; the library's own parameters (RFC 9106, low-memory profile) unless a test, which has
    no secret to keep, brings cheaper ones.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = ""

    def hash(self, password: str) -> str:
        """The hash to keep, with its salt and parameters."""
        return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether ``password`` is the one whose hash was kept. For nobody (``None``) it never is, and that takes as long."""
        try:
            return self._hasher.verify(self._hash_of_nobody() if kept is None else kept, password) and kept is not None
        except (VerifyMismatchError, InvalidHashError):
            return False

    def is_weak(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _hash_of_nobody(self) -> str:
        self._nobody = self._nobody or self._hasher.hash("nobody has this password")
        return self._nobody
