"""The rehearsal's physical world, as the handheld's virtual hardware reads it: loggers, boxes, weather, a lid left open."""

import json
from datetime import datetime, timedelta
from typing import Any

from server.rehearsal import beijing
from server.rehearsal.seed import INTERVAL

OUTSIDE = 22.0
"""°C around the boxes."""
LID_OPEN = (timedelta(hours=8, minutes=20), timedelta(hours=8, minutes=45))
"""When somebody leaves the freezer box open, after midnight: loaded by then, and not yet delivered."""
SILENT = (timedelta(hours=8, minutes=30), timedelta(hours=9, minutes=10))
"""When the cool box's logger records nothing."""
SPEED = 8.0
"""m/s: city traffic."""


def describe(midnight: datetime) -> bytes:
    """The world.json of a day that begins at ``midnight`` (an instant)."""
    lat, lon = beijing.DEPOT_PLACE
    loggers = [_logger(hold, probe, midnight) for hold in beijing.HOLDS for probe in hold.probes]
    world = {"loggers": loggers, "home": {"lat": lat, "lon": lon, "speed": SPEED}}
    return json.dumps(world, indent=1, ensure_ascii=False).encode()


def _logger(hold: beijing.Hold, probe: beijing.Probe, midnight: datetime) -> dict[str, Any]:
    started = midnight + timedelta(hours=4)
    box: dict[str, Any] = {
        "start": hold.inside,
        "ambient": [{"at": started.isoformat(), "temperature": OUTSIDE}],
        "coolant": hold.inside,
        "coupling": 900.0,
        "hold": None,
    }
    faults: list[dict[str, str]] = []
    if probe.serial == beijing.EXCURSION_PROBE:
        box["openings"] = [_span(midnight, LID_OPEN)]
    if probe.serial == beijing.GAP_PROBE:
        faults.append({"kind": "gap", **_span(midnight, SILENT)})
    return {
        "maker": probe.maker,
        "address": probe.address,
        "serial": probe.serial,
        "interval": INTERVAL,
        "started": started.isoformat(),
        "box": box,
        "faults": faults,
    }


def _span(midnight: datetime, span: tuple[timedelta, timedelta]) -> dict[str, str]:
    return {"start": (midnight + span[0]).isoformat(), "end": (midnight + span[1]).isoformat()}
