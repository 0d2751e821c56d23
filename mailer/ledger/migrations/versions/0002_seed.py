"""The seed of a dispatch's order; one that was planned before has none, and goes as listed"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("dispatch", sa.Column("seed", sa.Integer(), nullable=True))
