"""Questions to the shop: both ways, in two languages, with the merchant away, and under attack."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pytest

from bot.model import Flag, Gone, Later, Place, Refused
from bot.tracking import Policy
from bot.tracking.asking import LETTER_LENGTH, QUESTIONS_PER_CHAT, Asked, Draft
from bot.views import actions
from bot.views import buttons as b
from tests import make
from tests.parts import Engine
from tests.world import CUSTOMS, EMMA, IVAN, MERCHANT, PLAIN, World

DESK = Place(5)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"


@pytest.fixture
async def desk(engine: Engine) -> Engine:
    """An engine with a merchant's chat, and a customer who follows an order."""
    policy = Policy(admins=frozenset({DESK.chat_id}), desk=DESK)
    made = Engine(engine.store, policy=policy, source=engine.source)
    await made.follow(language="ru")
    return made


async def _ask(engine: Engine, text: str, *, update: int = 1, **more: str) -> Asked:
    draft = Draft(update=update, author="Иван", text=text, **more)
    chat = make.chat(language="ru")
    return await engine.tracking.asking.ask(make.ORDER, chat, draft)


def _problem(engine: Engine) -> int:
    """The problem that the last message to the merchant is about."""
    message = [one for place, one, _ in engine.post.sent if place == DESK][-1]
    found = [b.decode(button.data) for row in message.buttons for button in row]
    (solve,) = (one for one in found if isinstance(one, actions.Solve))
    return solve.dispute


async def _is_disputed(engine: Engine) -> bool:
    flagged = await engine.tracking.flagging.get(make.ORDER)
    return flagged is not None and flagged.flag is Flag.DISPUTED


# ── both ways ───────────────────────────────────────────────────────────────────────────────────


async def test_a_question_an_answer_and_the_end_each_in_its_readers_language(desk: Engine) -> None:
    assert await _ask(desk, "Где мой заказ?") is Asked.WRITTEN
    await desk.tell()
    (asked,) = desk.post.texts(DESK)
    assert "A customer asks about order" in asked
    for fact in ("Где мой заказ?", "Иван", make.ORDER, "Package left sorting center of origin."):
        assert fact in asked
    assert await _is_disputed(desk)
    assert await desk.tracking.asking.answer(_problem(desk), Draft(update=2, text="It ships today."))
    await desk.tell()
    (answered,) = desk.post.texts()
    assert "Ответ магазина" in answered
    assert "It ships today." in answered
    last = await desk.tracking.viewing.last_announced(make.HERE, make.ORDER)
    assert last is None, "an answer is no news of the order, which would have to be explained"
    for _press in range(3):
        assert await desk.tracking.asking.solve(_problem(desk))
        await desk.tell()
    assert not await _is_disputed(desk)
    assert len(desk.post.texts()) == 2, "told once that it is solved"
    assert "магазин сообщает" in desk.post.texts()[1]


async def test_an_update_handled_twice_asks_and_answers_once(desk: Engine) -> None:
    for _time in range(2):
        assert await _ask(desk, "Hello?", update=7) is Asked.WRITTEN
        await desk.tell()
    assert len(desk.post.texts(DESK)) == 1
    for _time in range(2):
        assert await desk.tracking.asking.answer(_problem(desk), Draft(update=8, text="Yes?"))
        await desk.tell()
    assert len(desk.post.texts()) == 1


async def test_a_report_and_a_question_are_one_problem(desk: Engine) -> None:
    await desk.tracking.flagging.dispute(make.ORDER, make.HERE)
    await desk.tell()
    reported = _problem(desk)
    await _ask(desk, "It is broken.")
    await desk.tell()
    assert _problem(desk) == reported
    assert await desk.tracking.asking.solve(reported)
    assert not await _is_disputed(desk)


async def test_few_questions_wait_at_a_time(desk: Engine) -> None:
    for update in range(QUESTIONS_PER_CHAT):
        assert await _ask(desk, "?", update=update + 1) is Asked.WRITTEN
    assert await _ask(desk, "?", update=90) is Asked.TOO_MANY
    await desk.tell()
    assert len(desk.post.texts(DESK)) == QUESTIONS_PER_CHAT
    await desk.tracking.asking.answer(_problem(desk), Draft(update=91, text="!"))
    assert await _ask(desk, "?", update=92) is Asked.WRITTEN


