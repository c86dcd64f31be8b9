"""What became of the shop's parcels, counted in the database: a read never grows with its orders' scans."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Reason, Reported, Stage, Tally
from bot.store.tables import DELIVERED, EPOCH, IN_TROUBLE, disputes, nodes, parcels

_DAY = 86_400_000  # milliseconds


class FigureCounts:
    """Counts within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def deliveries(self, since: datetime, until: datetime, offset: timedelta) -> list[Tally]:
        """The parcels delivered from `since` until before `until`, counted by day, carrier and duration.

        `offset` is the reader's from UTC: days begin at its midnight. A parcel that came on a later day than
        AliExpress first promised is late.
        """
        shift = offset // timedelta(milliseconds=1)
        start, end, promise = (
            sa.type_coerce(column, sa.BigInteger)
            for column in (parcels.c.started_at, parcels.c.stage_since, parcels.c.first_eta)
        )
        day = (end + shift) // _DAY
        took = sa.case((end > start, (end - start + _DAY // 2) // _DAY))
        late = sa.case((day > (promise + shift) // _DAY, 1), else_=0)
        columns = (day.label("day"), parcels.c.carrier, took.label("days"))
        rows = await self._on.execute(
            sa.select(
                *columns,
                sa.func.count().label("parcels"),
                sa.func.count(promise).label("promised"),
                sa.func.sum(late).label("late"),
            )
            .where(DELIVERED, parcels.c.stage_since >= since, parcels.c.stage_since < until)
            .group_by(*(column.name for column in columns))
        )
        return [
            Tally(
                on=date.fromordinal(EPOCH.toordinal() + row.day),
                carrier=row.carrier,
                days=row.days,
                parcels=row.parcels,
                promised=row.promised,
                late=int(row.late),
            )
            for row in rows
        ]

    async def troubles(self, since: datetime, until: datetime) -> dict[tuple[Stage, Reason], int]:
        """How many orders had a problem of each kind from `since` until before `until`, as carriers say."""
        back = (Stage.RETURNING.value, Stage.RETURNED.value)
        stage = sa.case((nodes.c.stage.in_(back), Stage.RETURNED.value), else_=nodes.c.stage)
        reason = sa.case((nodes.c.stage == Stage.EXCEPTION.value, nodes.c.reason), else_="")
        rows = await self._on.execute(
            sa.select(
                stage.label("kind"),
                reason.label("cause"),
                sa.func.count(sa.distinct(nodes.c.order_id)).label("orders"),
            )
            .where(IN_TROUBLE, nodes.c.at >= since, nodes.c.at < until)
            .group_by("kind", "cause")
        )
        known = {each.value for each in Reason}
        return {
            (Stage(row.kind), Reason(row.cause if row.cause in known else Reason.OTHER)): row.orders
            for row in rows
        }

    async def reported(self, since: datetime) -> Reported:
        """The customers' problems reported since then, and how many of them are solved."""
        rows = await self._on.execute(
            sa.select(sa.func.count().label("reported"), sa.func.count(disputes.c.solved_at).label("solved"))
            .select_from(disputes)
            .where(disputes.c.told_at >= since)
        )
        row = rows.one()
        return Reported(reported=row.reported, solved=row.solved)
