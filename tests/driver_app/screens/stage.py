"""An app over an example day, and a hand: what every scenario begins with.

A scenario is an act: a generator that is advanced once a frame. Only :class:`Stage` and the hand touch the app.
"""

from collections.abc import Callable
from pathlib import Path

from driver_app.app import HandoverApp
from driver_app.journal.sqlite import SqliteJournal
from driver_app.screens.example import PIN, Wishes, code_of
from driver_app.screens.example_day import Example
from driver_app.services.recording import record_of
from driver_app.services.step import StepKind
from driver_app.widgets.hand import Act, Hand, Player


class Stage:
    """An app over an example, and a hand."""

    def __init__(
        self, data: Path, wishes: Wishes | None = None, *, durable: bool = False, motion: bool = False
    ) -> None:
        journal = SqliteJournal(data / "journal.db") if durable else None
        self.example = Example(data, wishes, journal)
        self.app = HandoverApp(self.example.parts, motion=motion, sync=False)
        self.services = self.app.services
        self.hand: Hand = None  # type: ignore[assignment]
        self.taps = 0

    def play(self, act: Callable[["Stage"], Act]) -> None:
        """Run the app while the act lasts; a failed act fails the process."""
        failures: list[BaseException] = []

        def begin(_app: HandoverApp) -> None:
            self.hand = Hand()
            Player(act(self), over).start()

        def over(error: BaseException | None) -> None:
            failures.extend([error] if error is not None else [])
            self.app.stop()

        self.app.bind(on_start=begin)
        self.app.run()
        if failures:
            raise failures[0]

    # what hands do

    def tap(self, hid: str) -> Act:
        self.taps += 1
        print(hid, flush=True)  # noqa: T201 - shown when a scenario fails
        yield from self.hand.tap(hid)

    def at(self, kind: StepKind) -> Act:
        """Wait for a step's screen."""
        yield from self.hand.until(
            lambda: self.services.steps.current().kind is kind and self.app.step.kind is kind, f"the step {kind}"
        )
        yield from self.hand.frames(3)

    def sign_in(self) -> Act:
        yield from self.at(StepKind.SIGN_IN)
        for digit in PIN:
            yield from self.hand.tap(f"pin.{digit}")
        yield from self.hand.tap("pin.enter")

    def scan_all(self, service) -> Act:
        """Scan one code of each line and count the rest in."""
        for waiting in [p for p in service.progress() if p.missing]:
            self.example.pass_time(0.1)
            assert self.example.device.present(code_of(waiting.line).removeprefix("]d2"))
            yield from self.hand.until(lambda: bool(self.app.screen.countable), "the count")
            self.example.pass_time(0.1)
            yield from self.hand.tap("scan.count_in")
            yield from self.hand.until(lambda: not self.app.screen.countable, "the rest to be counted in")
            self.example.pass_time(0.1)

    def write(self, text: str) -> Act:
        yield from self.hand.type("write.text", text)
        yield from self.hand.tap("write.give")

    def events(self) -> list[str]:
        """The types of everything recorded, in order."""
        return [entry.type for entry in self.services.journal.entries()]

    def last(self, kind: type):
        """The newest event of a type."""
        entries = self.services.journal.entries(types=(kind.__name__,))
        return record_of(list(entries)[-1]).decoded()

    def all(self, kind: type) -> list:
        """Every event of a type, in order."""
        entries = self.services.journal.entries(types=(kind.__name__,))
        return [record_of(entry).decoded() for entry in entries]

    def banner(self) -> int | None:
        """The number of the problem that is shown."""
        problem = self.app.shell.banner.problem
        return None if problem is None else problem.number


def at_first_stop(stage: Stage) -> None:
    """The example, moved on to the first stop with everything on board."""
    example = stage.example
    example.start()
    example.check()
    example.precool()
    example.load()
    example.depart()
    stage.services.stop.arrive("S1")


def before_the_receiver(stage: Stage) -> None:
    at_first_stop(stage)
    stage.example.unload()
    stage.services.stop.finish_unloading()
    stage.example.fetch()
    stage.services.stop.finish_download()
