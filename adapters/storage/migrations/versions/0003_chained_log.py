"""The log of cases, chained by digests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("case_events", sa.Column("note_digest", sa.Text()))
    op.add_column("case_events", sa.Column("digest", sa.Text()))
