"""What came late to the Bot API: a new server checks it, an old one refuses it by its name.

Telegram's own old servers pass over fields they do not know; stand-ins and gateways refuse them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.sandbox.parameters import Parameters
from bot.sandbox.telegram.refusal import bad_request

LATE = frozenset({"style", "message_effect_id", "expandable"})
STYLES = frozenset({"primary", "success", "danger"})
# The effects that need no Premium, as public lists have them.
EFFECTS = {
    "5107584321108051014": "👍",
    "5104858069142078462": "👎",
    "5159385139981059251": "❤️",
    "5104841245755180586": "🔥",
    "5046509860389126442": "🎉",
    "5046589136895476101": "💩",
}


def check(lacking: Collection[str], p: Parameters) -> None:
    """Refuse what a server `lacking` some of LATE would not know. Raises Refusal."""
    if "style" in lacking and any("style" in button for button in _buttons(p)):
        raise bad_request('can\'t parse inline keyboard button: unknown field "style"')
    if "message_effect_id" in lacking and "message_effect_id" in p:
        raise bad_request('unknown field "message_effect_id"')
    texts = p.text("text") + p.text("caption")
    if "expandable" in lacking and "<blockquote expandable" in texts:
        raise bad_request('can\'t parse entities: unexpected attribute "expandable" of the tag "blockquote"')


def effect(p: Parameters, *, private: bool) -> str:
    """The message effect that is asked for, empty for none. Raises Refusal."""
    asked = p.text("message_effect_id")
    if asked and (asked not in EFFECTS or not private):
        raise bad_request("EFFECT_ID_INVALID")
    return asked


def _buttons(p: Parameters) -> Iterator[dict[str, object]]:
    rows = p.mapping("reply_markup").get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        yield from (button for button in row if isinstance(button, dict))
