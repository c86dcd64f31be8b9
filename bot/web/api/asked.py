"""What a route needs of its request."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request

from bot.i18n import LANGUAGES, accepted_language, guess_language
from bot.model import Once
from bot.tracking import Tracking
from bot.web.api.backend import Backend
from bot.web.api.fields import TAG
from bot.web.api.problems import FieldError, invalid
from bot.web.api.shapes import Links


async def each_once(request: Request) -> None:
    """Refuse a parameter that comes twice: which one counts would be a guess."""
    names = Counter(name for name, _ in request.query_params.multi_items())
    repeated = [name for name, times in names.items() if times > 1]
    if repeated:
        detail = "This parameter comes more than once."
        raise invalid(FieldError(parameter=name, code="repeated", detail=detail) for name in repeated)


async def _tracking(request: Request) -> Tracking:
    tracking: Tracking = request.state.tracking
    return tracking


async def _backend(request: Request) -> Backend:
    backend: Backend = request.app.state.backend
    return backend


async def _links(backend: Annotated[Backend, Depends(_backend)]) -> Links:
    return Links(backend.username(), backend.public_url)


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="your name for this request: within 24 hours, a repeat with it has no second effect "
            "and gets the same answer",
        ),
    ] = None,
) -> Once | None:
    """The request's Idempotency-Key with a hash of what it says."""
    if idempotency_key is None:
        return None
    where = [request.method, request.scope["route"].path]
    fingerprint = await asyncio.to_thread(_fingerprint, where, await request.body())  # up to a megabyte
    return Once(api_key=request.state.key.id, key=idempotency_key, fingerprint=fingerprint)


async def _language(
    accept_language: Annotated[
        str, Header(description="as browsers send it; `language` counts for more")
    ] = "",
    language: Annotated[
        str,
        Query(max_length=35, pattern=TAG, description=f"a language tag; of use: {', '.join(LANGUAGES)}"),
    ] = "",
) -> str:
    """The language that texts are wanted in; English if none of ours is."""
    return guess_language(language, "") or accepted_language(accept_language, "en")


def _fingerprint(where: list[str], body: bytes) -> str:
    """A hash of what is asked, whatever the order of its fields and its white space."""
    said: Any = json.loads(body or b"null")
    return hashlib.sha256(json.dumps([*where, said], sort_keys=True).encode()).hexdigest()


UseTracking = Annotated[Tracking, Depends(_tracking)]
UseBackend = Annotated[Backend, Depends(_backend)]
UseLinks = Annotated[Links, Depends(_links)]
Language = Annotated[str, Depends(_language)]
IdempotencyKey = Annotated[Once | None, Depends(_once)]
