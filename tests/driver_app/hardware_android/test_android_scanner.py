"""The receiver of scan engines' broadcasts, on Java as it is documented."""

from typing import Any

import pytest

from driver_app.hardware.android.scanner import IntentScanner
from driver_app.hardware.notices import Notices
from driver_app.hardware.ports import CodeSource, RawCode, Subscription
from driver_app.hardware.scanners import SERVICES, Kind
from shared import problems
from shared.clock import ManualClock
from shared.errors import Problem
from tests.driver_app.hardware_android.apis import APIS, EDGES
from tests.driver_app.hardware_android.fake_java import FakeJava, FakeObject, JavaThrew
from tests.driver_app.scenes import clock_at

PACK = b"010690123456789210B24\x1d21S7"


class Bench:
    """A handheld of a maker, whose scan service broadcasts."""

    def __init__(self, api: int = 33, maker: str = "SUNMI") -> None:
        self.java = FakeJava(api)
        self.clock: ManualClock = clock_at(0)
        self.told: list[Problem] = []
        self.seen: list[RawCode] = []
        notices = Notices()
        notices.subscribe(self.told.append)
        self.java.on("android.os.Build.MANUFACTURER", lambda: maker)
        self.java.on("android.os.HandlerThread.quitSafely", lambda _: True)
        self._bundles()
        self.scanner = IntentScanner(self.java, self.clock, notices)

    def _bundles(self) -> None:
        bundle = "android.os.Bundle"

        def of(kind: type, nothing: Any) -> Any:
            """A typed getter: a value of another type comes back as nothing, as Bundle does it."""
            return lambda self_, name: value if isinstance(value := self_.state.get(name), kind) else nothing

        self.java.on(f"{bundle}.containsKey", lambda self_, name: name in self_.state)
        self.java.on(f"{bundle}.getString", of(str, None))
        self.java.on(f"{bundle}.getByteArray", of(bytes, None))
        self.java.on(f"{bundle}.getInt", of(int, 0))
        self.java.on(f"{bundle}.getByte", of(int, 0))
        self.java.on(f"{bundle}.getSerializable", of(FakeObject, None))

    def start(self) -> Subscription:
        return self.scanner.start(self.seen.append)

    def broadcast(self, action: str, **extras: Any) -> None:
        """Android delivers an intent."""
        bundle = self.java.make("android.os.Bundle", **extras)
        intent = self.java.make("android.content.Intent")
        self.java.on("android.content.Intent.getAction", lambda _: action)
        self.java.on("android.content.Intent.getExtras", lambda _: bundle)
        self.java.proxies[-1].call("onReceive", self.java.context(), intent)


@pytest.mark.parametrize("api", APIS)
def test_one_receiver_hears_every_maker_and_only_while_somebody_scans(api: int) -> None:
    bench = Bench(api)
    assert bench.java.called("android.content.Context.registerReceiver") == []
    first, second = bench.start(), bench.start()
    (registered,) = bench.java.called("android.content.Context.registerReceiver")
    # since Android 14 a receiver has to say that others may send to it
    assert registered[4] == (2 if api >= 33 else 0)
    actions = [action for (action,) in bench.java.called("android.content.IntentFilter.addAction")]
    assert set(actions) == {action for service in SERVICES for action in service.actions}
    first.stop()
    assert bench.java.called("android.content.Context.unregisterReceiver") == []
    second.stop()
    second.stop()
    assert len(bench.java.called("android.content.Context.unregisterReceiver")) == 1
    assert len(bench.java.called("android.os.HandlerThread.quitSafely")) == 1


def test_categories_of_every_maker_are_let_through() -> None:
    bench = Bench()
    bench.start()
    categories = {category for (category,) in bench.java.called("android.content.IntentFilter.addCategory")}
    assert categories == {category for service in SERVICES for category in service.categories}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.maker)
def test_a_pack_arrives_byte_for_byte_from_every_maker(service: Any) -> None:
    bench = Bench()
    bench.start()
    extras: dict[str, Any] = dict.fromkeys(service.data, PACK) | dict.fromkeys(
        service.texts[:1], PACK.decode("latin-1")
    )
    if service.chunks:
        extras[service.chunks] = bench.java.listed(PACK)
    bench.broadcast(service.actions[0], **extras)
    assert bench.told == []
    assert [(code.text, code.source) for code in bench.seen] == [(PACK.decode("latin-1"), CodeSource.SCANNER)]


def test_two_broadcasts_of_one_read_are_one_code() -> None:
    bench = Bench()
    bench.start()
    bench.broadcast("com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED", source_byte=PACK)
    bench.broadcast("com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED", data=PACK.decode("latin-1"))
    bench.clock.advance(1.5)
    bench.broadcast("com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED", data=PACK.decode("latin-1"))
    assert len(bench.seen) == 2


