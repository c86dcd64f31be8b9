"""Where snapshots come from: the contract that every source keeps."""

from __future__ import annotations

from typing import Protocol

from bot.model import OrderFacts, Snapshot


class Source(Protocol):
    """Answers about orders. Every failure is a `bot.errors.SourceError`, nothing else."""

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        """Return the order's parcels with texts in `language` (one of ours, or AliExpress's `xx_YY`).

        The snapshot echoes `language` as given, also where the source had to fall back to English.
        `urgent` calls are for a person who waits: they go before checks and may use the reserve.
        """
        ...

    async def check(self, order_id: str, language: str, fingerprint: str) -> Snapshot | None:
        """The same for nobody who waits; None where the answer is still the one that had this fingerprint."""
        ...

    async def order_facts(self, order_id: str, *, urgent: bool = False) -> OrderFacts:
        """Return the order's own state; raises `UnknownOrder` where the account has no such order."""
        ...

    async def aclose(self) -> None:
        """Let running token work end, then close connections."""
        ...
