"""Chats with their settings, and what they follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Chat, Follow, Follower, Place
from bot.store import sql
from bot.store.notices import is_complaint
from bot.store.rows import to_chat, to_follow
from bot.store.tables import (
    cases,
    chats,
    disputes,
    follows,
    freezes,
    guesses,
    notices,
    orders,
    reviews,
    sends,
    state_is,
    updates,
)


class Chats:
    """Chats and follows within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    # ── chats ───────────────────────────────────────────────────────────────────────────────────

    async def get(self, place: Place) -> Chat | None:
        row = (await self._on.execute(_CHAT, _these(place))).mappings().first()
        return None if row is None else to_chat(row)

    async def get_or_create(self, place: Place, *, language: str, zone: str, now: datetime) -> Chat:
        """The chat; a new one is created with this language and zone.

        A new topic gets the settings of its group's General topic, if that is known.
        """
        known = await self.get(place)
        if known is None:
            general = await self.get(Place(place.chat_id)) if place.topic_id else None
            row = {"chat_id": place.chat_id, "topic_id": place.topic_id, "created_at": now}
            if general is None:
                row |= {"language": language, "zone": zone}
            else:
                row |= {name: getattr(general, name) for name in _SETTINGS}
            added = await self._on.execute(sql.insert_or_ignore(self._on, chats, *chats.c), row)
            new = added.mappings().first()
            known = await self.get(place) if new is None else to_chat(new)
            if known is None:
                raise RuntimeError("a chat that was just inserted cannot be read")
        return known

    async def change(self, place: Place, **values: Any) -> Chat:
        """Set some of a known chat's fields (names as in `Chat`). Raises LookupError."""
        await self._on.execute(sa.update(chats).where(_at(chats, place)).values(values))
        chat = await self.get(place)
        if chat is None:
            raise LookupError(f"no chat at {place}")
        return chat

    async def mark_left(self, chat_id: int, at: datetime) -> list[str]:
        """The bot can no longer write to the chat: drop its notices, except what customers told the merchant.

        Returns the orders it follows.
        """
        known = await self._lock_orders(follows.c.chat_id == chat_id)
        await self._on.execute(
            sa.update(chats).where(chats.c.chat_id == chat_id, chats.c.left_at.is_(None)).values(left_at=at)
        )
        await self._on.execute(
            sa.update(notices)
            .where(
                sql.in_order(
                    notices,
                    notices.c.chat_id == chat_id,
                    state_is(notices, "due"),
                    ~is_complaint(),
                )
            )
            .values(state="dropped", settled_at=at, lease="")
        )
        return known

    async def mark_returned(self, chat_id: int) -> list[str]:
        """The bot can write to the chat again. Returns the orders it follows; none if it had not left."""
        known = await self._lock_orders(follows.c.chat_id == chat_id)
        result = await self._on.execute(
            sa.update(chats)
            .where(chats.c.chat_id == chat_id, chats.c.left_at.is_not(None))
            .values(left_at=None)
        )
        return known if result.rowcount else []

    async def move(self, old: int, new: int) -> list[str]:
        """A group became a supergroup: move all rows to its new id. Returns the orders followed there.

        The old group's settings are kept. Of follows and notices that both chats have, the new chat's are
        kept.
        """
        followed = await self._lock_orders(follows.c.chat_id.in_([old, new]))
        twin = chats.alias()
        same_topic = sa.exists().where(twin.c.chat_id == old, twin.c.topic_id == chats.c.topic_id)
        await self._on.execute(sa.delete(chats).where(chats.c.chat_id == new, same_topic))
        for table, keys in _KEYS_BESIDE_CHAT:
            twin = table.alias()
            same = [twin.c[name] == table.c[name] for name in keys]
            clash = sa.exists().where(twin.c.chat_id == new, *same)
            await self._on.execute(sa.delete(table).where(table.c.chat_id == old, clash))
            await self._on.execute(sa.update(table).where(table.c.chat_id == old).values(chat_id=new))
        for state in _UNHANDLED:
            here = sa.and_(state_is(updates, state), updates.c.chat_id == old)
            await self._on.execute(sa.update(updates).where(here).values(chat_id=new))
        return followed

    async def drop_topic(self, place: Place) -> list[str]:
        """Move a deleted topic's follows and notices to the General topic. Returns the orders it followed."""
        general = Place(place.chat_id)
        followed = await self._lock_orders(_at(follows, place))
        chat = await self.get(place)
        if chat is not None and await self.get(general) is None:
            await self._on.execute(
                sql.insert_or_ignore(self._on, chats),
                {"chat_id": general.chat_id, "topic_id": 0, "created_at": chat.created_at}
                | {name: getattr(chat, name) for name in _SETTINGS},
            )
        for table, keys in _KEYS_IN_TOPIC:
            twin = table.alias()
            clash = sa.exists().where(_at(twin, general), *(twin.c[name] == table.c[name] for name in keys))
            await self._on.execute(sa.delete(table).where(_at(table, place), clash))
            await self._on.execute(sa.update(table).where(_at(table, place)).values(topic_id=0))
        await self._on.execute(sa.delete(chats).where(_at(chats, place)))
        return followed

    async def forget(self, chat_id: int, update: int, now: datetime, guessing_since: datetime) -> list[str]:
        """Delete everything about a chat with all its topics, as of `update`.

        Returns the orders that it followed or reported. What nobody else reported is no problem anymore.
        What was written after that update is another matter, and is still to be answered. Wrong ids counted
        since `guessing_since` and a lock stay until they run out: else who guesses would forget and go on.
        """
        mine = sa.select(disputes.c.order_id).where(disputes.c.chat_id == chat_id)
        reported = list((await self._on.execute(mine)).scalars())
        known = await self._lock_orders(follows.c.chat_id == chat_id, also=reported)
        for table in (chats, follows, reviews, notices, disputes, freezes, sends):
            await self._on.execute(sa.delete(table).where(table.c.chat_id == chat_id))
        is_open = sa.exists().where(disputes.c.order_id == cases.c.order_id, disputes.c.solved_at.is_(None))
        solved = sa.update(cases).where(cases.c.order_id.in_(reported), ~is_open)
        if reported:
            await self._on.execute(solved.values(disputed_at=None))
        await self.purge_guesses(now, guessing_since, chat_id)
        for state in _UNHANDLED:
            here = sa.and_(state_is(updates, state), updates.c.chat_id == chat_id)
            await self._on.execute(sa.delete(updates).where(here, updates.c.update_id <= update))
        return known

    async def _lock_orders(self, whose: sa.ColumnElement[bool], also: Sequence[str] = ()) -> list[str]:
        """The orders of these follows and those of `also`, locked until the transaction ends.

        Every transaction locks orders before notices, so that there are no deadlocks.
        """
        ids = sa.select(follows.c.order_id).where(whose)
        wanted = sa.or_(orders.c.id.in_(ids), orders.c.id.in_(also)) if also else orders.c.id.in_(ids)
        rows = sa.select(orders.c.id).where(wanted).order_by(orders.c.id)
        return list((await self._on.execute(sql.locking(self._on, rows))).scalars())

    async def count(self) -> int:
        """The number of chats that can be reached."""
        found = await self._on.scalar(
            sa.select(sa.func.count()).select_from(chats).where(chats.c.left_at.is_(None))
        )
        return int(found or 0)

    # ── follows ─────────────────────────────────────────────────────────────────────────────────

    async def lock(self, place: Place) -> None:
        """Lock a known place until the transaction ends (PostgreSQL): no other one adds follows to it."""
        if not sql.is_sqlite(self._on):
            await self._on.execute(sql.locking(self._on, sa.select(chats.c.chat_id).where(_at(chats, place))))

    async def follow(self, follow: Follow, *, unchecked: bool = False) -> bool:
        """Follow the order; False if it was followed already (an archived follow is taken back).

        `unchecked`: AliExpress did not answer, so the order may not exist.
        """
        row = {
            "chat_id": follow.place.chat_id,
            "topic_id": follow.place.topic_id,
            "order_id": follow.order_id,
            "label": follow.label,
            "notify": follow.notify,
            "unchecked": unchecked,
            "created_at": follow.created_at,
        }
        if await sql.add(self._on, follows, row):
            return True
        await self.change_follow(follow.place, follow.order_id, archived_at=None)
        return False

    async def unfollow(self, place: Place, order_id: str, now: datetime) -> bool:
        """Stop following and drop waiting notices; False if it was not followed."""
        await self._lock_orders(sa.and_(_at(follows, place), follows.c.order_id == order_id))
        result = await self._on.execute(
            sa.delete(follows).where(_at(follows, place), follows.c.order_id == order_id)
        )
        await self._on.execute(
            sa.update(notices)
            .where(
                sql.in_order(
                    notices,
                    _at(notices, place),
                    notices.c.order_id == order_id,
                    state_is(notices, "due"),
                    ~is_complaint(),
                )
            )
            .values(state="dropped", settled_at=now, lease="")
        )
        return bool(result.rowcount)

    async def count_unchecked(self, chat_id: int) -> int:
        """The number of the chat's unchecked follows."""
        mine = sa.and_(follows.c.chat_id == chat_id, follows.c.unchecked)
        return int(await self._on.scalar(sa.select(sa.func.count()).select_from(follows).where(mine)) or 0)

    async def confirm(self, order_id: str) -> None:
        """AliExpress knows the order: its follows are no longer unchecked."""
        await self._on.execute(
            sa.update(follows)
            .where(follows.c.order_id == order_id, follows.c.unchecked)
            .values(unchecked=False)
        )

    async def withdraw_unchecked(self, order_id: str) -> list[Place]:
        """AliExpress does not know the order: delete its unchecked follows. Returns their places."""
        rows = await self._on.execute(
            sa.delete(follows)
            .where(follows.c.order_id == order_id, follows.c.unchecked)
            .returning(follows.c.chat_id, follows.c.topic_id)
        )
        return [Place(row.chat_id, row.topic_id) for row in rows]

    async def get_follow(self, place: Place, order_id: str) -> Follow | None:
        row = (await self._on.execute(_FOLLOW, _these(place) | {"b_order": order_id})).mappings().first()
        return None if row is None else to_follow(row)

    async def change_follow(self, place: Place, order_id: str, **values: Any) -> bool:
        """Set some of a follow's fields; False if there is no such follow."""
        result = await self._on.execute(
            sa.update(follows).where(_at(follows, place), follows.c.order_id == order_id).values(values)
        )
        return bool(result.rowcount)

    async def ask_review(self, place: Place, order_id: str) -> bool:
        """Note that the place is asked for a review of the order; False if it was before."""
        row = {"chat_id": place.chat_id, "topic_id": place.topic_id, "order_id": order_id}
        return await sql.add(self._on, reviews, row)

    async def follows(self, place: Place) -> list[Follow]:
        """All follows of a place, newest first, archived ones included."""
        rows = await self._on.execute(
            sa.select(follows)
            .where(_at(follows, place))
            .order_by(follows.c.created_at.desc(), follows.c.order_id)
        )
        return [to_follow(row) for row in rows.mappings()]

    async def at(self, places: Iterable[Place]) -> dict[Place, Chat]:
        """The known chats among these places."""
        found: dict[Place, Chat] = {}
        wanted = set(places)
        for ids in sql.chunks(place.chat_id for place in wanted):
            rows = await self._on.execute(_CHATS_AT, {"ids": ids})
            known = (to_chat(row) for row in rows.mappings())
            found |= {chat.place: chat for chat in known if chat.place in wanted}
        return found

    async def follows_of(self, places: Iterable[Place], order_ids: Iterable[str]) -> list[Follow]:
        """The follows of these orders by these places, archived ones included."""
        wanted, found = set(places), list[Follow]()
        theirs = [place.chat_id for place in wanted]
        for ids in sql.chunks(order_ids):
            rows = await self._on.execute(_FOLLOWS_OF, {"ids": ids, "chats": theirs})
            found += [one for row in rows.mappings() if (one := to_follow(row)).place in wanted]
        return found

    async def count_follows(self, place: Place) -> int:
        """The number of the place's follows without archived ones."""
        return int(await self._on.scalar(_COUNT_FOLLOWS, _these(place)) or 0)

    async def followers(self, order_ids: Sequence[str]) -> list[Follower]:
        """The followers of these orders that can be reached, without archived follows."""
        found: list[Follow] = []
        for ids in sql.chunks(order_ids):
            rows = await self._on.execute(_FOLLOWERS, {"ids": ids})
            found += [to_follow(row) for row in rows.mappings()]
        known = await self.at(follow.place for follow in found)
        return [Follower(follow=follow, chat=known[follow.place]) for follow in found]

    async def count_followers(self, order_ids: Iterable[str]) -> dict[str, int]:
        """The number of reachable followers by order; orders without any are left out."""
        query = (
            sa.select(follows.c.order_id, sa.func.count().label("n"))
            .join(chats, _same_place(chats, follows))
            .where(chats.c.left_at.is_(None))
            .group_by(follows.c.order_id)
        )
        found: dict[str, int] = {}
        for ids in sql.chunks(order_ids):
            rows = await self._on.execute(query.where(follows.c.order_id.in_(ids)))
            found |= {row.order_id: row.n for row in rows}
        return found

    async def active_orders(self) -> int:
        """The number of orders that are still checked."""
        found = await self._on.scalar(
            sa.select(sa.func.count()).select_from(orders).where(orders.c.next_check_at.is_not(None))
        )
        return int(found or 0)

    # ── wrong ids ───────────────────────────────────────────────────────────────────────────────

    async def locked_until(self, ids: Iterable[int], now: datetime) -> datetime | None:
        """Until when one of these chats or people may not add orders; None if all may."""
        found: datetime | None = await self._on.scalar(
            sa.select(sa.func.max(guesses.c.locked_until)).where(
                guesses.c.chat_id.in_(sorted(ids)), guesses.c.locked_until > now
            )
        )
        return found

    async def count_wrong_id(
        self, ids: Iterable[int], now: datetime, *, window: timedelta, limit: int, lock: timedelta
    ) -> datetime | None:
        """Count a wrong id against a chat and the person in it; more than `limit` within `window` lock each.

        A person has the id of their private chat. Returns until when one of them is locked.
        """
        locks = [await self._count(each, now, window, limit, lock) for each in sorted(set(ids))]
        return max((until for until in locks if until is not None), default=None)

    async def purge_guesses(
        self, now: datetime, guessing_since: datetime, chat_id: int | None = None
    ) -> None:
        """Delete wrong ids that no longer count, of one chat or of all."""
        over = sa.and_(
            guesses.c.since < guessing_since,
            sa.or_(guesses.c.locked_until.is_(None), guesses.c.locked_until <= now),
        )
        mine = guesses.c.chat_id == chat_id if chat_id is not None else sa.true()
        await self._on.execute(sa.delete(guesses).where(over, mine))

    async def _count(
        self, chat_id: int, now: datetime, window: timedelta, limit: int, lock: timedelta
    ) -> datetime | None:
        statement = sql.insert(self._on, guesses)
        fresh = guesses.c.since < now - window
        wrong = sa.case((fresh, 1), else_=guesses.c.wrong + 1)
        locked = sa.case((wrong > limit, sa.literal(now + lock, type_=guesses.c.locked_until.type)))
        found: datetime | None = await self._on.scalar(
            statement.on_conflict_do_update(
                index_elements=["chat_id"],
                set_={
                    "since": sa.case((fresh, statement.excluded.since), else_=guesses.c.since),
                    "wrong": wrong,
                    "locked_until": locked,
                },
            ).returning(guesses.c.locked_until),
            {"chat_id": chat_id, "since": now, "wrong": 1, "locked_until": now + lock if limit < 1 else None},
        )
        return found

    # ── flood waits ─────────────────────────────────────────────────────────────────────────────

    async def set_flood_waits(self, waits: Mapping[int, datetime]) -> None:
        """Store flood waits: until when nothing may be sent, by chat. A longer stored wait is kept."""
        if not waits:
            return
        statement = sql.insert(self._on, freezes)
        longer = sa.case(
            (statement.excluded.until > freezes.c.until, statement.excluded.until), else_=freezes.c.until
        )
        await self._on.execute(
            statement.on_conflict_do_update(index_elements=["chat_id"], set_={"until": longer}),
            [{"chat_id": chat_id, "until": until} for chat_id, until in sorted(waits.items())],
        )

    async def flood_waits(self, now: datetime) -> dict[int, datetime]:
        """The ends of current flood waits by chat."""
        rows = await self._on.execute(sa.select(freezes).where(freezes.c.until > now))
        return {row.chat_id: row.until for row in rows}

    async def purge_flood_waits(self, now: datetime) -> None:
        """Delete flood waits that are over."""
        await self._on.execute(sa.delete(freezes).where(freezes.c.until <= now))


