from __future__ import annotations

import json

import pytest

from tests.sandbox.conftest import World, dig

EMMA = 5000000101
GROUP = -1004000000001


@pytest.fixture
async def started(world: World) -> World:
    """Emma has pressed START, and the bot has read it."""
    await world.control(f"/chats/{EMMA}/say", text="/start")
    updates = await world.updates()
    await world.updates(offset=dig(updates, -1, "update_id"))
    return world


async def send(world: World, text: str = "hello", **more: object) -> int:
    message = await world.result("sendMessage", chat_id=EMMA, text=text, **more)
    number = dig(message, "message_id")
    assert isinstance(number, int)
    return number


async def test_a_message_arrives_with_its_entities(started: World) -> None:
    message = await started.result("sendMessage", chat_id=EMMA, text="<b>hi</b>", parse_mode="HTML")
    assert dig(message, "text") == "hi"
    assert dig(message, "entities") == [{"type": "bold", "offset": 0, "length": 2}]
    shown = await started.control(f"/chats/{EMMA}/messages", "GET")
    assert dig(shown, -1, "html") == "<b>hi</b>"


@pytest.mark.parametrize("way", ["json", "form", "multipart", "query"])
async def test_parameters_come_in_every_documented_way(started: World, way: str) -> None:
    url = f"{started.url}/telegram/bot{started.box.config.bot_token}/sendMessage"
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    pairs = {"chat_id": str(EMMA), "text": "é", "reply_markup": json.dumps(markup)}
    if way == "json":
        response = await started.http.post(url, json={**pairs, "reply_markup": markup})
    elif way == "form":
        response = await started.http.post(url, data=pairs)
    elif way == "multipart":
        response = await started.http.post(url, files={name: (None, value) for name, value in pairs.items()})
    else:
        response = await started.http.get(url, params=pairs)
    assert dig(response.json(), "result", "text") == "é"
    assert dig(response.json(), "result", "reply_markup") == markup


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"chat_id": ""}, "400 Bad Request: chat_id is empty"),
        ({"chat_id": 1}, "400 Bad Request: chat not found"),
        ({"chat_id": "@nobody"}, "400 Bad Request: chat not found"),
        ({"text": ""}, "400 Bad Request: message text is empty"),
        ({"text": " <b> </b> ", "parse_mode": "HTML"}, "400 Bad Request: message text is empty"),
        ({"text": "x" * 4097}, "400 Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "400 Bad Request: message is too long"),
        (
            {"text": "<b>", "parse_mode": "HTML"},
            "400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"parse_mode": "Markdown"}, "400 Bad Request: unsupported parse_mode"),
        ({"message_thread_id": 5}, "400 Bad Request: message thread not found"),
        ({"reply_parameters": {"message_id": 99}}, "400 Bad Request: message to be replied not found"),
        ({"reply_markup": "{"}, "400 Bad Request: can't parse reply_markup: expected JSON"),
    ],
)
async def test_each_mistake_has_its_words(
    started: World, parameters: dict[str, object], refusal: str
) -> None:
    assert await started.refusal("sendMessage", **{"chat_id": EMMA, "text": "x", **parameters}) == refusal


