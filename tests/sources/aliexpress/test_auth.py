"""Tokens are had, kept and renewed as the platform's rules ask, over their whole life."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured, Reauthorize, StoreError, Throttled, Transient
from bot.model import Snapshot, Tokens
from bot.sources.aliexpress.auth import authorize_url, is_login, parse_code, seed_tokens
from bot.sources.aliexpress.budget import CallLimits
from bot.sources.aliexpress.expiry import token_warnings
from bot.sources.aliexpress.source import AliExpress
from tests.sources.aliexpress.world import ORDER_ID, START, World, logged_in, refusal, world

DAY = timedelta(days=1)
CODE = "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26"


def test_the_authorize_address_is_the_documented_one() -> None:
    assert authorize_url("500000", "https://shop.example/cb?x=1") == (
        "https://api-sg.aliexpress.com/oauth/authorize?response_type=code&force_auth=true"
        "&redirect_uri=https%3A%2F%2Fshop.example%2Fcb%3Fx%3D1&client_id=500000"
    )
    assert authorize_url("5", "https://a", state="s p", base_url="http://stand-in/").endswith("&state=s+p")


@pytest.mark.parametrize(
    "pasted",
    [
        CODE,
        f"  {CODE}\n",
        f"https://127.0.0.1/cb?code={CODE}",
        f"https://127.0.0.1/cb?state=x&code={CODE}#top",
        f"<https://shop.example/cb?code={CODE}&state=y>",
        f"shop.example/cb?code={CODE}",
        f"code={CODE}",
    ],
)
def test_a_code_is_found_in_whatever_was_pasted(pasted: str) -> None:
    assert parse_code(pasted) == CODE


@pytest.mark.parametrize(
    "pasted",
    ["", "hello there", "https://shop.example/cb", "https://shop.example/cb?code=", "?code=a b", "short"],
)
def test_what_holds_no_code_is_none(pasted: str) -> None:
    assert parse_code(pasted) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CODE, True),
        (f"https://127.0.0.1/callback?code={CODE}", True),
        (f"https://shop.example/cb?state=x&code={CODE}", True),
        ("Headphones", False),  # would do as an answer, but nobody asked
        ("8211744661738042", False),
        ("LP00675700340000", False),
        ("3_pairs_of_shoes", False),
        ("https://shop.example/?zipcode=12345678", False),
        ("https://127.0.0.1/callback?error=denied", False),
    ],
)
def test_only_what_a_login_leads_to_is_taken_unasked(text: str, expected: bool) -> None:
    assert is_login(text) is expected


async def test_exchanging_a_code_stores_what_the_answer_says() -> None:
    here = world()
    tokens = await here.authorize(here.source())
    assert tokens == here.store.tokens
    assert tokens.account == "kr104"
    assert tokens.account_id == "6000012621"
    assert tokens.access_expires_at == START + 30 * DAY
    assert tokens.refresh_expires_at == START + 60 * DAY
    assert set(here.gateway.calls[0]) == {"app_key", "code", "format", "sign", "sign_method", "timestamp"}


async def test_a_used_code_asks_for_a_new_login_and_stores_nothing() -> None:
    here = world()
    with pytest.raises(Reauthorize, match="InvalidCode") as caught:
        await here.source().keeper.exchange(CODE)
    assert CODE not in str(caught.value)
    assert here.store.tokens is None


NEW = {"access_token": "canary-access-new", "refresh_token": "canary-refresh-new", "expires_in": "86400.0"}


@pytest.mark.parametrize(
    "answer",
    [
        {"result": NEW, "code": "0"},
        {"token_result": json.dumps(NEW), "code": "0"},
        {"token_result": json.dumps(NEW), "message": "success"},
        {"top_auth_token_refresh_response": {"token_result": json.dumps(NEW), "request_id": "r"}},
        {"/auth/token/refresh_response": {"result": NEW, "request_id": "r"}},
        {"gopErrorCode": "0", "gopResponseBody": json.dumps(NEW), "success": True},
        {"data": {"result": json.dumps({"token_result": NEW})}, "code": "0"},
        {"result": [NEW], "code": "0"},
        {"token_result": json.dumps([None, NEW]), "code": "0"},
        {"result": json.dumps(json.dumps(NEW)), "code": "SUCCESS"},
        {"data": [NEW], "message": "success"},
        {"accessToken": NEW["access_token"], "refreshToken": NEW["refresh_token"], "expiresIn": 86400},
        {"tokenResult": json.dumps({"accessToken": NEW["access_token"]} | NEW), "code": "0"},
    ],
)
async def test_tokens_are_found_wherever_an_answer_nests_them(answer: dict[str, object]) -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=29, hours=23, minutes=40)
    here.gateway.access["canary-access-new"] = here.clock.at + DAY
    here.gateway.script.append(answer)
    await source.fetch(ORDER_ID, "en_US")
    assert here.tokens.access_token == "canary-access-new"
    assert here.tokens.refresh_token == "canary-refresh-new"
    assert here.tokens.access_expires_at == here.clock.at + DAY


@pytest.mark.parametrize(
    "answer",
    [
        {"refresh_token": "canary-other"},
        *({"token_result": text} for text in ("{", "{" * 50_000, "[]", '{"token": "x"}', "x")),
    ],
)
async def test_an_answer_that_holds_no_token_is_never_stored(answer: dict[str, object]) -> None:
    here, source = await logged_in()
    before = here.store.tokens
    here.clock.pass_by(days=29, hours=23, minutes=40)
    here.gateway.script.append({"code": "0"} | answer)
    await source.fetch(ORDER_ID, "en_US")
    assert here.store.tokens == before


@pytest.mark.parametrize("wrapped", [False, True])
async def test_an_answer_that_names_no_new_refresh_token_keeps_the_old_one(wrapped: bool) -> None:
    here = world()
    source = here.source()
    old = await here.authorize(source)
    here.clock.pass_by(days=29, hours=23, minutes=40)
    answer: dict[str, object] = {"access_token": "canary-access-new", "expire_time": "1775000000000"}
    here.gateway.access["canary-access-new"] = here.clock.at + DAY
    here.gateway.script.append({"/auth/token/refresh_response": answer} if wrapped else answer)
    await source.fetch(ORDER_ID, "en_US")
    assert here.tokens.refresh_token == old.refresh_token
    assert here.tokens.refresh_expires_at == old.refresh_expires_at
    assert here.tokens.access_expires_at == datetime.fromtimestamp(1775000000, START.tzinfo)


async def test_a_token_is_refreshed_half_an_hour_before_its_end() -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=29, hours=23, minutes=29)
    await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 0
    here.clock.pass_by(minutes=1)
    await asyncio.gather(*(source.fetch(str(10**15 + i), "en_US", urgent=True) for i in range(20)))
    assert here.gateway.refreshes == 1


async def test_a_failed_early_refresh_costs_no_call_and_is_tried_again_minutes_later() -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=29, hours=23, minutes=31)
    here.gateway.script.append(refusal("ServiceUnavailable"))
    await source.fetch(ORDER_ID, "en_US")
    await source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("refresh_failed") == 1
    here.clock.pass_by(minutes=5)
    await source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("refreshed") == 1


async def test_the_last_half_hour_of_a_grant_is_used_up_before_the_pause() -> None:
    here, source = await logged_in()
    here.gateway.refresh.clear()
    here.clock.pass_by(days=29, hours=23, minutes=31)
    for _ in range(5):
        await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 1
    assert not source.keeper.dead
    here.clock.pass_by(minutes=29)
    with pytest.raises(Reauthorize):
        await source.fetch(ORDER_ID, "en_US")
    assert source.keeper.dead


async def test_a_caller_who_gives_up_does_not_lose_the_fresh_token() -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=31)
    impatient = asyncio.create_task(source.fetch(ORDER_ID, "en_US"))
    await here.gateway.refreshing.wait()
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    await source.aclose()
    assert here.tokens.access_token == "canary-access-0002"


async def test_a_refresh_that_a_crashed_process_began_is_taken_over() -> None:
    here = world()
    source = here.source("two")
    await here.authorize(source)
    here.store.lease = ("one", here.clock.at + 31 * DAY + timedelta(seconds=40))
    here.clock.pass_by(days=31)
    await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 1
    assert sum(here.clock.slept) == pytest.approx(40, abs=1)


async def test_a_login_during_a_refresh_wins() -> None:
    here = world()
    source, cli = here.source(), here.source("cli")
    await here.authorize(source)
    here.clock.pass_by(days=31)
    running = asyncio.create_task(source.fetch(ORDER_ID, "en_US"))
    await here.gateway.refreshing.wait()
    latest = await here.authorize(cli)
    await running
    assert here.store.tokens == latest
    assert (await source.keeper.current()).access_token == latest.access_token


async def test_even_a_fresh_token_refused_ends_in_a_pause_not_in_a_loop() -> None:
    here, source = await logged_in()
    before = len(here.gateway.calls)
    for _ in range(10):
        here.gateway.access = dict.fromkeys(here.gateway.access, here.clock.at)
        dead = refusal("IllegalAccessToken", "expired")
        here.gateway.script = [dead, here.gateway.grant(START + 60 * DAY), dead]
        with pytest.raises(Reauthorize):
            await source.fetch(ORDER_ID, "en_US")
    assert len(here.gateway.calls) - before == 3
    here.gateway.script.clear()
    here.clock.pass_by(minutes=30)
    here.gateway.access[here.tokens.access_token] = here.clock.at + DAY
    await source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("reauthorized") == 1


async def test_a_wrong_secret_during_a_refresh_stops_calls() -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=31)
    here.gateway.script.append(refusal("IncompleteSignature"))
    for _ in range(5):
        with pytest.raises(Misconfigured):
            await source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("misconfigured") == 1


async def test_trouble_during_a_refresh_is_tried_again() -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=31)
    here.gateway.script += [OSError("reset"), refusal("ApiCallLimit", "this ban will last 2 seconds")]
    await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 1


async def test_nothing_authorized_is_said_so_without_a_call() -> None:
    here = world()
    with pytest.raises(Reauthorize, match="not logged in"):
        await here.source().fetch(ORDER_ID, "en_US")
    assert here.gateway.calls == []


async def test_tokens_of_the_settings_are_used_until_newer_ones_are_stored() -> None:
    here = world()
    here.gateway.grant(START + 60 * DAY)
    seed = seed_tokens("canary-access-0001", "canary-refresh-0001", START)
    source = here.source(seed=seed)
    await source.fetch(ORDER_ID, "en_US")
    here.clock.pass_by(days=31)
    await source.fetch(ORDER_ID, "en_US")
    restarted = here.source("two", seed=seed)
    assert (await restarted.keeper.current()).access_token == "canary-access-0002"


async def test_many_calls_at_the_start_store_the_settings_tokens_once() -> None:
    here = world()
    keeper = here.source(seed=seed_tokens("canary-access-0001", "", START)).keeper
    found = await asyncio.gather(*(keeper.current() for _ in range(20)))
    assert {tokens.access_token for tokens in found} == {"canary-access-0001"}
    assert len(here.store.saved) == 1


async def _seeded(before: timedelta = timedelta(0), **lives: timedelta) -> tuple[World, AliExpress]:
    """A bot that calls with typed-in tokens of a login that was `before`."""
    here = world(**lives)
    here.gateway.grant(START + here.gateway.refresh_life - before)
    source = here.source(seed=seed_tokens("canary-access-0001", "canary-refresh-0001", START))
    await source.fetch(ORDER_ID, "en_US")
    return here, source


async def test_tokens_of_the_settings_are_refreshed_once_so_that_their_end_is_known() -> None:
    here, source = await _seeded(before=20 * DAY)
    for _ in range(3):
        await source.keeper.learn_end()
    assert here.gateway.refreshes == 1
    assert here.tokens.refresh_expires_at == START + 40 * DAY
    await source.fetch(ORDER_ID, "en_US")
    due = token_warnings(here.tokens, START + 34 * DAY, frozenset())
    assert [warning.days for warning in due] == [7]


async def test_an_answer_that_tells_no_end_is_not_asked_again() -> None:
    here, source = await _seeded()
    here.clock.pass_by(seconds=1)
    here.gateway.access["canary-access-new"] = START + 90 * DAY
    here.gateway.script.append({"access_token": "canary-access-new"})
    for _ in range(3):
        await source.keeper.learn_end()
    assert len(here.gateway.calls) == 2


async def test_settings_tokens_that_nobody_can_refresh_work_on_and_are_said_to_end() -> None:
    here, source = await _seeded()
    here.gateway.refresh.clear()
    for _ in range(3):
        await source.keeper.learn_end()
        await source.fetch(ORDER_ID, "en_US")
        here.clock.pass_by(hours=6)
    tokens = await source.keeper.current()
    assert (here.gateway.refreshes, source.keeper.dead, source.keeper.ending(tokens)) == (1, False, True)
    assert not source.keeper.ending(await here.authorize(source))


async def test_trouble_while_an_end_is_asked_for_is_passing() -> None:
    here, source = await _seeded()
    here.gateway.script.append(refusal("ServiceUnavailable"))
    await source.keeper.learn_end()
    await source.keeper.learn_end()
    assert (here.gateway.refreshes, source.keeper.ending(await source.keeper.current())) == (0, False)
    here.clock.pass_by(minutes=5)
    await source.keeper.learn_end()
    assert here.gateway.refreshes == 1


async def test_a_typed_in_access_token_alone_is_left_as_it_is() -> None:
    here = world()
    here.gateway.grant(START + 60 * DAY)
    source = here.source(seed=seed_tokens("canary-access-0001", "", START))
    await source.fetch(ORDER_ID, "en_US")
    await source.keeper.learn_end()
    assert len(here.gateway.calls) == 1


async def test_tokens_are_alive_from_a_call_that_succeeds_to_one_that_is_refused() -> None:
    here = world()
    source = here.source()
    tokens = await here.authorize(source)
    assert not source.keeper.alive(tokens)
    await source.fetch(ORDER_ID, "en_US")
    assert source.keeper.alive(tokens)
    here.gateway.refresh.clear()
    here.gateway.script.append(refusal("IllegalAccessToken"))
    with pytest.raises(Reauthorize):
        await source.fetch(ORDER_ID, "en_US")
    assert source.keeper.dead
    assert not source.keeper.alive(tokens)
    here.clock.pass_by(minutes=30)
    await source.fetch(ORDER_ID, "en_US")
    assert source.keeper.alive(tokens)


async def test_a_call_under_way_when_tokens_are_refused_proves_nothing_but_lets_one_be_tried() -> None:
    here = world()
    source = here.source()
    tokens = await here.authorize(source)
    begun = source.keeper.refusals
    source.keeper.give_up(tokens)
    with pytest.raises(Reauthorize):
        await source.keeper.current()
    source.keeper.works(tokens, begun)
    assert source.keeper.dead
    assert not source.keeper.alive(tokens)
    assert await source.keeper.current() == tokens
    with pytest.raises(Reauthorize):
        await source.keeper.current()
    source.keeper.works(tokens, source.keeper.refusals)
    assert source.keeper.alive(tokens)
    assert not source.keeper.dead


async def test_a_spent_day_never_stops_a_refresh_or_a_login() -> None:
    here = world()
    here.limits = CallLimits(per_second=1000, per_day=3)
    source = here.source()
    await here.authorize(source)
    here.clock.pass_by(days=31)
    for _ in range(3):
        await source.limiter.acquire(urgent=True)
    with pytest.raises(Throttled, match="DailyBudget"):
        await source.fetch(ORDER_ID, "en_US", urgent=True)
    assert here.gateway.refreshes == 1
    await here.authorize(source)
    assert (await source.limiter.usage()).used == 5


async def test_a_refresh_token_alone_is_enough_to_start() -> None:
    here = world()
    here.gateway.grant(START + 60 * DAY)
    source = here.source(seed=seed_tokens("", "canary-refresh-0001", START))
    await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 1
    assert seed_tokens("", "", START) is None


async def test_new_tokens_typed_into_the_settings_help_where_the_stored_ones_are_dead() -> None:
    here = world()
    first = here.source()
    await here.authorize(first)
    here.clock.pass_by(days=61)
    here.gateway.grant(here.clock.at + 60 * DAY)
    source = here.source("two", seed=seed_tokens("canary-access-0002", "canary-refresh-0002", here.clock.at))
    with pytest.raises(Reauthorize):
        await source.fetch(ORDER_ID, "en_US")
    assert (source.keeper.hoping, source.keeper.dead) == (True, False)
    await source.fetch(ORDER_ID, "en_US")
    assert (source.keeper.hoping, source.keeper.dead) == (False, False)
    assert here.tokens.access_token == "canary-access-0002"


@pytest.mark.parametrize("called", [True, False])
async def test_old_tokens_of_the_settings_are_tried_once_where_the_stored_ones_are_dead(called: bool) -> None:
    here = world()
    first = here.source()
    await here.authorize(first)
    old = here.tokens
    await here.authorize(first)
    source = here.source("two", seed=seed_tokens(old.access_token, old.refresh_token, here.clock.at))
    await source.fetch(ORDER_ID, "en_US")
    here.gateway.access = dict.fromkeys(here.gateway.access, here.clock.at)
    here.gateway.refresh.clear()
    with pytest.raises(Reauthorize):
        await source.fetch(ORDER_ID, "en_US")
    assert (source.keeper.hoping, source.keeper.dead) == (True, False)  # so far only the stored ones
    if called:
        with pytest.raises(Reauthorize):
            await source.fetch(ORDER_ID, "en_US")
    else:
        await source.keeper.current()
        await source.keeper.learn_end()
    assert (source.keeper.hoping, source.keeper.dead) == (False, True)
    await here.authorize(source)
    await source.fetch(ORDER_ID, "en_US")
    here.gateway.access = dict.fromkeys(here.gateway.access, here.clock.at)
    here.gateway.refresh.clear()
    with pytest.raises(Reauthorize):
        await source.fetch(ORDER_ID, "en_US")
    assert (source.keeper.hoping, source.keeper.dead) == (False, True)  # the settings' were refused before
    calls = len(here.gateway.calls)
    with pytest.raises(Reauthorize):
        await source.fetch(ORDER_ID, "en_US")
    assert len(here.gateway.calls) == calls
    assert [kind for kind in here.seen.kinds() if kind.startswith("reauthorize")] == [
        "reauthorize",
        "reauthorized",
        "reauthorize",
    ]


async def _lived(here: World, days: int) -> tuple[list[tuple[int, int]], list[int], int]:
    """Live `days` in steps of half an hour; return warnings (day, step), days with failures, HTTP calls."""
    source = here.source()
    await here.authorize(source)
    told: list[tuple[int, int]] = []
    failed: list[int] = []
    already: frozenset[str] = frozenset()
    for step in range(days * 48):
        day = step // 48
        try:
            await source.fetch(ORDER_ID, "en_US")
        except Reauthorize:
            failed.append(day)
        due = token_warnings(here.tokens, here.clock.at, already, refused=source.keeper.dead)
        told += [(day, warning.days) for warning in due]
        already |= {warning.key for warning in due}
        here.clock.pass_by(minutes=30)
    return told, failed, len(here.gateway.calls)


async def test_a_test_apps_grant_lives_two_days_with_one_warning() -> None:
    here = world(access_life=DAY, refresh_life=2 * DAY)
    told, failed, _ = await _lived(here, 5)
    # The last token, had shortly before the grant's end, works a day longer than the grant.
    assert told == [(1, 1), (2, 0)]
    assert failed[0] == 2
    assert set(failed) == {2, 3, 4}
    assert here.seen.kinds().count("reauthorize") == 1


async def test_an_online_apps_grant_lives_sixty_days_and_warns_at_seven_three_and_one() -> None:
    here = world()
    told, failed, calls = await _lived(here, 65)
    assert [days for _, days in told] == [7, 3, 1]
    assert [day for day, _ in told] == [53, 57, 59]
    assert failed == []
    assert here.gateway.refreshes == 2
    assert calls == 65 * 48 + 3


async def test_an_online_app_renewed_by_its_merchant_never_stops() -> None:
    here, source = await logged_in()
    already: frozenset[str] = frozenset()
    told = []
    for _day in range(65 * 4):
        await source.fetch(ORDER_ID, "en_US")
        due = token_warnings(here.tokens, here.clock.at, already)
        already |= {warning.key for warning in due}
        told += [warning.days for warning in due]
        if any(warning.days == 1 for warning in due):
            await here.authorize(here.source("cli"))
        here.clock.pass_by(hours=6)
    assert told == [7, 3, 1]


async def test_too_long_a_refresh_elsewhere_is_passing_trouble() -> None:
    here = world()
    source = here.source("two")
    await here.authorize(source)
    here.clock.pass_by(days=31)
    here.store.lease = ("one", here.clock.at + DAY)
    with pytest.raises(Transient, match="RefreshBusy"):
        await source.fetch(ORDER_ID, "en_US")


async def test_a_caller_late_with_a_dead_token_gets_the_fresh_one_without_a_refresh() -> None:
    here = world()
    source = here.source()
    old = await here.authorize(source)
    here.clock.pass_by(days=31)
    await source.fetch(ORDER_ID, "en_US")
    assert (await source.keeper.renew(old)).access_token == "canary-access-0002"
    assert here.gateway.refreshes == 1


async def test_news_that_old_tokens_are_dead_does_not_pause_the_new_ones() -> None:
    here = world()
    source = here.source()
    old = await here.authorize(source)
    await here.authorize(source)
    source.keeper.give_up(old)
    assert not source.keeper.dead


async def test_a_refresh_token_that_the_platform_does_not_understand_asks_for_a_login() -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=31)
    here.gateway.script.append({"code": "InvalidParameter", "type": "ISV", "message": "refresh_token"})
    with pytest.raises(Reauthorize):
        await source.fetch(ORDER_ID, "en_US")


async def test_an_account_of_the_wrong_kind_pauses_calls() -> None:
    here, source = await logged_in()
    here.gateway.script.append(refusal("AUTH_TYPE_UNSUPPORTED"))
    before = len(here.gateway.calls)
    for _ in range(5):
        with pytest.raises(Reauthorize):
            await source.fetch(ORDER_ID, "en_US")
    assert len(here.gateway.calls) == before + 1


async def _refreshed_with(**answer: object) -> tuple[World, Tokens, Tokens]:
    """A grant and what is stored after a refresh with this answer, half an hour before the first end."""
    here = world()
    source = here.source()
    old = await here.authorize(source)
    here.clock.pass_by(days=29, hours=23, minutes=40)
    here.gateway.access["canary-access-new"] = here.clock.at + 90 * DAY
    here.gateway.script.append({"access_token": "canary-access-new", **answer})
    await source.fetch(ORDER_ID, "en_US")
    return here, old, here.tokens


async def test_the_end_of_a_grant_is_never_put_off_by_a_refresh() -> None:
    _, old, new = await _refreshed_with(expires_in=2592000, refresh_expires_in=5184000)
    assert new.refresh_expires_at == old.refresh_expires_at
    assert new.authorized_at == old.authorized_at


async def test_a_grant_may_turn_out_to_end_sooner_or_now() -> None:
    here, _, new = await _refreshed_with(expires_in=2592000, refresh_expires_in=0)
    assert new.refresh_expires_at == here.clock.at
    here.clock.pass_by(days=30)
    with pytest.raises(Reauthorize):
        await here.source().fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 0


@pytest.mark.parametrize("claim", [0, -1, "0", "soon", None, 10**13, True])
async def test_a_fresh_token_that_claims_no_sensible_life_is_not_refreshed_at_every_call(
    claim: object,
) -> None:
    here, _, new = await _refreshed_with(expires_in=claim, refresh_expires_in=100000)
    assert new.access_expires_at is None
    source = here.source()
    for _ in range(3):
        await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 0


async def test_a_short_lived_token_is_refreshed_in_its_last_quarter_only() -> None:
    here, source = await logged_in(access_life=timedelta(minutes=20))
    for _ in range(14):
        await source.fetch(ORDER_ID, "en_US")
        here.clock.pass_by(minutes=1)
    assert here.gateway.refreshes == 0
    here.clock.pass_by(minutes=1)
    await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 1


ACTIONS = st.lists(
    st.sampled_from(["fetch", "fetch", "fetch", "kill", "login", "restart"]) | st.integers(1, 400),
    max_size=25,
)


@given(st.lists(ACTIONS, min_size=1, max_size=6))
def test_no_interleaving_of_processes_ever_spends_a_refresh_token_twice(
    rounds: list[list[str | int]],
) -> None:
    asyncio.run(_play(rounds))


async def _play(rounds: list[list[str | int]]) -> None:
    """Each round's actions happen at once, spread over three processes; a number lets hours pass first."""
    here = world(access_life=timedelta(days=30), refresh_life=timedelta(days=60))
    processes = [here.source(str(number)) for number in range(3)]
    names = itertools.count()  # no two processes ever have one name
    await here.authorize(processes[0])
    for actions in rounds:
        running: list[Awaitable[object]] = []
        for number, action in enumerate(actions):
            match action:
                case int(hours):
                    here.clock.pass_by(hours=hours)
                case "kill":
                    here.gateway.access = dict.fromkeys(here.gateway.access, here.clock.at)
                case "login":
                    running.append(here.authorize(processes[number % 3]))
                case "restart":
                    processes[number % 3] = here.source(f"again {next(names)}")
                case _:
                    running.append(processes[number % 3].fetch(str(10**15 + number), "en_US", urgent=True))
        ends = await asyncio.gather(*running, return_exceptions=True)
        assert {type(end) for end in ends} <= {Tokens, Snapshot, Reauthorize}
        assert here.gateway.wasted == 0
    await here.authorize(processes[1])
    for process in processes:
        assert (await process.fetch(ORDER_ID, "en_US")).parcels


async def test_a_spent_refresh_token_s_answer_is_stored_as_soon_as_the_database_takes_it() -> None:
    here, source = await logged_in()
    here.store.failing = [StoreError("database is locked"), StoreError("disk I/O error")]
    here.clock.pass_by(days=31)
    await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.refreshes == 1
    assert here.tokens.access_token in here.gateway.access
    assert here.seen.kinds().count("token_not_stored") == 2
