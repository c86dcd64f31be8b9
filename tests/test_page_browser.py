"""The tracking page in a real browser, made by the whole product. Skipped, loudly, without Chromium."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browsers import keep
from tests.make import there
from tests.world import CUSTOMS, EMMA, MERCHANT, PLAIN, TWO_PARCELS, World, world

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.asyncio(loop_scope="module")]

SHOP = """
name = "Lamp & Light"
support = "@lamp_help"
color = "#0f766e"
logo = "logo.svg"
"""
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" rx="12" fill="#0f766e"/>
<path d="M24 9a11 11 0 0 0-6 20v4h12v-4a11 11 0 0 0-6-20zM19 36h10v3H19z" fill="#fde68a"/></svg>"""
LOOKS = [
    ("en", "light", (390, 844)),
    ("ar", "light", (390, 844)),
    ("ja", "dark", (390, 844)),
    ("en", "dark", (1100, 900)),
]


@pytest_asyncio.fixture(loop_scope="module")
async def here(tmp_path: Path) -> AsyncIterator[World]:
    """The product with its port open, and orders that a chat follows."""
    (tmp_path / "shop.toml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "logo.svg").write_text(LOGO, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    async with world(tmp_path) as made:
        shop = str(tmp_path / "shop.toml")
        await made.start(LISTEN=listen, PUBLIC_URL=f"http://{listen}", SHOP_FILE=shop)
        for order in (PLAIN, CUSTOMS, TWO_PARCELS):
            await made.ask(EMMA, f"/track {order}", order[-4:])
        yield made


async def test_it_reads_well_and_is_open_to_everybody(here: World, browser: Browser) -> None:
    """Three languages, light and dark, on a phone and a desk: axe finds nothing, and nothing is cut off."""
    for order, looks in ((PLAIN, LOOKS), (TWO_PARCELS, LOOKS[1:2])):
        address = await _page_of(here, order)
        for language, scheme, (width, height) in looks:
            page = await _open(browser, address, language, scheme, width, height)
            await _wait_for_texts(here, page, language)
            direction = "rtl" if language == "ar" else "ltr"
            assert await page.evaluate("getComputedStyle(document.body).direction") == direction
            await expect(page.locator("header img")).to_be_visible()
            assert await page.evaluate("document.querySelector('header img').naturalWidth > 0")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            await _is_accessible(page)
            if order == PLAIN:
                await keep(page, f"page-{language}" if width < 500 else "page-desk", whole=True)
            await page.context.close()


async def test_languages_are_switched_and_parcels_printed_without_a_script(
    here: World, browser: Browser
) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="de-DE")
    page = await context.new_page()
    await page.goto(await _page_of(here, CUSTOMS))
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await page.locator("summary").click()
    await page.get_by_role("link", name="Español").click()
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await page.emulate_media(media="print")
    await expect(page.locator("nav")).to_be_hidden()
    await expect(page.locator(".main")).to_be_hidden()
    await expect(page.locator("h1")).to_be_visible()
    wrong = page.url.partition("?")[0] + "x"
    answer = there(await page.goto(wrong))
    assert answer.status == 404
    await context.close()
    page = await browser.new_page()
    await page.goto(wrong)
    await _is_accessible(page)
    await page.close()


# ── helpers ─────────────────────────────────────────────────────────────────────────────────────


async def _page_of(here: World, order: str) -> str:
    """The tracking page of the order, as the merchant gets it from /link."""
    answer = await here.ask(MERCHANT, f"/link {order}", "/t/")
    (address,) = re.findall(r"https?://[^<\s]+/t/[\w-]+", answer["text"])
    return str(address)


async def _open(browser: Browser, address: str, language: str, scheme: str, width: int, height: int) -> Page:
    context = await browser.new_context(
        locale=language,
        color_scheme=scheme,  # type: ignore[arg-type]  # a literal
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
    )
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    await page.goto(address, wait_until="networkidle")
    assert not said  # the policy refused nothing, and nothing was missing
    return page


async def _wait_for_texts(here: World, page: Page, language: str) -> None:
    """The first visit in a language shows the carrier's English; the next ones have what it asked for."""

    async def translated() -> bool:
        if await page.locator("li span[lang=en]").count() == 0:
            return True
        await page.reload(wait_until="networkidle")
        return False

    if language != "en":
        await here.until(translated)


async def _is_accessible(page: Page) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