def test_an_engine_that_reads_two_codes_delivers_them_together() -> None:
    bench = Bench()
    bench.start()
    bench.broadcast("nlscan.action.SCANNER_RESULT", SCAN_BARCODE1="A1", SCAN_BARCODE2="B2", SCAN_STATE="ok")
    assert bench.seen == [
        RawCode("A1", None, CodeSource.SCANNER, (RawCode("B2", None, CodeSource.SCANNER),)),
    ]


@pytest.mark.parametrize(
    ("action", "extras"),
    [
        ("com.evil.SCAN", {"data": "6901234567892"}),
        ("unitech.scanservice.data", {}),
        ("unitech.scanservice.data", {"text": 7}),
        ("device.scanner.EVENT", {"EXTRA_EVENT_DECODE_VALUE": "text instead of bytes"}),
        ("org.handover.driver.SCAN_ZEBRA", {"com.symbol.datawedge.decode_data": "text instead of a list"}),
    ],
)
def test_a_forged_broadcast_is_told_and_is_no_code(action: str, extras: dict[str, Any]) -> None:
    bench = Bench()
    bench.start()
    bench.broadcast(action, **extras)
    assert bench.seen == []
    assert [problem.number for problem in bench.told] == [problems.SCANNER_BROADCAST.number]


def test_a_broadcast_that_cannot_be_unpacked_is_told_and_does_not_end_the_receiver() -> None:
    """A sender may put in an object of a class that nobody has."""
    bench = Bench()
    bench.start()

    def explode(*_: Any) -> None:
        raise JavaThrew("BadParcelableException")

    bench.java.on("android.os.Bundle.containsKey", explode)
    bench.broadcast("unitech.scanservice.data", text="x")
    bench._bundles()
    bench.broadcast("unitech.scanservice.data", text="6901234567892")
    assert [problem.number for problem in bench.told] == [problems.SCANNER_BROADCAST.number]
    assert [code.text for code in bench.seen] == ["6901234567892"]


def test_a_broadcast_without_extras_is_refused() -> None:
    bench = Bench()
    bench.start()
    bench.java.on("android.content.Intent.getAction", lambda _: "unitech.scanservice.data")
    bench.java.on("android.content.Intent.getExtras", lambda _: None)
    bench.java.proxies[-1].call("onReceive", bench.java.context(), bench.java.make("android.content.Intent"))
    assert bench.told[0].number == problems.SCANNER_BROADCAST.number


def test_a_point_mobile_tells_letter_and_modifier() -> None:
    bench = Bench()
    bench.start()
    bench.broadcast(
        "device.scanner.EVENT",
        EXTRA_EVENT_DECODE_VALUE=PACK + b"\0\0",
        EXTRA_EVENT_DECODE_LENGTH=len(PACK),
        EXTRA_EVENT_DECODE_LETTER=ord("d"),
        EXTRA_EVENT_DECODE_MODIFIER=ord("2"),
    )
    assert (bench.seen[0].symbology, bench.seen[0].text) == ("]d2", PACK.decode("latin-1"))


@pytest.mark.parametrize("api", EDGES)
def test_a_zebra_gets_its_profile_when_scanning_starts(api: int) -> None:
    bench = Bench(api, "Zebra Technologies")
    scanning = bench.start()
    sent = bench.java.called("android.content.Context.sendBroadcast")
    assert len(sent) == 2
    assert bench.java.called("android.content.Intent.setPackage") == [("com.symbol.datawedge",)] * 2
    put = dict(bench.java.called("android.os.Bundle.putString"))
    assert put["PROFILE_NAME"] == "Handover"
    assert put["intent_action"] == "org.handover.driver.SCAN_ZEBRA"
    assert [name for name, _ in bench.java.called("android.os.Bundle.putParcelableArrayList")] == ["PLUGIN_CONFIG"]
    assert [name for name, _ in bench.java.called("android.os.Bundle.putParcelableArray")] == ["APP_LIST"]
    assert ("ACTIVITY_LIST", ["*"]) in bench.java.called("android.os.Bundle.putStringArray")
    scanning.stop()
    assert len(bench.java.called("android.content.Context.sendBroadcast")) == 2


def test_a_honeywell_imager_is_claimed_and_given_back() -> None:
    bench = Bench(33, "Honeywell")
    scanning = bench.start()
    assert ("DEC_EAN13_CHECK_DIGIT_TRANSMIT", True) in bench.java.called("android.os.Bundle.putBoolean")
    scanning.stop()
    assert [action for (action,) in bench.java.called("android.content.Intent.new")] == [
        "com.honeywell.aidc.action.ACTION_CLAIM_SCANNER",
        "com.honeywell.aidc.action.ACTION_RELEASE_SCANNER",
    ]


def test_every_kind_of_extra_in_the_table_can_be_unpacked() -> None:
    assert {kind for service in SERVICES for kind in service.extras.values()} == set(Kind)
