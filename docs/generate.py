"""Generates `.env.example` and the pages in `docs/reference/` from the code.

`python docs/generate.py` writes them; a test makes them again and compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

import typer  # noqa: E402  the path above is what finds our own code
from dashboard import dashboard  # noqa: E402
from pydantic_core import PydanticUndefined  # noqa: E402

from bot.cli import app  # noqa: E402
from bot.i18n import Words  # noqa: E402
from bot.ids import link_token  # noqa: E402
from bot.metrics import Metrics  # noqa: E402
from bot.settings import SECRETS, Settings  # noqa: E402
from bot.views import commands as menu  # noqa: E402

MADE = "<!-- made by docs/generate.py: change the code, then run it -->\n\n"
VECTOR = ("8211744661738042", "a-secret-of-your-own")

# Headings by the first variable below them, in the order of the settings.
GROUPS = {
    "telegram_bot_token": "Telegram",
    "aliexpress_app_key": "AliExpress",
    "database_url": "Database",
    "check_min_seconds": "How often orders are checked",
    "admin_chat_ids": "Who may do what",
    "default_language": "Language and time",
    "webhook_url": "HTTP server and webhook",
    "log_level": "Logs",
}


def pages() -> Mapping[str, str]:
    """Path from the root → content."""
    return {
        ".env.example": env_example(),
        "docs/reference/settings.md": settings_page(),
        "docs/reference/commands.md": commands_page(),
        "docs/reference/metrics.md": metrics_page(),
        "docs/reference/link-format.md": link_page(),
        "docs/deploy/grafana.json": dashboard(),
    }


# ── settings ────────────────────────────────────────────────────────────────────────────────────


def default_of(name: str) -> str:
    """The default as written in `.env`; empty if there is none."""
    value = Settings.model_fields[name].default
    if value in (None, PydanticUndefined, ()):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def is_required(name: str) -> bool:
    return Settings.model_fields[name].is_required()


def env_example() -> str:
    """Every variable with its description; required ones have no `#`."""
    lines = [
        "# Copy to .env and fill in the lines without #, or run `parcel-bot init`.",
        "# A line that begins with # shows the default. Empty means unset.",
        "# Any secret can be read from a file instead: NAME_FILE=/path/to/it.",
    ]
    for name, field in Settings.model_fields.items():
        if name in GROUPS:
            lines += ["", f"# ── {GROUPS[name]} " + "─" * (60 - len(GROUPS[name]))]
        lines.append(f"# {field.description}")
        lines.append(f"{'' if is_required(name) else '#'}{name.upper()}={default_of(name)}")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """One table per group."""
    parts = [
        "# Settings\n\n",
        MADE,
        "The bot reads the environment, then `.env` in its working directory for what is not set there.\n"
        "Empty means unset. A wrong value stops the start with the variable's name and what to change.\n"
        "Secrets (🔑) can be read from a file: `NAME_FILE=/path` instead of `NAME=…`.\n",
    ]
    for name, field in Settings.model_fields.items():
        if name in GROUPS:
            parts.append(f"\n## {GROUPS[name]}\n\n| variable | meaning | default |\n|---|---|---|\n")
        default = (
            "**required**" if is_required(name) else (f"`{default_of(name)}`" if default_of(name) else "")
        )
        key = " 🔑" if name in SECRETS else ""
        parts.append(f"| `{name.upper()}`{key} | {_cell(field.description or '')} | {default} |\n")
    return "".join(parts)


# ── commands ────────────────────────────────────────────────────────────────────────────────────


def commands_page() -> str:
    """What the terminal and the chat understand."""
    group: Any = typer.main.get_command(app)
    parts = [
        "# Commands\n\n",
        MADE,
        "## In the terminal\n\n`parcel-bot COMMAND`; each has `--help`. "
        "Exit codes: 0 success, 1 failure, 2 wrong usage or settings.\n"
        "`parcel-bot --install-completion` installs completion for bash, zsh or fish.\n",
    ]
    for name, command in group.commands.items():
        parts.append(f"\n### {name}\n\n{(command.help or '').strip()}\n")
        parts.extend(_parameters(command.params))
        for inner, one in getattr(command, "commands", {}).items():
            parts.append(f"\n#### {name} {inner}\n\n{(one.help or '').strip()}\n")
            parts.extend(_parameters(one.params))
    words = Words(language="en")
    parts.append("\n## In the chat\n\n| command | what it does |\n|---|---|\n")
    parts.extend(f"| `/{name}` | {_cell(what)} |\n" for name, what in menu.commands(words))
    parts.append("\n## Only in the operators' chats\n\n| command | what it does |\n|---|---|\n")
    parts.extend(f"| `/{name}` | {_cell(what)} |\n" for name, what in menu.admin_commands(words))
    return "".join(parts)


def _parameters(params: Iterable[Any]) -> Iterator[str]:
    rows = [row for param in params if not getattr(param, "hidden", False) and (row := _parameter(param))]
    if rows:
        yield "\n| argument or option | meaning | default |\n|---|---|---|\n"
        yield from rows


def _parameter(param: Any) -> str:
    if "--help" in param.opts:
        return ""
    is_option = param.param_type_name == "option"
    name = ", ".join(param.opts) if is_option else str(param.name).upper()
    default = "required" if param.required else param.default
    shown = "" if default in (None, False, "", [], ()) else f"`{default}`"
    if param.required:
        shown = "required"
    return f"| `{name}` | {_cell(getattr(param, 'help', '') or '')} | {shown} |\n"


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────


def metrics_page() -> str:
    """Every family with its labels."""
    parts = [
        "# Metrics\n\n",
        MADE,
        "`/metrics` on the port of `LISTEN`, in Prometheus's text format. Gauges that only the leader "
        "measures are NaN in a standby: use `max` or `min` over processes.\n"
        "A [dashboard](../deploy/grafana.json) and [alert rules](../deploy/alerts.yml) are included.\n\n"
        "| name | kind | labels | meaning |\n|---|---|---|---|\n",
    ]
    for name, kind, labels, meaning in families():
        shown = ", ".join(f"`{label}`" for label in labels)
        parts.append(f"| `{name}` | {kind} | {shown} | {_cell(meaning)} |\n")
    return "".join(parts)


def families() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Name as scraped, kind, label names, meaning, in the order of the code."""
    made = Metrics()
    by_name = {family.name: family for family in made.registry.collect()}
    for one in vars(made).values():
        told = getattr(one, "describe", None)
        if told is None or not hasattr(one, "_labelnames"):
            continue
        described = next(iter(told()))
        family = by_name[described.name]
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = one._labelnames  # noqa: SLF001  a family without samples tells its labels nowhere else
        yield name, family.type, tuple(labels), family.documentation


