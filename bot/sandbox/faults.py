"""Fault injection: a queue of faults, and a seeded random mix for chaos runs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

TARGETS = ("telegram", "aliexpress")
# kind → what the caller sees. A fault's `effect` decides whether the call takes effect all the same.
KINDS = {
    "status": "an HTTP status with a JSON or text body",
    "close": "the connection is closed without an answer",
    "reset": "the connection is reset without an answer",
    "slow": "the answer comes `delay` seconds late",
    "garbage": "HTTP 200 with something that is no JSON",
    "truncated": "the connection breaks in the middle of the answer",
    "too_many": "Telegram's 429 with `retry_after`; AliExpress's ApiCallLimit",
    "unauthorized": "401 from Telegram; AliExpress says the access token is dead, without killing it",
    "forbidden": "403 from Telegram: bot was blocked by the user",
    "outage": "AliExpress's back end is unavailable (envelope by `envelope`)",
    "token_death": "the access token dies for good, as when it ran out",
    "refuse": "any refusal: AliExpress's `code`, `sub_code`, `message`; Telegram's `status` and `message`",
    "huge": "64 MiB of answer",
    "empty": "an answer without any node, as in a hiccup of the carrier's feed",
}


class BadFault(ValueError):
    """An invalid fault; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault to inject.

    `times` is how often it strikes, None means always. With `effect` the call takes effect and only its
    answer fails (the ambiguous case). `delay` is in seconds, before the answer. An empty `method` and a
    `chat_id` of None match all calls; `contains` matches Telegram calls whose text contains it.
    """

    target: str
    kind: str
    method: str = ""
    chat_id: int | None = None
    times: int | None = 1
    delay: float = 0.0
    effect: bool = False
    status: int = 502
    retry_after: int = 1
    envelope: str = "B"
    order_id: str = ""
    contains: str = ""
    code: str = ""
    sub_code: str = ""
    message: str = ""

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise BadFault(f"target must be one of {', '.join(TARGETS)}")
        if self.kind not in KINDS:
            raise BadFault(f"kind must be one of {', '.join(KINDS)}")

    def strikes(self, target: str, method: str, chat_id: int | None, order_id: str, text: str) -> bool:
        return (
            self.target == target
            and self.method.lower() in ("", method.lower())
            and self.chat_id in (None, chat_id)
            and self.order_id in ("", order_id)
            and self.contains in text
        )


@dataclass(slots=True, kw_only=True)
class Chaos:
    """Seeded random faults, drawn at each call; `rates` maps `target.kind` (or `…_after`) to a probability.

    `methods` limits them to these methods; empty means all.
    """

    seed: int
    rates: Mapping[str, float]
    methods: frozenset[str] = frozenset()
    delay: float = 0.2
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  a repeatable lottery, no secret
        for name, rate in self.rates.items():
            target, _, kind = name.partition(".")
            Fault(target=target, kind=kind.removesuffix("_after"))
            if not 0 <= rate <= 1:
                raise BadFault(f"the rate of {name} must lie between 0 and 1")

    def draw(self, target: str, method: str = "") -> Fault | None:
        """Draw a fault for this call; mostly None."""
        if self.methods and method not in self.methods:
            return None
        ticket = self._random.random()
        for name, rate in sorted(self.rates.items()):
            of, _, kind = name.partition(".")
            if of != target:
                continue
            if ticket < rate:
                plain = kind.removesuffix("_after")
                slow = self.delay if plain == "slow" else 0.0
                return Fault(target=target, kind=plain, effect=plain == "slow" or plain != kind, delay=slow)
            ticket -= rate
        return None


class Faults:
    """The queue of faults, the random ones, and a count of those that struck."""

    def __init__(self) -> None:
        self.queue: list[Fault] = []
        self.chaos: Chaos | None = None
        self.struck: Counter[str] = Counter()

    def add(self, faults: Iterable[Fault]) -> None:
        self.queue.extend(faults)

    def clear(self, kind: str = "") -> None:
        """Remove queued faults, all or those of one kind."""
        self.queue = [fault for fault in self.queue if kind and fault.kind != kind]

    def take(
        self, target: str, method: str, *, chat_id: int | None = None, order_id: str = "", text: str = ""
    ) -> Fault | None:
        """The fault for this call: the first queued one that matches, else a random one."""
        for place, fault in enumerate(self.queue):
            if not fault.strikes(target, method, chat_id, order_id, text):
                continue
            if fault.times is not None:
                left = fault.times - 1
                self.queue[place : place + 1] = [replace(fault, times=left)] if left > 0 else []
            return self._count(fault)
        drawn = self.chaos.draw(target, method) if self.chaos else None
        return self._count(drawn) if drawn else None

    def _count(self, fault: Fault) -> Fault:
        suffix = "_after" if fault.effect and fault.kind != "slow" else ""
        self.struck[f"{fault.target}.{fault.kind}{suffix}"] += 1
        return fault
