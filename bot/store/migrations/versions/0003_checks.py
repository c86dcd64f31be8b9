"""Leases of checks stand in a small table of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checks",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_checks")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":  # a few rows that change hundreds of times a second
        op.execute(
            "ALTER TABLE checks SET "
            "(fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)"
        )
    op.drop_index("ix_orders_leased", table_name="orders")
    op.drop_column("orders", "lease")


def downgrade() -> None:
    op.add_column("orders", sa.Column("lease", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_orders_leased",
        "orders",
        ["lease"],
        sqlite_where=sa.text("lease > ''"),
        postgresql_where=sa.text("lease > ''"),
    )
    op.drop_table("checks")
