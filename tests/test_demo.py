"""The demo as a newcomer starts it: real processes, everything through HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
EMMA = 5000000101
ORDER = "8211744661738042"

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("demo")]


@contextmanager
def demo(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Run a demo and yield the chat page's address as it prints it; it must end cleanly afterwards."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield _printed_address(process)
    finally:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of the demo hears Ctrl+C
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    environment = os.environ | {"COLUMNS": "120", "NO_COLOR": "1"}
    with demo([sys.executable, "-m", "bot", "demo", "--port", "0"], ROOT, environment) as found:
        yield found


def _printed_address(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    seen = ""
    for line in demo.stdout:
        seen += line
        if "First thing to type" in line:
            assert f"/track {ORDER}" in line
            found = re.search(r"http://127\.0\.0\.1:\d+", seen)
            assert found is not None, seen
            return found.group()
    raise AssertionError(f"the demo ended before it was ready:\n{seen}")


def _call(url: str, **body: Any) -> Any:
    request = urllib.request.Request(
        url, data=json.dumps(body).encode() if body else None, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=90) as answer:
        return json.loads(answer.read())


def check_first_push(address: str) -> None:
    """Follow the demo's first order and wait for its next news."""
    said = _call(f"{address}/control/chats/{EMMA}/say", text=f"/track {ORDER}")
    after = said["message"]["id"]
    card = _call(f"{address}/control/chats/{EMMA}/wait?after={after}&contains=Expected&timeout=20")
    assert ORDER in card["text"]
    push = _call(f"{address}/control/chats/{EMMA}/wait?after={card['id']}&timeout=60")
    assert not push.get("timeout"), push
    assert push["reply_to"] == card["id"]


def test_a_newcomer_follows_an_order_and_is_pushed_its_next_scan(address: str) -> None:
    check_first_push(address)


def test_the_page_is_served(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert b"<html" in answer.read()