async def test_an_album_is_one_question_and_every_photo_arrives(desk: Engine) -> None:
    for update in range(1, 6):
        caption = "Broken" if update == 1 else ""
        assert await _ask(desk, caption, update=update, photo=f"p{update}", album="a") is Asked.WRITTEN
    for update in range(11, 10 + QUESTIONS_PER_CHAT):
        assert await _ask(desk, "And?", update=update) is Asked.WRITTEN
    assert await _ask(desk, "One too many", update=20) is Asked.TOO_MANY
    await desk.tell()
    shown = [message for place, message, _ in desk.post.sent if place == DESK and message.photo]
    assert [one.photo for one in shown] == [f"p{n}" for n in range(1, 6)]
    fact = "Package left sorting center of origin."
    assert [fact in one.text for one in shown] == [True, False, False, False, False]
    assert all(any("Solved" in key.text for row in one.buttons for key in row) for one in shown)


async def test_a_question_after_an_answer_quotes_it(desk: Engine) -> None:
    await _ask(desk, "Where?")
    await desk.tell()
    await desk.tracking.asking.answer(_problem(desk), Draft(update=2, text="At customs <today>."))
    await _ask(desk, "And now?", update=3)
    await desk.tell()
    assert ["At customs &lt;today&gt;." in text for text in desk.post.texts(DESK)] == [False, True]


async def test_nobody_is_asked_where_there_is_no_merchants_chat(engine: Engine) -> None:
    await engine.follow()
    assert await _ask(engine, "?") is Asked.NOBODY
    async with engine.store.read() as tx:
        assert (await tx.notices.depth()).due == 0


# ── a merchant who is away ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["gone", "refused", "unreachable"])
async def test_a_question_waits_for_a_merchants_chat_that_is_away(desk: Engine, how: str) -> None:
    def away() -> Gone | Later:
        if how == "gone":
            return Gone(reason="Forbidden: bot was blocked by the user")
        at = desk.clock.now()
        return Later(at=at, reason=how, counts=how == "refused", refused=how == "refused")

    await _ask(desk, "Where is it?")
    for _day in range(10):  # far longer than other messages are tried
        desk.post.outcomes = [away() for _ in range(50)]
        for _hour in range(4):
            desk.clock.pass_(hours=6)
            await desk.tell()
    desk.post.outcomes = []
    assert await _ask(desk, "Anybody?", update=2) is Asked.WRITTEN
    assert await _is_disputed(desk), "the board has it all the while"
    await desk.tracking.places.open(DESK, language="en", zone="UTC")  # the merchant writes again
    desk.clock.pass_(hours=7)
    await desk.tell()
    assert sorted("Anybody?" in text for text in desk.post.texts(DESK)) == [False, True]


async def test_an_answer_to_a_customer_who_left_is_refused(desk: Engine) -> None:
    await _ask(desk, "Hello?")
    await desk.tell()
    await desk.tracking.places.left(make.HERE.chat_id)
    assert not await desk.tracking.asking.answer(_problem(desk), Draft(update=2, text="Hi"))


async def test_forget_deletes_both_sides_letters_and_what_still_waits(desk: Engine) -> None:
    await _ask(desk, "My secret")
    await desk.tell()
    problem = _problem(desk)
    await desk.tracking.asking.answer(problem, Draft(update=2, text="Noted"))
    await _ask(desk, "Another secret", update=3)
    data = await desk.tracking.places.data(make.HERE)
    assert [letter.text for _, letter in data.letters] == ["My secret", "Noted", "Another secret"]
    assert await _is_disputed(desk)
    await desk.tracking.places.forget(make.HERE.chat_id, 4)
    assert not await _is_disputed(desk), "nobody has a problem anymore"
    assert not await desk.tracking.asking.answer(problem, Draft(update=5, text="Are you there?"))
    assert not await desk.tracking.asking.solve(problem)
    await desk.tell()
    assert len(desk.post.texts(DESK)) == 1
    assert desk.post.texts() == []
    async with desk.store.read() as tx:
        assert await tx.cases.count_questions() == 0
        assert await tx.cases.letters(range(10)) == {}


