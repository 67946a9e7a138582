"""The one seam to Java: every call of this folder goes through a :class:`Java`.

On a device it is :class:`Jni`, on pyjnius. In tests it is a fake that holds every call to Android's documented signatures:
class, name, types, and the API level it came with. So what is written here can be judged without a device, down to the last
argument; what cannot be judged is written in ``docs/android.md``.

Facts about pyjnius that this folder relies on (pyjnius 1.7, ``jnius_conversion.pxi``, ``jnius_proxy.pxi``): ``str``
becomes ``String`` and ``CharSequence``, ``bytes`` become ``byte[]``, ``None`` becomes ``null``; a ``byte[]`` comes back as a
sequence of unsigned numbers; a proxy must have *every* method of its interface, default ones included; what a proxy's method
raises is printed and lost, so none may raise; variable arguments are given one by one, for pyjnius packs them itself.
"""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol

RECEIVER_EXPORTED = 2
"""``Context.RECEIVER_EXPORTED``: other apps may send to this receiver. Since API 33; the argument it goes into since 26."""


class Method(NamedTuple):
    """A method of a proxy: its name in Java, its JNI signature, and what does it. Two may share a name."""

    name: str
    signature: str
    act: Callable[..., Any]


class Java(Protocol):
    """What this folder asks of Java."""

    @property
    def api(self) -> int:
        """The API level of the device (``Build.VERSION.SDK_INT``)."""
        ...

    @property
    def thrown(self) -> type[Exception]:
        """What a Java exception arrives as."""
        ...

    def type(self, name: str) -> Any:
        """The class of that name (``a.b.C``, inner ones ``a.b.C$D``): call it to construct, ask it for static members."""
        ...

    def cast(self, name: str, value: Any) -> Any:
        """``value`` seen as another of its types."""
        ...

    def proxy(self, interface: str, methods: Sequence[Method]) -> Any:
        """An object that implements ``interface``; whoever hands it to Java keeps it alive as long as Java uses it."""
        ...

    def context(self) -> Any:
        """The ``Context`` of this process: the activity, or in the background process the service."""
        ...

    def activity(self) -> Any | None:
        """The activity; ``None`` in the background process."""
        ...

    def on_ui_thread(self, act: Callable[[], None]) -> None:
        """Run ``act`` on Android's UI thread, soon. It must not raise."""
        ...


def octets(array: Any) -> bytes | None:
    """A ``byte[]`` as bytes; ``None`` where Java has ``null``."""
    return None if array is None else bytes(array)


class Jni:
    """:class:`Java` on pyjnius."""

    def __init__(self) -> None:
        self._jnius = import_module("jnius")
        self._types: dict[str, Any] = {}
        self._api = int(self.type("android.os.Build$VERSION").SDK_INT)

    @property
    def api(self) -> int:
        return self._api

    @property
    def thrown(self) -> type[Exception]:
        found: type[Exception] = self._jnius.JavaException
        return found

    def type(self, name: str) -> Any:
        # looking a class up by reflection takes milliseconds, and a scan must not wait for it
        if name not in self._types:
            self._types[name] = self._jnius.autoclass(name)
        return self._types[name]

    def cast(self, name: str, value: Any) -> Any:
        return self._jnius.cast(name, value)

    def proxy(self, interface: str, methods: Sequence[Method]) -> Any:
        body: dict[str, Any] = {"__javainterfaces__": [interface.replace(".", "/")], "__javacontext__": "app"}
        for place, method in enumerate(methods):
            body[f"method_{place}"] = self._jnius.java_method(method.signature, name=method.name)(_method(method.act))
        return type("Proxy", (self._jnius.PythonJavaClass,), body)()

    def context(self) -> Any:
        if "PYTHON_SERVICE_ARGUMENT" in os.environ:
            return self.type("org.kivy.android.PythonService").mService
        return self.type("org.kivy.android.PythonActivity").mActivity

    def activity(self) -> Any | None:
        if "PYTHON_SERVICE_ARGUMENT" in os.environ:
            return None
        return self.type("org.kivy.android.PythonActivity").mActivity

    def on_ui_thread(self, act: Callable[[], None]) -> None:
        import_module("android.runnable").Runnable(act)()


def _method(act: Callable[..., Any]) -> Callable[..., Any]:
    """A function that can be a method."""

    def called(_self: Any, *arguments: Any) -> Any:
        return act(*arguments)

    return called
