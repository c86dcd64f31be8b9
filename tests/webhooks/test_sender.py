"""The loop that sends events: order, places, attempts, pauses, signatures."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from bot.addresses import BadUrl
from bot.model import EventType
from bot.tracking.webhooks import MOST_ENDPOINTS
from bot.webhooks import retries
from tests.make import there
from tests.parts import several
from tests.webhooks.parts import Office, Receiver, receiver

ONE, TWO = "8211744661738042", "8211744661738043"


async def _scans(desk: Office, order_id: str, *texts: str) -> None:
    """The order is looked at once for each of these scans."""
    for text in texts:
        desk.engine.source.add(order_id, text)
        await desk.engine.look()


async def test_what_happens_to_an_order_is_told_in_its_order(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    await desk.book(ONE)
    await _scans(desk, ONE, "Package left sorting center of origin.", "Departed from facility", "Delivered")
    await desk.settle()
    assert shop.types() == [
        "order.booked",
        *("order.changed", "order.stage_changed"),
        *("order.changed",),
        *("order.changed", "order.stage_changed", "order.delivered"),
    ]
    last = shop.told[-1]
    assert last["version"] == 1
    assert last["id"] == shop.ids()[-1]
    assert last["data"]["id"] == ONE
    assert last["data"]["stage"] == "delivered"
    assert last["data"]["previous"] == {"stage": "origin_transit", "reason": ""}
    assert [node["text"] for node in last["data"]["nodes"]] == ["Delivered"]
    assert [one["data"].get("first_look") for one in shop.told] == [None, True, True, *[False] * 4]
    assert len(set(shop.ids())) == 7
    assert (await desk.webhooks.queue()).due == 0


async def test_an_endpoint_gets_only_what_it_wants(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url, [EventType.DELIVERED])
    await desk.book(ONE)
    await _scans(desk, ONE, "Package left sorting center of origin.", "Delivered")
    await desk.settle()
    assert shop.types() == ["order.delivered"]


async def test_the_reference_accepts_what_is_sent_and_refuses_forged_and_replayed_copies(
    desk: Office, shop: Receiver
) -> None:
    made = await desk.webhooks.add(shop.url)
    await desk.book(ONE)
    await desk.settle()
    headers, body = shop.requests[0]
    secret = Webhook(made.secret)
    assert secret.verify(body, dict(headers)) == json.loads(body)
    now = datetime.now(UTC)
    old = now - timedelta(minutes=6)
    forged = [
        (headers, body.replace(ONE, TWO)),
        ({**headers, "webhook-id": "evt_other"}, body),
        ({**headers, "webhook-timestamp": str(int(now.timestamp()) + 1)}, body),
        ({**headers, "webhook-signature": "v1,c2lnbmVk"}, body),
        (  # a copy that is sent again later is too old
            {
                "webhook-id": headers["webhook-id"],
                "webhook-timestamp": str(int(old.timestamp())),
                "webhook-signature": secret.sign(headers["webhook-id"], old, body),
            },
            body,
        ),
    ]
    for wrong, text in forged:
        with pytest.raises(WebhookVerificationError):
            secret.verify(text, dict(wrong))
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_b3RoZXI=").verify(body, dict(headers))


async def test_both_secrets_sign_for_a_day_after_a_rotation(desk: Office, shop: Receiver) -> None:
    old = await desk.webhooks.add(shop.url)
    new = there(await desk.webhooks.rotate(old.endpoint.id))
    assert new.secret != old.secret
    await desk.book(ONE)
    await desk.settle()
    headers, body = shop.requests[0]
    for secret in (old.secret, new.secret):
        assert Webhook(secret).verify(body, dict(headers))
    desk.clock.pass_(hours=24)
    assert desk.webhooks.secrets_of(await desk.endpoint()) == [new.secret]
    assert await desk.webhooks.rotate("wh_unknown") is None


async def test_a_failed_event_is_sent_again_with_the_same_id_and_body(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    shop.answers = [web.Response(status=500), web.Response(status=302, headers={"Location": "/elsewhere"})]
    await desk.book(ONE)
    await desk.settle()
    assert len(shop.requests) == 1
    desk.clock.pass_(seconds=5)
    await desk.settle()
    assert len(shop.requests) == 2
    desk.clock.pass_(seconds=59)
    await desk.settle()
    assert len(shop.requests) == 2
    desk.clock.pass_(seconds=1)
    await desk.settle()
    assert len(shop.requests) == 3, "a redirect is not followed, and is no success"
    assert len(set(shop.ids())) == 1
    assert len({body for _, body in shop.requests}) == 1
    assert (await desk.endpoint()).failures == 0


async def test_a_failing_event_holds_back_its_own_order_alone(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    shop.refused = {ONE: 500}
    await desk.book(ONE, TWO)
    await _scans(desk, ONE, "Package left sorting center of origin.")
    await _scans(desk, TWO, "Package left sorting center of origin.", "Delivered")
    await desk.settle()
    assert shop.types(TWO)[-1] == "order.delivered"
    assert set(shop.types(ONE)) == {"order.booked"}
    shop.refused = {}
    desk.clock.pass_(days=1)
    await desk.settle()
    assert list(dict.fromkeys(shop.types(ONE))) == ["order.booked", "order.changed", "order.stage_changed"]


async def test_after_three_days_an_event_is_set_aside_and_can_be_replayed(
    desk: Office, shop: Receiver
) -> None:
    await desk.webhooks.add(shop.url)
    shop.refused = {ONE: 500}
    await desk.book(ONE)
    began = desk.clock.at
    while not (aside := await desk.webhooks.aside()):
        assert desk.clock.at - began <= retries.TRIED_FOR
        await desk.book(*[next(_fresh)])  # it works for all others
        await desk.settle()
        desk.clock.pass_(hours=4)
    assert [event.order_id for event in aside] == [ONE]
    assert aside[0].error == "it answered 500"
    assert (await desk.endpoint()).paused_at is None
    shop.refused = {}
    assert await desk.webhooks.replay() == 1
    await desk.settle()
    assert shop.told[-1]["data"]["id"] == ONE
    assert shop.ids()[-1] == aside[0].event_id
    assert await desk.webhooks.aside() == []


_fresh = iter([f"83{number:014}" for number in range(1000)])


async def test_an_endpoint_that_fails_for_three_days_is_paused_and_loses_nothing(
    desk: Office, shop: Receiver
) -> None:
    added = await desk.webhooks.add(shop.url)
    shop.down = 503
    orders = list(several(30))
    await desk.book(*orders)
    for _ in range(27):
        await desk.settle()
        desk.clock.pass_(hours=3)
    endpoint = await desk.endpoint()
    assert endpoint.paused_at is not None
    assert endpoint.error == "it answered 503"
    assert await desk.webhooks.aside() == []
    tried = len(shop.requests)
    assert tried < 8 + 27 * 2, "a dead endpoint is probed, not flooded"
    await desk.book(ONE)
    await desk.settle()
    assert len(shop.requests) == tried
    shop.down = 0
    assert await desk.webhooks.resume(added.endpoint.id) == 31
    assert await desk.webhooks.resume("wh_unknown") is None
    await desk.settle()
    assert sorted(one["data"]["id"] for one in shop.told[tried:]) == sorted([*orders, ONE])
    assert (await desk.endpoint()).paused_at is None


async def test_gone_pauses_at_once(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    shop.down = 410
    await desk.book(ONE)
    await desk.settle()
    assert (await desk.endpoint()).paused_at == desk.clock.at
    desk.clock.pass_(days=1)
    await desk.settle()
    assert len(shop.requests) == 1
    assert await desk.webhooks.waiting() == {(await desk.endpoint()).id: 1}


async def test_after_an_outage_everything_goes_at_once(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    shop.down = 500
    await desk.book(*several(20))
    for _ in range(30):
        await desk.settle()
        desk.clock.pass_(minutes=10)
    shop.down, before = 0, len(shop.requests)
    desk.clock.pass_(minutes=15)
    await desk.settle()
    assert len(shop.requests) - before == 20


async def test_an_endpoint_that_asks_for_a_rest_gets_it(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    shop.answers = [web.Response(status=429, headers={"Retry-After": "120"})]
    await desk.book(ONE)
    await desk.settle()
    desk.clock.pass_(seconds=119)
    await desk.settle()
    assert len(shop.requests) == 1
    desk.clock.pass_(seconds=2)
    await desk.settle()
    assert len(shop.requests) == 2


async def test_orders_go_in_parallel_up_to_a_few_and_a_slow_endpoint_delays_no_other(
    desk: Office, shop: Receiver
) -> None:
    async with receiver() as slow:
        slow.gate = asyncio.Event()
        await desk.webhooks.add(slow.url)
        await desk.webhooks.add(shop.url)
        orders = list(several(40))
        await desk.book(*orders)
        async with asyncio.timeout(60):
            while len(shop.requests) < 40:
                await desk.sender.step()
                await asyncio.sleep(0.001)
        assert slow.requests == []
        assert slow.in_flight == 8
        slow.gate.set()
        await desk.settle()
        assert len(slow.requests) == 40
        assert slow.most_in_flight == 8


async def test_two_events_of_one_order_are_never_in_flight_together(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    await desk.book(ONE)
    await _scans(desk, ONE, "Package left sorting center of origin.", "Delivered")
    await desk.settle()
    assert shop.most_in_flight == 1


async def test_a_process_that_no_longer_leads_sends_nothing(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    await desk.book(ONE)
    desk.allowed = False
    assert not await desk.sender.step()
    desk.allowed = True
    assert await desk.sender.step()
    desk.allowed = False  # deposed after the lease
    while desk.sender.busy:
        await desk.sender.step()
        await asyncio.sleep(0)
    assert shop.requests == []
    desk.allowed = True
    await desk.settle()
    assert len(shop.requests) == 1


async def test_stopping_settles_what_is_answered_soon(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url)
    await desk.book(ONE)
    shop.gate = asyncio.Event()
    running = asyncio.create_task(desk.sender.run())
    while not shop.in_flight:
        await asyncio.sleep(0.001)
    desk.sender.stop()
    shop.gate.set()
    async with asyncio.timeout(60):
        await running
    assert (await desk.webhooks.queue()).due == 0


async def test_an_endpoint_that_is_removed_gets_nothing_more(desk: Office, shop: Receiver) -> None:
    added = await desk.webhooks.add(shop.url)
    await desk.book(ONE)
    assert await desk.webhooks.remove(added.endpoint.id)
    assert not await desk.webhooks.remove(added.endpoint.id)
    await desk.book(TWO)
    await desk.settle()
    assert shop.requests == []


async def test_urls_and_numbers_of_endpoints_have_limits(desk: Office) -> None:
    for number in range(MOST_ENDPOINTS):
        await desk.webhooks.add(f"https://{number}.example.com/")
    with pytest.raises(BadUrl, match="20 endpoints"):
        await desk.webhooks.add("https://more.example.com/")
    (first,) = [one for one in await desk.webhooks.endpoints() if one.url == "https://0.example.com/"]
    await desk.webhooks.remove(first.id)
    with pytest.raises(BadUrl, match="already"):
        await desk.webhooks.add("https://1.example.com/")


async def test_a_late_order_is_told_once(desk: Office, shop: Receiver) -> None:
    await desk.webhooks.add(shop.url, [EventType.LATE])
    await desk.book(ONE)
    await _scans(desk, ONE, "Package left sorting center of origin.")
    async with desk.engine.store.database.write() as on:
        await on.exec_driver_sql(
            "UPDATE parcels SET eta = ?", (int(desk.clock.at.timestamp() * 1000) + 3_600_000,)
        )
        await on.exec_driver_sql(
            "UPDATE orders SET eta = ?", (int(desk.clock.at.timestamp() * 1000) + 3_600_000,)
        )
    desk.clock.pass_(hours=24)
    await desk.settle()
    assert shop.types() == []
    desk.clock.pass_(hours=2)
    await desk.settle()
    assert shop.types() == ["order.late"]
    assert shop.told[0]["data"]["days_late"] == 1
    desk.clock.pass_(hours=2)
    await desk.settle()
    assert len(shop.requests) == 1
