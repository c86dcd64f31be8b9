"""The demo as a newcomer starts it: real processes, everything through HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.views.brand import NAMES
from tests import bodies

ROOT = Path(__file__).parent.parent
EMMA, IVAN, MERCHANT = 5000000101, 5000000102, 5000000001
ORDER = "8211744661738042"

pytestmark = pytest.mark.process


@contextmanager
def demo(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Run a demo and yield the chat page's address as it prints it; it must end cleanly afterwards.

    What its bot sent to Telegram is checked.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        address = _printed_address(process)
        yield address
        assert bodies.wrong_at(address) == []
    finally:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of the demo hears Ctrl+C
        rest, _ = process.communicate(timeout=120)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The chat page of a shop that sells under its own brand."""
    shop = tmp_path_factory.mktemp("shop") / "shop.toml"
    shop.write_text('name = "Lamp & Light"\nsupport = "@lamp_help"\nbrand = true\nblur_origin = true\n')
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1", "SHOP_FILE": str(shop)}
    with demo(
        [sys.executable, "-m", "bot", "demo", "--port", "0", "--speed", "10"], ROOT, environment
    ) as found:
        yield found


def _printed_address(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    seen = ""
    for line in demo.stdout:
        seen += line
        if line.startswith("Events that a shop's own system gets"):  # the last one: all of it is set up
            assert f"type this in the chat:  /track {ORDER}" in seen
            found = re.search(r"http://127\.0\.0\.1:\d+", seen)
            assert found is not None, seen
            return found.group()
    raise AssertionError(f"the demo ended before it was ready:\n{seen}")


def _call(url: str, **body: Any) -> Any:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode() if body else None, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def check_first_push(address: str) -> None:
    """Follow the demo's first order and wait for its next news."""
    said = _call(f"{address}/control/chats/{EMMA}/say", text=f"/track {ORDER}")
    after = said["message"]["id"]
    card = _call(f"{address}/control/chats/{EMMA}/wait?after={after}&contains={ORDER}&timeout=90")
    assert "Expected" in card["text"]
    push = card
    while push.get("reply_to") != card["id"]:  # the question about the time comes between
        push = _call(f"{address}/control/chats/{EMMA}/wait?after={push['id']}&timeout=90")


def test_the_shops_own_system_gets_events(address: str) -> None:
    _says(address, EMMA, f"/track {ORDER}")
    deadline = time.monotonic() + 120
    while "signature verified" not in (page := _read(f"{address}/shop/")):
        assert time.monotonic() < deadline, page
        time.sleep(0.2)
    assert "order.changed" in page


def test_the_tour_leads_to_the_tracking_page_the_api_and_the_events(address: str) -> None:
    links = _call(f"{address}/shop/links")
    assert "Lamp &amp; Light" in _read(links["page"])
    api = _read(address + links["api"])
    for operation in ("POST /orders", "GET /stats", "POST /webhooks/{id}/replay"):
        assert f"<b>{operation}</b>" in api
    assert "Events at the shop" in _read(address + links["events"])


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=180) as answer:
        return str(answer.read().decode())


def _says(address: str, chat: int, text: str, contains: str = "") -> Any:
    """The first message with `contains` after somebody wrote; a chat is answered in its order."""
    said = _call(f"{address}/control/chats/{chat}/say", text=text)
    after = said["message"]["id"]
    return _call(f"{address}/control/chats/{chat}/wait?after={after}&contains={contains}&timeout=90")


def test_no_customer_of_a_shop_with_its_own_brand_reads_aliexpress(address: str) -> None:
    assert "Lamp & Light" in _says(address, EMMA, "/help", "/forget")["text"]
    for order in _call(f"{address}/control/orders"):
        _says(address, IVAN, order["id"])
    for text in ("/start", "/orders", "/mydata", f"https://aliexpress.ru/order?orderId={ORDER}", "hello"):
        _says(address, IVAN, text)
    _says(address, IVAN, "/help", "/forget")
    for chat in (EMMA, IVAN):
        told = _call(f"{address}/control/chats/{chat}/messages")
        answers = [(each["text"], each["html"], each["buttons"]) for each in told if each["is_bot"]]
        assert len(answers) > (2 if chat == IVAN else 0)
        read = json.dumps([answers, _call(f"{address}/control/chats/{chat}/menu")], ensure_ascii=False)
        found = NAMES.search(read)
        assert found is None, read[found.start() - 200 : found.end() + 50]
    assert NAMES.search(_says(address, MERCHANT, "/help", "/authorize")["text"])
