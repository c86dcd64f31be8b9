"""`doctor` sees what is wrong, says the fix, ends with the right code, and never shows a secret."""

from __future__ import annotations

import asyncio
import fcntl
import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.cli.checks import Verdict, aliexpress, machine
from bot.cli.checks.telegram import skew
from bot.errors import Misconfigured, Reauthorize, SettingsError, SourceError, TokenDead, Transient
from bot.model import Tokens
from bot.settings import Settings, load_settings
from bot.store import Store
from tests.cli.conftest import Sandbox, Terminal
from tests.store import postgres
from tests.test_logs import CANARIES

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_working_bot_has_nothing_to_repair(working: Terminal) -> None:
    found = working.findings()
    assert {name for name, one in found.items() if one["verdict"] == "failure"} == set()
    assert found.keys() >= {
        "settings", "shop", "database", "disk", "catalogs", "fonts", "port", "clock", "telegram",
        "groups", "inline mode", "intake", "aliexpress", "login",
    }  # fmt: skip
    assert "@parcel_demo_bot" in found["telegram"]["text"]


def test_looking_makes_no_database(working: Terminal) -> None:
    working.findings()
    assert list(working.folder.iterdir()) == []


def test_every_line_that_is_not_well_says_how_to_fix_it(working: Terminal) -> None:
    for one in working.findings(TELEGRAM_BOT_TOKEN="700000001:wrong").values():
        assert bool(one["fix"]) is (one["verdict"] != "ok"), one


def test_people_get_a_line_a_check_with_a_sign_and_a_count(working: Terminal) -> None:
    result = working.run("doctor", TELEGRAM_BOT_TOKEN="700000001:wrong", LINK_SECRET="")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith("✓ disk") for line in lines)
    assert any(line.startswith("! links") for line in lines)
    assert any(line.startswith("✗ telegram") for line in lines)
    assert any(line.strip().startswith("→ ") for line in lines)
    assert lines[-1].startswith("1 error, ")
    assert "\x1b" not in result.stdout, "colours are for terminals"


# ── secrets ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["refused", "unreachable", "nonsense"])
def test_no_secret_is_ever_shown(way: str, terminal: Terminal, sandbox: Sandbox, tmp_path: Path) -> None:
    urls = {
        "refused": (sandbox.told["telegram_api_url"], sandbox.told["aliexpress_api_url"]),
        "unreachable": ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        "nonsense": (sandbox.told["url"], sandbox.told["url"]),
    }[way]
    terminal.environment = CANARIES | {
        "ALIEXPRESS_APP_KEY": sandbox.told["app_key"],
        "TELEGRAM_API_URL": urls[0],
        "ALIEXPRESS_API_URL": urls[1],
        "LISTEN": "127.0.0.1:0",
    }
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in CANARIES.items()))
    for words in (["doctor"], ["doctor", "--json"]):
        result = terminal.run(*words)
        assert result.exit_code == 1
        for canary in CANARIES.values():
            assert canary not in result.output


def test_a_password_in_the_database_url_is_not_shown(working: Terminal) -> None:
    url = "postgresql://bot:canary-password@127.0.0.1:9/bot"
    result = working.run("doctor", DATABASE_URL=url)
    assert result.exit_code == 1
    assert "cannot connect to PostgreSQL" in result.output
    assert "canary-password" not in result.output


# ── settings ────────────────────────────────────────────────────────────────────────────────────


