"""The page for shops: each of its curl commands works, and it names every path of the OpenAPI document."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx

from bot.web.api.problems import ProblemDetails
from tests.api.conftest import PUBLIC, Shop

PAGE = (Path(__file__).parent.parent.parent / "docs/how-to/api.md").read_text(encoding="utf-8")


def _commands() -> Iterator[str]:
    """The page's curl commands, in their order."""
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        lines = re.sub(r"\\\n\s*", "", block).splitlines()
        yield from (line for line in lines if line.startswith("curl "))


async def _run(shop: Shop, command: str, **variables: str) -> tuple[str, httpx.Response]:
    """What such a command asks, and what is answered."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    _, *words = shlex.split(command)
    method, url, body, headers = "", "", None, {}
    while words:
        match words.pop(0):
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                body = words.pop(0)
            case word:
                assert word.startswith(f"{PUBLIC}/api/v1/"), word
                url = word.removeprefix(PUBLIC)
    method = method or ("POST" if body is not None else "GET")
    answer = await shop.http.request(method, url, headers=headers, content=body)
    return f"{method} {url.removeprefix('/api/v1').partition('?')[0]}", answer


async def test_every_command_of_the_page_works_and_every_operation_has_one(shop: Shop) -> None:
    done: set[str] = set()
    endpoint = ""
    for command in _commands():
        asked, answer = await _run(shop, command, KEY=shop.key, ID=endpoint)
        assert answer.is_success, f"{command}\n{answer.text}"
        if answer.status_code == 201:
            endpoint = answer.json()["id"]
        done.add(asked.replace(endpoint, "{id}") if endpoint else asked)
    document = (await shop.http.get("/api/v1/openapi.json")).json()
    operations = {
        f"{method.upper()} {path.replace('{id}', '1001') if path.startswith('/orders') else path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert done == operations


def test_the_page_names_the_fields_of_a_problem() -> None:
    for name in ("code", "detail", "errors"):
        assert name in ProblemDetails.model_fields
        assert f"`{name}`" in PAGE
