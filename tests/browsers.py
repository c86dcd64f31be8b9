"""A real browser for what people see: found, started quietly, and looked at."""

from __future__ import annotations

import os
import shutil

import pytest
from playwright.async_api import Browser, Page, Playwright, expect

expect.set_options(timeout=60_000)  # milliseconds; only what never comes takes as long
_NAMES = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


async def launch(playwright: Playwright) -> Browser:
    """The system's Chromium, else the one playwright downloaded; without either the test is skipped."""
    found = next(filter(None, map(shutil.which, (*_NAMES, playwright.chromium.executable_path))), None)
    if found is None:
        pytest.skip("NO CHROMIUM HERE: its page was not looked at")
    return await playwright.chromium.launch(executable_path=found, args=_QUIET)


async def keep(page: Page, name: str, *, whole: bool = False) -> None:
    """A picture for docs/, where `make screenshots` asks for it; else only proof that one can be taken."""
    await page.wait_for_timeout(300)  # let the last line scroll into view
    folder = os.environ.get("SCREENSHOTS")
    taken = await page.screenshot(path=f"{folder}/{name}.png" if folder else None, full_page=whole)
    assert len(taken) > 10_000
