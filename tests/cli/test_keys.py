"""`keys` in the terminal."""

from __future__ import annotations

import json

from tests.cli.conftest import Terminal


def test_a_key_is_printed_alone_then_listed_and_revoked(working: Terminal) -> None:
    assert "so the API is off" in working.run("keys", "list").stdout
    made = working.run("keys", "add", "my shop")
    key = made.stdout.strip()
    assert key.startswith("pk_")
    assert "only this once" in made.stderr
    assert "PUBLIC_URL is not set" in made.stderr
    (listed,) = json.loads(working.run("keys", "list", "--json").stdout)
    assert (listed["name"], listed["used_at"]) == ("my shop", None)
    shown = working.run("keys", "list").stdout
    assert "never" in shown
    assert key[-43:] not in shown
    assert "there is a key named my shop" in str(working.run("keys", "add", "my shop").exception)
    assert working.run("keys", "revoke", "my shop").exit_code == 0
    assert "there is no key named my shop" in str(working.run("keys", "revoke", "my shop").exception)


def test_a_name_that_cannot_be_read_is_refused(working: Terminal) -> None:
    assert working.run("keys", "add", " ").exit_code == 2
    assert working.run("keys", "add", "x" * 65).exit_code == 2


def test_doctor_says_whether_the_api_can_be_reached(working: Terminal) -> None:
    working.run("keys", "list")  # makes the database
    assert working.findings()["api"]["text"] == "off: there is no key"
    working.run("keys", "add", "shop")
    assert "set PUBLIC_URL" in working.findings()["api"]["fix"]
    assert "set LISTEN" in working.findings(LISTEN="")["api"]["fix"]
    assert "https" in working.findings(PUBLIC_URL="http://parcels.example.com")["api"]["fix"]
    found = working.findings(PUBLIC_URL="https://parcels.example.com/")["api"]
    assert (found["verdict"], found["text"]) == (
        "ok",
        "on, 1 key, reached at https://parcels.example.com/api/v1",
    )
