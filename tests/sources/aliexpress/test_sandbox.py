"""The source and the product's own stand-in agree, in every shape and every envelope that one speaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.errors import Misconfigured, Reauthorize, UnknownOrder
from bot.sandbox.aliexpress import scenarios
from bot.sandbox.aliexpress.signing import push_signature
from bot.sandbox.box import Config, Sandbox
from bot.sandbox.server import create_app
from bot.sources.aliexpress.auth import TokenKeeper, authorize_url, parse_code, seed_tokens
from bot.sources.aliexpress.budget import CallLimits, LocalCallLimiter
from bot.sources.aliexpress.client import GatewayClient
from bot.sources.aliexpress.push import parse_push, verify
from bot.sources.aliexpress.source import AliExpress
from tests.make import there
from tests.sources.aliexpress.world import Clock, Seen, Store

ORDER_ID = next(iter(scenarios.DEMO))
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Shop:
    """A merchant with the sandbox's app."""

    clock: Clock
    box: Sandbox
    http: httpx.ASGITransport
    store: Store
    seen: Seen
    source: AliExpress


def shop(status: str = "online") -> Shop:
    clock, seen = Clock(START), Seen()

    def epoch() -> float:
        return clock.at.timestamp()

    box = Sandbox(Config(app_status=status, seconds_per_day=0, time=epoch))
    transport = httpx.ASGITransport(create_app(sandbox=box))
    client = GatewayClient(
        app_key=box.config.app_key,
        app_secret=box.config.app_secret,
        now=clock,
        base_url="http://sandbox/aliexpress",
        via=transport,
        report=seen.event,
    )
    store = Store(clock)
    limiter = LocalCallLimiter(limits=CallLimits(per_second=100), now=clock, sleep=clock.sleep)
    keeper = TokenKeeper(
        client=client,
        store=store,
        limiter=limiter,
        now=clock,
        owner="one",
        seed=seed_tokens(box.config.access_token, box.config.refresh_token, START),
        sleep=clock.sleep,
        report=seen.event,
    )
    source = AliExpress(
        client=client,
        keeper=keeper,
        limiter=limiter,
        now=clock,
        observer=seen,
        sleep=clock.sleep,
        draw=lambda: 0.5,
    )
    return Shop(clock=clock, box=box, http=transport, store=store, seen=seen, source=source)


async def login(here: Shop) -> None:
    """What a merchant does in the browser, then pastes."""
    address = authorize_url(
        here.box.config.app_key, "https://shop.example/cb", state="s", base_url="http://sandbox/aliexpress"
    )
    async with httpx.AsyncClient(transport=here.http) as browser:
        answer = await browser.post(address)
    code = there(parse_code(answer.headers["location"]))
    await here.source.keeper.exchange(code)


@pytest.mark.parametrize("shape", ["wrapped", "plain", "mixed"])
@pytest.mark.parametrize("bare", [True, False])
async def test_every_order_of_the_demo_reads_the_same_in_every_shape(shape: str, bare: bool) -> None:
    here = shop()
    plain = {order: await here.source.fetch(order, "ru") for order in scenarios.DEMO}
    here.box.behavior.shape, here.box.behavior.bare_single = shape, bare
    for order, snapshot in plain.items():
        shown = await here.source.fetch(order, "ru")
        assert replace(shown, fingerprint="") == replace(snapshot, fingerprint="")
    assert any(snapshot.parcels for snapshot in plain.values())
    assert "unknown_shape" not in here.seen.kinds()
    assert "odd" not in here.seen.kinds()


@pytest.mark.parametrize("envelope", ["A", "B", "C", "D", "H"])
async def test_bans_deaths_and_outages_are_lived_through_in_every_envelope(envelope: str) -> None:
    here = shop()
    here.box.behavior.error_envelope = envelope
    await here.source.fetch(ORDER_ID, "en_US")
    here.box.tokens.kill_access()
    await here.source.fetch(ORDER_ID, "en_US")
    assert here.box.tokens.refreshes == 1
    here.box.behavior.calls_per_second = 1
    for _ in range(3):
        await here.source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("throttled") >= 1
    here.box.behavior.calls_per_second = 0
    here.box.tokens.kill_all()
    with pytest.raises(Reauthorize):
        await here.source.fetch(ORDER_ID, "en_US")
    await login(here)
    await here.source.fetch(ORDER_ID, "en_US")


@pytest.mark.parametrize("envelope", ["A", "B", "C", "D", "H"])
async def test_an_order_of_nobody_is_told_from_one_without_tracking(envelope: str) -> None:
    here = shop()
    here.box.behavior.error_envelope = envelope
    assert not (await here.source.fetch("8210000000000000", "en_US")).found
    with pytest.raises(UnknownOrder):
        await here.source.order_facts("8210000000000000")
    assert (await here.source.order_facts(ORDER_ID)).order_id == ORDER_ID


async def test_a_test_grant_of_two_days_pauses_and_resumes_after_a_login() -> None:
    here = shop("test")
    await login(here)
    failures = 0
    for _ in range(5 * 48):
        try:
            await here.source.fetch(ORDER_ID, "en_US")
        except Reauthorize:
            failures += 1
        here.clock.pass_by(minutes=30)
    calls = len(here.box.gateway.call_log.calls)
    assert failures > 48
    assert here.box.gateway.call_log.outcomes["IllegalRefreshToken"] <= 2 * failures
    await login(here)
    for _ in range(3):
        await here.source.fetch(ORDER_ID, "en_US")
    assert len(here.box.gateway.call_log.calls) == calls + 4


async def test_a_stand_in_clock_two_hours_off_is_named() -> None:
    here = shop()
    here.box.clock.advance(timedelta(hours=3).total_seconds())
    with pytest.raises(Misconfigured, match="31"):
        await here.source.fetch(ORDER_ID, "en_US")


def test_the_stand_ins_push_verifies() -> None:
    body = b'{"data":{"orderId":8211744661738042,"orderStatus":"OrderShipped"},"timestamp":1719389200}'
    assert verify("500000", "sandbox-app-secret", body, push_signature("500000", "sandbox-app-secret", body))
    assert parse_push(body).order_id == "8211744661738042"
