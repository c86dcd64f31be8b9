"""Parses Telegram's HTML as the Bot API does: plain text with entities, or the Bot API's own error text.

Rules: https://core.telegram.org/bots/api#html-style. Offsets and lengths count UTF-16 units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

Entity = dict[str, object]

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
# What a date-time format may be made of: `r` alone, or weekday, then a date and a time in that order.
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_WORDS = re.compile(r"[^&<]+")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)|(?<![\w/])(?P<bot_command>/\w{1,64}(?:@\w{3,32})?)(?![\w/])"
)


class BadMarkup(ValueError):
    """The text cannot be parsed; the message is the Bot API's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """Plain text and its entities."""

    text: str
    entities: tuple[Entity, ...] = ()


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int


class _HtmlReader:
    """One pass over the text; `at` is a character index, errors tell byte offsets."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> Rich:
        while self.at < len(self.source):
            words = _WORDS.match(self.source, self.at)
            if words:
                self._emit(words[0])
                self.at = words.end()
            elif self.source[self.at] == "&":
                self._reference()
            elif self.source.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return _trimmed("".join(self.out), self.entities)

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.length += units(text)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _reference(self) -> None:
        match = _REFERENCE.match(self.source, self.at)
        text = unescape(match[0]) if match else "&"
        self._emit(text)
        self.at += len(match[0]) if match else 1

    def _word(self, stop: str) -> str:
        start = self.at
        while self.at < len(self.source) and not (
            self.source[self.at].isspace() or self.source[self.at] in stop
        ):
            self.at += 1
        return self.source[start : self.at]

    def _blank(self) -> None:
        while self.at < len(self.source) and self.source[self.at].isspace():
            self.at += 1

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._word(">").lower()
        unclosed = BadMarkup(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if self.at >= len(self.source):
            raise unclosed
        if tag not in _TYPES:
            raise BadMarkup(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        attributes: dict[str, str] = {}
        while True:
            self._blank()
            if self.at >= len(self.source):
                raise unclosed
            if self.source[self.at] == ">":
                break
            name, value = self._attribute(tag, begin)
            attributes[name] = value
        self.at += 1
        self._check(tag, attributes, begin)
        self.open.append(_Open(tag, attributes, self.length))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        unclosed = BadMarkup(f"Unclosed start tag at byte offset {self._byte(begin)}")
        name = self._word(">=").lower()
        if not name:
            raise BadMarkup(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
        self._blank()
        if self.at >= len(self.source):
            raise unclosed
        if self.source[self.at] != "=":
            return name, ""
        self.at += 1
        self._blank()
        if self.at >= len(self.source):
            raise unclosed
        quote = self.source[self.at]
        if quote not in "\"'":
            token = re.compile(r"[A-Za-z0-9.\-]*").match(self.source, self.at)
            value = token[0] if token else ""
            self.at += len(value)
            if self.at < len(self.source) and not (
                self.source[self.at].isspace() or self.source[self.at] == ">"
            ):
                raise BadMarkup(f"Unexpected end of name token at byte offset {self._byte(begin)}")
            return name, value
        end = self.source.find(quote, self.at + 1)
        if end < 0:
            raise unclosed
        value = unescape(self.source[self.at + 1 : end])
        self.at = end + 1
        return name, value

    def _check(self, tag: str, attributes: dict[str, str], begin: int) -> None:
        where = f"at byte offset {self._byte(begin)}"
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise BadMarkup(f'Tag "span" must have class "tg-spoiler" {where}')
        if tag == "tg-emoji" and not attributes.get("emoji-id", "").isdigit():
            raise BadMarkup("Invalid custom emoji identifier specified")
        if tag == "tg-time":
            if not re.fullmatch(r"-?\d{1,12}", attributes.get("unix", "")):
                raise BadMarkup(f"Invalid Unix time specified {where}")
            if not _TIME_FORMAT.fullmatch(attributes.get("format", "")):
                raise BadMarkup(f"Invalid date format specified {where}")

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise BadMarkup(f"Unexpected end tag at byte offset {self._byte(begin)}")
        self.at += 2
        tag = self._word(">").lower()
        self._blank()
        if self.at >= len(self.source) or self.source[self.at] != ">":
            raise BadMarkup(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self.at += 1
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise BadMarkup(
                f"Unmatched end tag at byte offset {self._byte(begin)}, "
                f'expected "</{opened.tag}>", found "</{tag}>"'
            )
        if self.length > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "type": _TYPES[opened.tag],
            "offset": opened.offset,
            "length": self.length - opened.offset,
        }
        attributes = opened.attributes
        if opened.tag == "a":
            covered = "".join(self.out).encode("utf-16-le")[opened.offset * 2 :].decode("utf-16-le")
            url = attributes.get("href") or covered
            if not re.match(r"(https?|tg|mailto|tel|ton):", url, re.IGNORECASE) and "." not in url:
                return  # an address that is none is shown as plain text
            entity["url"] = url
        elif opened.tag == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "tg-emoji":
            entity["custom_emoji_id"] = attributes["emoji-id"]
        elif opened.tag == "tg-time":
            entity["unix_time"] = int(attributes["unix"])
            if attributes.get("format"):
                entity["date_time_format"] = attributes["format"]
        elif opened.tag == "code" and attributes.get("class", "").startswith("language-"):
            language = attributes["class"].removeprefix("language-")
            if self.open and self.open[-1].tag == "pre":
                self.open[-1].attributes["language"] = language
                return
        if opened.tag == "pre" and attributes.get("language"):
            entity["language"] = attributes["language"]
        self.entities.append(entity)


def parse_html(source: str) -> Rich:
    """Telegram HTML → text and entities, trimmed as the server trims. Raises BadMarkup."""
    return _HtmlReader(source).run()


def plain_text(source: str, entities: list[Entity] | None = None) -> Rich:
    """Text without markup, with entities the caller made."""
    return _trimmed(source, list(entities or ()))


def detect_entities(rich: Rich) -> Rich:
    """The same with addresses and bot commands marked where no other entity lies, as servers do."""
    extra: list[Entity] = []
    for match in _FOUND.finditer(rich.text):
        kind = match.lastgroup or ""
        text = match[0].rstrip(".,;:!?)") if kind == "url" else match[0]
        offset, length = units(rich.text[: match.start()]), units(text)
        if not any(_overlaps(entity, offset, length) for entity in rich.entities):
            extra.append({"type": kind, "offset": offset, "length": length})
    return Rich(text=rich.text, entities=_ordered([*rich.entities, *extra]))


def _overlaps(entity: Entity, offset: int, length: int) -> bool:
    start, size = entity["offset"], entity["length"]
    if entity["type"] in {"blockquote", "expandable_blockquote", "bold", "italic"}:
        return False
    return (
        isinstance(start, int) and isinstance(size, int) and start < offset + length and offset < start + size
    )


def _ordered(entities: list[Entity]) -> tuple[Entity, ...]:
    def place(entity: Entity) -> tuple[int, int]:
        offset, length = entity["offset"], entity["length"]
        return (offset, -length) if isinstance(offset, int) and isinstance(length, int) else (0, 0)

    return tuple(sorted(entities, key=place))


def _trimmed(text: str, entities: list[Entity]) -> Rich:
    """Cuts blanks at both ends and shifts the entities with them."""
    stripped = text.strip()
    before = units(text[: len(text) - len(text.lstrip())])
    length = units(stripped)
    kept: list[Entity] = []
    for entity in entities:
        offset, size = entity["offset"], entity["length"]
        if not isinstance(offset, int) or not isinstance(size, int):
            raise BadMarkup("entity offset and length must be integers")
        start = max(0, offset - before)
        end = min(length, offset + size - before)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return Rich(text=stripped, entities=_ordered(kept))