# ── strangers' words ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b> & <script>",
        "</blockquote><a href='https://evil.example'>Solved</a>",
        "\u202egnorw\u2066\u2067",
        "\n" * 900 + "end",
        "😀" * LETTER_LENGTH,
        "&lt;" * 250,
        "\0\ud800",
    ],
)
async def test_words_are_shown_and_do_nothing(desk: Engine, text: str) -> None:
    await desk.tracking.asking.ask(
        make.ORDER,
        make.chat(),
        Draft(update=1, author="<b>Shop</b> & Co" * 20, text=text),
    )
    await desk.tell()
    (said,) = desk.post.texts(DESK)
    assert "<script>" not in said
    assert "<a " not in said
    assert said.count("<blockquote>") == said.count("</blockquote>") <= 1
    assert len(html.unescape(said).encode("utf-16-le")) // 2 < 4096, "one message, whose reply is known"
    assert said.count("\n") < 60


@pytest.mark.parametrize(("text", "photo"), [("", ""), ("x" * (LETTER_LENGTH + 1), ""), ("x" * 4096, "id")])
def test_nothing_and_too_much_are_no_letters(text: str, photo: str) -> None:
    assert not Draft(update=1, text=text, photo=photo).is_fit


async def test_a_message_that_telegram_never_takes_is_a_dead_letter_not_lost(desk: Engine) -> None:
    await _ask(desk, "?")
    desk.post.outcomes = [Refused(reason="no")]
    await desk.tell()
    async with desk.store.read() as tx:
        assert [letter.place for letter in await tx.notices.dead_letters()] == [DESK]
    assert await _is_disputed(desk)


# ── the whole product ───────────────────────────────────────────────────────────────────────────


async def _button(play: World, chat: int, order: str) -> None:
    """Press "Ask the shop" of the order, wherever it is shown."""
    data = b.encode(actions.AskShop(order_id=order))
    last = (await play.messages(chat))[-1]
    await play.press(chat, last, data=data)


def _has_button(data: Mapping[str, Any], label: str) -> bool:
    return any(label in button["text"] for row in data["buttons"] for button in row)


async def test_a_complaint_is_answered_and_solved_while_the_merchant_comes_and_goes(play: World) -> None:
    welcome = await play.ask(MERCHANT, "/start", "Welcome")
    card = await play.ask(IVAN, PLAIN, "В пути между странами")
    offer = await play.ask(IVAN, "Хочу вернуть деньги", "магазин")
    await play.press(IVAN, offer, "Спросить магазин")
    prompt = await play.hears(IVAN, "что спросить", after=offer["id"])
    await play.control("POST", f"chats/{MERCHANT}/state", action="block")
    told = await play.ask(IVAN, f"<b>Лампа</b> разбита, заказ {PLAIN}", "отправляется в магазин")
    assert prompt["id"] < told["id"]
    photo = play.box.telegram.world.keep_file("lamp.png", "image/png", PNG, "photos")
    await _button(play, IVAN, PLAIN)
    await play.hears(IVAN, "что спросить", after=told["id"])
    sizes = [{"file_id": photo.id, "file_unique_id": "u", "width": 1, "height": 1}]
    sent = await play.posts(IVAN, photo=sizes, caption="Вот фото")
    await play.hears(IVAN, "отправляется в магазин", after=sent)
    await play.say(MERCHANT, "/board")  # which also unblocks the bot
    asked = await play.hears(MERCHANT, "<b>Лампа</b> разбита", after=welcome["id"])
    pictured = await play.hears(MERCHANT, "Вот фото", after=welcome["id"])
    assert pictured["photo"] is not None
    assert _has_button(asked, "Solved")
    await play.say(MERCHANT, "We send a new one <today>.", reply_to=asked["id"])
    answered = await play.hears(IVAN, "We send a new one <today>.", after=card["id"])
    assert "Ответ магазина" in answered["text"]
    await play.ask(MERCHANT, "/board", "Customer reports a problem")
    pressed = await play.press(MERCHANT, asked, "Solved")
    assert "will be told" in pressed["answer"]["text"]
    await play.hears(IVAN, "проблема решена", after=answered["id"])
    board = await play.ask(MERCHANT, "/board", "")
    assert "Customer reports a problem" not in board["text"]


