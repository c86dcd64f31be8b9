"""The outbox: notices for places, leased per chat and settled per message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Blocker, News, NewsKind, Notice, PendingNotice, Place
from bot.store import sql
from bot.store.rows import Row, news_row, to_news, to_notice
from bot.store.tables import Utc, notices, orders, state_is

_ROWS_MORE = 128  # rows read beyond the places wanted: one place may have many rows
_due = state_is(notices, "due")
_NO_NEWS = (NewsKind.CARD, NewsKind.ASKED, NewsKind.ANSWERED, NewsKind.SOLVED)  # of the order itself
_OUTAGE = f"{NewsKind.CARD.value}:outage:%"
_NOW = sa.bindparam("b_now", type_=Utc)
_THIS = sa.update(notices).where(
    notices.c.id == sa.bindparam("b_id"), notices.c.lease == sa.bindparam("b_lease")
)
_LATER = _THIS.values(
    attempts=notices.c.attempts + sa.bindparam("b_counts", type_=sa.Integer),
    ambiguous=notices.c.ambiguous + sa.bindparam("b_ambiguous", type_=sa.Integer),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatBatch:
    """All notices that are due for one place, one per order, the longest waiting first."""

    place: Place
    lease: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers of notices that were sent, and that could not be."""

    sent: int
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNotice:
    """One piece of news for one place, and what became of it."""

    order_id: str
    key: str
    created_at: datetime
    state: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A notice that could not be sent."""

    id: int
    place: Place
    order_id: str
    error: str
    settled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxDepth:
    """The outbox in numbers: waiting and dead notices, and since when the oldest has been due."""

    due: int
    dead: int
    oldest_due_at: datetime | None


def is_complaint() -> sa.ColumnElement[bool]:
    """Whether a row tells the merchant what a customer wants: it waits however long their chat is away."""
    kinds = (NewsKind.REPORTED, NewsKind.ASKED)
    return sa.or_(*(notices.c.key.like(f"{kind.value}:%") for kind in kinds))


class Notices:
    """The outbox within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def enqueue(self, pending: Sequence[PendingNotice], now: datetime) -> None:
        """Add notices; those that a place already has (sent or waiting) are left as they are.

        One that is due later is held back on purpose; notices that are due earlier may overtake it.
        """
        if pending:
            await self._on.execute(
                sql.insert_or_ignore(self._on, notices),
                [
                    {
                        "chat_id": one.place.chat_id,
                        "topic_id": one.place.topic_id,
                        "order_id": one.order_id,
                        "key": one.news.key,
                        "news": news_row(one.news),
                        "importance": int(one.news.importance),
                        "created_at": now,
                        "due_at": one.due_at,
                        "held": one.due_at > now,
                    }
                    for one in pending
                ],
            )

    async def lease(self, now: datetime, limit: int, lease: timedelta) -> list[ChatBatch]:
        """Take the batches of up to `limit` places, the most important first.

        A place's batch is all that is due, except rows after one of the same order that waits for another
        attempt. While a row is leased, no other batch of its chat is leased. The row is due again after
        `lease`, so that nothing is lost in a crash.
        """
        rows = await self._on.execute(_READY, {"b_now": now, "b_limit": limit + _ROWS_MORE})
        places = list(dict.fromkeys(tuple(row) for row in rows.all()))[:limit]
        if not places:
            return []
        token = sql.new_lease()
        taken = await self._on.execute(
            _TAKE,
            {
                "b_now": now,
                "b_chats": list({chat_id for chat_id, _ in places}),
                "b_places": places,
                "b_until": now + lease,
                "b_lease": token,
            },
        )
        batches = _batches(token, sorted(taken.mappings(), key=itemgetter("id")))
        rank = {Place(chat_id, topic_id): number for number, (chat_id, topic_id) in enumerate(places)}
        return sorted(batches, key=lambda batch: rank[batch.place])

    async def set_back(self, now: datetime, back: timedelta) -> None:
        """Correct times after the clock was ahead by `back`: due times move back by as much."""
        earlier = sql.moved_back(notices.c.due_at, back)
        then = sa.or_(notices.c.created_at > now, notices.c.attempts > 0)
        await self._on.execute(
            sa.update(notices)
            .where(_due, then, notices.c.due_at >= now + back - timedelta(minutes=1))
            .values(due_at=earlier)
        )
        await self._on.execute(
            sa.update(notices).where(_due, notices.c.created_at > now).values(created_at=now)
        )

    async def settle_sent(
        self, ids: Sequence[int], lease: str, now: datetime, message_id: int | None
    ) -> None:
        """These were sent, as one message."""
        await self._end(ids, lease, state="sent", settled_at=now, message_id=message_id)

    async def settle_later(
        self,
        ids: Sequence[int],
        lease: str,
        at: datetime,
        *,
        now: datetime | None = None,
        counts: bool = True,
        ambiguous: bool = False,
        held: bool = False,
        blocker: Blocker | None = None,
        error: str = "",
    ) -> None:
        """Retry at `at`; later notices of the same order and place wait for it, unless `held`.

        `counts` adds an attempt, `ambiguous` one that may have been delivered. `blocker` prevented this one.
        """
        await self._end(
            ids,
            lease,
            _LATER,
            due_at=at,
            b_counts=int(counts),
            b_ambiguous=int(ambiguous),
            held=held,
            blocker=blocker,
            tried_at=now,
            error=error,
        )

    async def settle_dead(self, ids: Sequence[int], lease: str, now: datetime, error: str) -> None:
        """These can never be sent: mark them as dead letters."""
        await self._end(ids, lease, state="dead", settled_at=now, error=error)

    async def settle_dropped(self, ids: Sequence[int], lease: str, now: datetime) -> None:
        """These are no longer wanted: drop them."""
        await self._end(ids, lease, state="dropped", settled_at=now)

    async def _end(
        self, ids: Sequence[int], lease: str, statement: sa.Update = _THIS, **values: object
    ) -> None:
        if ids:
            row = {"blocker": None} | values | {"b_lease": lease, "lease": ""}
            await self._on.execute(statement, [row | {"b_id": one} for one in ids])

    async def postpone(self, place: Place, until: datetime) -> None:
        """Postpone everything that waits for the place to `until` at least, except leased notices."""
        await self._on.execute(
            sa.update(notices)
            .where(
                sql.in_order(
                    notices,
                    _due,
                    _at(place),
                    notices.c.due_at < until,
                    notices.c.lease == "",
                )
            )
            .values(due_at=until, held=True)
        )

    async def waits_until(self, place: Place, order_id: str, kind: NewsKind) -> datetime | None:
        """When the place will be told something of this kind (its key begins with it); None: never."""
        found: datetime | None = await self._on.scalar(
            sa.select(sa.func.min(notices.c.due_at)).where(
                _due, _at(place), notices.c.order_id == order_id, notices.c.key.like(f"{kind.value}:%")
            )
        )
        return found

    async def drop_waiting(self, place: Place, order_id: str, kind: NewsKind, now: datetime) -> None:
        """Nothing of this kind (its key begins with it) is to be told to the place any more."""
        await self._on.execute(
            sa.update(notices)
            .where(_due, _at(place), notices.c.order_id == order_id, notices.c.key.like(f"{kind.value}:%"))
            .values(state="dropped", settled_at=now)
        )

    async def last_announced(self, place: Place, order_id: str) -> News | None:
        """The last news of the order that the place was told; None where nothing is remembered."""
        row = await self._on.scalar(
            sa.select(notices.c.news)
            .where(
                _at(place),
                notices.c.order_id == order_id,
                state_is(notices, "sent"),
                *(notices.c.key.not_like(f"{kind.value}:%") for kind in _NO_NEWS),
            )
            .order_by(notices.c.settled_at.desc(), notices.c.importance.desc(), notices.c.id.desc())
            .limit(1)
        )
        return None if row is None else to_news(row)

    async def release(self, place: Place, now: datetime) -> None:
        """Make everything held back for the place due now, except questions scheduled for a later day."""
        await self._on.execute(
            sa.update(notices)
            .where(
                sql.in_order(
                    notices,
                    _due,
                    _at(place),
                    notices.c.held,
                    notices.c.due_at > now,
                    notices.c.key.not_like(f"{NewsKind.CHECK_IN.value}:%"),
                    notices.c.key.not_like(_OUTAGE),
                )
            )
            .values(due_at=now, held=False)
        )

    async def outages(self, now: datetime) -> dict[str, bool]:
        """The orders whose cards tell of an outage, and whether they were answered since."""
        rows = await self._on.execute(
            sa.select(
                notices.c.order_id,
                sa.func.min(sa.case((orders.c.fetched_at > notices.c.created_at, 1), else_=0)),
            )
            .join(orders, orders.c.id == notices.c.order_id)
            .where(_due, notices.c.due_at > now, notices.c.key.like(_OUTAGE))
            .group_by(notices.c.order_id)
        )
        return {order_id: bool(answered) for order_id, answered in rows.all()}

    async def end_outages(self, order_ids: Iterable[str], now: datetime) -> None:
        """Cards of these orders are to tell of no outage any more."""
        ids = list(order_ids)
        if ids:
            await self._on.execute(
                sa.update(notices)
                .where(_due, notices.c.order_id.in_(ids), notices.c.key.like(_OUTAGE))
                .values(due_at=now)
            )

    async def release_refused(self, chat_id: int, now: datetime, topic_id: int | None = None) -> int:
        """The bot may write in the chat (or topic) again: make what waits for that due. Returns how many."""
        where = [_blocked_by(Blocker.CHAT), notices.c.chat_id == chat_id, notices.c.lease == ""]
        if topic_id is not None:
            where.append(notices.c.topic_id == topic_id)
        result = await self._on.execute(
            sa.update(notices).where(sql.in_order(notices, _due, *where)).values(due_at=now, blocker=None)
        )
        return result.rowcount

    async def is_refused(self, chat_id: int) -> bool:
        """Whether a notice waits because the bot may not write in the chat."""
        waits = sa.select(notices.c.id).where(_blocked_by(Blocker.CHAT), notices.c.chat_id == chat_id)
        return await self._on.scalar(waits.limit(1)) is not None

    async def refused_chats(self) -> frozenset[int]:
        """The chats with notices waiting because the bot may not write there."""
        found = await self._on.execute(_REFUSED)
        return frozenset(found.scalars())

    async def bring_forward(
        self, now: datetime, *, tried_before: datetime, most_attempts: int, limit: int
    ) -> int:
        """Telegram works again: some of what it failed to take before then goes now; how many."""
        waiting = [
            _due,
            _blocked_by(Blocker.TELEGRAM),
            notices.c.lease == "",
            notices.c.due_at > now,
            notices.c.tried_at < tried_before,
            notices.c.attempts <= most_attempts,
        ]
        some = sa.select(notices.c.id).where(*waiting).order_by(notices.c.id).limit(limit)
        # Others are being settled, and this transaction has settled its own. Not one statement: PostgreSQL
        # may run a subquery again for each row, and with skipped locks each run takes `limit` more.
        ids = (await self._on.execute(some.with_for_update(key_share=True, skip_locked=True))).scalars().all()
        if ids:
            await self._on.execute(
                sa.update(notices).where(notices.c.id.in_(ids)).values(due_at=now, blocker=None)
            )
        return len(ids)

    async def release_leases(self, now: datetime) -> int:
        """Release the previous leader's leases: its notices are due now. Returns how many."""
        result = await self._on.execute(
            sa.update(notices).where(_due, notices.c.lease != "").values(due_at=now, lease="")
        )
        return result.rowcount

    async def next_due(self, after: datetime | None = None) -> datetime | None:
        """When the earliest notice is due (with `after`, the earliest due later than that); None for none."""
        query = sa.select(notices.c.due_at).where(_due).order_by(notices.c.due_at).limit(1)
        if after is not None:
            query = query.where(notices.c.due_at > after)
        found: datetime | None = await self._on.scalar(query)
        return found

    async def depth(self) -> OutboxDepth:
        now_due = await self._on.execute(
            sa.select(sa.func.count(), sa.func.min(notices.c.due_at)).where(_due)
        )
        due, oldest = now_due.one()
        dead = await self._on.scalar(
            sa.select(sa.func.count()).select_from(notices).where(state_is(notices, "dead"))
        )
        return OutboxDepth(due=due, dead=int(dead or 0), oldest_due_at=oldest)

    async def counts(self, since: datetime) -> Counts:
        """The numbers of notices settled since then."""
        rows = await self._on.execute(
            sa.select(notices.c.state, sa.func.count().label("n"))
            .where(notices.c.settled_at >= since)
            .group_by(notices.c.state)
        )
        by_state = {row.state: row.n for row in rows}
        return Counts(sent=by_state.get("sent", 0), dead=by_state.get("dead", 0))

    async def history(self, place: Place) -> list[PastNotice]:
        """The place's notices, sent and waiting, newest first."""
        rows = await self._on.execute(
            sa.select(notices)
            .where(notices.c.chat_id == place.chat_id, notices.c.topic_id == place.topic_id)
            .order_by(notices.c.id.desc())
        )
        return [
            PastNotice(
                order_id=row["order_id"],
                key=row["key"],
                created_at=row["created_at"],
                state=row["state"],
                settled_at=row["settled_at"],
            )
            for row in rows.mappings()
        ]

    async def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        rows = await self._on.execute(
            sa.select(notices)
            .where(state_is(notices, "dead"))
            .order_by(notices.c.settled_at.desc())
            .limit(limit)
        )
        return [
            DeadLetter(
                id=row["id"],
                place=Place(row["chat_id"], row["topic_id"]),
                order_id=row["order_id"],
                error=row["error"],
                settled_at=row["settled_at"],
            )
            for row in rows.mappings()
        ]

    async def replay_dead(self, now: datetime) -> int:
        """Try every dead letter again. Returns how many."""
        result = await self._on.execute(
            sa.update(notices)
            .where(state_is(notices, "dead"))
            .values(state="due", due_at=now, settled_at=None, attempts=0, ambiguous=0)
        )
        return result.rowcount

    async def purge(self, before: datetime, limit: int = 2000) -> int:
        """Delete up to `limit` rows settled before `before`, dead letters included. Returns how many."""
        old = sa.select(notices.c.id).where(notices.c.settled_at < before).limit(limit)
        result = await self._on.execute(sa.delete(notices).where(notices.c.id.in_(old)))
        return result.rowcount


