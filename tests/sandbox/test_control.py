from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.aliexpress import scenarios
from bot.sandbox.aliexpress.signing import push_signature
from bot.sandbox.control.routes import samples
from tests.sandbox.conftest import World, dig, until

EMMA = 5000000101


async def test_waiting_ends_with_the_message_waited_for(live: World) -> None:
    await live.control(f"/chats/{EMMA}/say", text="/start")
    waiting = asyncio.create_task(live.control(f"/chats/{EMMA}/wait?contains=parcel&timeout=20", "GET"))
    await until(lambda: bool(live.box.bus._listeners))
    await live.result("sendMessage", chat_id=EMMA, text="hello")
    await live.result("sendMessage", chat_id=EMMA, text="your parcel")
    assert dig(await waiting, "text") == "your parcel"


async def test_waiting_in_vain_says_so_and_what_came_last(world: World) -> None:
    await world.control(f"/chats/{EMMA}/say", text="/start")
    sent = await world.result("sendMessage", chat_id=EMMA, text="hello")
    number = dig(sent, "message_id")
    answer = await world.control(f"/chats/{EMMA}/wait?after={number}&timeout=0", "GET")
    assert dig(answer, "timeout") is True
    assert dig(answer, "last", 0, "text") == "hello"
    found = await world.control(f"/chats/{EMMA}/wait?pattern=^hel*o$&timeout=0", "GET")
    assert dig(found, "id") == number


async def test_waiting_for_an_edit(world: World) -> None:
    await world.control(f"/chats/{EMMA}/say", text="/start")
    number = dig(await world.result("sendMessage", chat_id=EMMA, text="one"), "message_id")
    query = f"message={number}&edits=0&timeout=0&contains="
    assert dig(await world.control(f"/chats/{EMMA}/wait?{query}one", "GET"), "timeout") is True
    await world.result("editMessageText", chat_id=EMMA, message_id=number, text="two")
    assert dig(await world.control(f"/chats/{EMMA}/wait?{query}two", "GET"), "id") == number
    query = f"message={number}&edits=1&timeout=0&contains=two"
    assert dig(await world.control(f"/chats/{EMMA}/wait?{query}", "GET"), "timeout") is True


async def test_a_press_may_wait_for_its_answer(live: World) -> None:
    await live.control(f"/chats/{EMMA}/say", text="/start")
    keys = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    sent = await live.result("sendMessage", chat_id=EMMA, text="x", reply_markup=keys)
    number = dig(sent, "message_id")
    pressing = asyncio.create_task(
        live.control(f"/chats/{EMMA}/press", message_id=number, label="Go", timeout=20)
    )
    await until(lambda: bool(live.box.telegram.world.queries))
    await live.result(
        "answerCallbackQuery", callback_query_id=next(iter(live.box.telegram.world.queries)), text="ok"
    )
    assert dig(await pressing, "answer", "text") == "ok"


async def test_the_stream_tells_what_happens(live: World) -> None:
    async with live.http.stream("GET", f"{live.url}/control/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        await until(lambda: bool(live.box.bus._listeners))
        await live.control(f"/chats/{EMMA}/say", text="<b>hi</b>")
        facts = []
        async for line in lines:
            if line.startswith("data: "):
                facts.append(json.loads(line.removeprefix("data: ")))
                if facts[-1]["kind"] == "message":
                    break
        assert facts[-1]["message"]["text"] == "<b>hi</b>"


async def test_the_control_api_explains_itself(world: World) -> None:
    listed = await world.control("/", "GET")
    assert isinstance(listed, list)
    assert len(listed) > 30
    assert {"path": "/", "methods": ["GET"], "about": "This list."} in listed


async def test_a_document_and_a_location_reach_the_bot(world: World) -> None:
    await world.control(f"/chats/{EMMA}/document", name="ids.csv", content="1\n2", caption="here")
    await world.control(f"/chats/{EMMA}/location", latitude=52.5, longitude=13.4)
    updates = await world.updates(offset=-2)
    document = dig(updates, 0, "message", "document")
    assert dig(document, "file_name") == "ids.csv"
    assert dig(updates, 0, "message", "caption") == "here"
    assert dig(updates, 1, "message", "location") == {"latitude": 52.5, "longitude": 13.4}
    file = await world.http.get(f"{world.url}/control/files/{dig(document, 'file_id')}")
    assert file.content == b"1\n2"


async def test_a_deep_link_is_a_start_with_its_payload(world: World) -> None:
    await world.control(f"/chats/{EMMA}/say", start="abc-_1")
    message = dig(await world.updates(offset=-1), 0, "message")
    assert dig(message, "text") == "/start abc-_1"
    assert dig(message, "entities") == [{"type": "bot_command", "offset": 0, "length": 6}]


async def test_a_push_is_signed_and_a_forged_one_is_not(live: World) -> None:
    seen: list[tuple[str, bytes]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers["Content-Length"]))
        seen.append((headers["Authorization"], body))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/push"
        for forged in (False, True):
            await live.control(
                "/aliexpress/push", url=url, order_id=scenarios.PLAIN, status="OrderShipped", forged=forged
            )
    config = live.box.config
    right = [push_signature(config.app_key, config.app_secret, body) == sign for sign, body in seen]
    assert right == [True, False]
    message = json.loads(seen[0][1])
    assert message["data"]["orderId"] == int(scenarios.PLAIN)
    assert message["message_type"] == 53


