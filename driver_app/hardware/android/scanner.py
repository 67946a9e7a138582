"""Built-in scan engines: one receiver for every maker's broadcast, while somebody scans.

python-for-android's ``android.broadcast`` registers without saying whether other apps may send, which Android 14 refuses; its
Java receiver is used, and registered here.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from driver_app.hardware.android.java import RECEIVER_EXPORTED, Java, Method, octets
from driver_app.hardware.doubles import Doubles
from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import RawCode, Subscription
from driver_app.hardware.scanner_setup import (
    Bundle,
    BundleArray,
    BundleList,
    Content,
    SetUp,
    set_up_for,
    tear_down_for,
)
from driver_app.hardware.scanners import SERVICES, Kind, Value, codes_of, service_of
from shared import problems
from shared.clock import Clock
from shared.errors import Refused


class IntentScanner:
    """:class:`driver_app.hardware.ports.Scanner` on the makers' broadcasts.

    The receiver is registered while anybody listens, and not longer: outside that nobody's broadcast is looked at. A
    broadcast that is refused is noted. Callbacks come on a thread of the receiver's.
    """

    def __init__(self, java: Java, clock: Clock, notices: Notices) -> None:
        self._java, self._notices = java, notices
        self._doubles = Doubles(clock)
        self._listeners: list[Callable[[RawCode], None]] = []
        self._lock = Lock()
        self._receiver: Any = None
        self._listener: Any = None
        self._thread: Any = None
        self._maker = str(java.type("android.os.Build").MANUFACTURER)

    def start(self, on_code: Callable[[RawCode], None]) -> Subscription:
        with self._lock:
            self._listeners.append(on_code)
            if len(self._listeners) == 1:
                self._register()
        return _Scanning(self, on_code)

    def _register(self) -> None:
        self._listener = self._java.proxy(
            "org.kivy.android.GenericBroadcastReceiverCallback",
            [Method("onReceive", "(Landroid/content/Context;Landroid/content/Intent;)V", self._received)],
        )
        self._receiver = self._java.type("org.kivy.android.GenericBroadcastReceiver")(self._listener)
        wanted = self._java.type("android.content.IntentFilter")()
        for service in SERVICES:
            for action in service.actions:
                wanted.addAction(action)
            for category in service.categories:
                wanted.addCategory(category)
        self._thread = self._java.type("android.os.HandlerThread")("scanner")
        self._thread.start()
        handler = self._java.type("android.os.Handler")(self._thread.getLooper())
        # a flag that API levels below 33 do not know they refuse; there every receiver is exported
        flags = RECEIVER_EXPORTED if self._java.api >= 33 else 0
        self._java.context().registerReceiver(self._receiver, wanted, None, handler, flags)
        for intent in set_up_for(self._maker):
            self._send(intent)

    def _stop(self, on_code: Callable[[RawCode], None]) -> None:
        with self._lock:
            if on_code not in self._listeners:
                return
            self._listeners.remove(on_code)
            if self._listeners:
                return
            self._java.context().unregisterReceiver(self._receiver)
            self._thread.quitSafely()
            self._receiver = self._listener = self._thread = None
        for intent in tear_down_for(self._maker):
            self._send(intent)

    # receiving

    def _received(self, _context: Any, intent: Any) -> None:
        try:
            codes = codes_of(*self._unpacked(intent))
        except Refused as refusal:
            self._notices.note(refusal.problem)
            return
        fresh = [code for code in codes if self._doubles.is_new(code)]
        if not fresh:
            return
        first, *rest = fresh
        code = RawCode(first.text, first.symbology, first.source, tuple(rest))
        with self._lock:
            listeners = tuple(self._listeners)
        for on_code in listeners:
            on_code(code)

    def _unpacked(self, intent: Any) -> tuple[str, Mapping[str, Value]]:
        """The action, and of the extras those that the table names, each by its documented type.

        Raises:
            Refused: SCANNER_BROADCAST where the sender's extras cannot even be unpacked.
        """
        action = str(intent.getAction())
        wanted = service_of(action).extras
        try:
            bundle = intent.getExtras()
            if bundle is None:
                return action, {}
            found = {name: self._extra(bundle, name, kind) for name, kind in wanted.items() if bundle.containsKey(name)}
        except self._java.thrown as error:
            raise Refused(problems.SCANNER_BROADCAST, value=action, reason=str(error)) from error
        # an extra of another type comes back as null: it is not what the maker sends, and counts as absent
        return action, {name: value for name, value in found.items() if value is not None}

    def _extra(self, bundle: Any, name: str, kind: Kind) -> Value | None:
        match kind:
            case Kind.TEXT:
                text: str | None = bundle.getString(name)
                return text
            case Kind.BYTES:
                return octets(bundle.getByteArray(name))
            case Kind.INT:
                return int(bundle.getInt(name))
            case Kind.BYTE:
                return int(bundle.getByte(name))
            case Kind.CHUNKS:
                chunks = bundle.getSerializable(name)
                if chunks is None:
                    return None
                listed = self._java.cast("java.util.ArrayList", chunks)
                return tuple(octets(listed.get(place)) or b"" for place in range(listed.size()))

    # setting up

    def _send(self, set_up: SetUp) -> None:
        intent = self._java.type("android.content.Intent")(set_up.action)
        if set_up.package is not None:
            intent.setPackage(set_up.package)
        extras = self._bundle(Bundle(set_up.extras))
        intent.putExtras(extras)
        self._java.context().sendBroadcast(intent)

    def _bundle(self, entries: Bundle) -> Any:
        bundle = self._java.type("android.os.Bundle")()
        for name, content in entries.entries.items():
            self._put(bundle, name, content)
        return bundle

    def _put(self, bundle: Any, name: str, content: Content) -> None:
        match content:
            case bool():
                bundle.putBoolean(name, content)
            case str():
                bundle.putString(name, content)
            case tuple():
                bundle.putStringArray(name, list(content))
            case Bundle():
                bundle.putBundle(name, self._bundle(content))
            case BundleArray():
                bundle.putParcelableArray(name, [self._bundle(one) for one in content.bundles])
            case BundleList():
                listed = self._java.type("java.util.ArrayList")()
                for one in content.bundles:
                    listed.add(self._bundle(one))
                bundle.putParcelableArrayList(name, listed)


class _Scanning:
    def __init__(self, scanner: IntentScanner, on_code: Callable[[RawCode], None]) -> None:
        self._scanner, self._on_code = scanner, on_code

    def stop(self) -> None:
        self._scanner._stop(self._on_code)
