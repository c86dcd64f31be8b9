"""Delivery: each refusal by its meaning, and what is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, Forbidden

from bot.chat.delivery import RefusalReason, TelegramSender, refusal_reason, split_message, strip_html
from bot.chat.limits import Priority
from bot.chat.telegram import Ambiguous, NotSent
from bot.errors import TokenRevoked
from bot.model import (
    Button,
    ButtonStyle,
    Delivery,
    Gone,
    Later,
    Message,
    Moved,
    Place,
    Refused,
    Sent,
    TopicGone,
)
from tests.chat.standin import NOW, Answer, Seam, bot_on, message, ok, refusal

CHAT = Place(5)
TOPIC = Place(-100123, 7)
HELLO = Message(text="<b>Hello</b> &amp; welcome", buttons=((Button(text="Open", data="1:o:1"),),))


def sender_on(
    *answers: Answer, simplified: list[RefusalReason] | None = None, at: Sequence[datetime] = (NOW,)
) -> tuple[TelegramSender, Seam]:
    """A sender whose calls get these answers in turn, at these times, the last ones for ever."""
    times = list(at)
    queue = list(answers)
    bot, seam = bot_on(lambda method, data: queue.pop(0) if len(queue) > 1 else queue[0])
    told = simplified if simplified is not None else []
    clock = lambda: times.pop(0) if len(times) > 1 else times[0]  # noqa: E731
    return TelegramSender(bot, clock, on_simplified=told.append), seam


GONE = [
    "Forbidden: bot was blocked by the user",
    "Forbidden: user is deactivated",
    "Forbidden: bot can't initiate conversation with a user",
    "Forbidden: bot was kicked from the group chat",
    "Forbidden: bot was kicked from the supergroup chat",
    "Forbidden: bot was kicked from the channel chat",
    "Forbidden: bot is not a member of the channel chat",
    "Forbidden: the group chat was deleted",
    "Forbidden: bot can't send messages to bots",
    "Forbidden: something Telegram never said before",
    "Bad Request: USER_BANNED_IN_CHANNEL",
    "Bad Request: CHANNEL_INVALID",
    "Bad Request: CHANNEL_PRIVATE",
    "Bad Request: user not found",
]


@pytest.mark.parametrize("description", GONE)
async def test_a_chat_that_shut_the_bot_out_is_gone(description: str) -> None:
    sender, _ = sender_on(refusal(403 if description.startswith("Forbidden") else 400, description))
    outcome = await sender.deliver(CHAT, HELLO)
    assert isinstance(outcome, Gone)
    assert outcome.reason.lower() in description.lower()


async def test_a_group_that_became_a_supergroup_has_moved() -> None:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    sender, _ = sender_on(refusal(400, text, migrate_to_chat_id=-100999))
    assert await sender.deliver(Place(-9), HELLO) == Moved(chat_id=-100999)


TOPIC_TEXTS = [
    "Bad Request: message thread not found",
    "Bad Request: TOPIC_CLOSED",
    "Bad Request: TOPIC_DELETED",
    "Bad Request: TOPIC_ID_INVALID",
]


@pytest.mark.parametrize("description", TOPIC_TEXTS)
async def test_a_topic_that_is_no_more_is_told_apart_from_the_chat(description: str) -> None:
    sender, _ = sender_on(refusal(400, description))
    assert isinstance(await sender.deliver(TOPIC, HELLO), TopicGone)


async def test_a_closed_general_topic_is_tried_again_like_a_chat_without_rights() -> None:
    sender, _ = sender_on(refusal(400, "Bad Request: TOPIC_CLOSED"))
    outcome = await sender.deliver(Place(-100123), HELLO)
    assert isinstance(outcome, Later)
    assert (outcome.at, outcome.refused) == (NOW, True)


RIGHTS = [
    "Bad Request: not enough rights to send text messages to the chat",
    "Bad Request: have no rights to send a message",
    "Bad Request: need administrator rights in the channel chat",
    "Bad Request: CHAT_WRITE_FORBIDDEN",
    "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN",
    "Bad Request: CHAT_RESTRICTED",
]


@pytest.mark.parametrize("description", RIGHTS)
async def test_missing_rights_are_an_ordinary_failed_attempt_of_the_whole_chat(description: str) -> None:
    sender, _ = sender_on(refusal(400, description))
    outcome = await sender.deliver(TOPIC, HELLO)
    assert isinstance(outcome, Later)
    assert (outcome.at, outcome.counts, outcome.refused) == (NOW, True, True)
    assert not outcome.ambiguous


@pytest.mark.parametrize("description", ["Bad Request: chat not found", "Bad Request: PEER_ID_INVALID"])
async def test_a_chat_that_stays_unknown_for_sixteen_hours_is_gone(description: str) -> None:
    hours = [0, 0, 0, 15, 17]
    sender, _ = sender_on(refusal(400, description), at=[NOW + timedelta(hours=one) for one in hours])
    outcomes = [await sender.deliver(CHAT, HELLO) for _ in hours]
    assert [type(outcome) for outcome in outcomes] == [Later] * 4 + [Gone]
    assert isinstance(outcomes[0], Later)
    assert (outcomes[0].at, outcomes[0].refused) == (NOW, True)


async def test_a_success_takes_the_strikes_back() -> None:
    lost, hours = refusal(400, "Bad Request: chat not found"), [0, 9, 20, 21]
    sender, _ = sender_on(lost, lost, message(), lost, lost, at=[NOW + timedelta(hours=one) for one in hours])
    outcomes = [await sender.deliver(CHAT, HELLO) for _ in range(5)]
    assert [type(outcome) for outcome in outcomes] == [Later, Later, Sent, Later, Later]


async def test_a_date_that_telegram_does_not_take_is_left_out() -> None:
    dated = replace(HELLO, text='<b>At</b> <tg-time unix="1764547200" format="wDT">9:00</tg-time>')
    sender, seam = sender_on(refusal(400, "Bad Request: ENTITY_DATE_INVALID"), message(9))
    assert await sender.deliver(CHAT, dated) == Sent(message_id=9)
    assert seam.calls[1][1]["text"] == "<b>At</b> 9:00"


@pytest.mark.parametrize(
    "description", ["message to be replied not found", "reply message not found", "REPLIED message not found"]
)
async def test_an_answer_to_a_message_that_is_gone_goes_without_it(description: str) -> None:
    sender, seam = sender_on(refusal(400, f"Bad Request: {description}"), message(9))
    assert await sender.deliver(CHAT, HELLO, reply_to=4) == Sent(message_id=9)
    assert "reply_parameters" not in seam.calls[1][1]


async def test_a_flood_wait_is_obeyed_exactly_and_is_no_attempt() -> None:
    sender, _ = sender_on(refusal(429, "Too Many Requests: retry after 35", retry_after=35))
    outcome = await sender.deliver(CHAT, HELLO)
    assert outcome == Later(at=NOW + timedelta(seconds=35), reason="flood wait", counts=False)


UNCLEAR: list[Answer] = [
    refusal(500, "Internal Server Error"),
    (502, b"<html>bad gateway</html>"),
    (504, b""),
    (200, b"<html>hello</html>"),
    (200, {"ok": True}),
    (200, {"ok": True, "result": {}}),
    (200, b"[]"),
    Ambiguous("TimeoutError"),
]


@pytest.mark.parametrize("answer", UNCLEAR)
async def test_what_may_have_arrived_is_said_to_be_ambiguous(answer: Answer) -> None:
    sender, _ = sender_on(answer)
    outcome = await sender.deliver(CHAT, HELLO)
    assert isinstance(outcome, Later)
    assert outcome.ambiguous
    assert outcome.counts


async def test_what_was_surely_not_sent_may_be_repeated_freely() -> None:
    sender, _ = sender_on(NotSent("connection refused"))
    outcome = await sender.deliver(CHAT, HELLO)
    assert outcome == Later(at=NOW, reason="connection refused", counts=False, unreachable=True)


@pytest.mark.parametrize(("status", "text"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_revoked_token_stops_everything(status: int, text: str) -> None:
    sender, _ = sender_on(refusal(status, text))
    with pytest.raises(TokenRevoked):
        await sender.deliver(CHAT, HELLO)


@pytest.mark.parametrize(
    "answer", [(404, b"<h1>nginx</h1>"), refusal(404, "Not Found: method not found")], ids=["proxy", "method"]
)
async def test_another_404_than_a_dead_token_waits(answer: Answer) -> None:
    sender, _ = sender_on(answer)
    outcome = await sender.deliver(CHAT, HELLO)
    assert isinstance(outcome, Later)
    assert not outcome.ambiguous


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "Bad Request: message text is empty"),
        refusal(400, "Bad Request: something new"),
        refusal(406, "Not Acceptable"),
        refusal(413, "Request Entity Too Large"),
    ],
)
async def test_a_message_that_will_never_pass_is_refused(answer: Answer) -> None:
    sender, _ = sender_on(answer)
    assert isinstance(await sender.deliver(CHAT, HELLO), Refused)


async def test_markup_that_cannot_be_parsed_goes_as_plain_text_and_is_counted() -> None:
    told: list[RefusalReason] = []
    broken = refusal(400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0')
    sender, seam = sender_on(broken, message(9), simplified=told)
    assert await sender.deliver(CHAT, HELLO) == Sent(message_id=9)
    assert told == [RefusalReason.BAD_MARKUP]
    assert seam.calls[1][1]["text"] == "Hello & welcome"
    assert "parse_mode" not in seam.calls[1][1]
    assert "reply_markup" in seam.calls[1][1]


async def test_plain_text_that_is_refused_too_ends() -> None:
    sender, seam = sender_on(refusal(400, "Bad Request: can't parse entities"))
    assert isinstance(await sender.deliver(CHAT, HELLO), Refused)
    assert len(seam.calls) == 2


KEYBOARD = [
    "Bad Request: reply markup is too long",
    "Bad Request: REPLY_MARKUP_TOO_LONG",
    "Bad Request: BUTTON_DATA_INVALID",
    "Bad Request: BUTTON_URL_INVALID",
    "Bad Request: can't parse inline keyboard button: text must be non-empty",
]


@pytest.mark.parametrize("description", KEYBOARD)
async def test_a_keyboard_that_is_refused_is_left_out(description: str) -> None:
    sender, seam = sender_on(refusal(400, description), message(9))
    assert await sender.deliver(CHAT, HELLO) == Sent(message_id=9)
    assert "reply_markup" not in seam.calls[1][1]
    assert seam.calls[1][1]["parse_mode"] == "HTML"


@pytest.mark.parametrize(
    "refused",
    [
        refusal(400, "Bad Request: not enough rights to send photos to the chat"),
        refusal(400, "Bad Request: IMAGE_PROCESS_FAILED"),
        refusal(404, "Not Found: method not found"),
    ],
)
async def test_a_picture_that_is_refused_leaves_its_words(refused: Answer) -> None:
    sender, seam = sender_on(refused, message(9))
    assert await sender.deliver(CHAT, Message(text="Look", photo=b"png")) == Sent(message_id=9)
    assert [method for method, _ in seam.calls] == ["sendPhoto", "sendMessage"]


async def test_a_long_text_goes_in_parts_by_whole_lines() -> None:
    numbers = iter(range(1, 100))
    bot, seam = bot_on(lambda method, data: message(next(numbers)))
    text = "\n".join(f"line {number} 🎁" for number in range(900))
    sent = await TelegramSender(bot, lambda: NOW).deliver(
        CHAT, Message(text=text, buttons=HELLO.buttons), reply_to=3
    )
    texts = [data["text"] for _, data in seam.calls]
    assert sent == Sent(message_id=len(texts))
    assert "\n".join(texts) == text
    assert all(len(part.encode("utf-16-le")) // 2 <= 4096 for part in texts)
    assert ["reply_markup" in data for _, data in seam.calls] == [False] * (len(texts) - 1) + [True]
    assert ["reply_parameters" in data for _, data in seam.calls] == [True] + [False] * (len(texts) - 1)


async def test_a_text_that_telegram_counts_longer_is_halved_until_it_fits() -> None:
    def server(method: str, data: dict[str, Any]) -> Answer:
        return refusal(400, "Bad Request: message is too long") if len(data["text"]) > 700 else message()

    bot, seam = bot_on(server)
    text = "\n".join(f"line {number}" for number in range(200))
    assert isinstance(await TelegramSender(bot, lambda: NOW).deliver(CHAT, Message(text=text)), Sent)
    passed = [data["text"] for _, data in seam.calls if len(data["text"]) <= 700]
    assert "\n".join(passed) == text


async def test_the_call_says_what_the_message_says() -> None:
    sender, seam = sender_on(message())
    buttons = ((Button(text="Go", url="https://example.org"), Button(text="Copy", copy="LP1")),)
    await sender.deliver(TOPIC, Message(text="x", buttons=buttons, silent=True), reply_to=3)
    assert seam.calls == [
        (
            "sendMessage",
            {
                "chat_id": -100123,
                "message_thread_id": 7,
                "disable_notification": True,
                "reply_parameters": {"message_id": 3, "allow_sending_without_reply": True},
                "text": "x",
                "link_preview_options": {"is_disabled": True},
                "parse_mode": "HTML",
                "reply_markup": {
                    "inline_keyboard": [
                        [
                            {"text": "Go", "url": "https://example.org"},
                            {"text": "Copy", "copy_text": {"text": "LP1"}},
                        ]
                    ]
                },
            },
        )
    ]


@pytest.mark.parametrize(("chat_id", "festive"), [(5, True), (-100123, False)])
async def test_an_arrival_is_celebrated_in_private_chats_only(chat_id: int, festive: bool) -> None:
    sender, seam = sender_on(message())
    await sender.deliver(Place(chat_id), Message(text="It has been delivered.", celebrates=True))
    assert ("message_effect_id" in seam.calls[0][1]) is festive


FESTIVE = Message(
    text="<blockquote expandable>old</blockquote>",
    buttons=((Button(text="Stop", data="1:x:1", style=ButtonStyle.DANGER),),),
    celebrates=True,
)


@pytest.mark.parametrize(
    ("description", "sense", "gone"),
    [
        # as tdlib/telegram-bot-api and Telegram itself word it, then as other servers may
        ("can't parse inline keyboard button: invalid button style specified", "style_unknown", "danger"),
        ("can't parse reply markup: unknown field style", "style_unknown", "danger"),
        ("EFFECT_ID_INVALID", "effect_unknown", "message_effect_id"),
        ("unknown parameter message_effect_id", "effect_unknown", "message_effect_id"),
        ("can't parse entities: unsupported attribute expandable", "fold_unknown", "expandable"),
    ],
)
async def test_what_a_server_does_not_know_is_left_out_and_never_sent_to_it_again(
    description: str, sense: str, gone: str
) -> None:
    told: list[RefusalReason] = []
    sender, seam = sender_on(refusal(400, f"Bad Request: {description}"), message(), simplified=told)
    assert isinstance(await sender.deliver(CHAT, FESTIVE), Sent)
    assert isinstance(await sender.deliver(CHAT, FESTIVE), Sent)
    assert isinstance(await sender.edit(CHAT, 1, FESTIVE), Sent)
    assert told == [RefusalReason(sense)]
    sent = [str(data) for _, data in seam.calls]
    assert [gone in one for one in sent] == [True, False, False, False]
    others = {"danger", "message_effect_id", "expandable"} - {gone}
    assert all(other in one for other in others for one in sent[:3])


@pytest.mark.parametrize("topic", [0, 1])
async def test_the_general_topic_needs_no_id(topic: int) -> None:
    sender, seam = sender_on(message())
    await sender.deliver(Place(-100123, topic), HELLO)
    assert "message_thread_id" not in seam.calls[0][1]


async def test_a_document_is_uploaded_under_its_name() -> None:
    sender, seam = sender_on(message())
    await sender.deliver(CHAT, Message(text="Your data", document=("data.json", b"{}")))
    assert seam.calls[0][0] == "sendDocument"
    assert seam.calls[0][1]["caption"] == "Your data"
    assert seam.files is not None
    assert seam.files["document"][0] == "data.json"


def test_a_text_too_long_for_a_caption_goes_first() -> None:
    long = Message(text="x" * 2000, photo=b"png")
    first, second = split_message(long)
    assert (first.text, first.photo) == (long.text, None)
    assert (second.text, second.photo) == ("", b"png")


# ── edits ───────────────────────────────────────────────────────────────────────────────────────


async def edited(*answers: Answer, text: Message = HELLO) -> tuple[Delivery, list[str]]:
    sender, seam = sender_on(*answers)
    outcome = await sender.edit(CHAT, 3, text)
    return outcome, [method for method, _ in seam.calls]


async def test_an_edit_keeps_the_message() -> None:
    assert await edited(message(3)) == (Sent(message_id=3), ["editMessageText"])


async def test_an_edit_that_changes_nothing_succeeds() -> None:
    text = (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message"
    )
    assert await edited(refusal(400, text)) == (Sent(message_id=3), ["editMessageText"])


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: MESSAGE_EDIT_TIME_EXPIRED",
        "Bad Request: MESSAGE_AUTHOR_REQUIRED",
        "Bad Request: MESSAGE_ID_INVALID",
        "Bad Request: there is no text in the message to edit",
    ],
)
async def test_a_message_that_cannot_be_edited_is_sent_anew(description: str) -> None:
    outcome = await edited(refusal(400, description), message(8))
    assert outcome == (Sent(message_id=8), ["editMessageText", "sendMessage"])


async def test_an_edit_may_be_repeated_without_harm() -> None:
    outcome, _ = await edited(Ambiguous("TimeoutError"))
    assert isinstance(outcome, Later)
    assert not outcome.ambiguous


async def test_an_edit_with_broken_markup_goes_as_plain_text() -> None:
    assert await edited(refusal(400, "Bad Request: can't parse entities"), message(3)) == (
        Sent(message_id=3),
        ["editMessageText", "editMessageText"],
    )


async def test_a_picture_cannot_come_by_edit() -> None:
    outcome = await edited(message(8), text=Message(text="x", photo=b"png"))
    assert outcome == (Sent(message_id=8), ["sendPhoto"])


# ── button presses ──────────────────────────────────────────────────────────────────────────────


async def test_a_press_is_answered() -> None:
    sender, seam = sender_on(ok())
    assert await sender.answer("77", "Saved", alert=True)
    assert seam.calls == [
        ("answerCallbackQuery", {"callback_query_id": "77", "text": "Saved", "show_alert": True})
    ]


async def test_a_late_answer_to_a_press_is_ignored() -> None:
    text = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    sender, _ = sender_on(refusal(400, text))
    assert not await sender.answer("77")


# ── the table itself ────────────────────────────────────────────────────────────────────────────


def test_a_refusal_is_read_whatever_its_case() -> None:
    assert refusal_reason(BadRequest("Bad Request: MESSAGE IS NOT MODIFIED")) is RefusalReason.NOT_MODIFIED
    assert refusal_reason(Forbidden("FORBIDDEN: BOT WAS BLOCKED BY THE USER")) is RefusalReason.LEFT


def test_plain_keeps_the_words_and_their_time() -> None:
    assert strip_html('<b>A</b> &lt; <tg-time unix="1">3 May</tg-time>') == "A < 3 May"


def test_priorities_come_in_order() -> None:
    assert Priority.REPLY < Priority.PUSH < Priority.MINOR
