"""What vehicles and drivers cost, when drivers work and eat, who is hired, and what delivery notes ask for"""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carrier_terms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("contracted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["carrier.id"], name=op.f("fk_carrier_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_terms")),
    )

    op.create_table(
        "vehicle_terms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("fixed", sa.Double(), nullable=True),
        sa.Column("per_km", sa.Double(), nullable=True),
        sa.Column("per_hour", sa.Double(), nullable=True),
        sa.Column("per_stop", sa.Double(), nullable=True),
        sa.Column("max_duration", sa.Double(), nullable=True),
        sa.Column("max_trip", sa.Double(), nullable=True),
        sa.Column("max_distance", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["vehicle.id"], name=op.f("fk_vehicle_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_terms")),
    )

    op.create_table(
        "driver_terms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("shift_start", sa.Integer(), nullable=True),
        sa.Column("shift_end", sa.Integer(), nullable=True),
        sa.Column("meal_start", sa.Integer(), nullable=True),
        sa.Column("meal_latest", sa.Integer(), nullable=True),
        sa.Column("meal_length", sa.Integer(), nullable=True),
        sa.Column("per_hour", sa.Double(), nullable=True),
        sa.Column("controlled_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["driver.id"], name=op.f("fk_driver_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_terms")),
    )

    op.create_table(
        "consignment_terms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("dedicated", sa.String(length=40), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["consignment.id"], name=op.f("fk_consignment_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_terms")),
    )


def downgrade() -> None:
    op.drop_table("consignment_terms")
    op.drop_table("driver_terms")
    op.drop_table("vehicle_terms")
    op.drop_table("carrier_terms")
