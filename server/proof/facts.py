"""What a proof document says: the evidence in the words of one language, ready to be laid out.

No layout here and no typesetter; everything is text and names of pictures. This part: what was handed over, by whom, how it
was carried. The temperature record is in :mod:`server.proof.facts_cold`, people and evidence in
:mod:`server.proof.facts_record`.
"""

from typing import Any

from server.proof import words
from server.proof.evidence import Evidence
from server.proof.facts_cold import container_facts, deviations
from server.proof.facts_record import carriers, entries, keys, on_site, papers, photos, signatories
from server.proof.incidents import incidents
from server.proof.view import DASH, OUTCOME_TONES, TONES, Setting, View
from shared.coldchain.verdict import worst
from shared.custody import events as e
from shared.errors import Language
from shared.work import Consignment, Line, Party

Json = dict[str, Any]


def document_facts(evidence: Evidence, setting: Setting, language: Language) -> Json:
    """Everything the document of a proof shows, in ``language``."""
    view = View(evidence, setting, language)
    return {
        "language": language,
        "words": {name: view.say(text) for name, text in words.LABELS.items()},
        "organisation": setting.organisation,
        "rehearsal": setting.rehearsal,
        "zone": f"{view.stop.site.zone}, UTC{view.done.astimezone(view.zone):%z}",
        "proof": {
            "id": evidence.proof_id,
            "index": evidence.concluded.index,
            "origin": setting.origin,
            "sealed": setting.size is not None,
            "size": setting.size,
        },
        "conclusion": _conclusion(view),
        "transport": _transport(view),
        "consignments": [_consignment(view, note) for note in view.stop.consignments],
        "signatories": signatories(view),
        "carriers": carriers(view),
        "containers": [container_facts(view, container) for container in evidence.containers()],
        "deviations": deviations(view),
        "place": on_site(view),
        "photos": photos(view),
        "incidents": [
            {"at": view.instant(found.at), "title": found.title, "text": found.text, "tone": found.tone}
            for found in incidents(evidence, language)
        ],
        "papers": papers(view),
        "entries": entries(view),
        "keys": keys(view),
    }


def _conclusion(view: View) -> Json:
    overall = worst([view.verdict(line)[0].conformity for line in view.stop.lines()])
    signed = view.signed
    if signed is None:
        failed = view.failed
        reason = f" · {view.say(words.FAILURE[failed.failure])}" if failed else ""
        text, tone = view.say(words.NOT_DELIVERED) + reason, "open"
    else:
        outcomes = {outcome.outcome for outcome in signed.outcomes}
        outcome = outcomes.pop() if len(outcomes) == 1 else e.Outcome.PARTLY_ACCEPTED
        text, tone = view.say(words.OUTCOME[outcome]), OUTCOME_TONES[outcome]
    return {
        "outcome": text,
        "outcome_tone": tone,
        "temperature": view.say(words.CONFORMITY[overall]),
        "temperature_tone": TONES[overall],
    }


def _transport(view: View) -> list[list[str]]:
    """Label and value, in the order of the handover form (GB/T 28842; GSP appendix on refrigerated medicines, receiving)."""
    stop, route, visit = view.stop, view.route, view.visit
    notes = stop.consignments
    known = [view.verdict(line)[0] for line in stop.lines()]
    window = ", ".join(f"{view.minute(window.start)}–{view.minute(window.end)}" for window in stop.windows)
    pairs = [
        ("supplier", view.each(view.say(note.supplier) for note in notes)),
        ("receiver", view.each(view.say(note.receiver) for note in notes)),
        ("receiver_address", view.each(note.receiver_address for note in notes)),
        ("site", view.say(stop.site.name)),
        ("carrier", view.say(route.carrier.name)),
        ("mode", view.word("mode_road")),
        ("vehicle", view.say(route.vehicle.name)),
        ("driver", _person(view, route.driver)),
        ("depot", view.say(route.depot.name)),
        ("window", window or DASH),
        ("departed", view.instant(view.journey.departure_of(stop))),
        ("arrived", view.instant(visit.arrived)),
        ("departure_temperature", view.spread([verdict.first for verdict in known])),
        ("arrival_temperature", view.spread([verdict.last for verdict in known])),
        ("transit_temperature", view.spread([v.lowest for v in known] + [v.highest for v in known])),
        ("concluded", view.instant(view.done)),
        ("note_number", view.each(note.note_number for note in notes)),
        ("distance", _mileage(view)),
    ]
    return [[view.word(name), value] for name, value in pairs]


