"""Which of the day's trips goods are loaded for: the next one, as soon as all stops of the one under way are done, or before
that because the driver turns back for it."""

from driver_app.journal.ports import Journal
from driver_app.services.duty import Duty
from driver_app.services.kept import Draft
from shared import problems
from shared.custody.journey import Journey, Phase
from shared.errors import Refused

TRIP = "load.trip"
"""Key of the draft that says for which trip the driver turned back."""


class Trips:
    """The trip that is loaded for, and the choice of the driver."""

    def __init__(self, journal: Journal, duty: Duty) -> None:
        self._duty = duty
        self._chosen: Draft[int] = Draft(journal, TRIP, int)

    @property
    def chosen(self) -> int | None:
        """The trip that the driver turned back for, if they did."""
        return self._chosen.get()

    @property
    def loading(self) -> int:
        """The trip goods are taken on board for now: the next one before it begins, else the one under way."""
        journey = self._duty.journey
        return leaving_on(journey, self.chosen) or max(1, journey.trip)

    @property
    def leaving(self) -> int | None:
        """The trip that begins with the next departure; ``None`` while the vehicle goes on with the one it is on."""
        return leaving_on(self._duty.journey, self.chosen)

    @property
    def after(self) -> int | None:
        """The next trip, while stops of the one under way are still to come: the driver may turn back for it. ``None`` where
        there is none."""
        journey = self._duty.journey
        if journey.phase is not Phase.DEPARTED or self.leaving is not None:
            return None
        coming = (stop.trip for stop in journey.stops_of(journey.route.trips))
        return min((trip for trip in coming if trip > journey.trip), default=None)

    def turn_back(self) -> int:
        """Load for the next trip before the one under way is done; its stops still to come are driven to on the next one.
        Returns that trip.

        Raises:
            Refused: JOURNEY_ILLEGAL where there is none, or at a stop.
        """
        trip, journey = self.after, self._duty.journey
        if trip is None or journey.open_stop is not None:
            raise Refused(problems.JOURNEY_ILLEGAL, state=journey.phase.value, value=f"trip {journey.trip + 1}")
        self._chosen.put(trip)
        return trip

    def go_on(self) -> None:
        """Forget that: on with the trip under way."""
        self._chosen.drop()


def leaving_on(journey: Journey, chosen: int | None) -> int | None:
    """The trip that begins with the next departure, if one does; ``chosen`` counts where it is still to come."""
    due = journey.to_load
    if journey.phase is not Phase.DEPARTED or chosen is None or chosen <= journey.trip:
        return due
    return chosen if any(stop.trip == chosen for stop in journey.stops_of(chosen)) else due
