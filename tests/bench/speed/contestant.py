"""Runs one contestant in this process and prints what it measured as JSON."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from tests.bench.speed import checks, pushes

CONTESTANTS: dict[str, Callable[..., Awaitable[dict[str, float]]]] = {
    "checks": checks.product,
    "checks-aiohttp": checks.bare_aiohttp,
    "pushes": pushes.product,
    "pushes-aiohttp": pushes.bare_aiohttp,
}


def main(name: str, options: dict[str, Any]) -> None:
    """Measure, on the loop that `bot run` would take."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=True)  # as the bot's own
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    print(json.dumps(asyncio.run(_awaited(CONTESTANTS[name](**options)))))  # noqa: T201  the parent reads it


async def _awaited(measured: Awaitable[dict[str, float]]) -> dict[str, float]:
    return await measured


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
