"""The pieces of the fleet's forms: fields, how what was typed is read, and how it is shown again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from typing import Any

from server.fleet import operations
from server.fleet.operations import Entry
from server.fleet.rules import invalid
from server.fleet.schemas import Subject
from server.i18n import N_, shown_name
from server.i18n import gettext as _
from shared.work import Name

Form = Mapping[str, str]
Options = Callable[[], list[tuple[str, str]]]
Cell = str | date


@dataclass(frozen=True)
class Group:
    """Fields that stand together: under which (English) heading, and what is to be said of all of them."""

    label: str
    hint: str | None = None


@dataclass(frozen=True)
class Field:
    """One field of a form: its (English) label, the input's type, and for a choice its options."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    hint: str | None = None
    step: str | None = None
    options: Options | None = None
    empty: str | None = None
    group: Group | None = None


@dataclass(frozen=True)
class Kind:
    """Everything the pages need to know about one kind of thing."""

    key: str
    title: str
    new: str
    fields: tuple[Field, ...]
    heads: tuple[str, ...]
    entries: Callable[[], Sequence[Entry[Any]]]
    cells: Callable[[Any], tuple[Cell, ...]]
    read: Callable[[Form], Any]
    typed: Callable[[Any], dict[str, str]]
    add: Callable[..., str]
    change: Callable[..., None]
    subject: Subject | None = None
    hours: bool = False

    def sections(self) -> list[tuple[Group | None, list[Field]]]:
        """The fields as they stand in the form, by group."""
        return [(group, list(some)) for group, some in groupby(self.fields, key=lambda field: field.group)]

    def entry(self, entry_id: str) -> Entry[Any]:
        """The thing with this id.

        Raises:
            Refused: NOT_FOUND.
        """
        for entry in self.entries():
            if entry.id == entry_id:
                return entry
        raise operations.not_found(self.key, entry_id)


# reading what was typed ------------------------------------------------------------------------------------------------


def read_text(form: Form, name: str) -> str:
    return form.get(name, "").strip()


def read_name(form: Form) -> Name:
    return Name(read_text(form, "name_zh"), read_text(form, "name_en"))


def read_whole(form: Form, name: str, label: str) -> int:
    try:
        return int(read_text(form, name))
    except ValueError as error:
        raise invalid(label, read_text(form, name), "0, 1, 2 …") from error


def read_optional(form: Form, name: str, label: str) -> int | None:
    return read_whole(form, name, label) if read_text(form, name) else None


def read_decimal_or_none(form: Form, name: str, label: str) -> float | None:
    return read_decimal(form, name, label) if read_text(form, name) else None


def read_decimal(form: Form, name: str, label: str) -> float:
    try:
        return float(read_text(form, name))
    except ValueError as error:
        raise invalid(label, read_text(form, name), "0.0") from error


def read_day_or_none(form: Form, name: str, label: str) -> date | None:
    return read_day(form, name, label) if read_text(form, name) else None


def read_clock(form: Form, name: str, label: str) -> int | None:
    """A time of day as minutes after midnight; ``None`` where none was typed."""
    if not read_text(form, name):
        return None
    try:
        at = time.fromisoformat(read_text(form, name))
    except ValueError as error:
        raise invalid(label, read_text(form, name), "HH:MM") from error
    return at.hour * 60 + at.minute


def read_day(form: Form, name: str, label: str) -> date:
    try:
        return date.fromisoformat(read_text(form, name))
    except ValueError as error:
        raise invalid(label, read_text(form, name), "YYYY-MM-DD") from error


def is_active(form: Form) -> bool:
    return form.get("active") == "1"


def typed_base(name: Name, active: bool) -> dict[str, str]:
    return {"name_zh": name.zh, "name_en": name.en, "active": "1" if active else ""}


def shown(value: object) -> str:
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


# what several kinds have ----------------------------------------------------------------------------------------------


def carrier_options() -> list[tuple[str, str]]:
    """The carriers in use; of a contracted one that is said."""
    hired = _("contracted")
    return [
        (entry.id, shown_name(entry.data.name) + (f" · {hired}" if entry.data.contracted else ""))
        for entry in operations.carriers()
        if entry.data.active
    ]


NAME = (Field("name_zh", N_("Chinese name"), required=True), Field("name_en", N_("English name")))
PERSON = (Field("name_zh", N_("Name in Chinese"), required=True), Field("name_en", N_("Name in English")))
ACTIVE = Field("active", N_("In use"), type="check")
CAPACITY = Field("capacity", N_("Capacity, packs"), type="number", hint=N_("Empty: no limit"))
CARRIER = Field("carrier_id", N_("Carrier"), type="choice", required=True, options=carrier_options)
