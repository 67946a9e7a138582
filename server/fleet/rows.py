"""How a row of the fleet is entered and changed: once, under its id, and with a row in the trail."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import select

from server.accounts.audit import Tag, difference, record
from server.context import context
from server.db import db
from server.fleet.models import (
    Carrier,
    Container,
    Driver,
    Logger,
    Qualification,
    Site,
    SizeOfVehicle,
    TermsOfCarrier,
    TermsOfDriver,
    TermsOfVehicle,
    TripsOfVehicle,
    Vehicle,
)
from server.fleet.papers import known
from shared import problems
from shared.errors import Refused

Values = Mapping[str, object]
Known = TypeVar("Known", Carrier, Vehicle, Driver, Container, Logger, Site, Qualification)
Row = Carrier | Vehicle | Driver | Container | Logger | Site | Qualification
Beside = SizeOfVehicle | TermsOfCarrier | TermsOfVehicle | TripsOfVehicle | TermsOfDriver
"""Rows that say more of another one, under its id."""


def facts(row: Row | Beside) -> dict[str, object]:
    """Everything a row says but its id."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}


def label(row: Row) -> str:
    """What people call what a row stands for."""
    match row:
        case Logger():
            return f"{row.maker} {row.serial}"
        case Container():
            return f"{row.name_zh} {row.code}"
        case Qualification():
            return f"{row.subject_type} {row.document_zh} {row.number}"
        case _:
            return row.name_zh


def key_of(row: Row) -> str:
    """Under which id the trail files a row: a paper belongs to what it allows."""
    return row.subject_id if isinstance(row, Qualification) else row.id


def add_row(model: type[Row], values: Values, tag: Tag, by: str) -> str:
    """Enter a row; returns its id."""
    row = model(id=context().ids.new(), **values)
    db.session.add(row)
    db.session.flush()
    record(tag, by=by, subject=label(row), key=key_of(row), changes=difference({}, facts(row)))
    return row.id


def change_row(model: type[Known], row_id: str, values: Values, tag: Tag, by: str) -> None:
    """Change a row.

    Raises:
        Refused: NOT_FOUND.
    """
    row = known(model, "记录 record", row_id)
    before = facts(row)
    for field, value in values.items():
        setattr(row, field, value)
    db.session.flush()
    if changes := difference(before, facts(row)):
        record(tag, by=by, subject=label(row), key=key_of(row), changes=changes)


def set_beside(model: type[Beside], row: Row, values: Values, tag: Tag, by: str) -> None:
    """Say more of a row, in a row of its own that is made when there is something to say for the first time. A change is
    filed as one of ``row``."""
    beside: Beside = db.session.get(model, row.id) or model(id=row.id)
    if changes := difference(facts(beside), values):
        for field, value in values.items():
            setattr(beside, field, value)
        db.session.add(beside)
        db.session.flush()
        record(tag, by=by, subject=label(row), key=row.id, changes=changes)


def not_found(what: str, row_id: str) -> Refused:
    """The refusal of an id that leads nowhere."""
    return Refused(problems.NOT_FOUND, what=what, value=row_id)


def unique(model: type[Row], what: str, own_id: str | None, **fields: str) -> None:
    """Refuse what another row has already.

    Raises:
        Refused: DUPLICATE.
    """
    query = select(model.id).filter_by(**fields)
    if own_id is not None:
        query = query.where(model.id != own_id)
    if db.session.execute(query).first() is not None:
        raise Refused(problems.DUPLICATE, what=what, value=" ".join(fields.values()))
