"""All of the control API: chats, parcels, faults, time, metrics and the stream of events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, fields

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.box import Sandbox
from bot.sandbox.control.chats import ChatControl
from bot.sandbox.control.parcels import OrderControl
from bot.sandbox.control.replies import describe, handler
from bot.sandbox.faults import KINDS, Chaos, Fault
from bot.sandbox.outgoing import CallFailed, http_call
from bot.sandbox.parameters import BadParameter, Parameters

_PING_SECONDS = 15.0
_FAULT_FIELDS = frozenset(field.name for field in fields(Fault))


class ControlApi:
    """Routes below `/control`; JSON in and out, `{"error": …}` with 400 or 404 where a request is useless."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box
        self.routes = [
            *ChatControl(box).routes,
            *OrderControl(box).routes,
            Route("/", handler(self.help), methods=["GET"]),
            Route("/state", handler(self.state), methods=["GET"]),
            Route("/events", self.events, methods=["GET"]),
            Route("/faults", handler(self.faults), methods=["GET"]),
            Route("/faults", handler(self.add_faults), methods=["POST"]),
            Route("/faults", handler(self.clear_faults), methods=["DELETE"]),
            Route("/chaos", handler(self.chaos), methods=["POST"]),
            Route("/clock", handler(self.clock), methods=["GET", "POST"]),
            Route("/metrics", handler(self.metrics), methods=["GET"]),
            Route("/metrics", handler(self.set_metrics), methods=["POST"]),
        ]

    async def help(self, p: Parameters, request: Request) -> object:
        """This list."""
        return describe(self.routes)

    async def state(self, p: Parameters, request: Request) -> object:
        """What the page needs at its start."""
        box = self._box
        return {
            "bot": box.telegram.world.bot.to_api(),
            "pushes": bool(box.push_url),
            "chats": [box.telegram.describe(chat) for chat in box.telegram.world.chats.values()],
            "seconds_per_day": box.orders.seconds_per_day,
            "now": box.clock.now(),
            "metrics": bool(box.metrics_url),
            "faults": len(box.faults.queue),
        }

    async def events(self, request: Request) -> Response:
        """Server-sent events: everything that happens, from now on."""
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self) -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for event in self._box.bus.events(idle=_PING_SECONDS):
            yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n" if event else ": still here\n\n"

    # ── trouble ─────────────────────────────────────────────────────────────────────────────────

    async def faults(self, p: Parameters, request: Request) -> object:
        faults = self._box.faults
        return {
            "queue": [asdict(fault) for fault in faults.queue],
            "struck": dict(faults.struck),
            "kinds": KINDS,
            "chaos": {"seed": faults.chaos.seed, "rates": dict(faults.chaos.rates)} if faults.chaos else None,
        }

    async def add_faults(self, p: Parameters, request: Request) -> object:
        """One fault (its fields), or `faults`: a list of them."""
        listed = p.sequence("faults")
        self._box.faults.add([_fault(entry) for entry in (listed if listed is not None else [p.values])])
        return await self.faults(p, request)

    async def clear_faults(self, p: Parameters, request: Request) -> object:
        """Forget queued faults, all or those of one `kind`; without a kind the lottery ends too."""
        self._box.faults.clear(p.text("kind"))
        if not p.text("kind"):
            self._box.faults.chaos = None
        return await self.faults(p, request)

    async def chaos(self, p: Parameters, request: Request) -> object:
        """`seed` and `rates` {"telegram.close_after": 0.01, …}, perhaps `methods`; empty rates end it."""
        rates = {name: float(str(rate)) for name, rate in p.mapping("rates").items()}
        chaos = Chaos(
            seed=p.integer("seed", 1),
            rates=rates,
            delay=p.number("delay", 0.2),
            methods=frozenset(map(str, p.sequence("methods") or ())),
        )
        self._box.faults.chaos = chaos if rates else None
        return await self.faults(p, request)

    # ── time ────────────────────────────────────────────────────────────────────────────────────

    async def clock(self, p: Parameters, request: Request) -> object:
        """`advance` or `offset` in seconds; `seconds_per_day` is the pace of the parcels, 0 stands still."""
        box = self._box
        if request.method == "POST":
            if "offset" in p.values:
                box.clock.offset = p.number("offset")
            box.clock.advance(p.number("advance", 0.0))
            pace = p.number("seconds_per_day", box.orders.seconds_per_day)
            if pace < 0:
                raise BadParameter("seconds_per_day must not be negative")
            box.orders.move()
            box.orders.seconds_per_day = pace
            box.bus.publish("clock", seconds_per_day=pace)
        return {
            "now": box.clock.now(),
            "offset": box.clock.offset,
            "seconds_per_day": box.orders.seconds_per_day,
        }

    # ── the product's own figures ───────────────────────────────────────────────────────────────

    async def metrics(self, p: Parameters, request: Request) -> object:
        """What the product's `/metrics` says: samples, or why there are none. Never fails."""
        url = self._box.metrics_url.rstrip("/")
        if not url:
            return {"available": False, "reason": "no metrics address is configured", "samples": []}
        try:
            answer = await http_call("GET", f"{url}/metrics", patience=2.0)
        except CallFailed as exc:
            return {"available": False, "reason": str(exc), "samples": []}
        if answer.status != 200:
            return {"available": False, "reason": f"status {answer.status}", "samples": []}
        return {"available": True, "samples": samples(answer.body.decode("utf-8", "replace"))}

    async def set_metrics(self, p: Parameters, request: Request) -> object:
        """Where the product listens: `metrics_url`, and `push_url` for order pushes."""
        self._box.metrics_url = p.text("metrics_url", self._box.metrics_url)
        self._box.push_url = p.text("push_url", self._box.push_url)
        return {"metrics_url": self._box.metrics_url, "push_url": self._box.push_url}


def samples(exposition: str) -> list[dict[str, object]]:
    """Prometheus text → name, labels and value of every sample but histogram buckets and creation times."""
    found: list[dict[str, object]] = []
    for line in exposition.splitlines():
        name, _, value = line.rpartition(" ")
        if line.startswith("#") or not name:
            continue
        name, _, labels = name.partition("{")
        if name.endswith(("_bucket", "_created")):
            continue
        try:
            number = float(value)
        except ValueError:
            continue
        if number == number and abs(number) != float("inf"):  # neither has a form in JSON
            found.append({"name": name, "labels": labels.rstrip("}"), "value": number})
    return found


def _fault(entry: object) -> Fault:
    if not isinstance(entry, dict):
        raise BadParameter("a fault must be an object")
    unknown = entry.keys() - _FAULT_FIELDS
    if unknown:
        raise BadParameter(f"a fault has no {', '.join(sorted(unknown))}")
    p = Parameters(values=entry)
    endless = "times" in entry and p.text("times") in ("", "null", "0")
    return Fault(
        target=p.text("target"),
        kind=p.text("kind"),
        method=p.text("method"),
        chat_id=p.integer("chat_id") if "chat_id" in p else None,
        times=None if endless else p.integer("times", 1),
        delay=p.number("delay", 0.0),
        effect=p.flag("effect"),
        status=p.integer("status", 502),
        retry_after=p.integer("retry_after", 1),
        envelope=p.text("envelope", "B"),
        order_id=p.text("order_id"),
        contains=p.text("contains"),
        code=p.text("code"),
        sub_code=p.text("sub_code"),
        message=p.text("message"),
    )
