"""Every counter and gauge, named in one place; what the loops and the source report to."""

from __future__ import annotations

import functools
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_DELAYS = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400)
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The numbers of one process. `heartbeats` are monotonic times of each loop's last round."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.registry = CollectorRegistry()
        self.heartbeats: dict[str, float] = {}
        self._delays: deque[float] = deque(maxlen=500)
        on = self.registry
        self.checks = Counter("parcelbot_checks", "Scheduled looks at orders", ["outcome"], registry=on)
        self.nodes = Counter("parcelbot_nodes", "New timeline entries stored", registry=on)
        self.node_delay = Histogram(
            "parcelbot_node_delay_seconds",
            "From an entry's first possible sight to the look that saw it",
            buckets=_DELAYS,
            registry=on,
        )
        self.unknown_texts = Counter(
            "parcelbot_unknown_texts", "Entries whose text no rule knows", registry=on
        )
        self.calls = Counter(
            "parcelbot_aliexpress_calls", "Calls to AliExpress", ["api", "outcome"], registry=on
        )
        self.call_seconds = Histogram(
            "parcelbot_aliexpress_call_seconds", "Time of one call", buckets=_SECONDS, registry=on
        )
        self.source_events = Counter(
            "parcelbot_aliexpress_events", "Noteworthy moments of the source", ["kind"], registry=on
        )
        self.budget_used = Gauge("parcelbot_budget_used_calls", "Calls of the day so far", registry=on)
        self.budget_limit = Gauge("parcelbot_budget_limit_calls", "Calls a day may have", registry=on)
        self.budget_left = Gauge("parcelbot_budget_left_calls", "Calls the day has left", registry=on)
        self.budget_forecast = Gauge(
            "parcelbot_budget_forecast_calls", "Calls expected by the day's end", registry=on
        )
        self.leading = Gauge(
            "parcelbot_leading", "1 in the process that serves, 0 in a stand-by", registry=on
        )
        self.price = Gauge("parcelbot_call_price_hours", "What one call must save in waiting", registry=on)
        self.orders = Gauge("parcelbot_orders_watched", "Orders that are looked at", registry=on)
        self.chats = Gauge("parcelbot_chats", "Chats that can be written to", registry=on)
        self.notices = Counter(
            "parcelbot_notices", "Ends of attempts to tell a notice", ["outcome"], registry=on
        )
        self.notice_delay = Histogram(
            "parcelbot_notice_delay_seconds", "From owing a notice to its end", buckets=_DELAYS, registry=on
        )
        self.push_delay = Histogram(
            "parcelbot_push_delay_seconds",
            "From an entry's own time, its first possible sight, to the push that told it",
            buckets=_DELAYS,
            registry=on,
        )
        self.outbox_due = Gauge("parcelbot_outbox_due", "Notices that wait", registry=on)
        self.outbox_dead = Gauge("parcelbot_outbox_dead", "Notices that cannot be told", registry=on)
        self.outbox_age = Gauge(
            "parcelbot_outbox_oldest_seconds", "How long the oldest notice has been due", registry=on
        )
        self.inbox_waiting = Gauge("parcelbot_inbox_waiting", "Updates that wait", registry=on)
        self.updates = Counter("parcelbot_updates", "Updates handled", ["outcome"], registry=on)
        self.update_seconds = Histogram(
            "parcelbot_update_seconds", "Time of handling one update", buckets=_SECONDS, registry=on
        )
        self.simplified = Counter(
            "parcelbot_simplified_messages", "Messages sent with less than they held", ["reason"], registry=on
        )
        self.token_days = Gauge("parcelbot_token_days_left", "Days until the next login is due", registry=on)
        self.database_seconds = Histogram(
            "parcelbot_database_seconds",
            "Time of one transaction, waiting for its turn included",
            ["kind"],
            buckets=(0.001, 0.0025, 0.005, *_SECONDS),
            registry=on,
        )
        self.beat_age = Gauge(
            "parcelbot_heartbeat_age_seconds", "Since a loop's last round", ["loop"], registry=on
        )
        self._of_leader = (
            self.budget_used, self.budget_limit, self.budget_left, self.budget_forecast, self.price,
            self.orders, self.chats, self.outbox_due, self.outbox_dead, self.outbox_age, self.inbox_waiting,
            self.token_days,
        )  # fmt: skip
        self.stand_by()
        # Finding a label's counter costs more than counting; there are few.
        self._checks = functools.cache(self.checks.labels)
        self._calls = functools.cache(self.calls.labels)
        ProcessCollector(namespace="parcelbot", registry=on)  # memory, processor time, open files

    # ── what the loops and the source report ────────────────────────────────────────────────────

    def lead(self) -> None:
        """This process serves."""
        self.leading.set(1)

    def stand_by(self) -> None:
        """Another process serves: what only a leader measures is not a number here, so it alerts nobody."""
        self.leading.set(0)
        self.heartbeats.clear()
        self.beat_age.clear()
        for gauge in self._of_leader:
            gauge.set(math.nan)

    def beat(self, loop: str) -> None:
        """The loop is alive."""
        self.heartbeats[loop] = self._clock()

    def beat_ages(self) -> dict[str, float]:
        """Seconds since each loop's last round."""
        now = self._clock()
        return {loop: now - at for loop, at in self.heartbeats.items()}

    def checked(self, outcome: str, count: int = 1) -> None:
        """Checks ended."""
        self._checks(outcome).inc(count)

    def changed(self, added: int, delays: Sequence[float]) -> None:
        """Nodes were stored."""
        self.nodes.inc(added)
        for seconds in delays:
            self.node_delay.observe(seconds)
        self._delays.extend(delays)

    def median_delay(self) -> timedelta | None:
        """Half of the latest news was seen sooner than this after it could be seen."""
        latest = sorted(self._delays)
        return timedelta(seconds=latest[len(latest) // 2]) if latest else None

    def unknown(self, texts: int) -> None:
        """So many texts no rule knew."""
        self.unknown_texts.inc(texts)

    def sent(self, outcome: str, seconds: float) -> None:
        """An attempt to tell a notice ended."""
        self.notices.labels(outcome).inc()
        if outcome == "Sent":
            self.notice_delay.observe(seconds)

    def pushed(self, delays: Sequence[float]) -> None:
        """News reached a chat so many seconds after it happened."""
        for seconds in delays:
            self.push_delay.observe(seconds)

    def call(self, api: str, outcome: str, seconds: float) -> None:
        """One call to AliExpress ended."""
        self._calls(api, outcome).inc()
        self.call_seconds.observe(seconds)

    def event(self, kind: str, detail: str) -> None:
        """Something noteworthy happened at the source; the detail is for the log."""
        self.source_events.labels(kind).inc()

    def handled(self, outcome: str, seconds: float) -> None:
        """One update was handled."""
        self.updates.labels(outcome).inc()
        self.update_seconds.observe(seconds)

    def transaction(self, kind: str, seconds: float) -> None:
        """One transaction ended (`read` or `write`), waiting for its turn included."""
        self.database_seconds.labels(kind).observe(seconds)

    def expose(self) -> bytes:
        """The text that Prometheus reads."""
        for loop, age in self.beat_ages().items():
            self.beat_age.labels(loop).set(age)
        return generate_latest(self.registry)
