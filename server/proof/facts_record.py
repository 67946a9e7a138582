"""People, place, papers and the list of records of a proof document."""

from typing import Any

from server.proof import words
from server.proof.manifest import fingerprint
from server.proof.sketch import draw_site
from server.proof.view import DASH, View
from shared.clock import from_ms
from shared.custody import events as e
from shared.custody.signing import meaning_in

Json = dict[str, Any]


def signatories(view: View) -> list[Json]:
    """Who signed on glass: printed name, role, when, and what the signature means (21 CFR 11.50)."""
    signed = view.signed
    return [
        {
            "title": view.word("signed_by" if number == 0 else "second_signed_by"),
            "name": one.name,
            "role": one.role,
            "staff_number": one.staff_number or DASH,
            "when": view.instant(view.done),
            "meaning": meaning_in(one.meaning, view.language),
            **view.picture(one.picture),
            "strokes": one.strokes,
        }
        for number, one in enumerate(signed.signatories if signed else ())
    ]


def carriers(view: View) -> list[Json]:
    """Sender and carrier sign with the handheld's key, not on glass: who, when, and what it means."""
    handed_over = "meaning_transported" if view.signed else "meaning_failed"
    parts = (
        ("dispatched_by", "meaning_loaded", view.evidence.of(e.GoodsLoaded, e.VehicleDeparted)),
        ("transported_by", handed_over, [view.evidence.concluded]),
    )
    return [
        {
            "title": view.word(title),
            "name": view.say(view.route.driver.name),
            "when": view.instant(entries[-1].record.at),
            "meaning": view.word(meaning),
            "key": f"{entries[-1].record.device} · {entries[-1].envelope.signatures[0].keyid}",
            "index": entries[-1].index,
        }
        for title, meaning, entries in parts
        if entries
    ]


def on_site(view: View) -> Json:
    """Where the site is, and where the handheld was on arrival and at the conclusion."""
    site = view.stop.site
    arrivals = [entry.event for entry in view.evidence.of(e.StopArrived) if isinstance(entry.event, e.StopArrived)]
    concluded = view.signed or view.failed
    here = concluded.position if concluded else None
    centre = f"{view.place(site.fence.centre)}, {view.word('fence')} {site.fence.radius:g} m"
    rows = [[view.word("site_position"), centre]]
    points = []
    for arrival in arrivals[-1:]:
        how = view.say(words.ARRIVED_BY[arrival.by])
        rows.append(
            [view.word("arrival_position"), f"{view.place(arrival.position)}{view.off(arrival.position)} · {how}"]
        )
        points.append((view.word("mark_arrived"), arrival.position))
    rows.append(
        [view.word("signing_position" if view.signed else "concluding_position"), view.place(here) + view.off(here)]
    )
    points.append((view.word("mark_signed" if view.signed else "mark_failed"), here))
    return {"rows": rows, "sketch": draw_site(site.fence, [(word, at) for word, at in points if at is not None])}


def photos(view: View) -> list[Json]:
    """Every photo, by the hash of its original; a picture that has not arrived is named all the same."""
    lots = {line.id: line.lot for line in view.stop.lines()}
    return [
        {
            "sha256": entry.event.sha256,
            **view.picture(entry.event.sha256),
            "when": view.instant(entry.record.at),
            "lot": lots.get(entry.event.line_id or "", ""),
            "place": view.place(entry.event.position) if entry.event.position else "",
        }
        for entry in view.evidence.of(e.PhotoTaken)
        if isinstance(entry.event, e.PhotoTaken)
    ]


def papers(view: View) -> list[Json]:
    """The qualifications of carrier, vehicle and driver as they were published with the route."""
    parties = (("carrier", view.route.carrier), ("vehicle", view.route.vehicle), ("driver", view.route.driver))
    return [
        {
            "holder": f"{view.word(kind)}: {view.say(party.name)}",
            "document": view.say(paper.document),
            "number": paper.number,
            "expires": paper.expires.isoformat(),
            "expired": paper.expires < view.route.day,
        }
        for kind, party in parties
        for paper in party.qualifications
    ]


def entries(view: View) -> list[Json]:
    """Every record of the evidence: place in the ledger, time, event, writer and hash."""
    found = []
    for entry in view.evidence.entries:
        name = e.event_name(entry.event)
        text = view.say(words.EVENTS[name]) if name in words.EVENTS else name
        if isinstance(entry.event, e.ReadingsSealed):
            text = f"{text} {_covered(view, entry.event)}"
        found.append(
            {
                "index": entry.index,
                "at": view.clock(entry.record.at),
                "event": text,
                "by": view.word("server") if entry.record.device == "server" else f"#{entry.record.seq}",
                "sha256": entry.sha256,
                "main": entry.sha256 == view.evidence.proof_id,
            }
        )
    return found


def _covered(view: View, segment: e.ReadingsSealed) -> str:
    """Which logger, and from when to when."""
    if not segment.times:
        return segment.logger_id
    start, end = from_ms(min(segment.times)), from_ms(max(segment.times))
    return f"{segment.logger_id} {view.minute(start)}–{view.minute(end)}"


def keys(view: View) -> list[list[str]]:
    """Fingerprints of whoever signed, and the ledger's root."""
    found = [[view.word("server_key"), view.setting.server_key]]
    for entry in view.evidence.of(e.DeviceEnrolled):
        if isinstance(entry.event, e.DeviceEnrolled):
            label = f"{view.word('device_key')} ({entry.event.name})"
            found.append([label, fingerprint(entry.event.public_key)])
    if view.setting.size is not None:
        found.append([f"{view.word('root')} ({view.setting.size})", view.setting.root])
    return found
