"""Orders' operations: import delivery notes, list what is to be delivered, take and release it. None of them commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy import select

from server.accounts.audit import Tag, record
from server.context import context
from server.db import db
from server.fleet import operations as fleet
from server.orders import catalogue
from server.orders.models import Consignment, ConsignmentLine, LineCode, Product, TermsOfConsignment
from server.orders.notes import DEFAULT_UNIT, Draft, NoteKey, Row, read_draft, said_of_note
from server.orders.schemas import Imported, ImportReport, Order, OrderState, Rejected
from shared import problems, work
from shared.errors import Problem, Refused
from shared.work import Name, Window

FILENAME_MAXIMUM = 200

Said = TypeVar("Said")


def import_orders(raw: bytes, filename: str, *, by: str) -> ImportReport:
    """Import a file of delivery notes (随货同行单), CSV or XLSX: all of it, or nothing and every fault it has.

    A fault names its row as the spreadsheet counts it, its column and the offending value. A note that exists already, a
    product that the catalogue knows otherwise and a receiver nobody knows are faults too.
    """
    filename = filename.strip()[:FILENAME_MAXIMUM] or "?"
    receivers = fleet.receivers_by_name()
    draft = read_draft(raw, filename, receivers)
    known = catalogue.products_of(draft.rows)
    faults = [*draft.faults, *_existing(draft), *catalogue.contradictions(draft.rows, known)]
    if faults:
        return Rejected(tuple(sorted(faults, key=lambda fault: int(fault.values.get("row", "0")))))
    products, added = catalogue.enter(draft.rows, known, by=by)
    entered = [_enter(key, rows, receivers, products, filename, by) for key, rows in draft.notes().items()]
    packs = sum(row.quantity or 0 for row in draft.rows)
    report = Imported(tuple(entered), len(draft.rows), packs, added, draft.ignored)
    told = {"consignments": ("", len(entered)), "lines": ("", report.lines), "packs": ("", packs)}
    record(Tag.ORDERS_IMPORTED, by=by, subject=filename, changes=told)
    return report


def _existing(draft: Draft) -> Iterable[Problem]:
    """A fault for each note that was imported before."""
    notes = draft.notes()
    numbers = sorted({key.number for key in notes})
    known: set[NoteKey] = set()
    for start in range(0, len(numbers), 500):
        query = select(Consignment.supplier, Consignment.note_number).where(
            Consignment.note_number.in_(numbers[start : start + 500])
        )
        known |= {NoteKey(supplier, number) for supplier, number in db.session.execute(query)}
    for key, rows in notes.items():
        if key in known:
            value = f"{key.supplier} {key.number}"
            yield Refused(problems.IMPORT_DUPLICATE, row=rows[0].number, value=value).problem


def _enter(
    key: NoteKey,
    rows: Sequence[Row],
    receivers: Mapping[str, str],
    products: Mapping[object, str],
    filename: str,
    by: str,
) -> str:
    """One note, whose rows were all found sound."""
    ports, head = context(), said_of_note(rows)
    site_id = receivers[_said(head.receiver)]
    start, end = _wanted(head, fleet.site(site_id).zone)
    consignment = Consignment(
        id=ports.ids.new(),
        note_number=key.number,
        order_number=head.order or "",
        supplier=key.supplier,
        site_id=site_id,
        receiver=_said(head.receiver),
        receiver_address=_said(head.address),
        shipped=_said(head.shipped),
        sealed_note=bool(head.stamp),
        wanted_start=start,
        wanted_end=end,
        imported_at=ports.clock.now(),
        imported_by=by,
        source=filename,
        route_id=None,
        cancelled_at=None,
    )
    db.session.add(consignment)
    db.session.flush()
    _enter_terms(consignment.id, head)
    for number, row in enumerate(rows, 1):
        _enter_line(consignment.id, number, row, products)
    record(Tag.CONSIGNMENT_ADDED, by=by, subject=f"{key.supplier} {key.number}", changes={"lines": ("", len(rows))})
    return consignment.id


def _enter_terms(consignment_id: str, head: Row) -> None:
    """What a note asks of its transport, if anything."""
    dedicated, priority = head.dedicated or None, head.priority or 0
    if dedicated is not None or priority:
        group = "" if dedicated is True else dedicated
        db.session.add(TermsOfConsignment(id=consignment_id, dedicated=group, priority=priority))


def _enter_line(consignment_id: str, number: int, row: Row, products: Mapping[object, str]) -> None:
    line = ConsignmentLine(
        id=context().ids.new(),
        consignment_id=consignment_id,
        number=number,
        product_id=products[row.product_key()],
        lot=_said(row.lot),
        expiry=_said(row.expiry),
        quantity=_said(row.quantity),
        unit=row.unit or DEFAULT_UNIT,
    )
    db.session.add(line)
    db.session.flush()
    db.session.add_all(LineCode(line_id=line.id, number=at, code=code) for at, code in enumerate(row.codes or ()))


def _wanted(head: Row, zone: str) -> tuple[datetime | None, datetime | None]:
    """When a note's goods are wanted, as UTC instants: on the day it says, else on the day of shipping."""
    if head.wanted is None:
        return None, None
    day = head.wanted.day or _said(head.shipped)
    start, end = (datetime.combine(day, at, ZoneInfo(zone)) for at in (head.wanted.start, head.wanted.end))
    return start.astimezone(UTC), end.astimezone(UTC)


