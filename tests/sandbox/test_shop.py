"""The shop's system of the demo."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from bot.sandbox.server import create_app

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMTIz"
BODY = json.dumps(
    {"type": "order.late", "id": "evt_1", "data": {"id": "82", "shop_order": "<b>1001</b>", "stage": "x"}}
)


async def test_events_are_verified_and_shown_and_others_refused() -> None:
    at = datetime.now(UTC)
    signed = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("evt_1", at, BODY),
    }
    transport = httpx.ASGITransport(app=create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
        assert "Nothing yet" in (await http.get("/shop/")).text
        assert (await http.post("/shop/events", content=BODY)).status_code == 204
        assert (await http.get("/shop/links")).json() == {}
        await http.post("/shop/setup", json={"secret": SECRET, "page": "http://bot/t/x"})
        assert (await http.get("/shop/links")).json()["page"] == "http://bot/t/x"
        assert (await http.get("/shop/api")).status_code == 502  # nobody listens
        assert (await http.post("/shop/events", content=BODY, headers=signed)).status_code == 204
        forged = BODY.replace("82", "83")
        assert (await http.post("/shop/events", content=forged, headers=signed)).status_code == 401
        assert (await http.post("/shop/events", content="[]")).status_code == 400
        page = (await http.get("/shop/")).text
    assert "2 so far" in page
    assert "signature verified" in page
    assert "&lt;b&gt;1001" in page
    assert "<b>1001" not in page
