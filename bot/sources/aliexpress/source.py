"""The merchant's orders as a source: retries, token renewal and the response to each kind of error."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from bot.errors import Misconfigured, Reauthorize, SourceError, Throttled, TokenDead, Transient
from bot.model import OrderFacts, Snapshot, Tokens
from bot.sources.aliexpress import languages, payload, raw
from bot.sources.aliexpress.auth import TokenKeeper
from bot.sources.aliexpress.budget import CallLimiter
from bot.sources.aliexpress.circuit import Circuit
from bot.sources.aliexpress.client import GatewayClient

_T = TypeVar("_T")
_ATTEMPTS = 3
_LONGEST_BAN_TO_WAIT = 5.0  # seconds; a longer ban is raised to the caller
_BACKOFF = 0.5  # seconds, doubled each time; the actual wait is random between 0 and that


class Observer(Protocol):
    """Receives reports for metrics and logs; must return at once and not raise."""

    def call(self, api: str, outcome: str, seconds: float) -> None:
        """Report a finished HTTP call; `outcome` is `ok` or the error's class name."""
        ...

    def event(self, kind: str, detail: str) -> None:
        """Report a notable event; `detail` holds no secret and no personal data. Kinds:

        `unknown_code`, `unknown_shape`, `odd` (an entry left out), `throttled`, `misconfigured`, `repaired`,
        `reauthorize`, `reauthorized`, `refreshed`, `refresh_failed`, `raw_refusal`,
        `clock` (ours is far off).
        """
        ...


class Unobserved:
    """An observer that ignores everything."""

    def call(self, api: str, outcome: str, seconds: float) -> None:
        """Ignore the call."""

    def event(self, kind: str, detail: str) -> None:
        """Ignore the event."""


