"""The page for shops: its example is what is sent, and its programs verify that, in three languages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from bot import events
from bot.model import Changes, EventType, Flag, Stage
from tests import make
from tests.make import there

PAGE = (Path(__file__).parent.parent.parent / "docs/how-to/webhooks.md").read_text(encoding="utf-8")
SECRET, OLD = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMTIz", "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtMTIz"
BODY = '{"type":"order.delivered","data":{"id":"8211744661738042","text":"доставлено 🎁"}}'

_CALLS = {
    "python": ([sys.executable], "print(handle({headers}, {body}.encode(), {secret})['type'])"),
    "js": (["node", "--input-type=module"], "console.log(verify({headers}, {body}, {secret}).type);"),
    "php": (["php"], "echo verify(json_decode({headers_text}, true), {body}, {secret})['type'];"),
}


def _block(language: str) -> str:
    found = there(re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL))
    return found[1].replace("export function", "function")


def _run(language: str, headers: Mapping[str, str], body: str) -> str | None:
    """What the page's program says the event is; None if it refuses it."""
    command, call = _CALLS[language]
    where = shutil.which(command[0])
    if where is None:
        pytest.skip(f"{command[0]} is not installed")
    told = json.dumps(headers)
    line = call.format(headers=told, headers_text=repr(told), body=repr(body), secret=repr(SECRET))
    program = ("<?php\n" if language == "php" else "") + _block(language) + "\n" + line
    done = subprocess.run(
        [where, *command[1:]], input=program, capture_output=True, text=True, timeout=180, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _headers(at: datetime, *secrets: str, body: str = BODY) -> dict[str, str]:
    signed = " ".join(Webhook(secret).sign("evt_1", at, body) for secret in secrets)
    return {"webhook-id": "evt_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signed}


@pytest.mark.parametrize("language", _CALLS)
def test_the_programs_accept_what_is_sent_and_refuse_what_is_forged_or_old(language: str) -> None:
    now = datetime.now(UTC)
    assert _run(language, _headers(now, SECRET), BODY) == "order.delivered"
    assert _run(language, _headers(now, OLD, SECRET), BODY) == "order.delivered", "in the day of a rotation"
    assert _run(language, _headers(now, SECRET), BODY.replace("delivered", "late")) is None
    assert _run(language, _headers(now, OLD), BODY) is None
    assert _run(language, _headers(now - timedelta(minutes=6), SECRET), BODY) is None
    assert _run(language, _headers(now, SECRET) | {"webhook-id": "evt_2"}, BODY) is None


def test_the_example_has_the_fields_that_are_sent() -> None:
    known = make.order(make.node(1), shop_order="#1001")
    order = make.order(make.node(1), stage=Stage.OUT_FOR_DELIVERY, shop_order="#1001")
    event = events.of_changes(known, Changes(order=order, added=(make.node(2),)), make.NOW)[1]
    sent = json.loads(events.payload(event, "evt_1", make.NOW))
    shown = json.loads(_block("json"))
    assert _fields(shown) == _fields(sent)


def _fields(told: Mapping[str, object]) -> set[str]:
    """Names of fields, with what they are in; what may be null is not looked into."""
    found = set()
    for name, value in told.items():
        found.add(name)
        inner = value[0] if isinstance(value, list) else value
        if isinstance(inner, Mapping) and name != "estimate":
            found |= {f"{name}.{deeper}" for deeper in _fields(inner)}
    return found


def test_every_type_and_every_problem_is_named() -> None:
    for kind in EventType:
        assert f"| `{kind.value}` |" in PAGE
    for flag in set(Flag) - {Flag.LATE, Flag.WILL_BE_LATE}:
        assert f"`{flag.value}`" in PAGE, flag
