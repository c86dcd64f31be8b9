"""Reads the environment and `.env` into one frozen Settings value; nothing else reads the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from bot.errors import SettingsError
from bot.i18n import LANGUAGES, find_language
from bot.zones import find_zone

_ENCODED_SECRET_LENGTH = 16
_LONGEST = 2_592_000  # seconds between two checks: a month
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})  # stand-ins for Telegram need no TLS
_TELEGRAM = "https://api.telegram.org"
_WEBHOOK_PORTS = frozenset({443, 80, 88, 8443})  # https://core.telegram.org/bots/api#setwebhook
_LARGEST_ID = 2**52  # of a chat: Telegram's have at most 52 significant bits


def _is_url(text: str) -> bool:
    """Whether the text is a complete http or https URL."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and text.isprintable()
            and " " not in text
        )
    except ValueError:  # an IPv6 address without its bracket, a port beyond 65,535
        return False


def _is_inside(host: str) -> bool:
    """Whether a host is this machine or in a private network, as far as its name tells."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _chat_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    if not all(re.fullmatch(r"-?[0-9]{1,16}", part) for part in parts):
        raise ValueError("give the chats' numeric ids, not @names (@userinfobot tells yours)")
    return parts


def _time_of_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError("give hours and minutes with two digits each, such as 08:00")
    return value or None


class Settings(BaseModel):
    """The operator's settings. Field names are the variables' names in lower case."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, str_strip_whitespace=True
    )

    telegram_bot_token: SecretStr = Field(description="from BotFather")
    telegram_api_url: str = Field(
        _TELEGRAM,
        description="a local Bot API server or a stand-in: {url}/bot{token}/{method}",
    )

    aliexpress_app_key: str = Field(min_length=1, description="App Key of your Drop Shipping app")
    aliexpress_app_secret: SecretStr = Field(description="App Secret of your Drop Shipping app")
    aliexpress_access_token: SecretStr | None = Field(
        None, description="optional first token; newer stored ones win"
    )
    aliexpress_refresh_token: SecretStr | None = Field(
        None, description="optional, the refresh token that came with it"
    )
    aliexpress_api_url: str = Field(
        "https://api-sg.aliexpress.com", description="calls go to {url}/sync and {url}/rest/auth/token/…"
    )
    aliexpress_callback_url: str = Field(
        "https://127.0.0.1/callback",
        description="the callback URL of your app, exactly as in the App Console",
    )
    aliexpress_calls_per_second: float = Field(1.0, ge=0.001, le=1000, description="most calls a second")
    aliexpress_calls_per_day: int = Field(5000, gt=0, le=10**9, description="most calls a day")

    database_url: str = Field(
        "sqlite:///bot.db", repr=False, description="a path, sqlite:///… or postgresql://…"
    )
    token_key: SecretStr | None = Field(
        None, description="when set, AliExpress tokens and webhook secrets are stored encrypted with it"
    )

    check_min_seconds: int = Field(
        600, ge=1, le=_LONGEST, description="shortest time between two checks of one order"
    )
    check_max_seconds: int = Field(
        86_400, ge=1, le=_LONGEST, description="longest time between two checks of one order"
    )

    watch_pushed: bool = Field(
        True, description="whether orders that AliExpress tells of are watched by themselves"
    )
    book_weight: float = Field(
        0.2,
        gt=0,
        le=1,
        description="how much a watched order that nobody follows weighs against one that a person waits for",
    )

    admin_chat_ids: Annotated[tuple[int, ...], BeforeValidator(_chat_list)] = Field(
        (),
        description="the operators' chats, separated by commas; every member of a group is an operator",
    )
    ask_shop: bool = Field(
        True,
        description="whether customers can ask the shop: their questions go to the first of ADMIN_CHAT_IDS",
    )
    ask_shop_topic: int = Field(
        0, ge=0, lt=_LARGEST_ID, description="the forum topic there that gets the questions; 0: none"
    )
    access: Annotated[Literal["open", "link", "private"], BeforeValidator(str.lower)] = Field(
        "open", description="who may add orders: open (anyone), link (only signed links), private (admins)"
    )
    link_secret: SecretStr | None = Field(
        None, description="key that signs deep links, at least 16 characters"
    )
    orders_per_chat: int = Field(50, ge=1, le=10**6, description="how many orders one chat may follow")
    retention_days: int = Field(90, ge=1, le=3650, description="how long finished orders are kept")
    shop_file: str = Field(
        "", description="a TOML file with shop name, support contact and welcome per language"
    )
    phrases_file: str = Field(
        "", description="a TOML file with your own stages for carriers' texts (docs/carriers.md)"
    )
    brief_at: Annotated[time | None, BeforeValidator(_time_of_day)] = Field(
        None, description="when admins get the daily brief, HH:MM in the default time zone; empty: never"
    )

    default_language: str = Field("en", description="for chats whose language is unknown: en, ru, pt_BR …")
    default_time_zone: str = Field(
        "UTC", description="for chats whose time zone is unknown: Europe/Berlin, Munich …"
    )

    webhook_url: str = Field("", description="set: Telegram delivers to this URL; empty: long polling")
    webhook_secret: SecretStr | None = Field(
        None, description="1 to 256 characters of A-Z a-z 0-9 _ -, required with WEBHOOK_URL"
    )
    listen: str = Field(
        "127.0.0.1:8080", description="host:port for /live, /ready, /metrics and webhooks; empty: no port"
    )

    public_url: str = Field(
        "",
        description="where customers and shops reach that port: https://parcels.example.com; "
        "tracking pages need it",
    )
    webhooks_allow_private: bool = Field(
        False, description="whether events may be sent to private networks, and without TLS"
    )

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = Field(
        "INFO", description="how much is logged"
    )
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = Field(
        "text", description="text or json"
    )
    sentry_dsn: SecretStr | None = Field(None, description="optional: where unexpected errors are reported")

    @field_validator("telegram_api_url", "aliexpress_api_url")
    @classmethod
    def _bare_url(cls, value: str) -> str:
        if not _is_url(value):
            raise ValueError("give a URL that begins with https:// (or http:// for a stand-in)")
        if re.search(r"[?#@]|/(?:sync|rest|bot|bot\d+:.*)/?$", value):
            raise ValueError("give the address alone, without /sync, /rest, /bot or anything behind a ? or #")
        return value.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        if value and (not _is_url(value) or re.search(r"[?#@]", value)):
            raise ValueError("give the public address, such as https://parcels.example.com")
        return value.rstrip("/")

    @field_validator("aliexpress_callback_url")
    @classmethod
    def _callback(cls, value: str) -> str:
        if not _is_url(value):
            raise ValueError("give the complete URL, such as https://127.0.0.1/callback")
        return value

    @field_validator("admin_chat_ids")
    @classmethod
    def _chat_ids(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not all(0 < abs(one) < _LARGEST_ID for one in value):
            raise ValueError("give the chats' numeric ids, separated by commas")
        return value

    @field_validator("default_language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if not (found := find_language(value)):
            raise ValueError(f"give one of {', '.join(LANGUAGES)}")
        return found

    @field_validator("telegram_bot_token")
    @classmethod
    def _token_form(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", value.get_secret_value()):
            raise ValueError("paste the whole token that BotFather gave you: digits, a colon, letters")
        return value

    @field_validator("aliexpress_app_key")
    @classmethod
    def _one_word(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
            raise ValueError("copy the App Key from AliExpress's App Console: digits, no spaces")
        return value

    @field_validator("aliexpress_app_secret", "aliexpress_access_token", "aliexpress_refresh_token")
    @classmethod
    def _copied(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[!-;=?-~]+", value.get_secret_value()):
            raise ValueError("copy it as AliExpress shows it: letters and digits, no spaces, no < >")
        return value

    @field_validator("link_secret", "token_key")
    @classmethod
    def _long_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _ENCODED_SECRET_LENGTH:
            raise ValueError("use at least 16 random characters")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret_characters(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("use 1 to 256 characters of A-Z a-z 0-9 _ -")
        return value

    @field_validator("default_time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not (found := find_zone(value)):
            raise ValueError("give a city, or a name such as Europe/Berlin")
        return found

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        found = re.fullmatch(r"(?:\[[0-9a-fA-F:.%]+\]|[^:\s]+):(\d{1,5})", value)
        if value and (found is None or int(found[1]) > 65_535):
            raise ValueError("give host:port, such as 127.0.0.1:8080")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _webhook_scheme(cls, value: str) -> str:
        if value and not _is_url(value):
            raise ValueError("give the public address, such as https://bot.example.com/telegram")
        if value.startswith("http:") and urlsplit(value).hostname not in _LOOPBACK:
            raise ValueError("begin it with https://: Telegram delivers to nothing else")
        has_path = re.match(r"https?://[^\s/]+/.", value)
        return value if not value or has_path else value.rstrip("/") + "/telegram"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is set, for redaction."""
        values = (getattr(self, name) for name in type(self).model_fields)
        found = [v.get_secret_value() for v in values if isinstance(v, SecretStr) and v.get_secret_value()]
        if password := urlsplit(self.database_url).password:
            found += {password, unquote(password)}
        return tuple(found)

    def listen_address(self) -> tuple[str, int] | None:
        """Host and port to listen on; None if LISTEN is empty."""
        if not self.listen:
            return None
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


SECRETS = frozenset(
    name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
)


def load_settings(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Read `.env` and the environment, which takes precedence.

    `NAME_FILE` names a file that holds the secret. Empty means unset.
    Raises SettingsError with the variable's name and what to change.
    """
    written = _dotenv(dotenv) if dotenv else {}
    found = {k: v for k, v in written.items() if v is not None}
    found |= dict(os.environ if environ is None else environ)
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        variable = name.upper()
        if name in SECRETS and found.get(f"{variable}_FILE"):
            found[variable] = _read_secret(f"{variable}_FILE", found[f"{variable}_FILE"])
        if found.get(variable, "").strip() or (name == "listen" and variable in found):
            values[name] = found[variable].strip()
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise _explain(error) from None  # the cause repeats the value
    _check_together(settings)
    return settings


def _dotenv(path: Path) -> dict[str, str | None]:
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() and not path.is_dir() else ""
        if wrong := next((one for one in parse_stream(StringIO(text)) if one.error), None):
            raise SettingsError(
                str(path), f"line {wrong.original.line} is no NAME=value; a quote may lack its end"
            )
        return dotenv_values(stream=StringIO(text), interpolate=False)  # a secret may hold "${"
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(str(path), f"cannot be read: {why}") from None


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise SettingsError(variable, f"the file {path} cannot be read ({error.strerror})") from None
    except ValueError:  # no UTF-8, or a name that no file can have
        raise SettingsError(variable, "does not name a text file") from None


def read_toml(variable: str, path: str) -> dict[str, Any]:
    """The content of the TOML file that a setting names. Raises SettingsError."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingsError(variable, f"{path} is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(variable, f"{path} is not TOML: {error}") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or "no such path"
        fix = "name a TOML file that this user may read, or leave the setting empty"
        raise SettingsError(variable, f"{path} cannot be read ({why}); {fix}") from None


def mistake(variable: str, text: str) -> str | None:
    """What to give instead of one variable's text, taken by itself; None if it will do."""
    name = variable.lower()
    try:
        Settings.model_validate({name: text.strip()} if text.strip() else {})
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False)
        return next(
            (_reason(one) for one in found if one["loc"][0] == name and one["type"] != "missing"), None
        )
    return None


def _explain(error: ValidationError) -> SettingsError:
    first = error.errors(include_input=False, include_context=False)[0]
    name = str(first["loc"][0])
    description = Settings.model_fields[name].description
    if first["type"] == "missing":
        return SettingsError(name.upper(), f"is missing; {description}")
    return SettingsError(name.upper(), f"{_reason(first)} ({description})")


def _reason(error: Mapping[str, Any]) -> str:
    ours = _in_our_words(str(error["type"]), str(error["loc"][0]))
    return ours or str(error["msg"]).removeprefix("Value error, ")


def _in_our_words(kind: str, name: str) -> str:
    """What to give instead, for the mistakes that pydantic finds by itself; empty for others."""
    field = Settings.model_fields[name]
    if kind == "literal_error":
        return f"give one of {', '.join(get_args(field.annotation))}"
    if kind.startswith("bool_"):
        return "give true or false"
    if kind.startswith(("int_", "float_", "greater_than", "less_than")):
        return f"give a {'whole ' if field.annotation is int else ''}number{_bounds(field.metadata)}"
    return ""


def _bounds(metadata: Sequence[object]) -> str:
    words = {"ge": " of at least {}", "gt": " above {}", "le": ", at most {}"}
    found = [(how, getattr(one, how)) for how in words for one in metadata if hasattr(one, how)]
    return "".join(words[how].format(bound) for how, bound in found)


def _check_together(settings: Settings) -> None:
    if settings.check_min_seconds > settings.check_max_seconds:
        raise SettingsError("CHECK_MIN_SECONDS", "must not exceed CHECK_MAX_SECONDS")
    if settings.webhook_url and settings.webhook_secret is None:
        raise SettingsError(
            "WEBHOOK_SECRET", "is missing; with WEBHOOK_URL it proves that calls come from Telegram"
        )
    if settings.webhook_url and settings.telegram_api_url == _TELEGRAM:
        address = urlsplit(settings.webhook_url)
        if (address.port or 443) not in _WEBHOOK_PORTS:
            raise SettingsError(
                "WEBHOOK_URL", "must have port 443, 80, 88 or 8443: Telegram delivers to no other"
            )
        if _is_inside(address.hostname or ""):
            raise SettingsError(
                "WEBHOOK_URL", "names this machine or a private network, where Telegram cannot deliver to; "
                "give the public address, or leave it empty",
            )  # fmt: skip
    if settings.webhook_url and not settings.listen:
        raise SettingsError("LISTEN", "is empty, but WEBHOOK_URL needs a port to receive on")
    if settings.public_url and not settings.listen:
        raise SettingsError("LISTEN", "is empty, but PUBLIC_URL needs a port to lead to")
    if settings.access == "link" and settings.link_secret is None:
        raise SettingsError("LINK_SECRET", "is missing; ACCESS=link admits only links signed with it")
    if settings.access == "private" and not settings.admin_chat_ids:
        raise SettingsError("ADMIN_CHAT_IDS", "is empty, but ACCESS=private admits only admins")
