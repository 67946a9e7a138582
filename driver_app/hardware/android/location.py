"""Where the handheld is, from Android's own location services: no account and no shop's library, so it works in China too.

Nothing is registered before :meth:`AndroidLocation.follow`; the feeds call that during a shift only.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Any

from driver_app.hardware.android.java import Java, Method
from driver_app.hardware.notices import Notices
from driver_app.hardware.permissions import LABELS, Need
from driver_app.hardware.ports import Fix, Subscription
from shared import problems
from shared.clock import Clock
from shared.errors import Refused
from shared.geo import Position

FUSED, GPS, NETWORK = "fused", "gps", "network"
"""``LocationManager``'s providers; the fused one belongs to the platform since API 31."""
FRESH = 30.0
"""Seconds (s) a fix may be old and still be where the handheld is now."""


class AndroidLocation:
    """:class:`driver_app.hardware.ports.Location` on ``LocationManager``.

    Fixes are timed by the handheld's clock, less the age that the monotonic clock gives them. What a mock location app made
    is noted and not used.
    """

    def __init__(self, java: Java, clock: Clock, notices: Notices) -> None:
        self._java, self._clock, self._notices = java, clock, notices
        self._newest: tuple[float, Fix] | None = None
        self._lock = Lock()
        self._mocked = False

    def current(self) -> Fix:
        with self._lock:
            newest = self._newest
        now = self._clock.monotonic()
        if newest is not None and now - newest[0] <= FRESH:
            return newest[1]
        manager = self._manager()
        try:
            last = [manager.getLastKnownLocation(provider) for provider in self._providers(manager)]
        except self._java.thrown as error:
            raise Refused(problems.NO_POSITION, value=LABELS[Need.LOCATION]) from error
        fixes = [fix for fix in map(self._fix, last) if fix is not None]
        recent = [fix for fix in fixes if self._clock.now() - fix.at <= timedelta(seconds=FRESH)]
        if not recent:
            raise Refused(problems.NO_POSITION, value="GPS")
        return max(recent, key=lambda fix: fix.at)

    def follow(self, on_fix: Callable[[Fix], None], every: float) -> Subscription:
        manager = self._manager()

        def changed(location: Any) -> None:
            fix = self._fix(location)
            if fix is None:
                return
            with self._lock:
                self._newest = self._clock.monotonic(), fix
            on_fix(fix)

        def changed_all(locations: Any) -> None:
            listed = self._java.cast("java.util.List", locations)
            for place in range(listed.size()):
                changed(listed.get(place))

        listener = self._java.proxy(
            "android.location.LocationListener",
            [
                Method("onLocationChanged", "(Landroid/location/Location;)V", changed),
                # since API 31 the system calls this one, and a proxy has no default methods
                Method("onLocationChanged", "(Ljava/util/List;)V", changed_all),
                Method("onFlushComplete", "(I)V", _nothing),
                Method("onProviderEnabled", "(Ljava/lang/String;)V", _nothing),
                Method("onProviderDisabled", "(Ljava/lang/String;)V", _nothing),
                Method("onStatusChanged", "(Ljava/lang/String;ILandroid/os/Bundle;)V", _nothing),
            ],
        )
        looper = self._java.type("android.os.Looper").getMainLooper()
        try:
            for provider in self._providers(manager):
                manager.requestLocationUpdates(provider, int(every * 1000), 0.0, listener, looper)
        except self._java.thrown as error:  # SecurityException: no permission
            manager.removeUpdates(listener)
            raise Refused(problems.PERMISSION_MISSING, value=LABELS[Need.LOCATION]) from error
        return _Following(manager, listener)

    def _manager(self) -> Any:
        found = self._java.context().getSystemService("location")
        return self._java.cast("android.location.LocationManager", found)

    def _providers(self, manager: Any) -> list[str]:
        """The best the device has: the platform's fusion, or satellite and network side by side."""
        listed = self._java.cast("java.util.List", manager.getAllProviders())
        known = {str(listed.get(place)) for place in range(listed.size())}
        if self._java.api >= 31 and FUSED in known:
            return [FUSED]
        return [provider for provider in (GPS, NETWORK) if provider in known]

    def _fix(self, location: Any) -> Fix | None:
        if location is None:
            return None
        mocked = location.isMock() if self._java.api >= 31 else location.isFromMockProvider()
        if mocked:
            if not self._mocked:  # said once, not with every fix
                self._notices.note(Refused(problems.POSITION_MOCKED, value=str(location.getProvider())).problem)
            self._mocked = True
            return None
        self._mocked = False
        now = self._java.type("android.os.SystemClock").elapsedRealtimeNanos()
        age = max(0.0, (now - location.getElapsedRealtimeNanos()) / 1e9)
        accuracy = float(location.getAccuracy()) if location.hasAccuracy() else None
        position = Position(float(location.getLatitude()), float(location.getLongitude()), accuracy)
        return Fix(self._clock.now() - timedelta(seconds=age), position)


class _Following:
    def __init__(self, manager: Any, listener: Any) -> None:
        self._manager = manager
        # Java holds the proxy by a bare pointer: it has to live as long as it is registered
        self._listener: Any = listener

    def stop(self) -> None:
        if self._listener is not None:
            self._manager.removeUpdates(self._listener)
            self._listener = None


def _nothing(*_arguments: Any) -> None:
    """What a listener does about news that the fixes themselves tell."""
