"""Precedents, their log and their numbers; ended cases by age."""

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"

_given = partial(sa.Column, nullable=False)


def upgrade() -> None:
    op.create_table(
        "precedents",
        _given("id", sa.Text()),
        _given("state", sa.Text()),
        _given("case_id", sa.Text()),
        _given("question", sa.Text()),
        _given("advice", sa.Text()),
        _given("facts", sa.JSON()),
        _given("topics", sa.JSON()),
        _given("passages", sa.JSON()),
        _given("guidance_version", sa.Text()),
        _given("decided_by", sa.Text()),
        _given("decided_on", sa.Date()),
        _given("proposed_by", sa.Text()),
        sa.Column("signed_by", sa.Text()),
        _given("review_by", sa.Date()),
        sa.Column("replaces", sa.Text()),
        _given("stale", sa.Text()),
        _given("version", sa.Integer()),
        sa.CheckConstraint(
            "state IN ('proposed', 'signed', 'stale', 'replaced', 'withdrawn')", name=op.f("ck_precedents_state")
        ),
        sa.CheckConstraint(
            "signed_by <> decided_by AND signed_by <> proposed_by", name=op.f("ck_precedents_second_advisor")
        ),
        sa.CheckConstraint("state <> 'signed' OR signed_by IS NOT NULL", name=op.f("ck_precedents_signed")),
        sa.CheckConstraint("replaces <> id", name=op.f("ck_precedents_chain")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_precedents_case_id")),
        sa.ForeignKeyConstraint(["replaces"], ["precedents.id"], name=op.f("fk_precedents_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_precedents")),
        sa.UniqueConstraint("replaces", name=op.f("uq_precedents_replaces")),
    )
    op.create_index("ix_precedents_case_id", "precedents", ["case_id"])
    op.create_table(
        "precedent_events",
        _given("precedent_id", sa.Text()),
        _given("number", sa.Integer(), autoincrement=False),
        _given("at", sa.DateTime(timezone=True)),
        _given("actor", sa.Text()),
        _given("move", sa.Text()),
        _given("state", sa.Text()),
        _given("note", sa.Text()),
        sa.ForeignKeyConstraint(["precedent_id"], ["precedents.id"], name=op.f("fk_precedent_events_precedent_id")),
        sa.PrimaryKeyConstraint("precedent_id", "number", name=op.f("pk_precedent_events")),
    )
    op.create_table(
        "precedent_numbers",
        _given("year", sa.Integer(), autoincrement=False),
        _given("last", sa.Integer()),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_precedent_numbers")),
    )
    op.create_index("ix_cases_state", "cases", ["state", "ended_at"])