# ── links ───────────────────────────────────────────────────────────────────────────────────────


def link_page() -> str:
    """The format and its test vector."""
    order, secret = VECTOR
    return LINK_PAGE.format(made=MADE, order=order, secret=secret, token=link_token(order, secret))


LINK_PAGE = """# Link format

{made}A signed deep link lets a customer follow one order with one tap, and nobody guess another's:

```
https://t.me/<bot>?start=<token>
```

1. `n` = the order id as an unsigned 64-bit integer, 8 bytes, big-endian.
2. `mac` = the first 12 bytes of HMAC-SHA256 with key `LINK_SECRET` (its UTF-8 bytes) over the five ASCII
   bytes `order` followed by `n`.
3. `token` = base64url of `n` followed by `mac`, without `=`: always 27 characters of `A-Z a-z 0-9 _ -`
   (Telegram admits 64).

Test vector:

| order id | LINK_SECRET | token |
|---|---|---|
| `{order}` | `{secret}` | `{token}` |

`parcel-bot link ORDER` prints links; [shop-links.md](../how-to/shop-links.md) makes them in PHP,
JavaScript, Ruby and Python without calling the bot. A link does not expire; changing `LINK_SECRET` ends all
links made with it.

A link for a whole shop order ([watch.md](../how-to/watch.md)) has another token: `c-` and 22 characters, 16
random bytes as base64url. Only the bot makes it and only its database knows it; it ends when the last of its
orders is deleted.
"""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("{", "&#123;").replace("}", "&#125;")


def main() -> None:
    """Write all pages."""
    for path, content in pages().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