def _said(value: Said | None) -> Said:
    """A value that a row without faults has."""
    assert value is not None, "a row without faults has every required value"
    return value


# what is to be delivered -----------------------------------------------------------------------------------------------


def order(consignment_id: str) -> Order:
    """One consignment.

    Raises:
        Refused: NOT_FOUND.
    """
    return _values([_row(consignment_id)])[0]


def orders(
    *, shipped: date | None = None, state: OrderState | None = None, limit: int | None = None
) -> Sequence[Order]:
    """Consignments, the newest day first: of a day, in a state."""
    query = select(Consignment).order_by(Consignment.shipped.desc(), Consignment.note_number, Consignment.id)
    if shipped is not None:
        query = query.where(Consignment.shipped == shipped)
    match state:
        case OrderState.OPEN:
            query = query.where(Consignment.route_id.is_(None), Consignment.cancelled_at.is_(None))
        case OrderState.PUBLISHED:
            query = query.where(Consignment.route_id.is_not(None), Consignment.cancelled_at.is_(None))
        case OrderState.CANCELLED:
            query = query.where(Consignment.cancelled_at.is_not(None))
        case None:
            pass
    return _values(db.session.execute(query.limit(limit)).scalars().all())


def in_containers(consignment: work.Consignment, placed: Mapping[str, str]) -> work.Consignment:
    """A consignment with the container of each line, by the lines' ids."""
    lines = tuple(structs.replace(line, container_id=placed[line.id]) for line in consignment.lines)
    return structs.replace(consignment, lines=lines)


def assign(consignment_ids: Sequence[str], route_id: str) -> None:
    """Put consignments on a published route.

    Raises:
        Refused: NOT_FOUND, or ORDER_TAKEN where one rides on another route or was cancelled.
    """
    for consignment_id in consignment_ids:
        row = _row(consignment_id)
        if row.cancelled_at is not None or row.route_id not in (None, route_id):
            raise Refused(problems.ORDER_TAKEN, value=row.note_number)
        row.route_id = route_id
    db.session.flush()


def release(consignment_id: str, *, by: str) -> None:
    """Let a consignment be planned again: its stop failed, or its route is not going to run.

    Raises:
        Refused: NOT_FOUND.
    """
    row = _row(consignment_id)
    if row.route_id is not None:
        changes = {"route": (row.route_id, "")}
        record(Tag.CONSIGNMENT_RELEASED, by=by, subject=f"{row.supplier} {row.note_number}", changes=changes)
        row.route_id = None


