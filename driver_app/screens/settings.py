"""Settings: language, theme and text size; the scanner and what the device lets the app do; the queue of what is still to be
sent; what this handheld is."""

from collections.abc import Iterator
from functools import partial

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

from driver_app.hardware.permissions import NAMES, Need, Standing
from driver_app.hardware.ports import Kept
from driver_app.hardware.wedge import SEPARATORS
from driver_app.i18n import marked
from driver_app.screens.base import AppScreen, clock_time
from driver_app.widgets.action import Action
from driver_app.widgets.language import tr
from driver_app.widgets.rules import load_rules
from driver_app.widgets.theme import theme
from shared.codes.element_string import GS
from shared.custody.journey import Phase

STANDINGS = {
    Standing.GRANTED: marked("allowed"),
    Standing.UNASKED: marked("not asked yet"),
    Standing.REFUSED: marked("not allowed"),
    Standing.BLOCKED: marked("not allowed, see the device's settings"),
}
KEPT = {
    Kept.HARDWARE: marked("inside the key hardware"),
    Kept.WRAPPED: marked("in a file that the key hardware encrypts"),
    Kept.FILE: marked("in a file"),
}
"""Where the key is, in words."""
SEPARATOR_NAMES = {
    "|": marked("{sign}  bar"),
    "^": marked("{sign}  caret"),
    "]": marked("{sign}  bracket"),
    "~": marked("{sign}  tilde"),
}
"""Signs that are hard to tell apart in sunlight."""


def separator_words(separator: str | None) -> str:
    """What a wedge types for FNC1, in words."""
    if separator is None:
        return tr._("Not known")
    if separator == GS:
        return "Ctrl+]"
    return tr._(SEPARATOR_NAMES[separator]).format(sign=separator) if separator in SEPARATOR_NAMES else separator


def capital(words: str) -> str:
    """With a capital letter at the front, as a label has one."""
    return words[:1].upper() + words[1:]


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

    separator = StringProperty("")
    """What a keyboard wedge types for FNC1, in words; empty where no keyboard can be a wedge."""
    choosing = BooleanProperty(False)
    permissions = ListProperty()

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
        wedge = self.app.hardware.wedge
        self.separator = "" if wedge is None else separator_words(self.services.reader.separator)
        self._separators()
        self._permissions()
        self._about()
        self._look()

    def _permissions(self) -> None:
        """How each need stands, and a button for each that lacks."""
        permissions, outside = self.app.hardware.permissions, self.app.hardware.outside
        now = {} if permissions is None else {need: permissions.standing(need) for need in Need}
        rows = [(capital(tr.name(NAMES[need])), tr._(STANDINGS[standing])) for need, standing in now.items()]
        lacking = [need for need, standing in now.items() if standing is not Standing.GRANTED]
        saving = bool(rows) and outside is not None and not outside.unrestricted()
        if rows and outside is not None:
            rows.append((tr._("Battery saving"), tr._("may stop the app") if saving else tr._("leaves the app alone")))
        self.permissions = rows

        def buttons() -> Iterator[Action]:
            for need in lacking:
                words = tr._("Allow: {need}").format(need=tr.name(NAMES[need]))
                button = Action(hid=f"settings.allow.{need.value}", text=words)
                button.bind(on_release=partial(self._allow, need))
                yield button
            if saving:
                button = Action(hid="settings.battery", text=tr._("Exempt from battery saving"))
                button.bind(on_release=lambda _b: self.app.leave(lambda outside: outside.ask_unrestricted()))
                yield button

        self.fill("lacking", (lacking, saving), buttons)

    def _allow(self, need: Need, *_args) -> None:
        if self.app.asking is not None:
            self.app.asking.first(need, lambda _standing: self.refresh())

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
        rows.append((tr._("The key is"), tr._(KEPT[self.app.hardware.kept])))
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

    def choose_separator(self) -> None:
        """Show, or hide again, what a keyboard scanner may type for FNC1."""
        self.choosing = not self.choosing
        self._separators()

    def _separators(self) -> None:
        now = self.services.reader.separator

        def buttons() -> Iterator[Action]:
            for number, one in enumerate(SEPARATORS):
                kind = "primary" if one == now else "secondary"
                button = Action(hid=f"settings.separator.{number}", text=separator_words(one), kind=kind, least=dp(52))
                button.bind(on_release=partial(self._separate, one))
                yield button

        self.fill("separators", (self.choosing, now), lambda: buttons() if self.choosing else ())

    def _separate(self, separator: str | None, *_args) -> None:
        self.services.reader.separator = separator
        if self.app.hardware.wedge is not None:
            self.app.hardware.wedge.use(separator)
        self.choosing = False
        self.refresh()

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
