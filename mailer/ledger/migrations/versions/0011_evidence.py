"""What came back by mail, and what it says of a delivery; which of it a suppression rests on"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "came_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("matched_by", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("forward_at", sa.DateTime(), nullable=True),
        sa.Column("forward_tries", sa.Integer(), nullable=False),
        sa.Column("forwarded_at", sa.DateTime(), nullable=True),
        sa.Column("forward_said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_came_back_at", "came_back", ["at"])
    op.create_index("ix_came_back_delivery_id", "came_back", ["delivery_id"])
    op.create_index(
        "came_back_waiting",
        "came_back",
        ["forward_at"],
        sqlite_where=sa.text("forward_at IS NOT NULL"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("came_back_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("meant", sa.Boolean(), nullable=False),
        sa.Column("permanence", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("diagnostic", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["came_back_id"], ["came_back.id"]),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("came_back_id", "email_key"),
    )
    op.create_index("ix_evidence_delivery_id", "evidence", ["delivery_id"])
    op.create_index("ix_evidence_email_key", "evidence", ["email_key"])
    op.add_column("suppression", sa.Column("evidence_id", sa.Integer(), nullable=True))
