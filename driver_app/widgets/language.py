"""The language as widgets see it: ``tr._("Accept all")`` in a kv rule is re-evaluated when the language changes."""

from kivy.event import EventDispatcher
from kivy.properties import ObjectProperty, StringProperty

from driver_app.i18n import Catalogue, load
from shared.errors import Language, Problem
from shared.work import Name


class Translator(EventDispatcher):
    """The messages of the current language. ``language`` is switched by :meth:`use`; ``_`` and ``plural`` follow."""

    language = StringProperty("zh")
    _ = ObjectProperty(Catalogue("en").gettext)
    plural = ObjectProperty(Catalogue("en").ngettext)

    def use(self, language: Language) -> None:
        """Switch to ``language``; everything on the screen follows."""
        catalogue = load(language)
        self.language = language
        self.plural = catalogue.ngettext
        self._ = catalogue.gettext

    def name(self, name: Name) -> str:
        """A bilingual name in the current language."""
        return name.text(self.language)

    def problem(self, problem: Problem) -> str:
        """A numbered problem in the current language."""
        return problem.text(self.language)


tr = Translator()
"""The one translator of the process."""
