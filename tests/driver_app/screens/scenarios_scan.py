"""What hands see, hear and feel when they scan; the camera, the keyboard scanner, other apps, and what the device allows."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from driver_app.hardware.permissions import Need, Standing
from driver_app.hardware.ports import Kept, Signal
from driver_app.hardware.virtual.camera import PictureCamera
from driver_app.hardware.virtual.device import AnsweredPermissions
from driver_app.hardware.virtual.pictures import picture_of
from driver_app.hardware.wedge import WedgeScanner
from driver_app.screens.asking import Asking
from driver_app.screens.example import SERVER, URL, Wishes, code_of, work
from driver_app.services.step import StepKind
from driver_app.widgets.hand import Act
from driver_app.widgets.language import tr
from shared import problems
from shared.codes.own import Enrolment, server_key
from shared.custody import events as e
from shared.errors import Kind
from tests.driver_app.screens.scenarios_road import on_its_way
from tests.driver_app.screens.stage import Stage, at_first_stop

INSULIN = "0106901234567892"
TRACE = "83857930000879766660"


def loading(data: Path, recalled: tuple[tuple[str, str], ...] = ()) -> Stage:
    """The example before its goods, some of which may be under recall."""
    stage = Stage(data, Wishes(stops=2))
    if recalled:
        known = work(stage.example.wishes, minutes=1)
        assert known.route is not None
        route = msgspec.structs.replace(known.route, version=2, recalled_lots=recalled)
        stage.example.offer(msgspec.structs.replace(known, route=route))
    for stride in ("start", "check", "precool"):
        getattr(stage.example, stride)()
    return stage


def unloading(data: Path) -> Stage:
    stage = Stage(data, Wishes(stops=2))
    at_first_stop(stage)
    return stage


def verdict(
    stage: Stage,
    at: StepKind,
    code: str,
    kind: Kind,
    tone: str,
    signal: Signal = Signal.WRONG,
    *,
    before: Callable[[Stage], Act] | None = None,
    symbology: str = "]d2",
) -> None:
    """Scan ``code``, and hold what is told to its kind: colour, sign, words with the number, what to do, and the signal; in
    both languages. What is missing stays on the screen, and the refusal is recorded."""

    def act(s: Stage) -> Act:
        yield from s.at(at)
        yield from s.hand.until(lambda: s.example.device.present("?"), "the scanner")
        if before is not None:
            yield from before(s)
        s.example.pass_time(0.1)
        screen, missing = s.app.screen, s.app.screen.missing
        s.example.device.present(code, symbology)
        yield from s.hand.until(lambda: f"#{kind.number}" in screen.detail, f"the verdict {kind.number}")
        assert (screen.tone, s.example.device.given[-1]) == (tone, signal)
        heading, advice = screen.heading, screen.advice
        assert heading
        assert advice
        assert screen.missing == missing
        assert str(int(missing)) in screen.ids.missing.text
        s.app.use_language("en")
        yield from s.hand.frames(2)
        assert screen.heading.isascii()
        assert screen.advice.isascii()
        assert (screen.heading, screen.advice) != (heading, advice)

    stage.play(act)
    assert stage.last(e.ScanRefused).problem.number == kind.number


def wrong_consignment(data: Path) -> None:
    """Goods of the next stop are told apart at this one."""
    stage = unloading(data)
    other = stage.services.duty.route.stop("S2").lines()[0]
    verdict(stage, StepKind.STOP_UNLOAD, code_of(other).removeprefix("]d2"), problems.SCAN_WRONG_STOP, "bad")


def wrong_lot(data: Path) -> None:
    """A lot that the note does not name is told as that."""
    verdict(unloading(data), StepKind.STOP_UNLOAD, INSULIN + "10WRONG", problems.SCAN_WRONG_LOT, "bad")


def expired(data: Path) -> None:
    """Goods past their day are told as that."""
    code = INSULIN + "1725103110RI260311"
    verdict(unloading(data), StepKind.STOP_UNLOAD, code, problems.SCAN_EXPIRED, "bad")


def recalled(data: Path) -> None:
    """A lot under recall is told as that before it is loaded."""
    stage = loading(data, (("P1", "RI260311"),))
    verdict(stage, StepKind.LOAD, INSULIN + "10RI260311", problems.SCAN_RECALLED, "bad")


def already_scanned(data: Path) -> None:
    """A pack scanned twice is no fault: amber, two beeps, nothing counted."""
    code = INSULIN + "10RI260311\x1d21000417"

    def once(s: Stage) -> Act:
        s.example.pass_time(0.1)
        s.example.device.present(code)
        yield from s.hand.until(lambda: s.app.screen.tone == "ok", "the first scan")
        assert s.app.screen.countable == 0, "a code of one pack stands for one pack"

    verdict(loading(data), StepKind.LOAD, code, problems.SCAN_ALREADY, "unknown", Signal.AGAIN, before=once)


def too_many(data: Path) -> None:
    """One more than the note says is told as that."""
    code = INSULIN + "10RI260311"

    def all_of_them(s: Stage) -> Act:
        s.example.pass_time(0.1)
        s.example.device.present(code)
        yield from s.hand.until(lambda: s.app.screen.countable == 11, "the first scan")
        yield from s.tap("scan.count_in")
        yield from s.hand.until(lambda: s.app.screen.countable == 0, "the rest")

    verdict(loading(data), StepKind.LOAD, code, problems.SCAN_TOO_MANY, "bad", before=all_of_them)


def two_codes_one_pack(data: Path) -> None:
    """A pack whose two codes are read together counts once, and its second code alone was scanned already."""
    stage = loading(data)
    device = stage.example.device

    def both(s: Stage) -> Act:
        s.example.pass_time(0.1)
        missing = s.app.screen.missing
        device.present(INSULIN + "10RI260311", "]d2", TRACE, "6901234567892")
        yield from s.hand.until(lambda: s.app.screen.missing == missing - 1, "one pack")

    verdict(stage, StepKind.LOAD, TRACE, problems.SCAN_ALREADY, "unknown", Signal.AGAIN, before=both, symbology="")
    assert stage.last(e.GoodsLoaded).beside == (TRACE,)


def keyboard_scanner(data: Path) -> None:
    """Fields that ran together are refused with their readings and the way out: the separator, set in the settings."""
    stage = loading(data)
    wedge = WedgeScanner()
    stage.app.hardware = replace(stage.app.hardware, scanner=wedge, wedge=wedge)
    text = INSULIN + "10RI260311|21000417"

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.LOAD)
        screen = s.app.screen
        yield from s.hand.until(lambda: screen._scanning is not None, "the scanner")
        wedge.typed(text.replace("|", ""))
        yield from s.hand.until(lambda: screen.tone == "unknown", "the refusal")
        assert f"#{problems.CODE_AMBIGUOUS.number}" in screen.detail
        assert "…(10)RI26031121000417 | …(10)RI260311(21)000417" in screen.detail
        assert "设置" in screen.advice
        yield from s.tap("bar.menu" if s.hand.sees("bar.menu") else "bar.sync")
        yield from s.tap("settings.separator")
        yield from s.tap("settings.separator.2")
        assert s.app.screen.separator.startswith("|")
        assert not s.hand.sees("settings.separator.2")
        yield from s.tap("bar.back")
        yield from s.hand.until(lambda: s.app.screen is screen and screen._scanning is not None, "the scanner again")
        assert screen.tone == "unknown", "the last scan still stands"
        wedge.typed(text)
        yield from s.hand.until(lambda: screen.tone == "ok", "the pack")

    stage.play(act)
    assert stage.last(e.GoodsLoaded).code == "(01)06901234567892(21)000417(10)RI260311"
    assert stage.services.reader.separator == "|"


class KeptOn:
    """A screen that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    def keep_on(self, on: bool) -> None:
        self.told.append(on)


