"""Logging: one structured line per unit of work, as text or JSON, without secrets or personal data.

Code may log an order or a chat (`order=…`, `place=…`). The line carries a short tag in its place, equal for
equal numbers, so that one can follow an order from its update or check to its notices, and nothing else.
"""

from __future__ import annotations

import atexit
import logging
import re
import secrets
import sys
from collections.abc import Callable, Mapping, MutableMapping
from hashlib import blake2s
from types import TracebackType
from typing import Any

import structlog

from bot import __version__
from bot.errors import SettingsError

_NOISY = ("httpx", "httpcore", "aiohttp", "telegram", "uvicorn", "alembic", "asyncio", "aiosqlite")
_PERSONAL = frozenset({"order", "order_id", "chat", "chat_id", "place", "user", "user_id"})
_LONG_NUMBER = re.compile(r"(?<!\d)(?<!\d\.)[1-9]\d{11,19}(?!\d|\.\d)")  # order ids and group chat ids

# Control characters except newlines and tabs (tracebacks have them), Unicode line ends, direction overrides.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Event = MutableMapping[str, Any]


class LogScrubber:
    """Removes secrets from any value and replaces order and chat numbers with tags.

    Two processes with the same `key` make the same tags.
    """

    def __init__(self, redact: Callable[[str], str], key: bytes | None = None) -> None:
        self._redact = redact
        self._key = blake2s(key or secrets.token_bytes(32)).digest()

    def __repr__(self) -> str:
        return "<LogScrubber>"

    def tag(self, what: object) -> str:
        """A short keyed hash: it shows only whether two values are the same."""
        return "~" + blake2s(str(what).encode(), key=self._key, digest_size=4).hexdigest()

    def text(self, text: str) -> str:
        """The text without secrets, long numbers and terminal control characters."""
        shown = _LONG_NUMBER.sub(lambda found: self.tag(found.group()), self._redact(text))
        return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), shown)

    def __call__(self, value: Any, name: str = "") -> Any:
        """The value, scrubbed at every depth; `name` is the log field that holds it."""
        if name in _PERSONAL and value is not None and not _is_tag(value):
            return self.tag(value)
        match value:
            case str():
                return self.text(value)
            case bool() | float() | None:
                return value
            case int():
                return value if abs(value) < 10**11 else self.tag(value)
            case Mapping():
                return {self.text(str(key)): self(inner, str(key)) for key, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self(inner) for inner in value]
            case _:
                return self.text(repr(value))


def _is_tag(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"~[0-9a-f]{8}", value) is not None


def configure_logging(
    level: str, form: str, redact: Callable[[str], str], *, key: bytes | None = None
) -> LogScrubber:
    """Log to standard error from now on; return the scrubber in use.

    `redact` removes secrets from a text, tracebacks included; the same `key` makes the same tags everywhere.
    """
    scrubber = LogScrubber(redact, key)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _Cleaner(scrubber),
            _last(form),
        ],
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _Redacting(redact)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:  # httpx logs the URL of every call, and Telegram's URLs contain the bot token
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.captureWarnings(True)
    sys.excepthook = _died
    return scrubber


def _last(form: str) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _died(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log an uncaught exception: the interpreter would print it with its secrets."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(__name__).critical("uncaught exception", exc_info=(kind, error, trace))


class _Cleaner:
    """The last processor before rendering: scrubs every field."""

    def __init__(self, scrubber: LogScrubber) -> None:
        self._scrubber = scrubber

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        return {name: self._one_line(name, self._scrubber(value, name)) for name, value in event.items()}

    @staticmethod
    def _one_line(name: str, value: Any) -> Any:
        """Escape newlines outside tracebacks: they could fake lines of the log."""
        return value.replace("\n", "\\n") if isinstance(value, str) and name != "exception" else value


class _Redacting(logging.StreamHandler[Any]):
    """Standard error, with secrets removed from the formatted line."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(sys.stderr)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line, redacted: the last place to catch a secret."""
        return self._redact(super().format(record))


# ── reporting ───────────────────────────────────────────────────────────────────────────────────


def report_errors(dsn: str, scrubber: LogScrubber, transport: Any = None) -> None:
    """Also report errors to Sentry, scrubbed the same way. Raises SettingsError if sentry-sdk is missing.

    Nothing else is sent: no local variables, no breadcrumbs, no host name, no default integrations, and no
    personal data (sentry-sdk's own default).
    """
    try:
        import sentry_sdk
    except ImportError:
        raise SettingsError("SENTRY_DSN", "needs the sentry-sdk package (extra `sentry`)") from None
    try:
        sentry_sdk.init(
            dsn=dsn,
            transport=transport,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            server_name="",
            release=f"parcel-bot@{__version__}",
            max_breadcrumbs=0,
            before_breadcrumb=lambda crumb, hint: None,
            before_send=lambda event, hint: _scrubbed(scrubber, event),
        )
    except ValueError:  # BadDsn, whose text repeats the DSN
        raise SettingsError("SENTRY_DSN", "is not a DSN; copy it from the project's settings") from None
    logging.getLogger().addHandler(_Reporter())
    atexit.register(sentry_sdk.flush, 2.0)


def _scrubbed(scrubber: LogScrubber, event: Any) -> Any:
    kept = {name: event[name] for name in ("event_id", "timestamp", "platform", "sdk") if name in event}
    return {**scrubber(event), **kept}


class _Reporter(logging.Handler):
    """Reports errors to Sentry, from structlog and the standard library alike."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Report one record; called by logging."""
        import sentry_sdk
        from sentry_sdk.utils import event_from_exception

        ours = isinstance(record.msg, dict)
        fields: dict[str, Any] = dict(record.msg) if isinstance(record.msg, dict) else {}
        raised = fields.pop("exc_info", None) if ours else record.exc_info
        if raised is True:
            raised = sys.exc_info()
        event: dict[str, Any] = {}
        hint: Any = None
        if raised:
            made, hint = event_from_exception(raised, client_options=sentry_sdk.get_client().options)
            event = dict(made)
        event |= {
            "level": record.levelname.lower(),
            "logger": record.name,
            "logentry": {"message": fields.pop("event", None) or record.getMessage()},
            "extra": fields,
        }
        sentry_sdk.capture_event(event, hint=hint)  # type: ignore[arg-type]  # a plain dict is what it takes
