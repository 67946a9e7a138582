"""The catalogue of products: grown by what delivery notes say, and what they say has to agree with it."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import select

from server.accounts.audit import Tag, difference, record
from server.context import context
from server.db import db
from server.orders.columns import Column, cell_fault
from server.orders.models import Product
from server.orders.notes import ProductKey, Row, grouped
from shared import work
from shared.coldchain.profiles import ProductRange
from shared.errors import Problem
from shared.work import Name

_DIFFERS = "与产品目录不符 differs from the catalogue"


class Said(msgspec.Struct, frozen=True):
    """What the rows of a file say about one product, together; ``None`` where none says it."""

    name_en: str | None
    holder: str | None
    storage: str | None
    range: ProductRange | None
    gtin: str | None
    drug_ids: tuple[str, ...] | None
    controlled: bool | None


def products_of(rows: Sequence[Row]) -> dict[ProductKey, Product]:
    """The products of the catalogue that rows name."""
    names = sorted({key.name for key in grouped(rows, Row.product_key)})
    found: dict[ProductKey, Product] = {}
    for start in range(0, len(names), 500):
        for row in db.session.execute(select(Product).where(Product.name_zh.in_(names[start : start + 500]))).scalars():
            found[ProductKey(row.name_zh, row.form, row.specification, row.maker)] = row
    return found


def contradictions(rows: Sequence[Row], known: Mapping[ProductKey, Product]) -> Iterator[Problem]:
    """A fault for each row that says something else about a product than the catalogue knows."""
    for key, own in grouped(rows, Row.product_key).items():
        product = known.get(key)
        if product is None:
            continue
        for row in own:
            yield from _row_contradictions(row, product)


def _row_contradictions(row: Row, product: Product) -> Iterator[Problem]:
    limits = ProductRange(product.low, product.high)
    if row.range is not None and row.range != limits:
        yield cell_fault(row.number, Column.STORAGE, row.storage or "", f"{_DIFFERS}: {limits.text()}")
    if row.gtin is not None and product.gtin is not None and row.gtin != product.gtin:
        yield cell_fault(row.number, Column.GTIN, row.gtin, f"{_DIFFERS}: {product.gtin}")
    if row.controlled is not None and row.controlled != product.controlled:
        shown = "是 yes" if product.controlled else "否 no"
        yield cell_fault(
            row.number, Column.CONTROLLED, "否 no" if product.controlled else "是 yes", f"{_DIFFERS}: {shown}"
        )


def enter(rows: Sequence[Row], known: Mapping[ProductKey, Product], *, by: str) -> tuple[dict[object, str], int]:
    """Add the products that are new, complete those that notes now say more about.

    Returns the id of each product the rows name, and how many are new.
    """
    ids: dict[object, str] = {}
    added = 0
    for key, own in grouped(rows, Row.product_key).items():
        product = known.get(key)
        if product is None:
            product, added = _add(key, _said(own), by), added + 1
        else:
            _complete(product, _said(own), by)
        ids[key] = product.id
    return ids, added


def _said(rows: Sequence[Row]) -> Said:
    def first(field: str) -> object:
        return next((value for row in rows if (value := getattr(row, field)) is not None), None)

    fields = ("product_en", "holder", "storage", "range", "gtin", "drug_ids", "controlled")
    return Said(*(first(field) for field in fields))  # type: ignore[arg-type]  # each field has the row's own type


def _add(key: ProductKey, said: Said, by: str) -> Product:
    limits = said.range
    assert limits is not None, "storage is required, so a sound row has a range"
    product = Product(
        id=context().ids.new(),
        name_zh=key.name,
        name_en=said.name_en or key.name,
        form=key.form,
        specification=key.specification,
        maker=key.maker,
        holder=said.holder or key.maker,
        gtin=said.gtin,
        drug_ids=" ".join(said.drug_ids or ()),
        storage=said.storage or "",
        low=limits.low,
        high=limits.high,
        controlled=bool(said.controlled),
    )
    db.session.add(product)
    db.session.flush()
    record(Tag.PRODUCT_ADDED, by=by, subject=key.text(), changes=difference({}, _facts(product)))
    return product


def _complete(product: Product, said: Said, by: str) -> None:
    before = _facts(product)
    if said.name_en is not None and product.name_en == product.name_zh:
        product.name_en = said.name_en
    if said.gtin is not None:
        product.gtin = said.gtin
    levels = dict.fromkeys((*product.drug_ids.split(), *(said.drug_ids or ())))
    product.drug_ids = " ".join(levels)
    if changes := difference(before, _facts(product)):
        record(Tag.PRODUCT_CHANGED, by=by, subject=f"{product.name_zh} {product.specification}", changes=changes)


def _facts(product: Product) -> dict[str, object]:
    return {column.key: getattr(product, column.key) for column in product.__table__.columns if column.key != "id"}


def value(row: Product) -> work.Product:
    """A product as a route carries it."""
    return work.Product(
        id=row.id,
        name=Name(row.name_zh, row.name_en),
        form=row.form,
        specification=row.specification,
        maker=row.maker,
        holder=row.holder,
        gtin=row.gtin,
        drug_ids=tuple(row.drug_ids.split()),
        storage=row.storage,
        range=ProductRange(row.low, row.high),
        controlled=row.controlled,
    )
