"""The chat page in a real browser, with a small bot behind it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from bot.sandbox.aliexpress import scenarios
from bot.sandbox.box import MERCHANT
from tests.sandbox.conftest import World, dig, serving, until

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.asyncio(loop_scope="module")]

EMMA, LAYLA = 5000000101, 5000000103
GROUP = -1004000000001
CARD = (
    "<b>Order</b> <code>8211744661738042</code>\n"
    "<blockquote expandable>one\ntwo\nthree\nfour\nfive</blockquote>\n"
    '<tg-time unix="1796000000" format="wD">30 Nov</tg-time> <script>'
)


async def _echo(world: World) -> None:
    """A bot: answers every message with a card, every press with a toast and an edit."""
    offset = 0
    keys = [
        [{"text": "Refresh", "callback_data": "r"}, {"text": "Alert", "callback_data": "a"}],
        [{"text": "Copy", "copy_text": {"text": "LP1"}}, {"text": "Site", "url": "https://example.org/"}],
    ]
    while True:
        for update in await world.updates(offset=offset, timeout=30):
            number = update["update_id"]
            assert isinstance(number, int)
            offset = number + 1
            if "message" in update:
                await world.result(
                    "sendMessage",
                    chat_id=dig(update, "message", "chat", "id"),
                    text=CARD.replace("<script>", "&lt;script&gt;"),
                    parse_mode="HTML",
                    reply_parameters={"message_id": dig(update, "message", "message_id")},
                    reply_markup={"inline_keyboard": keys},
                )
            elif "callback_query" in update:
                query = update["callback_query"]
                alert = dig(query, "data") == "a"
                await world.result(
                    "answerCallbackQuery",
                    callback_query_id=dig(query, "id"),
                    text="Nothing new",
                    show_alert=alert,
                )
                await world.result(
                    "editMessageText",
                    chat_id=dig(query, "message", "chat", "id"),
                    message_id=dig(query, "message", "message_id"),
                    text="edited in place",
                )


@pytest_asyncio.fixture(loop_scope="module")
async def live() -> AsyncIterator[World]:
    async with serving() as world:
        await world.result("setMyCommands", commands=[{"command": "track", "description": "Follow an order"}])
        await world.result(
            "setMyCommands", commands=[{"command": "track", "description": "متابعة طلب"}], language_code="ar"
        )
        bot = asyncio.create_task(_echo(world))
        yield world
        bot.cancel()
        await asyncio.gather(bot, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="module")
async def page(live: World, browser: Browser) -> AsyncIterator[Page]:
    """The page at desktop width; any error in its console fails the test."""
    page = await browser.new_page(viewport={"width": 1300, "height": 800}, locale="en-GB")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(120_000)
    await page.goto(live.url)
    yield page
    await page.close()
    assert complaints == []


async def test_a_conversation(live: World, page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await page.get_by_role("button", name="START", exact=True).click()
    card = page.locator(".message:not(.mine)").last
    await expect(card).to_contain_text("Order 8211744661738042")
    await expect(card.locator("b")).to_have_text("Order")
    await expect(card.locator(".words")).to_contain_text("<script>")
    await expect(card.locator(".words time")).to_have_text(re.compile("29 November 2026"))
    await expect(card.locator(".quoted")).to_have_text("/start")
    await expect(card.locator("blockquote")).to_have_class("folded")
    await card.locator("blockquote").click()
    await expect(card.locator("blockquote")).not_to_have_class("folded")
    await expect(card.get_by_role("link", name="Site")).to_have_attribute("rel", "noopener noreferrer")
    await card.get_by_role("button", name="Refresh").click()
    await expect(page.locator("#toast")).to_have_text("Nothing new")
    await expect(card).to_contain_text("edited in place")
    await expect(card).to_contain_text("edited")


async def test_an_alert_waits_to_be_closed(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await page.get_by_role("button", name="START", exact=True).click()
    await page.get_by_role("button", name="Alert").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Nothing new")
    await page.keyboard.press("Enter")
    await expect(page.locator("#alert")).to_be_hidden()


async def test_commands_come_by_slash_in_the_reader_s_language_and_by_keyboard(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("ليلى")).click()
    box = page.get_by_role("textbox", name="Message")
    await box.fill("/tr")
    await expect(page.get_by_role("option")).to_contain_text("متابعة طلب")
    await box.press("Tab")
    await expect(box).to_have_value("/track ")
    await box.press_sequentially(scenarios.PLAIN)
    await box.press("Enter")
    await expect(page.locator(".message.mine")).to_contain_text(f"/track {scenarios.PLAIN}")


async def test_the_list_of_commands_goes_away_when_it_is_not_wanted(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    for away in ("Escape", "click"):
        await page.get_by_role("button", name="Commands").click()
        await expect(page.get_by_role("option").first).to_be_visible()
        await (page.keyboard.press("Escape") if away == "Escape" else page.locator("#head-name").click())
        await expect(page.locator("#commands")).to_be_hidden()


async def test_another_chat_s_news_shows_as_a_badge_and_right_to_left(live: World, page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await live.control(f"/chats/{LAYLA}/say", text="مرحبا")
    chat = page.locator(".chat", has_text="ليلى")
    await expect(chat.locator(".badge")).to_have_text("1")
    await live.result("sendMessage", chat_id=LAYLA, text="وصل الطرد")
    await expect(chat.locator(".badge")).to_have_text("2")
    await chat.click()
    words = page.locator(".words", has_text="وصل الطرد")
    assert await words.evaluate("node => getComputedStyle(node).direction") == "rtl"
    await expect(page.locator(".badge")).to_have_count(0)


async def test_a_new_person_in_a_language_of_choice(live: World, page: Page) -> None:
    await page.get_by_role("button", name="New chat").click()
    await page.get_by_role("textbox", name="Name").fill("민준")
    await page.get_by_label("Language").select_option("ko")
    await page.get_by_role("button", name="Add").click()
    await expect(page.locator("#head-name")).to_have_text("Parcel bot")
    await expect(page.locator("#head-note")).to_contain_text("민준")
    assert live.box.telegram.world.users[MERCHANT].first_name == "Merchant"  # and nobody else
    await page.get_by_role("button", name="START", exact=True).click()
    await expect(page.locator(".message:not(.mine) .words time")).to_contain_text("2026년")


async def test_a_forum_has_topics(live: World, page: Page) -> None:
    await page.get_by_role("button", name="New chat").click()
    await page.get_by_label("Kind").select_option("forum")
    await page.get_by_role("textbox", name="Name").fill("Shop")
    await page.get_by_role("button", name="Add").click()
    await page.get_by_role("tab", name="Parcels").click()
    await page.get_by_role("textbox", name="Message").fill("/start")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.mine")).to_have_count(1)
    await page.get_by_role("tab", name="General").click()
    await expect(page.locator(".message.mine")).to_have_count(0)


async def test_the_tour_moves_parcels_and_makes_trouble(live: World, page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await page.get_by_role("button", name=re.compile(scenarios.PLAIN)).click()
    await expect(page.locator(".message.mine")).to_have_text(re.compile(scenarios.PLAIN))
    order = live.box.orders.get(scenarios.PLAIN)
    before = len(order.parcels[0].nodes)
    await page.get_by_role("button", name="New scan").click()
    await until(lambda: len(order.parcels[0].nodes) == before + 1)
    down = page.get_by_role("button", name="AliExpress is down")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    assert [fault.kind for fault in live.box.faults.queue] == ["outage"]
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "false")
    await page.get_by_role("button", name="This person blocks the bot").click()
    await expect(page.get_by_role("button", name="Unblock the bot")).to_be_visible()


async def test_a_narrow_screen_shows_one_thing_at_a_time(live: World, page: Page) -> None:
    await page.goto("about:blank")
    await page.set_viewport_size({"width": 380, "height": 740})
    await page.goto(live.url)
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await expect(page.locator("#chats")).to_be_hidden()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 380
    await page.get_by_role("button", name="Tour", exact=True).click()
    await expect(page.get_by_role("heading", name="Orders to try")).to_be_visible()
    await page.get_by_role("button", name="Close the tour").click()
    await page.get_by_role("button", name="Back to the chats").click()
    await expect(page.locator("#chats")).to_be_visible()


async def test_every_phone_runs_on_its_owner_s_clock(live: World, page: Page) -> None:
    noon = int(datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp())
    text = f'<tg-time unix="{noon}" format="wt">12:00</tg-time>'
    for chat, shown in ((EMMA, "7:00"), (LAYLA, "4:00")):
        await live.control(f"/chats/{chat}/say", text="/start")
        await live.result("sendMessage", chat_id=chat, text=text, parse_mode="HTML")
        await page.locator(f'.chat:has-text("{"Emma" if chat == EMMA else "ليلى"}")').click()
        await expect(page.locator('time[title="12:00"]')).to_contain_text(shown)
        zone = "New York" if chat == EMMA else "Dubai"
        await expect(page.locator("#head-note")).to_contain_text(zone)


async def test_back_and_addresses_lead_to_chats(live: World, page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await page.get_by_role("button", name=re.compile("ليلى")).click()
    await expect(page.locator("#head-note")).to_contain_text("ليلى")
    await page.go_back()
    await expect(page.locator("#head-note")).to_contain_text("Emma")
    await page.goto("about:blank")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{live.url}/#{LAYLA}")
    await expect(page.locator("#head-note")).to_contain_text("ليلى")
    await page.get_by_role("button", name="Back to the chats").click()
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await page.go_back()
    await expect(page.locator("#chats")).to_be_visible()
    await expect(page.locator("#conversation")).to_be_hidden()


@pytest.mark.parametrize(
    "link", ["https://t.me/parcel_demo_bot?start=ref_1", "tg://resolve?domain=Parcel_Demo_Bot&start=ref_1"]
)
async def test_a_link_to_the_bot_starts_it_here(live: World, page: Page, link: str) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await live.control(f"/chats/{EMMA}/say", text="hello")
    await live.result("sendMessage", chat_id=EMMA, text=f'<a href="{link}">claim</a>', parse_mode="HTML")
    await page.get_by_role("link", name="claim").click()
    await expect(page.locator(".message.mine").last).to_contain_text("/start ref_1")


async def test_an_old_answer_takes_no_newer_message_away(live: World, page: Page) -> None:
    late = asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        if not late.is_set():
            late.set()
            await shown.wait()
        await route.fulfill(response=answer)

    shown = asyncio.Event()
    await page.route(re.compile(f"/chats/{LAYLA}/messages"), hold)
    row = page.get_by_role("button", name=re.compile("ليلى"))
    await row.click()
    await late.wait()
    await row.click()
    await live.control(f"/chats/{LAYLA}/say", text="وصل الطرد")
    await expect(page.locator(".words", has_text="وصل الطرد")).to_be_visible()
    async with page.expect_response(re.compile("messages"), timeout=60_000) as old:
        shown.set()
    await (await old.value).finished()
    await page.evaluate("new Promise(requestAnimationFrame)")
    await expect(page.locator(".words", has_text="وصل الطرد")).to_be_visible()


async def test_in_a_group_others_stand_on_the_other_side(live: World, page: Page) -> None:
    await live.control(f"/chats/{GROUP}/say", text="hello", user_id=EMMA)
    await page.get_by_role("button", name=re.compile("Parcels of the family")).click()
    said = page.locator(".message", has_text="hello")
    await expect(said).to_have_class(re.compile("mine"))
    await page.get_by_role("combobox", name="Write as").select_option("Иван")
    await expect(said).not_to_have_class(re.compile("mine"))
    await expect(said.locator(".author")).to_have_text("Emma")


async def test_one_s_own_message_can_be_corrected(live: World, page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    box = page.get_by_role("textbox", name="Message")
    await box.fill("82117446617")
    await page.keyboard.press("Enter")
    said = page.locator(".message.mine")
    await said.hover()
    await said.get_by_role("button", name="Edit").click()
    await expect(box).to_have_value("82117446617")
    await box.fill(scenarios.PLAIN)
    await page.keyboard.press("Enter")
    await expect(said.locator(".words")).to_have_text(scenarios.PLAIN)
    await expect(said.locator(".foot")).to_contain_text("edited")
    await expect(said).to_have_count(1)
    updates = [update.payload for update in live.box.telegram.updates.ledger]
    assert dig(updates, -1, "text") == scenarios.PLAIN


async def test_colors_and_effects_are_shown(live: World, page: Page) -> None:
    await live.control(f"/chats/{EMMA}/say", text="/start")
    keys = [[{"text": "Stop", "callback_data": "x", "style": "danger"}]]
    await live.result(
        "sendMessage",
        chat_id=EMMA,
        text="Delivered",
        message_effect_id="5046509860389126442",
        reply_markup={"inline_keyboard": keys},
    )
    await page.get_by_role("button", name=re.compile("Emma")).click()
    await expect(page.get_by_role("button", name="Stop")).to_have_class("key danger")
    await expect(page.locator(".effect")).to_have_text("🎉")


async def test_a_message_that_grows_keeps_its_end_in_sight(live: World, page: Page) -> None:
    await page.get_by_role("button", name=re.compile("Emma")).click()
    lines = "\n".join(["on its way"] * 60)
    await live.control(f"/chats/{EMMA}/say", text="/start")
    await expect(page.get_by_role("button", name="Refresh")).to_be_visible()
    sent = await live.result("sendMessage", chat_id=EMMA, text=f"{lines}\nhalf way")
    await expect(page.locator(".words", has_text="half way")).to_be_visible()
    grown = {"chat_id": EMMA, "message_id": dig(sent, "message_id"), "text": f"{lines}\n{lines}\narrived"}
    await live.result("editMessageText", **grown)
    await expect(page.locator(".words", has_text="arrived")).to_be_visible()
    log = page.locator("#log")
    assert await log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 5
