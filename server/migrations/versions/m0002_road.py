"""What happened on the road beside the handovers"""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "road",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("route_id", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_road")),
    )
    with op.batch_alter_table("road", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_road_route_id"), ["route_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("road", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_road_route_id"))
    op.drop_table("road")
