"""Errors as `application/problem+json` (RFC 9457), one entry for each field that is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bot.errors import StoreError
from bot.tracking.keys import RepeatedOtherwise

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """What is wrong with one field. Exactly one of `pointer`, `parameter` and `header` says which."""

    pointer: str | None = Field(default=None, description="a field of the body, as a JSON pointer (RFC 6901)")
    parameter: str | None = Field(default=None, description="a parameter of the query or the path")
    header: str | None = None
    code: str = Field(description="for programs, such as `missing`")
    detail: str = Field(description="for people")


class ProblemDetails(BaseModel):
    """Why a request was refused."""

    type: str = "about:blank"
    title: str = Field(description="the status in words")
    status: int
    code: str = Field(description="for programs, such as `invalid_fields`")
    detail: str = Field(description="for people: what to do")
    errors: list[FieldError] | None = Field(default=None, description="with status 422: one for each field")


class ApiError(Exception):
    """A refusal: HTTP status, code for programs, detail for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer to send."""
        problem = ProblemDetails(
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=self.detail,
            errors=list(self.errors) or None,
        )
        content = problem.model_dump(exclude_none=True)
        return JSONResponse(content, self.status, self.headers, media_type=MEDIA_TYPE)


def invalid(errors: Iterable[FieldError]) -> ApiError:
    """Fields are wrong; nothing was stored."""
    found = list(errors)
    return ApiError(422, "invalid_fields", "Correct these fields; nothing was stored.", errors=found)


def unavailable() -> ApiError:
    """The database is out of reach."""
    return ApiError(503, "unavailable", "The database cannot be used now.", headers={"Retry-After": "5"})


def problem(description: str) -> dict[str, Any]:
    """An error response for the OpenAPI document."""
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": ProblemDetails.model_json_schema()}},
    }


WRONG_BODY: dict[int | str, dict[str, Any]] = {
    408: problem("The body did not arrive in time."),
    413: problem("The body is larger than 1 MiB."),
    415: problem("The body is not application/json."),
}
"""Further error responses of routes that take a body."""


# ── handlers ────────────────────────────────────────────────────────────────────────────────────


async def _refused(_request: Request, error: ApiError) -> Response:
    return error.response()


async def _http(_request: Request, error: HTTPException) -> Response:
    """What Starlette and FastAPI refuse themselves."""
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    detail = {
        404: "There is nothing at this address.",
        405: "This address does not take this method; see the header Allow.",
    }.get(error.status_code, "This request cannot be read.")
    return ApiError(error.status_code, code, detail, headers=error.headers).response()


async def _invalid(_request: Request, error: RequestValidationError) -> Response:
    return await asyncio.to_thread(_refusal, error)  # a thousand orders can have thousands of wrong fields


def _refusal(error: RequestValidationError) -> Response:
    fields: dict[tuple[Any, ...], FieldError] = {}
    for one in error.errors():
        where = _where(one["loc"])
        fields.setdefault(where, _field(where, str(one["type"]), _reason(one)))
    return invalid(fields.values()).response()


async def _repeated(_request: Request, _error: Exception) -> Response:
    detail = "This Idempotency-Key came before with another body; use a new key for a new request."
    return ApiError(422, "idempotency_key_reused", detail).response()


async def _unavailable(_request: Request, _error: Exception) -> Response:
    return unavailable().response()


async def _failed(_request: Request, _error: Exception) -> Response:
    return ApiError(500, "failed", "Something went wrong here; the log has the reason.").response()


HANDLERS: dict[Any, Any] = {
    ApiError: _refused,
    HTTPException: _http,
    RequestValidationError: _invalid,
    RepeatedOtherwise: _repeated,
    StoreError: _unavailable,
    Exception: _failed,
}

_REASONS = {
    "missing": "This field is required",
    "extra_forbidden": "There is no field of this name",
    "model_type": "Must be an object",
    "model_attributes_type": "Must be an object",
    "list_type": "Must be a list",
    "too_short": "Must have at least {min_length} {entries}",
    "too_long": "Must have at most {max_length} entries",
    "string_type": "Must be a string",
    "string_too_short": "Must have at least {min_length} {characters}",
    "string_too_long": "Must have at most {max_length} characters",
    "string_pattern_mismatch": "Does not have the form of such a value",
    "enum": "Must be {expected}",
    "literal_error": "Must be {expected}",
    "int_type": "Must be a whole number",
    "int_parsing": "Must be a whole number",
    "int_from_float": "Must be a whole number",
    "bool_type": "Must be true or false",
    "bool_parsing": "Must be true or false",
    "greater_than_equal": "Must be at least {ge}",
    "less_than_equal": "Must be at most {le}",
}
"""What is said of Pydantic's own kinds of errors; the rest are our own and come in our words."""


def _reason(error: Mapping[str, Any]) -> str:
    text = _REASONS.get(str(error["type"]))
    limits: Mapping[str, Any] = error.get("ctx", {})
    if text is None or str(error["msg"])[:1].islower():  # the words of bot/web/api/fields.py
        return str(error["msg"])
    one = limits.get("min_length") == 1
    return text.format(
        **limits, entries="entry" if one else "entries", characters="character" if one else "characters"
    )


TAGS = frozenset({"batch", "order"})
"""The kinds of a body that Pydantic names in the places of errors."""


def _where(loc: Sequence[Any]) -> tuple[Any, ...]:
    """The field that an error is about: of a value that may have several types, without the type."""
    kind, *path = loc
    if kind == "body":
        path = path[1:] if path and path[0] in TAGS else path
        for at, step in enumerate(path):  # what follows a field's own name is inside the field
            if isinstance(step, str) and step != "orders":
                return ("body", *path[: at + 1])
    return (kind, *path)


def _field(where: Sequence[Any], code: str, message: str) -> FieldError:
    kind, *path = where
    detail = f"{message[:1].upper()}{message[1:]}."
    if kind == "body":
        pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
        return FieldError(pointer=f"#{pointer}", code=code, detail=detail)
    name = str(path[0]) if path else ""
    if kind == "header":
        return FieldError(header=name, code=code, detail=detail)
    return FieldError(parameter=name, code=code, detail=detail)
