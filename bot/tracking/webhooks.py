"""Webhooks: recording events in the transaction that changes an order, and managing endpoints."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import events
from bot.addresses import BadUrl, checked_url
from bot.model import Endpoint, Event, EventQueue, EventType, Order, QueuedEvent
from bot.store import NewEvent, Store, Transaction
from bot.store.credentials import Seal
from bot.tracking.policy import Policy

MOST_ENDPOINTS = 20
"""Each is served in parallel to the others."""

BOTH_SIGN = timedelta(hours=24)
"""After a rotation the former secret signs, too, so that the shop can change it in its own time."""

_LATE_AT_ONCE = 100  # orders that are found late in one transaction
_PREFIX = "whsec_"

Entropy = Callable[[int], bytes]


async def record_events(
    tx: Transaction,
    made: Sequence[Event],
    now: datetime,
    *,
    to: Sequence[Endpoint] | None = None,
    entropy: Entropy = secrets.token_bytes,
) -> None:
    """Queue these events for every endpoint that wants them; `to` are the endpoints, if they were read."""
    if not made:
        return
    endpoints = await tx.webhooks.endpoints() if to is None else to
    pairs: list[tuple[str, NewEvent]] = []
    for event in made:
        wanting = [one for one in endpoints if one.wants(event.type)]
        if wanting:
            event_id = f"evt_{entropy(16).hex()}"
            body = events.payload(event, event_id, now)
            new = NewEvent(event_id=event_id, order_id=event.order_id, type=event.type, payload=body)
            pairs += [(one.id, new) for one in wanting]
    await tx.webhooks.enqueue(pairs, now)


async def record_booked(tx: Transaction, order_ids: Sequence[str], now: datetime) -> None:
    """Queue the event that these orders are in the book now; their rows are stored already."""
    endpoints = await tx.webhooks.endpoints() if order_ids else []
    wanting = [one for one in endpoints if one.wants(EventType.BOOKED)]
    if wanting:
        known = await tx.orders.get_many(order_ids)
        made = [events.booked(known[one], now) for one in order_ids if one in known]
        await record_events(tx, made, now, to=wanting)


async def record_late_expected(tx: Transaction, expected: Mapping[str, Order], now: datetime) -> None:
    """Queue the event that these orders will probably be late, unless that is stored of them already."""
    endpoints = await tx.webhooks.endpoints() if expected else []
    wanting = [one for one in endpoints if one.wants(EventType.LATE_EXPECTED)]
    if wanting:
        await tx.orders.lock(expected)
        known = await tx.orders.get_many(expected)
        new = [one for one, order in known.items() if order.late_expected_since is None]
        await record_events(tx, [events.late_expected(expected[one], now) for one in new], now, to=wanting)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """An endpoint and its secret in plain text, to be shown once."""

    endpoint: Endpoint
    secret: str

    def __repr__(self) -> str:
        return f"<NewSecret of {self.endpoint.id}>"


class WebhookEndpoints:
    """The endpoints that the shop's systems listen at, and the queue of events for them."""

    def __init__(
        self,
        store: Store,
        seal: Seal,
        policy: Policy,
        now: Callable[[], datetime],
        entropy: Entropy = secrets.token_bytes,
    ) -> None:
        self._store = store
        self._seal = seal
        self._policy = policy
        self._now = now
        self._entropy = entropy

    # ── endpoints ───────────────────────────────────────────────────────────────────────────────

    async def add(self, url: str, wanted: Iterable[EventType] = ()) -> NewSecret:
        """Send events of the `wanted` types (none: all) to this URL from now on. Raises BadUrl."""
        made = self._secret()
        endpoint = Endpoint(
            id=f"wh_{self._entropy(6).hex()}",
            url=checked_url(url, allow_private=self._policy.private_webhooks),
            events=tuple(dict.fromkeys(wanted)),
            secret=self._seal.seal(made),
            created_at=self._now(),
        )
        async with self._store.write() as tx:
            known = await tx.webhooks.endpoints()
            if len(known) >= MOST_ENDPOINTS:
                raise BadUrl(f"there are {MOST_ENDPOINTS} endpoints already; remove one first")
            if any(one.url == endpoint.url for one in known):
                raise BadUrl("events are sent to this URL already")
            await tx.webhooks.add_endpoint(endpoint)
        return NewSecret(endpoint=endpoint, secret=made)

    async def endpoints(self) -> list[Endpoint]:
        """All endpoints, oldest first; their secrets are as stored."""
        async with self._store.read() as tx:
            return await tx.webhooks.endpoints()

    async def get(self, endpoint_id: str) -> Endpoint | None:
        """One endpoint; None if there is none of this id."""
        return next((one for one in await self.endpoints() if one.id == endpoint_id), None)

    async def remove(self, endpoint_id: str) -> bool:
        """Send nothing there any more and forget what waits for it; False if there is none of this id."""
        async with self._store.write() as tx:
            return await tx.webhooks.remove_endpoint(endpoint_id)

    async def rotate(self, endpoint_id: str) -> NewSecret | None:
        """Sign with a new secret, and for 24 hours with the former one, too; None for an unknown id."""
        made, until = self._secret(), self._now() + BOTH_SIGN
        async with self._store.write() as tx:
            known = {one.id: one for one in await tx.webhooks.endpoints()}.get(endpoint_id)
            if known is None:
                return None
            rotated = replace(
                known, secret=self._seal.seal(made), former_secret=known.secret, former_until=until
            )
            await tx.webhooks.change_endpoint(
                endpoint_id,
                secret=rotated.secret,
                former_secret=rotated.former_secret,
                former_until=rotated.former_until,
            )
        return NewSecret(endpoint=rotated, secret=made)

    async def resume(self, endpoint_id: str) -> int | None:
        """Send to a paused endpoint again, what was kept included. Returns how many; None for no endpoint."""
        async with self._store.write() as tx:
            fresh = {"paused_at": None, "failures": 0, "failing_since": None, "error": ""}
            if not await tx.webhooks.change_endpoint(endpoint_id, **fresh):
                return None
            return await tx.webhooks.restart(endpoint_id, self._now())

    def secrets_of(self, endpoint: Endpoint) -> list[str]:
        """The secrets that sign for the endpoint now, the newest first. Raises StoreError for a wrong key."""
        found = [self._seal.open(endpoint.secret)]
        if endpoint.former_until is not None and self._now() < endpoint.former_until:
            found.append(self._seal.open(endpoint.former_secret))
        return found

    def _secret(self) -> str:
        return _PREFIX + base64.b64encode(self._entropy(32)).decode()

    # ── events ──────────────────────────────────────────────────────────────────────────────────

    async def aside(
        self, limit: int = 100, *, endpoint_id: str | None = None, before: int | None = None
    ) -> list[QueuedEvent]:
        """Events that were set aside after three days of failures, newest first.

        `endpoint_id`: only those for this endpoint; `before`: only those queued before the one of this row.
        """
        async with self._store.read() as tx:
            return await tx.webhooks.aside(limit, endpoint_id=endpoint_id, before=before)

    async def replay(self, event_id: str | None = None, *, endpoint_id: str | None = None) -> int:
        """Send one event again (even an accepted one), or all that were set aside. Returns how many.

        `endpoint_id`: only to this endpoint; None: to each that it was for.
        """
        async with self._store.write() as tx:
            return await tx.webhooks.replay(self._now(), event_id, endpoint_id=endpoint_id)

    async def queue(self) -> EventQueue:
        """What waits for endpoints that are not paused, and what was set aside."""
        async with self._store.read() as tx:
            serving = [one.id for one in await tx.webhooks.endpoints() if one.paused_at is None]
            return await tx.webhooks.queue(serving)

    async def waiting(self) -> dict[str, int]:
        """How many events wait, by the id of their endpoint."""
        async with self._store.read() as tx:
            return await tx.webhooks.waiting()

    async def find_late(self, endpoints: Sequence[Endpoint]) -> int:
        """Queue the events of orders that have become late; returns how many were looked at.

        Nothing is read unless one of the `endpoints` wants to know.
        """
        if not any(one.wants(EventType.LATE) for one in endpoints):
            return 0
        now, grace = self._now(), timedelta(days=self._policy.board.late)
        async with self._store.read() as tx:
            ids = await tx.webhooks.late(now - grace, _LATE_AT_ONCE)
        if ids:
            async with self._store.write() as tx:
                await tx.orders.lock(ids)
                known = await tx.orders.get_many(ids)
                made = [events.late(known[one], now, grace) for one in ids if one in known]
                await record_events(tx, [one for one in made if one is not None], now)
                await tx.webhooks.mark_late(ids)
        return len(ids)
