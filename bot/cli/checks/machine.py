"""Checks of this machine: settings and their file, disk, catalogs, fonts, the listening port."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import shutil
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot import shop
from bot.cli.checks import Finding, failure, ok, warning
from bot.cli.envfile import EnvFile
from bot.cli.numbers import counted
from bot.cli.program import PROGRAM
from bot.errors import SettingsError
from bot.i18n import CATALOGS, LANGUAGES, SOURCE_LANGUAGE, Words, catalog
from bot.model import Localized, Node, Order, Parcel, Stage
from bot.settings import SECRETS, Settings
from bot.stages import taught
from bot.views import brand, wording

_SCARCE, _GONE = 1_000_000_000, 100_000_000  # bytes of free disk
OF_COMPOSE = frozenset({"REPLICAS", "POSTGRES_PASSWORD", "PUBLIC_HOST"})  # variables of compose.yaml alone
_OF_CONTAINERS = (".dockerenv", "run/.containerenv")  # Docker's mark and Podman's
_HOLE = re.compile(r'^msgstr(?:\[\d\])? ""\n(?!")', re.MULTILINE)  # an empty translation, but not the header
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


async def settings(chosen: Settings, dotenv: Path) -> Iterable[Finding]:
    """Check the settings and the permissions and names of their file."""
    found = [
        ok(
            "settings",
            f"complete; access {chosen.access}, {counted(len(chosen.admin_chat_ids), 'admin chat')}",
        )
    ]
    if not chosen.admin_chat_ids:
        found[0] = warning(
            "settings",
            "no admin chats: alerts reach nobody",
            "put your chat id into ADMIN_CHAT_IDS",
        )
    if chosen.link_secret is None:
        found.append(
            warning("links", "LINK_SECRET is not set: no links for customers", f"run `{PROGRAM} init`")
        )
    if chosen.token_key is None:
        found.append(
            warning(
                "token store",
                "AliExpress tokens are stored unencrypted in the database and its backups",
                f"set TOKEN_KEY (`{PROGRAM} init` generates one)",
            )
        )
    found.extend(_env_file(dotenv))
    return found


def _env_file(path: Path) -> Iterable[Finding]:
    if not path.is_file():
        return
    if path.stat().st_mode & _OF_OTHERS:
        yield warning(".env", "other users of this machine can read it", f"chmod 600 {path}")
    known = {name.upper() for name in Settings.model_fields}
    known |= {f"{name.upper()}_FILE" for name in SECRETS}
    strange = [n for n in EnvFile.read(path).names if n not in known | OF_COMPOSE and n[:8] != "COMPOSE_"]
    if strange:
        yield warning(
            ".env", f"unknown variables: {', '.join(strange)}", "see docs/reference/settings.md for the names"
        )


async def container(chosen: Settings, database: Path | None, root: Path = Path("/")) -> Iterable[Finding]:
    """Check what matters only in a container: where the database lies, and who can reach the port."""
    if not any((root / mark).exists() for mark in _OF_CONTAINERS):
        return []
    found = [ok("container", "yes: run the commands below with `docker compose exec bot` before them")]
    if database is not None and database.parent.is_dir() and _same_file_system(database.parent, root):
        found.append(
            warning(
                "container",
                f"{database} is deleted with the container",
                "keep it in a volume: DATABASE_URL=sqlite:////data/bot.db in the image of this bot",
            )
        )
    address = chosen.listen_address()
    if address is not None and address[0] in {"127.0.0.1", "::1", "localhost"}:
        found.append(
            warning(
                "container",
                f"nothing outside of the container reaches {chosen.listen}",
                "LISTEN=0.0.0.0:8080, and publish the port to whoever needs it",
            )
        )
    return found


def _same_file_system(folder: Path, root: Path) -> bool:
    return folder.stat().st_dev == root.stat().st_dev


async def shop_file(chosen: Settings) -> Iterable[Finding]:
    """Check that SHOP_FILE can be read."""
    if not chosen.shop_file:
        return [ok("shop", "unnamed: no SHOP_FILE is set")]
    try:
        named = shop.load_shop(chosen.shop_file)(chosen.default_language)
    except SettingsError as error:
        return [failure("shop", error.fix, f"correct {chosen.shop_file} (SHOP_FILE)")]
    found = [ok("shop", named.name or "unnamed")]
    if named.brand:
        found.append(ok("brand", _sample(Words(chosen.default_language, brand=brand.branding(named)))))
    elif named.blur_origin:
        found.append(warning("brand", "blur_origin does nothing alone", "set brand = true in SHOP_FILE"))
    return found


def _sample(words: Words) -> str:
    """What customers read of a carrier's name and entry that name AliExpress."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    text = "Your order left the AliExpress warehouse [Dongguan]"
    node = Node(
        seq=1, parcel=1, at=at, ordinal=0, name="", description=text, stage=Stage.ORIGIN_TRANSIT, seen_at=at
    )
    parcel = Parcel(index=1, carrier="AliExpress Selection Standard", nodes=(node,))
    facts = Localized(order=Order(id="8211744661738042", parcels=(parcel,), created_at=at))
    name, shown = brand.carrier(words, parcel.carrier), wording.node_text(words, facts, node).unescape()
    return f"“{parcel.carrier}” becomes “{name}”, “{text}” becomes “{shown}”"


