"""Lines: one form, nothing secret in them, nobody recognisable, the same to Sentry."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sentry_sdk
import structlog
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from bot import logs
from bot.app import redactor
from bot.chat.telegram import SecretRedactor
from bot.errors import SettingsError
from bot.settings import SECRETS, Settings, load_settings

ORDER = "8211744661738042"

# One of each secret, in the form its setting asks for; none is a part of another.
CANARIES = {
    name.upper(): f"canary-{number}-{name.replace('_', '-')}"
    for number, name in enumerate(sorted(SECRETS), 10)
} | {"TELEGRAM_BOT_TOKEN": "700000001:AAcanaryCanaryCanary_Canary-Canary1"}


def _settings() -> Settings:
    return load_settings(CANARIES | {"ALIEXPRESS_APP_KEY": "500000"}, dotenv=None)


Written = Callable[[], str]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """Returns what went to standard error since it was asked; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level, hook = list(root.handlers), root.level, sys.excepthook
    yield lambda: capsys.readouterr().err
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def _lines(written: Written) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written().splitlines()]


def _fail(text: str) -> None:
    raise ValueError(text)


def _leaks(text: str) -> list[str]:
    """Every way in which one value may slip into a log."""
    log, plain = structlog.get_logger("canary"), logging.getLogger("canary.plain")
    log.info(text)
    log.info("field", value=text, deep={"inner": [text, {text: text}]}, thing=ValueError(text))
    plain.warning("formatted %s", text)
    plain.warning("extra", extra={"value": text})
    try:
        _fail(f"https://example.test/bot{text}/getMe")
    except ValueError as error:
        plain.exception("plain")
        log.warning("ours", exc_info=error)
        log.exception("ours again")
        sys.excepthook(type(error), error, error.__traceback__)
    with structlog.contextvars.bound_contextvars(bound=text):
        log.info("bound")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, stacklevel=1)
    return [text]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", sorted(CANARIES))
def test_no_secret_of_the_settings_reaches_a_line(name: str, form: str, written: Written) -> None:
    logs.configure_logging("DEBUG", form, redactor(_settings()))
    _leaks(CANARIES[name])
    lines = written()
    assert lines.count("\n") >= 10
    assert CANARIES[name] not in lines


def test_every_secret_setting_has_a_canary() -> None:
    assert {name.lower() for name in CANARIES} == SECRETS
    assert len(_settings().secrets) == len(SECRETS)


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_order_is_a_tag_that_is_the_same_everywhere(form: str, written: Written) -> None:
    scrubber = logs.configure_logging("INFO", form, str, key=b"one")
    _leaks(ORDER)
    structlog.get_logger("x").info(
        "seen", order=ORDER, order_id=int(ORDER), chat_id=-1001234567890, place=None
    )
    lines = written()
    assert ORDER not in lines
    assert "1001234567890" not in lines
    assert lines.count(scrubber.tag(ORDER)) >= 10


def test_tags_compare_over_processes_with_one_key_and_tell_nothing_without() -> None:
    assert logs.LogScrubber(str, b"k").tag(ORDER) == logs.LogScrubber(str, b"k").tag(ORDER)
    assert logs.LogScrubber(str).tag(ORDER) != logs.LogScrubber(str).tag(ORDER)


@pytest.mark.parametrize(
    ("kept", "value"),
    [
        (True, 42),
        (True, 0.123456789012345),
        (True, "0.1234567890123456 and 2026-11-23T17:46:34.123456Z"),
        (True, None),
        (True, True),
        (False, -1001234567890),
        (False, f"order {ORDER}."),
    ],
)
def test_only_long_numbers_are_taken_for_somebody(kept: bool, value: object) -> None:
    assert (logs.LogScrubber(str)(value) == value) is kept


def test_a_tag_stays_a_tag() -> None:
    scrubber = logs.LogScrubber(str)
    assert scrubber(scrubber.tag(ORDER), "order") == scrubber.tag(ORDER)


def test_a_json_line_is_one_object_with_time_level_logger_and_what_is_bound(written: Written) -> None:
    logs.configure_logging("INFO", "json", str)
    with structlog.contextvars.bound_contextvars(update=7):
        structlog.get_logger("bot.x").info("checked", order=ORDER, seconds=0.5)
        logging.getLogger("somebody.else").warning("said %s", "this")
    structlog.get_logger("bot.x").debug("not this")
    ours, theirs = _lines(written)
    assert ours.items() >= {
        "event": "checked", "level": "info", "logger": "bot.x", "update": 7, "seconds": 0.5,
    }.items()  # fmt: skip
    assert ours["timestamp"].endswith("Z")
    assert theirs.items() >= {"event": "said this", "level": "warning", "update": 7}.items()