async def test_a_forum_topic_gets_the_album_its_answer_and_the_customers_reply(idle: World) -> None:
    forum = await idle.control(
        "POST", "chats", type="forum", title="Shop", members={str(MERCHANT): "creator"}
    )
    group = forum["id"]
    made = await idle.control("POST", f"chats/{group}/state", action="create_topic", name="Questions")
    await idle.start(ADMIN_CHAT_IDS=str(group), ASK_SHOP_TOPIC=str(made["thread_id"]))
    await idle.ask(EMMA, PLAIN, "In transit between")
    await _button(idle, EMMA, PLAIN)
    prompt = await idle.hears(EMMA, "What would you like to ask", after=0)
    for n in range(2):
        photo = idle.box.telegram.world.keep_file(f"{n}.png", "image/png", PNG, "photos")
        sizes = [{"file_id": photo.id, "file_unique_id": f"u{n}", "width": 1, "height": 1}]
        caption = {"caption": "Two pictures"} if not n else {}
        await idle.posts(EMMA, photo=sizes, media_group_id="77", **caption)
    first = await idle.hears(group, "Two pictures", after=0)
    second = await idle.hears(group, "A customer asks", after=first["id"])
    assert first["thread_id"] == second["thread_id"] == made["thread_id"]
    assert first["photo"]
    assert second["photo"]
    more = {"user_id": MERCHANT, "thread_id": made["thread_id"], "reply_to": second["id"]}
    await idle.say(group, "A new one ships today.", **more)
    answer = await idle.hears(EMMA, "A new one ships today.", after=prompt["id"])
    await idle.ask(EMMA, "Thank you, to which address?", "on its way to the shop", reply_to=answer["id"])
    replied = await idle.hears(group, "to which address?", after=second["id"])
    assert "A new one ships today." in replied["text"]
    assert replied["thread_id"] == made["thread_id"]
    said = [one["text"] for one in await idle.messages(EMMA) if "on its way to the shop" in one["text"]]
    assert len(said) == 2, "once for the album, once for the reply"


async def test_nobody_but_the_merchant_answers_or_solves(play: World) -> None:
    welcome = await play.ask(MERCHANT, "/start", "Welcome")
    await play.ask(EMMA, PLAIN, "In transit between")
    await _button(play, EMMA, PLAIN)
    prompt = (await play.messages(EMMA))[-1]
    await play.ask(EMMA, "It never came", "on its way to the shop")
    await play.hears(MERCHANT, "It never came", after=welcome["id"])
    other = await play.ask(IVAN, "/start", "")
    solve = b.encode(actions.Solve(dispute=1))
    for chat, message in ((EMMA, prompt), (IVAN, other)):
        forged = await play.press(chat, message, data=solve)
        assert forged["answer"]["show_alert"]
    # Ivan asks about Emma's order, and replies in his own chat as if it were the merchant's.
    await _button(play, IVAN, PLAIN)
    await play.ask(IVAN, "Solved, says the shop", "", reply_to=other["id"])
    await play.ask(MERCHANT, "/board", "Customer reports a problem")
    assert not any("Answer from the shop" in one["text"] for one in await play.messages(EMMA))
    assert len([one for one in await play.messages(MERCHANT) if "asks about" in one["text"]]) == 1


async def test_what_is_too_long_or_no_text_is_refused_and_the_question_stays_open(play: World) -> None:
    await play.ask(EMMA, CUSTOMS, CUSTOMS)
    await _button(play, EMMA, CUSTOMS)
    await play.ask(EMMA, "x" * 4000, "Send one message: text of up to 1,000 characters")
    voice = await play.posts(EMMA, voice={"file_id": "v", "file_unique_id": "v", "duration": 1})
    await play.hears(EMMA, "or a photo with a caption", after=voice)
    await play.ask(EMMA, "Where is it?", "on its way to the shop")
    await play.ask(EMMA, "hello there my friend", "as a question")  # the question is over
