"""Reads a message's text as Telegram does, and complains about what Telegram would refuse."""

from __future__ import annotations

from html.parser import HTMLParser

ALLOWED = {"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler", "tg-time"}
FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"


class Reader(HTMLParser):
    """The visible text, the copyable pieces and the number of entities."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.visible = ""
        self.copyable: list[str] = []
        self.entities = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, f"Telegram does not know <{tag}>"
        assert tag not in self.open, f"<{tag}> inside itself"
        names = [name for name, _ in attrs]
        known = {"a": ["href"], "tg-time": ["unix", "format"], "blockquote": names and ["expandable"]}
        assert names == known.get(tag, []), (tag, attrs)
        self.open.append(tag)
        self.entities += 1
        if tag == "code":
            self.copyable.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> crosses another"

    def handle_data(self, data: str) -> None:
        self.visible += data
        if "code" in self.open:
            self.copyable[-1] += data


def read(text: str) -> Reader:
    """The text read; AssertionError for what Telegram would refuse or a reader would stumble over."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    assert reader.entities <= 100
    assert reader.visible.strip(), "an empty message"
    for piece in reader.copyable:
        assert not {FSI, PDI, RLM} & set(piece), "copying would take invisible marks along"
    for line in reader.visible.split("\n"):
        depth = 0
        for char in line:
            depth += (char == FSI) - (char == PDI)
            assert depth >= 0, f"an isolate ends before it begins: {line!r}"
        assert depth == 0, f"an isolate runs over the line's end: {line!r}"
    return reader


def units(text: str) -> int:
    """UTF-16 units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2
