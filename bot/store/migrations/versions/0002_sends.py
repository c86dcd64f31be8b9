"""What an update had of effects, and what went to a chat in the last minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("updates", sa.Column("effects", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "sends",
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("at", "chat_id", name=op.f("pk_sends")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("sends")
    op.drop_column("updates", "effects")
