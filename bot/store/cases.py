"""The merchant's board in the database: snoozes, notes and customers' problem reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Case, Dispute, Flag, FlagRule, FlagSince, Letter, OrderStatus, Place, Stage
from bot.store import sql
from bot.store.tables import OF_ALBUM, WATCHED, cases, disputes, follows, letters, orders

_QUIET = timedelta(days=1)  # between two reports of one place that the merchant hears


class Cases:
    """Cases within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def dispute(self, order_id: str, place: Place, at: datetime) -> bool:
        """A customer says there that something is wrong; whether the merchant is to be told.

        They are told once of what is open, and of one place once a day.
        """
        mine = _of(order_id, place)
        row = (await self._on.execute(sa.select(disputes).where(mine))).first()
        if row is not None and row.solved_at is None:
            return False
        fresh = row is None or not timedelta(0) <= at - row.told_at < _QUIET
        if row is None:
            key = {"order_id": order_id, "chat_id": place.chat_id, "topic_id": place.topic_id}
            await sql.add(self._on, disputes, key | {"told_at": at})
        else:
            told_at = at if fresh else row.told_at
            await self._on.execute(sa.update(disputes).where(mine).values(told_at=told_at, solved_at=None))
        if (await self.get(order_id)).disputed_at is None:
            await self._set(order_id, disputed_at=at)
        return fresh

    async def withdraw(self, order_id: str, place: Place, at: datetime) -> None:
        """What was wrong there is solved; the order's dispute ends where no other place has an open one."""
        is_open = disputes.c.solved_at.is_(None)
        mine = sa.update(disputes).where(_of(order_id, place), is_open).values(solved_at=at)
        if not (await self._on.execute(mine)).rowcount:
            return
        others = sa.select(disputes.c.chat_id).where(disputes.c.order_id == order_id, is_open).limit(1)
        if await self._on.scalar(others) is None:
            await self._set(order_id, disputed_at=None)

    async def find_dispute(self, order_id: str, place: Place) -> Dispute | None:
        """What that place reported or asked about the order, open or not."""
        row = (await self._on.execute(sa.select(disputes).where(_of(order_id, place)))).mappings().first()
        return None if row is None else _dispute(row)

    async def was_reported(self, order_id: str) -> bool:
        """Whether any customer ever reported or asked about the order."""
        known = sa.exists().where(disputes.c.order_id == order_id)
        return bool(await self._on.scalar(sa.select(known)))

    async def get_dispute(self, dispute: int) -> Dispute | None:
        """The customer's problem with this id."""
        query = sa.select(disputes).where(disputes.c.id == dispute)
        row = (await self._on.execute(query)).mappings().first()
        return None if row is None else _dispute(row)

    async def write_letter(
        self,
        dispute: int,
        update: int,
        at: datetime,
        *,
        from_shop: bool,
        author: str = "",
        text: str = "",
        photo: str = "",
        album: str = "",
    ) -> int:
        """Keep a letter; the one of an `update` handled before is left as it is. Returns its id."""
        row = {"dispute_id": dispute, "update_id": update, "from_shop": from_shop, "author": author}
        await sql.add(self._on, letters, row | {"text": text, "photo": photo, "album": album, "at": at})
        if from_shop:
            asked = (letters.c.dispute_id == dispute, ~letters.c.from_shop, letters.c.answered_at.is_(None))
            await self._on.execute(sa.update(letters).where(*asked).values(answered_at=at))
        mine = (letters.c.dispute_id == dispute, letters.c.update_id == update)
        return int((await self._on.execute(sa.select(letters.c.id).where(*mine))).scalar_one())

    async def letters(self, ids: Iterable[int]) -> dict[int, Letter]:
        """The letters with these ids, as far as they are still kept."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        rows = await self._on.execute(sa.select(letters, _JOINS, _AFTER).where(letters.c.id.in_(wanted)))
        return {row["id"]: _letter(row) for row in rows.mappings()}

    async def album(self, album: str, *, besides: int) -> tuple[Dispute, bool] | None:
        """The problem that an album's photos are about, and whether the shop sent them.

        None if none is known besides that of the update `besides`.
        """
        rows = await self._on.execute(
            sa.select(disputes, letters.c.from_shop)
            .join(letters, letters.c.dispute_id == disputes.c.id)
            .where(letters.c.album == album, OF_ALBUM, letters.c.update_id != besides)
            .limit(1)
        )
        row = rows.mappings().first()
        return None if row is None else (_dispute(row), row["from_shop"])

    async def correspondence(self, place: Place) -> list[tuple[str, Letter]]:
        """Every letter to and from that place with its order's id, oldest first."""
        rows = await self._on.execute(
            sa.select(letters, _JOINS, _AFTER, disputes.c.order_id)
            .join(disputes, disputes.c.id == letters.c.dispute_id)
            .where(disputes.c.chat_id == place.chat_id, disputes.c.topic_id == place.topic_id)
            .order_by(letters.c.id)
        )
        return [(row["order_id"], _letter(row)) for row in rows.mappings()]

    async def count_questions(
        self, chat_id: int | None = None, *, besides: int = 0, album: str | None = None
    ) -> int:
        """The unanswered letters to the shop about what is not solved, of one chat or of all.

        An album counts once. That of the update `besides` is left out, and this `album`.
        """
        one = sa.func.coalesce(sa.func.nullif(letters.c.album, ""), sa.cast(letters.c.id, sa.Text))
        query = (
            sa.select(sa.func.count(sa.distinct(one)))
            .select_from(letters.join(disputes, disputes.c.id == letters.c.dispute_id))
            .where(
                disputes.c.solved_at.is_(None),
                letters.c.answered_at.is_(None),
                ~letters.c.from_shop,
                letters.c.update_id != besides,
            )
        )
        if chat_id is not None:
            query = query.where(disputes.c.chat_id == chat_id)
        if album:
            query = query.where(letters.c.album != album)
        return int(await self._on.scalar(query) or 0)

    async def snooze(self, order_id: str, until: datetime | None) -> None:
        await self._set(order_id, snoozed_until=until)

    async def write_note(self, order_id: str, note: str) -> None:
        await self._set(order_id, note=note)

    async def close(self, order_id: str, stage: Stage, at: datetime) -> None:
        """The merchant is done with the order, which is in this stage; its open reports are solved."""
        mine = sa.and_(disputes.c.order_id == order_id, disputes.c.solved_at.is_(None))
        await self._on.execute(sa.update(disputes).where(mine).values(solved_at=at))
        await self._set(order_id, disputed_at=None, snoozed_until=None, done_at=at, done_stage=stage.value)

    async def get(self, order_id: str) -> Case:
        row = (
            (await self._on.execute(sa.select(cases).where(cases.c.order_id == order_id))).mappings().first()
        )
        return Case(order_id=order_id) if row is None else _case(row)

    async def flagged(
        self,
        rules: Sequence[FlagRule],
        gravity: Sequence[Flag],
        now: datetime,
        *,
        only: Flag | None = None,
        asleep: bool = False,
        skip: int = 0,
        most: int,
    ) -> list[Case]:
        """A page of the board, most serious and oldest first; `asleep` selects the snoozed orders instead.

        `only` selects orders with this flag.
        """
        flag, since = flag_at(rules, now)
        rows = await self._on.execute(
            _watched(orders.c.id.label("order_id"), *_MARKS)
            .where(
                flag == only.value if only is not None else flag.is_not(None),
                asleep_at(now) if asleep else sa.not_(asleep_at(now)),
            )
            .order_by(sa.case({each.value: place for place, each in enumerate(gravity)}, value=flag))
            .order_by(since, orders.c.id)
            .offset(skip)
            .limit(most)
        )
        return [_case(row) for row in rows.mappings()]

    async def count_flags(self, rules: Sequence[FlagRule], now: datetime) -> tuple[dict[Flag, int], int]:
        """The number of orders by flag, and the number of snoozed ones, which are not among them."""
        flag = flag_at(rules, now)[0].label("flag")
        judged = _watched(flag, asleep_at(now).label("asleep")).subquery()
        rows = await self._on.execute(
            sa.select(judged.c.flag, judged.c.asleep, sa.func.count().label("n"))
            .where(judged.c.flag.is_not(None))
            .group_by(judged.c.flag, judged.c.asleep)
        )
        found = [(Flag(row.flag), row.asleep, row.n) for row in rows]
        return {flag: n for flag, asleep, n in found if not asleep}, sum(
            n for _, asleep, n in found if asleep
        )

    async def _set(self, order_id: str, **values: Any) -> None:
        await self._on.execute(
            sql.upsert(self._on, cases, ["order_id"], values),
            {"order_id": order_id, "note": "", "done_stage": ""} | values,
        )


