"""What hands do on the road beside the handovers, and what must come of it."""

from datetime import timedelta
from pathlib import Path

import msgspec

from driver_app.hardware.ports import Signal
from driver_app.screens.example import Wishes
from driver_app.screens.gallery_scenes import SIGNATURE
from driver_app.services.signing import ReceiverDraft
from driver_app.services.step import StepKind
from driver_app.widgets.hand import Act
from driver_app.widgets.language import tr
from shared import problems
from shared.custody import events as e
from shared.geo import Position
from shared.work import Direction, Name
from tests.driver_app.screens.stage import Stage, at_first_stop, before_the_receiver


def on_its_way(data: Path, stops: int = 3) -> Stage:
    """The example between the depot and the first stop, with everything on board."""
    stage = Stage(data, Wishes(stops=stops))
    for stride in ("start", "check", "precool", "load", "depart"):
        getattr(stage.example, stride)()
    return stage


def more(s: Stage, what: str) -> Act:
    yield from s.tap("drive.more")
    yield from s.tap(f"sheet.{what}")


def incident(data: Path) -> None:
    """An incident is reported with a photo and a word, from the road; the driver is back where he was."""
    stage = on_its_way(data)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        yield from more(s, "incident")
        yield from s.tap("incident.accident")
        yield from s.tap("incident.photo.take")
        yield from s.hand.until(lambda: len(s.app.screen.taken) == 1, "the photo")
        yield from s.hand.type("incident.note", "追尾，货物无损")
        yield from s.tap("incident.done")
        yield from s.hand.until(lambda: s.app.screen.name == "drive", "the road again")

    stage.play(act)
    reported = stage.last(e.IncidentReported)
    assert (reported.kind, reported.note) == (e.Incident.ACCIDENT, "追尾，货物无损")
    assert reported.photos == (stage.last(e.PhotoTaken).sha256,)


def messages(data: Path) -> None:
    """A message of dispatch is heard and shown; opening it is reading it; an answer is written."""
    stage = on_its_way(data)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        s.example.news()
        yield from s.hand.until(lambda: s.hand.sees("drive.messages"), "the message")
        assert Signal.NEWS in s.example.device.given
        yield from s.tap("drive.messages")
        yield from s.hand.until(lambda: not s.services.road.unread(), "it to be read")
        yield from s.hand.type("messages.text", "收到")
        yield from s.tap("messages.send")
        yield from s.hand.until(lambda: "MessageSent" in s.events(), "the answer")
        yield from s.hand.back()
        yield from s.hand.until(lambda: not s.hand.sees("drive.messages"), "the notice to be gone")
        yield from s.tap("drive.seen")
        yield from s.hand.until(lambda: not s.hand.sees("drive.seen"), "the news to be seen")

    stage.play(act)
    assert len(stage.all(e.MessageRead)) == 2
    assert stage.last(e.RouteRevised).version == 2


def rest_comes_due(data: Path) -> None:
    """The driver is told in time that a rest comes due, in the language he reads."""
    stage = on_its_way(data)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        assert s.app.screen.rest == ""
        s.example.drive(215)
        yield from s.hand.until(lambda: "20" in s.app.screen.rest, "the warning")
        assert s.app.screen.rest_tone == "unknown"
        s.app.use_language("en")
        yield from s.hand.until(lambda: "Rest for 20 min" in s.app.screen.rest, "the warning in English")

    stage.play(act)
    assert stage.last(e.RestDue).limit == 4 * 3600


