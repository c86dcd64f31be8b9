"""What the API needs of the process that serves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.model import CallBudget
from bot.tracking import Tracking


class ApiMetrics(Protocol):
    """Counts requests."""

    def api_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is its template, such as `/orders/{id}`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """`tracking` returns None while this process stands by; `username` is the bot's at Telegram, empty until
    it is known. `wake` is called when orders were added, `calls` gets the day's calls to AliExpress.
    Months and days begin at midnight in `zone`.
    """

    tracking: Callable[[], Tracking | None]
    username: Callable[[], str]
    wake: Callable[[], None]
    calls: Callable[[], Awaitable[CallBudget]]
    metrics: ApiMetrics
    public_url: str = ""
    zone: str = "UTC"
