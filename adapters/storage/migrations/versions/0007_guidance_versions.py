"""What an answer rests on, the versions of the guidance, and who was told of which change."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("turns", sa.Column("guidance_version", sa.Text(), nullable=False, server_default=""))
    op.add_column("turns", sa.Column("passages", sa.JSON()))
    op.add_column("turns", sa.Column("place", sa.JSON()))
    op.create_table(
        "guidance_versions",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_guidance_versions")),
    )
    op.create_table(
        "recalls",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "change", name=op.f("pk_recalls")),
    )
