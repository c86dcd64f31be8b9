"""Settings: read from environment, file and `.env`; every mistake named with its fix; no secret shown."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import SECRETS, Settings, load_settings, read_toml

NEEDED = {
    "TELEGRAM_BOT_TOKEN": "123456789:AAcanary-token-canary",
    "ALIEXPRESS_APP_KEY": "500000",
    "ALIEXPRESS_APP_SECRET": "canary-app-secret",
}


def read(**changes: str) -> Settings:
    return load_settings(NEEDED | changes, dotenv=None)


def refusal(**changes: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read(**changes)
    return caught.value


def test_three_variables_are_enough() -> None:
    settings = read()
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.aliexpress_api_url == "https://api-sg.aliexpress.com"
    assert settings.access == "open"
    assert settings.listen_address() == ("127.0.0.1", 8080)


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_a_missing_one_is_named(name: str) -> None:
    error = refusal(**{name: "  "})
    assert error.variable == name
    assert "missing" in error.fix


@pytest.mark.parametrize("value", ["☃", "-1", "1e400"])
@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_no_refusal_is_in_the_librarys_words(name: str, value: str) -> None:
    try:
        load_settings(NEEDED | {name: value}, dotenv=None)
        fix = ""
    except SettingsError as error:
        fix = error.fix
    assert "nput should" not in fix
    assert "value" not in fix.split("(")[0]


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("TELEGRAM_BOT_TOKEN", "canary", "whole token"),
        ("TELEGRAM_API_URL", "api.telegram.org", "https://"),
        ("TELEGRAM_API_URL", "http://[::1", "https://"),
        ("ALIEXPRESS_API_URL", "http://x:99999", "https://"),
        ("ALIEXPRESS_CALLBACK_URL", "nonsense", "complete URL"),
        ("ALIEXPRESS_CALLS_PER_SECOND", "0", "give a number of at least 0.001, at most 1000"),
        ("ALIEXPRESS_CALLS_PER_SECOND", "nan", "1000"),
        ("ALIEXPRESS_CALLS_PER_DAY", "1" + "0" * 40, "at most"),
        ("CHECK_MAX_SECONDS", "1" + "0" * 20, "at most"),
        ("RETENTION_DAYS", "1000000000", "at most"),
        ("ADMIN_CHAT_IDS", str(2**70), "numeric ids"),
        ("DEFAULT_LANGUAGE", "klingon", "zh_Hans"),
        ("LISTEN", "127.0.0.1:99999", "host:port"),
        ("WEBHOOK_URL", "https://x:99999/a", "https://"),
        ("ALIEXPRESS_CALLS_PER_DAY", "many", "whole number"),
        ("CHECK_MIN_SECONDS", "0", "give a whole number of at least 1"),
        ("ADMIN_CHAT_IDS", "1,@me", "numeric ids"),
        ("ACCESS", "everybody", "one of open, link, private"),
        ("LINK_SECRET", "short", "16"),
        ("BRIEF_AT", "25:00", "HH:MM"),
        ("BRIEF_AT", "8:00", "08:00"),
        ("WEBHOOK_URL", "http://bot.example.com", "https://"),
        ("DEFAULT_TIME_ZONE", "Mars/Base", "Europe/Berlin"),
        ("LISTEN", "8080", "host:port"),
        ("WEBHOOK_URL", "bot.example.com", "https://"),
        ("WEBHOOK_SECRET", "not allowed!", "A-Z"),
        ("LOG_LEVEL", "LOUD", "INFO"),
        ("LOG_FORMAT", "xml", "text, json"),
        ("ALIEXPRESS_APP_KEY", "my key", "no spaces"),
        ("ALIEXPRESS_API_URL", "https://api-sg.aliexpress.com/sync", "without /sync"),
        ("TELEGRAM_API_URL", "https://api.telegram.org?x=1", "address alone"),
        ("TOKEN_KEY", "abc", "16 random characters"),
        ("TELEGRAM_API_URL", "https://api.telegram.org/bot123:abc", "address alone"),
        ("ALIEXPRESS_APP_SECRET", "<app secret>", "no spaces"),
        ("ALIEXPRESS_ACCESS_TOKEN", "…", "no spaces"),
        ("ALIEXPRESS_REFRESH_TOKEN", "my token", "no spaces"),
        ("ALIEXPRESS_CALLS_PER_SECOND", "1,5", "give a number"),
        ("ALIEXPRESS_CALLS_PER_DAY", "5k", "whole number"),
        ("CHECK_MAX_SECONDS", "1d", "whole number"),
        ("WATCH_PUSHED", "ja", "true or false"),
        ("BOOK_WEIGHT", "20%", "give a number above 0, at most 1"),
        ("ASK_SHOP_TOPIC", "general", "whole number"),
        ("ORDERS_PER_CHAT", "unlimited", "whole number"),
        ("RETENTION_DAYS", "90d", "whole number"),
        ("DEFAULT_TIME_ZONE", "GMT+25", "give a city"),
        ("DEFAULT_TIME_ZONE", "Russia", "give a city"),
        ("WEBHOOK_SECRET", "x" * 257, "A-Z"),
        ("LISTEN", "http://127.0.0.1:8080", "host:port"),
        ("PUBLIC_URL", "parcels.example.com", "https://"),
        ("PUBLIC_URL", "https://user@parcels.example.com", "https://"),
    ],
)
def test_a_wrong_value_is_named_with_its_cure_and_not_repeated_where_secret(
    name: str, value: str, fix: str
) -> None:
    error = refusal(**{name: value})
    assert error.variable == name
    assert fix in error.fix
    if name.lower() in SECRETS:
        assert value not in str(error)
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"CHECK_MIN_SECONDS": "10", "CHECK_MAX_SECONDS": "9"}, "CHECK_MIN_SECONDS"),
        ({"WEBHOOK_URL": "https://x.example"}, "WEBHOOK_SECRET"),
        ({"WEBHOOK_URL": "https://x.example", "WEBHOOK_SECRET": "s", "LISTEN": ""}, "LISTEN"),
        ({"WEBHOOK_URL": "https://x.example:9000/a", "WEBHOOK_SECRET": "s"}, "WEBHOOK_URL"),
        ({"WEBHOOK_URL": "https://localhost/a", "WEBHOOK_SECRET": "s"}, "WEBHOOK_URL"),
        ({"WEBHOOK_URL": "https://192.168.1.5/a", "WEBHOOK_SECRET": "s"}, "WEBHOOK_URL"),
        ({"ACCESS": "link"}, "LINK_SECRET"),
        ({"ACCESS": "private"}, "ADMIN_CHAT_IDS"),
    ],
)
def test_what_does_not_go_together_is_named(changes: dict[str, str], name: str) -> None:
    assert refusal(**changes).variable == name


def test_values_are_read_as_people_write_them() -> None:
    settings = read(
        ADMIN_CHAT_IDS=" 1, -1002, ",
        BRIEF_AT="08:30",
        TELEGRAM_API_URL="http://127.0.0.1:8081/",
        LISTEN="[::1]:80",
        ALIEXPRESS_CALLS_PER_SECOND=" 2.5 ",
        LOG_FORMAT="JSON",
        DEFAULT_LANGUAGE="German",
        DEFAULT_TIME_ZONE="Munich",
    )
    assert (settings.log_format, settings.default_language) == ("json", "de")
    assert settings.default_time_zone == "Europe/Berlin"
    assert settings.admin_chat_ids == (1, -1002)
    assert settings.brief_at == time(8, 30)
    assert settings.telegram_api_url == "http://127.0.0.1:8081"
    assert settings.listen_address() == ("::1", 80)
    assert settings.aliexpress_calls_per_second == 2.5


def test_a_webhook_without_a_path_gets_one() -> None:
    webhook = {"WEBHOOK_SECRET": "s"}
    assert read(WEBHOOK_URL="https://x.example", **webhook).webhook_url == "https://x.example/telegram"
    assert read(WEBHOOK_URL="https://x.example/hook", **webhook).webhook_url == "https://x.example/hook"


def test_an_empty_value_is_the_default_but_for_the_port() -> None:
    assert read(ACCESS="", CHECK_MIN_SECONDS="").check_min_seconds == 600
    assert read(LISTEN="").listen_address() is None


# ── where values come from ──────────────────────────────────────────────────────────────────────


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ACCESS=private\nADMIN_CHAT_IDS=7\nLOG_FORMAT='json' # for us\n")
    settings = load_settings(NEEDED | {"ACCESS": "open"}, dotenv=tmp_path / ".env")
    assert (settings.access, settings.admin_chat_ids, settings.log_format) == ("open", (7,), "json")


def test_a_file_that_is_not_there_is_no_mistake(tmp_path: Path) -> None:
    assert load_settings(NEEDED, dotenv=tmp_path / ".env") == read()


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"name = 'x", "is not TOML"), (b"\xff\xfe\x00", "is not UTF-8 text")],
)
def test_a_file_that_a_setting_names_is_named_with_its_mistake(
    content: bytes | None, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "shop.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=f"SHOP_FILE: {file} {said}"):
        read_toml("SHOP_FILE", str(file))


def test_files_of_windows_editors_are_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ACCESS=open\r\nLOG_FORMAT=json\r\n", encoding="utf-8-sig", newline="")
    (tmp_path / "shop.toml").write_text("name = 'x'\r\n", encoding="utf-8-sig", newline="")
    assert load_settings(NEEDED | {"ACCESS": ""}, dotenv=tmp_path / ".env").log_format == "json"
    assert read_toml("SHOP_FILE", str(tmp_path / "shop.toml")) == {"name": "x"}


@pytest.mark.parametrize("line", ["ACCESS='private", "=open", "ACCESS = 'a' b"])
def test_a_line_of_the_file_that_cannot_be_read_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"# ours\nLOG_FORMAT=json\n{line}\n")
    with pytest.raises(SettingsError, match="line 3 is no NAME=value"):
        load_settings(NEEDED, dotenv=tmp_path / ".env")


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_any_secret_can_stand_in_a_file_of_its_own(name: str, tmp_path: Path) -> None:
    value = NEEDED.get(name.upper(), "canary_canary_canary")
    (tmp_path / "secret").write_text(value + "\n")
    found = NEEDED | {f"{name.upper()}_FILE": str(tmp_path / "secret")}
    found.pop(name.upper(), None)
    assert getattr(load_settings(found, dotenv=None), name).get_secret_value() == value


def test_a_secret_file_that_cannot_be_read_is_named() -> None:
    assert refusal(LINK_SECRET_FILE="/nowhere/at/all").variable == "LINK_SECRET_FILE"


# ── secrecy ─────────────────────────────────────────────────────────────────────────────────────


def test_no_secret_is_in_a_repr_or_a_dump() -> None:
    values = {name.upper(): f"canary_{name}_canary" for name in SECRETS} | NEEDED
    settings = load_settings(NEEDED | values | {"WEBHOOK_SECRET": "canary_webhook_secret"}, dotenv=None)
    assert len(settings.secrets) == len(SECRETS)
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "canary" not in shown


def test_what_is_named_a_secret_token_or_key_of_ours_is_one() -> None:
    telling = {
        n for n in Settings.model_fields if n.endswith(("_secret", "_token", "_dsn")) or n == "token_key"
    }
    assert telling == SECRETS


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read().access = "open"
