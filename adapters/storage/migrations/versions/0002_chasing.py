"""When advisors work and are away, who owns the service, and since when a case's time runs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("advisors", sa.Column("hours", sa.JSON()))
    op.add_column("advisors", sa.Column("presence", sa.JSON()))
    op.add_column("advisors", sa.Column("is_owner", sa.Boolean()))
    op.add_column("cases", sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("cases", sa.Column("untaken", sa.Integer(), nullable=False, server_default="0"))
