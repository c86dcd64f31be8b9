"""The merchant's own marks on orders: snooze, note, a customer's complaint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import sql
from bot.store.tables import cases, orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the merchant or a customer has said of one order."""

    order_id: str
    snoozed_until: datetime | None = None
    note: str = ""
    disputed_at: datetime | None = None


class Cases:
    """Cases within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def dispute(self, order_id: str, at: datetime | None) -> None:
        """A customer says that something is wrong (None: solved)."""
        await self._set(order_id, disputed_at=at)

    async def snooze(self, order_id: str, until: datetime | None) -> None:
        await self._set(order_id, snoozed_until=until)

    async def write_note(self, order_id: str, note: str) -> None:
        await self._set(order_id, note=note)

    async def get(self, order_id: str) -> Case:
        row = (
            (await self._on.execute(sa.select(cases).where(cases.c.order_id == order_id))).mappings().first()
        )
        return Case(order_id=order_id) if row is None else _case(row)

    async def open(self) -> list[Case]:
        """A case for every order that is still watched, or disputed: what the board has to judge."""
        rows = await self._on.execute(
            sa.select(orders.c.id.label("order_id"), cases.c.snoozed_until, cases.c.note, cases.c.disputed_at)
            .outerjoin(cases, cases.c.order_id == orders.c.id)
            .where(sa.or_(orders.c.finished_at.is_(None), cases.c.disputed_at.is_not(None)))
        )
        return [_case(row) for row in rows.mappings()]

    async def _set(self, order_id: str, **values: Any) -> None:
        await self._on.execute(
            sql.upsert(self._on, cases, ["order_id"], values), {"order_id": order_id, "note": ""} | values
        )


def _case(row: sa.RowMapping) -> Case:
    return Case(
        order_id=row["order_id"],
        snoozed_until=row["snoozed_until"],
        note=row["note"] or "",
        disputed_at=row["disputed_at"],
    )