def _blocked_by(blocker: Blocker) -> sa.ColumnElement[bool]:
    return notices.c.blocker == sa.literal_column(f"'{blocker.value}'")


def _at(place: Place) -> sa.ColumnElement[bool]:
    return sa.and_(notices.c.chat_id == place.chat_id, notices.c.topic_id == place.topic_id)


def _none_before() -> sa.ColumnElement[bool]:
    """No earlier row of the same order and place waits for its next attempt."""
    earlier = notices.alias("earlier")
    return ~sa.exists().where(
        state_is(earlier, "due"),
        earlier.c.chat_id == notices.c.chat_id,
        earlier.c.topic_id == notices.c.topic_id,
        earlier.c.order_id == notices.c.order_id,
        earlier.c.id < notices.c.id,
        earlier.c.due_at > _NOW,
        ~earlier.c.held,
    )


def _in_hand() -> sa.ColumnElement[bool]:
    """A row of the chat is leased. Limits are per chat, so its topics are not served in parallel."""
    leased = notices.alias("leased")
    return sa.exists().where(
        state_is(leased, "due"),
        leased.c.chat_id == notices.c.chat_id,
        leased.c.lease != "",
        leased.c.due_at > _NOW,
    )


# Building a statement costs more than running it, so those of every batch are built once.
_READY = (  # due rows whose place may be leased
    sa.select(notices.c.chat_id, notices.c.topic_id)
    .where(_due, notices.c.due_at <= _NOW, _none_before(), ~_in_hand())
    .order_by(notices.c.importance.desc(), notices.c.id)
    .limit(sa.bindparam("b_limit", type_=sa.Integer))
)
_TAKE = (  # lease all that is due for these places
    sa.update(notices)
    .where(
        sql.in_order(
            notices,
            _due,
            notices.c.due_at <= _NOW,
            sql.among(notices.c.chat_id, "b_chats"),  # what the index is for
            sql.among(sa.tuple_(notices.c.chat_id, notices.c.topic_id), "b_places"),
            _none_before(),
        )
    )
    .values(due_at=sa.bindparam("b_until"), lease=sa.bindparam("b_lease"), held=False)
    .returning(*notices.c)
)
_REFUSED = sa.select(notices.c.chat_id).where(_blocked_by(Blocker.CHAT)).distinct()


def _batches(lease: str, rows: Iterable[Row]) -> list[ChatBatch]:
    grouped: dict[Place, dict[str, list[Row]]] = {}
    for row in rows:
        place = Place(row["chat_id"], row["topic_id"])
        grouped.setdefault(place, {}).setdefault(row["order_id"], []).append(row)
    return [
        ChatBatch(
            place=place,
            lease=lease,
            notices=tuple(to_notice(place, order_id, lease, found) for order_id, found in by_order.items()),
        )
        for place, by_order in grouped.items()
    ]
