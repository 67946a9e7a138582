"""What hands do on the road and at a stop, and what must come of it."""

from pathlib import Path

from driver_app.hardware.ports import Signal
from driver_app.screens.example import Wishes
from driver_app.screens.gallery_scenes import SIGNATURE
from driver_app.services.step import StepKind
from driver_app.widgets.hand import Act
from shared import problems
from shared.custody import events as e
from tests.driver_app.screens.stage import Stage, at_first_stop, before_the_receiver


def on_the_road(data: Path) -> None:
    """An alarm stays until it is seen; a stop may be gone to out of turn; one may turn back with stops left."""
    stage = Stage(data, Wishes(stops=3))
    example = stage.example
    example.start()
    example.check()
    example.precool()
    example.load()
    example.depart()

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.DRIVE)
        example.hear(box=9.4)
        yield from s.hand.until(lambda: s.hand.sees("alarm.seen"), "the alarm")
        assert "9.4" in s.app.shell.alarm.text
        assert Signal.ALARM in example.device.given
        yield from s.tap("alarm.seen")
        yield from s.hand.until(lambda: not s.hand.sees("alarm.seen"), "the alarm to be gone")
        yield from s.tap("drive.more")
        yield from s.tap("sheet.return")
        yield from s.at(StepKind.RETURN)
        assert s.app.screen.stops_left == 3
        yield from s.hand.back()
        yield from s.at(StepKind.DRIVE)
        yield from s.tap("drive.stops")
        yield from s.tap("stop.S3")
        yield from s.tap("sheet.cancel")
        yield from s.tap("stop.S3")
        yield from s.hand.back()
        yield from s.hand.until(lambda: not s.hand.sees("sheet.arrive"), "the sheet to be gone")
        yield from s.tap("stop.S3")
        yield from s.tap("sheet.arrive")
        yield from s.at(StepKind.STOP_UNLOAD)

    stage.play(act)
    assert stage.services.stop.stop.id == "S3"
    assert stage.last(e.AlarmAcknowledged).logger_id == "LG3"


def downloads(data: Path) -> None:
    """A download that fails says why and can be tried again; without it the line is unknown and wants a decision."""
    stage = Stage(data, Wishes(stops=1))
    stage.example.fine = True
    at_first_stop(stage)
    stage.example.unload()

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.STOP_UNLOAD)
        s.app.coldbox.fails.add("LG3")
        yield from s.tap("unload.done")
        yield from s.at(StepKind.STOP_DOWNLOAD)
        yield from s.hand.until(lambda: not s.app.screen.running, "the downloads")
        assert not s.app.screen.all_done
        failed = next(card for card in s.app.screen.ids.cards.children if card.state == "failed")
        assert "#3004" in failed.words
        yield from s.tap("download.show")
        yield from s.at(StepKind.RECEIVER)
        assert s.services.stop.undecided() == ("L1-2",)
        yield from s.hand.back()
        yield from s.at(StepKind.STOP_DOWNLOAD)
        yield from s.hand.until(lambda: not s.app.screen.running, "the downloads")
        s.app.coldbox.fails.clear()
        yield from s.tap("download.retry")
        yield from s.hand.until(lambda: s.app.screen.all_done, "the rest")
        yield from s.tap("download.show")
        yield from s.at(StepKind.RECEIVER)
        assert s.services.stop.undecided() == ()

    stage.play(act)


def partly(data: Path) -> None:
    """Part of a line is accepted with a reason, a note and something over; without a reason it is refused by number."""
    stage = Stage(data, Wishes(stops=1))
    stage.example.fine = True
    before_the_receiver(stage)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.RECEIVER)
        yield from s.tap("line.L1-3")
        yield from s.tap("decide.partly")
        yield from s.tap("decide.accepted.less")
        yield from s.tap("decide.over.more")
        yield from s.tap("decide.done")
        yield from s.hand.until(lambda: s.banner() == problems.OUTCOME_REASON.number, "the reason to be asked for")
        yield from s.tap("decide.reason")
        yield from s.tap("sheet.damaged")
        yield from s.hand.type("decide.note", "两盒破损")
        yield from s.tap("decide.done")
        yield from s.hand.until(lambda: s.app.screen.name == "receiver", "the goods again")
        yield from s.tap("line.L1-1")
        yield from s.tap("decide.refuse")
        yield from s.tap("decide.accept")
        yield from s.tap("decide.done")
        yield from s.hand.until(lambda: s.app.screen.name == "receiver", "the goods again")

    stage.play(act)
    kept = {outcome.line_id: outcome for outcome in stage.services.stop.decisions()}
    assert kept["L1-3"] == e.LineOutcome(
        "L1-3", e.Outcome.PARTLY_ACCEPTED, 4, refused=2, over=1, reason=e.Reason.DAMAGED, note="两盒破损"
    )
    assert kept["L1-1"].outcome is e.Outcome.ACCEPTED


