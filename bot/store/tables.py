"""The database schema. Times are stored as UTC milliseconds since 1970."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime as whole milliseconds: small, sortable, the same in both databases."""

    impl = sa.BigInteger
    cache_ok = True

    # Processors rather than process_bind_param and process_result_value, which cost one more call per value.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return _to_milliseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        return _to_moment


def _to_milliseconds(value: datetime | None) -> int | None:
    """Raises TypeError (from the subtraction) for naive datetimes."""
    return None if value is None else (value - EPOCH) // _MILLISECOND


def _to_moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + value * _MILLISECOND


class TimeOfDay(TypeDecorator[time]):
    """A local time of day as HH:MM."""

    impl = sa.String(5)
    cache_ok = True

    def process_bind_param(self, value: time | None, dialect: Dialect) -> str | None:
        return None if value is None else value.strftime("%H:%M")

    def process_result_value(self, value: str | None, dialect: Dialect) -> time | None:
        return None if value is None else time.fromisoformat(value)


class CleanText(TypeDecorator[str]):
    """Text from outside. Characters that a database cannot store (NUL, lone surrogates) are removed."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode()


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def state_is(table: sa.FromClause, state: str, column: str = "state") -> sa.ColumnElement[bool]:
    """`table.state = 'state'` as a literal: with a bound parameter the planner skips partial indexes."""
    return table.c[column] == sa.literal_column(f"'{state}'")


def _text(name: str, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, CleanText, nullable=False, default=default)


# Leasing a row postpones it: it is due again when the lease ends, so that nothing is lost in a crash. Leases
# of notices and updates are in their own rows, those of orders in `checks`.
orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("stage"),
    _text("reason"),
    sa.Column("stage_since", Utc),
    sa.Column("status", sa.Text),
    sa.Column("status_at", Utc),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("paid_at", Utc),
    sa.Column("fetched_at", Utc),
    sa.Column("finished_at", Utc),
    _text("digest"),
    _text("fingerprint"),
    sa.Column("announced", sa.JSON, nullable=False, default=list),
    sa.Column("last_node_at", Utc),
    sa.Column("eta", Utc),
    sa.Column("late_expected_since", Utc),
    sa.Column("weight", sa.Float, nullable=False, default=0.0),
    sa.Column("utc_offset_hours", sa.Float),  # of the followers' zones: a guess at the destination's
    sa.Column("next_check_at", Utc),
    sa.Column("silence_at", Utc),  # when silence becomes news
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    _text("last_error"),
    sa.Column("ruleset", sa.Text, nullable=False, default=""),
    sa.Column("booked_at", Utc),  # since when the shop watches it, whether or not anybody follows it
    sa.Column("unbooked_at", Utc),  # the shop took it out of the book: no push puts it back
    _text("shop_order"),
    sa.Column("shop_key", sa.Text),  # shop_order as it is compared: bot.ids.shop_key
    _text("name"),  # the shop's words for it, shown to its customer
    _text("language"),  # its customer's, as the shop knows it
    sa.Column("changed_at", Utc, nullable=False, default=EPOCH),  # when what a shop reads of it last changed
    sa.Column("missed_eta", Utc),  # the promise whose passing was an event
)


WAITED_FOR = orders.c.weight > sa.literal_column("0")  # somebody is told of it
WATCHED = sa.or_(WAITED_FOR, orders.c.booked_at.is_not(None))
IDLE = sa.and_(orders.c.weight == sa.literal_column("0"), orders.c.next_check_at.is_(None))


def _index(name: str, *columns: sa.ColumnElement[Any], where: sa.ColumnElement[bool]) -> None:
    """A partial index of the rows that match `where`."""
    sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


_index("ix_orders_due", orders.c.next_check_at, where=orders.c.next_check_at.is_not(None))
_index(
    "ix_orders_waited", orders.c.next_check_at, where=sa.and_(WAITED_FOR, orders.c.next_check_at.is_not(None))
)
_index("ix_orders_finished", orders.c.finished_at, where=orders.c.finished_at.is_not(None))
_index("ix_orders_under_way", orders.c.created_at, where=orders.c.finished_at.is_(None))
_index("ix_orders_idle", orders.c.fetched_at, where=IDLE)
_index("ix_orders_ruleset", orders.c.ruleset, where=orders.c.fetched_at.is_not(None))
_index("ix_orders_shop_key", orders.c.shop_key, where=orders.c.shop_key.is_not(None))
sa.Index("ix_orders_changed", orders.c.changed_at, orders.c.id)

# A shop order's claim link: whoever holds the token may follow every AliExpress order of it.
claims = sa.Table(
    "claims",
    metadata,
    sa.Column("shop_key", sa.Text, primary_key=True),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Utc, nullable=False),
    sqlite_with_rowid=False,
)

# Leases of checks in progress. A small table of its own, because with a million orders a lease in `orders`
# would cost two more page writes per check.
checks = sa.Table(
    "checks",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("lease", sa.Text, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sqlite_with_rowid=False,
)

parcels = sa.Table(
    "parcels",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("index", sa.Integer, primary_key=True),
    _text("number"),
    sa.Column("former_numbers", sa.JSON, nullable=False, default=list),
    _text("carrier"),
    sa.Column("eta", Utc),
    sa.Column("first_eta", Utc),
    sa.Column("eta_announced", Utc),
    sa.Column("eta_announced_at", Utc),
    sa.Column("estimate_first", Utc),
    sa.Column("estimate_last", Utc),
    sa.Column("estimate_at", Utc),
    sa.Column("late_expected_since", Utc),
    sa.Column("items", sa.JSON, nullable=False, default=list),
    _text("stage"),
    _text("reason"),
    sa.Column("stage_since", Utc),
    sa.Column("started_at", Utc),  # the earliest entry
    sqlite_with_rowid=False,
)
DELIVERED = state_is(parcels, "delivered", "stage")
_index(
    "ix_parcels_delivered",
    parcels.c.stage_since,
    parcels.c.carrier,
    parcels.c.started_at,
    parcels.c.first_eta,
    parcels.c.stage,  # the same in all rows, but without it SQLite would look into the table
    where=DELIVERED,
)

nodes = sa.Table(
    "nodes",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("parcel", sa.Integer, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False, default=0),
    _text("name"),
    _text("description"),
    _text("stage"),
    _text("reason"),
    _text("rule"),
    _text("place"),
    sa.Column("seen_at", Utc, nullable=False),
    sa.Column("backfilled", sa.Boolean, nullable=False, default=False),
    sqlite_with_rowid=False,  # keeps one order's rows together, without a second B-tree
)
IN_TROUBLE = nodes.c.stage.in_(
    [
        sa.literal_column(f"'{each}'")
        for each in ("duties_due", "exception", "failed_attempt", "returned", "returning")
    ]
)
_index("ix_nodes_trouble", nodes.c.at, nodes.c.stage, nodes.c.reason, nodes.c.order_id, where=IN_TROUBLE)

# Node texts in readers' languages, each fetched once.
texts = sa.Table(
    "texts",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    _text("name"),
    _text("description"),
    sqlite_with_rowid=False,
)

# Articles as readers of a language know them: a parcel's items once more, titles and variants translated.
articles = sa.Table(
    "articles",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("parcel", sa.Integer, primary_key=True),
    sa.Column("items", sa.JSON, nullable=False, default=list),
    sqlite_with_rowid=False,
)

chats = sa.Table(
    "chats",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True),
    sa.Column("topic_id", sa.BigInteger, primary_key=True, default=0),
    _text("language"),
    sa.Column("language_set", sa.Boolean, nullable=False, default=False),
    _text("zone"),
    sa.Column("zone_set", sa.Boolean, nullable=False, default=False),
    sa.Column("zone_asked", sa.Boolean, nullable=False, default=False),
    _text("level", "everything"),
    sa.Column("quiet_from", TimeOfDay),
    sa.Column("quiet_to", TimeOfDay),
    _text("quiet", "silent"),
    sa.Column("urgent_breaks_quiet", sa.Boolean, nullable=False, default=True),
    sa.Column("digest_at", TimeOfDay),
    sa.Column("paused_until", Utc),
    sa.Column("left_at", Utc),
    _text("awaiting"),
    sa.Column("created_at", Utc, nullable=False),
)

follows = sa.Table(
    "follows",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True),
    sa.Column("topic_id", sa.BigInteger, primary_key=True),
    sa.Column(
        "order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    _text("label"),
    sa.Column("notify", sa.Boolean, nullable=False, default=True),
    sa.Column(
        "unchecked", sa.Boolean, nullable=False, default=False
    ),  # AliExpress has not answered about the order yet
    sa.Column("archived_at", Utc),
    sa.Column("card_message_id", sa.BigInteger),
    sa.Column("created_at", Utc, nullable=False),
    sqlite_with_rowid=False,
)

# Where a review was asked for, so that unfollowing and following again asks for none.
reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True),
    sa.Column("topic_id", sa.BigInteger, primary_key=True),
    sa.Column(
        "order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    sqlite_with_rowid=False,
)

# The outbox. `state`: due, sent, dead (the operator can resend it), dropped (no longer wanted).
# `held`: due later on purpose (quiet hours, a question for later), or a card's edit; later rows may overtake.
# A row that waits for a retry holds back later rows of the same order and place, but no others.
# `blocker`: what else it waits for (chat, telegram); `tried_at`: its last attempt with that blocker.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("topic_id", sa.BigInteger, nullable=False, default=0),
    _text("order_id"),
    _text("key"),
    sa.Column("news", sa.JSON, nullable=False),
    sa.Column("importance", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    sa.Column("held", sa.Boolean, nullable=False, default=False),
    _text("lease"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("ambiguous", sa.Integer, nullable=False, default=0),
    _text("state", "due"),
    sa.Column("settled_at", Utc),
    sa.Column("message_id", sa.BigInteger),
    _text("error"),
    sa.Column("blocker", sa.Text),
    sa.Column("tried_at", Utc),
    sa.UniqueConstraint("chat_id", "topic_id", "order_id", "key"),
)
_due = state_is(notices, "due")
_index("ix_notices_due", notices.c.due_at, where=_due)
_index("ix_notices_turn", notices.c.importance.desc(), notices.c.id, where=_due)
_index("ix_notices_place", notices.c.chat_id, notices.c.topic_id, notices.c.id, where=_due)
_index("ix_notices_blocker", notices.c.blocker, notices.c.chat_id, where=notices.c.blocker.is_not(None))
_index("ix_notices_dead", notices.c.settled_at, where=state_is(notices, "dead"))
_index("ix_notices_settled", notices.c.settled_at, notices.c.state, where=notices.c.settled_at.is_not(None))

# The inbox: Telegram's updates, recorded before they are acknowledged. `state`: due, done, aside.
# `effects`: what it has changed so far, one per line, in case it is handled again.
updates = sa.Table(
    "updates",
    metadata,
    sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False, default=0),
    sa.Column("payload", CleanText, nullable=False),
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    _text("lease"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    _text("state", "due"),
    _text("error"),
    _text("effects"),
)
_waiting = state_is(updates, "due")
_index("ix_updates_due", updates.c.update_id, where=_waiting)
_index("ix_updates_chat", updates.c.chat_id, updates.c.update_id, where=_waiting)
_index("ix_updates_aside", updates.c.update_id, where=state_is(updates, "aside"))
sa.Index("ix_updates_received_at", updates.c.received_at)

credentials = sa.Table(
    "credentials",
    metadata,
    sa.Column("app_key", sa.Text, primary_key=True),
    sa.Column("tokens", sa.Text, nullable=False, default=""),  # JSON, encrypted when a key is set
    _text("lease"),
    sa.Column("leased_until", Utc),
    sa.Column("warned", sa.JSON, nullable=False, default=list),
)

# Answers of the last minute: Telegram's limits count them across a restart.
sends = sa.Table(
    "sends",
    metadata,
    sa.Column("at", sa.Double, primary_key=True),
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Flood waits: until when nothing may be sent to a chat.
freezes = sa.Table(
    "freezes",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("until", Utc, nullable=False),
)

# The merchant's own marks on an order: board snooze, note, Done, a customer's problem report.
cases = sa.Table(
    "cases",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("snoozed_until", Utc),
    _text("note"),
    sa.Column("disputed_at", Utc),
    sa.Column("done_at", Utc),
    _text("done_stage"),
)

# Who reported a problem or asked the shop, when the merchant was told, and (None: it is open) when it was
# solved: by the place that made it, or by the merchant.
disputes = sa.Table(
    "disputes",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    sa.Column("chat_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("topic_id", sa.BigInteger, nullable=False),
    sa.Column("told_at", Utc, nullable=False),
    sa.Column("solved_at", Utc),
    sa.UniqueConstraint("order_id", "chat_id", "topic_id"),
)

# What a customer asked the shop, and what the shop answered. `answered_at`: a question's first answer.
letters = sa.Table(
    "letters",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("dispute_id", sa.BigInteger, sa.ForeignKey("disputes.id", ondelete="CASCADE"), nullable=False),
    sa.Column("update_id", sa.BigInteger, nullable=False),  # of Telegram: handled again, it adds no other
    sa.Column("from_shop", sa.Boolean, nullable=False),
    _text("author"),
    _text("text"),
    _text("photo"),  # Telegram's file id
    _text("album"),  # Telegram's id of the album that the photo is part of
    sa.Column("at", Utc, nullable=False),
    sa.Column("answered_at", Utc),
    sa.UniqueConstraint("dispute_id", "update_id"),
)
OF_ALBUM = letters.c.album != sa.literal_column("''")
_index("ix_letters_album", letters.c.album, where=OF_ALBUM)

# Wrong order ids per chat, for the lock that prevents guessing.
guesses = sa.Table(
    "guesses",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("since", Utc, nullable=False),
    sa.Column("wrong", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", Utc),
)

# Handled pushes from AliExpress, so that a repeated one has no effect.
pushes = sa.Table(
    "pushes",
    metadata,
    sa.Column("key", CleanText, primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
)

# Texts that no rule recognizes, for the operator.
unknowns = sa.Table(
    "unknowns",
    metadata,
    sa.Column("text", CleanText, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False, default=0),
    sa.Column("last_at", Utc, nullable=False),
)

# Where the shop's systems get events. Secrets are encrypted when a key is set.
webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("url", CleanText, nullable=False),
    sa.Column("events", sa.JSON, nullable=False, default=list),  # wanted types; empty: all
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("former_secret", sa.Text, nullable=False, default=""),
    sa.Column("former_until", Utc),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("failing_since", Utc),
    sa.Column("delivered_at", Utc),
    sa.Column("paused_at", Utc),
    _text("error"),
)

# Events for endpoints. `state`: due, sent, aside (failed for three days; the operator can replay it).
# Of one order and endpoint only the oldest due row is sent. No foreign keys: an event outlives its order, and
# an endpoint that is removed must not fail the transaction that changes an order.
webhook_events = sa.Table(
    "webhook_events",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("endpoint_id", sa.Text, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    _text("order_id"),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("payload", CleanText, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("due_at", Utc, nullable=False),
    _text("lease"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("tried_at", Utc),  # for the first time
    _text("state", "due"),
    sa.Column("settled_at", Utc),
    _text("error"),
)
_to_send = state_is(webhook_events, "due")
_index("ix_webhook_events_due", webhook_events.c.endpoint_id, webhook_events.c.due_at, where=_to_send)
_index(
    "ix_webhook_events_order",
    webhook_events.c.endpoint_id,
    webhook_events.c.order_id,
    webhook_events.c.id,
    where=_to_send,
)
_index("ix_webhook_events_aside", webhook_events.c.id, where=state_is(webhook_events, "aside"))
_index(
    "ix_webhook_events_settled", webhook_events.c.settled_at, where=webhook_events.c.settled_at.is_not(None)
)

# Small states that outlive a restart: learned rates, the price of a call, alerts sent.
memory = sa.Table(
    "memory",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)

# Keys of the HTTP API. `hash`: SHA-256 of the key, which is shown once and never stored.
api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("used_at", Utc),
)

# What a request with an Idempotency-Key did, part by part, stored together with its effect.
api_requests = sa.Table(
    "api_requests",
    metadata,
    sa.Column("api_key", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
    sa.Column("at", Utc, nullable=False, index=True),
    sqlite_with_rowid=False,
)
