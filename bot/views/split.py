"""Cut a message that is too long for Telegram into several, by whole lines and never inside a tag."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from bot.model import Message

LIMIT = 4096  # UTF-16 units that a reader sees, markup not counted

_TOKEN = re.compile(r"<[^>]*>|&[#\w]+;|\n|[^<&\n]+|.", re.DOTALL)
_TAG_NAME = re.compile(r"</?([a-z-]+)")
_MARKUP = re.compile(r"<[^>]*>")


def length(text: str) -> int:
    """How long Telegram finds the HTML: UTF-16 units after its tags and entities are read."""
    return len(html.unescape(_MARKUP.sub("", text)).encode("utf-16-le")) // 2


def messages(message: Message, limit: int = LIMIT) -> tuple[Message, ...]:
    """The message as one or several that fit; buttons, picture, document and confetti go with the last."""
    texts = split(message.text, limit)
    if len(texts) == 1:
        return (message,)
    bare = replace(message, buttons=(), photo=None, document=None, celebrates=False)
    return (*(replace(bare, text=text) for text in texts[:-1]), replace(message, text=texts[-1]))


def split(text: str, limit: int = LIMIT) -> tuple[str, ...]:
    """The HTML in pieces of `limit` UTF-16 units at most, each with its tags closed; at least one piece.

    A cut falls between lines. Only a line longer than a whole piece is cut within, at a space if it can.
    """
    if 2 * len(text) <= limit or length(text) <= limit:  # no character has more than two units
        return (text,)
    piece = _Piece(limit)
    for line in text.split("\n"):
        piece.add_line(line)
    return piece.finish()


class _Piece:
    """The piece being filled, and those already full."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.full: list[str] = []
        self.parts: list[str] = []
        self.used = 0
        self.opened: list[str] = []

    def add_line(self, line: str) -> None:
        size = length(line)
        if self.used and self.used + 1 + size > self.limit:
            self.turn()
        elif self.parts:
            self.parts.append("\n")
            self.used += 1
        for token in _TOKEN.findall(line):
            self.add_token(token)

    def add_token(self, token: str) -> None:
        if token.startswith("<") and token.endswith(">"):
            self.note(token)
            self.parts.append(token)
            return
        for bite in self.bites(token):
            size = length(bite)
            if self.used + size > self.limit:
                self.turn()
            self.parts.append(bite)
            self.used += size

    def bites(self, token: str) -> Iterator[str]:
        """The token whole where it fits a piece, else word by word, else character by character."""
        if self.used + length(token) <= self.limit or token.startswith("&"):
            yield token
            return
        for word in re.findall(r"\S+\s*|\s+", token):
            if length(word) <= self.limit:
                yield word
            else:
                yield from word

    def note(self, tag: str) -> None:
        if tag.startswith("</"):
            if self.opened:
                self.opened.pop()
        else:
            self.opened.append(tag)

    def turn(self) -> None:
        """Close what is open, put the piece away, open the same again in the next."""
        self.parts.extend(f"</{_name(tag)}>" for tag in reversed(self.opened))
        self.full.append("".join(self.parts))
        self.parts = list(self.opened)
        self.used = 0

    def finish(self) -> tuple[str, ...]:
        self.full.append("".join(self.parts))
        return tuple(piece for piece in self.full if length(piece)) or ("",)


def _name(tag: str) -> str:
    found = _TAG_NAME.match(tag)
    return found.group(1) if found else ""
