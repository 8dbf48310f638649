"""Questions that are saved before they are answered."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("question", sa.JSON()))
    op.add_column("inbox", sa.Column("lease_until", sa.DateTime(timezone=True)))
    op.create_index("ix_inbox_lease_until", "inbox", ["lease_until"])


def downgrade() -> None:
    op.drop_index("ix_inbox_lease_until", "inbox")
    op.drop_column("inbox", "lease_until")
    op.drop_column("inbox", "question")
