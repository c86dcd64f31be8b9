"""No secret leaves: not by an error, a log, a repr, an event or a raw answer, on any path."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import timedelta

import httpx
import pytest

from bot.errors import SourceError
from bot.model import Tokens
from bot.sources.aliexpress.client import GatewayClient
from bot.sources.aliexpress.raw import redact_answer
from bot.sources.aliexpress.redaction import HIDDEN, TokenRedactor
from tests.sources.aliexpress.world import (
    ORDER_ID,
    SECRET,
    START,
    Answer,
    logged_in,
    refusal,
    tracking,
    world,
)

# Every secret of these tests has this word in it.
CANARY = "canary"
ECHO = (
    "session=canary-access-0001 access_token canary-access-0001, canary-refresh-0001 & canary-app-secret-7f3a"
)

TROUBLE: dict[str, Answer] = {
    "token echoed": refusal("IllegalAccessToken", f"invalid or expired: {ECHO}"),
    "secret in a code": refusal(f"code {ECHO}", "x"),
    "in every field": {
        "error_response": {"code": "15", "sub_code": ECHO, "sub_msg": ECHO, "msg": ECHO, "request_id": "r"}
    },
    "at the root": {"code": "InvalidAppkey", "type": "ISV", "message": ECHO},
    "signature": refusal("IncompleteSignature", f"the text was {ECHO}"),
    "rejected": refusal("MissingParameter", ECHO),
    "throttled": refusal("ApiCallLimit", f"{ECHO} this ban will last 900 seconds"),
    "business no": {
        "aliexpress_ds_order_tracking_get_response": {"result": {"ret": False, "code": ECHO, "msg": ECHO}}
    },
    "strange shape": {"canary_response": {ECHO: ECHO}} | {ECHO: ECHO},
    "not JSON": httpx.Response(200, text=f"<html>{ECHO}"),
    "server error": httpx.Response(500, text=ECHO),
    "connection": httpx.ConnectError(ECHO),
    "odd entries": tracking({"mail_no": "1", "detail_node_list": [ECHO, {"time_stamp": ECHO}]}),
    "new token, then trouble": refusal("IllegalAccessToken", ECHO),
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=31), timedelta(days=61)])
async def test_no_secret_leaves_on_any_path_of_trouble(
    trouble: Answer, after: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    here, source = await logged_in()
    here.clock.pass_by(seconds=after.total_seconds())
    told: list[str] = []
    for call in (source.fetch, source.fetch_raw):
        here.gateway.script += [trouble] * 4
        try:
            told.append(str(await call(ORDER_ID, "en_US")))
        except SourceError as error:
            told += [str(error), repr(error), error.code, error.detail, *traceback.format_exception(error)]
        here.gateway.script.clear()
        source.resume()
    told += [caplog.text, repr(here.seen.events), repr(here.seen.calls), repr(here.store.tokens)]
    told += [repr(thing) for thing in (source, source.client, source.keeper, source.limiter, source.circuit)]
    leaks = [text for text in told if CANARY in _without_own_frames(text)]
    assert leaks == []


def _without_own_frames(text: str) -> str:
    """A traceback quotes source lines, those of this file too; the canary of a shape's key is no secret."""
    return text.replace("canary_response", "").replace("self.script.pop", "")


async def test_a_used_code_does_not_come_back_in_its_error() -> None:
    here = world()
    with pytest.raises(SourceError) as caught:
        await here.source().keeper.exchange("3_500000_canarycode01")
    assert CANARY not in "".join(traceback.format_exception(caught.value)).replace(
        'exchange("3_500000_canarycode01")', ""
    )


async def test_tokens_of_before_a_refresh_stay_hidden() -> None:
    here, source = await logged_in()
    here.clock.pass_by(days=31)
    await source.fetch(ORDER_ID, "en_US")
    text = "canary-access-0001 canary-refresh-0001 canary-access-0002 canary-refresh-0002 " + SECRET
    assert source.client.redactor.clean(text) == " ".join([HIDDEN] * 5)


def test_tokens_show_nothing_but_their_times_and_account() -> None:
    tokens = Tokens(access_token="canary-a", refresh_token="canary-r", obtained_at=START, authorized_at=START)
    assert CANARY not in repr(tokens) + str(tokens) + f"{tokens}"


def test_a_secret_is_found_in_its_encoded_form_and_inside_another() -> None:
    redactor = TokenRedactor("canary+secret/=")
    redactor.learn("canary+secret/=longer")
    assert redactor.clean("a=canary%2Bsecret%2F%3D b canary+secret/=longer!") == f"a={HIDDEN} b {HIDDEN}!"


def test_a_value_behind_a_telling_name_is_hidden_though_nobody_knows_it() -> None:
    text = 'access_token=abcdef123 "refresh_token": "xyz-987-654" app_secret: qwertyuiop'
    assert (
        TokenRedactor().clean(text)
        == f'access_token={HIDDEN} "refresh_token": "{HIDDEN}" app_secret: {HIDDEN}'
    )
    plain = "The specified access token is invalid or expired"
    assert TokenRedactor().clean(plain) == plain


def test_words_too_short_to_be_secrets_are_left() -> None:
    redactor = TokenRedactor("a", "")
    redactor.learn("en_US")
    assert redactor.clean("a en_US car") == "a en_US car"


def test_a_raw_answer_keeps_its_form_and_loses_what_identifies() -> None:
    body = json.dumps(
        tracking(
            {
                "mail_no": "LP00675700340000",
                "carrier_name": "Cainiao",
                "package_item_list": [{"item_id": 1005}],
            }
        )
        | {"account": "ana@example.com", "note": f"order {ORDER_ID}"}
    ).encode()
    shown = redact_answer(body, TokenRedactor(), ORDER_ID)
    assert '"mail_no": "LP00000000000000"' in shown
    assert '"item_id": 0' in shown
    assert '"carrier_name": "Cainiao"' in shown
    assert f'"account": "{HIDDEN}"' in shown
    assert "order 0000000000000000" in shown


def test_a_raw_answer_that_is_no_json_is_shown_as_it_is_without_secrets() -> None:
    assert (
        redact_answer(b"<html>canary-secret", TokenRedactor("canary-secret"), ORDER_ID) == f"<html>{HIDDEN}"
    )


async def test_a_raw_look_renews_a_dead_token_and_shows_refusals() -> None:
    here, source = await logged_in()
    here.gateway.access = dict.fromkeys(here.gateway.access, here.clock.at)
    assert json.loads(await source.fetch_raw(ORDER_ID, "ru"))
    here.gateway.script.append(refusal("MissingParameter", "language"))
    assert "MissingParameter" in await source.fetch_raw(ORDER_ID, "ru")


def test_a_client_shows_its_app_and_no_secret() -> None:
    here = GatewayClient(
        app_key="500000",
        app_secret=SECRET,
        now=lambda: START,
        via=httpx.MockTransport(lambda _: httpx.Response(200)),
    )
    assert repr(here) == "<GatewayClient of app 500000 at https://api-sg.aliexpress.com>"
    assert repr(here.redactor) == "<Redactor of 1 secrets>"
