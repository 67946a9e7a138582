"""How routes stand this moment, ahead of the record"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live",
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("route_id", sa.String(length=40), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lat", sa.Integer(), nullable=False),
        sa.Column("lon", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("alarms", sa.Integer(), nullable=False),
        sa.Column("concluded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_live_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_live")),
    )
    with op.batch_alter_table("live", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_route_id"), ["route_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_taken"), ["taken"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("live", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_live_taken"))
        batch_op.drop_index(batch_op.f("ix_live_route_id"))
    op.drop_table("live")