def cancel(consignment_id: str, *, by: str) -> None:
    """Take a consignment back that is on no route. It stays on record.

    Raises:
        Refused: NOT_FOUND, ORDER_TAKEN.
    """
    row = _row(consignment_id)
    if row.route_id is not None:
        raise Refused(problems.ORDER_TAKEN, value=row.note_number)
    if row.cancelled_at is None:
        row.cancelled_at = context().clock.now()
        record(Tag.CONSIGNMENT_CANCELLED, by=by, subject=f"{row.supplier} {row.note_number}")


def _row(consignment_id: str) -> Consignment:
    row = db.session.get(Consignment, consignment_id)
    if row is None:
        raise Refused(problems.NOT_FOUND, what="随货同行单 delivery note", value=consignment_id)
    return row


def _values(rows: Sequence[Consignment]) -> list[Order]:
    lines: dict[str, list[work.Line]] = {row.id: [] for row in rows}
    terms: dict[str, TermsOfConsignment] = {}
    for start in range(0, len(rows), 500):
        some = [row.id for row in rows[start : start + 500]]
        codes = _codes(some)
        asked = select(TermsOfConsignment).where(TermsOfConsignment.id.in_(some))
        terms |= {one.id: one for one in db.session.execute(asked).scalars()}
        query = (
            select(ConsignmentLine, Product)
            .join(Product, Product.id == ConsignmentLine.product_id)
            .where(ConsignmentLine.consignment_id.in_(some))
            .order_by(ConsignmentLine.consignment_id, ConsignmentLine.number)
        )
        for line, product in db.session.execute(query):
            lines[line.consignment_id].append(_line(line, product, codes.get(line.id, ())))
    return [_order(row, tuple(lines[row.id]), terms.get(row.id)) for row in rows]


def _codes(consignment_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    query = (
        select(LineCode.line_id, LineCode.code)
        .join(ConsignmentLine, ConsignmentLine.id == LineCode.line_id)
        .where(ConsignmentLine.consignment_id.in_(consignment_ids))
        .order_by(LineCode.line_id, LineCode.number)
    )
    found: dict[str, list[str]] = {}
    for line_id, code in db.session.execute(query):
        found.setdefault(line_id, []).append(code)
    return {line_id: tuple(codes) for line_id, codes in found.items()}


def _line(row: ConsignmentLine, product: Product, codes: tuple[str, ...]) -> work.Line:
    """A line as a route carries it. One scan may stand for all packs unless each pack is listed, or is a controlled drug
    that two people count."""
    return work.Line(
        id=row.id,
        product=catalogue.value(product),
        lot=row.lot,
        expiry=row.expiry,
        quantity=row.quantity,
        unit=row.unit,
        codes=codes,
        countable=not codes and not product.controlled,
    )


def _order(row: Consignment, lines: tuple[work.Line, ...], terms: TermsOfConsignment | None) -> Order:
    site_name = fleet.site(row.site_id).name
    receiver = site_name if row.receiver in (site_name.zh, site_name.en) else Name(row.receiver, row.receiver)
    start, end = row.wanted_start, row.wanted_end
    if row.cancelled_at is not None:
        state = OrderState.CANCELLED
    else:
        state = OrderState.OPEN if row.route_id is None else OrderState.PUBLISHED
    return Order(
        consignment=work.Consignment(
            id=row.id,
            note_number=row.note_number,
            order_number=row.order_number,
            supplier=Name(row.supplier, row.supplier),
            receiver=receiver,
            receiver_address=row.receiver_address,
            shipped=row.shipped,
            sealed_note=row.sealed_note,
            lines=lines,
        ),
        site_id=row.site_id,
        wanted=None if start is None or end is None else Window(start, end),
        state=state,
        route_id=row.route_id,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        source=row.source,
        dedicated=None if terms is None else terms.dedicated,
        priority=0 if terms is None else terms.priority,
    )
