from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.sandbox.aliexpress import scenarios
from bot.sandbox.box import Config
from tests.sandbox.conftest import Hands, MakeWorld, World, as_text, code_of

DAY = 86_400


async def test_a_code_works_once_and_for_three_minutes(world: World) -> None:
    code = world.box.tokens.new_code(world.box.config.app_key)
    answer = await world.rest("/auth/token/create", code=code)
    assert answer["code"] == "0"
    assert answer["expires_in"] == 30 * DAY
    assert answer["refresh_expires_in"] == 60 * DAY
    assert code_of(await world.rest("/auth/token/create", code=code)) == "InvalidCode"
    late = world.box.tokens.new_code(world.box.config.app_key)
    world.hands.at += 181
    assert code_of(await world.rest("/auth/token/create", code=late)) == "InvalidCode"


async def test_a_uuid_spoils_the_code(world: World) -> None:
    code = world.box.tokens.new_code(world.box.config.app_key)
    assert code_of(await world.rest("/auth/token/create", code=code, uuid="1")) == "InvalidCode"


async def test_refreshing_replaces_both_tokens_and_never_extends_the_login(world: World) -> None:
    world.hands.at += 10 * DAY
    answer = await world.rest("/auth/token/refresh", refresh_token=world.box.config.refresh_token)
    assert answer["expires_in"] == 30 * DAY
    assert answer["refresh_expires_in"] == 50 * DAY
    assert answer["access_token"] != world.box.config.access_token
    dead = await world.track(scenarios.PLAIN)
    assert code_of(dead) == "IllegalAccessToken"
    alive = await world.track(scenarios.PLAIN, access_token=str(answer["access_token"]))
    assert "error_response" not in alive
    again = await world.rest("/auth/token/refresh", refresh_token=world.box.config.refresh_token)
    assert code_of(again) == "IllegalRefreshToken"


async def test_sixty_days_of_refreshing_end_in_a_new_login(world: World) -> None:
    token, refreshes = world.box.config.refresh_token, 0
    for _ in range(65):
        answer = await world.rest("/auth/token/refresh", refresh_token=token)
        if "access_token" not in answer:
            break
        token, refreshes = str(answer["refresh_token"]), refreshes + 1
        world.box.clock.advance(DAY)
    assert refreshes == 60
    assert code_of(answer) == "IllegalRefreshToken"


async def test_a_test_app_s_tokens_live_one_day_and_two(make_world: MakeWorld) -> None:
    world = make_world(Config(time=Hands(), app_status="test"))
    world.hands.at += DAY - 1
    assert "error_response" not in await world.track(scenarios.PLAIN)
    world.box.clock.advance(2)
    assert code_of(await world.track(scenarios.PLAIN)) == "IllegalAccessToken"
    answer = await world.rest("/auth/token/refresh", refresh_token=world.box.config.refresh_token)
    assert answer["refresh_expires_in"] == DAY - 1


@pytest.mark.parametrize("path", ["/auth/token/create", "/auth/token/refresh"])
async def test_token_calls_want_their_parameter_and_the_path_in_the_signature(
    world: World, path: str
) -> None:
    assert code_of(await world.rest(path)) == "MissingParameter"
    pairs = world.signed("", code="x", refresh_token="x")
    answer = (await world.http.post(f"{world.url}/aliexpress/rest{path}", data=pairs)).json()
    assert answer["code"] == "IncompleteSignature"
    assert "message" in answer


async def test_the_merchant_comes_back_from_the_page_with_code_and_state(world: World) -> None:
    url = f"{world.url}/aliexpress/oauth/authorize"
    query = {
        "response_type": "code",
        "client_id": world.box.config.app_key,
        "redirect_uri": "https://127.0.0.1/back?x=1",
        "state": 'a"b',
    }
    page = await world.http.get(url, params=query)
    assert "<button>Authorize</button>" in page.text
    assert 'value="a&quot;b"' in page.text
    back = await world.http.post(url, data=query)
    assert back.status_code == 302
    answer = parse_qs(urlsplit(back.headers["location"]).query)
    assert answer["state"] == ['a"b']
    assert answer["x"] == ["1"]
    assert (await world.rest("/auth/token/create", code=answer["code"][0]))["code"] == "0"


async def test_a_wrong_client_gets_no_page(world: World) -> None:
    url = f"{world.url}/aliexpress/oauth/authorize?response_type=code&redirect_uri=https://x.invalid"
    assert (await world.http.get(f"{url}&client_id=1")).status_code == 400


async def test_no_token_leaks_into_the_ledger(world: World) -> None:
    await world.track(scenarios.PLAIN)
    await world.rest("/auth/token/refresh", refresh_token=world.box.config.refresh_token)
    ledger = as_text(await world.control("/aliexpress/ledger", "GET"))
    assert world.box.config.access_token not in ledger
    assert world.box.config.refresh_token not in ledger
