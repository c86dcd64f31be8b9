from __future__ import annotations

import asyncio
import json

import pytest

from bot.sandbox.box import Config
from tests.sandbox.conftest import Hands, MakeWorld, World, dig, until

EMMA = 5000000101
IVAN = 5000000102


@pytest.fixture
def quiet(make_world: MakeWorld) -> World:
    """A world where nothing has happened yet."""
    world = make_world(Config(time=Hands(), demo=False))
    for number, name in ((EMMA, "Emma"), (IVAN, "Ivan")):
        world.box.telegram.add_private(world.box.telegram.add_user(name, user_id=number))
    return world


async def say(world: World, *texts: str, chat: int = EMMA) -> list[int]:
    numbers = []
    for text in texts:
        answer = await world.control(f"/chats/{chat}/say", text=text)
        number = dig(answer, "update_id")
        assert isinstance(number, int)
        numbers.append(number)
    return numbers


def ids(updates: list[dict[str, object]]) -> list[object]:
    return [update["update_id"] for update in updates]


async def test_an_offset_confirms_everything_below_it(quiet: World) -> None:
    first, second, third = await say(quiet, "a", "b", "c")
    assert ids(await quiet.updates()) == [first, second, third]
    assert ids(await quiet.updates(offset=second)) == [second, third]
    assert ids(await quiet.updates(offset=0)) == [second, third]
    ledger = await quiet.control("/telegram/ledger", "GET")
    assert [dig(ledger, "updates", place, "confirmed") for place in range(3)] == [True, False, False]


async def test_a_negative_offset_forgets_all_but_the_last(quiet: World) -> None:
    numbers = await say(quiet, "a", "b", "c")
    assert ids(await quiet.updates(offset=-2)) == numbers[1:]
    assert ids(await quiet.updates()) == numbers[1:]


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (2, 2), (0, 1), (1000, 3)])
async def test_the_limit_lies_between_1_and_100(quiet: World, limit: int, count: int) -> None:
    await say(quiet, "a", "b", "c")
    assert len(await quiet.updates(limit=limit)) == count


async def test_a_long_poll_ends_with_the_first_update(quiet: World) -> None:
    poll = asyncio.create_task(quiet.updates(timeout=50))
    await until(lambda: quiet.box.telegram.updates._waiter is not None)
    await say(quiet, "now")
    assert dig(await asyncio.wait_for(poll, 40), 0, "message", "text") == "now"


async def test_a_second_poller_ends_the_first(quiet: World) -> None:
    first = asyncio.create_task(quiet.refusal("getUpdates", timeout=50))
    await until(lambda: quiet.box.telegram.updates._waiter is not None)
    assert await quiet.updates() == []
    assert await first == (
        "409 Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )


async def test_a_poller_that_went_away_takes_no_update_with_it(live: World) -> None:
    await live.result("deleteWebhook", drop_pending_updates=True)
    poll = asyncio.create_task(live.updates(timeout=50))
    await until(lambda: live.box.telegram.updates._waiter is not None)
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    await until(lambda: live.box.telegram.updates._waiter is None)
    await say(live, "a")
    assert [update.handed for update in live.box.telegram.updates.pending] == [0]
    assert live.box.telegram.updates.conflicts == 0


async def test_no_polling_beside_a_webhook(quiet: World) -> None:
    await quiet.result("setWebhook", url="https://shop.example/hook")
    assert await quiet.refusal("getUpdates") == (
        "409 Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await quiet.result("deleteWebhook")
    assert await quiet.updates() == []


async def test_allowed_updates_are_remembered(quiet: World) -> None:
    assert await quiet.updates(allowed_updates=["callback_query"]) == []
    answer = await quiet.control(f"/chats/{EMMA}/say", text="not wanted")
    assert await quiet.updates() == []
    await quiet.updates(allowed_updates=[])
    await say(quiet, "wanted")
    assert len(await quiet.updates()) == 1
    assert dig(answer, "update_id") is not None


async def test_a_press_is_kept_150_seconds_and_a_message_a_day(quiet: World) -> None:
    await say(quiet, "a")
    sent = await quiet.result("sendMessage", chat_id=EMMA, text="x")
    await quiet.control(f"/chats/{EMMA}/press", message_id=dig(sent, "message_id"), data="y")
    quiet.hands.at += 149
    assert len(await quiet.updates()) == 2
    quiet.hands.at += 2
    assert len(await quiet.updates()) == 1
    quiet.hands.at += 86_400
    assert await quiet.updates() == []
    ledger = await quiet.control("/telegram/ledger", "GET")
    assert [dig(ledger, "updates", place, "dropped") for place in range(2)] == ["expired", "expired"]


async def test_pending_updates_may_be_dropped(quiet: World) -> None:
    await say(quiet, "a", "b")
    await quiet.result("deleteWebhook", drop_pending_updates=True)
    assert await quiet.updates() == []


async def test_a_wrong_token_and_an_unknown_method(quiet: World) -> None:
    response = await quiet.http.post(f"{quiet.url}/telegram/bot1:wrong/getMe")
    assert response.status_code == 401
    assert response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    answer = await quiet.bot("sendDice", chat_id=EMMA)
    assert answer == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_method_names_do_not_mind_their_case(quiet: World) -> None:
    assert dig(await quiet.result("GETME"), "username") == "parcel_demo_bot"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"url": "ftp://x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://x.org", "secret_token": "é"}, "secret token contains unallowed characters"),
        ({"url": "https://x.org", "secret_token": "x" * 257}, "secret token contains unallowed characters"),
    ],
)
async def test_a_webhook_is_checked(quiet: World, parameters: dict[str, object], reason: str) -> None:
    assert await quiet.refusal("setWebhook", **parameters) == f"400 Bad Request: {reason}"


class Receiver:
    """A web server that answers with the given statuses, then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[tuple[str, dict[str, object]]] = []
        self.enough = asyncio.Event()
        self.wanted = 1

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        secret = [line.split(": ")[1] for line in head.split("\r\n") if "Secret-Token" in line]
        self.seen.append((secret[0] if secret else "", body))
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        if len(self.seen) >= self.wanted:
            self.enough.set()


async def test_a_webhook_gets_updates_in_order_with_the_secret_and_again_after_a_failure(live: World) -> None:
    receiver = Receiver(500, 500)
    receiver.wanted = 5
    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await live.result("deleteWebhook", drop_pending_updates=True)
        await live.result("setWebhook", url=f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        for text in ("one", "two", "three"):
            await live.control(f"/chats/{EMMA}/say", text=text)
        await asyncio.wait_for(receiver.enough.wait(), 10)
    texts = [dig(body, "message", "text") for _, body in receiver.seen]
    assert texts == ["one", "one", "one", "two", "three"]
    assert {secret for secret, _ in receiver.seen} == {"s3cret"}
    info = await live.result("getWebhookInfo")
    assert dig(info, "last_error_message") == "Wrong response from the webhook: 500"


async def test_one_chat_s_poison_does_not_hold_another_chat(live: World) -> None:
    class Poisoned(Receiver):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await super().__call__(reader, writer)
            _, body = self.seen[-1]
            if dig(body, "message", "text") == "fine":
                self.enough.set()
            self.statuses.append(500)

    receiver = Poisoned(500)
    receiver.wanted = 10_000
    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await live.result("setWebhook", url=f"http://127.0.0.1:{port}/", drop_pending_updates=True)
        await live.control(f"/chats/{EMMA}/say", text="poison")
        await live.control(f"/chats/{IVAN}/say", text="fine")
        await asyncio.wait_for(receiver.enough.wait(), 10)
        await live.result("deleteWebhook")
