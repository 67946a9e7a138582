"""What the gallery shows: the example day, moved on from screen to screen."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kivy.core.window import Window
from kivy.uix.modalview import ModalView
from PIL import Image

from driver_app.app import HandoverApp
from driver_app.hardware.permissions import Need, Standing
from driver_app.hardware.ports import Kept
from driver_app.hardware.virtual.device import AnsweredPermissions, RecordedOutside
from driver_app.hardware.wedge import WedgeScanner
from driver_app.parts import Parts
from driver_app.screens.example import SERVER, URL, Wishes, code_of
from driver_app.screens.example_day import Example
from driver_app.services.step import StepKind
from driver_app.widgets.audit import audit
from driver_app.widgets.hand import Player
from driver_app.widgets.surface import Page
from shared import problems
from shared.codes.own import Enrolment, server_key
from shared.custody.events import Entry, Failure
from shared.errors import Refused

COLOURS = 96
"""Of a picture: flat surfaces and a few edges of letters need no more."""
SIGNATURE = (
    tuple((0.20 + 0.0022 * i, 0.66 - 0.005 * i + 0.07 * (1 if i % 23 < 11 else -1) * (i % 11) / 11) for i in range(70)),
    tuple((0.40 + 0.0030 * i, 0.42 + 0.16 * ((i % 17) / 17 - 0.5)) for i in range(66)),
    tuple((0.66 + 0.0020 * i, 0.70 - 0.0055 * i) for i in range(60)),
)
"""Some strokes."""


class GalleryApp(HandoverApp):
    """The app, given one example after another."""

    def __init__(self, data: Path) -> None:
        self._folder = data
        self.example = Example(data, Wishes(enrolled=False))
        super().__init__(self.example.parts, motion=False, sync=False)

    def begin(self, wishes: Wishes | None = None) -> None:
        """Another example: what was shown of the last one goes."""
        self.example = Example(self._folder, wishes)
        parts: Parts = self.example.parts
        self.services, self.hardware, self.coldbox = parts.services, parts.hardware, parts.coldbox
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._screens.clear()
        self._overlays.clear()
        self._step = None
        self.follow()
        self.listen()

    def play(self, act: Iterator[None]) -> None:
        """Run the app while ``act`` lasts; what it raises is raised here."""
        raised: list[BaseException | None] = []

        def over(error: BaseException | None) -> None:
            raised.append(error)
            self.stop()

        self.bind(on_start=lambda _app: Player(act, over).start())
        self.run()
        if raised and raised[0] is not None:
            raise raised[0]

    @staticmethod
    def settle() -> Iterator[None]:
        """Let layouts come to rest and errands come back."""
        for _ in range(9):
            yield

    @staticmethod
    def do_not_draw() -> None:
        """Lay out only, as fast as it goes: where no picture is wanted, drawing takes nearly all the time."""
        Window.bind(on_draw=lambda _window: True, on_flip=lambda _window: True)

    @staticmethod
    def picture(path: Path) -> None:
        """Save what the window shows, with as few colours as it has: the pictures are kept in the repository."""
        path.parent.mkdir(parents=True, exist_ok=True)
        numbered = Path(Window.screenshot(name=str(path)))  # Kivy puts a number before the suffix
        with Image.open(numbered) as shot:
            shot.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
        if numbered != path:
            numbered.unlink()

    def faults(self) -> list[str]:
        """What is wrong with what is shown."""
        return audit(Window.children)


class Scenes:
    """One method for each picture, in the order of the day."""

    def __init__(self, app: GalleryApp) -> None:
        self.app = app

    @classmethod
    def names(cls) -> list[str]:
        """The scenes, in order."""
        return [name for name in vars(cls) if not name.startswith("_") and name not in ("names", "again")]

    def again(self, name: str) -> None:
        """Open again what was worded when it was opened, in the language that is now spoken."""
        if name == "reasons":
            self._put_away()
            self._screen.ask_reason()
        elif name == "more":
            self._put_away()
            self._screen.more()
        elif name == "write":
            self.app.close()
            self._screen.ask_code()

    @property
    def _services(self):
        return self.app.services

    @property
    def _screen(self):
        return self.app.screen

    # before the shift

    def enrol(self) -> None:
        self.app.begin(Wishes(enrolled=False))

    def enrol_confirm(self) -> None:
        code = Enrolment(URL, "ABCD-1234", server_key(SERVER.public_key()), "示例医药有限公司")
        self._screen.take(code.text)
        self._screen.ids.name.text = "HH-017"

    def sign_in_waiting(self) -> None:
        self.app.begin(Wishes(worked=False))

    def sign_in(self) -> None:
        self.app.begin()
        self._screen.ids.pin.typed = "2468"

    def route(self) -> None:
        self.app.example.sign_in()

    def vehicle_check(self) -> None:
        self._services.shift.start()

    def vehicle_check_fault(self) -> None:
        points = self._screen.points
        points[0].answer = points[1].answer = "ok"
        points[2].answer, points[2].note = "fault", "后门密封条破损 rear seal torn"

    def precool(self) -> None:
        self.app.example.check()
        self.app.example.hear(box=9.3)

    def load(self) -> None:
        self.app.example.precool()
        self.app.example.load(10)

    def load_right(self) -> None:
        line = next(row.line for row in reversed(self._services.load.progress()) if row.missing)
        self._screen.scan(code_of(line), Entry.SCANNER)

    def load_wrong(self) -> None:
        self._screen.scan("]d20106901234567892172710311099XX", Entry.SCANNER)

    def load_again(self) -> None:
        """A code of one pack only, scanned a second time."""
        line = next(row.line for row in reversed(self._services.load.progress()) if row.missing)
        for _ in range(2):
            self.app.example.pass_time(0.1)
            self._screen.scan(f"{code_of(line)}\x1d21000417", Entry.SCANNER)

    def load_ambiguous(self) -> None:
        self._screen.scan("0106901234567892" + "10RI26031121000417", Entry.SCANNER)

    def viewfinder(self) -> None:
        self._screen.aim()

    def viewfinder_refused(self) -> None:
        self._screen.asked(Standing.BLOCKED)

    def write(self) -> None:
        self.app.close()
        self._screen.ask_code()

    def gate_refused(self) -> None:
        self.app.begin(Wishes(expired=True))
        self._prepared(8)

    def gate(self) -> None:
        self.app.begin()
        self._prepared(None)

    def _prepared(self, lines: int | None) -> None:
        example = self.app.example
        example.start()
        example.check()
        example.precool()
        example.load(lines)
        self._services.load.finish()

    # on the road

    def drive(self) -> None:
        self._services.shift.depart(48211)
        self.app.example.pass_time(95)
        self.app.example.hear()

    def drive_alarm(self) -> None:
        self.app.example.hear(box=9.4)

    def drive_news(self) -> None:
        """Dispatch wrote, the route is another one, and a rest comes due."""
        self._services.alarms.acknowledge("LG3")
        self.app.example.news()
        self.app.example.drive(225)

    def more(self) -> None:
        self._screen.more()

    def map(self) -> None:
        self._put_away()
        self.app.open("map")

    def incident(self) -> None:
        self.app.close()
        self.app.open("incident")
        self._screen.choose("breakdown")
        self._screen.take_photo()

    def messages(self) -> None:
        self.app.close()
        self._services.road.send("堵车，约晚 20 分钟 Traffic, about 20 min late")
        self.app.open("messages")

    def collect(self) -> None:
        self.app.close()
        self.app.open("collect")
        ids = self._screen.ids
        ids.name.text, ids.lot.text, ids.given_by.text = "退回药品 Returned medicine", "RT2607", "李红梅"

    def move(self) -> None:
        self.app.close()
        self.app.open("move")
        ids = self._screen.ids
        ids.vehicle.text, ids.driver.text = "京B·示例2", "赵师傅 Mr Zhao"
        ids.pad.show(SIGNATURE)

    def stops(self) -> None:
        self.app.close()
        self.app.open("stops")

    def unload(self) -> None:
        self._services.stop.arrive("S1")
        self.app.example.unload(2)

    def download_failed(self) -> None:
        self.app.example.unload()
        self.app.coldbox.fails.add("LG3")
        self._services.stop.finish_unloading()

    def download(self) -> None:
        self.app.coldbox.fails.clear()
        self._screen.fetch()

    def receiver(self) -> None:
        self._services.stop.finish_download()

    def line(self) -> None:
        self.app.open("line", "L1-2")

    def line_refuse(self) -> None:
        self._screen.choose("refuse")
        self._screen.take_photo()

    def line_partly(self) -> None:
        self._screen.choose("partly")
        self._screen.ids.page.scroll_y = 0.4

    def reasons(self) -> None:
        self._screen.ask_reason()

    def receiver_decided(self) -> None:
        self._put_away()
        self._screen.choose("refuse")
        self._screen.decide()

    @staticmethod
    def _put_away() -> None:
        for sheet in [child for child in Window.children if isinstance(child, ModalView)]:
            sheet.dismiss(animation=False)

    def sign_empty(self) -> None:
        self._screen.accept()

    def sign(self) -> None:
        ids = self._screen.ids
        ids.name.text, ids.staff.text = "李红梅", "Y-0412"
        self._screen.put_role("药师 Pharmacist")
        ids.pad.show(SIGNATURE)

    def stop_done(self) -> None:
        self._screen.sign()

    def stop_done_photo(self) -> None:
        self._screen.take_photo()

    def fail_stop(self) -> None:
        self._services.stop.leave()
        self._services.stop.arrive("S2")
        self.app.follow()
        self.app.open("fail_stop")
        self._screen.choose("closed")

    def stop_failed(self) -> None:
        self._screen.record()

    def stops_later(self) -> None:
        self._services.stop.leave()
        self.app.follow()
        self.app.open("stops")

    # home

    def returning(self) -> None:
        self._services.steps.go(StepKind.RETURN)

    def returned(self) -> None:
        self._services.shift.return_to_depot(48290)

    def end(self) -> None:
        for line in self._services.shift.to_return():
            self._services.shift.return_goods(line.line.id, line.quantity)

    def problem(self) -> None:
        refused = Refused(problems.DISK_FULL, value="3.1 MiB", limit="8.0 MiB")
        self.app.tell(refused.problem)

    def settings(self) -> None:
        self.app.tell(None)
        now = dict.fromkeys(Need, Standing.GRANTED) | {Need.LOCATION_ALWAYS: Standing.REFUSED}
        self.app.hardware = replace(
            self.app.hardware,
            wedge=WedgeScanner(),
            permissions=AnsweredPermissions(now, {}),
            outside=RecordedOutside(restricted=True),
            kept=Kept.WRAPPED,
        )
        self._services.reader.separator = "|"
        self.app.open("settings")

    def settings_device(self) -> None:
        self._scroll(0.42)

    def settings_about(self) -> None:
        self._scroll(0.0)

    def settings_separator(self) -> None:
        self._screen.choose_separator()
        self._scroll(0.75)

    # a day of two trips

    def route_two_trips(self) -> None:
        self.app.begin(Wishes(stops=4, trips=2))
        self.app.example.sign_in()

    def back_to_load(self) -> None:
        """Both stops of the first trip are over."""
        self.app.begin(Wishes(stops=4, trips=2))
        self._prepared(None)
        self._services.shift.depart(48211)
        for name in ("S1", "S2"):
            self.app.example.pass_time(60)
            self._services.stop.arrive(name)
            self._services.stop.fail(Failure.CLOSED)
            self._services.stop.leave()
        self.app.example.hear()

    def load_next_trip(self) -> None:
        self._services.steps.go(StepKind.LOAD)
        self.app.example.load(3)

    def gate_next_trip(self) -> None:
        self._services.load.finish()

    def stops_two_trips(self) -> None:
        self._services.steps.go(StepKind.DRIVE)
        self.app.follow()
        self.app.open("stops")

    def _scroll(self, to: float) -> None:
        page = next(child for child in self._screen.walk(restrict=True) if isinstance(child, Page))
        page.scroll_y = to
