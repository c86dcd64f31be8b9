"""The way into the API: keys, limits, bodies; every refusal is a problem, and no secret is logged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.errors import StoreError
from bot.web.api import gate, limits
from tests.api.conftest import Shop

ONE = "8211744661738042"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is a refusal of this kind, in the form of RFC 9457."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert (found["type"], found["status"], found["code"]) == ("about:blank", status, code)
    assert found["title"]
    assert found["detail"]
    return found


async def test_without_any_key_there_is_no_api(silent_shop: Shop) -> None:
    for path in ("/orders", "/openapi.json", "/nothing"):
        answer = await silent_shop.http.get(f"/api/v1{path}")
        assert "no key" in problem(answer, 404, "not_found")["detail"]


async def test_a_wrong_key_is_refused_until_it_is_right(shop: Shop) -> None:
    wrong = (None, "", "Bearer", "Bearer x", f"Basic {shop.key}", shop.key, f"Bearer {shop.key}x", "Bearer é")
    for given in wrong:
        headers = [] if given is None else [(b"Authorization", given.encode())]
        answer = await shop.http.get("/api/v1/orders", headers=headers)
        problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    for given in (f"bearer {shop.key}", f"BEARER   {shop.key} "):
        answer = await shop.http.get("/api/v1/orders", headers={"Authorization": given})
        assert answer.status_code == 200
    problem(await shop.http.get("/api/v1/orders", params={"key": shop.key}), 401, "unauthorized")


async def test_a_revoked_key_is_refused_at_once(shop: Shop) -> None:
    await shop.engine.tracking.keys.add("other")
    assert (await shop.ask("GET", "/orders")).status_code == 200
    await shop.engine.tracking.keys.revoke("shop")
    problem(await shop.ask("GET", "/orders"), 401, "unauthorized")


async def test_the_document_is_open_once_there_is_a_key(shop: Shop) -> None:
    document = (await shop.http.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "/api/v1"}]
    assert {"/orders", "/orders/{id}", "/board", "/stats"} <= document["paths"].keys()


async def test_a_standby_sends_callers_on(shop: Shop) -> None:
    shop.serving = False
    answer = await shop.ask("GET", "/orders")
    problem(answer, 503, "standing_by")
    assert answer.headers["retry-after"] == "5"


async def test_what_does_not_exist_is_a_problem_too(shop: Shop) -> None:
    problem(await shop.ask("GET", "/nothing"), 404, "not_found")
    problem(await shop.ask("GET", "/orders/"), 422, "invalid_fields")
    for path in ("", "/orders/a%0Ab", "/%0A"):
        problem(await shop.ask("GET", path), 404, "not_found")
    answer = await shop.ask("PUT", "/orders", json={})
    problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].replace(" ", "").split(",")) <= {"GET", "POST"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"aliexpress_orders": NaN}',
        b'{"aliexpress_orders": "\xff"}',
        b'{"aliexpress_orders": "\\ud800"}',
        b"\x00",
        b"9" * 100_000,
        b'{"aliexpress_orders": ' + b"9" * 100_000 + b"}",
    ],
)
async def test_a_body_that_is_no_json_is_refused(shop: Shop, body: bytes) -> None:
    answer = await shop.ask("POST", "/orders", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "value", [None, 1, "x", [], [[]], {}, {"orders": {}}, {"orders": [1]}, {"orders": []}]
)
async def test_json_of_another_shape_is_refused(shop: Shop, value: Any) -> None:
    found = problem(await shop.ask("POST", "/orders", json=value), 422, "invalid_fields")
    assert found["errors"]


async def test_a_body_of_another_type_or_size_is_refused(shop: Shop) -> None:
    answer = await shop.ask("POST", "/orders", content=b"a=b")
    problem(answer, 415, "unsupported_media_type")
    answer = await shop.ask("POST", "/orders", data={"aliexpress_orders": ONE})
    problem(answer, 415, "unsupported_media_type")
    kind = {"Content-Type": "application/json; charset=utf-8"}
    body = json.dumps({"aliexpress_orders": ONE}).encode()
    assert (await shop.ask("POST", "/orders", content=body, headers=kind)).status_code == 200
    problem(await shop.ask("POST", "/orders", content=b" " * 1_048_577, headers=kind), 413, "too_large")

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    problem(await shop.ask("POST", "/orders", content=parts(), headers=kind), 413, "too_large")
    problem(await shop.ask("POST", "/orders"), 422, "invalid_fields")


async def test_a_key_has_its_limit_and_says_how_much_is_left(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_MINUTE", 3)
    monkeypatch.setattr(limits, "_PER_SECOND", 0.0001)  # however slow this machine is
    first = await shop.ask("GET", "/stats")
    assert first.headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert first.headers["ratelimit"].startswith('"key";r=2;t=')
    await shop.ask("GET", "/stats")
    await shop.ask("GET", "/stats")
    refused = await shop.ask("GET", "/stats")
    problem(refused, 429, "too_many_requests")
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit"].startswith('"key";r=0;')
    shop.key = await shop.engine.tracking.keys.add("other") or ""
    assert (await shop.ask("GET", "/stats")).status_code == 200, "each key has its own"


def test_a_bucket_fills_up_again() -> None:
    now = [0.0]
    bucket = limits.KeyLimits(lambda: now[0])
    assert all(bucket.take("a")[0] for _ in range(limits.PER_MINUTE))
    assert not bucket.take("a")[0]
    now[0] += 0.2
    assert bucket.take("a")[0]
    assert not bucket.take("a")[0]
    now[0] += 600
    _, headers = bucket.take("a")
    assert headers["RateLimit"] == f'"key";r={limits.PER_MINUTE - 1};t=1'


async def test_too_many_at_once_are_sent_away_and_the_rest_is_served(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, at_work, most = asyncio.Event(), [0], [0]
    find = shop.engine.tracking.listing.find

    async def slow(text: str) -> Any:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        await going.wait()
        at_work[0] -= 1
        return await find(text)

    monkeypatch.setattr(shop.engine.tracking.listing, "find", slow)
    asked = [asyncio.create_task(shop.ask("GET", f"/orders/{ONE}")) for _ in range(40)]
    while sum(task.done() for task in asked) < 40 - gate._ADMITTED or at_work[0] < gate._AT_WORK:
        await asyncio.sleep(0.01)
    going.set()
    answers = await asyncio.gather(*asked)
    busy = [answer for answer in answers if answer.status_code == 429]
    assert len(busy) == 40 - gate._ADMITTED
    problem(busy[0], 429, "busy")
    assert most[0] == gate._AT_WORK
    assert {answer.status_code for answer in answers} == {404, 429}


async def test_a_database_out_of_reach_is_no_fault_of_the_caller(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise StoreError("locked")

    monkeypatch.setattr(shop.engine.tracking.listing, "page", broken)
    answer = await shop.ask("GET", "/orders")
    problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
    monkeypatch.setattr(shop.engine.tracking.keys, "identify", broken)
    problem(await shop.ask("GET", "/board"), 503, "unavailable")


async def test_a_bug_of_ours_is_a_problem_without_its_text(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("canary")

    monkeypatch.setattr(shop.engine.tracking.listing, "page", broken)
    answer = await shop.ask("GET", "/orders")
    problem(answer, 500, "failed")
    assert "canary" not in answer.text


async def test_keys_and_customers_are_neither_logged_nor_counted(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    await shop.add(aliexpress_orders=ONE, shop_order="#canary-order", name="canary name")
    await shop.ask("GET", "/orders/canary-order", params={"shop_order": "canary"})
    await shop.ask("GET", "/canary", headers={"Authorization": f"Bearer {shop.key}x"})
    await shop.ask("BREW", "/orders", headers={"Idempotency-Key": "canary"})
    told = capfd.readouterr()
    shown = told.out + told.err + shop.engine.metrics.expose().decode()
    assert "API request" in shown
    assert 'method="other"' in shown
    assert 'route="/orders/{id}"' in shown.replace("{id:path}", "{id}")
    for secret in (shop.key, shop.key[-43:], ONE, "canary"):
        assert secret not in shown


async def test_answers_are_not_kept_by_caches(shop: Shop) -> None:
    answer = await shop.ask("GET", "/orders")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
