"""Coverage-guided fuzzing of everything that reads an answer: `python -m tests.sources.aliexpress.fuzz 60`.

Inputs that reach a new step of the code are kept in `tests/sources/corpus`, which the tests replay.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from bot.errors import SourceError
from bot.sources.aliexpress import auth, payload, push, raw
from bot.sources.aliexpress.client import GatewayClient
from tests.sources.aliexpress.world import APP_KEY, ORDER_ID, SECRET

CORPUS = Path(__file__).parent.parent / "corpus"
NOW = datetime(2026, 8, 1, tzinfo=UTC)
_LARGEST = 600  # bytes of one input: small files say more

# No connection is made: only what reads a body is called.
_CLIENT = GatewayClient(
    app_key=APP_KEY,
    app_secret=SECRET,
    now=lambda: NOW,
    via=httpx.MockTransport(lambda _: httpx.Response(500)),
)


def swallow(body: bytes) -> None:
    """Read `body` as every kind of answer; let nothing pass but the error tree."""
    with contextlib.suppress(SourceError):
        push.parse_push(body)
    raw.redact_answer(body, _CLIENT.redactor, ORDER_ID).encode()
    readers: list[Callable[[dict[str, object]], object]] = [
        lambda answer: payload.snapshot(answer, order_id=ORDER_ID, language="ru", now=NOW),
        lambda answer: payload.order_facts(answer, order_id=ORDER_ID, now=NOW),
        lambda answer: auth._tokens(answer, NOW, before=None),
    ]
    for reader in readers:
        try:
            repr(reader(_CLIENT.decode(body, about_order=True))).encode()
        except SourceError as error:
            str(_CLIENT.explained(error)).encode()


def steps(body: bytes) -> frozenset[tuple[str, int, int]]:
    """Return the pairs of lines that reading `body` takes, each with its file."""
    seen: set[tuple[str, int, int]] = set()

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        name = frame.f_code.co_filename
        if "sources/aliexpress" not in name or name.endswith("fuzz.py"):
            return None
        last = frame.f_lineno

        def line(frame: FrameType, event: str, _arg: object) -> Any:
            nonlocal last
            if event == "line":
                seen.add((name, last, frame.f_lineno))
                last = frame.f_lineno
            return line

        return line

    sys.settrace(trace)
    try:
        swallow(body)
    finally:
        sys.settrace(None)
    return frozenset(seen)


_ROOT = "aliexpress_ds_order_tracking_get_response"
_SEEDS: list[object] = [
    {_ROOT: {"result": {"ret": True, "data": {"tracking_detail_line_list": {"tracking_detail": [
        {"mail_no": "LP1", "carrier_name": "C", "cp_name": "D", "eta_time_stamps": 1784559795150,
         "detail_node_list": {"detail_node": [
             {"time_stamp": 1783942091000, "tracking_name": "n", "tracking_detail_desc": "d"}]},
         "package_item_list": {"package_item": [{"item_id": 1, "item_title": "t", "quantity": "2"}]}}]}}}}},
    {_ROOT: {"result": {"ret": False, "msg": "TRACKING DATA NOT FOUND", "code": "1001"}}},
    {"aliexpress_trade_ds_order_get_response": {"result": {
        "order_status": "FINISH", "logistics_status": "SELLER_SEND_GOODS",
        "gmt_create": "2026-06-03 10:00:00",
        "order_paidtime_string": "2026-06-03T18:05:47-07:00[America/Los_Angeles]",
        "child_order_list": {"aeop_child_order_info": [{"end_reason": "CANCELED"}]},
        "logistics_info_list": {"ae_order_logistics_info": [{"logistics_no": "LP1"}]}}, "rsp_code": 200}},
    {"error_response": {"type": "ISV", "code": "ApiCallLimit", "msg": "this ban will last 1 seconds"}},
    {"error_response": {"code": 15, "sub_code": "isv.invalid-authorization", "sub_msg": "s", "msg": "m"}},
    {"code": "InvalidCode", "type": "ISV", "message": "m", "request_id": "r"},
    {"access_token": "aaaaaaaa", "refresh_token": "bbbbbbbb", "expires_in": "86400", "code": "0",
     "refresh_expires_in": 172800, "expire_time": 1711693026000, "user_nick": "n", "user_id": 1},
    {"data": {"orderId": 1105933950463697, "orderStatus": "OrderShipped"}, "message_type": 53,
     "timestamp": 1719389200},
]  # fmt: skip
_VALUES: list[object] = [
    None, True, False, 0, -1, 1, 7, 1e308, 10**40, "", "0", "true", "false", "x", "\ud800", "1001", [], {},
    [[]], [{}], {"a": 1}, 1783942091000, "1783942091000", 1783942091, "15", "7", "isp.x", "isv.x", "9" * 30,
    4102444800000, "IllegalAccessToken", "frequency exceeds", "has been offline", "not found",
    "ban will last 99 seconds",
]  # fmt: skip


def _places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, below in inner for place in _places(below, (*here, key)))]


def mutated(body: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """Return `body` changed a little: in its bytes, or in its tree where it is one."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        tree = None
    if tree is None or rng.random() < 0.15:
        at = rng.randrange(len(body) + 1)
        return rng.choice(
            [body[:at], body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :], body[:at] + b"["]
        )
    for _ in range(rng.randint(1, 3)):
        place = rng.choice(_places(tree))
        if not place:
            continue
        target = tree
        for key in place[:-1]:
            target = target[key]
        match rng.randrange(4):
            case 0:
                target[place[-1]] = copy.deepcopy(rng.choice(_VALUES))
            case 1:
                target.pop(place[-1])
            case 2 if isinstance(target, dict):
                target[
                    rng.choice(["code", "ret", "data", "result", "msg", "error_response", "x_response"])
                ] = target.pop(place[-1])
            case _:
                other = json.loads(rng.choice(others))
                inner = rng.choice(_places(other))
                for key in inner:
                    other = other[key]
                target[place[-1]] = other
    return json.dumps(tree).encode()


def main(seconds: float, seed: int = 1) -> None:
    """Fuzz for so long; write the smallest set of inputs that takes every step found."""
    rng = random.Random(seed)
    trees = [json.dumps(value, separators=(",", ":")).encode() for value in _SEEDS]
    pool = [*trees, *(file.read_bytes() for file in sorted(CORPUS.glob("*")))]
    found = {body: steps(body) for body in pool}
    known = frozenset().union(*found.values())
    until, runs = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        body = mutated(rng.choice(list(found)), trees, rng)
        runs += 1
        if len(body) > _LARGEST:
            continue
        taken = steps(body)
        if not taken <= known:
            found[body], known = taken, known | taken
    kept: list[bytes] = []
    covered: frozenset[tuple[str, int, int]] = frozenset()
    for body in sorted(found, key=len):
        if not found[body] <= covered:
            kept.append(body)
            covered |= found[body]
    CORPUS.mkdir(exist_ok=True)
    for file in CORPUS.glob("*"):
        file.unlink()
    for body in kept:
        (CORPUS / hashlib.blake2b(body, digest_size=6).hexdigest()).write_bytes(body)
    sys.stdout.write(f"{runs} inputs, {len(known)} steps, {len(kept)} files kept\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30)
