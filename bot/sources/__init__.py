"""The contract of a source of order snapshots."""

from __future__ import annotations

from typing import Protocol

from bot.model import OrderFacts, Snapshot


class Source(Protocol):
    """Answers questions about orders. Every failure is a `bot.errors.SourceError`."""

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        """Return the order's parcels with texts in `language` (one of ours, or AliExpress's `xx_YY`).

        The snapshot's language is `language` as given, even if the source fell back to English.
        `urgent` calls are for a waiting person: they go before checks and may use the reserve.
        """
        ...

    async def check(self, order_id: str, language: str, fingerprint: str) -> Snapshot | None:
        """Like `fetch` for a scheduled check; None if the answer still has this fingerprint."""
        ...

    async def order_facts(self, order_id: str, *, urgent: bool = False) -> OrderFacts:
        """Return the order's own state; raises `UnknownOrder` if the account has no such order."""
        ...

    async def aclose(self) -> None:
        """Finish a running token refresh, then close connections."""
        ...
