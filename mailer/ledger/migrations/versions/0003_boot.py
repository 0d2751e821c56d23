"""Which boot of the machine a run belonged to; unknown of runs before this"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("run", sa.Column("boot", sa.String(), nullable=False, server_default=""))
