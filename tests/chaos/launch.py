"""Starts the bot as `python -m bot run` does, with a clock that the play can move, perhaps spoilt on purpose.

`python -m tests.chaos.launch CLOCK [SPOILT]`: CLOCK is a file of one float, seconds that are added to the
time; SPOILT names a mistake that a run has to find.
"""

from __future__ import annotations

import mmap
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot import app, cli
from bot.chat.intake import Receiver
from bot.model import RawUpdate
from bot.sender import Sender
from bot.store import tables

CLOCK_FORMAT = "<d"


class Clock:
    """The time of day plus what the file says at this moment."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._offset = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __call__(self) -> datetime:
        (offset,) = struct.unpack_from(CLOCK_FORMAT, self._offset)
        return datetime.now(UTC) + timedelta(seconds=offset)


def settle_first() -> None:
    """Mistake: the outbox counts a notice as told before it is sent, and takes that back if it is refused."""
    send, c = Sender._send, tables.notices.c

    async def mark(self: Sender, ids: Sequence[int], state: str) -> None:
        which = sa.and_(c.id.in_(ids), c.message_id.is_(None))
        async with self._store.write() as tx:
            await tx.notices._on.execute(sa.update(tables.notices).where(which).values(state=state))

    async def spoilt(self: Sender, turn: Any, letter: Any, rest: Any) -> bool:
        await mark(self, letter.ids, "sent")
        told = await send(self, turn, letter, rest)
        if not told:
            await mark(self, letter.ids, "due")
        return told

    Sender._send = spoilt  # type: ignore[method-assign]  # the mistake is the point


class _Hasty:
    """An inbox that lets Telegram forget updates before they are recorded, as bot libraries do."""

    def __init__(self, receiver: Receiver) -> None:
        self._bot = receiver._bot
        self._inbox = receiver._inbox

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        newest = max(update.update_id for update in updates)
        await self._bot.call("getUpdates", {"offset": newest + 1, "timeout": 0})
        return await self._inbox.put(updates)


def offset_first() -> None:
    """Mistake: the offset moves before the inbox holds the updates."""
    begin = Receiver.__init__

    def spoilt(self: Receiver, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        self._inbox = _Hasty(self)  # type: ignore[assignment]  # only `put` is used

    Receiver.__init__ = spoilt  # type: ignore[method-assign]  # the mistake is the point


SPOILT: Mapping[str, Callable[[], None]] = {"settle-first": settle_first, "offset-first": offset_first}


def main(arguments: Sequence[str]) -> None:
    """Run the bot until it is told to stop."""
    clock, *spoilt = arguments
    app.now = Clock(Path(clock))  # type: ignore[assignment]  # the one clock, asked at every use
    for name in spoilt:
        SPOILT[name]()
    sys.argv = ["bot", "run"]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
