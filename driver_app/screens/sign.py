"""The signature: who, in which role, under which sentence — and a pad that takes nothing but a pen's strokes."""

from collections.abc import Iterator

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from driver_app.i18n import marked
from driver_app.screens.base import AppScreen
from driver_app.screens.write import Writing
from driver_app.services.signing import ReceiverDraft
from driver_app.services.step import StepKind
from driver_app.widgets.action import Action
from driver_app.widgets.language import tr
from driver_app.widgets.pad import picture
from driver_app.widgets.rules import load_rules
from driver_app.widgets.sheet import Choice, Sheet
from shared.errors import Problem

ROLES: dict[str, str] = {
    "pharmacist": marked("Pharmacist"),
    "storekeeper": marked("Storekeeper"),
    "nurse": marked("Nurse"),
    "doctor": marked("Doctor"),
}
"""Who usually signs in a hospital pharmacy."""
PAUSE = 0.4
"""s after the last keystroke until what was typed is kept."""


class SignScreen(AppScreen):
    """One person signs, or two where a controlled medicine is among the lines."""

    previous = StepKind.RECEIVER
    lead = "back"
    position = NumericProperty(0)
    needed = NumericProperty(1)
    meaning = StringProperty("")
    summary = StringProperty("")
    role = StringProperty("")
    known = NumericProperty(0)
    """How many people who have received here before are offered."""
    complete = BooleanProperty(False)
    working = BooleanProperty(False)

    def __init__(self, app, **kwargs):
        self._keep = Clock.create_trigger(lambda _dt: self._keep_draft(), PAUSE)
        self._filling = False
        super().__init__(app, **kwargs)

    def opened(self) -> None:
        self.working = False
        self._begin()

    def closed(self) -> None:
        self._keep.cancel()

    def _known(self) -> Iterator[Action]:
        """Who has received here before: one tap instead of three fields."""
        for person in self.services.stop.known_receivers():
            button = Action(hid=f"sign.known.{person.name}", text=person.name, icon="person", least=dp(48))
            button.bind(on_release=lambda _button, person=person: self.take(person))
            yield button

    def take(self, person: ReceiverDraft) -> None:
        """It is somebody who has received here before."""
        self._filling = True
        self.ids.name.text, self.role, self.ids.staff.text = person.name, person.role, person.staff_number
        self._filling = False
        self.typed()

    def _begin(self) -> None:
        """Take the next signatory who has not signed."""
        service = self.services.stop
        signatures = service.signatures()
        self.needed = service.signatories_needed()
        self.position = next((i for i, given in enumerate(signatures[: self.needed]) if given is None), 0)
        draft = service.receiver(self.position)
        self._filling = True
        self.ids.name.text, self.role, self.ids.staff.text = draft.name, draft.role, draft.staff_number
        self._filling = False
        self.ids.pad.clear()
        self._look()

    def refresh(self) -> None:
        service = self.services.stop
        if self.needed > 1:
            self.title = tr._("Signature {n} of {total}").format(n=self.position + 1, total=self.needed)
        else:
            self.title = tr._("Signature")
        self.subtitle = self.name_of(service.stop.site.name)
        self.meaning = service.meaning(self.position)
        known = service.known_receivers()
        self.known = len(known)
        self.fill("known", known, self._known)
        outcomes = service.decisions()
        accepted, refused = sum(o.accepted for o in outcomes), sum(o.refused + o.short for o in outcomes)
        self.summary = tr.plural("{n} pack accepted", "{n} packs accepted", accepted)
        if refused:
            self.summary += ", " + tr._("{n} not").format(n=refused)

    # typing

    def typed(self) -> None:
        """Something was typed."""
        if not self._filling:
            self._keep()
        self._look()

    def _look(self, *_args) -> None:
        ids = self.ids
        self.complete = bool(ids.name.text.strip() and self.role) and not ids.pad.empty

    def _keep_draft(self) -> None:
        ids = self.ids
        draft = ReceiverDraft(ids.name.text, self.role, ids.staff.text)
        self.attempt(self.services.stop.put_receiver, draft, self.position)

    def ask_role(self) -> None:
        """Which role: one of the usual, or another that is written."""
        choices = [Choice(value, tr._(words)) for value, words in ROLES.items()]
        choices.append(Choice("other", tr._("Another role"), icon="keyboard"))
        Sheet(tr._("Role"), choices, self._role_chosen).open(animation=False)

    def _role_chosen(self, value: str) -> None:
        if value in ROLES:
            self.put_role(tr._(ROLES[value]))
            return
        self._keep_draft()
        self.app.open("write", Writing(tr._("Role"), tr._("Role of the receiver"), tr._("Use it"), "", self.put_role))

    def put_role(self, role: str) -> None:
        """The role is known."""
        self.role = role
        self.typed()

    # signing

    def sign(self) -> None:
        """Keep the signature; when everybody who must has signed, the handover is done."""
        self._keep.cancel()
        self._keep_draft()
        ids, service, position = self.ids, self.services.stop, self.position
        strokes, aspect = ids.pad.strokes, ids.pad.aspect
        name, role, staff = ids.name.text.strip(), self.role, ids.staff.text.strip()
        last = position + 1 == self.needed

        def put() -> None:
            service.put_signature(
                position,
                name=name,
                role=role,
                staff_number=staff,
                strokes=strokes,
                picture=picture(strokes, aspect),
            )
            if last:
                service.sign()

        self.working = True
        self.app.errands.run(put, lambda _none: self._signed(last), self._not_signed)

    def _signed(self, last: bool) -> None:
        self.working = False
        self.app.tell(None)
        if last:
            self.app.follow()
        else:
            self._begin()
            self.refresh()

    def _not_signed(self, problem: Problem) -> None:
        self.working = False
        self.app.tell(problem)


load_rules(__file__)
