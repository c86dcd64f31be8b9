"""The board and its urgent flags over the whole engine: what is said of the bot itself, Done, ringing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.errors import Transient
from bot.i18n import Words
from bot.model import BoardSettings, BookEntry, BotState, CallBudget, Flag, Flagged, Place, Stage
from bot.tracking import Policy
from bot.views import board as view
from tests import make
from tests.make import there
from tests.parts import Engine

MERCHANT = Place(42)
CALLS = CallBudget(used=10, limit=5000, forecast=20)
ENGLISH = Words(language="en", zone="UTC")


def _engine(engine: Engine, *, ring: bool) -> Engine:
    policy = Policy(admins=frozenset({MERCHANT.chat_id}), board=BoardSettings(ring=ring))
    return Engine(engine.store, policy=policy, source=engine.source)


async def _state(engine: Engine, *, failing_since: datetime | None = None) -> BotState:
    return await engine.tracking.flagging.state(
        CALLS, logged_out=False, app_refused="", failing_since=failing_since
    )


def _said(state: BotState) -> str:
    return view.board(ENGLISH, [], state=state, now=make.NOW, total=0).text


async def test_an_empty_book_is_no_good_news(engine: Engine) -> None:
    said = _said(await _state(engine))
    assert "No orders are watched" in said
    assert "Nothing needs" not in said


async def test_all_is_well_only_while_the_bot_can_see(engine: Engine) -> None:
    await engine.follow()
    well = await _state(engine)
    assert "Nothing needs your attention" in _said(well)
    for wrong in (
        replace(well, logged_out=True),
        replace(well, app_refused="InvalidAppKey"),
        replace(well, database="disk full"),
        replace(well, silent_since=make.NOW),
    ):
        assert "Nothing needs" not in _said(wrong)
        assert "last check" in _said(wrong)


async def test_an_outage_is_seen_after_a_minute(engine: Engine) -> None:
    await engine.follow()
    engine.source.failing = Transient("timeout", "no answer")
    lookup = engine.clock.now() - timedelta(seconds=40)  # a customer's, before any check
    assert (await _state(engine, failing_since=lookup)).silent_since is None, "nothing but a lost call"
    await engine.look()
    assert (await _state(engine)).silent_since is None
    for _ in range(2):
        await engine.look()
    assert (await _state(engine, failing_since=lookup)).silent_since == lookup
    assert (await _state(engine)).silent_since is not None


async def _return(engine: Engine) -> None:
    engine.source.add(make.ORDER, "Your package is being returned to the sender")
    await engine.look(hours=6)
    await engine.tell()


@pytest.mark.parametrize("ring", [True, False])
async def test_an_urgent_flag_rings_once_where_the_shop_wants_it(engine: Engine, ring: bool) -> None:
    engine = _engine(engine, ring=ring)
    engine.source.add(make.ORDER, "Departed from the facility")
    await engine.tracking.booking.book([BookEntry(order_id=make.ORDER, shop_order="#1001")])
    await engine.look(hours=48)
    await _return(engine)
    rung = engine.post.texts(MERCHANT)
    assert len(rung) == (1 if ring else 0)
    assert all("#1001" in text and "way back" in text for text in rung)
    assert all(place == MERCHANT for place, _, _ in engine.post.sent), "a booked order tells no customer"


async def test_done_takes_a_returned_order_off_and_its_customer_is_shown_before(engine: Engine) -> None:
    await engine.follow()
    await _return(engine)
    flagging = engine.tracking.flagging
    found = there(await flagging.get(make.ORDER))
    assert found.flag is Flag.RETURNED
    assert found.customer == make.HERE.chat_id
    assert (await flagging.page(0, length=6, asleep=0, only=Flag.RETURNED)).total == 1
    assert (await flagging.page(0, length=6, asleep=0, only=Flag.LATE)).only is None, "nothing to filter by"
    assert await flagging.close(make.ORDER)
    assert await flagging.get(make.ORDER) is None
    assert await flagging.whole() == []
    assert not await flagging.close("8211744661739999")


async def test_done_solves_the_customers_report_who_may_report_again(engine: Engine) -> None:
    engine = _engine(engine, ring=False)
    await engine.follow()
    flagging = engine.tracking.flagging
    await flagging.dispute(make.ORDER, make.HERE)
    await flagging.close(make.ORDER)
    assert await flagging.get(make.ORDER) is None
    engine.clock.pass_(days=2)
    await flagging.dispute(make.ORDER, make.HERE)
    again = there(await flagging.get(make.ORDER))
    assert again.flag is Flag.DISPUTED


def test_the_file_has_a_row_for_each_order_and_no_formula() -> None:
    order = make.order(make.node(description="=HYPERLINK(1)"), stage=Stage.RETURNED, shop_order="=1+1")
    name, content = view.table([Flagged(order=order, flag=Flag.RETURNED, days=3, note="+cmd")])
    lines = content.decode("utf-8-sig").splitlines()
    assert name == "board.csv"
    assert lines[0].startswith("shop_order,order,flag,days,")
    assert lines[1].startswith(f"'=1+1,{order.id},returned,3,")
    assert "'=HYPERLINK" in lines[1]
    assert lines[1].endswith("'+cmd")


def test_a_row_says_article_carrier_and_last_words() -> None:
    order = replace(make.order(make.node(description="Parcel <damaged>")), shop_order="#7")
    said = view.flagged_order(ENGLISH, Flagged(order=order, flag=Flag.STUCK, customer=5), now=make.NOW)
    assert "Parcel &lt;damaged&gt;" in said.text
    assert "tg://user?id=5" in said.text
    urls = [key.url for row in said.buttons for key in row if key.url]
    assert urls == [f"https://www.aliexpress.com/p/order/detail.html?orderId={order.id}"]