def with_the_camera(data: Path) -> None:
    """Aimed through the viewfinder, a code is judged where the driver looks; back on the list its verdict still stands."""
    stage = loading(data)
    camera, screen_of = PictureCamera(), KeptOn()
    stage.app.hardware = replace(stage.app.hardware, viewfinder=camera, screen=screen_of)

    def act(s: Stage) -> Act:
        from kivy.graphics.texture import Texture

        yield from s.at(StepKind.LOAD)
        below = s.app.screen
        missing = below.missing
        yield from s.tap("scan.camera")
        yield from s.hand.until(lambda: s.app.screen.name == "viewfinder", "the viewfinder")
        screen, picture = s.app.screen, picture_of(INSULIN + "10RI260311")
        yield from s.hand.until(lambda: bool(camera.show(picture)), "the camera to look")
        yield from s.hand.until(lambda: screen.tone == "ok", "the verdict")
        assert (screen.missing, screen.heading) == (missing - 1, below.heading)
        yield from s.hand.until(lambda: screen.ids.finder.texture is not None, "the picture")
        covering = screen.ids.finder.extent(Texture.create(size=(200, 100)), 90, 300, 90)
        assert covering == (300, 150), "turned, it is as long as the widget is tall"
        s.example.pass_time(0.1)
        camera.show(picture_of(INSULIN + "10WRONG"))
        yield from s.hand.until(lambda: screen.tone == "bad", "the wrong lot")
        assert screen.advice == tr._("Put it aside and take a pack of the lot on the list.")
        yield from s.tap("viewfinder.done")
        yield from s.hand.until(lambda: s.app.screen is below, "the list")
        assert (below.tone, below.missing) == ("bad", missing - 1)
        assert camera.show(picture) == [], "nobody looks any more"
        assert screen_of.told == [True, False]

    stage.play(act)
    assert stage.last(e.GoodsLoaded).entry is e.Entry.CAMERA


