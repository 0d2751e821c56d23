"""A copy that is accepted leaves the index of what waits: nobody looks for it there"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.drop_index("delivery_waiting", "delivery")
    op.create_index(
        "delivery_waiting",
        "delivery",
        ["dispatch_id", "state", "next_attempt_at"],
        sqlite_where=sa.text("state <> 'accepted'"),
    )
