"""One structured line per unit of work, as text or JSON, without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

_NOISY = ("httpx", "httpcore", "aiohttp", "telegram", "uvicorn.access", "alembic", "asyncio", "aiosqlite")


def set_up(level: str, form: str, redact: Callable[[str], str]) -> None:
    """Log to standard error; `redact` takes the secrets out of every line, tracebacks included."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    colours = form == "text" and sys.stderr.isatty()
    last: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)
    )

    def clean(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {name: redact(value) if isinstance(value, str) else value for name, value in event.items()}

    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, clean, last],
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


class _Redacting(logging.StreamHandler[Any]):
    """Standard error, with the secrets taken out of whatever the formatter made."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(sys.stderr)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The finished line: the last place where a secret can be caught."""
        return self._redact(super().format(record))
