"""The use cases for chat, loops and command line: the only way to the data in the store.

Each is one transaction with no network call inside. `Tracking` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.pacing import Pacer
from bot.sources import Source
from bot.sources.aliexpress.cipher import Cipher
from bot.store import Store
from bot.store.credentials import Seal
from bot.tracking.arriving import Arriving
from bot.tracking.asking import Asked, Asking
from bot.tracking.booking import Booked, Booking
from bot.tracking.checking import Checking
from bot.tracking.flagging import BoardPage, Flagging
from bot.tracking.following import Following
from bot.tracking.keys import ApiKeys
from bot.tracking.listing import OrderListing
from bot.tracking.lookups import Lookups
from bot.tracking.outages import Outages
from bot.tracking.outcomes import (
    AlreadyTracked,
    LimitReached,
    LockedOut,
    NotAllowed,
    NotFound,
    Outcome,
    Refreshed,
    Shown,
    Tracked,
    Unanswered,
)
from bot.tracking.places import PlaceData, Places
from bot.tracking.policy import Policy
from bot.tracking.recording import ChangeMetrics, Recording
from bot.tracking.remembering import Remembering
from bot.tracking.reporting import Reporting
from bot.tracking.texts import CANONICAL, Texts
from bot.tracking.typical import TypicalStages
from bot.tracking.viewing import Viewing
from bot.tracking.visiting import Visit, Visiting
from bot.tracking.webhooks import WebhookEndpoints

__all__ = [
    "CANONICAL",
    "AlreadyTracked",
    "Asked",
    "BoardPage",
    "Booked",
    "ChangeMetrics",
    "LimitReached",
    "LockedOut",
    "NotAllowed",
    "NotFound",
    "Outcome",
    "PlaceData",
    "Policy",
    "Refreshed",
    "Shown",
    "Tracked",
    "Tracking",
    "Unanswered",
    "Visit",
]


class Tracking:
    """All use cases; each attribute is a group of them with a module of its own."""

    def __init__(
        self,
        *,
        store: Store,
        source: Source,
        pacer: Pacer,
        policy: Policy,
        now: Callable[[], datetime],
        metrics: ChangeMetrics,
        seal: Seal | None = None,
    ) -> None:
        self.policy = policy
        self.typical = TypicalStages()
        self.arriving = Arriving(store, self.typical, policy.board, now)
        self.texts = Texts(store, source, self.typical, now)
        recording = Recording(
            pacer=pacer, typical=self.typical, arriving=self.arriving, policy=policy, now=now, metrics=metrics
        )
        self.booking = Booking(store, pacer, policy, now)
        self.checking = Checking(
            store=store, source=source, pacer=pacer, recording=recording, policy=policy, now=now
        )
        lookups = Lookups(policy, now)
        self.viewing = Viewing(
            store=store, checking=self.checking, texts=self.texts, policy=policy, lookups=lookups, now=now
        )
        self.outages = Outages(store, self.checking, now)
        self.following = Following(
            store=store,
            source=source,
            policy=policy,
            recording=recording,
            viewing=self.viewing,
            texts=self.texts,
            lookups=lookups,
            now=now,
        )
        self.visiting = Visiting(
            store=store,
            source=source,
            checking=self.checking,
            recording=recording,
            texts=self.texts,
            policy=policy,
            now=now,
        )
        self.places = Places(store, policy, now)
        self.flagging = Flagging(store, policy, self.checking, self.booking, now)
        self.asking = Asking(store, policy, now)
        self.reporting = Reporting(store, policy, now)
        self.remembering = Remembering(store, now)
        self.keys = ApiKeys(store, now)
        self.webhooks = WebhookEndpoints(store, seal or Cipher(), policy, now)
        self.listing = OrderListing(store, self.texts, policy, now)
