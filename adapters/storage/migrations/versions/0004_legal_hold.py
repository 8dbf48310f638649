"""Cases that must be kept whatever their age."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("cases", sa.Column("on_hold", sa.Boolean(), nullable=False, server_default=sa.false()))
