"""`run`: serve until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal

from bot import settings


def run() -> None:
    """Run the bot against the real services, as set in the environment and .env."""
    chosen = settings.load_settings()
    with contextlib.suppress(ImportError):  # optional speed
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_until_signalled(chosen))


async def _until_signalled(chosen: settings.Settings) -> None:
    from bot import app

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stopping.set)
    await app.serve(chosen, stopping)
