"""The loop that sends events to the shop's systems, signed as Standard Webhooks says.

Each endpoint has places of its own, and in them events of different orders go in parallel, those of one order
one after the other. An event that fails is tried again for three days; meanwhile it holds back only its own
order. An endpoint that fails as a whole is tried with one event at a time, ever more rarely, and paused after
three days. A reply of 410 Gone pauses it at once. What is paused or set aside waits for the operator.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from standardwebhooks import Webhook

from bot import __version__
from bot.errors import StoreError
from bot.model import Endpoint, QueuedEvent
from bot.store import Store, Transaction
from bot.tracking.webhooks import WebhookEndpoints
from bot.webhooks import retries
from bot.webhooks.client import EndpointAnswer, Unreachable, WebhookClient
from bot.worker import Worker

_log = structlog.get_logger(__name__)

_AT_ONCE = 8  # requests in flight to one endpoint
_LEASE = timedelta(seconds=60)  # far longer than one request with its wait for the database
_IDLE = 2.0  # seconds; the longest sleep, so that what an operator's command changed is noticed
_NONE_THERE = 10.0  # seconds between looks for a first endpoint
_DRAIN = 4.0  # seconds that requests in flight may take when the bot stops
_LONGEST_WISH = timedelta(hours=1)  # of an endpoint's Retry-After
_LATE_EVERY = timedelta(minutes=10)
_GONE = 410
_NOTED_EVERY = timedelta(minutes=1)  # how exactly the time of an endpoint's last success is stored


class WebhookTelemetry(Protocol):
    """The loop's counters."""

    def webhook(self, outcome: str, seconds: float) -> None:
        """Count an attempt that took `seconds`, by its outcome: delivered or failed."""
        ...

    def beat(self, loop: str) -> None:
        """Record that the loop completed a round."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An event that was tried: the status of the answer, or why there was none. Withheld: it was not sent."""

    event: QueuedEvent
    status: int = 0
    error: str = ""
    retry_after: float | None = None
    seconds: float = 0.0
    withheld: bool = False

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


