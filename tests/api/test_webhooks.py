"""Webhooks by the API."""

from __future__ import annotations

from tests.api.conftest import Shop
from tests.api.test_gate import problem

URL = "https://shop.example.com/parcel-events"


async def test_a_webhook_is_added_listed_rotated_resumed_and_removed(shop: Shop) -> None:
    assert await shop.get("/webhooks") == {"webhooks": []}
    answer = await shop.ask("POST", "/webhooks", json={"url": URL, "events": ["order.late"]})
    assert answer.status_code == 201
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["events"], made["paused_at"], made["waiting"]) == (URL, ["order.late"], None, 0)
    (listed,) = (await shop.get("/webhooks"))["webhooks"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    rotated = (await shop.ask("POST", f"/webhooks/{made['id']}/rotate")).json()
    assert rotated["secret"] not in ("", made["secret"])
    assert (await shop.ask("POST", f"/webhooks/{made['id']}/resume")).json() == {"waiting": 0}
    assert shop.wakes
    assert (await shop.ask("DELETE", f"/webhooks/{made['id']}")).status_code == 204
    assert await shop.get("/webhooks") == {"webhooks": []}
    for method, path in (("DELETE", ""), ("POST", "/rotate"), ("POST", "/resume")):
        problem(await shop.ask(method, f"/webhooks/{made['id']}{path}"), 404, "webhook_not_found")


async def test_orders_added_by_the_api_are_events(shop: Shop) -> None:
    await shop.ask("POST", "/webhooks", json={"url": URL})
    await shop.add(aliexpress_orders="8211744661738042")
    (listed,) = (await shop.get("/webhooks"))["webhooks"]
    assert listed["waiting"] == 1


async def test_a_url_that_leads_inside_is_refused_by_its_field(shop: Shop) -> None:
    for url in ("http://shop.example.com/", "https://10.0.0.1/", "https://a:b@shop.example.com/"):
        found = problem(await shop.ask("POST", "/webhooks", json={"url": url}), 422, "invalid_fields")
        assert [(one["pointer"], one["code"]) for one in found["errors"]] == [("#/url", "bad_url")]
    assert (await shop.ask("POST", "/webhooks", json={"url": URL})).status_code == 201
    again = problem(await shop.ask("POST", "/webhooks", json={"url": URL}), 422, "invalid_fields")
    assert "already" in again["errors"][0]["detail"]
    wrong = {"url": URL, "events": ["order.eaten"]}
    found = problem(await shop.ask("POST", "/webhooks", json=wrong), 422, "invalid_fields")
    assert [one["pointer"] for one in found["errors"]] == ["#/events"]
