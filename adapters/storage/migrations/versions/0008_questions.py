"""What stays of a question when its words go, what became of drafts, and whether advice helped."""

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_given = partial(sa.Column, nullable=False)


def upgrade() -> None:
    op.create_table(
        "questions",
        _given("id", sa.Text()),
        _given("asked_at", sa.DateTime(timezone=True)),
        _given("week", sa.Date()),
        _given("platform", sa.Text()),
        _given("asker", sa.Text()),
        _given("verdict", sa.Text()),
        _given("reason", sa.Text()),
        _given("entry", sa.Text()),
        _given("topics", sa.JSON()),
        _given("guidance_version", sa.Text()),
        _given("escalated", sa.Boolean()),
        sa.Column("helpful", sa.Boolean()),
        _given("text", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index("ix_questions_asked_at", "questions", ["asked_at"])
    op.create_index("ix_questions_asker", "questions", ["asker"])
    op.create_table(
        "hash_keys",
        _given("name", sa.Text()),
        _given("key", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hash_keys")),
    )
    op.add_column("turns", sa.Column("question_id", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("display_name", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("draft_use", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("helped", sa.Boolean()))
