"""All Prometheus metrics in one place; loops and the AliExpress source report to it."""

from __future__ import annotations

import functools
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_DELAYS = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400)
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The metrics of one process. `heartbeats` holds the monotonic time of each loop's last good round."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.registry = CollectorRegistry()
        self.heartbeats: dict[str, float] = {}
        self._delays: deque[float] = deque(maxlen=500)
        self._define_checks()
        self._define_chats()
        self._define_web()
        self._define_process()
        self._of_leader = (
            self.budget_used, self.budget_limit, self.budget_left, self.budget_forecast, self.price,
            self.orders, self.chats, self.outbox_due, self.outbox_dead, self.outbox_age, self.inbox_waiting,
            self.token_days, self.webhooks_due, self.webhooks_aside, self.webhooks_age, self.webhooks_paused,
        )  # fmt: skip
        self.stand_by()
        # Looking up a label's counter costs more than counting; there are few labels.
        self._checks = functools.cache(self.checks.labels)
        self._calls = functools.cache(self.calls.labels)
        ProcessCollector(namespace="parcelbot", registry=self.registry)  # memory, processor time, open files

    def _define_checks(self) -> None:
        """Checks of orders and what they cost."""
        on = self.registry
        self.checks = Counter("parcelbot_checks", "Scheduled checks of orders", ["outcome"], registry=on)
        self.nodes = Counter("parcelbot_nodes", "New timeline entries stored", registry=on)
        self.node_delay = Histogram(
            "parcelbot_node_delay_seconds",
            "From when a timeline entry could first be seen to the check that saw it",
            buckets=_DELAYS,
            registry=on,
        )
        self.unknown_texts = Counter(
            "parcelbot_unknown_texts", "Timeline entries whose text matches no rule", registry=on
        )
        self.calls = Counter(
            "parcelbot_aliexpress_calls", "Calls to AliExpress", ["api", "outcome"], registry=on
        )
        self.call_seconds = Histogram(
            "parcelbot_aliexpress_call_seconds", "Duration of one call", buckets=_SECONDS, registry=on
        )
        self.source_events = Counter(
            "parcelbot_aliexpress_events", "Notable events at AliExpress", ["kind"], registry=on
        )
        self.token_days = Gauge("parcelbot_token_days_left", "Days until the next login is due", registry=on)
        self.budget_used = Gauge("parcelbot_budget_used_calls", "AliExpress calls used today", registry=on)
        self.budget_limit = Gauge(
            "parcelbot_budget_limit_calls", "AliExpress calls allowed a day", registry=on
        )
        self.budget_left = Gauge("parcelbot_budget_left_calls", "AliExpress calls left today", registry=on)
        self.budget_forecast = Gauge(
            "parcelbot_budget_forecast_calls", "AliExpress calls expected by the end of the day", registry=on
        )
        self.price = Gauge(
            "parcelbot_call_price_hours", "Waiting time that one call must save to be made", registry=on
        )
        self.orders = Gauge("parcelbot_orders_watched", "Orders being checked", registry=on)

    def _define_chats(self) -> None:
        """Updates from Telegram, and notices for it."""
        on = self.registry
        self.chats = Gauge("parcelbot_chats", "Chats that the bot can write to", registry=on)
        self.updates = Counter(
            "parcelbot_updates", "Telegram updates handled, by outcome", ["outcome"], registry=on
        )
        self.update_seconds = Histogram(
            "parcelbot_update_seconds", "Time to handle one update", buckets=_SECONDS, registry=on
        )
        self.inbox_waiting = Gauge(
            "parcelbot_inbox_waiting", "Telegram updates waiting to be handled", registry=on
        )
        self.notices = Counter(
            "parcelbot_notices", "Attempts to send a notice, by outcome", ["outcome"], registry=on
        )
        self.notice_delay = Histogram(
            "parcelbot_notice_delay_seconds",
            "From enqueuing a notice to the outcome of an attempt",
            buckets=_DELAYS,
            registry=on,
        )
        self.push_delay = Histogram(
            "parcelbot_push_delay_seconds",
            "From a timeline entry's own time stamp to the push that reported it",
            buckets=_DELAYS,
            registry=on,
        )
        self.outbox_due = Gauge("parcelbot_outbox_due", "Notices waiting to be sent", registry=on)
        self.outbox_dead = Gauge("parcelbot_outbox_dead", "Dead letters: notices given up", registry=on)
        self.outbox_age = Gauge(
            "parcelbot_outbox_oldest_seconds", "How long the oldest waiting notice has been due", registry=on
        )
        self.simplified = Counter(
            "parcelbot_simplified_messages",
            "Messages sent without a part that Telegram refused",
            ["reason"],
            registry=on,
        )

    def _define_web(self) -> None:
        """The shop's systems and the tracking page."""
        on = self.registry
        self.webhooks = Counter(
            "parcelbot_webhooks",
            "Attempts to send an event to an endpoint, by outcome",
            ["outcome"],
            registry=on,
        )
        self.webhook_seconds = Histogram(
            "parcelbot_webhook_seconds", "Duration of one attempt", buckets=_SECONDS, registry=on
        )
        self.webhooks_due = Gauge(
            "parcelbot_webhooks_due", "Events waiting for endpoints that are not paused", registry=on
        )
        self.webhooks_aside = Gauge(
            "parcelbot_webhooks_aside", "Events set aside after three days of failures", registry=on
        )
        self.webhooks_age = Gauge(
            "parcelbot_webhooks_oldest_seconds",
            "How long the oldest waiting event has been waiting",
            registry=on,
        )
        self.webhooks_paused = Gauge(
            "parcelbot_webhooks_paused", "Endpoints to which nothing is sent any more", registry=on
        )
        self.api_requests = Counter(
            "parcelbot_api_requests", "Requests to the HTTP API", ["method", "route", "status"], registry=on
        )
        self.api_seconds = Histogram(
            "parcelbot_api_seconds", "Duration of one request to the HTTP API", buckets=_SECONDS, registry=on
        )
        self.page_views = Counter(
            "parcelbot_page_views", "Requests for the tracking page", ["answer"], registry=on
        )

    def _define_process(self) -> None:
        """The process itself."""
        on = self.registry
        self.leading = Gauge("parcelbot_leading", "1 in the process that serves, 0 in a standby", registry=on)
        self.database_seconds = Histogram(
            "parcelbot_database_seconds",
            "Duration of one transaction, including the wait for its turn",
            ["kind"],
            buckets=(0.001, 0.0025, 0.005, *_SECONDS),
            registry=on,
        )
        self.beat_age = Gauge(
            "parcelbot_heartbeat_age_seconds", "Time since a loop's last good round", ["loop"], registry=on
        )

    def memory(self) -> int | None:
        """The process's memory in bytes; None where the system does not tell."""
        used = self.registry.get_sample_value("parcelbot_process_resident_memory_bytes")
        return None if used is None else int(used)

    # ── reports of the loops and the source ────────────────────────────────────────────────────

    def lead(self) -> None:
        """Mark this process as the leader."""
        self.leading.set(1)

    def stand_by(self) -> None:
        """Mark this process as a standby; gauges that only a leader measures become NaN and alert nobody."""
        self.leading.set(0)
        self.heartbeats.clear()
        self.beat_age.clear()
        for gauge in self._of_leader:
            gauge.set(math.nan)

    def beat(self, loop: str) -> None:
        """Record that the loop completed a round."""
        self.heartbeats[loop] = self._clock()

    def beat_ages(self) -> dict[str, float]:
        """Seconds since the last good round of each loop."""
        now = self._clock()
        return {loop: now - at for loop, at in self.heartbeats.items()}

    def checked(self, outcome: str, count: int = 1) -> None:
        """Count finished checks."""
        self._checks(outcome).inc(count)

    def changed(self, added: int, delays: Sequence[float]) -> None:
        """Count stored nodes and record their delays in seconds."""
        self.nodes.inc(added)
        for seconds in delays:
            self.node_delay.observe(seconds)
        self._delays.extend(delays)

    def median_delay(self) -> timedelta | None:
        """Median delay of the latest nodes, from when each could first be seen; None if there are none."""
        latest = sorted(self._delays)
        return timedelta(seconds=latest[len(latest) // 2]) if latest else None

    def unknown(self, texts: int) -> None:
        """Count texts that match no rule."""
        self.unknown_texts.inc(texts)

    def sent(self, outcome: str, seconds: float) -> None:
        """Count an attempt to send a notice that ended `seconds` after the notice was enqueued."""
        self.notices.labels(outcome).inc()
        if outcome == "Sent":
            self.notice_delay.observe(seconds)

    def pushed(self, delays: Sequence[float]) -> None:
        """Record how many seconds after they happened news items reached a chat."""
        for seconds in delays:
            self.push_delay.observe(seconds)

    def webhook(self, outcome: str, seconds: float) -> None:
        """Count an attempt to send an event that took `seconds`."""
        self.webhooks.labels(outcome).inc()
        self.webhook_seconds.observe(seconds)

    def api_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer of the HTTP API by the route's template and the class of its status."""
        known = method if method in _METHODS else "other"
        self.api_requests.labels(known, route, f"{status // 100}xx").inc()
        self.api_seconds.observe(seconds)

    def call(self, api: str, outcome: str, seconds: float) -> None:
        """Count a finished call to AliExpress."""
        self._calls(api, outcome).inc()
        self.call_seconds.observe(seconds)

    def event(self, kind: str, detail: str) -> None:
        """Count an event at AliExpress; the detail is only for the log."""
        self.source_events.labels(kind).inc()

    def handled(self, outcome: str, seconds: float) -> None:
        """Count a handled update."""
        self.updates.labels(outcome).inc()
        self.update_seconds.observe(seconds)

    def visited(self, answer: str) -> None:
        """Count a request for the tracking page."""
        self.page_views.labels(answer).inc()

    def transaction(self, kind: str, seconds: float) -> None:
        """Record a finished transaction, `read` or `write`, including the wait for its turn."""
        self.database_seconds.labels(kind).observe(seconds)

    def expose(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        for loop, age in self.beat_ages().items():
            self.beat_age.labels(loop).set(age)
        return generate_latest(self.registry)
