"""The shop's orders as a list that is read in pages, in the order of their last change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ids import shop_key
from bot.model import Flag, FlagRule, ListFilter, ListPlace
from bot.store.cases import FOLLOWED, JUDGED, WITH_CASES, asleep_at, flag_at
from bot.store.tables import WATCHED, orders

_LISTED = sa.or_(WATCHED, FOLLOWED)


class Listing:
    """The list within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def page(
        self,
        wanted: ListFilter,
        rules: Sequence[FlagRule],
        now: datetime,
        *,
        after: ListPlace | None = None,
        limit: int,
    ) -> list[tuple[ListPlace, Flag | None]]:
        """Up to `limit` orders that the shop or a customer watches, with their flags, oldest change first.

        `after` is the last place of the page before: an order that is added or changes meanwhile comes later,
        so none is left out.
        """
        judged, _ = flag_at(rules, now)
        flag = sa.case((sa.and_(JUDGED, sa.not_(asleep_at(now))), judged))
        query = (
            sa.select(orders.c.changed_at, orders.c.id, flag.label("flag"))
            .select_from(WITH_CASES)
            .where(_LISTED, *_conditions(wanted))
            .order_by(orders.c.changed_at, orders.c.id)
            .limit(limit)
        )
        if wanted.flag is not None:
            query = query.where(flag == wanted.flag.value)
        if after is not None:
            query = query.where(
                sa.or_(
                    orders.c.changed_at > after.changed_at,
                    sa.and_(orders.c.changed_at == after.changed_at, orders.c.id > after.order_id),
                )
            )
        rows = await self._on.execute(query)
        return [
            (ListPlace(changed_at=row.changed_at, order_id=row.id), Flag(row.flag) if row.flag else None)
            for row in rows
        ]


def _conditions(wanted: ListFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.order_ids is not None:
        found.append(orders.c.id.in_(wanted.order_ids))
    if wanted.stage is not None:
        found.append(orders.c.stage == wanted.stage)
    if wanted.shop_order:
        found.append(orders.c.shop_key == shop_key(wanted.shop_order))
    if wanted.changed_since is not None:
        found.append(orders.c.changed_at >= wanted.changed_since)
    return found
