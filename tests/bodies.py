"""Whether a body sent to Telegram is one that python-telegram-bot's own signatures and types allow."""

from __future__ import annotations

import inspect
import json
import types
import typing
import urllib.request
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Union, get_args, get_origin

import telegram
from telegram import Bot, InputFile, TelegramObject

from bot.sandbox.telegram.service import BotCall


class _File:
    """What the library takes as a file; on the wire an upload, or an id, address or `attach://` name."""


# Names of the library's annotations that are not among its public ones.
_NAMES: dict[str, Any] = {
    "FileInput": _File,
    "ReplyMarkup": telegram.InlineKeyboardMarkup
    | telegram.ReplyKeyboardMarkup
    | telegram.ReplyKeyboardRemove
    | telegram.ForceReply,
    "JSONDict": dict[str, Any],
    "TimePeriod": int | timedelta,
}

_noted: list[str] = []


def note(
    method: str, values: Mapping[str, object], uploads: Collection[str] = (), *, form: bool = True
) -> None:
    """Remember what is wrong with a call; the test in which it was made fails at its end."""
    _noted.extend(problems(method, values, uploads, form=form))


def wrong(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is wrong with calls as the sandbox's ledger tells them."""
    return [one for call in calls for one in problems(call["method"], call["values"], call["uploads"])]


def wrong_at(sandbox: str) -> list[str]:
    """The same of a sandbox in a process of its own, by its address."""
    with urllib.request.urlopen(f"{sandbox}/control/telegram/calls", timeout=120) as answer:
        return wrong(json.load(answer)["calls"])


def note_all(calls: Iterable[BotCall]) -> None:
    """`note` for all calls that a sandbox in this process got."""
    _noted.extend(wrong(map(asdict, calls)))


def noted() -> list[str]:
    """What was wrong since this was asked last."""
    found, _noted[:] = list(_noted), []
    return found


def problems(
    method: str, values: Mapping[str, object], uploads: Collection[str] = (), *, form: bool = True
) -> list[str]:
    """What is wrong with a call's fields: unknown, missing, or of another type; empty when nothing is.

    `uploads` names fields, or `attach://` names, that come as files. In a `form` every value is text.
    """
    function = getattr(Bot, method, None)
    if not inspect.isfunction(function) or method.startswith("_") or "_" in method:
        return [f"{method}: no such method"]
    known = _positional(function)
    found = [f"{method}: no field {name}" for name in values.keys() - known.keys()]
    sent = values.keys() | set(uploads)
    found += [
        f"{method}: {name} is missing"
        for name, (_, required) in known.items()
        if required and name not in sent
    ]
    if "inline_message_id" in known and not {"inline_message_id", "message_id"} & sent:
        found.append(f"{method}: message_id is missing")
    for name, value in values.items():
        if name in known:
            kind = known[name][0]
            told = list(_mistakes(value, kind, name))
            if told and form and isinstance(value, str):
                told = list(_mistakes(_decoded(value), kind, name))
            found += [f"{method}: {one}" for one in told]
    return found


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


@cache
def _positional(function: Any) -> dict[str, tuple[Any, bool]]:
    """Type and necessity of each argument that becomes a field; behind the star are others."""
    hints = _hints(function)
    return {
        name: (hints.get(name, Any), one.default is inspect.Parameter.empty)
        for name, one in inspect.signature(function).parameters.items()
        if name != "self" and one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    }


def _hints(function: Any) -> dict[str, Any]:
    function = inspect.unwrap(function)
    names = vars(telegram) | _NAMES
    return typing.get_type_hints(function, vars(inspect.getmodule(function)) | names)


def _mistakes(value: object, kind: Any, where: str) -> Iterator[str]:
    """Why `value`, as plain JSON, is not of the type `kind`."""
    origin = get_origin(kind)
    if kind in (Any, object) or isinstance(kind, typing.TypeVar):
        return
    if origin in (Union, types.UnionType):
        told = [list(_mistakes(value, one, where)) for one in get_args(kind) if one is not types.NoneType]
        if all(told):
            yield " and ".join(reasons[0] for reasons in told)
    elif getattr(origin, "__name__", "") == "DefaultValue":
        yield from _mistakes(value, get_args(kind)[0], where)
    elif inspect.isclass(origin) and issubclass(origin, Sequence):
        if not isinstance(value, list | tuple):
            yield f"{where}: {value!r:.80} is no list"
        else:
            for number, one in enumerate(value):
                yield from _mistakes(one, get_args(kind)[0], f"{where}[{number}]")
    elif inspect.isclass(kind) and issubclass(kind, TelegramObject):
        yield from _object_mistakes(value, kind, where)
    elif not _is_plain(value, kind):
        yield f"{where}: {value!r:.80} is not {_name(kind)}"


def _is_plain(value: object, kind: Any) -> bool:
    if kind in (int, datetime, date, timedelta):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in (_File, InputFile):
        return isinstance(value, str)
    if get_origin(kind) is dict:
        return isinstance(value, dict)
    return inspect.isclass(kind) and isinstance(value, kind)


def _object_mistakes(value: object, kind: type[TelegramObject], where: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: {value!r:.80} is no {kind.__name__}"
        return
    if kind is telegram.InputMedia:  # of which the library reads only the single kinds
        kind = getattr(telegram, f"InputMedia{str(value.get('type')).capitalize()}", kind)
    try:
        made = kind.de_json(dict(value), None)  # knows which of several classes this is
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        yield f"{where}: no {kind.__name__}: {error}"
        return
    known = _positional(type(made).__init__)
    for name, one in value.items():
        if name in known:
            yield from _mistakes(one, known[name][0], f"{where}.{name}")
        elif not hasattr(made, name):  # what tells its class from others is no argument
            yield f"{where}: {type(made).__name__} has no field {name}"


def _name(kind: Any) -> str:
    return str(getattr(kind, "__name__", kind)) if not get_args(kind) else str(kind)
