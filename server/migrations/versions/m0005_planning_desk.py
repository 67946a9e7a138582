"""The planning desk: drafts, plans that take the place of others, the roads of a plan, and searches that run"""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_draft",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(length=80), nullable=False),
        sa.Column("hand", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_draft_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_draft")),
    )

    op.create_table(
        "plan_roads",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("matrices", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_roads_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_roads")),
    )

    op.create_table(
        "plan_search",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.String(length=40), nullable=True),
        sa.Column("hand", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("found", sa.String(length=40), nullable=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_search_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_search")),
    )

    op.create_table(
        "plan_succession",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("predecessor", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_succession_plan_id")),
        sa.ForeignKeyConstraint(["predecessor"], ["plan.id"], name=op.f("fk_plan_succession_predecessor")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_succession")),
        sa.UniqueConstraint("predecessor", name=op.f("uq_plan_succession_predecessor")),
    )

    op.create_table(
        "standing_route",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("route_id", sa.String(length=40), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["planned_route.id"], name=op.f("fk_standing_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_route")),
    )
    with op.batch_alter_table("standing_route", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standing_route_route_id"), ["route_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("standing_route", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standing_route_route_id"))
    op.drop_table("standing_route")
    op.drop_table("plan_succession")
    op.drop_table("plan_search")
    op.drop_table("plan_roads")
    op.drop_table("plan_draft")
