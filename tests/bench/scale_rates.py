"""Several processes at one limit: how many calls they make together, and whether they ever make too many.

    python -m tests.bench.scale_rates --replicas 4 --seconds 10

Each process sends as fast as the shared limit lets it, one datagram a call, to a socket where the kernel
writes down when each arrives: counted where a server would count, without delays of the receiver.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.chat.limits import Limits, Priority, Rules, Window
from bot.chat.telegram import FloodWait
from bot.errors import Throttled
from bot.sources.aliexpress import budget
from bot.store import Store
from bot.store.cells import SharedCell
from bot.store.permits import SharedPermits
from tests.store import postgres

_SETTLE = 1.0  # seconds that pass before anything is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Calls a second in all, the most within any second, and what was allowed."""

    allowed: float
    reached: float
    most: int
    shares: tuple[int, ...]

    @property
    def use(self) -> float:
        return self.reached / self.allowed


def outcome(starts: Sequence[Sequence[float]], allowed: float, seconds: float) -> Outcome:
    """Judge the arrivals from several processes, all by one clock."""
    every = sorted(at for one in starts for at in one)
    begin = max(one[0] for one in starts) + _SETTLE
    counted = [at for at in every if begin <= at < begin + seconds]
    most, low = 0, 0
    for high, at in enumerate(every):
        while at - every[low] >= 1.0:
            low += 1
        most = max(most, high - low + 1)
    return Outcome(
        allowed=allowed,
        reached=len(counted) / seconds,
        most=most,
        shares=tuple(sum(begin <= at < begin + seconds for at in one) for one in starts),
    )


class Receiver:
    """Where the calls arrive, and when, by the kernel's stamp."""

    _STAMP = struct.Struct("qq")  # seconds and nanoseconds since 1970
    _STAMPS = getattr(socket, "SO_TIMESTAMPNS", 35)  # Linux; Python names it only from 3.14 on

    def __init__(self, replicas: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, self._STAMPS, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.arrivals: list[list[float]] = [[] for _ in range(replicas)]
        self._thread = threading.Thread(target=self._receive)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while True:
            data, notes, _, _ = self._socket.recvmsg(8, 64)
            if not data:
                return
            seconds, nanoseconds = self._STAMP.unpack(notes[0][2])
            self.arrivals[data[0]].append(seconds + nanoseconds / 1e9)


async def _telegram(url: str, number: int, per_second: int, until: float, call: Callable[[], object]) -> None:
    """Send to a thousand chats as Telegram's limits allow."""
    store = Store(url)
    rules = Rules(overall=Window(count=per_second, seconds=1.0))
    permits = SharedPermits(store.database, "telegram", time.monotonic)
    limits = Limits(clock=time.monotonic, rules=rules, permits=permits)

    async def one(chat_id: int) -> None:
        while time.time() < until:
            with contextlib.suppress(FloodWait):  # patience ended: ask again
                ticket = await limits.acquire(chat_id, Priority.PUSH)
                call()
                await asyncio.sleep(0.05)  # Telegram's answer
                limits.settle(ticket)

    await asyncio.gather(*(one(number * 1000 + chat) for chat in range(1, 100)))
    await limits.shutdown()
    await store.close()


async def _aliexpress(
    url: str, _number: int, per_second: int, until: float, call: Callable[[], object]
) -> None:
    """Ask as often as the budget allows."""
    store = Store(url)
    ledger = budget.SharedLedger(
        limits=budget.Limits(per_second=per_second, per_day=10_000_000, jitter=0.04, ahead=0.25),
        now=lambda: datetime.now(UTC),
        cell=SharedCell(store.database, "aliexpress"),
    )

    async def one() -> None:
        while time.time() < until:
            with contextlib.suppress(Throttled):
                await ledger.acquire(urgent=False)
                call()

    await asyncio.gather(*(one() for _ in range(4)))
    await store.close()


KINDS = {"telegram": _telegram, "aliexpress": _aliexpress}


def _replica(
    kind: str, url: str, number: int, per_second: int, seconds: float, together: Any, port: int
) -> None:
    together.wait(60)  # importing takes seconds on a busy machine
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.connect(("127.0.0.1", port))
        until = time.time() + seconds
        asyncio.run(KINDS[kind](url, number, per_second, until, lambda: door.send(bytes([number]))))


def measure(url: str, kind: str, *, replicas: int, per_second: int, seconds: float) -> Outcome:
    """Run so many processes at once against a database whose schema is up to date."""
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(replicas)
    with Receiver(replicas) as receiver:
        processes = [
            spawn.Process(
                target=_replica,
                args=(kind, url, number, per_second, seconds + _SETTLE + 1.0, together, receiver.port),
            )
            for number in range(replicas)
        ]
        for one in processes:
            one.start()
        for one in processes:
            one.join()
    return outcome(receiver.arrivals, per_second, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicas", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rates", type=int, nargs="*", default=[5, 30])
    parser.add_argument("--kinds", nargs="*", default=sorted(KINDS))
    chosen = parser.parse_args()
    with postgres.server(hasty=False) as server:
        url = server.address

        async def prepare() -> None:
            store = Store(url)
            await store.start()
            await store.close()

        asyncio.run(prepare())
        sys.stdout.write("limit       allowed/s  replicas  reached/s  use     most in 1 s  shares\n")
        for kind in chosen.kinds:
            for rate in chosen.rates:
                for replicas in chosen.replicas:
                    one = measure(url, kind, replicas=replicas, per_second=rate, seconds=chosen.seconds)
                    sys.stdout.write(
                        f"{kind:<11} {rate:>9}  {replicas:>8}  {one.reached:>9.2f}  {one.use:>5.1%}  "
                        f"{one.most:>11}  {one.shares}\n"
                    )
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
