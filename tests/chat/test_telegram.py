"""The wire: what surely did not leave, what may have, connections kept, and no token anywhere."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.requests import Request
from telegram import InputFile
from telegram.error import BadRequest, EndPointNotFound, Forbidden, TelegramError

from bot.chat.telegram import (
    AiohttpRequest,
    Ambiguous,
    FloodWait,
    NotSent,
    SecretRedactor,
    TelegramBot,
    build_bot,
    connect_bot,
)
from bot.errors import TokenRevoked
from bot.sandbox.parameters import read_parameters
from tests import bodies
from tests.chat.standin import TOKEN, Answer, bot_on, ok, refusal
from tests.make import there

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ME = {"id": 123456, "is_bot": True, "first_name": "Parcels", "username": "parcels_bot"}


async def read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Head and body of a request; its fields are checked."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": pairs}
    sent = await read_parameters(Request(scope, receive))
    bodies.note(first.split()[1].rpartition("/")[2], sent.values, sent.uploads)
    return head, body


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answering(content: bytes) -> Peer:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            writer.write(content)
            await writer.drain()

    return peer


@asynccontextmanager
async def bot_facing(peer: Peer, **timeouts: float) -> AsyncIterator[TelegramBot]:
    """A bot whose API is this peer, on loopback."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await peer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the bot hung up, as it may
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    wire = AiohttpRequest(SecretRedactor(TOKEN), **timeouts)  # type: ignore[arg-type]  # timeouts only, all floats
    bot = build_bot(TOKEN, f"http://127.0.0.1:{port}", request=wire, updates_request=wire)
    await wire.initialize()
    try:
        yield bot
    finally:
        await wire.shutdown()
        server.close()
        for writer in writers:
            writer.close()
        await server.wait_closed()


async def send(bot: TelegramBot) -> Any:
    return await bot.call("sendMessage", {"chat_id": 5, "text": "héllo 🎁"})


# ── sent, not sent, who knows ───────────────────────────────────────────────────────────────────


async def test_a_call_reaches_its_address_and_brings_the_result() -> None:
    seen: list[tuple[str, bytes]] = []

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(http(b'{"ok":true,"result":{"message_id":7}}'))
        await writer.drain()

    async with bot_facing(peer) as bot:
        assert await send(bot) == {"message_id": 7}
    head, body = seen[0]
    assert head.startswith(f"POST /bot{TOKEN}/sendMessage HTTP/1.1")
    assert body == b"chat_id=5&text=h%C3%A9llo+%F0%9F%8E%81"


async def test_fields_are_written_as_telegram_reads_them() -> None:
    seen: list[bytes] = []

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await read_request(reader))[1])
        writer.write(http(b'{"ok":true,"result":true}'))
        await writer.drain()

    button = {"text": "half a pair: \ud83d", "callback_data": "1:d"}
    fields = {"chat_id": -5, "disable_notification": True, "message_thread_id": None, "text": "a&b"}
    async with bot_facing(peer) as bot:
        await bot.call("sendMessage", fields | {"reply_markup": {"inline_keyboard": [[button]]}})
    sent = dict(parse_qsl(seen[0].decode()))
    markup = json.loads(sent.pop("reply_markup"))
    assert sent == {"chat_id": "-5", "disable_notification": "true", "text": "a&b"}
    assert markup == {"inline_keyboard": [[button]]}


async def test_an_answer_with_half_a_pair_is_read() -> None:
    async with bot_facing(answering(http(b'{"ok":true,"result":[{"text":"cut \\ud83d"}]}'))) as bot:
        assert await bot.call("getUpdates", {}) == [{"text": "cut \ud83d"}]


async def test_connections_are_kept_and_used_again() -> None:
    connections = 0
    ready = answering(http(b'{"ok":true,"result":true}'))

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await ready(reader, writer)

    async with bot_facing(peer) as bot:
        for _ in range(20):
            await send(bot)
    assert connections == 1


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used() -> None:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(http(b'{"ok":true,"result":true}'))
        await writer.drain()

    async with bot_facing(peer) as bot:
        for _ in range(3):
            assert await send(bot) is True
            await asyncio.sleep(0.01)  # the network's time to say goodbye


async def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    wire = AiohttpRequest(SecretRedactor(TOKEN))
    bot = build_bot(TOKEN, f"http://127.0.0.1:{port}", request=wire)
    await wire.initialize()
    with pytest.raises(NotSent):
        await send(bot)
    await wire.shutdown()


