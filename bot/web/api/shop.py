"""The merchant's board and numbers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bot.model import Flag
from bot.web.api import shapes
from bot.web.api.asked import UseBackend, UseTracking

router = APIRouter(tags=["shop"])


@router.get("/board", operation_id="getBoard")
async def get_board(
    tracking: UseTracking,
    flag: Annotated[Flag | None, Query(description="only this flag; all, if no order has it")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="orders to show")] = 50,
) -> shapes.Board:
    """The orders that need attention, most serious and oldest first, with the count of each flag."""
    page = await tracking.flagging.page(0, length=limit, asleep=0, only=flag)
    return shapes.Board(
        total=page.total,
        snoozed=page.snoozed,
        counts=dict(page.counts),
        orders=[shapes.board_row(row) for row in page.rows],
    )


@router.get("/stats", operation_id="getStats")
async def get_stats(
    tracking: UseTracking,
    backend: UseBackend,
    days: Annotated[int, Query(ge=1, le=90, description="how many days back")] = 7,
) -> shapes.StatsShape:
    """The bot's numbers of the last days, and the deliveries and problems of the last months."""
    found = await tracking.reporting.stats(days, await backend.calls())
    return shapes.stats(found, await tracking.reporting.figures(backend.zone))
