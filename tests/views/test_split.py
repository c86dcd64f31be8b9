"""Long messages fall into pieces that Telegram takes."""

from __future__ import annotations

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from bot.model import Button, Message
from bot.views import split
from tests.views import telegram_html

TAGS = ("b", "i", "code", "blockquote", "tg-spoiler")
LETTERS = st.characters(categories=("Lu", "Ll", "Lo"))
words = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=30
)
plain_lines = st.lists(words, max_size=8).map(lambda some: str(escape(" ".join(some))))


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Telegram HTML of many lines, some of them within tags that may run over lines."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 25))):
        block = "\n".join(draw(st.lists(plain_lines, min_size=1, max_size=4)))
        for tag in draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True)):
            block = f"<{tag}>{block}</{tag}>"
        lines.append(block)
    return "\n".join(lines)


def visible(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@settings(deadline=None)
@given(pages(), st.integers(40, 300))
def test_pieces_fit_are_whole_and_lose_nothing(text: str, limit: int) -> None:
    pieces = split.split(text, limit)
    for piece in pieces:
        assert split.length(piece) <= limit
        if visible(piece).strip():
            telegram_html.read(piece)
    rejoined = "".join(visible(piece) for piece in pieces)
    assert "".join(rejoined.split()) == "".join(visible(text).split())


@settings(deadline=None)
@given(st.lists(st.text(LETTERS, min_size=1, max_size=30), min_size=2, max_size=60))
def test_a_cut_falls_between_lines(lines: list[str]) -> None:
    pieces = split.split("\n".join(lines), 64)
    assert [line for piece in pieces for line in piece.split("\n")] == lines


def test_length_counts_what_is_read_in_utf16_units() -> None:
    assert split.length("<b>a&amp;b</b>") == 3
    assert split.length("😀") == 2
    assert split.length('<tg-time unix="1" format="Dt">now</tg-time>') == 3


def test_a_tag_over_the_cut_is_closed_and_opened_again() -> None:
    assert split.split("<blockquote>aaaa\nbbbb</blockquote>", 5) == (
        "<blockquote>aaaa</blockquote>",
        "<blockquote>bbbb</blockquote>",
    )


def test_a_line_longer_than_a_piece_is_cut_at_a_space() -> None:
    assert split.split("aaa bbb ccc", 8) == ("aaa bbb ", "ccc")
    assert split.split("x" * 10, 4) == ("xxxx", "xxxx", "xx")


def test_an_entity_is_never_cut() -> None:
    assert split.split("aaa&amp;bbb", 4) == ("aaa&amp;", "bbb")


def test_buttons_go_with_the_last_piece() -> None:
    button = Button(text="x", data="1:d")
    first, last = split.messages(Message(text="aaa\nbbb", buttons=((button,),), silent=True), 4)
    assert (first.text, first.buttons, first.silent) == ("aaa", (), True)
    assert (last.text, last.buttons, last.silent) == ("bbb", ((button,),), True)


def test_a_short_message_stays_as_it_is() -> None:
    message = Message(text="short")
    assert split.messages(message) == (message,)