def _of(order_id: str, place: Place) -> sa.ColumnElement[bool]:
    return sa.and_(
        disputes.c.order_id == order_id,
        disputes.c.chat_id == place.chat_id,
        disputes.c.topic_id == place.topic_id,
    )


def _dispute(row: sa.RowMapping) -> Dispute:
    place = Place(row["chat_id"], row["topic_id"])
    return Dispute(id=row["id"], order_id=row["order_id"], place=place, solved_at=row["solved_at"])


_earlier = letters.alias()
_JOINS = sa.and_(
    letters.c.album != "",
    sa.exists().where(
        _earlier.c.dispute_id == letters.c.dispute_id,
        _earlier.c.album == letters.c.album,
        _earlier.c.id < letters.c.id,
    ),
).label("joins")
_AFTER = (
    sa.select(_earlier.c.text)
    .where(_earlier.c.dispute_id == letters.c.dispute_id, _earlier.c.from_shop, _earlier.c.id < letters.c.id)
    .order_by(_earlier.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("after")
)


def _letter(row: sa.RowMapping) -> Letter:
    return Letter(
        id=row["id"],
        dispute=row["dispute_id"],
        from_shop=row["from_shop"],
        author=row["author"],
        text=row["text"],
        photo=row["photo"],
        at=row["at"],
        joins=row["joins"],
        after=row["after"] or "",
    )


def _watched(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Orders under way that somebody watches, those returned, and those whose customer complained."""
    return sa.select(*columns).select_from(WITH_CASES).where(JUDGED)


def asleep_at(now: datetime) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(cases.c.snoozed_until > now, sa.false())


def flag_at(
    rules: Sequence[FlagRule], now: datetime
) -> tuple[sa.ColumnElement[str | None], sa.ColumnElement[datetime]]:
    """SQL for an order's flag (NULL for none) and the time it counts from."""
    fits = [
        sa.and_(
            orders.c.stage.in_(sorted(rule.stages)),
            orders.c.reason.not_in(sorted(rule.besides)) if rule.besides else sa.true(),
            _MOMENTS[rule.since] <= now - rule.grace if rule.grace else _MOMENTS[rule.since].is_not(None),
            sa.not_(_done(rule)),
        )
        for rule in rules
    ]
    flag = sa.case(*((fit, sa.literal(rule.flag.value)) for fit, rule in zip(fits, rules, strict=True)))
    since = sa.case(*((fit, _MOMENTS[rule.since]) for fit, rule in zip(fits, rules, strict=True)))
    return flag, since


def _done(rule: FlagRule) -> sa.ColumnElement[bool]:
    """SQL for what `board` calls done."""
    began = sa.type_coerce(_MOMENTS[rule.since], sa.BigInteger) + rule.grace // timedelta(milliseconds=1)
    done = sa.func.coalesce(began <= sa.type_coerce(cases.c.done_at, sa.BigInteger), sa.false())
    same = cases.c.done_stage == orders.c.stage
    return sa.and_(done, same) if rule.since is FlagSince.STAGE else done


WITH_CASES = orders.outerjoin(cases, cases.c.order_id == orders.c.id)
FOLLOWED = sa.exists().where(follows.c.order_id == orders.c.id)
_IN_DISPUTE = OrderStatus.DISPUTED.value
JUDGED = sa.or_(  # which orders can have a flag
    sa.and_(orders.c.finished_at.is_(None), sa.or_(WATCHED, FOLLOWED)),
    orders.c.stage == Stage.RETURNED,
    orders.c.status == _IN_DISPUTE,
    cases.c.disputed_at.is_not(None),
)
_MARKS = (
    cases.c.snoozed_until,
    cases.c.note,
    cases.c.disputed_at,
    cases.c.done_at,
    cases.c.done_stage,
)

_MOMENTS: dict[FlagSince, sa.ColumnElement[Any]] = {
    FlagSince.STAGE: sa.func.coalesce(orders.c.stage_since, orders.c.last_node_at, orders.c.created_at),
    FlagSince.PAYMENT: sa.case(
        (orders.c.last_node_at.is_(None), sa.func.coalesce(orders.c.paid_at, orders.c.created_at))
    ),
    FlagSince.NODE: orders.c.last_node_at,
    FlagSince.ETA: orders.c.eta,
    FlagSince.FORECAST: orders.c.late_expected_since,
    FlagSince.DISPUTE: cases.c.disputed_at,
    FlagSince.STATUS: sa.case(
        (orders.c.status == _IN_DISPUTE, sa.func.coalesce(orders.c.status_at, orders.c.created_at))
    ),
}


def _case(row: sa.RowMapping) -> Case:
    return Case(
        order_id=row["order_id"],
        snoozed_until=row["snoozed_until"],
        note=row["note"] or "",
        disputed_at=row["disputed_at"],
        done_at=row["done_at"],
        done_stage=row["done_stage"] or "",
    )