def test_text_is_one_line_without_colours_where_nobody_looks(written: Written) -> None:
    logs.configure_logging("INFO", "text", str)
    structlog.get_logger("bot.x").info("checked", outcome="quiet")
    (line,) = written().splitlines()
    assert "\x1b" not in line
    assert "outcome=quiet" in line


def test_libraries_that_print_addresses_are_silent_even_for_debugging(written: Written) -> None:
    logs.configure_logging("DEBUG", "json", str)
    for name in ("httpx", "telegram.ext", "aiohttp.access", "httpcore.http11"):
        logging.getLogger(name).info("POST /bot123:token/getMe")
    assert written() == ""


def test_what_nobody_caught_is_logged_and_an_interrupt_is_not(written: Written) -> None:
    logs.configure_logging("INFO", "json", lambda text: text.replace("hush", "…"))
    sys.excepthook(ValueError, ValueError("hush"), None)
    (line,) = _lines(written)
    assert line["level"] == "critical"
    assert "…" in line["exception"]
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "critical" not in written()


# ── Sentry ──────────────────────────────────────────────────────────────────────────────────────


class _Post(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize().decode())


@pytest.fixture
def reporting(written: Written) -> Iterator[Callable[[], _Post]]:
    """Switches reporting on; Sentry is off afterwards."""

    def start() -> _Post:
        post = _Post()
        scrubber = logs.configure_logging("INFO", "json", redactor(_settings()))
        logs.report_errors("https://0123456789abcdef@sentry.invalid/1", scrubber, transport=post)
        return post

    yield start
    sentry_sdk.init(default_integrations=False)


def test_errors_reach_sentry_without_secrets_orders_variables_or_host(reporting: Callable[[], _Post]) -> None:
    post = reporting()
    for canary in (*CANARIES.values(), ORDER):
        _leaks(canary)
    sent = "\n".join(post.sent)
    assert len(post.sent) >= 3 * len(CANARIES)
    for canary in (*CANARIES.values(), ORDER):
        assert canary not in sent
    assert '"vars"' not in sent
    event = json.loads(post.sent[0].splitlines()[-1])
    assert event.get("breadcrumbs", {"values": []}) == {"values": []}
    assert not event.get("server_name")
    assert event["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "_fail"


def test_what_is_no_error_stays_here(reporting: Callable[[], _Post]) -> None:
    post = reporting()
    structlog.get_logger("x").warning("source lost", reason="Transient")
    assert post.sent == []


def test_an_error_without_an_exception_is_told_by_its_event_and_fields(
    reporting: Callable[[], _Post],
) -> None:
    post = reporting()
    structlog.get_logger("bot.sender").error("notice refused", reason="Bad Request", notices=[1, 2])
    event = json.loads(post.sent[0].splitlines()[-1])
    assert event["logentry"]["message"] == "notice refused"
    assert event["extra"]["notices"] == [1, 2]
    assert event["logger"] == "bot.sender"


def test_a_wrong_dsn_is_named_without_repeating_it(written: Written) -> None:
    scrubber = logs.configure_logging("INFO", "json", str)
    with pytest.raises(SettingsError) as caught:
        logs.report_errors("https://canary-dsn", scrubber)
    assert caught.value.variable == "SENTRY_DSN"
    assert "canary" not in str(caught.value)
    sentry_sdk.init(default_integrations=False)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_raw_control_character_reaches_a_terminal(form: str, written: Written) -> None:
    hostile = "a\x1b[2J\x07\r\x00\x9b31m\u202eb\u2028c"
    logs.configure_logging("INFO", form, lambda text: text)
    try:
        int(hostile)
    except ValueError:
        structlog.get_logger("x").error("failed " + hostile, detail=hostile, exc_info=True)
    logging.getLogger("foreign").exception("%s", hostile)
    structlog.get_logger("x").info("one\nline")
    lines = written()
    assert not set(lines) & set("\x1b\x07\r\x00\x9b\u202e\u2028")
    assert "\\x1b[2J" in lines.replace("\\\\", "\\")
    assert "\nline" not in lines


def test_a_word_that_equals_a_short_secret_stays() -> None:
    assert (
        SecretRedactor("in", "me", "secret-of-ours")("in time, not secret-of-ours") == "in time, not <token>"
    )
