"""Broadcasts events to listeners: chat pages and waiting tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

BusEvent = dict[str, object]

# A listener that falls this far behind is cut off; the page reloads everything when it reconnects.
_BACKLOG = 1000


class Bus:
    """Broadcasts within one event loop; a listener gets only events published while it listens."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[BusEvent | None]] = set()
        self.closed = False

    @property
    def heard(self) -> bool:
        """Whether there are listeners."""
        return bool(self._listeners)

    def publish(self, kind: str, **facts: object) -> None:
        event: BusEvent = {"kind": kind, **facts}
        for queue in list(self._listeners):
            if queue.full():
                self._listeners.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)

    def close(self) -> None:
        """End every listener, as the server stops."""
        self.closed = True
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
        self._listeners.clear()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[BusEvent | None]]:
        """A queue of events from now on; None means the end."""
        queue: asyncio.Queue[BusEvent | None] = asyncio.Queue(_BACKLOG)
        if self.closed:
            queue.put_nowait(None)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def events(self, *, idle: float) -> AsyncIterator[BusEvent | None]:
        """Events as they come, and None after `idle` seconds without one."""
        with self.listening() as queue:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), idle)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
