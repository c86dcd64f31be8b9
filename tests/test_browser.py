"""The chat page in a real browser: what a person sees. Skipped, loudly, where no Chromium is installed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.world import PLAIN, World, world

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO CHROMIUM HERE: the chat page was not looked at"),
]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    """The product running against a sandbox that stands still."""
    async with world(tmp_path) as made:
        await made.start()
        yield made


@pytest.fixture
async def page(here: World) -> AsyncIterator[Page]:
    """The chat page; an error in its script fails the test."""
    errors: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = await browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-GB")
        opened.on("pageerror", lambda error: errors.append(str(error)))
        await opened.goto(here.url)
        yield opened
        await browser.close()
    assert not errors


async def _open(page: Page, name: str) -> None:
    await page.get_by_text(name, exact=True).first.click()


async def _type(page: Page, text: str) -> None:
    box = page.get_by_placeholder("Message")
    await box.fill(text)
    await box.press("Enter")


async def test_a_person_types_sees_the_card_presses_and_is_pushed(page: Page, here: World) -> None:
    await _open(page, "Emma")
    await _type(page, f"/track {PLAIN}")
    await expect(page.get_by_text("Travelling between countries").first).to_be_visible()
    await here.next_node(PLAIN)
    await expect(page.get_by_text("Package arrived at transit country/region.").first).to_be_visible()
    await page.get_by_role("button", name="Timeline").first.click()
    await expect(page.get_by_text("Departed from departure country/region").first).to_be_visible()


@pytest.mark.parametrize(("name", "words"), [("ليلى", "الطلب"), ("נועה", "8042")])
async def test_right_to_left_chats_read_from_the_right(page: Page, name: str, words: str) -> None:
    await _open(page, name)
    await _type(page, PLAIN)
    bubble = page.get_by_text(words).last
    await expect(bubble).to_be_visible()
