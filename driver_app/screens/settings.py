"""Settings: language, theme and text size; the queue of what is still to be sent; what this handheld is."""

from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from driver_app.screens.base import AppScreen, clock_time
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.theme import theme
from shared.custody.journey import Phase


class SettingsScreen(AppScreen):
    """Everything takes effect at once."""

    lead = "back"
    language = StringProperty("zh")
    theme_name = StringProperty("light")
    large = BooleanProperty(False)
    phone = NumericProperty(0)
    received = NumericProperty(0)
    sealed = NumericProperty(0)
    queue = ListProperty()
    problem = StringProperty("")
    about_rows = ListProperty()
    may_sign_out = BooleanProperty(False)
    on_shift = BooleanProperty(False)
    unread = NumericProperty(0)
    clearable = NumericProperty(0)
    """Photos and signatures that could be cleared: the server has confirmed them."""

    def opened(self) -> None:
        self.watch(self.services.state.subscribe, lambda *_: self._look())

    def refresh(self) -> None:
        session = self.services.session
        self.title = tr._("Settings")
        self.language, self.theme_name = session.language, session.theme
        self.large = theme.text_factor > 1
        actor = session.actor()
        self.subtitle = "" if actor is None else self.name_of(actor.name)
        duty = self.services.duty
        resting = not duty.started or duty.journey.phase in (Phase.ASSIGNED, Phase.ENDED)
        self.may_sign_out = actor is not None and resting
        self.on_shift = actor is not None and duty.on_shift
        self.unread = len(self.services.road.unread())
        self._about()
        self._look()

    def _about(self) -> None:
        identity = self.services.enrolment.identity
        rows = [(tr._("Version"), self.app.version)]
        if identity is not None:
            rows += [
                (tr._("This handheld"), identity.name),
                (tr._("Organisation"), identity.organisation),
                (tr._("Server"), identity.url),
                (tr._("Device number"), identity.device),
            ]
        self.about_rows = rows

    def _look(self) -> None:
        status = self.services.state.status()
        self.phone, self.received, self.sealed = status.on_phone, status.received, status.sealed
        contact = "–" if status.last_contact is None else clock_time(status.last_contact, self._zone())
        rows = [
            (tr._("Photos and signatures waiting"), f"{status.blobs_waiting}, {status.bytes_waiting / 1e6:.1f} MB"),
            (tr._("Last contact"), contact),
        ]
        confirmed = self.services.storage.confirmed()
        self.clearable = confirmed.blobs
        if confirmed.blobs:
            words = f"{confirmed.blobs}, {confirmed.bytes / 1e6:.1f} MB"
            rows.append((tr._("Kept here although the server has them"), words))
        if status.next_try is not None:
            rows.append((tr._("Next attempt in"), f"{status.next_try:.0f} s"))
        if status.refused:
            rows.append((tr._("Not accepted by the server"), str(status.refused)))
        self.queue = rows
        problems = ([status.problem] if status.problem is not None else []) + list(status.flags)
        self.problem = "\n".join(tr.problem(problem) for problem in problems)

    def _zone(self) -> str:
        duty = self.services.duty
        return duty.route.depot.zone if duty.started else "Asia/Shanghai"

    def use_language(self, language: str) -> None:
        """Chinese or English."""
        self.app.use_language(language)

    def use_theme(self, name: str) -> None:
        """Light or dark."""
        self.app.use_theme(name)

    def use_size(self, large: bool) -> None:
        """Normal or large text."""
        self.app.use_text_size(large=large)
        self.refresh()

    def clear(self) -> None:
        """Give back the room of what the server has confirmed."""
        self.app.errands.run(self.services.storage.clear, lambda _freed: self._look())

    def send(self) -> None:
        """Try to send now."""
        self.services.sync.nudge()

    def open(self, name: str) -> None:
        """Something that may be needed on any screen of a shift."""
        self.app.open(name)

    def sign_out(self) -> None:
        """Somebody else takes the handheld."""
        self.services.session.sign_out()


load_rules(__file__)
