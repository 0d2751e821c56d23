"""No index of when a copy changed: the log has other keys, and each copy paid for it twice"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.drop_index("ix_delivery_changed_at", "delivery")
