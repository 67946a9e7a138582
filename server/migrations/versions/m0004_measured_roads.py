"""Measured roads, kept for the next plan, and how large a vehicle is"""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "road_row",
        sa.Column("edition", sa.String(length=60), nullable=False),
        sa.Column("profile", sa.String(length=80), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("away", sa.Double(), nullable=True),
        sa.Column("targets", sa.LargeBinary(), nullable=False),
        sa.Column("distances", sa.LargeBinary(), nullable=False),
        sa.Column("durations", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "profile", "place", name=op.f("pk_road_row")),
    )

    op.create_table(
        "vehicle_size",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("gross", sa.Integer(), nullable=True),
        sa.Column("axle", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["vehicle.id"], name=op.f("fk_vehicle_size_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_size")),
    )


def downgrade() -> None:
    op.drop_table("vehicle_size")
    op.drop_table("road_row")
