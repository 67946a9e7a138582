"""Enrolling: a QR code at the dispatcher's desk tells the handheld where its server is, and whom to believe from then on."""

from collections.abc import Callable

import msgspec

from driver_app.journal.ports import Journal
from driver_app.services.client import decoded, refusal_in
from driver_app.services.identity import Identity, IdentityStore
from driver_app.services.listeners import Listeners
from driver_app.services.ports import Transport
from driver_app.services.refusals import as_refused
from shared import problems
from shared.codes import own, symbology
from shared.errors import Refused
from shared.keys import Signer
from shared.sync import Enrol, Enrolled


class Enrolment:
    """Makes this handheld known to a server."""

    def __init__(
        self, journal: Journal, identities: IdentityStore, signer: Signer, connect: Callable[[str], Transport]
    ) -> None:
        self._journal, self._identities, self._signer, self._connect = journal, identities, signer, connect
        self._listeners: Listeners[None] = Listeners()

    @property
    def identity(self) -> Identity | None:
        """Who this handheld is, once it is enrolled."""
        return self._identities.current()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` once the handheld is enrolled; returns how to stop it."""
        return self._listeners.add(lambda _: listener())

    def read(self, text: str) -> own.Enrolment:
        """What an enrolment code says, before anything is done with it. A scanner's symbology identifier may stand before.

        Raises:
            Refused: CODE_* where it is not one.
        """
        code = own.parse(symbology.read(text.strip()).data)
        if not isinstance(code, own.Enrolment):
            raise Refused(problems.CODE_UNREADABLE, value=text, reason="不是登记码 / not an enrolment code")
        return code

    def enrol(self, text: str, name: str) -> Identity:
        """Enrol with the code in ``text``; ``name`` is what people call this handheld. Needs the network.

        The same code again after a lost answer is safe: the key decides. A handheld whose journal holds events stays who it
        is.

        Raises:
            Refused: CODE_*; DUPLICATE where it is enrolled and has recorded; SYNC_UNREACHABLE, SYNC_NOT_OURS; ENROLMENT_CODE;
                SYNC_RECEIPT_FORGED where the answer names another server key than the code; KEYSTORE, DISK_FULL.
        """
        code = self.read(text)
        known = self.identity
        if known is not None and self._journal.head().seq:
            raise Refused(problems.DUPLICATE, what="登记 enrolment", value=known.device)
        self._journal.enough_room(1)
        request = Enrol(code.one_time_code, self._signer.public_key(), name.strip())
        transport = self._connect(code.url)
        response = transport.request("POST", "/sync/enrol", {}, msgspec.json.encode(request))
        if response.status not in (200, 201):
            raise as_refused(refusal_in(response).problem)
        enrolled = decoded(response.body, Enrolled)
        if enrolled.server_key != code.public_key:
            raise Refused(problems.SYNC_RECEIPT_FORGED, value=enrolled.server_key.hex())
        identity = Identity(
            enrolled.device, enrolled.organisation, enrolled.origin, code.public_key, code.url, name.strip()
        )
        self._identities.put(identity)
        self._listeners.tell(None)
        return identity
