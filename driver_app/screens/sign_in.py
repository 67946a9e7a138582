"""Signing in: who takes this handheld, with a PIN that is checked on the handheld, network or not."""

from collections.abc import Iterable, Iterator

from kivy.properties import BooleanProperty, ListProperty, StringProperty

from driver_app.screens.base import AppScreen
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.surface import TapCard
from driver_app.widgets.text import Text
from shared.errors import Problem
from shared.work import Person


class SignInScreen(AppScreen):
    """Choose a name where there are several, then type the PIN."""

    people = ListProperty()
    person_id = StringProperty("")
    person = StringProperty("")
    why = StringProperty("")
    waiting = BooleanProperty(False)
    """No work has come yet: there is nobody to choose from."""
    working = BooleanProperty(False)

    def opened(self) -> None:
        self.person_id = ""
        self.ids.pin.clear()
        self.watch(self.services.duty.subscribe, lambda *_: self.refresh())
        self.watch(self.services.state.subscribe, lambda *_: self._look())

    def refresh(self) -> None:
        identity = self.services.enrolment.identity
        self.title = tr._("Sign in")
        self.subtitle = "" if identity is None else identity.name
        people = self.services.session.people()
        self.waiting = not people
        if len(people) == 1:
            self.person_id = people[0].id
        self.person = next((self.name_of(p.name) for p in people if p.id == self.person_id), "")
        self.lead = "back" if len(people) > 1 and self.person_id else "menu"
        self.fill("people", people, lambda: self._cards(people))
        self._look()

    def _cards(self, people: Iterable[Person]) -> Iterator[TapCard]:
        for person in people:
            card = TapCard(hid=f"person.{person.id}")
            card.add_widget(Text(text=self.name_of(person.name), role="heading"))
            card.bind(on_release=lambda _card, person_id=person.id: self.choose(person_id))
            yield card

    def _look(self) -> None:
        """Show why no work comes, while none does."""
        status = self.services.state.status()
        self.why = tr.problem(status.problem) if self.waiting and status.problem is not None else ""

    def choose(self, person_id: str) -> None:
        """Somebody tapped their name."""
        self.person_id = person_id
        self.ids.pin.clear()
        self.refresh()

    def go_back(self) -> bool:
        if self.lead != "back":
            return False
        self.choose("")
        return True

    def sign_in(self, pin: str) -> None:
        """Check the PIN. The hash is slow on purpose, so this takes a moment."""
        person_id = self.person_id
        self.working = True
        self.app.errands.run(
            lambda: self.services.session.sign_in(person_id, pin), lambda _person: self._signed_in(), self._wrong
        )

    def _signed_in(self) -> None:
        self.working = False
        self.ids.pin.clear()
        self.app.tell(None)
        self.app.follow()

    def _wrong(self, problem: Problem) -> None:
        self.working = False
        self.ids.pin.clear()
        self.app.tell(problem)

    def fetch(self) -> None:
        """Ask the server for work, now."""
        self.services.sync.nudge()


load_rules(__file__)