async def test_before_it_is_opened_nothing_is_sent() -> None:
    with pytest.raises(NotSent):
        await send(build_bot(TOKEN, "http://127.0.0.1:9"))


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await reader.read()


async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(http(b'{"ok":true,"result":{"message_id":7}}')[:-10])
    await writer.drain()


@pytest.mark.parametrize(
    "peer",
    [
        hang_up,
        hang,
        cut,
        answering(b"not http at all\r\n\r\n"),
        answering(http(b"<html>")),
        answering(http(b"{}")),
        answering(http(b'"text"')),
        answering(http(b"<html>", "502 Bad Gateway")),
        answering(
            http(b'{"ok":false,"error_code":500,"description":"Internal"}', "500 Internal Server Error")
        ),
    ],
    ids=["hang-up", "time-out", "cut", "no http", "html", "no result", "no object", "502", "500"],
)
async def test_once_written_a_request_without_a_readable_answer_is_ambiguous(peer: Peer) -> None:
    async with bot_facing(peer, read_timeout=0.1) as bot:
        with pytest.raises(Ambiguous):
            await send(bot)


async def test_a_full_pool_means_that_nothing_was_sent() -> None:
    async with bot_facing(hang, connections=1, connect_timeout=0.05, read_timeout=5) as bot:
        first = asyncio.create_task(send(bot))
        await asyncio.sleep(0.01)
        with pytest.raises(NotSent):
            await send(bot)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_a_redirect_is_not_followed_with_the_token() -> None:
    async with bot_facing(answering(http(b"", "302 Found", "Location: http://127.0.0.1:9/"))) as bot:
        with pytest.raises(NotSent):
            await send(bot)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (
            http(b'{"ok":false,"description":"x","parameters":{"retry_after":17}}', "429 Too Many Requests"),
            17,
        ),
        (http(b'{"ok":false,"description":"retry after 9"}', "429 Too Many Requests"), 9),
        (http(b"slow down", "429 Too Many Requests", "Retry-After: 4"), 4),
        (http(b"", "429 Too Many Requests"), 1),
        (
            http(
                b'{"ok":false,"description":"FLOOD","parameters":{"retry_after":3}}', "420 Enhance Your Calm"
            ),
            3,
        ),
    ],
    ids=["parameter", "words", "header", "nothing", "420"],
)
async def test_a_flood_wait_is_read_wherever_it_stands(answer: bytes, seconds: float) -> None:
    async with bot_facing(answering(answer)) as bot:
        with pytest.raises(FloodWait) as caught:
            await send(bot)
    assert caught.value.seconds == seconds


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401, "Unauthorized"), TokenRevoked),
        (refusal(404, "Not Found"), TokenRevoked),
        (refusal(404, "Not Found: method not found"), EndPointNotFound),
        ((404, b"<h1>no such page</h1>"), EndPointNotFound),
        (refusal(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (refusal(400, "Bad Request: chat not found"), BadRequest),
        (refusal(413, "Request Entity Too Large"), BadRequest),
    ],
)
async def test_refusals_keep_their_kind(answer: Answer, error: type[Exception]) -> None:
    bot, _ = bot_on(lambda method, data: answer)
    with pytest.raises(error):
        await send(bot)


async def test_a_method_that_the_server_lacks_is_no_revoked_token() -> None:
    bot, _ = bot_on(lambda method, data: refusal(404, "Not Found"))
    with pytest.raises(EndPointNotFound):
        await bot.set_my_commands([("start", "Start")])


async def test_files_are_uploaded() -> None:
    bodies: list[bytes] = []

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bodies.append((await read_request(reader))[1])
        writer.write(http(b'{"ok":true,"result":true}'))
        await writer.drain()

    async with bot_facing(peer) as bot:
        photo = InputFile(b"\x89PNG-bytes", filename="p.png")
        await bot.call("sendPhoto", {"chat_id": 5, "photo": photo, "caption": "hi"})
    assert b"\x89PNG-bytes" in bodies[0]
    assert b'name="photo"; filename="p.png"' in bodies[0]
    assert b'name="chat_id"' in bodies[0]


# ── starting ────────────────────────────────────────────────────────────────────────────────────


async def test_connecting_waits_until_telegram_answers() -> None:
    answers: list[Answer] = [NotSent("no network"), refusal(500, "Internal"), (200, b"<html>"), ok(ME)]
    troubles: list[str] = []
    bot, _ = bot_on(lambda method, data: answers.pop(0))
    me = there(await connect_bot(bot, asyncio.Event(), on_trouble=troubles.append, first_wait=0.001))
    assert me.username == bot.username == "parcels_bot"
    assert len(troubles) == 3


