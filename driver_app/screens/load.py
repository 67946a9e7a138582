"""Loading: every pack scanned into its container, last stop first, so that what comes out first goes in last."""

from driver_app.screens.goods import GoodsScan
from driver_app.screens.stop_rows import with_trip
from driver_app.services.scanning import ContainerChosen, LineProgress, Read, Scanned
from driver_app.services.step import StepKind
from driver_app.widgets.language import tr
from shared.custody.events import Entry


class LoadScreen(GoodsScan):
    """Scan the goods in."""

    @property
    def previous(self) -> StepKind:
        return StepKind.PRECOOL if self.services.duty.journey.departed is None else StepKind.DRIVE

    lead = "back"
    done_hid = "load.done"

    def take(self, read: Read, entry: Entry, quantity: int | None) -> Scanned | ContainerChosen | None:
        return self.services.load.scan(read, entry, quantity)

    def progress(self) -> tuple[LineProgress, ...]:
        return self.services.load.progress()

    def invitation(self) -> str:
        chosen = self.services.load.container_id
        if chosen is None:
            return tr._("A pack, a carton, or the container it goes into")
        name = self.name_of(self.services.duty.route.container(chosen).name)
        return tr._("Goods go into {name}").format(name=name)

    def refresh(self) -> None:
        self.title = tr._("Load the goods")
        self.subtitle = with_trip(self.name_of(self.services.duty.route.vehicle.name), self.services)
        self.done_text = tr._("Loading is finished")
        super().refresh()

    def rows(self, progress: tuple[LineProgress, ...]) -> list[dict]:
        """Grouped by stop, the last one first; within a stop what is missing first; stops that are complete at the end."""
        stops = {p.stop.id: p.stop for p in progress}
        missing = {stop_id: sum(p.missing for p in progress if p.stop.id == stop_id) for stop_id in stops}
        ordered = sorted(progress, key=lambda p: (missing[p.stop.id] == 0, -p.stop.number, p.missing == 0))
        rows, last = [], None
        for p in ordered:
            heading = ""
            if p.stop.id != last:
                heading = tr._("Stop {n}: {site}").format(n=p.stop.number, site=self.name_of(p.stop.site.name))
            rows.append(self.row(p, heading))
            last = p.stop.id
        return rows

    def finish(self) -> None:
        self.attempt(self.services.load.finish)
