"""What people write besides numbers: questions, names, thanks, photos, corrections, and what groups say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.chat.intake import ALLOWED_UPDATES
from tests.world import CUSTOMS, EMMA, FAMILY, IVAN, LEILA, PLAIN, World

LUCIA, SAKURA = 5000000105, 5000000107
_LP = "LP00675700340000"


async def _is_silent(play: World, chat: int, after: int, **more: object) -> None:
    """The bot says nothing until it has answered the next command."""
    answer = await play.ask(chat, "/language xx", "", **more)
    said = [
        each for each in await play.messages(chat) if each["is_bot"] and after < each["id"] < answer["id"]
    ]
    assert not said, said


async def test_the_tracking_number_or_the_name_of_an_own_order_opens_it(play: World) -> None:
    await play.ask(EMMA, PLAIN, "In transit between")
    await play.ask(EMMA, CUSTOMS, "8042")
    number = (await play.order(PLAIN)).parcels[0].number
    await play.ask(EMMA, number, f"{number}")
    await play.ask(EMMA, f"where is {number.lower()}?", "In transit between")
    await play.ask(IVAN, number, "Нам нужен номер заказа")
    await play.ask(EMMA, "any news?", "2 on the way")  # of several orders the list is shown
    await play.ask(EMMA, f"/rename {PLAIN} Blue lamp", "Now called")
    await play.ask(EMMA, "blue LAMP", "In transit between")
    await play.ask(EMMA, "Where's my blue lamp?", "In transit between")
    await play.ask(EMMA, "/track Blue lamp", "In transit between")
    await play.ask(EMMA, "my blue lamp arrived broken", "Which order is your question about?")


QUESTIONS = [
    (EMMA, "Where is my package?", "In transit between", "message the shop sent you"),
    (IVAN, "Где моя посылка?", "В пути между странами", "прислал магазин"),
    (LEILA, "أين طلبي؟", "الطلب", "أرسلها إليك المتجر"),
    (LUCIA, "¿Cuándo llega mi pedido?", "En tránsito internacional", "te envió la tienda"),
    (SAKURA, "荷物はどこですか", "USB-C", "ショップから届いた"),
    (EMMA, "Wo bleibt mein Paket?", "In transit between", "message the shop sent you"),
]


async def test_a_question_is_answered_with_the_card_or_with_what_to_send(play: World) -> None:
    for person, question, _, nothing in QUESTIONS:
        await play.ask(person, question, nothing)
    for person, question, card, _ in QUESTIONS:
        await play.ask(person, PLAIN, card)
        await play.ask(person, question, card)


async def test_a_question_in_any_language_shows_the_order_and_how_to_reach_the_shop(
    idle: World, tmp_path: Path
) -> None:
    shop = tmp_path / "shop.toml"
    shop.write_text('name = "Kiosk"\nsupport = "@kiosk_help"\n')
    await idle.start(SHOP_FILE=str(shop))
    await idle.ask(EMMA, "Hol van a csomagom?", "message the shop sent you")
    card = await idle.ask(EMMA, PLAIN, "In transit between")
    await idle.hears(EMMA, "for you?", after=card["id"])
    for question in ("Hol van a csomagom?", "nobody answers me, where is my order?"):
        answer = await idle.ask(EMMA, question, "In transit between")
        await idle.hears(EMMA, "@kiosk_help", after=answer["id"])
    again = await idle.ask(EMMA, "hol a csomag", "we didn't understand")  # not again and again
    assert "@kiosk_help" in again["text"]
    await idle.ask(EMMA, "🍕", "we didn't understand")
    await idle.ask(EMMA, "help", "How it works")
    await idle.ask(EMMA, CUSTOMS, "8042")
    await idle.ask(EMMA, "stop", "Quiet hours")


async def test_stop_and_a_bare_yes_or_no_are_understood(play: World) -> None:
    card = await play.ask(EMMA, PLAIN, "In transit between")
    await play.hears(EMMA, "for you?", after=card["id"])
    yes = await play.say(EMMA, "yes")
    await _is_silent(play, EMMA, yes)
    await play.control("POST", f"orders/{PLAIN}/nodes", phrase="delivered")
    asked = await play.hears(EMMA, "Did you get it?", after=yes)
    again = await play.ask(EMMA, "no", "Did you get it?")
    assert again["id"] != asked["id"]
    await play.press(EMMA, again, "Yes")
    await play.reads(EMMA, again, "archive")
    await play.ask(EMMA, CUSTOMS, "8042")
    await play.ask(EMMA, "please stop", "is muted")


async def test_thanks_get_a_reaction_and_no_words_even_where_it_is_refused(play: World) -> None:
    card = await play.ask(EMMA, PLAIN, "In transit between")
    await play.hears(EMMA, "for you?", after=card["id"])
    thanks = await play.say(EMMA, "Thanks a lot! 🙏")
    await _is_silent(play, EMMA, thanks)
    said = next(each for each in await play.messages(EMMA) if each["id"] == thanks)
    assert said["reaction"] == "👍"
    fault = {"target": "telegram", "kind": "refuse", "method": "setMessageReaction"}
    await play.control("POST", "faults", faults=[fault])
    await _is_silent(play, EMMA, await play.say(EMMA, "thank you"))


async def test_photos_and_voice_are_told_and_an_album_once(play: World) -> None:
    await play.ask(EMMA, "/start", "Welcome")
    file = {"file_id": "a", "file_unique_id": "a"}
    sent = await play.control("POST", f"chats/{EMMA}/document", name="receipt.txt", content="hello")
    await play.hears(EMMA, "can't read photos", after=sent["message"]["id"])
    voice = await play.posts(EMMA, voice=file | {"duration": 3})
    told = await play.hears(EMMA, "can't read photos", after=voice)
    photo = {"photo": [file | {"width": 9, "height": 9}], "media_group_id": "77"}
    for _ in range(3):
        last = await play.posts(EMMA, **photo)
    again = await play.hears(EMMA, "can't read photos", after=told["id"])
    await _is_silent(play, EMMA, max(last, again["id"]))
    said = [each for each in await play.messages(EMMA) if "can't read photos" in each["text"]]
    assert len(said) == 3


async def test_a_caption_is_read_and_may_hold_a_command(play: World) -> None:
    photo = {"photo": [{"file_id": "a", "file_unique_id": "a", "width": 9, "height": 9}]}
    sent = await play.posts(EMMA, **photo, caption=f"my order {PLAIN}")
    await play.hears(EMMA, "In transit between", after=sent)
    entity = {"type": "bot_command", "offset": 0, "length": 7}
    sent = await play.posts(EMMA, **photo, caption="/orders", caption_entities=[entity])
    await play.hears(EMMA, "1 on the way", after=sent)
    link = f"https://www.aliexpress.com/p/order/detail.html?orderId={CUSTOMS}"
    hidden = {"type": "text_link", "offset": 4, "length": 5, "url": link}
    sent = await play.posts(EMMA, text="See order", entities=[hidden])  # pasted from a mail
    await play.hears(EMMA, CUSTOMS, after=sent)


def test_posts_of_channels_are_not_even_asked_for() -> None:
    assert not {"channel_post", "edited_channel_post"} & set(ALLOWED_UPDATES)


async def test_service_messages_get_no_answer(play: World) -> None:
    greeted = await play.ask(EMMA, "/start", "Welcome")
    chat = {"id": EMMA, "type": "private"}
    welcome = {"message_id": greeted["id"], "date": greeted["date"], "chat": chat, "text": greeted["text"]}
    contents: tuple[Mapping[str, object], ...] = (
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400}},
        {"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}}},
        {"write_access_allowed": {}},
        {"pinned_message": welcome},
    )
    for content in contents:
        sent = await play.posts(EMMA, **content)
        await _is_silent(play, EMMA, sent)


async def test_a_correction_within_two_minutes_is_read_again(play: World) -> None:
    sent = await play.say(EMMA, "821174466173804")
    await play.hears(EMMA, "can't find order", after=sent)
    await play.control("POST", f"chats/{EMMA}/edit", message_id=sent, text=PLAIN, after=60)
    card = await play.hears(EMMA, "In transit between", after=sent)
    await play.hears(EMMA, "for you?", after=card["id"])
    late = await play.say(EMMA, "thanks")
    await play.control("POST", f"chats/{EMMA}/edit", message_id=late, text=CUSTOMS, after=121)
    await _is_silent(play, EMMA, late)


async def test_cancel_and_any_command_end_an_open_question(play: World) -> None:
    card = await play.ask(EMMA, PLAIN, "In transit between")
    for command, answer in (("/cancel", "nothing was changed"), ("/help", "How it works")):
        await play.press(EMMA, card, "Rename")
        await play.hears(EMMA, "What would you like", after=card["id"])
        await play.ask(EMMA, command, answer)
        await play.ask(EMMA, "Green chair", "contact the shop")


async def test_a_greeting_and_other_links_words_are_greeted(play: World) -> None:
    for text in ("Hello!", "/start ref_123", "/start utm-instagram", "/start AffiliateNumberTwelve"):
        await play.ask(EMMA, text, "Welcome")


async def test_in_groups_the_bot_says_nothing_to_what_is_not_for_it(play: World) -> None:
    await play.control("POST", f"chats/{FAMILY}/state", action="promote")  # now it hears everything
    card = await play.ask(FAMILY, f"/track {PLAIN}", "…61738042", user_id=EMMA)
    for text in (CUSTOMS, "/weather", "where is my package?", "hello", "/orders@another_bot"):
        sent = await play.say(FAMILY, text, user_id=EMMA)
        await _is_silent(play, FAMILY, sent, user_id=EMMA)
    for text in ("thanks!", "so slow", "👍"):
        sent = await play.say(FAMILY, text, user_id=EMMA, reply_to=card["id"])
        await _is_silent(play, FAMILY, sent, user_id=EMMA)


async def test_in_groups_help_says_track_and_members_may_look(play: World) -> None:
    await play.ask(FAMILY, "/start", "/track", user_id=EMMA)
    await play.ask(FAMILY, "/help", "/track followed by", user_id=IVAN)
    await play.ask(FAMILY, "/orders", "/track followed by", user_id=IVAN)
    card = await play.ask(FAMILY, f"/track {PLAIN}", "…61738042", user_id=EMMA)
    await play.ask(FAMILY, f"/track {PLAIN}", "…61738042", user_id=IVAN)
    await play.ask(FAMILY, f"/track {CUSTOMS}", "Only group admins", user_id=IVAN)
    await play.ask(FAMILY, "where is it?", "…61738042", user_id=IVAN, reply_to=card["id"])


async def test_where_only_links_add_orders_nobody_is_asked_for_a_number(idle: World, tmp_path: Path) -> None:
    shop = tmp_path / "shop.toml"
    shop.write_text('name = "Kiosk"\nsupport = "@kiosk_help"\n')
    await idle.start(ACCESS="link", SHOP_FILE=str(shop))
    for text in ("Green chair", "/help", "/start", "Where is my order?", _LP, "/orders", "/track 123456"):
        answer = await idle.ask(EMMA, text, "link")
        assert "order number" not in answer["text"].replace("no order number", ""), answer["text"]
        assert "@kiosk_help" in answer["text"] or text == "/start"
    refund = await idle.ask(EMMA, "thanks for nothing, it arrived broken", "@kiosk_help")
    assert "Only the shop" in refund["text"]
    assert "Tap the link" in refund["text"]
