"""The OpenAPI document is right: generated requests, good and bad, get answers that it describes."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from bot.metrics import Metrics
from bot.model import CallBudget
from bot.web.api import limits
from bot.web.api.app import PREFIX, create_api
from bot.web.api.backend import Backend
from tests.api.conftest import Shop
from tests.parts import several

_EXAMPLES = 15  # of each operation and kind
_CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


async def _calls() -> CallBudget:
    return CallBudget(used=0, limit=None, forecast=0)


def _schema() -> Any:
    backend = Backend(
        tracking=lambda: None,
        username=lambda: "",
        wake=lambda: None,
        calls=_calls,
        metrics=Metrics(),
    )
    document = create_api(backend).openapi()
    for methods in document["paths"].values():
        for operation in methods.values():
            del operation["security"]  # test_gate.py tries keys; here each request has the right one
    return schemathesis.openapi.from_dict(document)


SCHEMA = _schema()
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


def _can_be_wrong(operation: Any) -> bool:
    """Whether it takes anything."""
    return any(
        len(part) for part in (operation.path_parameters, operation.query, operation.headers, operation.body)
    )


KINDS = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or _can_be_wrong(operation)
]


@pytest.mark.parametrize(("operation", "mode"), KINDS)
async def test_answers_are_as_described(
    shop: Shop, operation: Any, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PER_MINUTE", 1_000_000)
    for n, number in enumerate(several(3)):
        await shop.add(aliexpress_orders=number, shop_order=f"#{n}")
    loop = asyncio.get_running_loop()

    async def send(case: Any) -> httpx.Response:
        wire = requests.Request(**_plain(case.as_transport_kwargs(base_url=f"http://shop{PREFIX}"))).prepare()
        headers = {name: value for name, value in wire.headers.items() if name.lower() != "authorization"}
        headers["Authorization"] = f"Bearer {shop.key}"
        raw = [(_bytes(name), _bytes(value)) for name, value in headers.items()]
        body = wire.body if isinstance(wire.body, str | bytes) else None
        return await shop.http.request(wire.method or "", wire.url or "", headers=raw, content=body)

    @hypothesis.settings(
        max_examples=_EXAMPLES, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(case=operation.as_strategy(mode))
    def check(case: Any) -> None:
        answer = asyncio.run_coroutine_threadsafe(send(case), loop).result(30)
        more = [checks.negative_data_rejection] if mode is GenerationMode.NEGATIVE else []
        case.validate_response(answer, checks=[*_CHECKS, *more])

    await asyncio.to_thread(check)


def _plain(kwargs: dict[str, Any]) -> dict[str, Any]:
    known = ("method", "url", "headers", "params", "data", "json", "cookies")
    return {name: value for name, value in kwargs.items() if name in known}


def _bytes(text: str | bytes) -> bytes:
    return text.encode("latin-1", "replace") if isinstance(text, str) else text
