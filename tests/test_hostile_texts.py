"""Every reader of strangers' text takes linear time, whatever the text is made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot import stages
from bot.i18n import Words, clean, guess_language
from bot.ids import MOST_CHARACTERS, read, read_link_token
from bot.lists import NotAList, read_file
from bot.sources.aliexpress.auth import is_login, parse_code
from bot.views import buttons
from bot.views.wording import clip
from bot.zones import find_zone

_WORDS = Words(language="ru", zone="Europe/Moscow")


def _list(text: str) -> None:
    with suppress(NotAList):
        read_file(text.encode("utf-8", "replace"), "ru")


READERS: dict[str, Callable[[str], object]] = {
    "order ids": read,
    "stage": lambda text: stages.read(text, text),
    "stage of a description": lambda text: stages.read("", text),
    "time zone": find_zone,
    "language": lambda text: guess_language(text, "en"),
    "button": buttons.decode,
    "link token": lambda text: read_link_token(text, "secret"),
    "login": lambda text: (is_login(text), parse_code(text)),
    "list file": _list,
    "name": lambda text: (clean(text), clip(text, 64), _WORDS.isolate(text)),
}

PIECES = (
    "-", "a-", "1 ", "12-", "123 456 ", "8211.", "8211744661738042 ", "%25", "&amp;", "&#", "//",
    "aliexpress.", "orderid=", "1,", "\u200f", "[", "【】", "[a] ", " ", "\n", "\t", "a", "a ", "A1", "'",
    '"', '"\n', "=", ";", "1:", ":", "carrier note: ", "delivered, not delivered. ", "не ", "the country or ",
    "е\u0301", "\u0301", "ß", "\ufdfa", "包", "配達", "1:t:", "?code=", "https://", "_", "/",
)  # fmt: skip

_SIZES = {"stage": 2000, "stage of a description": 2000}


def _seconds(reader: Callable[[str], object], text: str, times: int) -> float:
    """CPU time of the fastest of `times` readings; each text is new, so that no cache answers."""
    found = []
    for n in range(times):
        started = time.thread_time()
        reader(f"{text}{n}")
        found.append(time.thread_time() - started)
    return min(found)


@pytest.mark.parametrize("name", READERS)
def test_eight_times_the_text_takes_no_more_than_linear_time(name: str) -> None:
    reader, size = READERS[name], _SIZES.get(name, MOST_CHARACTERS)
    reader("anything")  # tables are loaded
    for piece in PIECES:
        for times in (1, 3, 10):  # noise spares one reading of ten, quadratic time none
            cost, more = (_seconds(reader, piece * (each // len(piece)), times) for each in (size // 8, size))
            # Quadratic time would be 64 times as much; the constant covers what is too short to be measured.
            if more < 24 * cost + 0.005:
                break
        else:
            pytest.fail(f"{piece!r}: {cost:.4f} s, eight times as much {more:.4f} s")
