"""Orders: sent by the shop, read by any number, listed, and no longer watched."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from bot.model import BookEntry, Flag, Listed, ListFilter, Stage
from bot.web.api import cursors, shapes
from bot.web.api.asked import IdempotencyKey, Language, UseBackend, UseLinks, UseTracking
from bot.web.api.fields import MOST, OneOrMany, read_orders
from bot.web.api.problems import WRONG_BODY, ApiError, FieldError, invalid

router = APIRouter(tags=["orders"])

_ID = Path(
    min_length=1,
    max_length=64,
    description="AliExpress's number of the order, or your own (`#` as `%23`, or left out)",
    examples=["8211744661738042"],
)
OrderNumber = Annotated[str, _ID]
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _written_out(value: object) -> object:
    if isinstance(value, str) and not _DATE.match(value):  # else a number is taken for seconds
        raise PydanticCustomError("datetime_parsing", "must be a time, such as 2026-11-20T12:00:00Z")
    return value


_Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]


@router.post("/orders", operation_id="addOrders", responses=WRONG_BODY)
async def add_orders(
    body: OneOrMany,
    once: IdempotencyKey,
    tracking: UseTracking,
    backend: UseBackend,
    links: UseLinks,
) -> shapes.RegisteredOrders:
    """Watch one order, or up to 1,000: they are checked and come onto the board when in trouble.

    The answer has one entry for each AliExpress order, with its claim link and the address of its tracking
    page. Sending an order again changes what is different (shop order, name, language) and is no error. If a
    field is wrong, nothing is stored.
    """
    rows = await read_orders(body)
    entries = [
        (row, BookEntry(order_id=number, shop_order=sent.shop_order, name=sent.name, language=sent.language))
        for row, sent in enumerate(rows)
        for number in sent.aliexpress_orders
    ]
    if len(entries) > MOST:
        detail = f"Send at most {MOST:,} AliExpress orders at once; these are {len(entries):,}."
        raise invalid([FieldError(pointer="#/orders", code="too_long", detail=detail)])
    done = await tracking.booking.register([entry for _, entry in entries], once)
    backend.wake()
    found = {one.order_id: one for one in done}
    return shapes.RegisteredOrders(
        orders=[shapes.registered(row, found[entry.order_id], links) for row, entry in entries]
    )


@router.get("/orders", operation_id="listOrders")
async def list_orders(
    tracking: UseTracking,
    links: UseLinks,
    flag: Annotated[Flag | None, Query(description="only orders on the board for this reason")] = None,
    stage: Annotated[Stage | None, Query(description="only orders in this state")] = None,
    shop_order: Annotated[str, Query(max_length=64, description="only this shop order's")] = "",
    changed_since: Annotated[
        _Moment | None, Query(description="only orders that changed at or after this time")
    ] = None,
    cursor: Annotated[str, Query(max_length=64, description="`next_cursor` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="orders in a page")] = 50,
) -> shapes.OrderPage:
    """List the orders that you or customers watch, the oldest change first.

    No order is left out while others are added: one that changes meanwhile comes again, at the end. To keep a
    copy up to date, note the time, read all pages, and begin the next round with `changed_since` a minute
    before the time noted.
    """
    after = cursors.read(cursor) if cursor else None
    if cursor and after is None:
        detail = "This is no cursor of this list; leave it out to begin anew."
        raise invalid([FieldError(parameter="cursor", code="unknown_cursor", detail=detail)])
    since = _in_range(changed_since) if changed_since is not None else None
    wanted = ListFilter(flag=flag, stage=stage, shop_order=shop_order, changed_since=since)
    rows, place = await tracking.listing.page(wanted, after=after, length=limit)
    return shapes.OrderPage(
        orders=[shapes.summary(row, links) for row in rows],
        next_cursor=cursors.write(place) if place is not None else None,
    )


@router.get("/orders/{id:path}", operation_id="getOrder")
async def get_order(
    id: OrderNumber,  # noqa: A002
    tracking: UseTracking,
    links: UseLinks,
    language: Language,
    response: Response,
) -> shapes.FoundOrders:
    """Read an order by AliExpress's number, or all AliExpress orders of a shop order, oldest first.

    What is stored is returned; AliExpress is not asked. Entries and articles come in the language that
    `language` or the header `Accept-Language` names, as far as AliExpress has them in it and somebody read
    them so before; the others are English.
    """
    rows = await _found(tracking, id)
    shown = await tracking.listing.localized(rows, language)
    response.headers["Vary"] = "Accept-Language"
    return shapes.FoundOrders(
        orders=[shapes.full(row, facts, language, links) for row, facts in zip(rows, shown, strict=True)]
    )


@router.delete("/orders/{id:path}", operation_id="removeOrder", status_code=204)
async def remove_order(id: OrderNumber, tracking: UseTracking) -> Response:  # noqa: A002
    """Stop watching an order, or all of a shop order, for the shop.

    Customers who follow it keep getting their updates, and their links still work. AliExpress's pushes do not
    bring it back; sending it again does.
    """
    rows = await _found(tracking, id)
    await tracking.booking.unbook([row.order.id for row in rows])
    return Response(status_code=204)


async def _found(tracking: UseTracking, number: str) -> list[Listed]:
    rows = await tracking.listing.find(number.strip())
    if not rows:
        raise ApiError(404, "order_not_found", "There is no order with this number.")
    return rows


def _in_range(at: datetime) -> datetime:
    """The moment in UTC; one that UTC cannot express is the nearest that it can."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if at.year > 1 else datetime.min.replace(tzinfo=UTC)
