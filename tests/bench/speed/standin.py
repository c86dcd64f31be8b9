"""AliExpress and Telegram reduced to what costs nothing: prepared answers, in a process of its own.

`python -m tests.bench.speed.standin BASE DELAY` prints the port it listens on. `BASE` (epoch seconds) dates
the one parcel that every order has, `DELAY` (seconds) is how long AliExpress takes; Telegram answers at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import deque
from typing import Any, cast
from urllib.parse import parse_qsl

_STEPS = (
    ("Package delivered to carrier", "Your package has been received by the carrier"),
    ("Shipping update", "Arrived at sorting center"),
    ("Shipping update", "Left the departure country/region"),
    ("Shipping update", "Package left sorting center"),
    ("Shipping update", "Flight departure, international transport"),
    ("Shipping update", "Arrived at line-haul office"),
)
_NODES = 12
_KEPT = 200  # bodies of posted messages, for the bare clients to post again
_REQUEST_ID = b"2101d05e17"


def tracking(base: float) -> bytes:
    """One parcel with twelve nodes, the newest six hours before `base`: the answer to every signed call."""
    nodes = [
        {
            "time_stamp": int((base - 6 * 3600 * (number + 1)) * 1000),
            "tracking_name": _STEPS[-1 - number % len(_STEPS)][0],
            "tracking_detail_desc": _STEPS[-1 - number % len(_STEPS)][1],
        }
        for number in range(_NODES)
    ]
    parcel = {
        "mail_no": "LP00675700340000",
        "carrier_name": "Cainiao",
        "detail_node_list": {"detail_node": nodes},
        "package_item_list": {
            "package_item": [{"item_id": 1005001234567890, "item_title": "Services lamp", "quantity": 1}]
        },
        "eta_time_stamps": int((base + 9 * 86_400) * 1000),
    }
    result = {"ret": True, "data": {"tracking_detail_line_list": {"tracking_detail": [parcel]}}}
    answer = {"result": result, "request_id": _REQUEST_ID.decode()}
    return json.dumps({"aliexpress_ds_order_tracking_get_response": answer}).encode()


class Standin:
    """What both servers know: updates to hand out, and what was posted when."""

    def __init__(self, base: float, delay: float) -> None:
        self.delay = delay
        self.parcel = tracking(base)
        self.updates: deque[dict[str, Any]] = deque()
        self.polls: deque[tuple[_Connection, int]] = deque()
        self.handed: dict[int, float] = {}
        self.posted: list[dict[str, Any]] = []
        self.bodies: deque[dict[str, str]] = deque(maxlen=_KEPT)
        self.calls: dict[str, int] = {}
        self.log_posts = False
        self._message_id = 1000
        self._request_id = 0

    def answer(self, connection: _Connection, path: str, body: bytes, kind: str) -> bytes | None:
        """The answer's JSON, None where it comes later."""
        if path == "/sync":
            self._request_id += 1  # never the same answer twice
            parcel = self.parcel.replace(_REQUEST_ID, b"%010x" % self._request_id)
            asyncio.get_running_loop().call_later(self.delay, connection.reply, parcel)
            return None
        method = path.rsplit("/", 1)[-1]
        if path.startswith("/control/"):
            return json.dumps(self._control(method, body)).encode()
        self.calls[method] = self.calls.get(method, 0) + 1
        if method == "getUpdates":
            return self._poll(connection, dict(parse_qsl(body.decode())))
        if method == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
            return json.dumps({"ok": True, "result": me}).encode()
        if not method.startswith(("send", "edit", "answer")):
            return b'{"ok":true,"result":true}'
        return self._post(method, body, kind)

    def _post(self, method: str, body: bytes, kind: str) -> bytes:
        self._message_id += 1
        if self.log_posts:
            sent = dict(parse_qsl(body.decode())) if "urlencoded" in kind else json.loads(body)
            self.posted.append(
                {"at": time.monotonic(), "method": method, "id": self._message_id, "body": sent}
            )
        if len(self.bodies) < _KEPT:
            self.bodies.append({"method": method, "kind": kind, "body": body.decode()})
        if method.startswith("answer"):
            return b'{"ok":true,"result":true}'
        return (
            b'{"ok":true,"result":{"message_id":%d,"date":1700000000,"chat":{"id":1,"type":"private"},"text":"."}}'
            % self._message_id
        )

    def _control(self, what: str, body: bytes) -> Any:
        match what:
            case "say":
                self.updates.append(json.loads(body))
                self._hand_out()
                return True
            case "log":
                self.log_posts = True
                return {"posted": self.posted, "handed": self.handed}
            case "bodies":
                return list(self.bodies)
            case "calls":
                return self.calls
        raise ValueError(what)

    def _poll(self, connection: _Connection, query: dict[str, str]) -> bytes | None:
        offset = int(query.get("offset", 0))
        while self.updates and self.updates[0]["update_id"] < offset:
            self.updates.popleft()
        self.polls.append((connection, offset))
        wait = min(float(query.get("timeout", 0)), 30.0)
        asyncio.get_running_loop().call_later(wait, self._give_up, connection, offset)
        self._hand_out()
        return None

    def _hand_out(self) -> None:
        while self.polls and self.updates:
            connection, offset = self.polls.popleft()
            found = [update for update in self.updates if update["update_id"] >= offset]
            if not found:
                self.polls.appendleft((connection, offset))
                return
            now = time.monotonic()
            for update in found:
                self.handed.setdefault(update["update_id"], now)
            connection.reply(json.dumps({"ok": True, "result": found}).encode())

    def _give_up(self, connection: _Connection, offset: int) -> None:
        if (connection, offset) in self.polls:
            self.polls.remove((connection, offset))
            connection.reply(b'{"ok":true,"result":[]}')


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as far as well-behaved clients on loopback need it: one request at a time, kept alive."""

    def __init__(self, standin: Standin) -> None:
        self._standin = standin
        self._transport: asyncio.Transport | None = None
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._data[:end].decode("latin-1")
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        if len(self._data) < end + 4 + length:
            return
        body, self._data = self._data[end + 4 : end + 4 + length], self._data[end + 4 + length :]
        path = lines[0].split(" ")[1].split("?")[0]
        answer = self._standin.answer(self, path, body, headers.get("content-type", ""))
        if answer is not None:
            self.reply(answer)

    def reply(self, answer: bytes) -> None:
        """Send a 200 with this JSON, if anybody still listens."""
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: %s\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (_date(), len(answer), answer)
            )


def _date() -> bytes:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()).encode()


async def _serve(base: float, delay: float) -> None:
    standin = Standin(base, delay)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(standin), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  the parent reads it
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(float(sys.argv[1]), float(sys.argv[2])))