_SETTINGS = (
    "language", "language_set", "zone", "zone_set", "zone_asked", "level", "quiet_from", "quiet_to", "quiet",
    "urgent_breaks_quiet", "digest_at", "paused_until",
)  # fmt: skip
_UNHANDLED = ("due", "aside")  # states of updates that still have a chat and a payload
_KEYS_BESIDE_CHAT = (
    (chats, ("topic_id",)),
    (follows, ("topic_id", "order_id")),
    (reviews, ("topic_id", "order_id")),
    (notices, ("topic_id", "order_id", "key")),
    (disputes, ("topic_id", "order_id")),
    (guesses, ()),
)
_KEYS_IN_TOPIC = (
    (follows, ("order_id",)),
    (reviews, ("order_id",)),
    (notices, ("order_id", "key")),
    (disputes, ("order_id",)),
)


# Building a statement costs more than running it, so those on hot paths are built once.


def _these(place: Place) -> dict[str, Any]:
    return {"b_chat": place.chat_id, "b_topic": place.topic_id}


def _here(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.chat_id == sa.bindparam("b_chat"), table.c.topic_id == sa.bindparam("b_topic"))


_CHAT = sa.select(chats).where(_here(chats))
_FOLLOW = sa.select(follows).where(_here(follows), follows.c.order_id == sa.bindparam("b_order"))
_COUNT_FOLLOWS = (
    sa.select(sa.func.count()).select_from(follows).where(_here(follows), follows.c.archived_at.is_(None))
)


def _at(table: sa.FromClause, place: Place) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.chat_id == place.chat_id, table.c.topic_id == place.topic_id)


def _same_place(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(one.c.chat_id == other.c.chat_id, one.c.topic_id == other.c.topic_id)


_CHATS_AT = sa.select(chats).where(sql.among(chats.c.chat_id, "ids"))
_FOLLOWERS = (
    sa.select(follows)
    .join(chats, _same_place(chats, follows))
    .where(follows.c.archived_at.is_(None), chats.c.left_at.is_(None), sql.among(follows.c.order_id, "ids"))
    .order_by(follows.c.created_at, follows.c.chat_id, follows.c.topic_id)
)
_FOLLOWS_OF = sa.select(follows).where(
    sql.among(follows.c.order_id, "ids"), sql.among(follows.c.chat_id, "chats")
)