async def test_4096_units_after_parsing_are_fine(started: World) -> None:
    await send(started, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    await send(started, "😀" * 2048)


@pytest.mark.parametrize(
    ("button", "fine"),
    [
        ({"text": "x", "callback_data": "é" * 32}, True),
        ({"text": "x", "callback_data": "é" * 32 + "x"}, False),
        ({"text": "x", "callback_data": ""}, False),
        ({"text": "x", "url": "https://example.org/a"}, True),
        ({"text": "x", "url": "javascript:alert(1)"}, False),
        ({"text": "x", "copy_text": {"text": "y" * 256}}, True),
        ({"text": "x", "copy_text": {"text": "y" * 257}}, False),
        ({"text": "x", "copy_text": {}}, False),
        ({"text": "x"}, False),
        ({"text": "", "callback_data": "y"}, False),
        ({"text": "x", "callback_data": "y", "url": "https://example.org"}, False),
    ],
)
async def test_buttons_are_checked(started: World, button: dict[str, object], fine: bool) -> None:
    answer = await started.bot(
        "sendMessage", chat_id=EMMA, text="x", reply_markup={"inline_keyboard": [[button]]}
    )
    assert answer["ok"] is fine
    if not fine:
        assert answer["error_code"] == 400


@pytest.mark.parametrize(
    ("rows", "columns", "fine"), [(25, 4, True), (26, 4, False), (1, 8, True), (1, 9, False)]
)
async def test_keyboards_have_limits(started: World, rows: int, columns: int, fine: bool) -> None:
    keys = [[{"text": "x", "callback_data": "y"}] * columns] * rows
    answer = await started.bot("sendMessage", chat_id=EMMA, text="x", reply_markup={"inline_keyboard": keys})
    assert answer["ok"] is fine


async def test_a_reply_may_be_sent_without_its_message(started: World) -> None:
    first = await send(started)
    reply = await started.result(
        "sendMessage", chat_id=EMMA, text="x", reply_parameters={"message_id": first}
    )
    assert dig(reply, "reply_to_message", "message_id") == first
    await started.result("deleteMessage", chat_id=EMMA, message_id=first)
    loose = {"message_id": first, "allow_sending_without_reply": True}
    message = await started.result("sendMessage", chat_id=EMMA, text="x", reply_parameters=loose)
    assert "reply_to_message" not in json.dumps(message)


async def test_an_edit_changes_the_message_and_keeps_its_history(started: World) -> None:
    number = await send(started, "one")
    started.hands.at += 5
    message = await started.result("editMessageText", chat_id=EMMA, message_id=number, text="two")
    assert dig(message, "edit_date") == int(started.hands.at)
    shown = await started.control(f"/chats/{EMMA}/messages", "GET")
    assert dig(shown, -1, "edits", 0, "text") == "one"


async def test_the_ledger_holds_everything_ever_sent_in_order(started: World) -> None:
    first = await send(started, "one")
    second = await send(started, "two")
    await started.result("deleteMessage", chat_id=EMMA, message_id=first)
    ledger = await started.control("/telegram/ledger?updates_from=1", "GET")
    assert [dig(ledger, "messages", place, "text") for place in (0, 1)] == ["one", "two"]
    assert dig(ledger, "messages_total") == 2
    assert dig(ledger, "updates_total") == 2
    assert dig(ledger, "updates", 0, "payload", "text") == "/start"
    later = await started.control("/telegram/ledger?messages_from=1", "GET")
    assert dig(later, "messages", 0, "id") == second


async def test_an_edit_that_changes_nothing_is_refused(started: World) -> None:
    keys = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    number = await send(started, "same", reply_markup=keys)
    edit = {"chat_id": EMMA, "message_id": number, "text": "same", "reply_markup": keys}
    assert (await started.refusal("editMessageText", **edit)).startswith(
        "400 Bad Request: message is not modified: specified new message content and reply markup"
    )
    del edit["reply_markup"]
    assert dig(await started.result("editMessageText", **edit), "text") == "same"


async def test_edits_of_what_is_not_there(started: World) -> None:
    gone = {"chat_id": EMMA, "message_id": 9999, "text": "x"}
    assert await started.refusal("editMessageText", **gone) == "400 Bad Request: message to edit not found"
    said = await started.control(f"/chats/{EMMA}/say", text="mine")
    theirs = {**gone, "message_id": dig(said, "message", "id")}
    assert await started.refusal("editMessageText", **theirs) == "400 Bad Request: message can't be edited"


async def test_messages_can_be_removed_for_48_hours(started: World) -> None:
    number = await send(started)
    assert await started.result("deleteMessage", chat_id=EMMA, message_id=number) is True
    again = await started.refusal("deleteMessage", chat_id=EMMA, message_id=number)
    assert again == "400 Bad Request: message to delete not found"
    old = await send(started)
    started.hands.at += 48 * 3600 + 1
    refusal = await started.refusal("deleteMessage", chat_id=EMMA, message_id=old)
    assert refusal == "400 Bad Request: message can't be deleted for everyone"


async def test_files_go_up_and_come_down(started: World) -> None:
    base = f"{started.url}/telegram"
    token = started.box.config.bot_token
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x20"
    response = await started.http.post(
        f"{base}/bot{token}/sendPhoto",
        data={"chat_id": str(EMMA), "caption": "<b>x</b>", "parse_mode": "HTML"},
        files={"photo": ("a.png", png, "image/png")},
    )
    photo = dig(response.json(), "result", "photo", 0)
    assert dig(photo, "width") == 16
    assert dig(photo, "height") == 32
    file = await started.result("getFile", file_id=dig(photo, "file_id"))
    down = await started.http.get(f"{base}/file/bot{token}/{dig(file, 'file_path')}")
    assert down.content == png
    assert (await started.http.get(f"{base}/file/botwrong/{dig(file, 'file_path')}")).status_code == 401
    again = await started.result("sendPhoto", chat_id=EMMA, photo=dig(photo, "file_id"))
    number = dig(again, "message_id")
    text = await started.refusal("editMessageText", chat_id=EMMA, message_id=number, text="x")
    assert text == "400 Bad Request: there is no text in the message to edit"
    edited = await started.result("editMessageCaption", chat_id=EMMA, message_id=number, caption="new")
    assert dig(edited, "caption") == "new"


async def test_media_can_be_exchanged(started: World) -> None:
    url = f"{started.url}/telegram/bot{started.box.config.bot_token}"
    sent = await started.http.post(
        f"{url}/sendDocument", data={"chat_id": str(EMMA)}, files={"document": ("a.csv", b"1", "text/csv")}
    )
    media = {"type": "document", "media": "attach://new", "caption": "second"}
    number = str(dig(sent.json(), "result", "message_id"))
    edited = await started.http.post(
        f"{url}/editMessageMedia",
        data={"chat_id": str(EMMA), "message_id": number, "media": json.dumps(media)},
        files={"new": ("b.csv", b"22", "text/csv")},
    )
    assert dig(edited.json(), "result", "document", "file_name") == "b.csv"
    assert dig(edited.json(), "result", "caption") == "second"


async def test_a_caption_has_1024_units(started: World) -> None:
    refusal = await started.refusal("sendDocument", chat_id=EMMA, document="x", caption="y")
    assert refusal.startswith("400 Bad Request: wrong remote file identifier")
    response = await started.http.post(
        f"{started.url}/telegram/bot{started.box.config.bot_token}/sendDocument",
        data={"chat_id": str(EMMA), "caption": "x" * 1025},
        files={"document": ("a", b"1", "text/plain")},
    )
    assert response.json()["description"] == "Bad Request: message caption is too long"


# ── chats in every state ────────────────────────────────────────────────────────────────────────


async def test_nobody_is_written_to_before_they_wrote(world: World) -> None:
    refusal = await world.refusal("sendMessage", chat_id=EMMA, text="x")
    assert refusal == "403 Forbidden: bot can't initiate conversation with a user"


async def test_blocking_is_refused_and_told_and_writing_again_unblocks(started: World) -> None:
    await started.control(f"/chats/{EMMA}/state", action="block")
    refusal = await started.refusal("sendMessage", chat_id=EMMA, text="x")
    assert refusal == "403 Forbidden: bot was blocked by the user"
    updates = await started.updates(offset=-1)
    assert dig(updates, 0, "my_chat_member", "new_chat_member", "status") == "kicked"
    await started.control(f"/chats/{EMMA}/say", text="back")
    kinds = [list(update)[1] for update in await started.updates()]
    assert kinds[-2:] == ["my_chat_member", "message"]
    await send(started)


async def test_a_deactivated_person(started: World) -> None:
    await started.control(f"/chats/{EMMA}/state", action="deactivate")
    refusal = await started.refusal("sendMessage", chat_id=EMMA, text="x")
    assert refusal == "403 Forbidden: user is deactivated"


@pytest.mark.parametrize(
    ("action", "refusal"),
    [
        ("kick", "403 Forbidden: bot was kicked from the supergroup chat"),
        ("remove", "403 Forbidden: bot is not a member of the supergroup chat"),
        ("mute", "400 Bad Request: not enough rights to send text messages to the chat"),
    ],
)
async def test_groups_refuse(world: World, action: str, refusal: str) -> None:
    await world.control(f"/chats/{GROUP}/state", action=action)
    assert await world.refusal("sendMessage", chat_id=GROUP, text="x") == refusal


async def test_an_upgraded_group_names_its_successor(world: World) -> None:
    group = await world.control("/chats", type="group", title="Family")
    new = dig(await world.control(f"/chats/{dig(group, 'id')}/state", action="upgrade"), "id")
    answer = await world.bot("sendMessage", chat_id=dig(group, "id"), text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new}
    messages = [update["message"] for update in await world.updates() if "message" in update]
    assert dig(messages, 0, "migrate_to_chat_id") == new
    assert dig(messages, 1, "migrate_from_chat_id") == dig(group, "id")
    await world.result("sendMessage", chat_id=new, text="x")


async def test_topics_open_close_and_go(world: World) -> None:
    forum = dig(await world.control("/chats", type="forum", title="Shop"), "id")
    topic = dig(await world.control(f"/chats/{forum}/state", action="create_topic", name="A"), "thread_id")
    message = await world.result("sendMessage", chat_id=forum, text="x", message_thread_id=topic)
    assert dig(message, "is_topic_message") is True
    await world.control(f"/chats/{forum}/state", action="close_topic", thread_id=topic)
    closed = await world.refusal("sendMessage", chat_id=forum, text="x", message_thread_id=topic)
    assert closed == "400 Bad Request: TOPIC_CLOSED"
    await world.control(f"/chats/{forum}/state", action="delete_topic", thread_id=topic)
    gone = await world.refusal("sendMessage", chat_id=forum, text="x", message_thread_id=topic)
    assert gone == "400 Bad Request: message thread not found"


async def test_a_group_s_chatter_is_not_heard_but_commands_and_replies_are(world: World) -> None:
    await world.updates(offset=-1)
    offset = dig(await world.updates(), -1, "update_id")
    assert isinstance(offset, int)
    for text in ("hello all", "/help@another_bot"):
        assert dig(await world.control(f"/chats/{GROUP}/say", text=text), "update_id") is None
    for text in ("/help", "/help@parcel_demo_bot", "hey @Parcel_Demo_Bot"):
        assert dig(await world.control(f"/chats/{GROUP}/say", text=text), "update_id") is not None
    sent = await world.result("sendMessage", chat_id=GROUP, text="x")
    reply = await world.control(f"/chats/{GROUP}/say", text="thanks", reply_to=dig(sent, "message_id"))
    assert dig(reply, "update_id") is not None


async def test_members_and_admins(world: World) -> None:
    owner = await world.result("getChatMember", chat_id=GROUP, user_id=EMMA)
    assert dig(owner, "status") == "creator"
    stranger = await world.result("getChatMember", chat_id=GROUP, user_id=5000000001)
    assert dig(stranger, "status") == "left"
    assert await world.refusal("getChatMember", chat_id=GROUP, user_id=7) == "400 Bad Request: user not found"
    admins = await world.result("getChatAdministrators", chat_id=GROUP)
    assert dig(admins, 0, "user", "id") == EMMA


async def test_pinning_needs_the_right(world: World) -> None:
    number = dig(await world.result("sendMessage", chat_id=GROUP, text="x"), "message_id")
    refusal = await world.refusal("pinChatMessage", chat_id=GROUP, message_id=number)
    assert refusal == "400 Bad Request: not enough rights to manage pinned messages in the chat"
    await world.control(f"/chats/{GROUP}/state", action="promote")
    assert await world.result("pinChatMessage", chat_id=GROUP, message_id=number) is True


async def test_leaving_a_group(world: World) -> None:
    assert await world.result("leaveChat", chat_id=GROUP) is True
    refusal = await world.refusal("sendMessage", chat_id=GROUP, text="x")
    assert refusal == "403 Forbidden: bot is not a member of the supergroup chat"


async def test_a_reaction(started: World) -> None:
    number = await send(started)
    emoji = [{"type": "emoji", "emoji": "👍"}]
    assert await started.result("setMessageReaction", chat_id=EMMA, message_id=number, reaction=emoji) is True
    shown = await started.control(f"/chats/{EMMA}/messages", "GET")
    assert dig(shown, -1, "reaction") == "👍"


# ── buttons ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_pressed_button_is_answered_once(started: World) -> None:
    keys = {"inline_keyboard": [[{"text": "Refresh", "callback_data": "r:1"}]]}
    number = await send(started, reply_markup=keys)
    pressed = await started.control(f"/chats/{EMMA}/press", message_id=number, label="Refresh")
    update = (await started.updates(offset=-1))[0]
    assert dig(update, "callback_query", "data") == "r:1"
    assert dig(update, "callback_query", "message", "message_id") == number
    query = {"callback_query_id": dig(pressed, "query_id"), "text": "done"}
    assert await started.result("answerCallbackQuery", **query) is True
    again = await started.refusal("answerCallbackQuery", **query)
    assert again == ("400 Bad Request: query is too old and response timeout expired or query ID is invalid")


async def test_an_answer_after_150_seconds_is_too_late(started: World) -> None:
    number = await send(started)
    pressed = await started.control(f"/chats/{EMMA}/press", message_id=number, data="forged")
    started.hands.at += 151
    refusal = await started.refusal("answerCallbackQuery", callback_query_id=dig(pressed, "query_id"))
    assert "query is too old" in refusal


async def test_an_answer_has_200_units(started: World) -> None:
    number = await send(started)
    pressed = await started.control(f"/chats/{EMMA}/press", message_id=number, data="x")
    refusal = await started.refusal(
        "answerCallbackQuery", callback_query_id=dig(pressed, "query_id"), text="x" * 201
    )
    assert refusal == "400 Bad Request: MESSAGE_TOO_LONG"


# ── profile ─────────────────────────────────────────────────────────────────────────────────────


async def test_commands_are_kept_per_language_and_the_menu_follows_the_reader(world: World) -> None:
    await world.result("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    await world.result(
        "setMyCommands", commands=[{"command": "help", "description": "Помощь"}], language_code="ru"
    )
    assert dig(await world.result("getMyCommands", language_code="ru"), 0, "description") == "Помощь"
    russian = await world.control("/chats/5000000102/menu", "GET")
    arabic = await world.control("/chats/5000000103/menu", "GET")
    assert dig(russian, "commands", 0, "description") == "Помощь"
    assert dig(arabic, "commands", 0, "description") == "Help"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "x", "description": "y" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": [{"command": "x", "description": "y"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [], "language_code": "pt-br"}, "invalid language code specified"),
        (
            {"commands": [], "scope": {"type": "all"}},
            "can't parse BotCommandScope: unsupported type specified",
        ),
    ],
)
async def test_commands_are_checked(world: World, parameters: dict[str, object], reason: str) -> None:
    assert await world.refusal("setMyCommands", **parameters) == f"400 Bad Request: {reason}"


