"""One structured line per unit of work, as text or JSON: without secrets, and nobody recognisable in it.

Loggers may name an order or a chat (`order=…`, `place=…`): the line carries a short tag instead, the same
for the same number, so that one can follow an order from the update or check to its notices, and no more.
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
_LONG_NUMBER = re.compile(r"(?<!\d)(?<!\d\.)[1-9]\d{11,19}(?!\d|\.\d)")  # order ids, and groups' numbers

# Control characters but for a traceback's line ends and tabs; other line ends; what turns text round.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Event = MutableMapping[str, Any]


class LogScrubber:
    """Takes secrets out of any value, and puts tags in the place of order and chat numbers.

    Tags of two processes are equal where `key` is.
    """

    def __init__(self, redact: Callable[[str], str], key: bytes | None = None) -> None:
        self._redact = redact
        self._key = blake2s(key or secrets.token_bytes(32)).digest()

    def __repr__(self) -> str:
        return "<LogScrubber>"

    def tag(self, what: object) -> str:
        """A short name that tells nothing but whether two are the same."""
        return "~" + blake2s(str(what).encode(), key=self._key, digest_size=4).hexdigest()

    def text(self, text: str) -> str:
        """The text without secrets, long numbers, and what a terminal would obey."""
        shown = _LONG_NUMBER.sub(lambda found: self.tag(found.group()), self._redact(text))
        return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), shown)

    def __call__(self, value: Any, name: str = "") -> Any:
        """The value, however deep, fit for a log; `name` is the field it stands in."""
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
    """Log to standard error from now on; returns what cleans the lines.

    `redact` takes the secrets out of a text, tracebacks included; `key` makes tags comparable over processes.
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
    for name in _NOISY:  # httpx writes the address of every call, and Telegram's holds the bot token
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
    """What nobody caught goes through the log like everything: the interpreter would print it as it is."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(__name__).critical("died", exc_info=(kind, error, trace))


class _Cleaner:
    """The step before the line is written: every field behind the scrubber."""

    def __init__(self, scrubber: LogScrubber) -> None:
        self._scrubber = scrubber

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        return {name: self._one_line(name, self._scrubber(value, name)) for name, value in event.items()}

    @staticmethod
    def _one_line(name: str, value: Any) -> Any:
        """Only a traceback has lines: in any other field they would pass for lines of the log."""
        return value.replace("\n", "\\n") if isinstance(value, str) and name != "exception" else value


class _Redacting(logging.StreamHandler[Any]):
    """Standard error, with the secrets taken out of whatever the formatter made."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(sys.stderr)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The finished line: the last place where a secret can be caught."""
        return self._redact(super().format(record))


# ── reporting ───────────────────────────────────────────────────────────────────────────────────


def report_errors(dsn: str, scrubber: LogScrubber, transport: Any = None) -> None:
    """Send errors to Sentry too, behind the same scrubber; raises SettingsError where its library is missing.

    Nothing else leaves, personal data least of all (the library's own default): no local variables, no trail
    of what happened before, no host name, no other library's data.
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
    except ValueError:  # its BadDsn, whose text repeats the DSN
        raise SettingsError("SENTRY_DSN", "is no DSN; copy it again from the project's settings") from None
    logging.getLogger().addHandler(_Reporter())
    atexit.register(sentry_sdk.flush, 2.0)


def _scrubbed(scrubber: LogScrubber, event: Any) -> Any:
    kept = {name: event[name] for name in ("event_id", "timestamp", "platform", "sdk") if name in event}
    return {**scrubber(event), **kept}


class _Reporter(logging.Handler):
    """Hands errors to Sentry, whether they came through structlog or the standard library."""

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