def enrolled_by_camera(data: Path) -> None:
    """The viewfinder serves the enrolment as well: one code, and back to say whose it was."""
    stage = Stage(data, Wishes(enrolled=False))
    camera = PictureCamera()
    stage.app.hardware = replace(stage.app.hardware, viewfinder=camera)
    code = Enrolment(URL, "ABCD-1234", server_key(SERVER.public_key()), "示例医药").text

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.ENROL)
        yield from s.tap("enrol.camera")
        yield from s.hand.until(lambda: s.app.screen.name == "viewfinder", "the viewfinder")
        yield from s.hand.until(lambda: bool(camera.show(picture_of(code))), "the camera to look")
        yield from s.hand.until(lambda: s.app.screen.name == "enrol" and s.app.screen.read, "the code")
        assert s.app.screen.organisation == "示例医药"
        assert not s.hand.sees("enrol.camera")

    stage.play(act)


def camera_refused(data: Path) -> None:
    """Without the permission the viewfinder says what goes on without it, and leads to the settings or to the keyboard."""
    stage = loading(data)
    device = AnsweredPermissions({}, {Need.CAMERA: Standing.BLOCKED})
    stage.app.asking = Asking(device, stage.example.outside, by_camera=False, refused=stage.app.tell)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.LOAD)
        yield from s.tap("scan.camera")
        yield from s.tap("sheet.not_now")
        screen = s.app.screen
        yield from s.hand.until(lambda: f"#{problems.PERMISSION_MISSING.number}" in screen.trouble, "the reason")
        assert device.asked == []
        yield from s.tap("viewfinder.done")
        yield from s.tap("scan.camera")
        yield from s.tap("sheet.allow")
        yield from s.hand.until(lambda: screen.blocked, "the answer")
        assert device.asked == [Need.CAMERA]
        yield from s.tap("viewfinder.settings")
        yield from s.hand.until(lambda: s.example.outside.opened == ["settings"], "the settings")
        yield from s.tap("viewfinder.type")
        yield from s.write("(01)06901234567892(10)RI260311")
        yield from s.hand.until(lambda: s.app.screen.tone == "ok", "the typed code")

    stage.play(act)


def other_apps(data: Path) -> None:
    """A navigation app that is missing is said by number, and whatever opens a place is the driver's choice; calls are dialled."""
    stage = on_its_way(data)
    outside = stage.example.outside
    outside.missing = {"amap", "tel"}

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        yield from s.tap("drive.navigate")
        yield from s.tap("sheet.google")
        yield from s.hand.until(lambda: len(outside.opened) == 1, "the app that is there")
        yield from s.tap("drive.navigate")
        yield from s.tap("sheet.amap")
        yield from s.hand.until(lambda: s.banner() == problems.NO_APP.number, "that it is missing")
        assert len(outside.opened) == 1, "nothing is opened that was not chosen"
        yield from s.tap("sheet.any")
        yield from s.hand.until(lambda: len(outside.opened) == 2, "the other app")
        assert s.banner() is None
        yield from s.tap("drive.call")
        yield from s.hand.until(lambda: s.banner() == problems.NO_APP.number, "that nothing dials")
        outside.missing.clear()
        yield from s.tap("drive.call")
        yield from s.hand.until(lambda: len(outside.opened) == 3, "the telephone")

    stage.play(act)
    assert [uri.partition(":")[0] for uri in outside.opened] == ["google.navigation", "geo", "tel"]


def what_the_device_allows(data: Path) -> None:
    """The settings show each permission, how battery saving stands and where the key is; what lacks can be asked for there."""
    stage = loading(data)
    now = {need: Standing.GRANTED for need in Need if need is not Need.BLUETOOTH}
    device = AnsweredPermissions(now, {Need.BLUETOOTH: Standing.GRANTED})
    outside = stage.example.outside
    outside.restricted = True
    stage.app.hardware = replace(stage.app.hardware, permissions=device, kept=Kept.HARDWARE)
    stage.app.asking = Asking(device, outside, by_camera=False, refused=stage.app.tell)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.LOAD)
        s.app.use_language("en")
        s.app.open("settings")
        screen = s.app.screen
        rows = dict(screen.permissions)
        assert (rows["Camera"], rows["Bluetooth"]) == ("allowed", "not asked yet")
        assert rows["Battery saving"] == "may stop the app"
        assert dict(screen.about_rows)["The key is"] == "inside the key hardware"
        yield from s.tap("settings.allow.bluetooth")
        yield from s.tap("sheet.allow")
        yield from s.hand.until(lambda: dict(screen.permissions)["Bluetooth"] == "allowed", "the permission")
        assert not s.hand.sees("settings.allow.bluetooth")
        yield from s.tap("settings.battery")
        yield from s.hand.until(lambda: outside.opened == ["battery"], "the question about battery saving")

    stage.play(act)
