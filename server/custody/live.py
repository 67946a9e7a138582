"""How routes stand this moment, as their handhelds say ahead of their queues. Shown, never concluded from: the record is the
ledger (docs/decisions/0021). Nothing here commits.

Replay and staleness are stopped where the request is authenticated: its nonce works once, and its signed time lies near the
server's. That same time orders what comes: a request that was held up on its way does not move a vehicle back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from server.context import context
from server.custody.models import Device, LiveRow
from server.db import db, insert, table_of
from shared import sync

KEPT = timedelta(hours=24)
"""How long a row stays: nobody looks at yesterday's, and where a driver was is not kept without need (Personal Information
Protection Law, art. 19: the shortest time necessary)."""


@dataclass(frozen=True)
class Standing:
    """A route as its handheld said it stood. ``at``: the handheld's clock; ``lat``, ``lon``: degrees, WGS-84; ``alarms``:
    loggers whose alarm nobody has acknowledged; ``concluded``: stops signed for, or failed; ``behind``: events that the
    handheld had then and the ledger has not yet; ``taken``: the server's clock, when it came."""

    device_id: str
    route_id: str
    at: datetime
    taken: datetime
    lat: float
    lon: float
    alarms: int
    concluded: int
    behind: int


def take(live: sync.Live, device: Device, sent: datetime) -> None:
    """Keep what a handheld says, unless it said something later already. ``sent`` is the signed time of its request."""
    table = table_of(LiveRow)
    row = {
        "device_id": device.id,
        "route_id": live.route_id,
        "sent": sent,
        "taken": context().clock.now(),
        "at": live.at,
        "lat": round(live.position.lat * 1e6),
        "lon": round(live.position.lon * 1e6),
        "seq": live.seq,
        "alarms": live.alarms,
        "concluded": live.concluded,
    }
    statement = insert(table, db.engine.dialect.name).values(row)
    newer = {name: statement.excluded[name] for name in row if name != "device_id"}
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.device_id], set_=newer, where=statement.excluded.sent > table.c.sent
        )
    )


def standing(route_ids: Collection[str]) -> Sequence[Standing]:
    """What is said of these routes. Of one route perhaps by several devices: who may speak for it, the caller knows."""
    return _read(LiveRow.route_id.in_(route_ids))


def since(taken: datetime) -> Sequence[Standing]:
    """What came after an instant of the server's clock."""
    return _read(LiveRow.taken > taken)


def _read(condition: ColumnElement[bool]) -> list[Standing]:
    query = select(LiveRow, Device.next_seq).join(Device, Device.id == LiveRow.device_id).where(condition)
    return [
        Standing(
            row.device_id,
            row.route_id,
            row.at,
            row.taken,
            row.lat / 1e6,
            row.lon / 1e6,
            row.alarms,
            row.concluded,
            max(0, row.seq - (next_seq - 1)),
        )
        for row, next_seq in db.session.execute(query)
    ]


def forget() -> None:
    """Drop what is a day old."""
    db.session.execute(delete(LiveRow).where(LiveRow.taken < context().clock.now() - KEPT))