def on_the_map(data: Path) -> None:
    """The map shows the route and the vehicle without a network; it can be dragged and zoomed, a stop can be tapped."""
    stage = on_its_way(data)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        s.example.drive(3)
        yield from s.tap("drive.map")
        yield from s.hand.until(lambda: s.app.screen.name == "map", "the map")
        chart = s.app.screen.ids.map
        yield from s.hand.frames(3)
        assert chart.here is not None
        assert [mark.number for mark in chart.marks] == [1, 2, 3]
        before = chart.place(chart.marks[0].place)
        yield from s.tap("map.closer")
        yield from s.hand.frames(2)
        assert chart.place(chart.marks[0].place) != before
        yield from s.tap("map.all")
        yield from s.hand.frames(2)
        assert chart.place(chart.marks[0].place) == before
        yield from s.hand.tap_at(*chart.to_window(*chart.place(chart.marks[1].place)))
        yield from s.hand.until(lambda: s.app.screen.number == 2, "the second stop")
        yield from s.tap("map.here")
        yield from s.hand.frames(2)
        x, y = chart.place(chart.here)
        assert abs(x - chart.center_x) < 1
        assert abs(y - chart.center_y) < 1

    stage.play(act)


def turn_by_turn(data: Path) -> None:
    """Where the plan knows roads the next turn is shown with its distance, in the language of the screen."""
    stage = on_its_way(data, stops=1)
    work = stage.services.duty.work
    assert work is not None
    assert work.route is not None
    depot = work.route.depot.fence.centre
    turns = tuple(
        Direction(Name(zh, en), 800.0, Position(depot.lat + north * 0.0072, depot.lon))
        for north, zh, en in ((0, "向北行驶", "Head north"), (1, "左转进入长安街", "Turn left"), (2, "到达", "Arrive"))
    )

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        first = msgspec.structs.replace(work.route.stops[0], directions=turns)
        route = msgspec.structs.replace(work.route, version=2, stops=(first,))
        s.example.offer(msgspec.structs.replace(work, issued=work.issued + timedelta(hours=2), route=route))
        yield from s.hand.until(lambda: s.app.screen.turn == "左转进入长安街", "the turn")
        assert s.app.screen.turn_away == "800 m"
        s.services.track.heard(Position(depot.lat + 0.0036, depot.lon, 8.0))
        yield from s.hand.until(lambda: s.app.screen.turn_away == "400 m", "the distance")
        s.app.use_language("en")
        yield from s.hand.until(lambda: s.app.screen.turn == "Turn left", "the turn in English")
        s.services.track.heard(Position(depot.lat + 0.0072, depot.lon, 8.0))
        yield from s.hand.until(lambda: s.app.screen.turn == "Arrive", "the next turn")

    stage.play(act)


def broken_down(data: Path) -> None:
    """The goods of a vehicle that broke down go over to another, whose driver signs; nothing is left to return."""
    stage = on_its_way(data, stops=1)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        yield from more(s, "move")
        stays = s.services.road.on_board()[0].line.id
        yield from s.tap(f"move.{stays}")
        yield from s.tap(f"move.{stays}")
        yield from s.hand.type("move.vehicle", "京B·示例2")
        yield from s.hand.type("move.driver", "赵师傅")
        yield from s.hand.draw("move.pad", SIGNATURE)
        yield from s.tap("move.done")
        yield from s.hand.until(lambda: s.app.screen.name == "drive", "the road again")

    stage.play(act)
    moved = stage.last(e.GoodsMoved)
    assert (moved.vehicle, moved.driver) == ("京B·示例2", "赵师傅")
    assert stage.services.road.on_board() == ()


def taken_along(data: Path) -> None:
    """Goods are taken along from a stop, named by a scan, and handed in at the depot."""
    stage = Stage(data, Wishes(stops=1))
    at_first_stop(stage)
    line = stage.services.stop.stop.lines()[0]
    stage.services.stop.fail(e.Failure.CLOSED, "")

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.STOP_DONE)
        yield from s.tap("done.collect")
        yield from s.hand.until(lambda: s.app.screen.name == "collect", "the form")
        yield from s.hand.until(lambda: s.example.device.present(f"01{line.product.gtin}10RT2607"), "the scanner")
        yield from s.hand.until(lambda: s.app.screen.ids.lot.text == "RT2607", "the lot")
        assert s.app.screen.ids.name.text == tr.name(line.product.name)
        yield from s.tap("collect.quantity.more")
        yield from s.hand.type("collect.given_by", "李红梅")
        yield from s.tap("collect.done")
        yield from s.hand.until(lambda: s.app.screen.name == "stop_done", "the stop again")
        yield from s.tap("done.leave")
        yield from s.at(StepKind.RETURN)
        yield from s.tap("return.arrive")
        yield from s.hand.until(lambda: s.app.screen.returned, "the vehicle to be back")
        yield from s.tap("return.goods")
        yield from s.at(StepKind.END)

    stage.play(act)
    taken = stage.last(e.GoodsCollected)
    assert (taken.lot, taken.quantity, taken.entry, taken.given_by) == ("RT2607", 2, e.Entry.SCANNER, "李红梅")
    assert stage.last(e.CollectionHandedIn).item == taken.item


