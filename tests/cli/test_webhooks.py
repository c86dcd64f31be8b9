"""`webhooks` in the terminal."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from standardwebhooks import Webhook

from bot.model import EventType
from bot.store import NewEvent, Store, Transaction
from tests.cli.conftest import Terminal


class _Shop(BaseHTTPRequestHandler):
    """Keeps what it gets; at /no it refuses."""

    got: list[tuple[dict[str, str], str]] = []  # noqa: RUF012  reset by the fixture

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.append((dict(self.headers.items()), body))
        self.send_response(500 if self.path == "/no" else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as it is called
        """Nothing is printed."""


@pytest.fixture
def shop() -> Iterator[str]:
    """A shop's system on loopback."""
    _Shop.got.clear()
    with HTTPServer(("127.0.0.1", 0), _Shop) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _listed(working: Terminal) -> list[dict[str, object]]:
    return list(json.loads(working.run("webhooks", "list", "--json").stdout))


def test_an_endpoint_is_added_listed_rotated_and_removed(working: Terminal) -> None:
    assert "no events are made" in working.run("webhooks", "list").stdout
    made = working.run(
        "webhooks",
        "add",
        "https://shop.example.com/hooks",
        "--events",
        "order.late",
        "--events",
        "order.delivered",
    )
    secret = made.stdout.strip()
    assert secret.startswith("whsec_")
    assert "only this once" in made.stderr
    (one,) = _listed(working)
    assert one["events"] == ["order.late", "order.delivered"]
    assert (one["paused_at"], one["waiting"]) == (None, 0)
    shown = working.run("webhooks", "list")
    assert "nothing sent yet" in shown.stdout
    rotated = working.run("webhooks", "rotate", str(one["id"]))
    assert rotated.stdout.strip() not in ("", secret)
    assert secret not in shown.stdout + json.dumps(one)
    assert "0 wait" in working.run("webhooks", "resume", str(one["id"])).stdout
    assert working.run("webhooks", "remove", str(one["id"])).exit_code == 0
    for command in ("remove", "rotate", "resume", "test"):
        assert "there is no endpoint wh_x" in str(working.run("webhooks", command, "wh_x").exception)


def test_a_url_that_leads_inside_or_is_not_encrypted_is_refused(working: Terminal) -> None:
    for url in ("http://shop.example.com/", "https://10.0.0.1/", "https://localhost/", "shop"):
        assert working.run("webhooks", "add", url).exit_code == 2


def test_a_test_event_is_signed_and_its_answer_shown(working: Terminal, shop: str) -> None:
    working.environment["WEBHOOKS_ALLOW_PRIVATE"] = "true"
    secret = working.run("webhooks", "add", shop).stdout.strip()
    working.run("webhooks", "add", f"{shop}/no")
    works, refuses = _listed(working)
    assert "it answered 204" in working.run("webhooks", "test", str(works["id"])).stdout
    headers, body = _Shop.got[0]
    assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"
    refused = working.run("webhooks", "test", str(refuses["id"]))
    assert refused.exit_code == 1
    assert "it answered 500" in refused.stdout


def test_there_is_nothing_to_replay_in_a_new_database(working: Terminal) -> None:
    assert "No event was set aside" in working.run("webhooks", "failed").stdout
    assert json.loads(working.run("webhooks", "failed", "--json").stdout) == []
    assert "0 will be sent again" in working.run("webhooks", "replay", "--all").stdout
    assert "no event evt_1" in str(working.run("webhooks", "replay", "evt_1").exception)
    assert working.run("webhooks", "replay").exit_code == 2
    assert working.run("webhooks", "replay", "evt_1", "--all").exit_code == 2


def _with_store(working: Terminal, change: Callable[[Transaction], Awaitable[object]]) -> None:
    async def run() -> None:
        store = Store(f"sqlite:///{working.folder / 'bot.db'}")
        async with store.write() as tx:
            await change(tx)
        await store.close()

    asyncio.run(run())


def test_what_was_set_aside_is_listed_and_doctor_says_what_is_wrong(working: Terminal) -> None:
    assert "webhooks" not in working.findings()
    working.run("webhooks", "add", "https://shop.example.com/hooks")
    assert "endpoints: 1; events waiting: 0" in working.findings()["webhooks"]["text"]
    (one,) = _listed(working)
    now = datetime.now(UTC)
    new = NewEvent(event_id="evt_1", order_id="8211744661738042", type=EventType.LATE, payload="{}")

    async def fail(tx: Transaction) -> None:
        await tx.webhooks.enqueue([(str(one["id"]), new)], now)
        (event,) = await tx.webhooks.lease(str(one["id"]), now, 1, timedelta(minutes=1))
        await tx.webhooks.settle_aside(event, now, "it answered 500")
        await tx.webhooks.change_endpoint(str(one["id"]), paused_at=now, error="it answered 500")

    _with_store(working, fail)
    shown = working.run("webhooks", "failed").stdout
    assert "evt_1" in shown
    assert "order.late" in shown
    assert "paused since" in working.run("webhooks", "list").stdout
    (aside,) = json.loads(working.run("webhooks", "failed", "--json").stdout)
    assert (aside["id"], aside["error"], aside["attempts"]) == ("evt_1", "it answered 500", 1)
    found = json.loads(working.run("doctor", "--json").stdout)["findings"]
    texts = [each["text"] for each in found if each["check"] == "webhooks"]
    assert len(texts) == 2
    assert "is paused since" in texts[0]
    assert "1 events were set aside" in texts[1]
    assert "1 will be sent again" in working.run("webhooks", "replay", "evt_1").stdout
