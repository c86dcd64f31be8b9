"""`run`: runs the bot until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading

import structlog

from bot import settings

_log = structlog.get_logger(__name__)
_AT_THE_LATEST = 8.5  # seconds from the signal to the end, of the 10 that a container gets


def run() -> None:
    """Run the bot with the settings from the environment and .env."""
    chosen = settings.load_settings()
    with contextlib.suppress(ImportError):  # optional speed
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_until_signalled(chosen))


async def _until_signalled(chosen: settings.Settings) -> None:
    from bot import app

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not stopping.is_set():
            stopping.set()
            _end_in(_AT_THE_LATEST)

    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop)
    await app.serve(chosen, stopping)


def _end_in(seconds: float) -> None:
    """End the process then, whatever still hangs: a database that does not answer, say.

    What was not settled is done again by the next process, as after a crash.
    """

    def end() -> None:
        _log.error("stopped with work in flight", seconds=seconds)
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