def two_people(data: Path) -> None:
    """A controlled medicine is signed for by two people; a signature that is a dot is refused; the pad can be wiped."""
    stage = Stage(data, Wishes(stops=1, controlled=True))
    stage.example.fine = True
    before_the_receiver(stage)
    stage.services.stop.begin_signing()

    def who(s: Stage, name: str) -> Act:
        yield from s.hand.type("sign.name", name)
        yield from s.tap("sign.role")
        yield from s.tap("sheet.other")
        yield from s.write("麻精药品管理员")
        yield from s.hand.until(lambda: s.app.screen.role != "", "the role")

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.SIGN)
        yield from who(s, "李红梅")
        assert not s.app.screen.complete
        yield from s.hand.draw("sign.pad", [[(0.5, 0.5), (0.51, 0.5)]])
        yield from s.tap("sign.done")
        yield from s.hand.until(lambda: s.banner() == problems.SIGNATURE_EMPTY.number, "the dot to be refused")
        yield from s.tap("sign.clear")
        assert s.app.screen.ids.pad.empty
        yield from s.hand.draw("sign.pad", SIGNATURE)
        yield from s.tap("sign.done")
        yield from s.hand.until(lambda: s.app.screen.position == 1, "the second person")
        assert s.app.screen.ids.pad.empty
        assert s.app.screen.ids.name.text == ""
        yield from who(s, "赵敏")
        yield from s.hand.draw("sign.pad", [[(1 - x, y) for x, y in stroke] for stroke in SIGNATURE])
        yield from s.tap("sign.done")
        yield from s.at(StepKind.STOP_DONE)
        yield from s.tap("done.photo.take")
        yield from s.hand.until(lambda: len(s.app.screen.pictures) == 1, "the photo")
        yield from s.tap("done.remark")
        yield from s.write("从侧门进")
        yield from s.hand.until(lambda: "RemarkMade" in s.events(), "the remark")

    stage.play(act)
    assert [s.name for s in stage.last(e.HandoverSigned).signatories] == ["李红梅", "赵敏"]


def a_tap_while_news_comes(data: Path) -> None:
    """A button that was pressed counts when it is let go, whatever was recorded and refreshed in between."""
    stage = Stage(data, Wishes(stops=1))
    at_first_stop(stage)

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.STOP_UNLOAD)
        yield from s.tap("unload.fail")
        yield from s.hand.press("fail.closed")
        s.app.follow()
        yield from s.hand.frames(3)
        yield from s.hand.lift()
        yield from s.hand.until(lambda: s.app.screen.failure == "closed", "the reason")

    stage.play(act)


def counted_goods_stay_counted(data: Path) -> None:
    """What was counted at the return stays when other news comes."""
    stage = Stage(data, Wishes(stops=1))
    at_first_stop(stage)
    stage.services.stop.fail(e.Failure.CLOSED, "")
    stage.services.stop.leave()
    stage.services.shift.return_to_depot()

    def act(s: Stage) -> Act:
        yield from s.at(StepKind.RETURN)
        line = s.app.screen.ids.goods.children[-1].line_id
        s.app.screen.ids.goods.children[-1].quantity -= 1
        s.app.follow()
        yield from s.hand.frames(3)
        assert s.app.screen.ids.goods.children[-1].quantity == s.app.screen.ids.goods.children[-1].expected - 1
        yield from s.hand.type(f"return.{line}.note", "少一盒")
        yield from s.tap("return.goods")
        yield from s.at(StepKind.END)
        counted.append(line)

    counted: list[str] = []
    stage.play(act)
    kept = {record.line_id: record for record in stage.all(e.GoodsReturned)}
    first = stage.services.duty.route.stops[0].lines()
    expected = next(line.quantity for line in first if line.id == counted[0])
    assert kept[counted[0]].quantity == expected - 1
