"""What came back and still has its words, by when it came: it is let go after a while"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.drop_index("ix_came_back_at", "came_back")
    op.create_index(
        "came_back_kept",
        "came_back",
        ["at"],
        sqlite_where=sa.text("length(content) > 0"),
    )
