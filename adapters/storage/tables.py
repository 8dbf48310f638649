"""Every table. A change here needs a migration: tests/integration/test_migrations.py holds them together."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC. Binding a naive one raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.utcoffset() is None else stored.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
_Given = partial(Column, nullable=False)
_Json = JSON(none_as_null=True)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    _Given("state", Text),
    _Given("question", Text),
    _Given("facts", _Json),
    _Given("topics", _Json),
    _Given("why", Text),
    _Given("advisor_needs", _Json),
    _Given("passages", _Json),
    _Given("guidance_version", Text),
    _Given("asker", _Json),
    _Given("asker_key", Text),
    _Given("place", _Json),
    _Given("place_key", Text),
    _Given("advisor_id", Text),  # no foreign key: who left the rota keeps their cases
    _Given("chosen_because", Text),
    _Given("opened_at", UtcDateTime),
    _Given("acknowledge_by", UtcDateTime),
    _Given("answer_by", UtcDateTime),
    _Given("advice", Text),
    Column("ended_at", UtcDateTime),
    _Given("version", Integer),
    _Given("round", Integer, server_default="1"),
    _Given("untaken", Integer, server_default="0"),
    _Given("asker_name", Text, server_default=""),
    Column("wanted_by", UtcDateTime),
    _Given("department", Text, server_default=""),
    _Given("on_hold", Boolean, server_default=false()),  # kept whatever its age, for a court or an inquiry
    _Given("display_name", Text, server_default=""),
    _Given("draft_use", Text, server_default=""),
    Column("helped", Boolean),
    Index("ix_cases_asker_key", "asker_key", "opened_at"),
    Index("ix_cases_advisor_id", "advisor_id", "state"),
    Index("ix_cases_place_key", "place_key", "state"),
    Index("ix_cases_state", "state", "ended_at"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _Given("at", UtcDateTime),
    _Given("actor", Text),
    _Given("move", Text),
    _Given("state", Text),
    _Given("note", Text),
    Column("note_digest", Text),  # both null in rows of the first release
    Column("digest", Text),
    Column("salt", Text),  # goes with the note when its words are erased; null in older rows too
)

case_numbers = Table(
    "case_numbers",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    _Given("last", Integer),
)

# What advisors decided, without the people. The limits that must never be passed stand here too: nobody countersigns
# their own decision, and of a chain each link is replaced once and not by itself.
precedents = Table(
    "precedents",
    metadata,
    Column("id", Text, primary_key=True),
    _Given("state", Text),
    _Given("case_id", Text, ForeignKey("cases.id")),
    _Given("question", Text),
    _Given("advice", Text),
    _Given("facts", _Json),
    _Given("topics", _Json),
    _Given("passages", _Json),
    _Given("guidance_version", Text),
    _Given("decided_by", Text),
    _Given("decided_on", Date),
    _Given("proposed_by", Text),
    Column("signed_by", Text),
    _Given("review_by", Date),
    Column("replaces", Text, ForeignKey("precedents.id"), unique=True),
    _Given("stale", Text),
    _Given("version", Integer),
    CheckConstraint("state IN ('proposed', 'signed', 'stale', 'replaced', 'withdrawn')", name="state"),
    CheckConstraint("signed_by <> decided_by AND signed_by <> proposed_by", name="second_advisor"),
    CheckConstraint("state <> 'signed' OR signed_by IS NOT NULL", name="signed"),
    CheckConstraint("replaces <> id", name="chain"),
    Index("ix_precedents_case_id", "case_id"),
)

precedent_events = Table(
    "precedent_events",
    metadata,
    Column("precedent_id", Text, ForeignKey("precedents.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _Given("at", UtcDateTime),
    _Given("actor", Text),
    _Given("move", Text),
    _Given("state", Text),
    _Given("note", Text),
)

precedent_numbers = Table(
    "precedent_numbers",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    _Given("last", Integer),
)

# One table for all that falls due. `id` is the order of creation; `platform` is where it goes or went, null
# while an advisor's route is open; `doubtful` marks one that may have arrived though nothing confirmed it.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _Given("key", Text, unique=True),
    _Given("kind", Text),
    Column("case_id", Text, ForeignKey("cases.id")),
    Column("recipient", _Json),
    Column("recipient_key", Text),
    Column("reply", _Json),
    _Given("replaces", Boolean),
    _Given("state", Text),
    _Given("due_at", UtcDateTime),
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),
    _Given("attempts", Integer),
    _Given("doubtful", Boolean),
    Column("last_error", Text),
    Column("platform", Text),
    Column("address", Text),
    Column("message", _Json),
    Column("sent_at", UtcDateTime),
    _Given("created_at", UtcDateTime),
    CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed')", name="state"),
    CheckConstraint("kind <> 'message' OR recipient_key IS NOT NULL", name="recipient"),
    Index("ix_deliveries_due", "state", "due_at"),
    Index("ix_deliveries_recipient", "recipient_key", "state"),
    Index("ix_deliveries_case", "case_id", "recipient_key"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Text, primary_key=True),
    _Given("seen_at", UtcDateTime),
    Column("question", _Json),  # one that is still to be answered
    Column("lease_until", UtcDateTime),
    Index("ix_inbox_seen_at", "seen_at"),
    Index("ix_inbox_lease_until", "lease_until"),
)

places = Table(
    "places",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    _Given("place", _Json),
    _Given("updated_at", UtcDateTime),
)

advisors = Table(
    "advisors",
    metadata,
    Column("id", Text, primary_key=True),
    _Given("position", Integer, unique=True),
    _Given("name", Text),
    _Given("role", Text),
    _Given("topics", _Json),
    _Given("addresses", _Json),
    _Given("email", Text),
    _Given("deputy", Text),
    _Given("zone", Text),
    Column("hours", _Json),  # null in rows of the first release: office hours in their zone
    Column("presence", _Json),
    Column("is_owner", Boolean),
    Column("departments", _Json),  # null in older rows: none
    Column("languages", _Json),
    _Given("manager", Text, server_default=""),
)

# people who ask, as far as the rota tells of them
colleagues = Table(
    "colleagues",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    _Given("addresses", _Json),
    _Given("department", Text),
    _Given("manager", Text),
)

duty = Table(
    "duty",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    _Given("advisor_id", Text, ForeignKey("advisors.id")),
)

turns = Table(
    "turns",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the order they were asked in
    _Given("id", Text, unique=True),
    _Given("place_key", Text),
    _Given("person_key", Text),
    _Given("asked_at", UtcDateTime),
    _Given("question", Text),
    _Given("facts", _Json),
    _Given("verdict", Text),
    _Given("entry", Text),
    _Given("topics", _Json),
    _Given("awaiting", Text),
    Column("helpful", Boolean),  # the first release's; kept with the question now
    _Given("guidance_version", Text, server_default=""),
    Column("passages", _Json),  # this and the place null in rows of the first releases
    Column("place", _Json),
    _Given("question_id", Text, server_default=""),
    Index("ix_turns_place_key", "place_key", "person_key", "asked_at"),
)

# What each version of the guidance said, as JSON under zlib: a fifth of the size.
guidance_versions = Table(
    "guidance_versions",
    metadata,
    Column("version", Text, primary_key=True),
    _Given("kept_at", UtcDateTime),
    _Given("content", LargeBinary),
)

# Who was told of which change: `subject` is the id of a turn or a case.
recalls = Table(
    "recalls",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("change", Text, primary_key=True),
    _Given("told_at", UtcDateTime),
)

# What stays of a question when its turns are gone. `asker` is a keyed hash; `week` the Monday of the week it was
# asked in, which both databases can group by.
questions = Table(
    "questions",
    metadata,
    Column("id", Text, primary_key=True),
    _Given("asked_at", UtcDateTime),
    _Given("week", Date),
    _Given("platform", Text),
    _Given("asker", Text),
    _Given("verdict", Text),
    _Given("reason", Text),
    _Given("entry", Text),
    _Given("topics", _Json),
    _Given("guidance_version", Text),
    _Given("escalated", Boolean),
    Column("helpful", Boolean),
    _Given("text", Text),
    Index("ix_questions_asked_at", "asked_at"),
    Index("ix_questions_asker", "asker"),
)

# The key of the hash in `questions`, where the settings give none.
hash_keys = Table(
    "hash_keys",
    metadata,
    Column("name", Text, primary_key=True),
    _Given("key", LargeBinary),
)

# Workspaces, and organisations as a whole, that installed smpolicy. `tokens` is sealed with SMPOLICY_TOKEN_KEYS;
# `refreshing_until` keeps two processes from refreshing one token.
slack_installations = Table(
    "slack_installations",
    metadata,
    Column("workspace", Text, primary_key=True),
    _Given("organisation", Text),
    _Given("name", Text),
    _Given("scopes", _Json),
    _Given("tokens", Text),
    Column("expires_at", UtcDateTime),
    Column("refreshing_until", UtcDateTime),
    _Given("installed_at", UtcDateTime),
    Index("ix_slack_installations_organisation", "organisation"),
)

# What Slack brought back from its page of consent, so that nobody brings it twice.
slack_used_states = Table(
    "slack_used_states",
    metadata,
    Column("digest", Text, primary_key=True),
    _Given("used_at", UtcDateTime),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    _Given("at", UtcDateTime),
)
