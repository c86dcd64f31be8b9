"""A kill -9 in the middle of a call, and the repeat of the call after the restart."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.parts import several

ROOT = Path(__file__).parent.parent.parent
_ROWS = 1000


@asynccontextmanager
async def _served(file: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.api.process",
        f"sqlite:///{file}",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        while not (line := await process.stdout.readline()).startswith(b"{"):  # log lines come before
            assert line, "it did not start"
        yield process, json.loads(line)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _stored(file: Path) -> int:
    with closing(sqlite3.connect(file, timeout=5)) as database:
        return int(database.execute("SELECT count(*) FROM orders").fetchone()[0])


async def _send(http: httpx.AsyncClient, port: int, key: str, numbers: list[str]) -> httpx.Response:
    rows = [{"aliexpress_orders": number, "shop_order": f"#{number[-6:]}"} for number in numbers]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": numbers[0]}
    url = f"http://127.0.0.1:{port}/api/v1/orders"
    return await http.post(url, json={"orders": rows}, headers=headers, timeout=60)


@pytest.mark.process
async def test_a_call_that_a_kill_cut_in_two_is_finished_by_its_repeat(tmp_path: Path) -> None:
    file, numbers, key = tmp_path / "killed.db", iter(list(several(20 * _ROWS))), ""
    done = 0
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(20):  # until a kill comes in time
            lot = [next(numbers) for _ in range(_ROWS)]
            async with _served(file) as (process, told):
                key = key or told["key"]
                sending = asyncio.create_task(_send(http, told["port"], key, lot))
                while not sending.done() and await asyncio.to_thread(_stored, file) <= done:
                    await asyncio.sleep(0)
                process.kill()
                await asyncio.gather(sending, return_exceptions=True)
            before = _stored(file) - done
            async with _served(file) as (_, told):
                answer = await _send(http, told["port"], key, lot)
            assert answer.status_code == 200
            rows = answer.json()["orders"]
            assert [row["id"] for row in rows] == lot
            assert {row["state"] for row in rows} == {"added"}
            assert len({row["claim_link"] for row in rows}) == _ROWS
            done += _ROWS
            assert _stored(file) == done
            if before < _ROWS:
                return
    raise AssertionError("no kill came in time")
