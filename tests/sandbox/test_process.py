from __future__ import annotations

import ast
import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

import bot.sandbox
from bot.sandbox.__main__ import main

ROOT = Path(bot.sandbox.__file__).parent


@pytest.mark.process
async def test_the_sandbox_starts_says_where_it_is_and_stops_at_once() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.sandbox",
        "--port",
        "0",
        cwd=ROOT.parent.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = json.loads(await asyncio.wait_for(process.stdout.readline(), 120))
        async with httpx.AsyncClient() as client:
            page = await client.get(said["url"])
            assert "<title>" in page.text
            script = await client.get(f"{said['url']}/page/app.js")
            assert "javascript" in script.headers["content-type"]
            me = await client.get(f"{said['telegram_api_url']}/bot{said['bot_token']}/getMe")
            assert me.json()["result"]["username"] == said["bot_username"]
            async with client.stream("GET", f"{said['url']}/control/events") as stream:
                await anext(stream.aiter_lines())
                process.send_signal(signal.SIGTERM)
                _, errors = await asyncio.wait_for(process.communicate(), 60)
        assert errors == b""
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_a_taken_port_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--port", str(taken.getsockname()[1])]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("cannot listen on 127.0.0.1:")


def test_the_sandbox_imports_nothing_of_the_product() -> None:
    allowed = {"bot.sandbox", "standardwebhooks", "starlette", "uvicorn", *sys.stdlib_module_names}
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                assert (top if top != "bot" else ".".join(name.split(".")[:2])) in allowed, (path, name)


def test_the_page_asks_nobody_else_for_anything() -> None:
    for path in (ROOT / "page").iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert 'src="http' not in text
        assert "url(http" not in text
        assert "innerHTML" not in text
