"""A Java that does nothing by itself, and refuses every call that is not documented.

:class:`FakeJava` is a :class:`driver_app.hardware.android.java.Java` over :data:`.signatures.TABLE`. A class or member that is
not in the table, an argument of another type or number, or one that came with a later API level than this device has, is an
``AssertionError``: no code can catch it as Java's own exception. What a method answers is scripted with :meth:`FakeJava.on`;
a number or truth value that was not scripted is an error too, so that no test passes on a made-up zero.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from driver_app.hardware.android.java import Method
from tests.driver_app.hardware_android.signatures import TABLE

Act = Callable[..., Any]
_ARGUMENT = re.compile(r"\[*(?:[ZBCSIJFD]|L[^;]+;)")
_RANGES = {"B": 8, "S": 16, "I": 32, "J": 64}


class JavaThrew(Exception):
    """What a Java exception arrives as."""


@dataclass(frozen=True)
class Member:
    """A documented member."""

    kind: str
    name: str
    signature: str
    level: int
    varargs: bool

    @property
    def arguments(self) -> list[str]:
        return _ARGUMENT.findall(self.signature[1 : self.signature.index(")")])

    @property
    def returns(self) -> str:
        return self.signature[self.signature.index(")") + 1 :]


@dataclass(frozen=True)
class Documented:
    """A documented class."""

    name: str
    level: int
    interface: bool
    parents: tuple[str, ...]
    members: list[Member] = field(default_factory=list)


def parsed(table: str) -> dict[str, Documented]:
    """The table as classes by name."""
    classes: dict[str, Documented] = {}
    for line in filter(str.strip, table.splitlines()):
        head, _, extends = line.partition(" extends ")
        words = head.split()
        if not line.startswith(" "):
            parents = tuple(name.strip() for name in extends.split(",") if name.strip())
            found = Documented(words[0], int(words[1]), "interface" in words, parents)
            assert found.name not in classes, f"{found.name} stands twice in the table"
            classes[found.name] = found
            continue
        kind = words.pop(0) if words[0] in ("static", "const", "field") else "method"
        varargs = words[-1] == "varargs"
        words = words[:-1] if varargs else words
        level = int(words[2]) if len(words) > 2 else found.level
        found.members.append(Member("new" if words[0] == "new" else kind, words[0], words[1], level, varargs))
    return classes


CLASSES = parsed(TABLE)


class FakeObject:
    """An instance of a documented class. ``state`` is whatever a test's script keeps of it."""

    def __init__(self, java: "FakeJava", documented: Documented, arguments: Sequence[Any] = ()) -> None:
        self.__dict__.update(_java=java, _documented=documented, state={}, arguments=tuple(arguments))

    def __getattr__(self, name: str) -> Any:
        return self._java._member(self._documented, name, self)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AssertionError(f"{self._documented.name}.{name} is set from Python")

    def __repr__(self) -> str:
        return f"<{self._documented.name}>"


class FakeClass:
    """A documented class: called to construct, asked for its static members."""

    def __init__(self, java: "FakeJava", documented: Documented) -> None:
        self.__dict__.update(_java=java, _documented=documented)

    def __call__(self, *arguments: Any) -> Any:
        return self._java._construct(self._documented, arguments)

    def __getattr__(self, name: str) -> Any:
        return self._java._member(self._documented, name, None)


class FakeProxy:
    """What Python implements for Java; :meth:`call` is Java calling it."""

    def __init__(self, interface: Documented, methods: Sequence[Method]) -> None:
        self.interface = interface
        self._acts = {(method.name, method.signature): method.act for method in methods}

    def call(self, name: str, *arguments: Any, signature: str | None = None) -> Any:
        """Java calls a method of the interface."""
        found = [key for key in self._acts if key[0] == name and signature in (None, key[1])]
        assert len(found) == 1, f"{name}: {found}"
        return self._acts[found[0]](*arguments)


