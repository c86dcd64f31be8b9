"""The chat page in a real browser: what a person sees. Skipped, loudly, without Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.model import Estimate, Stage
from tests.browsers import keep
from tests.test_arriving import parcel, put
from tests.world import CUSTOMS, EMMA, MERCHANT, PLAIN, World, world

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def here(tmp_path: Path) -> AsyncIterator[World]:
    """The product running against a sandbox that stands still."""
    async with world(tmp_path) as made:
        await made.start()
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def page(here: World, browser: Browser) -> AsyncIterator[Page]:
    """The chat page; an error in its script fails the test."""
    errors: list[str] = []
    opened = await browser.new_page(
        viewport={"width": 1280, "height": 860}, locale="en-US", reduced_motion="reduce"
    )
    opened.on("pageerror", lambda error: errors.append(str(error)))
    await opened.goto(here.url)
    yield opened
    await opened.close()
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
    await expect(page.get_by_text("In transit between countries").first).to_be_visible()
    await here.next_node(PLAIN)
    await expect(page.get_by_text("Package arrived at transit country/region.").first).to_be_visible()
    await page.get_by_role("button", name="Timeline").first.click()
    await expect(page.get_by_text("Departed from departure country/region").first).to_be_visible()


async def test_the_tour_shows_a_complaint_its_answer_and_its_end(page: Page, here: World) -> None:
    await _open(page, "Emma")
    await page.get_by_role("button", name="The customer asks the shop").click()
    await expect(page.get_by_text("It is in the Merchant's chat")).to_be_visible()
    await here.hears(MERCHANT, "My parcel arrived broken", after=0)
    await page.get_by_role("button", name="The shop answers").click()
    answered = await here.hears(EMMA, "A new one ships today.", after=0)
    await page.get_by_role("button", name="The shop says: solved").click()
    await here.hears(EMMA, "solved", after=answered["id"])


@pytest.mark.parametrize(
    ("language", "name", "direction"),
    [
        ("en", "Emma", "ltr"),
        ("ar", "ليلى", "rtl"),
        ("he", "נועה", "rtl"),
        ("ja", "さくら", "ltr"),
        ("de", "Lena", "ltr"),
    ],
)
async def test_a_chat_reads_well_in(
    page: Page, here: World, language: str, name: str, direction: str
) -> None:
    chat = next((c for c in await here.control("GET", "chats") if c["name"] == name), None)
    if chat is None:
        chat = await here.control(
            "POST", "chats", first_name=name, language_code=language, zone="Europe/Berlin"
        )
    await _open(page, name)
    await _type(page, f"/track {CUSTOMS}")
    card = await here.hears(chat["id"], "SWX", after=0)
    await here.next_node(CUSTOMS)
    await here.hears(chat["id"], "", after=card["id"] + 1)  # behind the question about the time
    bubble = page.locator(".message code", has_text=CUSTOMS).last
    await expect(bubble).to_be_visible()
    assert await bubble.evaluate(_DIRECTION) == direction
    await keep(page, f"chat-{language}")
    await _hold_as_a_phone(page)
    await expect(bubble).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await keep(page, f"phone-{language}")


async def test_a_complaint_is_answered_and_solved_on_the_page_in_two_languages(
    page: Page, here: World
) -> None:
    made = {"first_name": "Lena", "language_code": "de", "zone": "Europe/Berlin"}
    lena = await here.control("POST", "chats", **made)
    await _open(page, "Lena")
    await _type(page, CUSTOMS)
    await here.hears(lena["id"], CUSTOMS, after=0)
    await _type(page, "Ich möchte mein Geld zurück")
    await page.get_by_role("button", name="Shop fragen").last.click()
    await expect(page.get_by_text("Was möchtest du den Shop").last).to_be_visible()
    await here.control("POST", f"chats/{MERCHANT}/state", action="block")  # the merchant is away
    await _type(page, "Das Paket hängt seit Tagen beim Zoll. Was kann ich tun?")
    await expect(page.get_by_text("ist unterwegs zum Shop").last).to_be_visible()
    await _open(page, "Merchant")
    await _type(page, "/start")  # which unblocks the bot
    question = page.locator(".message", has_text="A customer asks about order")
    await expect(question).to_contain_text("hängt seit Tagen beim Zoll")
    await keep(page, "question")
    await question.hover()
    await question.get_by_role("button", name="Reply", exact=True).click()
    await _type(page, "We sent the invoice to customs today. It should move on by Thursday.")
    await expect(page.get_by_text("Your answer is on its way").last).to_be_visible()
    await here.hears(lena["id"], "It should move on", after=0)  # a message moves its chat up the list
    await _open(page, "Lena")
    answer = page.locator(".message", has_text="It should move on by Thursday.")
    await expect(answer).to_contain_text("Antwort vom Shop: Handyhülle aus Silikon")
    await keep(page, "answer")
    await _open(page, "Merchant")
    await question.get_by_role("button", name="Solved").click()
    await here.hears(lena["id"], "gelöst", after=0)
    await _open(page, "Lena")
    await expect(page.locator(".message", has_text="gelöst").last).to_be_visible()


async def test_our_own_estimate_comes_to_the_card_once_enough_parcels_were_delivered(
    page: Page, here: World
) -> None:
    await _open(page, "Emma")
    await _type(page, PLAIN)
    await _hold_as_a_phone(page)
    card = page.locator(".message", has_text="Expected by AliExpress").last
    await expect(card).to_be_visible()
    await keep(page, "estimate-before")
    now = datetime.now(UTC)
    way = ((0.0, Stage.INFO_RECEIVED), (2.0, Stage.PICKED_UP), (5.0, Stage.INTERNATIONAL_TRANSIT))
    for number in range(40):
        lasted = 9.0 + number % 4
        delivered = parcel(
            now - timedelta(days=lasted + number % 20), *way, (lasted, Stage.DELIVERED), promised=13.0
        )
        same = replace(delivered, carrier="AliExpress Selection Standard")
        await put(here.app.store, f"{number:016}", same, now)
    await here.app.leader.tracking.arriving.learn()
    await here.next_node(PLAIN)
    await expect(page.locator(".message", has_text="Most likely").last).to_be_visible()
    await keep(page, "estimate-after")
    order = await here.order(PLAIN)
    (one,) = order.parcels
    assert one.estimate is not None
    days = one.estimate.last - now + timedelta(days=2)  # what was said that long ago has passed
    past = Estimate(first=one.estimate.first - days, last=one.estimate.last - days, at=now - days)
    async with here.app.store.write() as tx:
        await tx.orders.save_estimates([replace(order, parcels=(replace(one, estimate=past),))])
    await here.app.leader.tracking.arriving.learn()
    await _type(page, PLAIN)
    card = page.locator(".message", has_text="Later than usual for this route").last
    await expect(card).to_contain_text("AliExpress promised")
    await keep(page, "estimate-later")


async def test_the_journey_is_shared_as_a_picture(page: Page, here: World) -> None:
    await _open(page, "Emma")
    await _type(page, PLAIN)
    await page.get_by_role("button", name="Share").first.click()
    await expect(page.locator("img").last).to_be_visible()
    await keep(page, "share")


# of the whole text, not of the number in it
_DIRECTION = "e => getComputedStyle(e.closest('.message').querySelector('[dir=auto]')).direction"


async def _hold_as_a_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
