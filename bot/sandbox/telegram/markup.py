"""Checks inline keyboards as the Bot API does."""

from __future__ import annotations

import json
import re

from bot.sandbox.telegram.html import units
from bot.sandbox.telegram.late import STYLES
from bot.sandbox.telegram.refusal import bad_request

Keyboard = list[list[dict[str, object]]]

_MAX_BUTTONS = 100
_MAX_ROW = 8  # undocumented: what clients can show; refused here so that nobody relies on more
_MAX_BYTES = 10_000
_ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
)
_URL = re.compile(r"(https?://[^\s/?#]+\.?[^\s]*|tg://[^\s]+|mailto:[^\s]+)", re.IGNORECASE)


def keyboard(markup: dict[str, object]) -> Keyboard | None:
    """The checked rows; None when there is no inline keyboard. Raises Refusal."""
    if not markup:
        return None
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None  # reply keyboards, removal and forced replies show nothing here
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'can\'t parse inline keyboard: field "inline_keyboard" must be of type Array of Arrays'
        )
    kept = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, kept)) > _MAX_BUTTONS or any(len(row) > _MAX_ROW for row in kept):
        raise bad_request("reply markup is too long")
    if len(json.dumps(kept, ensure_ascii=False).encode()) > _MAX_BYTES:
        raise bad_request("reply markup is too long")
    return kept


def _button(button: object) -> dict[str, object]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request(
            'can\'t parse inline keyboard button: Field "text" must be of type String and not empty'
        )
    actions = [name for name in _ACTIONS if name in button]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action is allowed")
    _check_action(actions[0], button[actions[0]])
    if button.get("style") not in {None, *STYLES}:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
    return dict(button)


def _check_action(action: str, value: object) -> None:
    if action == "callback_data" and not (isinstance(value, str) and 1 <= len(value.encode()) <= 64):
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url" and not (isinstance(value, str) and _URL.fullmatch(value)):
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
    if action == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= units(text) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
