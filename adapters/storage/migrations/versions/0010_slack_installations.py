"""Workspaces that installed smpolicy, with their tokens sealed; states that have been used."""

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0012"

_given = partial(sa.Column, nullable=False)


def upgrade() -> None:
    op.create_table(
        "slack_installations",
        _given("workspace", sa.Text()),
        _given("organisation", sa.Text()),
        _given("name", sa.Text()),
        _given("scopes", sa.JSON()),
        _given("tokens", sa.Text()),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("refreshing_until", sa.DateTime(timezone=True)),
        _given("installed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_slack_installations")),
    )
    op.create_index("ix_slack_installations_organisation", "slack_installations", ["organisation"])
    op.create_table(
        "slack_used_states",
        _given("digest", sa.Text()),
        _given("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_slack_used_states")),
    )