async def test_the_product_s_figures_may_be_absent(world: World) -> None:
    assert dig(await world.control("/metrics", "GET"), "available") is False
    await world.control("/metrics", metrics_url="http://127.0.0.1:1")
    assert dig(await world.control("/metrics", "GET"), "samples") == []


async def test_the_product_s_figures_are_shown_when_there(live: World) -> None:
    await live.control("/metrics", metrics_url=f"{live.url}/control/files")
    answer = await live.control("/metrics", "GET")
    assert dig(answer, "reason") == "status 404"


def test_figures_are_read_from_the_exposition() -> None:
    text = (
        "# HELP a b\n# TYPE a counter\n"
        'calls_total{outcome="ok",to="a b"} 3.0\ndepth 1e3\nnone NaN\nx_bucket{le="1"} 2\nx_sum +Inf\n'
    )
    assert samples(text) == [
        {"name": "calls_total", "labels": 'outcome="ok",to="a b"', "value": 3.0},
        {"name": "depth", "labels": "", "value": 1000.0},
    ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chats/1/say", {"text": "x"}, 404),
        ("/chats/x/say", {"text": "x"}, 400),
        (f"/chats/{EMMA}/say", {"text": " "}, 400),
        (f"/chats/{EMMA}/press", {"message_id": 1, "data": "x"}, 404),
        (f"/chats/{EMMA}/press", {}, 400),
        (f"/chats/{EMMA}/state", {"action": "fly"}, 400),
        (f"/chats/{EMMA}/state", {"action": "upgrade"}, 404),
        ("/chats", {"type": "channel"}, 400),
        ("/orders/1/next", {}, 404),
        ("/orders", {"id": "x"}, 400),
        ("/orders", {"id": "1", "scenario": "x"}, 400),
        (f"/orders/{scenarios.PLAIN}/nodes", {"phrase": "x"}, 404),
        (f"/orders/{scenarios.PLAIN}/nodes", {"parcel": 9, "name": "x"}, 400),
        ("/aliexpress/behavior", {"shape": "round"}, 400),
        ("/aliexpress/tokens", {"action": "steal"}, 400),
        ("/aliexpress/push", {}, 400),
        ("/clock", {"seconds_per_day": -1}, 400),
        ("/chaos", {"rates": [1]}, 400),
    ],
)
async def test_a_useless_request_is_told_why(
    world: World, path: str, body: dict[str, object], status: int
) -> None:
    response = await world.http.post(f"{world.url}/control{path}", json=body)
    assert response.status_code == status
    assert response.json()["error"]


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
_NAMES = (
    "text",
    "parse_mode",
    "reply_markup",
    "reply_parameters",
    "message_id",
    "entities",
    "commands",
    "scope",
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    method=st.sampled_from(
        ("sendMessage", "editMessageText", "setMyCommands", "setMessageReaction", "getUpdates", "setWebhook")
    ),
    parameters=st.dictionaries(st.sampled_from((*_NAMES, "offset", "limit", "url", "reaction")), _VALUES),
)
async def test_whatever_the_bot_sends_it_gets_an_answer(
    world: World, method: str, parameters: dict[str, object]
) -> None:
    answer = await world.bot(method, **{"chat_id": -1004000000001, **parameters})
    assert answer["ok"] in (True, False)
    world.box.telegram.updates.webhook_url = ""
    world.box.telegram.calls.entries.clear()  # what is made up here need not be right


async def test_a_body_that_is_no_json_is_refused(world: World) -> None:
    url = f"{world.url}/telegram/bot{world.box.config.bot_token}/getMe"
    for body in (b"{", b"[]", b'"x"'):
        response: httpx.Response = await world.http.post(
            url, content=body, headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 400
        assert response.json()["ok"] is False
