"""Cases that must be kept whatever their age, and names that askers shared."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("cases", sa.Column("asker_name", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("on_hold", sa.Boolean(), nullable=False, server_default=sa.false()))
