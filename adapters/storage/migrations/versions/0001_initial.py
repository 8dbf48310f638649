"""Everything a first release keeps."""

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_given = partial(sa.Column, nullable=False)


def upgrade() -> None:
    op.create_table(
        "advisors",
        _given("id", sa.Text()),
        _given("position", sa.Integer()),
        _given("name", sa.Text()),
        _given("role", sa.Text()),
        _given("topics", sa.JSON()),
        _given("addresses", sa.JSON()),
        _given("email", sa.Text()),
        _given("deputy", sa.Text()),
        _given("zone", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisors")),
        sa.UniqueConstraint("position", name=op.f("uq_advisors_position")),
    )
    op.create_table(
        "case_numbers",
        _given("year", sa.Integer(), autoincrement=False),
        _given("last", sa.Integer()),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_case_numbers")),
    )
    op.create_table(
        "cases",
        _given("id", sa.Text()),
        _given("state", sa.Text()),
        _given("question", sa.Text()),
        _given("facts", sa.JSON()),
        _given("topics", sa.JSON()),
        _given("why", sa.Text()),
        _given("advisor_needs", sa.JSON()),
        _given("passages", sa.JSON()),
        _given("guidance_version", sa.Text()),
        _given("asker", sa.JSON()),
        _given("asker_key", sa.Text()),
        _given("place", sa.JSON()),
        _given("place_key", sa.Text()),
        _given("advisor_id", sa.Text()),
        _given("chosen_because", sa.Text()),
        _given("opened_at", sa.DateTime(timezone=True)),
        _given("acknowledge_by", sa.DateTime(timezone=True)),
        _given("answer_by", sa.DateTime(timezone=True)),
        _given("advice", sa.Text()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        _given("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_advisor_id", "cases", ["advisor_id", "state"])
    op.create_index("ix_cases_asker_key", "cases", ["asker_key", "opened_at"])
    op.create_index("ix_cases_place_key", "cases", ["place_key", "state"])
    op.create_table(
        "heartbeats",
        _given("name", sa.Text()),
        _given("at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "inbox",
        _given("event_id", sa.Text()),
        _given("seen_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"])
    op.create_table(
        "places",
        _given("platform", sa.Text()),
        _given("person_id", sa.Text()),
        _given("place", sa.JSON()),
        _given("updated_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("platform", "person_id", name=op.f("pk_places")),
    )
    op.create_table(
        "turns",
        _given("number", sa.Integer(), autoincrement=True),
        _given("id", sa.Text()),
        _given("place_key", sa.Text()),
        _given("person_key", sa.Text()),
        _given("asked_at", sa.DateTime(timezone=True)),
        _given("question", sa.Text()),
        _given("facts", sa.JSON()),
        _given("verdict", sa.Text()),
        _given("entry", sa.Text()),
        _given("topics", sa.JSON()),
        _given("awaiting", sa.Text()),
        sa.Column("helpful", sa.Boolean()),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_turns")),
        sa.UniqueConstraint("id", name=op.f("uq_turns_id")),
    )
    op.create_index("ix_turns_place_key", "turns", ["place_key", "person_key", "asked_at"])
    op.create_table(
        "case_events",
        _given("case_id", sa.Text()),
        _given("number", sa.Integer(), autoincrement=False),
        _given("at", sa.DateTime(timezone=True)),
        _given("actor", sa.Text()),
        _given("move", sa.Text()),
        _given("state", sa.Text()),
        _given("note", sa.Text()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_events")),
    )
    op.create_table(
        "deliveries",
        _given("id", sa.Integer(), autoincrement=True),
        _given("key", sa.Text()),
        _given("kind", sa.Text()),
        sa.Column("case_id", sa.Text()),
        sa.Column("recipient", sa.JSON()),
        sa.Column("recipient_key", sa.Text()),
        sa.Column("reply", sa.JSON()),
        _given("replaces", sa.Boolean()),
        _given("state", sa.Text()),
        _given("due_at", sa.DateTime(timezone=True)),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        _given("attempts", sa.Integer()),
        _given("doubtful", sa.Boolean()),
        sa.Column("last_error", sa.Text()),
        sa.Column("platform", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("message", sa.JSON()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        _given("created_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind <> 'message' OR recipient_key IS NOT NULL", name=op.f("ck_deliveries_recipient")),
        sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed')", name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_deliveries_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index("ix_deliveries_case", "deliveries", ["case_id", "recipient_key"])
    op.create_index("ix_deliveries_due", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_recipient", "deliveries", ["recipient_key", "state"])
    op.create_table(
        "duty",
        _given("position", sa.Integer(), autoincrement=False),
        _given("advisor_id", sa.Text()),
        sa.ForeignKeyConstraint(["advisor_id"], ["advisors.id"], name=op.f("fk_duty_advisor_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_duty")),
    )
