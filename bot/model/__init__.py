"""The values that all modules share: frozen, keyword-only dataclasses; all times are aware UTC.

`dataclasses.replace` makes a changed copy.
"""

from __future__ import annotations

from bot.model.board import Flag, Flagged, FlagRule, FlagSince
from bot.model.chats import Chat, Follow, Follower, Level, Place, Quiet
from bot.model.delivery import (
    Blocker,
    Button,
    ButtonStyle,
    Delivery,
    Gone,
    Later,
    Message,
    Moved,
    Notice,
    PendingNotice,
    RawUpdate,
    Refused,
    SendRecord,
    Sent,
    TopicGone,
)
from bot.model.merchant import BookNeeds, CallBudget, DailyStats, Shop, Stats, Tokens, TokenWarning
from bot.model.news import Importance, News, NewsKind
from bot.model.parcels import (
    NO_TRACKING_AFTER,
    BookEntry,
    Changes,
    Estimate,
    Localized,
    Node,
    NodeText,
    Order,
    Parcel,
    Watch,
    chronological,
    newest_first,
)
from bot.model.snapshots import FetchedNode, FetchedParcel, Item, OrderFacts, OrderStatus, Snapshot
from bot.model.stages import Reason, Stage

__all__ = [
    "NO_TRACKING_AFTER",
    "Blocker",
    "BookEntry",
    "BookNeeds",
    "Button",
    "ButtonStyle",
    "CallBudget",
    "Changes",
    "Chat",
    "DailyStats",
    "Delivery",
    "Estimate",
    "FetchedNode",
    "FetchedParcel",
    "Flag",
    "FlagRule",
    "FlagSince",
    "Flagged",
    "Follow",
    "Follower",
    "Gone",
    "Importance",
    "Item",
    "Later",
    "Level",
    "Localized",
    "Message",
    "Moved",
    "News",
    "NewsKind",
    "Node",
    "NodeText",
    "Notice",
    "Order",
    "OrderFacts",
    "OrderStatus",
    "Parcel",
    "PendingNotice",
    "Place",
    "Quiet",
    "RawUpdate",
    "Reason",
    "Refused",
    "SendRecord",
    "Sent",
    "Shop",
    "Snapshot",
    "Stage",
    "Stats",
    "TokenWarning",
    "Tokens",
    "TopicGone",
    "Watch",
    "chronological",
    "newest_first",
]