def _person(view: View, party: Party) -> str:
    numbers = " / ".join(f"{view.say(q.document)} {q.number}" for q in party.qualifications)
    return f"{view.say(party.name)} ({numbers})" if numbers else view.say(party.name)


def _mileage(view: View) -> str:
    """km by the plan from the depot to this stop, and the odometer at the departure where the driver read it (vaccines:
    行驶里程)."""
    route, trip = view.route, view.stop.trip
    on_it = [stop for stop in route.stops if stop.trip == trip and stop.number <= view.stop.number]
    back = route.reload(trip)
    planned = sum(stop.leg_distance for stop in on_it) - (0.0 if back is None else back.leg_distance)
    text = f"{planned / 1000:.1f} km ({route.roads})"
    departures = [entry.event for entry in view.evidence.of(e.VehicleDeparted)]
    read = [one.odometer for one in departures if isinstance(one, e.VehicleDeparted) and one.odometer is not None]
    return f"{text} · {view.word('odometer_start')} {read[-1]} km" if read else text


def _consignment(view: View, note: Consignment) -> Json:
    return {
        "number": note.note_number,
        "order": note.order_number or DASH,
        "shipped": note.shipped.isoformat(),
        "stamp": view.word("stamp_yes" if note.sealed_note else "stamp_no"),
        "lines": [_line(view, line) for line in note.lines],
    }


def _line(view: View, line: Line) -> Json:
    verdict, shown = view.verdict(line)
    product, later = line.product, view.recomputed(line)
    note = "" if shown else view.word("not_shown")
    if later.conformity is not verdict.conformity:
        note = f"{view.word('recomputed')}: {view.say(words.CONFORMITY[later.conformity])}"
    return {
        "name": view.say(product.name),
        "form": f"{product.form} · {product.specification}",
        "maker": product.maker,
        "holder": product.holder,
        "lot": line.lot,
        "expiry": line.expiry.isoformat(),
        "quantity": f"{line.quantity} {line.unit}",
        "storage": product.storage,
        "range": view.limits(product.range),
        "first": view.degrees(verdict.first),
        "transit": view.spread([verdict.lowest, verdict.highest], unit=""),
        "last": view.degrees(verdict.last),
        "mkt": "" if verdict.mkt is None else f"{verdict.mkt:.2f}",
        "codes": _codes(line),
        "conformity": view.say(words.CONFORMITY[verdict.conformity]),
        "tone": TONES[verdict.conformity],
        "note": note,
        **_outcome(view, line),
    }


def _codes(line: Line) -> str:
    """The trace codes that the delivery note lists: the first, the last, and how many."""
    known = sorted(line.codes)
    return " ".join(known) if len(known) <= 2 else f"{known[0]} … {known[-1]} ({len(known)})"


def _outcome(view: View, line: Line) -> Json:
    signed = view.signed
    found = next((o for o in signed.outcomes if o.line_id == line.id), None) if signed else None
    if found is None:
        return {"outcome": view.say(words.NOT_DELIVERED), "outcome_tone": "open", "parts": "", "reason": ""}
    parts = [
        f"{view.say(word)} {getattr(found, name)}" for name, word in words.QUANTITIES.items() if getattr(found, name)
    ]
    reasons = [view.say(words.REASON[found.reason])] if found.reason else []
    reasons += [found.note] if found.note else []
    return {
        "outcome": view.say(words.OUTCOME[found.outcome]),
        "outcome_tone": OUTCOME_TONES[found.outcome],
        "parts": " · ".join(parts),
        "reason": ("；" if view.language == "zh" else "; ").join(reasons),
    }
