"""Positions from Android's own services, during a shift and only then."""

from typing import Any

import pytest

from driver_app.hardware.android.location import FRESH, AndroidLocation
from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import Fix
from shared import problems
from shared.clock import ManualClock
from shared.errors import Problem, Refused
from tests.driver_app.hardware_android.apis import APIS
from tests.driver_app.hardware_android.fake_java import FakeJava, FakeObject, JavaThrew
from tests.driver_app.scenes import clock_at


class Bench:
    """A handheld with location providers."""

    def __init__(self, api: int = 33, *providers: str) -> None:
        self.java = FakeJava(api)
        self.clock: ManualClock = clock_at(0)
        self.told: list[Problem] = []
        self.fixes: list[Fix] = []
        self.last: FakeObject | None = None
        notices = Notices()
        notices.subscribe(self.told.append)
        names = providers or ("passive", "gps", "network", "fused")
        manager, place = "android.location.LocationManager", "android.location.Location"
        java = self.java
        java.on("android.content.Context.getSystemService", lambda _, name: java.make(manager))
        java.on(f"{manager}.getAllProviders", lambda _: java.listed(*names))
        java.on(f"{manager}.getLastKnownLocation", lambda *_: self.last)
        java.on("android.os.SystemClock.elapsedRealtimeNanos", lambda _: 100_000_000_000)
        for getter in (
            "getLatitude",
            "getLongitude",
            "hasAccuracy",
            "getAccuracy",
            "getElapsedRealtimeNanos",
            "getProvider",
        ):
            java.on(f"{place}.{getter}", lambda self_, getter=getter: self_.state[getter])
        java.on(f"{place}.isMock", lambda self_: self_.state["mock"])
        java.on(f"{place}.isFromMockProvider", lambda self_: self_.state["mock"])
        self.location = AndroidLocation(java, self.clock, notices)

    def place(self, *, age: float = 0.0, accuracy: float | None = 8.0, mock: bool = False) -> FakeObject:
        return self.java.make(
            "android.location.Location",
            getLatitude=39.9,
            getLongitude=116.4,
            hasAccuracy=accuracy is not None,
            getAccuracy=accuracy or 0.0,
            getElapsedRealtimeNanos=int(100_000_000_000 - age * 1e9),
            getProvider="gps",
            mock=mock,
        )

    def arrive(self, place: FakeObject) -> None:
        """Android delivers a location, in the way its version does."""
        listener = self.java.proxies[-1]
        if self.java.api >= 31:
            listener.call("onLocationChanged", self.java.listed(place), signature="(Ljava/util/List;)V")
        else:
            listener.call("onLocationChanged", place, signature="(Landroid/location/Location;)V")


@pytest.mark.parametrize("api", APIS)
def test_nothing_runs_before_a_shift_and_nothing_after_it(api: int) -> None:
    bench = Bench(api)
    assert bench.java.proxies == []
    following = bench.location.follow(bench.fixes.append, 5.0)
    bench.arrive(bench.place(age=2.0))
    assert [(fix.position.lat, fix.position.accuracy) for fix in bench.fixes] == [(39.9, 8.0)]
    assert (bench.clock.now() - bench.fixes[0].at).total_seconds() == 2.0
    following.stop()
    following.stop()
    assert len(bench.java.called("android.location.LocationManager.removeUpdates")) == 1


@pytest.mark.parametrize(
    ("api", "providers", "asked"),
    [
        (33, (), ["fused"]),
        (33, ("gps", "network"), ["gps", "network"]),
        (30, ("gps", "network", "fused"), ["gps", "network"]),
        (26, ("gps",), ["gps"]),
    ],
)
def test_the_best_providers_of_the_device_are_asked(api: int, providers: tuple[str, ...], asked: list[str]) -> None:
    bench = Bench(api, *providers)
    bench.location.follow(bench.fixes.append, 5.0)
    requests = bench.java.called("android.location.LocationManager.requestLocationUpdates")
    assert [request[:3] for request in requests] == [(provider, 5000, 0.0) for provider in asked]


def test_news_about_providers_is_taken_without_a_word() -> None:
    bench = Bench(28)
    bench.location.follow(bench.fixes.append, 5.0)
    listener = bench.java.proxies[-1]
    for name, *arguments in (
        ("onProviderDisabled", "gps"),
        ("onProviderEnabled", "gps"),
        ("onStatusChanged", "gps", 1, None),
    ):
        assert listener.call(name, *arguments) is None
    assert bench.fixes == []


def test_without_permission_following_is_refused_and_nothing_stays_registered() -> None:
    bench = Bench()

    def forbid(*_: Any) -> None:
        raise JavaThrew("SecurityException")

    bench.java.on("android.location.LocationManager.requestLocationUpdates", forbid)
    with pytest.raises(Refused) as refusal:
        bench.location.follow(bench.fixes.append, 5.0)
    assert refusal.value.kind is problems.PERMISSION_MISSING
    assert len(bench.java.called("android.location.LocationManager.removeUpdates")) == 1
    bench.java.on("android.location.LocationManager.getLastKnownLocation", forbid)
    with pytest.raises(Refused) as refusal:
        bench.location.current()
    assert refusal.value.kind is problems.NO_POSITION


@pytest.mark.parametrize("api", [30, 33])
def test_a_mock_position_is_told_once_and_is_no_position(api: int) -> None:
    bench = Bench(api)
    bench.location.follow(bench.fixes.append, 5.0)
    for _ in range(3):
        bench.arrive(bench.place(mock=True))
    assert bench.fixes == []
    assert [problem.number for problem in bench.told] == [problems.POSITION_MOCKED.number]
    bench.arrive(bench.place())
    bench.arrive(bench.place(mock=True))
    assert len(bench.fixes) == 1
    assert len(bench.told) == 2


def test_now_is_the_newest_fix_while_it_is_fresh() -> None:
    bench = Bench()
    with pytest.raises(Refused) as refusal:
        bench.location.current()
    assert refusal.value.kind is problems.NO_POSITION
    bench.location.follow(bench.fixes.append, 5.0)
    bench.arrive(bench.place(accuracy=None))
    assert bench.location.current().position.accuracy is None
    bench.clock.advance(FRESH + 1)
    with pytest.raises(Refused):
        bench.location.current()
    bench.last = bench.place(age=3.0)
    assert (bench.clock.now() - bench.location.current().at).total_seconds() == 3.0
    bench.last = bench.place(age=FRESH + 5)
    with pytest.raises(Refused):
        bench.location.current()


def test_a_clock_that_was_set_does_not_move_a_fix() -> None:
    """The age comes from the monotonic clock: a fix's own wall time is the satellite's, and the handheld's may be wrong."""
    bench = Bench()
    bench.location.follow(bench.fixes.append, 5.0)
    bench.clock.jump(3600)
    bench.arrive(bench.place(age=1.0))
    assert (bench.clock.now() - bench.fixes[0].at).total_seconds() == 1.0
