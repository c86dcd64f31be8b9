"""Webhooks: where the shop's systems get events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from bot.addresses import LONGEST_URL, BadUrl
from bot.model import Endpoint, EventType
from bot.tracking.webhooks import NewSecret
from bot.web.api.asked import UseBackend, UseTracking
from bot.web.api.problems import ApiError, FieldError, invalid
from bot.web.api.shapes import Moment

router = APIRouter(tags=["webhooks"])

EndpointId = Annotated[str, Path(min_length=1, max_length=64, examples=["wh_3f9a61c0b2d4"])]


class NewWebhook(BaseModel):
    """An endpoint to send events to."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        min_length=1,
        max_length=LONGEST_URL,
        description="begins with https:// and leads to the public Internet",
        examples=["https://shop.example.com/parcel-events"],
    )
    events: list[EventType] = Field(
        default=[], max_length=len(EventType), description="the types that are wanted; empty: all"
    )


class Webhook(BaseModel):
    """An endpoint, and how it goes with it."""

    id: str
    url: str
    events: list[str] = Field(description="the types that are sent; empty: all")
    created_at: Moment
    delivered_at: Moment | None = Field(description="when it last accepted an event, to a minute")
    failing_since: Moment | None = Field(description="nothing was accepted since; null: all is well")
    paused_at: Moment | None = Field(description="events are kept since then, but not sent")
    error: str = Field(description="why the last event was not accepted; else empty")
    waiting: int = Field(description="events that are not accepted yet")


class SecretWebhook(Webhook):
    """An endpoint with the secret that signs its events, which is shown only here."""

    secret: str


class Webhooks(BaseModel):
    """All endpoints, oldest first."""

    webhooks: list[Webhook]


class Resumed(BaseModel):
    """Events are sent again."""

    waiting: int = Field(description="events that were kept")


@router.get("/webhooks", operation_id="listWebhooks")
async def list_webhooks(tracking: UseTracking) -> Webhooks:
    """List where events are sent to. Secrets are not shown."""
    waiting = await tracking.webhooks.waiting()
    known = await tracking.webhooks.endpoints()
    return Webhooks(webhooks=[_shape(one, waiting.get(one.id, 0)) for one in known])


@router.post("/webhooks", operation_id="addWebhook", status_code=201)
async def add_webhook(body: NewWebhook, tracking: UseTracking) -> SecretWebhook:
    """Send events to this URL from now on, in the form of Standard Webhooks (docs/how-to/webhooks.md).

    Keep the secret: it verifies events, and is not shown again.
    """
    try:
        made = await tracking.webhooks.add(body.url, body.events)
    except BadUrl as error:
        detail = f"{str(error)[:1].upper()}{str(error)[1:]}."
        raise invalid([FieldError(pointer="#/url", code="bad_url", detail=detail)]) from None
    return _with_secret(made, 0)


@router.delete("/webhooks/{id}", operation_id="removeWebhook", status_code=204)
async def remove_webhook(id: EndpointId, tracking: UseTracking) -> Response:  # noqa: A002
    """Send nothing there any more, and forget what waits for it."""
    if not await tracking.webhooks.remove(id):
        raise _unknown()
    return Response(status_code=204)


@router.post("/webhooks/{id}/rotate", operation_id="rotateWebhookSecret")
async def rotate_secret(id: EndpointId, tracking: UseTracking) -> SecretWebhook:  # noqa: A002
    """Make a new secret. For 24 hours the former one signs, too."""
    made = await tracking.webhooks.rotate(id)
    if made is None:
        raise _unknown()
    return _with_secret(made, (await tracking.webhooks.waiting()).get(id, 0))


@router.post("/webhooks/{id}/resume", operation_id="resumeWebhook")
async def resume_webhook(id: EndpointId, tracking: UseTracking, backend: UseBackend) -> Resumed:  # noqa: A002
    """Send to a paused endpoint again, beginning with what was kept."""
    waiting = await tracking.webhooks.resume(id)
    if waiting is None:
        raise _unknown()
    backend.wake()
    return Resumed(waiting=waiting)


def _unknown() -> ApiError:
    return ApiError(404, "webhook_not_found", "There is no webhook with this id.")


def _shape(endpoint: Endpoint, waiting: int) -> Webhook:
    return Webhook(
        id=endpoint.id,
        url=endpoint.url,
        events=list(endpoint.events),
        created_at=endpoint.created_at,
        delivered_at=endpoint.delivered_at,
        failing_since=endpoint.failing_since,
        paused_at=endpoint.paused_at,
        error=endpoint.error,
        waiting=waiting,
    )


def _with_secret(made: NewSecret, waiting: int) -> SecretWebhook:
    return SecretWebhook(**dict(_shape(made.endpoint, waiting)), secret=made.secret)