class _Lane:
    """The places of one endpoint: what is in flight, and until when it is left alone."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.rests_until: datetime | None = None

    def room(self, endpoint: Endpoint, now: datetime) -> int:
        if endpoint.paused_at is not None or (self.rests_until is not None and now < self.rests_until):
            return 0
        return max(0, (1 if endpoint.failures >= retries.FAILING else _AT_ONCE) - self.in_flight)


class WebhookSender(Worker):
    """Sends queued events. `allowed` tells whether this process may still send (`bot.store.leadership`)."""

    def __init__(
        self,
        *,
        store: Store,
        webhooks: WebhookEndpoints,
        client: WebhookClient,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        telemetry: WebhookTelemetry,
        allowed: Callable[[], bool] = lambda: True,
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._webhooks = webhooks
        self._client = client
        self._now = now
        self._telemetry = telemetry
        self._allowed = allowed
        self._luck = luck
        self._lanes: dict[str, _Lane] = {}
        self._done: list[Attempt] = []  # waits for the next transaction
        self._looked_for_late: datetime | None = None
        super().__init__("webhooks", sleep, telemetry.beat)

    async def step(self) -> bool:
        """Settle what was sent, and start what is due; False when there was nothing to do."""
        endpoints = await self._webhooks.endpoints()
        if not endpoints and not self._done:
            return False
        await self._find_late(endpoints)
        leased = await self._turn_over(take=self._allowed())
        for endpoint, event in leased:
            lane = self._lanes[endpoint.id]
            lane.in_flight += 1
            task = asyncio.create_task(self._send(lane, endpoint, event))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return bool(leased)

    @property
    def busy(self) -> bool:
        """Whether requests are in flight, or their outcomes not stored yet."""
        return bool(self._running or self._done)

    async def drain(self) -> None:
        """Wait a little for what is in flight, and settle it; the rest is sent again by the next process."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=_DRAIN)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        if self._done:
            await self._turn_over(take=False)
        await self._client.close()

    # ── one request ─────────────────────────────────────────────────────────────────────────────

    async def _send(self, lane: _Lane, endpoint: Endpoint, event: QueuedEvent) -> None:
        try:
            attempt = await self._attempt(endpoint, event)
        except Exception as error:  # noqa: BLE001  one bad event must not stop the others
            _log.error("webhook failed", error=type(error).__name__, exc_info=error)
            attempt = Attempt(event=event, error=type(error).__name__)
        finally:
            lane.in_flight -= 1
        self._done.append(attempt)
        self.wake()

    async def _attempt(self, endpoint: Endpoint, event: QueuedEvent) -> Attempt:
        if not self._allowed():
            return Attempt(event=event, withheld=True)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            signing = self._webhooks.secrets_of(endpoint)
            answer = await post(
                self._client, endpoint.url, signing, event.event_id, event.payload, self._now()
            )
        except (Unreachable, StoreError) as error:  # StoreError: the secret was sealed with another key
            return Attempt(event=event, error=str(error), seconds=clock() - began)
        return Attempt(
            event=event,
            status=answer.status,
            error="" if answer.accepted else f"it answered {answer.status}",
            retry_after=answer.retry_after,
            seconds=clock() - began,
        )

    # ── outcomes ────────────────────────────────────────────────────────────────────────────────

    async def _turn_over(self, *, take: bool) -> list[tuple[Endpoint, QueuedEvent]]:
        """Settle what was sent since the last time and lease what may be sent now, in one transaction."""
        done, now = list(self._done), self._now()
        leased: list[tuple[Endpoint, QueuedEvent]] = []
        async with self._store.write() as tx:
            endpoints = {one.id: one for one in await tx.webhooks.endpoints()}
            self._lanes = {one: self._lanes.get(one) or _Lane() for one in endpoints}
            for endpoint in list(endpoints.values()):
                mine = [one for one in done if one.event.endpoint_id == endpoint.id]
                if mine:
                    endpoints[endpoint.id] = await self._settle(tx, endpoint, mine, now)
            for endpoint in endpoints.values() if take else ():
                if room := self._lanes[endpoint.id].room(endpoint, now):
                    events = await tx.webhooks.lease(endpoint.id, now, room, _LEASE)
                    leased += [(endpoint, event) for event in events]
        del self._done[: len(done)]  # only after the commit: a failed transaction is tried again
        self._report(done)
        return leased

    async def _settle(
        self, tx: Transaction, endpoint: Endpoint, done: Sequence[Attempt], now: datetime
    ) -> Endpoint:
        """Settle attempts in the order in which they ended; returns the endpoint as it is now."""
        after = endpoint
        for attempt in done:
            if attempt.withheld:
                await tx.webhooks.settle_later(attempt.event, now)
            elif not attempt.accepted:
                after = await self._failed(tx, after, attempt, now)
            elif after.paused_at is None:
                if after.failures >= retries.FAILING:
                    await tx.webhooks.bring_forward(endpoint.id, now)
                after = replace(after, failures=0, failing_since=None, error="", delivered_at=now)
        await tx.webhooks.settle_sent([one.event for one in done if one.accepted], now)
        self._lanes[endpoint.id].rests_until = now + max(self._rest(after, now), _wish(done))
        changed = _changes(endpoint, after)
        if changed:
            await tx.webhooks.change_endpoint(endpoint.id, **changed)
        return after

    async def _failed(self, tx: Transaction, endpoint: Endpoint, attempt: Attempt, now: datetime) -> Endpoint:
        """Settle one failure: later, aside, or kept because the endpoint is paused now."""
        event, since = attempt.event, endpoint.failing_since or now
        after = replace(endpoint, failures=endpoint.failures + 1, failing_since=since, error=attempt.error)
        if attempt.status == _GONE or now - since >= retries.TRIED_FOR:
            after = replace(after, paused_at=endpoint.paused_at or now)
        if after.paused_at is not None:
            await tx.webhooks.settle_later(event, now, tried_at=now, error=attempt.error)
            return after
        at = retries.next_attempt(event.attempts + 1, event.tried_at or now, now, self._luck())
        if at is None:
            await tx.webhooks.settle_aside(event, now, attempt.error)
        else:
            await tx.webhooks.settle_later(event, at, tried_at=now, error=attempt.error)
        return after

    def _rest(self, endpoint: Endpoint, now: datetime) -> timedelta:
        if endpoint.failures < retries.FAILING or endpoint.failing_since is None:
            return timedelta(0)
        return retries.rest(now - endpoint.failing_since, self._luck())

    def _report(self, done: Sequence[Attempt]) -> None:
        for one in done:
            if one.withheld:
                continue
            outcome = "delivered" if one.accepted else "failed"
            self._telemetry.webhook(outcome, one.seconds)
            _log.info(
                "webhook",
                endpoint=one.event.endpoint_id,
                id=one.event.event_id,
                type=one.event.type,
                order=one.event.order_id,
                outcome=outcome,
                reason=one.error,
                seconds=round(one.seconds, 2),
            )

    # ── late orders, waiting ────────────────────────────────────────────────────────────────────

    async def _find_late(self, endpoints: Sequence[Endpoint]) -> None:
        """Look for orders that have become late; the clock makes them so, no change of theirs."""
        now, last = self._now(), self._looked_for_late
        if last is None or not timedelta(0) <= now - last < _LATE_EVERY:
            more = await self._webhooks.find_late(endpoints)
            self._looked_for_late = None if more else now  # there may be more of them

    async def _idle_for(self) -> float:
        if not self._lanes:
            return _NONE_THERE
        now = self._now()
        rests = [lane.rests_until for lane in self._lanes.values() if lane.rests_until is not None]
        try:
            async with self._store.read() as tx:
                due = await tx.webhooks.next_due(list(self._lanes), after=now)
        except StoreError:
            return _IDLE  # the next round logs the error
        waits = [(at - now).total_seconds() for at in (*rests, due) if at is not None and at > now]
        return min([*waits, _IDLE])


def _wish(done: Sequence[Attempt]) -> timedelta:
    """For how long the endpoint asked for a rest."""
    wishes = [one.retry_after for one in done if one.retry_after and not one.accepted]
    return min(timedelta(seconds=max(wishes, default=0.0)), _LONGEST_WISH)


def _changes(before: Endpoint, after: Endpoint) -> dict[str, Any]:
    """What is to be stored of an endpoint; that it works as before is not worth writing each time."""
    names = ("failures", "failing_since", "paused_at", "error")
    found = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
    last = before.delivered_at
    if after.delivered_at is not None and (
        last is None or after.delivered_at - last >= _NOTED_EVERY or found
    ):
        found["delivered_at"] = after.delivered_at
    return found


async def post(
    client: WebhookClient, url: str, secrets: Sequence[str], event_id: str, payload: str, at: datetime
) -> EndpointAnswer:
    """Sign the payload with each of the secrets and post it. Raises Unreachable."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"parcel-bot/{__version__} (webhooks)",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, at, payload) for secret in secrets),
    }
    return await client.post(url, headers, payload.encode())
