"""Problems: every refusal has a number, and says in the reader's language what was refused and which value it was.

The catalogue itself is :mod:`shared.problems`. Numbers are for ever: a retired one is never used again. The thousands
tell the room: 1 codes, 2 custody, 3 cold chain and loggers, 4 sync, 5 people, fleet and orders, 6 planning, 7 the
handheld, 8 proof and verification.
"""

import re
import string
from dataclasses import dataclass
from typing import Literal

import msgspec

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue: a number, the HTTP status it travels as, and its sentence in both languages."""

    number: int
    status: int
    zh: str
    en: str

    @property
    def fields(self) -> frozenset[str]:
        """The names of the values this problem must be raised with."""
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.en) if name)


CATALOGUE: dict[int, Kind] = {}


def kind(number: int, status: int, zh: str, en: str) -> Kind:
    """Enter a problem into the catalogue.

    Raises:
        ValueError: the number is taken, or the two sentences do not name the same values.
    """
    entry = Kind(number, status, zh, en)
    names_zh = {name for _, name, _, _ in string.Formatter().parse(zh) if name}
    if number in CATALOGUE:
        raise ValueError(f"problem {number} is taken")
    if names_zh != entry.fields:
        raise ValueError(f"problem {number}: zh names {sorted(names_zh)}, en names {sorted(entry.fields)}")
    CATALOGUE[number] = entry
    return entry


UNDECODABLE: tuple[type[Exception], ...] = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Everything ``msgspec.json.decode`` raises on bytes that are not what they should be: beside its own error, Python's for
bytes that are not UTF-8, and for brackets nested thousands deep."""


class _Values(dict[str, str]):
    """The values of a problem; one that a newer version did not send is shown as a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


class Problem(msgspec.Struct, frozen=True):
    """One occurrence of a problem: its number and the offending values, ready to travel and to be read."""

    number: int
    values: dict[str, str]

    def text(self, language: Language) -> str:
        """The sentence in ``language``, the offending values filled in. A number this version does not know (it came
        from a newer one) is shown with its values rather than hidden."""
        entry = CATALOGUE.get(self.number)
        if entry is None:
            return f"#{self.number} " + ", ".join(f"{k}={v}" for k, v in sorted(self.values.items()))
        sentence = entry.zh if language == "zh" else entry.en
        return f"#{self.number} " + sentence.format_map(_Values(self.values))


class Refused(Exception):
    """What could not be accepted, as a problem. The only exception a caller of the core has to expect."""

    def __init__(self, entry: Kind, **values: object) -> None:
        if values.keys() != entry.fields:
            raise TypeError(f"problem {entry.number} needs {sorted(entry.fields)}, got {sorted(values)}")
        self.kind = entry
        self.problem = Problem(entry.number, {name: shown(value) for name, value in values.items()})
        super().__init__(self.problem.text("en"))


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def shown(value: object, limit: int = 120) -> str:
    """A value as it is shown in a problem: control characters made visible, long text cut in the middle."""
    text = _UNPRINTABLE.sub(lambda m: "<GS>" if m[0] == "\x1d" else f"\\x{ord(m[0]):02x}", str(value))
    if len(text) > limit:
        text = f"{text[: limit - 20]}…{text[-15:]}"
    return text