def test_wrong_settings_are_json_for_scripts_and_an_error_for_people(terminal: Terminal) -> None:
    result = terminal.run("doctor", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["findings"][0]["check"] == "settings"
    assert isinstance(terminal.run("doctor").exception, SettingsError)


def test_an_env_file_that_others_read_or_that_holds_typing_mistakes_is_named(
    working: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / ".env"
    path.write_text("TELEGRM_BOT_TOKEN=x\nREPLICAS=2\nLINK_SECRET_FILE=\n")
    path.chmod(0o644)
    lines = working.run("doctor").stdout
    assert "other users of this machine can read it" in lines
    assert "unknown variables: TELEGRM_BOT_TOKEN\n" in lines
    path.chmod(0o600)
    assert "other users" not in working.run("doctor").stdout


def test_a_shop_file_that_cannot_be_read_is_named(working: Terminal, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text("name = [")
    assert working.findings(SHOP_FILE="shop.toml")["shop"]["verdict"] == "failure"
    (tmp_path / "shop.toml").write_text('name = "Kiosk"')
    assert working.findings(SHOP_FILE="shop.toml")["shop"]["text"] == "Kiosk"


# ── Telegram ────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_bot_token_is_told_from_an_unreachable_telegram(working: Terminal) -> None:
    refused = working.findings(TELEGRAM_BOT_TOKEN="700000001:wrong")["telegram"]
    assert "refused" in refused["text"]
    assert "BotFather" in refused["fix"]
    silent = working.findings(TELEGRAM_API_URL="http://127.0.0.1:9")["telegram"]
    assert "no answer" in silent["text"]
    assert "TELEGRAM_API_URL" in silent["fix"]


def test_a_foreign_webhook_is_found_and_removed_on_demand(own: Terminal, own_sandbox: Sandbox) -> None:
    own_sandbox.bot("setWebhook", url="https://elsewhere.example.com/hook", secret_token="s")
    assert own.findings()["intake"]["verdict"] == "failure"
    assert own.findings("--delete-webhook")["intake"]["text"] == "long polling"
    assert own_sandbox.bot("getWebhookInfo")["url"] == ""


def test_a_webhook_that_run_set_itself_is_no_failure(own: Terminal, own_sandbox: Sandbox) -> None:
    url = "https://bot.example.com/telegram"

    async def remember() -> None:
        store = Store("bot.db")
        await store.start()
        async with store.write() as tx:
            await tx.memory.put("webhook", url)
        await store.close()

    asyncio.run(remember())
    own_sandbox.bot("setWebhook", url=url, secret_token="s")
    assert own.findings()["intake"]["verdict"] == "warning"
    own_sandbox.bot("setWebhook", url="https://elsewhere.example.com/", secret_token="s")
    assert own.findings()["intake"]["verdict"] == "failure"


def test_a_webhook_that_is_set_is_compared_with_telegrams(own: Terminal, own_sandbox: Sandbox) -> None:
    webhook = {"WEBHOOK_URL": "https://bot.example.com/telegram", "WEBHOOK_SECRET": "s"}
    assert own.findings(**webhook)["intake"]["verdict"] == "warning"
    own_sandbox.bot("setWebhook", url=webhook["WEBHOOK_URL"], secret_token="s")
    assert own.findings(**webhook)["intake"]["verdict"] == "ok"
    refused = own.run("doctor", "--delete-webhook", **webhook)
    assert isinstance(refused.exception, SettingsError)


def test_admins_who_never_wrote_are_named(working: Terminal, sandbox: Sandbox) -> None:
    chat = sandbox.control("/chats", type="private", first_name="Ann", started=True)
    found = working.findings(ADMIN_CHAT_IDS=str(chat["id"]))
    assert found["admins"]["verdict"] == "ok"
    found = working.findings(ADMIN_CHAT_IDS=f"{chat['id']},424242")
    assert found["admins"]["verdict"] == "warning"
    assert "424242" in found["admins"]["text"]
    assert str(chat["id"]) not in found["admins"]["text"]


@pytest.mark.parametrize(
    ("seconds", "verdict", "words"),
    [
        (0.4, Verdict.OK, "agrees"),
        (-61, Verdict.WARNING, "61 s ahead of"),
        (400, Verdict.WARNING, "400 s behind"),
        (7300, Verdict.FAILURE, "refuses every call"),
    ],
)
def test_a_clock_is_judged_by_what_it_breaks(seconds: float, verdict: Verdict, words: str) -> None:
    finding = skew(seconds, "AliExpress")
    assert finding.verdict is verdict
    assert words in finding.text


# ── AliExpress ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("variable", "fix"),
    [("ALIEXPRESS_APP_KEY", "App Key"), ("ALIEXPRESS_APP_SECRET", "App Secret")],
)
def test_a_wrong_app_key_is_told_from_a_wrong_app_secret(working: Terminal, variable: str, fix: str) -> None:
    found = working.findings(**{variable: "123456789"})
    assert found["aliexpress"]["verdict"] == "failure"
    assert fix in found["aliexpress"]["fix"]
    assert found["login"]["verdict"] == "warning", "nobody can know"


def test_a_signature_is_judged_before_anybody_has_logged_in(working: Terminal) -> None:
    found = working.findings(ALIEXPRESS_ACCESS_TOKEN="", ALIEXPRESS_REFRESH_TOKEN="")
    assert found["aliexpress"]["verdict"] == "ok"
    assert found["login"]["verdict"] == "failure"
    assert "authorize" in found["login"]["fix"]


def test_a_dead_access_token_is_refreshed_by_run_and_so_only_a_warning(
    own: Terminal, own_sandbox: Sandbox
) -> None:
    own_sandbox.control("/aliexpress/tokens", action="kill")
    assert own.findings()["login"]["verdict"] == "warning"
    assert own.findings(ALIEXPRESS_REFRESH_TOKEN="")["login"]["verdict"] == "failure"


def _tokens(days: float | None) -> Tokens:
    end = None if days is None else NOW + timedelta(days=days)
    return Tokens(
        access_token="a", refresh_token="r", refresh_expires_at=end, obtained_at=NOW, authorized_at=NOW
    )


@pytest.mark.parametrize(
    ("tokens", "error", "verdict"),
    [
        (None, None, Verdict.FAILURE),
        (_tokens(None), None, Verdict.OK),
        (_tokens(40), None, Verdict.OK),
        (_tokens(40), TokenDead("IllegalAccessToken"), Verdict.WARNING),
        (_tokens(40), Reauthorize("x"), Verdict.FAILURE),
        (_tokens(40), Transient("Timeout"), Verdict.WARNING),
        (_tokens(40), Misconfigured("InvalidAppkey"), Verdict.WARNING),
        (_tokens(6.5), None, Verdict.WARNING),
        (_tokens(-1), None, Verdict.FAILURE),
    ],
)
def test_a_login_is_judged_by_its_end_and_by_the_answer(
    tokens: Tokens | None, error: SourceError | None, verdict: Verdict
) -> None:
    assert aliexpress.grant(tokens, error, NOW).verdict is verdict


# ── database ────────────────────────────────────────────────────────────────────────────────────


def test_a_database_is_read_as_it_stands(working: Terminal, tmp_path: Path) -> None:
    assert working.run("migrate").exit_code == 0
    found = working.findings()
    assert found["schema"]["verdict"] == "ok"
    assert found["outbox"]["text"] == "0 waiting, 0 dead letters"
    assert found["budget"]["verdict"] == "ok"
    assert found["writer"]["text"] == "no bot is running on it"
    with (tmp_path / "bot.db.lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "4711" in working.findings()["writer"]["text"]


@pytest.mark.parametrize(("version", "verdict"), [("9999", "failure"), (None, "warning")])
def test_a_schema_that_is_not_ours_is_named(
    version: str | None, verdict: str, working: Terminal, tmp_path: Path
) -> None:
    assert working.run("migrate").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        if version:
            connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))
    found = working.findings()
    assert found["schema"]["verdict"] == verdict
    assert found["login"]["verdict"] == "ok", "the settings' token is looked at all the same"


def test_a_damaged_file_is_named_and_the_round_goes_on(working: Terminal, tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"this is no database, whatever its name says " * 100)
    found = working.findings()
    assert found["database"]["verdict"] == "failure"
    assert "backup" in found["database"]["fix"]
    assert found["telegram"]["verdict"] == "ok"


def test_a_folder_that_is_not_there_is_named(working: Terminal) -> None:
    assert working.findings(DATABASE_URL="sqlite:///nowhere/bot.db")["database"]["verdict"] == "failure"


def test_postgresql_is_asked_for_its_version_and_schema(working: Terminal) -> None:
    try:
        with postgres.server() as running:
            found = working.findings(DATABASE_URL=running.address)
            assert re.match(r"PostgreSQL \d+\.\d+ at postgresql", found["database"]["text"])
            assert found["schema"]["verdict"] == "warning"
            assert "sqlite" not in found
            assert working.run("migrate", DATABASE_URL=running.address).exit_code == 0
            assert working.findings(DATABASE_URL=running.address)["schema"]["verdict"] == "ok"
    except postgres.Unavailable as reason:
        pytest.skip(f"POSTGRESQL NOT TESTED: {reason}")


def test_a_database_url_of_another_kind_is_named(working: Terminal) -> None:
    found = working.findings(DATABASE_URL="mysql://localhost/bot")
    assert "DATABASE_URL" in found["database"]["fix"]


# ── the port ────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _listening(status: int, body: bytes) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "verdict", "words"),
    [
        (200, b'{"ready": true, "wrong": {}}', "ok", "which is ready"),
        (503, b'{"ready": false, "wrong": {"intake": "silent"}}', "failure", "intake: silent"),
        (200, b"<html>", "failure", "another program"),
        (404, b"{}", "failure", "another program"),
    ],
)
def test_a_taken_port_is_ours_or_somebody_elses(
    status: int, body: bytes, verdict: str, words: str, working: Terminal
) -> None:
    with _listening(status, body) as address:
        found = working.findings(LISTEN=address)["port"]
    assert found["verdict"] == verdict
    assert words in found["text"]


