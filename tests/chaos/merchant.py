"""The simulated merchant: logs in at AliExpress again if a crash lost the newest refresh token."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.chaos.control import Control
from tests.chaos.processes import ADMIN
from tests.chaos.records import Records

_LOST = "IllegalRefreshToken"
_LOOK_EVERY = 1.0  # seconds
_PATIENCE = 8.0  # seconds for the bot to answer, dead or alive


@dataclass(slots=True)
class Merchant:
    """A kill between AliExpress's answer and the store loses the login for good: only a person can help."""

    control: Control
    records: Records
    _lost: int = 0

    async def enter(self) -> None:
        """Open the operator's chat."""
        await self.control.post(
            "chats", type="private", id=ADMIN, first_name="Merchant", language_code="en", started=True
        )

    async def live(self) -> None:
        """Look after the login."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            lost, _ = await self._seen()
            if lost > self._lost:
                await self._log_in()
                self._lost, _ = await self._seen()

    async def _seen(self) -> tuple[int, int]:
        """How often a refresh token was refused, and how many calls succeeded."""
        ledger = await self.control.get("aliexpress/ledger", **{"from": 1 << 40})
        return ledger["outcomes"].get(_LOST, 0), ledger["outcomes"].get("ok", 0)

    async def _log_in(self) -> None:
        """As the bot tells how: /authorize, then the code from the address."""
        _, before = await self._seen()
        while (await self._seen())[1] <= before + 1:  # the trade of the code is itself one call
            said = await self.control.post(f"chats/{ADMIN}/say", text="/authorize")
            await self._answer_to(said)
            code = await self.control.post("aliexpress/tokens", action="code")
            said = await self.control.post(
                f"chats/{ADMIN}/say", text=f"https://127.0.0.1/callback?code={code['code']}"
            )
            await self._answer_to(said)
            await asyncio.sleep(_LOOK_EVERY)
        self.records.logins += 1

    async def _answer_to(self, said: dict[str, dict[str, int]]) -> None:
        after = said["message"]["id"]
        await self.control.get(f"chats/{ADMIN}/wait", after=after, timeout=_PATIENCE)
