"""How many trips a vehicle makes a day"""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vehicle_trips",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("trips", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["vehicle.id"], name=op.f("fk_vehicle_trips_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_trips")),
    )


def downgrade() -> None:
    op.drop_table("vehicle_trips")
