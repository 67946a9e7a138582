"""The stop is done: what came of it, and how far its record has come: on phone, received, sealed."""

from kivy.properties import BooleanProperty, ListProperty, OptionProperty, StringProperty

from driver_app.journal.ports import OutboxState
from driver_app.screens.base import AppScreen
from driver_app.screens.photographs import Photographs
from driver_app.screens.receiver import decision
from driver_app.screens.stop_rows import overall, result
from driver_app.screens.wording import OUTCOME, OUTCOME_TONE
from driver_app.screens.write import Writing
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from shared.codes.own import ReceiptCode
from shared.custody.events import Outcome
from shared.custody.journey import StopState
from shared.work import Stop


class StopDoneScreen(Photographs, AppScreen):
    """Photos may still be taken; then leave."""

    tone = OptionProperty("ok", options=("ok", "bad", "unknown"))
    part = BooleanProperty(False)
    heading = StringProperty("")
    detail = StringProperty("")
    lines = ListProperty()
    record = StringProperty(OutboxState.ON_PHONE)
    receipt = StringProperty("")
    """What the receiver's own phone may keep: it names the record by its hash."""

    def opened(self) -> None:
        self.watch(self.services.state.subscribe, lambda *_: self._look())
        self.look_at_photos()

    def refresh(self) -> None:
        journey = self.services.duty.journey
        stop = self.services.stop.stop
        state = journey.stop(stop.id)
        self.title = tr._("Stop done")
        self.subtitle = tr._("Stop {n}: {site}").format(n=stop.number, site=self.name_of(stop.site.name))
        if state.failed is not None:
            self.part = False
            self.tone, self.heading = result(journey, stop)
            self.detail = state.failed.note or tr._("All its goods stay on board.")
            self.lines, self.receipt = [], ""
        elif state.signed is not None:
            self._signed(stop, state)
        self._look()

    def _signed(self, stop: Stop, state: StopState) -> None:
        outcome = overall(state.signed.outcomes)
        self.part = outcome is Outcome.PARTLY_ACCEPTED
        self.tone, self.heading = OUTCOME_TONE[outcome], tr._(OUTCOME[outcome])
        who = ", ".join(f"{s.name} ({s.role})" for s in state.signed.signatories)
        self.detail = tr._("Signed by {who}").format(who=who)
        self.receipt = self._receipt(state.signed_record)
        decided = {o.line_id: o for o in state.signed.outcomes}
        self.lines = [
            (self.name_of(line.product.name), decision(decided[line.id])) for line in stop.lines() if line.id in decided
        ]

    def _receipt(self, record: str) -> str:
        identity = self.services.enrolment.identity
        return (
            "" if identity is None else ReceiptCode(record, record, f"{identity.url.rstrip('/')}/check/{record}").text
        )

    def _look(self) -> None:
        self.record = self.services.state.of_stop(self.services.stop.stop.id) or OutboxState.ON_PHONE

    def remark(self) -> None:
        """Something to add: an event of its own."""
        stop_id = self.services.stop.stop.id
        writing = Writing(
            tr._("Remark"),
            tr._("What should be known about this stop"),
            tr._("Add the remark"),
            "",
            lambda said: self.attempt(self.services.stop.remark, stop_id, said),
        )
        self.app.open("write", writing)

    def collect(self) -> None:
        """Goods are taken along from here."""
        self.app.open("collect")

    def leave(self) -> None:
        """Drive on."""
        self.attempt(self.services.stop.leave)


load_rules(__file__)
