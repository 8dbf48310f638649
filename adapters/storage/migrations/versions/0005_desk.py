"""What the desk keeps of deadlines, departments, languages and managers; salt for what stands for a note."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("cases", sa.Column("wanted_by", sa.DateTime(timezone=True)))
    op.add_column("cases", sa.Column("department", sa.Text(), nullable=False, server_default=""))
    op.add_column("case_events", sa.Column("salt", sa.Text()))
    op.add_column("advisors", sa.Column("departments", sa.JSON()))
    op.add_column("advisors", sa.Column("languages", sa.JSON()))
    op.add_column("advisors", sa.Column("manager", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "colleagues",
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("manager", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_colleagues")),
    )
