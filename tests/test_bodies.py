"""The checker of bodies: it takes what Telegram takes, and sees each kind of mistake."""

from __future__ import annotations

import json

import pytest

from tests.bodies import problems
from tests.cli.conftest import serving_sandbox

KEYS = {
    "inline_keyboard": [[{"text": "Stop", "callback_data": "1:s:x"}, {"text": "Open", "url": "https://e"}]]
}


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("sendMessage", {"chat_id": 5, "text": "5", "reply_markup": KEYS, "disable_notification": True}),
        ("sendMessage", {"chat_id": "@shop", "text": "x", "link_preview_options": {"is_disabled": True}}),
        ("sendMessage", {"chat_id": 5, "text": "x", "reply_parameters": {"message_id": 7}}),
        (
            "sendMessage",
            {"chat_id": 5, "text": "x", "reply_markup": {"force_reply": True, "selective": True}},
        ),
        ("editMessageText", {"chat_id": 5, "message_id": 7, "text": "x", "parse_mode": "HTML"}),
        ("setMyCommands", {"commands": [{"command": "a", "description": "b"}], "scope": {"type": "default"}}),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 5}, "language_code": "de"}),
        ("getUpdates", {"offset": 3, "timeout": 50, "allowed_updates": ["message"]}),
        (
            "editMessageMedia",
            {
                "chat_id": 5,
                "message_id": 7,
                "media": {"type": "photo", "media": "attach://p", "caption": "x"},
            },
        ),
        ("getMe", {}),
    ],
)
def test_what_telegram_takes_is_right_as_json_and_as_a_form(method: str, fields: dict[str, object]) -> None:
    assert problems(method, fields, form=False) == []
    form = {name: one if isinstance(one, str) else json.dumps(one) for name, one in fields.items()}
    assert problems(method, form) == []


@pytest.mark.parametrize(
    ("method", "fields", "said"),
    [
        ("sendMesage", {"chat_id": 5, "text": "x"}, "no such method"),
        ("send_message", {"chat_id": 5, "text": "x"}, "no such method"),
        ("sendMessage", {"chat_id": 5, "text": "x", "silent": True}, "no field silent"),
        ("sendMessage", {"chat_id": 5, "text": "x", "read_timeout": 5}, "no field read_timeout"),
        (
            "sendMessage",
            {"chat_id": 5, "text": "x", "reply_to_message_id": 5},
            "no field reply_to_message_id",
        ),
        ("sendMessage", {"chat_id": 5}, "text is missing"),
        ("editMessageText", {"text": "x"}, "message_id is missing"),
        ("sendMessage", {"chat_id": 5, "text": 5}, "text: 5 is not str"),
        ("sendMessage", {"chat_id": 5, "text": None}, "text: None is not str"),
        ("sendMessage", {"chat_id": [5], "text": "x"}, "chat_id: [5] is not"),
        ("sendMessage", {"chat_id": 5, "text": "x", "disable_notification": "yes"}, "disable_notification"),
        ("sendMessage", {"chat_id": 5, "text": "x", "message_thread_id": True}, "message_thread_id: True"),
        ("sendMessage", {"chat_id": 5, "text": "x", "reply_markup": {"keys": []}}, "reply_markup"),
        ("sendMessage", {"chat_id": 5, "text": "x", "reply_parameters": {"id": 7}}, "reply_parameters"),
        (
            "editMessageText",
            {"message_id": 7, "chat_id": 5, "text": "x", "reply_markup": [[]]},
            "reply_markup",
        ),
        ("setMyCommands", {"commands": [{"command": "a"}]}, "description"),
        ("setMyCommands", {"commands": [{"command": "a", "description": 5}]}, "commands[0].description: 5"),
        (
            "editMessageMedia",
            {"chat_id": 5, "message_id": 7, "media": {"type": "photo", "media": "a", "title": "x"}},
            "InputMediaPhoto has no field title",
        ),
        ("editMessageMedia", {"message_id": 7, "media": {"type": "text", "media": "a"}}, "no InputMedia"),
        ("getUpdates", {"allowed_updates": "message"}, "allowed_updates: 'message' is no list"),
    ],
)
@pytest.mark.parametrize("form", [True, False])
def test_each_mistake_is_seen(method: str, fields: dict[str, object], said: str, form: bool) -> None:
    if form and said == "text: 5 is not str":
        pytest.skip("a form knows no numbers")
    assert said in "; ".join(problems(method, fields, form=form))


def test_a_button_without_text_or_with_a_field_nobody_knows_is_seen() -> None:
    for button, said in (({"url": "https://e"}, "text"), ({"text": "a", "link": "https://e"}, "link")):
        keys = json.dumps({"inline_keyboard": [[button]]})
        fields = {"chat_id": "5", "message_id": "6", "text": "x", "reply_markup": keys}
        assert said in "; ".join(problems("editMessageText", fields))


def test_a_file_is_a_field_too() -> None:
    assert problems("sendPhoto", {"chat_id": "5"}, ["photo"]) == []
    assert problems("sendPhoto", {"chat_id": "5"}) == ["sendPhoto: photo is missing"]


def test_a_test_fails_whose_bot_sent_something_wrong_to_a_sandbox_in_another_process() -> None:
    with pytest.raises(AssertionError, match="setMyDescription: no field mood"), serving_sandbox() as sandbox:
        sandbox.bot("setMyDescription", description="x", mood="good")