@pytest.mark.parametrize(
    ("kind", "name", "longest"),
    [
        ("Name", "name", 64),
        ("Description", "description", 512),
        ("ShortDescription", "short_description", 120),
    ],
)
async def test_texts_about_the_bot_have_lengths(world: World, kind: str, name: str, longest: int) -> None:
    assert await world.result(f"setMy{kind}", **{name: "x" * longest}) is True
    assert dig(await world.result(f"getMy{kind}", language_code="de"), name) == "x" * longest
    assert "is too long" in await world.refusal(f"setMy{kind}", **{name: "x" * (longest + 1)})


async def test_effects_are_for_private_chats_and_of_those_that_exist(started: World) -> None:
    message = await started.result(
        "sendMessage", chat_id=EMMA, text="x", message_effect_id="5046509860389126442"
    )
    assert dig(message, "effect_id") == "5046509860389126442"
    for chat, effect in ((EMMA, "5"), (GROUP, "5046509860389126442")):
        refused = await started.refusal("sendMessage", chat_id=chat, text="x", message_effect_id=effect)
        assert refused == "400 Bad Request: EFFECT_ID_INVALID"


async def test_a_button_has_one_of_three_styles(started: World) -> None:
    def keys(style: str) -> dict[str, object]:
        return {"inline_keyboard": [[{"text": "x", "callback_data": "y", "style": style}]]}

    await send(started, reply_markup=keys("danger"))
    refused = await started.refusal("sendMessage", chat_id=EMMA, text="x", reply_markup=keys("warning"))
    assert "invalid button style specified" in refused


async def test_a_server_can_be_played_that_is_too_old(started: World) -> None:
    assert await started.control("/telegram/age", lacking=["expandable"]) == {"lacking": ["expandable"]}
    quote = {"text": "<blockquote expandable>x</blockquote>", "parse_mode": "HTML"}
    assert "expandable" in await started.refusal("sendMessage", chat_id=EMMA, **quote)
    await started.control("/telegram/age", lacking=[])
    await send(started, **quote)
