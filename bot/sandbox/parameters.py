"""Reads a request's parameters, wherever the caller put them: query, form, multipart or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request

_Number = TypeVar("_Number", int, float)


class BadParameter(Exception):
    """A parameter is missing or has the wrong form; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One uploaded file."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Named values: text from forms, anything from JSON; numbers and booleans may come as text."""

    values: dict[str, object] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "") or name in self.uploads

    def text(self, name: str, default: str = "") -> str:
        """The value as text; JSON values are written out again."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int | None = None) -> int:
        return self._read(name, int, default, "an integer")

    def number(self, name: str, default: float | None = None) -> float:
        return self._read(name, float, default, "a number")

    def _read(self, name: str, kind: Callable[[str], _Number], default: _Number | None, what: str) -> _Number:
        text = self.text(name).strip()
        if not text:
            if default is None:
                raise BadParameter(f"{name} is empty")
            return default
        try:
            return kind(text)
        except ValueError as exc:
            raise BadParameter(f"{name} must be {what}") from exc

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.text(name).strip().lower()
        if not text:
            return default
        return text in {"true", "yes", "1"}

    def json(self, name: str) -> object:
        """A structured value, parsed if it came as text; None when absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            parsed: object = json.loads(value)
        except ValueError as exc:
            raise BadParameter(f"can't parse {name}: expected JSON") from exc
        return parsed

    def mapping(self, name: str) -> dict[str, object]:
        """A JSON object, empty when absent."""
        value = self.json(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise BadParameter(f"object expected as {name}")
        return value

    def sequence(self, name: str) -> list[object] | None:
        """A JSON array, None when absent."""
        value = self.json(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise BadParameter(f"array expected as {name}")
        return value


async def read_parameters(request: Request) -> Parameters:
    """All parameters of a request; the body wins over the query."""
    values: dict[str, object] = dict(parse_qsl(request.url.query, keep_blank_values=True))
    uploads: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "")
    body = await request.body()
    if kind.startswith("multipart/form-data"):
        fields, uploads = _multipart(kind, body)
        values.update(fields)
    elif kind.startswith("application/json"):
        values.update(_json_object(body))
    elif body:
        values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Parameters(values=values, uploads=uploads)


def _json_object(body: bytes) -> dict[str, object]:
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except ValueError as exc:
        raise BadParameter("can't parse JSON object") from exc
    if not isinstance(parsed, dict):
        raise BadParameter("expected a JSON object")
    return parsed


def _multipart(kind: str, body: bytes) -> tuple[dict[str, object], dict[str, Upload]]:
    """The standard library's mail parser reads multipart forms too; the sandbox needs no more than that."""
    document = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    values: dict[str, object] = {}
    uploads: dict[str, Upload] = {}
    for part in document.iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(data, bytes):
            continue
        filename = part.get_filename()
        if filename is None:
            values[name] = data.decode("utf-8", "replace")
        else:
            uploads[name] = Upload(name=filename, mime=part.get_content_type(), data=data)
    return values, uploads
