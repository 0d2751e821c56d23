"""What the log is read by: copies in their order, the odd ones, failed answers, a directory"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ODD = "state <> 'accepted' AND (attempts > 0 OR (state <> 'pending' AND state <> 'sending'))"
FAILED = "outcome <> '' AND outcome <> 'accepted'"


def upgrade() -> None:
    op.create_index("delivery_of_dispatch", "delivery", ["dispatch_id"])
    op.create_index(
        "delivery_odd",
        "delivery",
        ["dispatch_id", "id", "state", "attempts"],
        sqlite_where=sa.text(ODD),
    )
    op.create_index(
        "attempt_failed",
        "attempt",
        ["code", "delivery_id", "reply", "outcome"],
        sqlite_where=sa.text(FAILED),
    )
    op.create_table(
        "directory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("outlet_words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email_key", "name", "outlet"),
    )
    op.create_table(
        "directory_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("left_out_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