async def test_connecting_ends_when_told_to_stop() -> None:
    stopping = asyncio.Event()
    bot, _ = bot_on(lambda method, data: NotSent("no network"))
    task = asyncio.create_task(connect_bot(bot, stopping))
    await asyncio.sleep(0)
    stopping.set()
    assert await task is None


async def test_connecting_with_a_revoked_token_says_so() -> None:
    bot, _ = bot_on(lambda method, data: refusal(401, "Unauthorized"))
    with pytest.raises(TokenRevoked):
        await connect_bot(bot, asyncio.Event())


# ── the token is nowhere ────────────────────────────────────────────────────────────────────────


def everything_said(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error)


@pytest.mark.parametrize(
    "peer",
    [
        hang_up,
        answering(http(f"<p>/bot{TOKEN}/sendMessage not found</p>".encode(), "404 Not Found")),
        answering(http(f"upstream /bot{TOKEN}/sendMessage".encode(), "502 Bad Gateway")),
        answering(http(f'{{"ok":false,"description":"bot{TOKEN}"}}'.encode(), "400 Bad Request")),
        answering(http(b'{"ok":false,"description":"Unauthorized"}', "401 Unauthorized")),
        answering(http(f"/bot{TOKEN}/".encode())),
    ],
    ids=["hang-up", "404", "502", "400", "401", "garbage"],
)
async def test_no_error_holds_the_token(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with bot_facing(peer) as bot:
        with pytest.raises((TelegramError, TokenRevoked)) as caught:
            await send(bot)
    assert TOKEN not in everything_said(caught.value)
    assert TOKEN not in caplog.text


async def test_a_rejected_token_at_the_start_is_not_repeated_in_words() -> None:
    # The library's own error quotes the token.
    bot, _ = bot_on(lambda method, data: refusal(401, "Unauthorized"))
    with pytest.raises(TokenRevoked) as caught:
        await bot.initialize()
    assert TOKEN not in everything_said(caught.value)


def test_no_repr_holds_the_token() -> None:
    bot = build_bot(TOKEN, "http://127.0.0.1:9")
    for thing in (bot, SecretRedactor(TOKEN), AiohttpRequest(SecretRedactor(TOKEN))):
        assert TOKEN not in repr(thing)
        assert TOKEN.partition(":")[2] not in repr(thing)


async def test_an_impossible_address_does_not_tell_the_token() -> None:
    wire = AiohttpRequest(SecretRedactor(TOKEN))
    bot = build_bot(TOKEN, "http://", request=wire)
    await wire.initialize()
    with pytest.raises(NotSent) as caught:
        await send(bot)
    await wire.shutdown()
    assert TOKEN not in everything_said(caught.value)


def test_the_redactor_knows_every_spelling_of_a_secret() -> None:
    redact = SecretRedactor("s3cret", TOKEN)
    cleaned = redact(f"asked /bot{TOKEN}/getMe and /bot{TOKEN.replace(':', '%3A')}/getMe with s3cret")
    assert cleaned == "asked /bot<token>/getMe and /bot<token>/getMe with <token>"


@pytest.mark.parametrize(
    "text",
    [
        "bot8123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "/bot8123456789%3AAAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/x",
    ],
)
def test_a_token_that_nobody_named_is_recognised(text: str) -> None:
    assert "AAHdq" not in SecretRedactor()(text)


def test_ordinary_words_pass_the_redactor() -> None:
    text = "order 8211744661738042 at 12:30:45, ratio 3:1"
    assert SecretRedactor(TOKEN)(text) == text


def test_answers_are_read_without_being_logged(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Ambiguous):
        AiohttpRequest.parse_json_payload(b'{"ok": true, "result": {"text": "private words"')
    assert "private words" not in caplog.text
    assert AiohttpRequest.parse_json_payload(json.dumps({"ok": True, "result": 1}).encode()) == {
        "ok": True,
        "result": 1,
    }


async def test_a_field_that_telegram_does_not_know_is_noted_at_this_seam_too() -> None:
    bot, _ = bot_on(lambda method, data: ok())
    await bot.call("sendMessage", {"chat_id": 5, "text": 5})
    assert bodies.noted() == ["sendMessage: text: 5 is not str"]
