"""Words for the values of the core: reasons, failures, outcomes, states of records. English ids, translated where shown."""

from driver_app.i18n import marked
from driver_app.journal.ports import OutboxState
from shared.custody.events import Collected, Failure, Incident, Outcome, Reason

REASON: dict[Reason, str] = {
    Reason.TEMPERATURE: marked("Temperature"),
    Reason.DAMAGED: marked("Damaged"),
    Reason.WRONG_GOODS: marked("Wrong goods"),
    Reason.EXPIRED: marked("Expired"),
    Reason.SHORT: marked("Short"),
    Reason.OVER: marked("Too many"),
    Reason.DOCUMENTS: marked("Documents missing or wrong"),
    Reason.RECALLED: marked("Recalled"),
    Reason.OTHER: marked("Another reason"),
}
FAILURE: dict[Failure, str] = {
    Failure.CLOSED: marked("Closed"),
    Failure.NOBODY: marked("Nobody there"),
    Failure.NO_ACCESS: marked("No access"),
    Failure.REFUSED_ALL: marked("Everything refused"),
    Failure.OTHER: marked("Another reason"),
}
INCIDENT: dict[Incident, str] = {
    Incident.BREAKDOWN: marked("Breakdown"),
    Incident.ACCIDENT: marked("Accident"),
    Incident.TRAFFIC: marked("Traffic"),
    Incident.SPILL: marked("Spill or breakage"),
    Incident.COOLING: marked("Cooling failed"),
    Incident.OTHER: marked("Something else"),
}
COLLECTED: dict[Collected, str] = {
    Collected.RETURN: marked("Return"),
    Collected.RECALL: marked("Recall"),
    Collected.UNPLANNED: marked("Unplanned pick-up"),
    Collected.EMPTIES: marked("Empty boxes"),
}
OUTCOME: dict[Outcome, str] = {
    Outcome.ACCEPTED: marked("Accepted"),
    Outcome.PARTLY_ACCEPTED: marked("Partly accepted"),
    Outcome.REFUSED: marked("Refused"),
}
OUTCOME_TONE: dict[Outcome, str] = {
    Outcome.ACCEPTED: "ok",
    Outcome.PARTLY_ACCEPTED: "unknown",
    Outcome.REFUSED: "bad",
}
RECORD: dict[OutboxState, str] = {
    OutboxState.ON_PHONE: marked("On phone"),
    OutboxState.RECEIVED: marked("Received"),
    OutboxState.SEALED: marked("Sealed"),
    OutboxState.REFUSED: marked("Not accepted by the server"),
}
RECORD_ICON: dict[OutboxState, str] = {
    OutboxState.ON_PHONE: "phone",
    OutboxState.RECEIVED: "server",
    OutboxState.SEALED: "sealed",
    OutboxState.REFUSED: "warning",
}
RECORD_TONE: dict[OutboxState, str] = {
    OutboxState.ON_PHONE: "unknown",
    OutboxState.RECEIVED: "primary",
    OutboxState.SEALED: "ok",
    OutboxState.REFUSED: "bad",
}