def test_no_port_is_fine(working: Terminal) -> None:
    assert working.findings(LISTEN="")["port"]["verdict"] == "ok"


# ── containers, SQLite's version ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("", Verdict.OK),
        ("https://parcels.example.com", Verdict.OK),
        ("http://parcels.example.com", Verdict.FAILURE),
        ("http://127.0.0.1:8080", Verdict.WARNING),
        ("http://[::1]:8080", Verdict.WARNING),
        ("http://localhost:8080", Verdict.WARNING),
    ],
)
async def test_tracking_pages_are_at_an_encrypted_address(address: str, verdict: Verdict) -> None:
    (found,) = await machine.public_address(_settings(PUBLIC_URL=address))
    assert found.verdict is verdict
    assert bool(found.fix) is (verdict is not Verdict.OK)


def _settings(**more: str) -> Settings:
    needed = {"TELEGRAM_BOT_TOKEN": "1:a", "ALIEXPRESS_APP_KEY": "1", "ALIEXPRESS_APP_SECRET": "s"}
    return load_settings(needed | more, dotenv=None)


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
async def test_in_a_container_it_warns_of_data_and_a_port_that_stay_inside(tmp_path: Path, mark: str) -> None:
    assert list(await machine.container(_settings(), tmp_path / "bot.db", tmp_path)) == []
    (tmp_path / mark).parent.mkdir(exist_ok=True)
    (tmp_path / mark).touch()
    found = list(await machine.container(_settings(), tmp_path / "bot.db", tmp_path))
    assert [one.verdict for one in found] == [Verdict.OK, Verdict.WARNING, Verdict.WARNING]
    assert "docker compose exec bot" in found[0].text
    assert "is deleted with the container" in found[1].text
    well = _settings(LISTEN="0.0.0.0:8080")
    assert len(list(await machine.container(well, Path("/proc/self/bot.db"), tmp_path))) == 1


def test_sqlites_version_is_a_warning_only_beside_litestream(working: Terminal) -> None:
    (working.folder / "bot.db").touch()
    assert "sqlite" not in working.findings()
    (working.folder / ".bot.db-litestream").mkdir()
    old = sqlite3.sqlite_version_info < (3, 51, 3)
    assert ("sqlite" in working.findings()) is old


def test_a_refused_connection_is_named_as_that(working: Terminal) -> None:
    found = working.findings(ALIEXPRESS_API_URL="http://127.0.0.1:9")
    assert "Cannot connect" in found["aliexpress"]["text"]
