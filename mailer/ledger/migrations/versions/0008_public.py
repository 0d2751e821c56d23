"""Links of a copy are found by their hash; copies that were planned before this have none yet"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("link", sa.LargeBinary(), nullable=True))
    op.create_index("ix_delivery_link", "delivery", ["link"], unique=False)
