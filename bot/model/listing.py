"""The shop's orders as a list: what is wanted of it, and one row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.board import Flag
from bot.model.parcels import Order
from bot.model.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """Which orders are wanted; None and empty: all."""

    flag: Flag | None = None
    stage: Stage | None = None
    shop_order: str = ""
    changed_since: datetime | None = None
    order_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlace:
    """An order's place in the list, which is sorted by it."""

    changed_at: datetime
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An order of the list as it is at `at`.

    `followers` counts chats; `token` opens its claim link, empty: there is none.
    """

    order: Order
    at: datetime
    flag: Flag | None
    followers: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What became of an order that the shop sent; `added`: it was not watched for the shop before."""

    order_id: str
    added: bool
    stage: Stage
    shop_order: str
    language: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request that takes effect once, however often it comes: an API key's Idempotency-Key.

    `fingerprint` is a hash of what it says.
    """

    api_key: str
    key: str
    fingerprint: str
