"""Each recipe of docs/recipes sends a recorded order to the real API over HTTP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.web.server import HttpServer
from tests.api.conftest import PUBLIC, Shop

ROOT = Path(__file__).parent.parent.parent
RECIPES, RECORDED = ROOT / "docs/recipes", ROOT / "tests/data/recipes"
ONE, TWO = "8211744661738042", "8211744661738043"
ORDER = {
    "aliexpress_orders": f"{ONE}, {TWO}",
    "shop_order": "#1001",
    "name": "Blue lamp",
    "language": "de-DE",
}


@pytest.fixture
async def environment(shop: Shop) -> AsyncIterator[dict[str, str]]:
    """The API listens; a program in this environment reaches it with the shop's key."""
    server = HttpServer(shop.app, "127.0.0.1", 0)
    port = await server.open()
    yield {"PATH": os.environ["PATH"], "PARCELS_URL": f"http://127.0.0.1:{port}", "PARCELS_KEY": shop.key}
    await server.close()


async def _run(program: str, *arguments: object, sent: bytes, environment: dict[str, str]) -> Any:
    """The JSON that a program prints."""
    where = shutil.which(program)
    if where is None:
        pytest.skip(f"RECIPE NOT TESTED: {program} is not installed")
    process = await asyncio.create_subprocess_exec(
        where,
        *map(str, arguments),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(sent), 180)
    assert process.returncode == 0, err.decode()
    return json.loads(out)


async def _is_watched(shop: Shop, *, name: str = "Blue lamp") -> None:
    found = (await shop.get("/orders/1001"))["orders"]
    assert [(order["id"], order["name"], order["language"]) for order in found] == [
        (ONE, name, "de"),
        (TWO, name, "de"),
    ]


@pytest.mark.parametrize(
    ("program", "file"), [(sys.executable, "parcels.py"), ("node", "parcels.mjs"), ("php", "parcels.php")]
)
async def test_a_client_sends_an_order_and_gets_its_links(
    shop: Shop, environment: dict[str, str], program: str, file: str
) -> None:
    rows = await _run(program, RECIPES / file, sent=json.dumps(ORDER).encode(), environment=environment)
    assert [row["id"] for row in rows] == [ONE, TWO]
    assert rows[0]["page"].startswith(f"{PUBLIC}/t/")
    await _is_watched(shop)
    again = await _run(program, RECIPES / file, sent=json.dumps(ORDER).encode(), environment=environment)
    assert again == rows, "a repeat is recognized"


async def test_the_plugin_sends_an_order_once_and_shows_its_page(
    shop: Shop, environment: dict[str, str]
) -> None:
    recorded = (RECORDED / "woocommerce_order.json").read_bytes()
    plugin = RECIPES / "woocommerce/parcel-bot.php"
    done = await _run("php", RECORDED / "wordpress.php", plugin, sent=recorded, environment=environment)
    (first, second) = (await shop.get("/orders/4750"))["orders"]
    assert (first["id"], second["id"], first["name"], first["language"]) == (
        ONE,
        TWO,
        'Blue lamp - "Nørd"',
        "de",
    )
    assert done == {
        "email": f'<p><a href="{first["page"]}">Track your parcel</a></p>',
        "requests": 1,
        "notes": [],
    }


async def test_the_plugin_notes_why_a_number_is_refused(shop: Shop, environment: dict[str, str]) -> None:
    recorded = (RECORDED / "woocommerce_order.json").read_bytes().replace(ONE.encode(), b"1005001234567890")
    plugin = RECIPES / "woocommerce/parcel-bot.php"
    done = await _run("php", RECORDED / "wordpress.php", plugin, sent=recorded, environment=environment)
    assert (done["email"], done["requests"]) == ("", 1)
    assert "is a product's number" in done["notes"][0]


async def test_shopify_s_webhook_is_verified_and_passed_on(shop: Shop, environment: dict[str, str]) -> None:
    recorded = (RECORDED / "shopify_order.json").read_bytes()
    signature = base64.b64encode(hmac.digest(b"secret", recorded, hashlib.sha256)).decode()
    signed = environment | {"HMAC": signature, "SECRET": "secret"}
    rows = await _run("node", RECIPES / "parcels.mjs", sent=recorded, environment=signed)
    assert {row["id"] for row in rows} == {ONE, TWO}
    found = (await shop.get("/orders/1001"))["orders"]
    assert {order["name"] for order in found} == {"Blue lamp"}
    with pytest.raises(AssertionError, match="not signed by Shopify"):
        await _run("node", RECIPES / "parcels.mjs", sent=recorded + b" ", environment=signed)


# ── bodies with placeholders ────────────────────────────────────────────────────────────────────


def _bodies(page: str) -> list[str]:
    text = (RECIPES / page).read_text(encoding="utf-8")
    found: list[str] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    return found


def _filled(template: str, values: dict[str, str]) -> str:
    """The template as the tool sends it: placeholders by the last word of their path, filters applied."""

    def fill(found: re.Match[str]) -> str:
        path, *filters = (part.strip() for part in found[1].split("|"))
        text = values[re.split(r"\.|__", path)[-1]]
        for each in filters:
            match each.partition(":")[0], each.partition(":")[2].strip()[1:-1]:
                case "newline_to_br", _:
                    text = text.replace("\n", "<br />\n")
                case "strip_newlines", _:
                    text = text.replace("\n", "")
                case "remove", what:
                    text = text.replace(what, "")
                case other:
                    raise AssertionError(other)
        return text

    return re.sub(r"\{\{(.*?)\}\}", fill, template)


@pytest.mark.parametrize("number", range(3), ids=["make", "zapier", "n8n"])
async def test_a_body_of_a_tool_without_code_is_taken(shop: Shop, number: int) -> None:
    values = {"aliexpress_order_id": f"{ONE}, {TWO}", "number": "#1001", "language": "de"}
    sent = json.loads(_filled(_bodies("no-code.md")[number], values))
    assert [row["id"] for row in await shop.add(**sent)] == [ONE, TWO]
    await _is_watched(shop, name="")


async def test_the_body_of_many_orders_is_taken(shop: Shop) -> None:
    answer = await shop.ask("POST", "/orders", json=json.loads(_bodies("no-code.md")[3]))
    assert [row["row"] for row in answer.json()["orders"]] == [0, 1, 1]


async def test_the_body_of_shopify_s_flow_is_taken(shop: Shop) -> None:
    recorded = json.loads((RECORDED / "shopify_order.json").read_bytes())
    values = {
        "note": recorded["note"],
        "name": recorded["name"],
        "customerLocale": recorded["customer_locale"],
    }
    sent = json.loads(_filled(_bodies("shopify.md")[0], values))
    assert [row["id"] for row in await shop.add(**sent)] == [ONE, TWO]
    await _is_watched(shop, name="")
