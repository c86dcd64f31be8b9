"""Starts the bot as `python -m bot run` does, again and again, without importing it anew each time.

`python -m tests.chaos.launch CLOCK [SPOILT]` answers each line of its input with one line: `start NAME=VALUE`
forks a bot with such settings more and gives its process number, `poll NUMBER` gives `-` while it lives and
its exit status afterwards. CLOCK is a file of one float, seconds that are added to the bots' clock; SPOILT
names a mistake that a run has to find.
"""

from __future__ import annotations

import gc
import mmap
import os
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from bot import app, cli, stages
from bot.chat.intake import Receiver
from bot.model import Delivery, Place, RawUpdate, Sent, StillWanted
from bot.outgoing import OutgoingMessage
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
    transmit, c = Sender._transmit, tables.notices.c

    async def mark(self: Sender, outgoing: OutgoingMessage, state: str) -> None:
        ids = [one for notice in outgoing.notices for one in notice.ids]
        which = sa.and_(c.id.in_(ids), c.message_id.is_(None))
        async with self._store.write() as tx:
            await tx.notices._on.execute(sa.update(tables.notices).where(which).values(state=state))

    async def faulty(
        self: Sender, place: Place, outgoing: OutgoingMessage, still_wanted: StillWanted
    ) -> Delivery:
        await mark(self, outgoing, "sent")
        outcome = await transmit(self, place, outgoing, still_wanted)
        if not isinstance(outcome, Sent):
            await mark(self, outgoing, "due")
        return outcome

    Sender._transmit = faulty  # type: ignore[method-assign]  # the mistake is the point


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

    def faulty(self: Receiver, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        self._inbox = _Hasty(self)

    Receiver.__init__ = faulty  # type: ignore[method-assign]  # the mistake is the point


SPOILT: Mapping[str, Callable[[], None]] = {"settle-first": settle_first, "offset-first": offset_first}


def serve() -> None:
    """Start bots for as long as there is input."""
    stages.load()  # half a second that each of them would take again
    gc.freeze()
    codes: dict[int, int] = {}  # of those that ended: several may ask for one
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "start":
            pid = os.fork()
            if not pid:
                for name, _, value in (setting.partition("=") for setting in rest):
                    os.environ[name] = value
                _live()
            answer = str(pid)
        else:
            pid = int(rest[0])
            if pid not in codes:
                ended, status = os.waitpid(pid, os.WNOHANG)
                codes |= {pid: os.waitstatus_to_exitcode(status)} if ended else {}
            answer = str(codes.get(pid, "-"))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _live() -> NoReturn:
    """Be the bot: nothing is shared with the parent but what was imported."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    code: object = 1
    try:
        sys.argv = ["bot", "run"]
        cli.main()
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def main(arguments: Sequence[str]) -> None:
    """Prepare the clock and the mistakes, then serve."""
    clock, *faults = arguments
    app.now = Clock(Path(clock))  # the one clock, asked at every use
    for name in faults:
        SPOILT[name]()
    serve()


if __name__ == "__main__":
    main(sys.argv[1:])