async def phrases_file(chosen: Settings) -> Iterable[Finding]:
    """Check that PHRASES_FILE can be read."""
    if not chosen.phrases_file:
        return [ok("phrases", "none: no PHRASES_FILE is set")]
    try:
        found = taught.load(chosen.phrases_file)
    except SettingsError as error:
        return [failure("phrases", error.fix, f"correct {chosen.phrases_file} (PHRASES_FILE)")]
    return [ok("phrases", counted(len(found), "text"))]


async def disk(chosen: Settings, folder: Path | None) -> Iterable[Finding]:
    """Check free disk space for the database, if it is on this machine."""
    if folder is None:
        return []
    usage = shutil.disk_usage(folder)
    text = f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.1f}"
    fix = "make room, or move the database (DATABASE_URL)"
    if usage.free < _GONE:
        return [failure("disk", text, fix)]
    return [warning("disk", text, fix) if usage.free < _SCARCE else ok("disk", text)]


async def catalogs() -> Iterable[Finding]:
    """Check that every catalog exists and compiles; missing texts are shown in English."""
    missing, broken = [], []
    for language in LANGUAGES:
        path = CATALOGS / language / "LC_MESSAGES" / "bot.po"
        if language == SOURCE_LANGUAGE:
            continue
        if not path.is_file():
            missing.append(language)
            continue
        try:
            catalog(language)
        except (ValueError, KeyError, OSError):
            broken.append(language)
            continue
        if untranslated := _HOLE.findall(path.read_text(encoding="utf-8")):
            missing.append(f"{len(untranslated)} texts in {language}")
    if broken:
        return [failure("catalogs", f"cannot be read: {', '.join(broken)}", "reinstall this version")]
    if missing:
        return [
            warning(
                "catalogs",
                f"no translation for {', '.join(missing)}: English is shown instead",
                "see locales/README.md",
            )
        ]
    return [ok("catalogs", f"{len(LANGUAGES)} languages")]


async def fonts() -> Iterable[Finding]:
    """Check that pictures can be drawn in every language; otherwise only the text is sent."""
    from PIL import features

    from bot.views import fonts as installed

    fix = "apt-get install fonts-dejavu-core fonts-noto-core fonts-noto-cjk libfribidi0"
    if not features.check("raqm"):
        return [warning("fonts", "pictures cannot be laid out: FriBiDi is missing", fix)]
    missing = [
        language
        for language, name in LANGUAGES.items()
        if installed.runs(Words(language=language), name, 20, bold=True, folders=installed.FOLDERS) is None
    ]
    if missing:
        return [warning("fonts", f"none for pictures in {', '.join(missing)}: only the text is sent", fix)]
    return [ok("fonts", "pictures in every language")]


async def port(chosen: Settings) -> Iterable[Finding]:
    """Check that the listening port is free or used by the running bot."""
    address = chosen.listen_address()
    if address is None:
        return [ok("port", "none: LISTEN is empty")]
    host, number = address
    if number == 0:
        return [ok("port", "any free port")]
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
    except socket.gaierror:
        return [failure("port", f"{host} is not an address of this machine", "change LISTEN")]
    except OSError:
        return [await asyncio.to_thread(_who_listens, host, number)]
    return [ok("port", f"{host}:{number} is free")]


def _who_listens(host: str, number: int) -> Finding:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  read, not bound
    place = f"[{reachable}]" if ":" in reachable else reachable
    answer = _ready(f"http://{place}:{number}/ready")
    if answer is None:
        return failure(
            "port",
            f"another program listens on {host}:{number}, or it is not this machine's address",
            "stop it, or change LISTEN",
        )
    if answer.get("ready"):
        return ok("port", f"{host}:{number} is used by the running bot, which is ready")
    wrong = "; ".join(f"{name}: {reason}" for name, reason in dict(answer.get("wrong") or {}).items())
    return failure("port", f"the running bot is not ready: {wrong}", "see the other lines of this report")


def _ready(url: str) -> dict[str, Any] | None:
    """The answer of the bot's own /ready; None if something else answers, or nothing."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  built from LISTEN, always http
            body = response.read(100_000)
    except urllib.error.HTTPError as error:  # 503 is its "not ready"
        body = error.read(100_000)
        error.close()
    except OSError:
        return None
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and "ready" in answer else None


async def public_address(chosen: Settings) -> Iterable[Finding]:
    """Check that tracking pages can be reached as configured; nothing is called."""
    if not chosen.public_url:
        return [ok("public", "PUBLIC_URL is not set: no tracking pages")]
    parts = urlsplit(chosen.public_url)
    if parts.scheme != "https" and not _is_here(parts.hostname or ""):
        return [
            failure(
                "public",
                f"{chosen.public_url} is not encrypted: anybody on the way could read the pages",
                "put a reverse proxy with https before the port, and https:// into PUBLIC_URL",
            )
        ]
    if _is_here(parts.hostname or ""):
        return [warning("public", f"{chosen.public_url} is this machine alone", "set PUBLIC_URL")]
    return [ok("public", f"tracking pages at {chosen.public_url}/t/…")]


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False