class FakeJava:
    """Java on a device of API level ``api``."""

    def __init__(self, api: int, *, background: bool = False) -> None:
        self._api = api
        self._scripts: dict[str, Act] = {}
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.proxies: list[FakeProxy] = []
        owner = "org.kivy.android.PythonService" if background else "org.kivy.android.PythonActivity"
        self._context = FakeObject(self, CLASSES[owner])
        self._background = background
        self.on("android.content.Context.getPackageName", lambda _: "org.handover.driver")
        self._collections()

    # the seam

    @property
    def api(self) -> int:
        return self._api

    @property
    def thrown(self) -> type[Exception]:
        return JavaThrew

    def type(self, name: str) -> Any:
        return FakeClass(self, self._known(name))

    def cast(self, name: str, value: Any) -> Any:
        documented = self._known(name)
        assert isinstance(value, FakeObject), f"cast of {value!r}"
        if documented.name in self._parents(value._documented):
            return value
        # what a service locator or a collection gives is of no documented type: seen as what it is asked to be
        assert value._documented.name == "java.lang.Object" or value._documented.interface, f"{value!r} is no {name}"
        seen = FakeObject(self, documented)
        seen.__dict__["state"] = value.state
        return seen

    def proxy(self, interface: str, methods: Sequence[Method]) -> FakeProxy:
        documented = self._known(interface)
        assert documented.interface, f"{interface} is no interface: a proxy cannot be made"
        wanted = {(member.name, member.signature) for member in documented.members}
        needed = {(member.name, member.signature) for member in documented.members if member.level <= self._api}
        given = {(method.name, method.signature) for method in methods}
        assert given <= wanted, f"not methods of {interface}: {given - wanted}"
        assert needed <= given, f"a proxy of {interface} lacks {needed - given}"
        made = FakeProxy(documented, methods)
        self.proxies.append(made)
        return made

    def context(self) -> Any:
        return self._context

    def activity(self) -> Any | None:
        return None if self._background else self._context

    def on_ui_thread(self, act: Callable[[], None]) -> None:
        act()

    # scripting

    def on(self, member: str, act: Act) -> None:
        """What ``a.b.C.member`` does: called with the object (statics: the class's name) and the arguments."""
        owner, _, name = member.rpartition(".")
        assert any(one.name == name for one in self._known(owner).members), f"{member} is not in the table"
        self._scripts[member] = act

    def make(self, name: str, **state: Any) -> FakeObject:
        """An object that Java hands to Python."""
        made = FakeObject(self, CLASSES[name])
        made.state.update(state)
        return made

    def listed(self, *items: Any) -> FakeObject:
        """A ``java.util.ArrayList``."""
        return self.make("java.util.ArrayList", items=list(items))

    def called(self, member: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of ``a.b.C.member`` (``new`` for construction), in order."""
        return [arguments for name, arguments in self.calls if name == member]

    def _collections(self) -> None:
        for name in ("java.util.List", "java.util.ArrayList"):
            self.on(f"{name}.size", lambda self_: len(self_.state.setdefault("items", [])))
            self.on(f"{name}.get", lambda self_, place: self_.state["items"][place])

        def add(self_: FakeObject, item: Any) -> bool:
            self_.state.setdefault("items", []).append(item)
            return True

        for name in ("java.util.ArrayList", "java.util.HashSet"):
            self.on(f"{name}.add", add)

    # being called

    def _known(self, name: str) -> Documented:
        assert name in CLASSES, f"{name} is not in the table of documented signatures"
        found = CLASSES[name]
        assert found.level <= self._api, f"{name} came with API {found.level}; this device has {self._api}"
        return found

    def _parents(self, documented: Documented) -> list[str]:
        found = [documented.name]
        for parent in documented.parents:
            found += self._parents(CLASSES[parent])
        return found

    def _lookup(self, documented: Documented, name: str) -> list[tuple[str, Member]]:
        return [
            (owner, member)
            for owner in self._parents(documented)
            for member in CLASSES[owner].members
            if member.name == name
        ]

    def _member(self, documented: Documented, name: str, instance: FakeObject | None) -> Any:
        found = self._lookup(documented, name)
        assert found, f"{documented.name}.{name} is not in the table of documented signatures"
        owner, member = found[0]
        if member.kind in ("const", "field"):
            self._old_enough(owner, member)
            return self._value(owner, member, instance)
        return lambda *arguments: self._call(documented, name, instance, arguments)

    def _value(self, owner: str, member: Member, instance: FakeObject | None) -> Any:
        assert (member.kind == "field") == (instance is not None), f"{owner}.{member.name}: static or not?"
        if instance is not None:
            assert member.name in instance.state, f"{owner}.{member.name} was not scripted"
            return instance.state[member.name]
        script = self._scripts.get(f"{owner}.{member.name}")
        if script is not None:
            return script()
        assert member.signature.startswith("L"), f"{owner}.{member.name} was not scripted"
        return FakeObject(self, self._known(member.signature[1:-1].replace("/", ".")), (member.name,))

    def _construct(self, documented: Documented, arguments: Sequence[Any]) -> Any:
        candidates = [(documented.name, member) for member in documented.members if member.kind == "new"]
        self._chosen(documented.name, "new", candidates, arguments)
        self.calls.append((f"{documented.name}.new", tuple(arguments)))
        script = self._scripts.get(f"{documented.name}.new")
        made = FakeObject(self, documented, arguments)
        if script is not None:
            script(made, *arguments)
        return made

    def _call(self, documented: Documented, name: str, instance: FakeObject | None, arguments: Sequence[Any]) -> Any:
        owner, member = self._chosen(documented.name, name, self._lookup(documented, name), arguments)
        assert (member.kind == "static") == (instance is None), f"{owner}.{name}: static or not?"
        self.calls.append((f"{owner}.{name}", tuple(arguments)))
        script = self._scripts.get(f"{owner}.{name}")
        if script is not None:
            answer = script(owner if instance is None else instance, *arguments)
            self._fits_answer(owner, member, answer)
            return answer
        return self._unscripted(owner, member, instance)

    def _unscripted(self, owner: str, member: Member, instance: FakeObject | None) -> Any:
        kind = member.returns
        if kind == "V":
            return None
        assert kind.startswith("L"), f"{owner}.{member.name} answers {kind} and was not scripted"
        name = kind[1:-1].replace("/", ".")
        if instance is not None and name == instance._documented.name:
            return instance  # a builder
        assert name in CLASSES, f"{owner}.{member.name} answers {name} and was not scripted"
        return FakeObject(self, CLASSES[name])

    # judging

    def _chosen(
        self, owner: str, name: str, candidates: list[tuple[str, Member]], arguments: Sequence[Any]
    ) -> tuple[str, Member]:
        fitting = [(of, member) for of, member in candidates if self._accepts(member, arguments)]
        shown = ", ".join(member.signature for _, member in candidates)
        assert fitting, f"{owner}.{name}{tuple(arguments)!r} is none of the documented {shown}"
        usable = [(of, member) for of, member in fitting if member.level <= self._api]
        if not usable:
            self._old_enough(*fitting[0])
        return usable[0]

    def _old_enough(self, owner: str, member: Member) -> None:
        assert member.level <= self._api, (
            f"{owner}.{member.name}{member.signature} came with API {member.level}; this device has {self._api}"
        )

    def _accepts(self, member: Member, arguments: Sequence[Any]) -> bool:
        wanted = member.arguments
        if member.varargs:  # pyjnius packs them itself: a list would be packed once more
            fixed, rest = wanted[:-1], wanted[-1][1:]
            wanted = fixed + [rest] * (len(arguments) - len(fixed))
        return len(wanted) == len(arguments) and all(
            self._fits(kind, value) for kind, value in zip(wanted, arguments, strict=True)
        )

    def _fits(self, kind: str, value: Any) -> bool:
        if kind == "Z":
            return isinstance(value, bool)
        if kind in _RANGES:
            bits = _RANGES[kind]
            return isinstance(value, int) and not isinstance(value, bool) and -(1 << bits - 1) <= value < 1 << bits - 1
        if kind in "FD":
            return isinstance(value, float)
        if value is None:
            return True
        if kind == "[B":
            return isinstance(value, bytes)
        if kind.startswith("["):
            return isinstance(value, list) and all(self._fits(kind[1:], one) for one in value)
        return self._fits_object(kind[1:-1].replace("/", "."), value)

    def _fits_object(self, name: str, value: Any) -> bool:
        if name == "java.lang.Object":
            return True
        if name in ("java.lang.String", "java.lang.CharSequence"):
            return isinstance(value, str)
        if isinstance(value, FakeProxy):
            return name in self._parents(value.interface)
        return isinstance(value, FakeObject) and name in self._parents(value._documented)

    def _fits_answer(self, owner: str, member: Member, answer: Any) -> None:
        kind = member.returns
        ok = answer is None if kind == "V" else self._fits(kind, answer)
        # a service locator's and a collection's answers have no documented type
        loose = kind in ("Ljava/util/List;", "Ljava/io/Serializable;") and isinstance(answer, FakeObject)
        assert ok or loose, f"{owner}.{member.name} was scripted to answer {answer!r}, documented is {kind}"
