"""The people who receive at a site, remembered on this handheld, so that nobody types a name twice.

A name is offered, never filled in: who signs picks theirs. Only what a signature says anyway is kept, and no more than a
few people a site (Personal Information Protection Law, the principle of necessity).
"""

from driver_app.journal.ports import Journal
from driver_app.services.kept import Setting
from driver_app.services.signing import ReceiverDraft

KEPT = 6
"""People a site: a pharmacy's shift, and three rows of two on the screen."""


class Receivers:
    """Who has received at which site, the last one first."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def of(self, site_id: str) -> tuple[ReceiverDraft, ...]:
        """Who has received at a site."""
        return tuple(self._kept(site_id).get() or ())

    def remember(self, site_id: str, person: ReceiverDraft) -> None:
        """Somebody has received at a site; the same name with another role or number takes the older one's place."""
        others = [known for known in self.of(site_id) if known.name != person.name]
        self._kept(site_id).put([person, *others][:KEPT])

    def forget(self, site_id: str, name: str) -> None:
        """Somebody does not want to be remembered here."""
        self._kept(site_id).put([known for known in self.of(site_id) if known.name != name])

    def _kept(self, site_id: str) -> Setting[list[ReceiverDraft]]:
        return Setting(self._journal, f"receivers.{site_id}", list[ReceiverDraft])
