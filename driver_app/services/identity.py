"""Who this handheld is, and whom it believes: what enrolment leaves behind."""

import msgspec

from driver_app.journal.ports import Journal
from driver_app.services.kept import Setting
from shared import problems
from shared.errors import Refused


class Identity(msgspec.Struct, frozen=True):
    """A handheld that is enrolled. ``server_key`` is the 32 bytes its enrolment QR pinned."""

    device: str
    organisation: str
    origin: str
    """Name of the ledger, as its checkpoints are signed."""
    server_key: bytes
    url: str
    name: str
    """What people call this handheld."""


class IdentityStore:
    """The identity, once there is one."""

    def __init__(self, journal: Journal) -> None:
        self._kept: Setting[Identity] = Setting(journal, "identity", Identity)
        self._current = self._kept.get()

    def current(self) -> Identity | None:
        """The identity, or ``None`` before enrolment."""
        return self._current

    def require(self) -> Identity:
        """The identity.

        Raises:
            Refused: NOT_ENROLLED.
        """
        if self._current is None:
            raise Refused(problems.NOT_ENROLLED, value="—")
        return self._current

    def put(self, identity: Identity) -> None:
        """Keep the identity."""
        self._kept.put(identity)
        self._current = identity
