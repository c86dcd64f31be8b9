"""`init`: asks for the settings, tests each answer at once, and writes `.env`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from bot import settings
from bot.cli import authorize, doctor
from bot.cli.checks import Verdict
from bot.cli.envfile import EnvFile
from bot.cli.program import PROGRAM
from bot.errors import BotError
from bot.i18n import Words, find_language, guess_zone
from bot.zones import find_zone

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_MADE = ("LINK_SECRET", "WEBHOOK_SECRET", "TOKEN_KEY")
_LINGER = 60.0  # seconds that `init` waits for the operator's first message
_AGAIN = 1.0  # seconds between two looks while older updates are pending: Telegram then answers at once
SHOP_FILE = Path("shop/shop.toml")  # a folder of its own, which compose.yaml shows to the container
_ACCESS = """open: whoever knows an order number can follow that order; wrong guesses lock a chat out.
link: customers need the signed link that you send them; typed numbers are refused.
private: only the admin chats."""


def init(
    path: Annotated[Path, typer.Option("--file", help="the file to write")] = Path(".env"),
    telegram_api_url: Annotated[
        str, typer.Option(envvar="TELEGRAM_API_URL", help="a local Bot API server or a stand-in")
    ] = "",
    aliexpress_api_url: Annotated[
        str, typer.Option(envvar="ALIEXPRESS_API_URL", help="another gateway or a stand-in")
    ] = "",
) -> None:
    """Set up the bot: ask for the settings, test each answer, write `.env`, then check everything.

    Running it again keeps the present values, secrets included, unless you enter new ones.
    """
    console = Console(highlight=False)
    _check_place(path)
    before = EnvFile.read(path)
    if before.names:
        console.print(f"{path} exists. Press Enter to keep a value; other lines stay as they are.")
        if not typer.confirm("Go through the settings?", default=True):
            raise typer.Exit(1)
    urls = {"TELEGRAM_API_URL": telegram_api_url, "ALIEXPRESS_API_URL": aliexpress_api_url}
    interview = Interview(console, before.values | {name: url for name, url in urls.items() if url})
    interview.telegram()
    interview.aliexpress()
    interview.people()
    interview.shop(path.parent)
    interview.secrets()
    answers = interview.answers | {name: url for name, url in urls.items() if url}
    before.changed(answers).write(path)
    console.print(f"\nWritten to [bold]{path}[/], readable by you only.")
    if interview.shop_file:
        write_shop(*interview.shop_file)
        console.print(f"The shop's name and contact are in [bold]{interview.shop_file[0]}[/].")
    if path == Path(".env") and not interview.login_known:
        _log_in(console, first=not before.names)
    console.print("\nChecking everything:\n")
    doctor.report(settings.load_settings(dotenv=path), path)
    console.print(f"\nNext: [bold]{PROGRAM} run[/]")


def _check_place(path: Path) -> None:
    """Raise BotError if `path` cannot be written, before anybody has answered a dozen questions."""
    folder = path.resolve().parent
    if path.is_dir():
        raise BotError(f"{path} is a folder; give the name of a file in it")
    if not folder.is_dir():
        raise BotError(f"There is no folder {folder}; make it first")
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.R_OK)):
        raise BotError(f"This user may not write to {folder}; run the command as the folder's owner")


def _log_in(console: Console, *, first: bool) -> None:
    """Offer the login at AliExpress; after a failure it can be repeated with `authorize`."""
    if not typer.confirm("\nLog in at AliExpress now?", default=first):
        return
    try:
        authorize.authorize(code="")
    except BotError as error:
        console.print(
            Text.assemble(("✗ ", "red"), f"{error}; try again with: {PROGRAM} authorize"), soft_wrap=True
        )


@dataclass(slots=True)
class Interview:
    """Asks the questions. `known` holds the present values, `answers` the values to write."""

    console: Console
    known: dict[str, str] = field(repr=False)
    answers: dict[str, str] = field(default_factory=dict, repr=False)
    shop_file: tuple[Path, str] | None = None  # SHOP_FILE and its text, where it is to be written

    @property
    def login_known(self) -> bool:
        """Whether the settings already contain an access token."""
        return bool(self.known.get("ALIEXPRESS_ACCESS_TOKEN"))

    # ── the questions ───────────────────────────────────────────────────────────────────────────

    def telegram(self) -> None:
        """Ask for the bot token and test it with getMe."""
        self._head("Telegram", "In Telegram, open @BotFather, send /newbot, and copy the token it gives you.")
        while True:
            token = self._secret("TELEGRAM_BOT_TOKEN", "Bot token")
            if not _TOKEN.fullmatch(token):
                self._no("a token looks like 123456789:AAE… ; paste the whole line")
                self.known.pop("TELEGRAM_BOT_TOKEN", None)
                continue
            said = asyncio.run(_who(token, self._url("TELEGRAM_API_URL")))
            if said.refused:
                self._no("Telegram refuses this token")
                self.known.pop("TELEGRAM_BOT_TOKEN", None)
                continue
            if said.name:
                self._yes(f"this is @{said.name}")
            elif not self._anyway(f"Telegram does not answer ({said.trouble})"):
                continue
            self.answers["TELEGRAM_BOT_TOKEN"] = token
            return

    def aliexpress(self) -> None:
        """Ask for App Key and App Secret and test them with a signed call."""
        self._head(
            "AliExpress",
            "You find App Key and App Secret in the App Console: https://openservice.aliexpress.com",
        )
        while True:
            key = self._ask(
                "ALIEXPRESS_APP_KEY", "App Key", wrong=partial(settings.mistake, "ALIEXPRESS_APP_KEY")
            )
            secret = self._secret("ALIEXPRESS_APP_SECRET", "App Secret")
            finding = asyncio.run(_signed(key, secret, self._url("ALIEXPRESS_API_URL")))
            if finding.verdict is Verdict.OK:
                self._yes(finding.text)
            elif finding.refused:
                self._no(f"AliExpress {finding.text}; {finding.fix}")
                self.known.pop("ALIEXPRESS_APP_KEY", None)
                self.known.pop("ALIEXPRESS_APP_SECRET", None)
                continue
            elif not self._anyway(f"AliExpress: {finding.text}"):
                continue
            self.answers |= {"ALIEXPRESS_APP_KEY": key, "ALIEXPRESS_APP_SECRET": secret}
            break
        self.answers["ALIEXPRESS_CALLBACK_URL"] = self._ask(
            "ALIEXPRESS_CALLBACK_URL",
            "Callback URL of the app, as in the App Console",
            default="https://127.0.0.1/callback",
            wrong=partial(settings.mistake, "ALIEXPRESS_CALLBACK_URL"),
        )

    def people(self) -> None:
        """Ask for the admin chats, the access rule, and the default language and time zone."""
        self._head("You and your customers", "Admin chats get alerts and can use the merchant's commands.")
        self.answers["ADMIN_CHAT_IDS"] = self._admin()
        self.console.print(_ACCESS)
        self.answers["ACCESS"] = self._ask(
            "ACCESS",
            "Who may add orders: open, link or private",
            default="open",
            wrong=self._refused_access,
        )
        self.answers["DEFAULT_LANGUAGE"] = self._ask(
            "DEFAULT_LANGUAGE",
            "Language for chats whose language is unknown (en, ru, pt_BR …)",
            default="en",
            wrong=partial(settings.mistake, "DEFAULT_LANGUAGE"),
        )
        language = self.answers["DEFAULT_LANGUAGE"] = find_language(self.answers["DEFAULT_LANGUAGE"])
        zone = self._ask(
            "DEFAULT_TIME_ZONE",
            "Time zone for chats whose time zone is unknown (a city will do)",
            default=guess_zone(language, "UTC"),
            wrong=partial(settings.mistake, "DEFAULT_TIME_ZONE"),
        )
        self.answers["DEFAULT_TIME_ZONE"] = zone = find_zone(zone) or zone
        words, now = Words("en", zone), datetime.now(UTC)
        self._yes(f"{zone}: it is {words.clock(words.local(now).time())} there")

    def _refused_access(self, text: str) -> str | None:
        if text.lower() == "private" and not self.answers["ADMIN_CHAT_IDS"]:
            return "private serves the admin chats alone, and you named none"
        return settings.mistake("ACCESS", text)

    def shop(self, folder: Path) -> None:
        """Ask what customers read of the shop, and when the daily brief comes."""
        self._head(
            "Your shop", "Customers read its name and where to write to. Enter leaves an answer empty."
        )
        file = SHOP_FILE if folder == Path() else folder.resolve() / SHOP_FILE
        present = self.known.get("SHOP_FILE") or (str(file) if file.exists() else "")
        if present:
            self.console.print(f"They are in {present}: change them there.")
            self.answers["SHOP_FILE"] = present
        elif text := self._shop_text():
            self.shop_file = (file, text)
            self.answers["SHOP_FILE"] = str(file)
        self.answers["BRIEF_AT"] = self._ask(
            "BRIEF_AT",
            "Hour of the daily brief to the admin chats, such as 08:00 (empty: none)",
            wrong=partial(settings.mistake, "BRIEF_AT"),
            may_be_empty=True,
        )

    def _shop_text(self) -> str:
        """The content of SHOP_FILE; empty if there is nothing to say."""
        labels = {"name": "Shop name", "support": "Contact: @name, t.me or https link, or email address"}
        texts = {}
        for field_name, label in labels.items():
            texts[field_name] = self._ask(
                "", label, wrong=lambda text: None if len(text) <= 64 else "64 characters at most",
                may_be_empty=True,
            )  # fmt: skip
        lines = [f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in texts.items() if text]
        return "".join(f"{line}\n" for line in lines)

    def secrets(self) -> None:
        """Make missing random keys; existing ones stay, or links would break and the login would be lost."""
        for name in _MADE:
            if not self.known.get(name):
                self.answers[name] = secrets.token_urlsafe(32)
        made = [name for name in _MADE if name in self.answers]
        if made:
            self._yes(f"generated {', '.join(made)}")

    def _admin(self) -> str:
        present = self.known.get("ADMIN_CHAT_IDS", "")
        token = self.answers["TELEGRAM_BOT_TOKEN"]
        if not present and typer.confirm("Find your chat id by sending the bot a message?", default=True):
            self.console.print(f"Open the bot in Telegram and press Start. Waiting up to {_LINGER:.0f} s …")
            instead = "enter the id (ask @userinfobot) or leave it empty"
            try:
                found = asyncio.run(_first_chat(token, self._url("TELEGRAM_API_URL")))
            except BotError as error:
                self._no(f"Telegram gives no messages ({error}); {instead}")
            else:
                if found is None:
                    self._no(f"no message arrived; {instead}")
                elif typer.confirm(f"{found[0]} wrote: is that you ({found[1]})?", default=True):
                    return str(found[0])
        answer = self._ask(
            "ADMIN_CHAT_IDS",
            "Admin chat ids, separated by commas",
            wrong=partial(settings.mistake, "ADMIN_CHAT_IDS"),
            may_be_empty=True,
        )
        if "-" in answer:
            self._no("a negative id is a group: every member of it becomes an operator")
        return answer

    # ── asking ──────────────────────────────────────────────────────────────────────────────────

    def _ask(
        self,
        name: str,
        label: str,
        *,
        default: str = "",
        wrong: Callable[[str], str | None] = lambda text: None,
        may_be_empty: bool = False,
    ) -> str:
        """Ask for one value; Enter takes the present one or the default. `wrong` says why one is refused."""
        offered = self.known.get(name) or default
        while True:
            text: str = typer.prompt(label, default=offered, show_default=bool(offered)).strip()
            reason = wrong(text) if text or may_be_empty else "a value is required"
            if reason is None:
                return text
            self._no(reason)

    def _secret(self, name: str, label: str) -> str:
        """Ask for one secret, not shown while typed; Enter keeps the present one."""
        known = self.known.get(name, "")
        suffix = " (Enter keeps the present one)" if known else " (not shown)"
        while True:
            text: str = typer.prompt(label + suffix, default=known, show_default=False, hide_input=True)
            if text.strip():
                return text.strip()
            self._no("a value is required")

    def _anyway(self, trouble: str) -> bool:
        self._no(trouble)
        return typer.confirm("Keep this value untested?", default=False)

    def _url(self, name: str) -> str:
        default: str = settings.Settings.model_fields[name.lower()].default
        return (self.known.get(name) or default).rstrip("/")

    def _head(self, title: str, text: str) -> None:
        self.console.print(Text.assemble("\n", (title, "bold"), "\n", text))

    def _yes(self, text: str) -> None:
        self.console.print(Text.assemble(("✓ ", "green"), text))

    def _no(self, text: str) -> None:
        self.console.print(Text.assemble(("✗ ", "red"), text))


def write_shop(path: Path, text: str) -> None:
    """Write SHOP_FILE so that a container's user can read it, too."""
    path.parent.mkdir(mode=0o755, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


# ── trying ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """The result of testing a bot token: the bot's name, a refusal, or an error."""

    name: str = ""
    refused: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _TestResult:
    """The result of testing App Key and App Secret."""

    verdict: Verdict
    text: str
    fix: str
    refused: bool


async def _who(token: str, url: str) -> _Said:
    from bot.chat.telegram import AiohttpRequest, SecretRedactor, TelegramError, build_bot
    from bot.errors import TokenRevoked

    wire = AiohttpRequest(SecretRedactor(token))
    bot = build_bot(token, url, request=wire, updates_request=wire)
    try:
        await bot.initialize()
        return _Said(name=str(bot.username))
    except TokenRevoked:
        return _Said(refused=True)
    except TelegramError as error:
        return _Said(trouble=error.message)
    finally:
        await wire.shutdown()


async def _signed(key: str, secret: str, url: str) -> _TestResult:
    from bot.cli.checks import aliexpress
    from bot.errors import Misconfigured
    from bot.sources.aliexpress.client import GatewayClient

    client = GatewayClient(app_key=key, app_secret=secret, now=lambda: datetime.now(UTC), base_url=url)
    try:
        error = await aliexpress.probe(client)
    finally:
        await client.aclose()
    finding = aliexpress.signature(error)
    return _TestResult(
        verdict=finding.verdict,
        text=finding.text,
        fix=finding.fix,
        refused=isinstance(error, Misconfigured),
    )


async def _first_chat(token: str, url: str) -> tuple[int, str] | None:
    """Wait for a new message; return its writer's chat id and name. All updates stay unconfirmed.

    Raises BotError if Telegram refuses to give updates, as it does while a webhook is set.
    """
    from bot.chat.telegram import AiohttpRequest, SecretRedactor, TelegramError, build_bot

    wire = AiohttpRequest(SecretRedactor(token), read_timeout=_LINGER + 10.0)
    bot = build_bot(token, url, request=wire, updates_request=wire)

    async def pending(wait: float) -> list[Any]:
        asked = {"timeout": int(wait), "allowed_updates": ["message"]}  # no offset: updates stay pending
        found = await bot.call("getUpdates", asked, read_timeout=wait + 10.0)
        return found if isinstance(found, list) else []

    try:
        await bot.initialize()
        deadline = time.monotonic() + _LINGER
        older = {update["update_id"] for update in await pending(0)}
        while (left := deadline - time.monotonic()) > 0:
            updates = await pending(left)
            if found := _writer_of([one for one in updates if one["update_id"] not in older]):
                return found
            await asyncio.sleep(min(_AGAIN, left))
    except TelegramError as error:
        raise BotError(error.message) from None
    finally:
        await wire.shutdown()
    return None


def _writer_of(updates: list[Any]) -> tuple[int, str] | None:
    for update in reversed(updates):
        chat = update.get("message", {}).get("chat", {})
        if chat.get("type") == "private" and isinstance(chat.get("id"), int):
            return chat["id"], str(chat.get("first_name", ""))
    return None
