"""Memory that stays small: of too much, the oldest is forgotten."""

from __future__ import annotations

from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def keep(where: dict[_Key, _Value], key: _Key, value: _Value, most: int = 10_000) -> _Value | None:
    """Put it in as the newest; of more than `most` the oldest is forgotten, and returned."""
    where.pop(key, None)
    where[key] = value
    return where.pop(next(iter(where))) if len(where) > most else None
