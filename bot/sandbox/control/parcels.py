"""Control of the simulated AliExpress: orders, nodes, tokens, pushes, recorded calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.aliexpress import push, scenarios
from bot.sandbox.aliexpress.orders import SimulatedNode, SimulatedOrder, SimulatedParcel
from bot.sandbox.aliexpress.phrases import Phrase
from bot.sandbox.box import Sandbox
from bot.sandbox.control.replies import handler
from bot.sandbox.parameters import BadParameter, Parameters


class OrderControl:
    """Routes below `/control`."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box
        self._orders = box.orders
        self.routes = [
            Route("/orders", handler(self.list), methods=["GET"]),
            Route("/orders", handler(self.create), methods=["POST"]),
            Route("/orders/{order}", handler(self.show), methods=["GET"]),
            Route("/orders/{order}", handler(self.change), methods=["POST"]),
            Route("/orders/{order}/nodes", handler(self.append), methods=["POST"]),
            Route("/orders/{order}/next", handler(self.next), methods=["POST"]),
            Route("/orders/{order}/drop", handler(self.drop), methods=["POST"]),
            Route("/scenarios", handler(self.scenarios), methods=["GET"]),
            Route("/aliexpress/behavior", handler(self.behavior), methods=["GET", "POST"]),
            Route("/aliexpress/tokens", handler(self.tokens), methods=["POST"]),
            Route("/aliexpress/push", handler(self.push), methods=["POST"]),
            Route("/aliexpress/ledger", handler(self.ledger), methods=["GET"]),
        ]

    def _order(self, request: Request) -> SimulatedOrder:
        return self._orders.get(str(request.path_params["order"]))

    async def list(self, p: Parameters, request: Request) -> object:
        self._orders.move()
        return [self._describe(order) for order in self._orders.all.values()]

    async def show(self, p: Parameters, request: Request) -> object:
        self._orders.move()
        return self._describe(self._order(request), full=True)

    def _describe(self, order: SimulatedOrder, *, full: bool = False) -> dict[str, object]:
        return {
            "id": order.id,
            "scenario": order.scenario,
            "title": scenarios.SCENARIOS[order.scenario].title if order.scenario else "",
            "order_status": order.order_status,
            "logistics_status": order.logistics_status,
            "end_reason": order.end_reason,
            "found": order.found,
            "held": order.held,
            "waits": order.waits,
            "parcels": [self._describe_parcel(order, parcel, full=full) for parcel in order.parcels],
        }

    def _describe_parcel(
        self, order: SimulatedOrder, parcel: SimulatedParcel, *, full: bool
    ) -> dict[str, object]:
        moving = self._orders.seconds_per_day > 0 and not order.held and not order.waits
        latest = parcel.nodes[-1].text("en") if parcel.nodes else ("", "")
        answer: dict[str, object] = {
            "mail_no": parcel.mail_no,
            "carrier": parcel.carrier,
            "eta": parcel.eta,
            "latest": latest[1] or latest[0],
            "count": len(parcel.nodes),
            "left": len(parcel.steps),
        }
        if parcel.steps and moving:
            days = parcel.steps[0].gap - parcel.progress
            answer["next_in"] = max(0.0, days * self._orders.seconds_per_day)
        if full:
            answer["nodes"] = [_describe_node(node) for node in parcel.nodes]
        return answer

    # ── changing ────────────────────────────────────────────────────────────────────────────────

    async def create(self, p: Parameters, request: Request) -> object:
        """`id` and either `scenario`, or `nodes`: a list as for `nodes` below, and `parcels` (1)."""
        order_id = p.text("id")
        if not order_id.isdigit():
            raise BadParameter("id must be digits")
        if name := p.text("scenario"):
            if name not in scenarios.SCENARIOS:
                raise BadParameter(f"scenario must be one of {', '.join(scenarios.SCENARIOS)}")
            order = scenarios.build(self._orders, order_id, name, self._box.clock.now())
        else:
            order = self._plain(order_id, p)
        order.held = p.flag("held")
        order.foreign = p.flag("foreign")
        self._orders.add(order)
        return self._describe(order, full=True)

    def _plain(self, order_id: str, p: Parameters) -> SimulatedOrder:
        order = SimulatedOrder(id=order_id, created=self._box.clock.now())
        for number in range(1, p.integer("parcels", 1) + 1):
            item: dict[str, object] = {
                "item_id": 1005000000000000 + number,
                "sku_id": 12000000000000000 + number,
                "item_title": f"Article {number}",
                "quantity": 1,
            }
            order.parcels.append(
                SimulatedParcel(mail_no=p.text("mail_no", f"LP{order_id[-8:]}{number:02d}"), items=[item])
            )
        for entry in p.sequence("nodes") or []:
            if not isinstance(entry, dict):
                raise BadParameter("nodes must be objects")
            self._append(order, Parameters(values=entry))
        return order

    def _append(self, order: SimulatedOrder, p: Parameters) -> SimulatedNode:
        number = p.integer("parcel", 1)
        if not 1 <= number <= len(order.parcels):
            raise BadParameter(f"the order has no parcel {number}")
        at = p.integer("at", 0)
        if phrase := p.text("phrase"):
            node = self._orders.node(phrase, place=p.text("place"), at=at)
        else:
            node = self._orders.node(at=at, texts=_texts(p))
        self._orders.append(order, order.parcels[number - 1], node)
        return node

    async def append(self, p: Parameters, request: Request) -> object:
        """A node for `parcel` (1): a known `phrase` (with `place`), or `name` and `description` in English
        and `texts` {language: [name, description]}; `at` in epoch milliseconds, now when absent.
        """
        return _describe_node(self._append(self._order(request), p))

    async def next(self, p: Parameters, request: Request) -> object:
        """The next scripted node of `parcel` appears at once; null when the script is over."""
        order = self._order(request)
        parcel = self._orders.parcel(order.id, p.integer("parcel", 1))
        parcel.progress = 0.0
        node = self._orders.step(order, parcel)
        return _describe_node(node) if node else None

    async def drop(self, p: Parameters, request: Request) -> object:
        """Take away the newest `count` nodes (all when absent) of every parcel, as a hiccup does."""
        order = self._order(request)
        for parcel in order.parcels:
            del parcel.nodes[max(0, len(parcel.nodes) - p.integer("count", len(parcel.nodes))) :]
        return self._describe(order, full=True)

    async def change(self, p: Parameters, request: Request) -> object:
        """Any of order_status, logistics_status, end_reason, found, foreign, held, and of a `parcel` (1)
        `eta` (epoch ms, or `eta_days` from now), `mail_no`, `carrier`.
        """
        order = self._order(request)
        order.order_status = p.text("order_status", order.order_status)
        order.logistics_status = p.text("logistics_status", order.logistics_status)
        order.end_reason = p.text("end_reason", order.end_reason)
        order.found = p.flag("found", order.found)
        order.foreign = p.flag("foreign", order.foreign)
        order.held = p.flag("held", order.held)
        if {"eta", "eta_days", "mail_no", "carrier"} & p.values.keys():
            parcel = self._orders.parcel(order.id, p.integer("parcel", 1))
            parcel.eta = p.integer("eta", parcel.eta)
            if "eta_days" in p.values:
                parcel.eta = int((self._box.clock.now() + p.number("eta_days") * 86_400) * 1000)
            parcel.mail_no = p.text("mail_no", parcel.mail_no)
            parcel.carrier = p.text("carrier", parcel.carrier)
        self._box.bus.publish("order", order_id=order.id)
        return self._describe(order)

    async def scenarios(self, p: Parameters, request: Request) -> object:
        return {name: scenario.title for name, scenario in scenarios.SCENARIOS.items()}

    # ── the gateway ─────────────────────────────────────────────────────────────────────────────

    async def behavior(self, p: Parameters, request: Request) -> object:
        """Read or change the fields of Behavior."""
        behavior = self._box.behavior
        behavior.shape = p.text("shape", behavior.shape)
        behavior.bare_single = p.flag("bare_single", behavior.bare_single)
        behavior.empty = p.text("empty", behavior.empty)
        behavior.error_envelope = p.text("error_envelope", behavior.error_envelope)
        behavior.calls_per_second = p.integer("calls_per_second", behavior.calls_per_second)
        behavior.calls_per_day = p.integer("calls_per_day", behavior.calls_per_day)
        behavior.ban_seconds = p.integer("ban_seconds", behavior.ban_seconds)
        behavior.check()
        return asdict(behavior)

    async def tokens(self, p: Parameters, request: Request) -> object:
        """`action`: kill (the access token), kill_all (the login too), code (a new one), grant (tokens)."""
        action, tokens = p.text("action"), self._box.tokens
        if action == "kill":
            tokens.kill_access()
        elif action == "kill_all":
            tokens.kill_all()
        elif action == "code":
            return {"code": tokens.new_code(self._box.config.app_key)}
        elif action == "grant":
            return tokens.answer(tokens.grant())
        else:
            raise BadParameter("action must be kill, kill_all, code or grant")
        return {"refreshes": tokens.refreshes}

    async def push(self, p: Parameters, request: Request) -> object:
        """Send `status` about `order_id` (a test message without) to `url` or the configured address.

        `age`: how many seconds old the message is.
        """
        url = p.text("url", self._box.push_url)
        if not url:
            raise BadParameter("no url for pushes is configured")
        at = self._box.clock.now() - p.number("age", 0.0)
        body = push.push_body(at, p.text("order_id"), p.text("status", "OrderShipped"))
        answer = await push.send(
            url,
            body,
            app_key=self._box.config.app_key,
            app_secret=self._box.config.app_secret,
            forged=p.flag("forged"),
        )
        return {"status": answer.status, "body": answer.body.decode("utf-8", "replace")[:500]}

    async def ledger(self, p: Parameters, request: Request) -> object:
        """Every call from number `from` on, with counts by outcome and the busiest second."""
        ledger = self._box.gateway.call_log
        return {
            "total": len(ledger.calls),
            "outcomes": dict(ledger.outcomes),
            "busiest_second": max(ledger.per_second.values(), default=0),
            "per_second": {str(second): count for second, count in list(ledger.per_second.items())[-60:]},
            "refreshes": self._box.tokens.refreshes,
            "calls": [asdict(call) for call in ledger.calls[p.integer("from", 0) :]],
        }


def _describe_node(node: SimulatedNode) -> dict[str, object]:
    name, description = node.text("en")
    return {"at": node.at, "name": name, "description": description, "seen": node.seen}


def _texts(p: Parameters) -> Mapping[str, Phrase]:
    texts: dict[str, Phrase] = {"en": (p.text("name"), p.text("description"))}
    for language, pair in p.mapping("texts").items():
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadParameter("texts must map a language to [name, description]")
        texts[language] = (str(pair[0]), str(pair[1]))
    return texts
