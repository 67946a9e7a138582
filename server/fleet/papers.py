"""Dated documents as values, and what every row of the fleet is read by. Reading only."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from sqlalchemy import select

from server.db import db
from server.fleet.models import Carrier, Container, Driver, Logger, Qualification, Site, Vehicle
from server.fleet.schemas import QualificationData, Subject
from shared import problems, work
from shared.errors import Refused
from shared.work import Name

Data = TypeVar("Data")
Model = TypeVar("Model", Carrier, Vehicle, Driver, Container, Logger, Site, Qualification)


@dataclass(frozen=True)
class Entry(Generic[Data]):
    """A row as it was entered, under its id."""

    id: str
    data: Data


def known(model: type[Model], what: str, row_id: str) -> Model:
    """A row by its id.

    Raises:
        Refused: NOT_FOUND.
    """
    row = db.session.get(model, row_id)
    if row is None:
        raise Refused(problems.NOT_FOUND, what=what, value=row_id)
    return row


def qualifications(
    subject: Subject | None = None, subject_id: str | None = None, *, until: date | None = None
) -> list[Entry[QualificationData]]:
    """Dated documents: of a kind of subject, of one subject, ending by a day; the first to end first."""
    query = select(Qualification).order_by(Qualification.expires, Qualification.id)
    if subject is not None:
        query = query.where(Qualification.subject_type == subject.value)
    if subject_id is not None:
        query = query.where(Qualification.subject_id == subject_id)
    if until is not None:
        query = query.where(Qualification.expires <= until)
    return [_paper(row) for row in db.session.execute(query).scalars()]


def qualification(qualification_id: str) -> Entry[QualificationData]:
    """A dated document as it was entered.

    Raises:
        Refused: NOT_FOUND.
    """
    return _paper(known(Qualification, "资质 qualification", qualification_id))


def papers_of(subject: Subject, subject_id: str) -> tuple[work.Qualification, ...]:
    """The documents of one subject as a route carries them."""
    found = (entry.data for entry in qualifications(subject, subject_id))
    return tuple(work.Qualification(data.document, data.number, data.expires) for data in found)


def _paper(row: Qualification) -> Entry[QualificationData]:
    document = Name(row.document_zh, row.document_en)
    data = QualificationData(Subject(row.subject_type), row.subject_id, document, row.number, row.expires)
    return Entry(row.id, data)
