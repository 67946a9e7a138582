"""The rows of a list of stops: what became of each, in a word and a colour."""

from driver_app.screens.base import clock_time
from driver_app.screens.wording import FAILURE, OUTCOME, OUTCOME_TONE, RECORD
from driver_app.services.bootstrap import Services
from driver_app.widgets.language import tr
from shared.custody.events import LineOutcome, Outcome
from shared.custody.journey import Journey, StopPhase
from shared.work import Stop


def overall(outcomes: tuple[LineOutcome, ...]) -> Outcome:
    """What a handover came to as a whole."""
    kinds = {outcome.outcome for outcome in outcomes}
    return kinds.pop() if len(kinds) == 1 else Outcome.PARTLY_ACCEPTED


def result(journey: Journey, stop: Stop) -> tuple[str, str]:
    """(tone, words) for what became of a stop; no words while nothing has."""
    state = journey.stop(stop.id)
    if state.failed is not None:
        return "bad", tr._("Failed: {reason}").format(reason=tr._(FAILURE[state.failed.failure]))
    if state.signed is not None:
        outcome = overall(state.signed.outcomes)
        return OUTCOME_TONE[outcome], tr._(OUTCOME[outcome])
    if state.phase is StopPhase.ARRIVED:
        return "primary", tr._("Here now")
    return "muted", ""


def hours(stop: Stop) -> str:
    """The receiving hours."""
    zone = stop.site.zone
    return ", ".join(f"{clock_time(w.start, zone)}–{clock_time(w.end, zone)}" for w in stop.windows)


def with_trip(text: str, services: Services) -> str:
    """A text with the trip that is loaded for behind it, on a day of several."""
    if services.duty.route.trips == 1:
        return text
    return text + "   " + tr._("Trip {n}").format(n=services.trips.loading)


def stop_rows(services: Services, tapped) -> list[dict]:
    """One row for each stop, in driving order."""
    journey = services.duty.journey
    stops = sorted(journey.due_stops, key=lambda stop: stop.number)
    current = journey.open_stop or (journey.next_stop if services.trips.leaving in (None, 1) else None)
    rows = []
    for stop in stops:
        tone, word = result(journey, stop)
        record = services.state.of_stop(stop.id) if tone not in ("muted", "primary") else None
        if record is not None:
            word = f"{word}   {tr._(RECORD[record])}"
        packs = sum(line.quantity for line in stop.lines())
        detail = clock_time(stop.planned_arrival, stop.site.zone) + "   " + tr.plural("{n} pack", "{n} packs", packs)
        if journey.route.trips > 1:
            detail += "   " + tr._("Trip {n}").format(n=stop.trip)
        rows.append(
            {
                "hid": f"stop.{stop.id}",
                "stop_id": stop.id,
                "number": stop.number,
                "name": tr.name(stop.site.name),
                "detail": detail,
                "tone": tone,
                "word": word,
                "here": stop.id == current,
                "first": stop is stops[0],
                "last": stop is stops[-1],
                "tapped": tapped,
            }
        )
    return rows
