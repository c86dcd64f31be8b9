"""Every view in every language: what it looks like, and that Telegram would take it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

from bot.i18n import CATALOGS, LANGUAGES, Words
from bot.model import Message
from bot.sandbox.telegram import html
from bot.views import (
    admin,
    card,
    commands,
    explanation,
    orders,
    page,
    picture,
    pushes,
    receipts,
    refusals,
    replies,
    settings,
    summaries,
    timeline,
)
from bot.views import buttons as b
from tests.views import telegram_html
from tests.views.scenes import SCENES

SPOKEN = [code for code in LANGUAGES if code == "en" or (CATALOGS / code).is_dir()]
MODULES = (
    admin, card, commands, explanation, orders, page, picture, pushes, receipts, refusals, replies, settings,
    summaries, timeline,
)  # fmt: skip
ANSWERS = (replies, refusals)  # pop-ups among them
POP_UPS = ("replies.", "refusals.")
_DOUBLED = re.compile(r"(?<!\.)\.\.(?!\.)|[,،;:：。]{2}|[!?]\.| [,.](?!\.)")  # "by Wed, Dec 23.."


class Page(SingleFileSnapshotExtension):
    """One text file for each language, to be read by its speakers."""

    file_extension = "txt"


@pytest.mark.parametrize("language", SPOKEN)
def test_looks_as_it_did(language: str, snapshot: SnapshotAssertion) -> None:
    """And Telegram takes every message of it."""
    words = Words(language, "Europe/Berlin")
    shown = {name: scene(words) for name, scene in SCENES.items()}
    gallery = "".join(f"═══ {name} ═══\n{_shown(said)}\n" for name, said in shown.items())
    assert gallery.encode() == snapshot(extension_class=Page)
    for name, said in shown.items():
        if isinstance(said, Message):
            _check(said, words)
        elif isinstance(said, str):
            assert 0 < len(said) <= (200 if name.startswith(POP_UPS) else 512), name


@pytest.mark.parametrize("language", SPOKEN)
def test_command_menu_fits_telegrams_limits(language: str) -> None:
    words = Words(language)
    for name, description in (*commands.commands(words), *commands.admin_commands(words)):
        assert name.isascii()
        assert name.islower()
        assert 1 <= len(description) <= 256
    assert len(commands.description(words, "Lamp")) <= 512
    assert len(commands.short_description(words)) <= 120


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_gallery_shows_every_view(module: ModuleType) -> None:
    own = {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and (
            inspect.get_annotations(value)["return"] in {"Message", "Page"} or module in (*ANSWERS, commands)
        )
    }
    shown = {name.split()[0].partition(".")[2] for name in SCENES if name.startswith(_short(module) + ".")}
    assert own <= shown


def _short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _check(message: Message, words: Words) -> None:
    reader = telegram_html.read(message.text)
    assert telegram_html.units(reader.visible) <= 4096
    assert "{" not in reader.visible
    assert not _DOUBLED.search(reader.visible)
    assert html.parse_html(message.text).text == reader.visible.strip()  # the sandbox's Telegram agrees
    assert len(message.buttons) <= 15
    for row in message.buttons:
        assert 1 <= len(row) <= 8
        for button in row:
            assert button.text.strip()
            assert "&amp;" not in button.text
            assert "<" not in button.text
            assert bool(button.data) + bool(button.url) + bool(button.copy) == 1
            if button.data:
                assert len(button.data.encode()) <= 64
                assert b.decode(button.data) is not None
    if words.right_to_left:
        for line in reader.visible.split("\n"):
            assert not line or line.startswith(telegram_html.RLM), line


def _shown(said: Message | page.Page | str | tuple[tuple[str, str], ...]) -> str:
    if isinstance(said, page.Page):
        return "".join(f"{line}\n" for line in _page_lines(said))
    if isinstance(said, tuple):
        return "".join(f"/{name} – {description}\n" for name, description in said)
    if isinstance(said, str):
        return f"({said})\n"
    rows = "".join(" ".join(f"[{button.text}]" for button in row) + "\n" for row in said.buttons)
    extra = "+ document\n" if said.document else ""  # pictures depend on the fonts installed
    return f"{said.text}\n{rows}{extra}"


def _page_lines(said: page.Page) -> Iterator[str]:
    """What one reads on a tracking page, from top to bottom; buttons in brackets."""

    def link(one: page.Link | None) -> str:
        return f"[{one.text}]" if one is not None else ""

    frame = said.frame
    yield f"({said.title})"
    yield from filter(None, (frame.shop, said.overline, f"# {said.headline}", said.banner))
    for section in said.sections:
        yield from filter(None, ("", section.title, f"{section.icon} {section.state}", section.progress))
        yield from (*section.dates, *section.notes, *section.facts)
        for day in section.days:
            yield f"– {day.name}"
            yield from (f"{entry.time} {entry.icon} {entry.text}" for entry in day.entries)
        yield from map(link, section.more)
    links = (said.telegram, said.calendar, frame.contact, *said.links)
    yield from filter(None, (" ".join(filter(None, map(link, links))), frame.question))
    yield " · ".join(str(text) for text in (said.checked, said.zone, frame.language) if text)
