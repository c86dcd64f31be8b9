"""Webhooks: where the shop's systems get events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from bot.addresses import LONGEST_URL, BadUrl
from bot.model import Endpoint, EventType, QueuedEvent
from bot.tracking.webhooks import NewSecret
from bot.web.api.asked import UseBackend, UseTracking
from bot.web.api.fields import Body
from bot.web.api.problems import WRONG_BODY, ApiError, FieldError, invalid
from bot.web.api.shapes import Moment

router = APIRouter(tags=["webhooks"])

EndpointId = Annotated[str, Path(min_length=1, max_length=64, examples=["wh_3f9a61c0b2d4"])]


class NewWebhook(Body):
    """An endpoint to send events to."""

    url: str = Field(
        min_length=1,
        max_length=LONGEST_URL,
        description="begins with https:// and leads to the public Internet",
        examples=["https://shop.example.com/parcel-events"],
    )
    events: list[EventType] = Field(
        default=[], max_length=len(EventType), description="the types that are wanted; empty: all"
    )


class WebhookShape(BaseModel):
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


class SecretWebhookShape(WebhookShape):
    """An endpoint with the secret that signs its events, which is shown only here."""

    secret: str


class WebhookList(BaseModel):
    """All endpoints, oldest first."""

    webhooks: list[WebhookShape]


class Resumed(BaseModel):
    """Events are sent again."""

    waiting: int = Field(description="events that were kept")


class FailedEvent(BaseModel):
    """An event that was not accepted within three days."""

    id: str = Field(description="its `webhook-id`")
    type: EventType
    order: str = Field(description="AliExpress's number of the order")
    created_at: Moment
    set_aside_at: Moment | None
    attempts: int
    error: str = Field(description="why the last attempt failed")


class FailedEvents(BaseModel):
    """Events that were set aside, newest first."""

    events: list[FailedEvent]
    next_cursor: str | None = Field(description="`cursor` of the next page; null: this is the last one")


class Replay(Body):
    """What to send again."""

    event: str | None = Field(
        default=None,
        pattern=r"^evt_[0-9a-f]{32}$",
        description="this event, even if it was accepted in the last 7 days; null: all that were set aside",
    )


class Replayed(BaseModel):
    """They are sent again, with their old ids and bodies."""

    replayed: int


@router.get("/webhooks", operation_id="listWebhooks")
async def list_webhooks(tracking: UseTracking) -> WebhookList:
    """List where events are sent to. Secrets are not shown."""
    waiting = await tracking.webhooks.waiting()
    known = await tracking.webhooks.endpoints()
    return WebhookList(webhooks=[_shape(one, waiting.get(one.id, 0)) for one in known])


@router.post("/webhooks", operation_id="addWebhook", status_code=201, responses=WRONG_BODY)
async def add_webhook(body: NewWebhook, tracking: UseTracking) -> SecretWebhookShape:
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
async def rotate_secret(id: EndpointId, tracking: UseTracking) -> SecretWebhookShape:  # noqa: A002
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


@router.get("/webhooks/{id}/failed", operation_id="listFailedEvents")
async def list_failed(
    id: EndpointId,  # noqa: A002
    tracking: UseTracking,
    cursor: Annotated[
        str, Query(pattern=r"^[0-9]{0,18}$", description="`next_cursor` of the page before")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="events in a page")] = 50,
) -> FailedEvents:
    """List this endpoint's events that were set aside after three days of failures; kept for 30 days."""
    await _known(tracking, id)
    before = int(cursor) if cursor else None
    found = await tracking.webhooks.aside(limit + 1, endpoint_id=id, before=before)
    return FailedEvents(
        events=[_failed(one) for one in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post("/webhooks/{id}/replay", operation_id="replayEvents", responses=WRONG_BODY)
async def replay_events(
    id: EndpointId,  # noqa: A002
    body: Replay,
    tracking: UseTracking,
    backend: UseBackend,
) -> Replayed:
    """Send one event, or all that were set aside, to this endpoint again."""
    await _known(tracking, id)
    count = await tracking.webhooks.replay(body.event, endpoint_id=id)
    if body.event is not None and not count:
        detail = "This endpoint has no such event that was sent or set aside."
        raise ApiError(404, "event_not_found", detail)
    backend.wake()
    return Replayed(replayed=count)


async def _known(tracking: UseTracking, endpoint_id: str) -> None:
    if await tracking.webhooks.get(endpoint_id) is None:
        raise _unknown()


def _failed(event: QueuedEvent) -> FailedEvent:
    return FailedEvent(
        id=event.event_id,
        type=EventType(event.type),
        order=event.order_id,
        created_at=event.created_at,
        set_aside_at=event.settled_at,
        attempts=event.attempts,
        error=event.error,
    )


def _unknown() -> ApiError:
    return ApiError(404, "webhook_not_found", "There is no webhook with this id.")


def _shape(endpoint: Endpoint, waiting: int) -> WebhookShape:
    return WebhookShape(
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


def _with_secret(made: NewSecret, waiting: int) -> SecretWebhookShape:
    return SecretWebhookShape(**dict(_shape(made.endpoint, waiting)), secret=made.secret)