def withdrawn_while_there(data: Path) -> None:
    """Dispatch withdraws the stop that the driver stands at: the app says so, and what is signed there stands."""
    stage = Stage(data, Wishes(stops=2))
    stage.example.fine = True
    before_the_receiver(stage)
    work = stage.services.duty.work
    assert work is not None
    assert work.route is not None

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.RECEIVER)
        route = msgspec.structs.replace(work.route, version=2, stops=work.route.stops[1:])
        s.example.offer(msgspec.structs.replace(work, issued=work.issued + timedelta(hours=2), route=route))
        yield from s.hand.until(lambda: s.banner() == problems.STOP_WITHDRAWN.number, "the news")
        yield from s.tap("receiver.next")
        yield from s.at(StepKind.SIGN)
        yield from s.hand.type("sign.name", "李红梅")
        yield from s.tap("sign.role")
        yield from s.tap("sheet.pharmacist")
        yield from s.hand.draw("sign.pad", SIGNATURE)
        yield from s.tap("sign.done")
        yield from s.at(StepKind.STOP_DONE)
        yield from s.tap("done.leave")
        yield from s.at(StepKind.DRIVE)
        assert s.app.screen.stop_id == "S2"

    stage.play(act)
    assert stage.last(e.HandoverSigned).stop_id == "S1"


def short_and_refused(data: Path) -> None:
    """Of a line that was not all scanned out the rest is short, with its reason; another is refused with a photo; changing a
    line after the pen touched the glass takes the signature away."""
    stage = Stage(data, Wishes(stops=1))
    stage.example.fine = True
    at_first_stop(stage)
    lines = stage.services.stop.stop.lines()
    stage.example.unload(len(lines) - 1)
    stage.services.stop.finish_unloading()
    stage.example.fetch()
    stage.services.stop.finish_download()

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.RECEIVER)
        yield from s.tap(f"line.{lines[0].id}")
        yield from s.tap("decide.refuse")
        yield from s.tap("decide.reason")
        yield from s.tap("sheet.documents")
        yield from s.tap("decide.photo.take")
        yield from s.hand.until(lambda: len(s.app.screen.pictures) == 1, "the photo")
        yield from s.tap("decide.done")
        yield from s.hand.until(lambda: s.app.screen.name == "receiver", "the goods again")
        yield from s.tap("receiver.next")
        yield from s.at(StepKind.SIGN)
        yield from s.hand.draw("sign.pad", SIGNATURE)
        yield from s.hand.back()
        yield from s.at(StepKind.RECEIVER)
        yield from s.tap(f"line.{lines[0].id}")
        yield from s.tap("decide.accept")
        yield from s.tap("decide.done")
        yield from s.hand.until(lambda: s.app.screen.name == "receiver", "the goods again")
        yield from s.tap("receiver.next")
        yield from s.at(StepKind.SIGN)
        assert s.app.screen.ids.pad.empty

    stage.play(act)
    decided = {outcome.line_id: outcome for outcome in stage.services.stop.decisions()}
    last = decided[lines[-1].id]
    assert (last.accepted, last.short, last.reason) == (0, lines[-1].quantity, e.Reason.SHORT)
    assert stage.last(e.PhotoTaken).line_id == lines[0].id