class AliExpress:
    """A `bot.sources.Source` over one app and one merchant's grant."""

    def __init__(
        self,
        *,
        client: GatewayClient,
        keeper: TokenKeeper,
        limiter: CallLimiter,
        now: Callable[[], datetime],
        observer: Observer | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        draw: Callable[[], float] = random.random,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.client = client
        self.keeper = keeper
        self.limiter = limiter
        self.circuit = Circuit(now)
        self._now = now
        self._observer = observer or Unobserved()
        self._sleep = sleep
        self._draw = draw
        self._timer = timer
        self._flights: dict[tuple[str, str, bool], asyncio.Task[Snapshot]] = {}

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        """Return the order's parcels with texts in `language`; raises a `SourceError`.

        Concurrent requests for the same order and language share one call.
        """
        key = (order_id, languages.official(language), urgent)
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fetch(*key), name=f"fetch {order_id}")
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        # Shielded: a caller that is cancelled must not take the answer from the others.
        return replace(await asyncio.shield(flight), language=language)

    async def check(self, order_id: str, language: str, fingerprint: str) -> Snapshot | None:
        """Return the order's parcels; None where the answer still has this fingerprint, which is not parsed.

        Raises a `SourceError`.
        """

        def read(body: bytes) -> tuple[str, dict[str, object]] | None:
            found = payload.fingerprint(body)
            return None if found == fingerprint else (found, self._read(body))

        params = {"ae_order_id": order_id, "language": languages.official(language)}
        answer = await self._call(payload.TRACKING, params, False, read)
        return None if answer is None else self._snapshot(order_id, language, *answer)

    async def order_facts(self, order_id: str, *, urgent: bool = False) -> OrderFacts:
        """Return the order's own state; raises `UnknownOrder` if the account has no such order."""
        query = json.dumps({"order_id": order_id}, separators=(",", ":"))
        answer = await self._call(payload.ORDER, {"single_order_query": query}, urgent, self._read)
        try:
            return payload.order_facts(answer, order_id=order_id, now=self._now(), odd=self._odd)
        except SourceError as error:
            raise self._noted(error) from None  # the text of `error` is not redacted

    async def fetch_raw(self, order_id: str, language: str) -> str:
        """Return the tracking answer as indented JSON without secrets, numbers of parcels or order ids."""
        params = {"ae_order_id": order_id, "language": languages.official(language)}
        tokens = await self.keeper.current()
        body = await self._body(params, tokens)
        try:
            self.client.decode(body)
        except TokenDead:
            body = await self._body(params, await self.keeper.renew(tokens))
        except SourceError as error:
            self._observer.event("raw_refusal", error.code)  # the refusal itself is shown as the answer
        return raw.redact_answer(body, self.client.redactor, order_id)

    def resume(self) -> None:
        """Call again at once: the operator has fixed what was wrong."""
        self.circuit.reset()

    async def aclose(self) -> None:
        """Cancel fetches, wait for a running token refresh, then close connections."""
        for flight in list(self._flights.values()):
            flight.cancel()
        await self.keeper.aclose()
        await self.client.aclose()

    async def _fetch(self, order_id: str, language: str, urgent: bool) -> Snapshot:
        answer = await self._call(
            payload.TRACKING, {"ae_order_id": order_id, "language": language}, urgent, self._fingerprinted
        )
        return self._snapshot(order_id, language, *answer)

    def _snapshot(
        self, order_id: str, language: str, fingerprint: str, answer: dict[str, object]
    ) -> Snapshot:
        odd: list[str] = []
        try:
            snapshot = payload.snapshot(
                answer, order_id=order_id, language=language, now=self._now(), odd=odd.append
            )
        except SourceError as error:
            raise self._noted(error) from None  # the text of `error` is not redacted
        finally:
            for what in odd:
                self._odd(what)
        # No fingerprint if entries were skipped, as a later version may read them, or if there are no
        # parcels, as the order's own state is then asked for.
        return replace(snapshot, fingerprint=fingerprint) if snapshot.parcels and not odd else snapshot

    def _fingerprinted(self, body: bytes) -> tuple[str, dict[str, object]]:
        return payload.fingerprint(body), self._read(body)

    def _read(self, body: bytes) -> dict[str, object]:
        return self.client.decode(body, about_order=True)

    def _landed(self, key: tuple[str, str, bool], flight: asyncio.Task[Snapshot]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # retrieved, so that asyncio does not warn if every caller was cancelled

    async def _body(self, params: Mapping[str, str], tokens: Tokens) -> bytes:
        await self.limiter.acquire(True)
        return await self.client.business_raw(payload.TRACKING, params, tokens.access_token)

    async def _call(
        self, api: str, params: Mapping[str, str], urgent: bool, read: Callable[[bytes], _T]
    ) -> _T:
        self.circuit.check(api)
        try:
            answer = await self._persist(api, params, urgent, read)
        except Misconfigured as error:
            if self.circuit.trip(api, error):
                self._observer.event("misconfigured", str(error))
            raise
        if self.circuit.heal(api):
            self._observer.event("repaired", api)
        return answer

    async def _persist(
        self, api: str, params: Mapping[str, str], urgent: bool, read: Callable[[bytes], _T]
    ) -> _T:
        """Call until there is an answer or a reason to stop; every attempt counts against the budget."""
        failures = 0
        dead: Tokens | None = None
        while True:
            try:
                tokens = await (self.keeper.renew(dead) if dead else self.keeper.current())
            except (Throttled, Transient) as error:
                failures += 1
                await self._wait_after(error, failures)
                continue
            await self.limiter.acquire(urgent)
            refusals = self.keeper.refusals
            try:
                answer = await self._timed(api, params, tokens, read)
            except TokenDead as error:
                if dead is not None:
                    self.keeper.give_up(tokens)
                    raise Reauthorize(error.code, error.detail, request_id=error.request_id) from error
                dead = tokens
            except (Throttled, Transient) as error:
                failures += 1
                await self._wait_after(error, failures)
            except Reauthorize:
                self.keeper.give_up(tokens)
                raise
            else:
                self.keeper.works(tokens, refusals)
                return answer

    async def _timed(
        self, api: str, params: Mapping[str, str], tokens: Tokens, read: Callable[[bytes], _T]
    ) -> _T:
        started = self._timer()
        outcome = "cancelled"
        try:
            answer = read(await self.client.business_raw(api, params, tokens.access_token))
            outcome = "ok"
        except SourceError as error:
            outcome = type(error).__name__
            raise
        finally:
            self._observer.call(api, outcome, self._timer() - started)
        return answer

    async def _wait_after(self, error: Throttled | Transient, failures: int) -> None:
        """Wait before the next attempt, or raise `error` if there should be none."""
        if isinstance(error, Throttled):
            await self.limiter.hold(error.seconds)
            self._observer.event("throttled", error.code)
            if failures >= _ATTEMPTS or error.seconds > _LONGEST_BAN_TO_WAIT:
                raise error
            return  # the limiter makes all calls wait
        if failures >= _ATTEMPTS:
            raise error
        # Full jitter: callers that failed together do not retry together.
        await self._sleep(self._draw() * _BACKOFF * 2 ** (failures - 1))

    def _odd(self, what: str) -> None:
        self._observer.event("odd", what)

    def _noted(self, error: SourceError) -> SourceError:
        if isinstance(error, payload.UnknownShape):
            self._observer.event("unknown_shape", error.detail)
        return self.client.explained(error)
