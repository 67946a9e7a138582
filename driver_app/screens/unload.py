"""Unloading: the receiver's goods scanned out, so that nothing of another stop stays behind here."""

from driver_app.screens.goods import GoodsScan
from driver_app.services.scanning import LineProgress, Read, Scanned
from driver_app.widgets.language import tr
from shared.custody.events import Entry


class UnloadScreen(GoodsScan):
    """Scan the goods out."""

    done_hid = "unload.done"
    other_hid = "unload.fail"

    def take(self, read: Read, entry: Entry, quantity: int | None) -> Scanned | None:
        return self.services.stop.scan(read, entry, quantity)

    def progress(self) -> tuple[LineProgress, ...]:
        return self.services.stop.progress()

    def invitation(self) -> str:
        return tr._("A pack or a carton of this stop")

    def refresh(self) -> None:
        stop = self.services.stop.stop
        self.title = tr._("Unload")
        self.subtitle = tr._("Stop {n}: {site}").format(n=stop.number, site=self.name_of(stop.site.name))
        self.other_text = tr._("Stop fails")
        super().refresh()
        self.done_text = tr._("The goods are out") if self.complete else tr._("Go on without the rest")

    def finish(self) -> None:
        self.attempt(self.services.stop.finish_unloading)

    def other(self) -> None:
        self.app.open("fail_stop")