def a_known_receiver(data: Path) -> None:
    """All is well and the receiver has been here before: four taps from the goods to done, the signature among them."""
    stage = Stage(data, Wishes(stops=1))
    stage.example.fine = True
    before_the_receiver(stage)
    site = stage.services.stop.stop.site.id
    stage.services.receivers.remember(site, ReceiverDraft("李红梅", "药师", "Y-0412"))

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.RECEIVER)
        s.taps = 0
        yield from s.tap("receiver.next")
        yield from s.at(StepKind.SIGN)
        yield from s.tap("sign.known.李红梅")
        yield from s.hand.draw("sign.pad", SIGNATURE)
        yield from s.tap("sign.done")
        yield from s.at(StepKind.STOP_DONE)
        assert s.taps + 1 <= 4  # the pen is the fourth
        assert s.app.screen.receipt.startswith("HANDOVER1:R:")

    stage.play(act)
    [signatory] = stage.last(e.HandoverSigned).signatories
    assert (signatory.name, signatory.role, signatory.staff_number) == ("李红梅", "药师", "Y-0412")


def another_language_mid_scan(data: Path) -> None:
    """What the panel said of the last scan is said again in the language that is switched to."""
    stage = Stage(data, Wishes(stops=1))
    at_first_stop(stage)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.STOP_UNLOAD)
        yield from s.hand.until(lambda: s.example.device.present("010690123456789210WRONG"), "the scanner")
        yield from s.hand.until(lambda: s.app.screen.tone == "bad", "the refusal")
        zh = s.app.screen.heading, s.app.screen.detail
        s.app.use_language("en")
        yield from s.hand.frames(2)
        assert s.app.screen.heading == "Wrong lot"
        assert s.app.screen.advice.startswith("Put it aside")
        s.app.use_language("zh")
        yield from s.hand.frames(2)
        assert (s.app.screen.heading, s.app.screen.detail) == zh

    stage.play(act)


def second_trip(data: Path) -> None:
    """The driver turns back for the second trip, thinks better of it, and comes back when the first is done: no stop of it is
    gone to from the list before; its goods are scanned, the gate is passed, and the next stop is one of it."""
    stage = Stage(data, Wishes(stops=2, trips=2))
    for stride in ("start", "check", "precool", "load", "depart"):
        getattr(stage.example, stride)()
    assert {event.line_id[:2] for event in stage.all(e.GoodsLoaded)} == {"L1"}

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        yield from more(s, "next_trip")
        yield from s.hand.until(lambda: s.hand.sees("drive.load"), "the way to the depot")
        assert tr._("To the depot") == s.app.screen.title
        yield from more(s, "go_on")
        yield from s.hand.until(lambda: s.hand.sees("drive.arrive"), "the stop again")
        s.services.stop.arrive("S1")
        s.services.stop.fail(e.Failure.CLOSED)
        s.services.stop.leave()
        yield from s.hand.until(lambda: s.hand.sees("drive.load"), "the way to the depot")
        assert s.app.screen.over.endswith("2 趟的货。")
        yield from s.tap("drive.hand_back")
        yield from s.tap("sheet.all")
        yield from s.hand.until(lambda: not s.hand.sees("drive.hand_back"), "the goods to be handed back")
        yield from s.tap("drive.stops")
        yield from s.tap("stop.S2")
        yield from s.tap("sheet.cancel")
        yield from s.hand.back()
        yield from s.hand.until(lambda: s.hand.sees("drive.load"), "the road again")
        yield from s.tap("drive.load")
        yield from s.at(StepKind.LOAD)
        yield from s.scan_all(s.services.load)
        yield from s.tap("load.done")
        yield from s.at(StepKind.GATE)
        yield from s.tap("gate.depart")
        yield from s.at(StepKind.DRIVE)
        yield from s.hand.until(lambda: s.app.screen.stop_id == "S2", "the second trip's stop")

    stage.play(act)
    assert [event.trip for event in stage.all(e.VehicleDeparted)] == [1, 2]
    assert {event.line_id[:2] for event in stage.all(e.GoodsReturned)} == {"L1"}
    assert {event.line_id[:2] for event in stage.all(e.GoodsLoaded)} == {"L1", "L2"}
