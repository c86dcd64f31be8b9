"""Reads SHOP_FILE: the shop's texts by language, its brand, logo and color, and the board's thresholds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.i18n import LANGUAGES
from bot.model import BoardSettings, Picture, Shop
from bot.settings import read_toml

_TEXTS = {"name": 64, "support": 64, "welcome": 600, "help": 600, "review_url": 300}
_SWITCHES = ("brand", "blur_origin")
_LOOKS = ("logo", "color")
_FIELDS = (*_TEXTS, *_SWITCHES, *_LOOKS)
_BOARD = "board"
_DAYS, _PERCENT = (1, 90), (50, 99)  # least and most of what `[board]` sets
_CHANCES = ("will_be_late",)
_LARGEST_LOGO = 200_000  # bytes
_ADDRESS = re.compile(r"https?://[^\s/@]+(?:/\S*)?")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def load_shop(path: str, *, asks: bool = False) -> Callable[[str], Shop]:
    """Read SHOP_FILE: its texts, its switches, the shop's looks, `[board]` and a table of texts per language.

    An empty path means no name. `logo` is the path of a picture, from SHOP_FILE's folder.

    `asks`: customers can ask the shop from the chat.

    Raises SettingsError that names what is wrong.
    """
    content = read_toml("SHOP_FILE", path) if path else {}
    days = _board_settings(content.pop(_BOARD, {}))
    base = {name: value for name, value in content.items() if name in _FIELDS}
    for name, value in content.items():
        if isinstance(value, dict):
            if name not in LANGUAGES:
                raise SettingsError("SHOP_FILE", f"[{name}] is none of our languages: {', '.join(LANGUAGES)}")
            _check(value, f"[{name}] ")
        elif name not in _FIELDS:
            raise SettingsError("SHOP_FILE", f"{name} is unknown; known are {', '.join(_FIELDS)}")
    _check(base, "")
    if "logo" in base:
        base["logo"] = _logo(Path(path).parent / base["logo"])
    shops = {code: Shop(**(base | content.get(code, {})), board=days, asks=asks) for code in LANGUAGES}
    plain = Shop(**base, board=days, asks=asks)
    return lambda language: shops.get(language, plain)


def _board_settings(table: Any) -> BoardSettings:
    if not isinstance(table, dict):
        raise SettingsError("SHOP_FILE", f"{_BOARD} must be a table: [{_BOARD}]")
    known = {field.name: type(field.default) for field in fields(BoardSettings)}
    for name, value in table.items():
        if name not in known:
            raise SettingsError("SHOP_FILE", f"[{_BOARD}] {name} is unknown; known are {', '.join(known)}")
        (least, most), unit = (_PERCENT, "percent") if name in _CHANCES else (_DAYS, "days")
        if type(value) is not known[name]:
            kind = "true or false" if known[name] is bool else f"a whole number of {unit}"
            raise SettingsError("SHOP_FILE", f"[{_BOARD}] {name} must be {kind}")
        if known[name] is int and value not in range(least, most + 1):
            raise SettingsError("SHOP_FILE", f"[{_BOARD}] {name} must be {least} to {most} {unit}")
    return BoardSettings(**table)


def _check(table: dict[str, Any], where: str) -> None:
    for name, value in table.items():
        if name in _SWITCHES and not where:
            if not isinstance(value, bool):
                raise SettingsError("SHOP_FILE", f"{name} must be true or false")
        elif name == "color" and not where:
            if not isinstance(value, str) or not _COLOR.fullmatch(value):
                raise SettingsError("SHOP_FILE", 'color must be like "#1d5fd0"')
        elif name == "logo" and not where:
            if not isinstance(value, str) or not value:
                raise SettingsError("SHOP_FILE", "logo must be the path of a picture")
        elif name not in _TEXTS:
            raise SettingsError("SHOP_FILE", f"{where}{name} is unknown; known are {', '.join(_TEXTS)}")
        elif not isinstance(value, str) or len(value) > _TEXTS[name]:
            raise SettingsError(
                "SHOP_FILE", f"{where}{name} must be text of at most {_TEXTS[name]} characters"
            )
        elif name == "review_url" and value and not _ADDRESS.fullmatch(value):
            raise SettingsError(
                "SHOP_FILE", f"{where}{name} must be an address like https://example.com/review"
            )


def _logo(path: Path) -> Picture:
    """Read the logo; what it is shows in its first bytes, not in its name."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_LOGO + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such path"
        raise SettingsError("SHOP_FILE", f"logo {path} cannot be read ({why})") from None
    if len(content) > _LARGEST_LOGO:
        raise SettingsError("SHOP_FILE", f"logo {path} has more than {_LARGEST_LOGO // 1000} kB")
    if (kind := _media_type(content)) is None:
        raise SettingsError("SHOP_FILE", f"logo {path} is none of PNG, JPEG, GIF, WebP, SVG")
    return Picture(media_type=kind, content=content)


def _media_type(content: bytes) -> str | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/svg+xml" if _SVG.match(content) else None


# A declaration, comments and a doctype may stand before the root element.
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE[^>]*>\s*)?<svg\b", re.DOTALL
)
