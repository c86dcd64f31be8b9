"""Reads SHOP_FILE: the shop's texts by language, its brand, and the board's thresholds."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.i18n import LANGUAGES
from bot.model import BoardSettings, Shop

_TEXTS = {"name": 64, "support": 64, "welcome": 600, "help": 600}
_SWITCHES = ("brand", "blur_origin")
_FIELDS = (*_TEXTS, *_SWITCHES)
_BOARD = "board"
_DAYS, _PERCENT = (1, 90), (50, 99)  # least and most of what `[board]` sets
_CHANCES = ("will_be_late",)


def load_shop(path: str, *, asks: bool = False) -> Callable[[str], Shop]:
    """Read SHOP_FILE: its texts, its switches, `[board]` and a table of texts per language.

    An empty path means no name.

    `asks`: customers can ask the shop from the chat.

    Raises SettingsError that names what is wrong.
    """
    content = _read(path) if path else {}
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
    shops = {code: Shop(**(base | content.get(code, {})), board=days, asks=asks) for code in LANGUAGES}
    plain = Shop(**base, board=days, asks=asks)
    return lambda language: shops.get(language, plain)


def _read(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError("SHOP_FILE", f"cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("SHOP_FILE", f"is not TOML: {error}") from None


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
        elif name not in _TEXTS:
            raise SettingsError("SHOP_FILE", f"{where}{name} is unknown; known are {', '.join(_TEXTS)}")
        elif not isinstance(value, str) or len(value) > _TEXTS[name]:
            raise SettingsError(
                "SHOP_FILE", f"{where}{name} must be text of at most {_TEXTS[name]} characters"
            )
