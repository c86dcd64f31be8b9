"""The API of a running bot: a shop sends an order, its customer opens the link, and both see the same."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.chaos.balancer import free_port
from tests.world import EMMA, TWO_PARCELS, world


async def test_a_shop_sends_an_order_and_its_customer_follows_it(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with world(tmp_path) as here, httpx.AsyncClient(trust_env=False) as http:
        app = await here.start(LISTEN=f"127.0.0.1:{port}", PUBLIC_URL=url)

        async def is_ready() -> bool:
            try:
                return (await http.get(f"{url}/ready")).status_code == 200
            except httpx.ConnectError:
                return False

        await here.until(is_ready)
        orders = f"{url}/api/v1/orders"
        assert (await http.get(orders)).status_code == 404, "off"
        http.headers["Authorization"] = f"Bearer {await app.leader.tracking.keys.add('shop')}"
        sent = {
            "aliexpress_orders": TWO_PARCELS,
            "shop_order": "#1001",
            "name": "Blue lamp",
            "language": "de",
        }
        answer = await http.post(orders, json=sent)
        assert answer.status_code == 200, answer.text
        (row,) = answer.json()["orders"]
        link, token = row["claim_link"].split("?start=")
        assert link == f"https://t.me/{here.box.config.bot_username}"

        page = await http.get(row["page"])
        assert page.status_code == 200
        assert 'lang="de"' in page.text
        await here.ask(EMMA, f"/start {token}", "Blue lamp")

        async def is_checked() -> bool:
            (found,) = (await http.get(f"{orders}/1001")).json()["orders"]
            return found["checked_at"] is not None and found["followers"] == 1

        await here.until(is_checked)
        (found,) = (await http.get(f"{orders}/{TWO_PARCELS}")).json()["orders"]
        assert len(found["parcels"]) == 2
        assert found["parcels"][0]["nodes"]
        shown = (await http.get(f"{url}/metrics")).text
        assert 'parcelbot_api_requests_total{method="POST",route="/orders",status="2xx"} 1.0' in shown
