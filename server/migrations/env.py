"""Alembic's environment: one connection, one transaction, the models' metadata."""

from typing import Literal

from alembic import context
from sqlalchemy import create_engine

import server.models  # noqa: F401  # every table
from server.db import Instant, db


def render_item(kind: str, value: object, _autogen_context: object) -> str | Literal[False]:
    """Instants are written as what they are in the database, so that a migration never depends on our classes."""
    if kind == "type" and isinstance(value, Instant):
        return "sa.BigInteger()"
    return False


url = context.config.attributes["url"]
engine = create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_item=render_item,
        render_as_batch=engine.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
