"""What the documentation says is true: generated pages are fresh, examples run, names and links exist."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest
import typer

from bot import __version__, board
from bot.cli import app
from bot.cli.checks.machine import OF_COMPOSE
from bot.i18n import Words
from bot.ids import link_token, read_link_token
from bot.settings import SECRETS, Settings, load_settings
from bot.views import board as view
from bot.views import commands as menu
from tests.make import there

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
FRONT = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")]
ORDER, SECRET, TOKEN = "8211744661738042", "a-secret-of-your-own", "AB0sicuMkjraP2lm5i4NVBtiFYU"


def _title(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def generate() -> Iterator[ModuleType]:
    """docs/generate.py as a module."""
    before = list(sys.path)
    spec = there(importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py"))
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = before


# ── generated pages ─────────────────────────────────────────────────────────────────────────────

MADE = (
    ".env.example",
    "docs/reference/settings.md",
    "docs/reference/commands.md",
    "docs/reference/metrics.md",
    "docs/reference/link-format.md",
    "docs/deploy/grafana.json",
)


@pytest.mark.parametrize("path", MADE)
def test_generated_pages_are_those_of_the_code(path: str, generate: ModuleType) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == generate.pages()[path], "run: python docs/generate.py"


def test_all_generated_pages_are_looked_at(generate: ModuleType) -> None:
    assert set(generate.pages()) == set(MADE)


# ── .env.example ────────────────────────────────────────────────────────────────────────────────


def _example() -> list[str]:
    return (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()


def test_the_example_has_every_variable_once_with_its_description() -> None:
    lines = _example()
    named = [line.lstrip("#").split("=")[0] for line in lines if re.match(r"#?[A-Z_]+=", line)]
    assert named == [name.upper() for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        at = next(i for i, line in enumerate(lines) if re.match(rf"#?{name.upper()}=", line))
        assert lines[at - 1] == f"# {field.description}"


def test_only_what_must_be_filled_in_stands_without_a_hash() -> None:
    bare = {line.split("=")[0].lower() for line in _example() if re.match(r"[A-Z_]+=", line)}
    assert bare == {name for name, field in Settings.model_fields.items() if field.is_required()}


def test_the_defaults_it_shows_are_the_defaults(tmp_path: Path) -> None:
    needed = {
        "TELEGRAM_BOT_TOKEN": "1:a",
        "ALIEXPRESS_APP_KEY": "1",
        "ALIEXPRESS_APP_SECRET": "s",
    }
    shown = [re.sub(r"^#(?=[A-Z_]+=)", "", line) for line in _example()]
    (tmp_path / "shown").write_text("\n".join(shown))
    assert load_settings(needed, dotenv=tmp_path / "shown") == load_settings(needed, dotenv=None)


def test_secrets_have_no_value_in_it() -> None:
    for line in _example():
        name, _, value = line.lstrip("#").partition("=")
        assert name.lower() not in SECRETS or not value


# ── the link in other languages ─────────────────────────────────────────────────────────────────


def _code(language: str) -> str:
    text = (DOCS / "how-to/shop-links.md").read_text(encoding="utf-8")
    found = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return str(found[0])


def _runs(command: list[str], program: str) -> str:
    where = shutil.which(command[0])
    if where is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [where, *command[1:]], input=program, capture_output=True, text=True, timeout=180, check=True
    )
    return done.stdout.strip()


def test_the_vector_is_what_the_bot_makes_and_takes() -> None:
    assert link_token(ORDER, SECRET) == TOKEN
    assert read_link_token(TOKEN, SECRET) == ORDER
    text = (DOCS / "how-to/shop-links.md").read_text(encoding="utf-8")
    assert all(f"`{part}`" in text for part in (ORDER, SECRET, TOKEN))


@pytest.mark.parametrize(
    ("language", "command", "call"),
    [
        ("python", [sys.executable], "print(parcel_link_token({0!r}, {1!r}))"),
        ("js", ["node", "--input-type=module"], "console.log(parcelLinkToken({0!r}, {1!r}));"),
        ("php", ["php"], "echo parcel_link_token({0!r}, {1!r}), PHP_EOL;"),
        ("ruby", ["ruby"], "puts parcel_link_token({0!r}, {1!r})"),
    ],
    ids=["python", "js", "php", "ruby"],
)
def test_the_examples_make_the_same_tokens(language: str, command: list[str], call: str) -> None:
    orders = (ORDER, "100000000000", "9007199254740993", "1" + "0" * 18)
    pairs = list(product(orders, (SECRET, "schlüssel-mit-umlaut-ключ")))
    program = "\n".join([_code(language), *(call.format(*pair) for pair in pairs)])
    assert _runs(command, program).split() == [link_token(*pair) for pair in pairs]


# ── names and links ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", [*PAGES, *FRONT], ids=_title)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.match(r"https?://", target):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_page_can_be_reached_from_the_first() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    linked = {(DOCS / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)\)", index)}
    ours = {page for page in PAGES if page.parent != DOCS or page.name == "tutorial.md"}
    assert ours - linked == set()


def _options() -> dict[str, set[str]]:
    group = typer.main.get_command(app)
    commands = getattr(group, "commands")  # noqa: B009  a group has them, which its type does not say
    inner = {name: getattr(command, "commands", {}).values() for name, command in commands.items()}
    return {
        name: {option for each in (command, *inner[name]) for p in each.params for option in p.opts}
        for name, command in commands.items()
    }


@pytest.mark.parametrize("page", [*PAGES, *FRONT], ids=_title)
def test_commands_and_their_options_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name, rest in re.findall(
        r"(?:python -m bot|(?:^|`|bin/|bot |&& )parcel-bot) ([a-z][a-z-]*)([^\n`|]*)", text, re.MULTILINE
    ):
        assert name in _options(), name
        for option in re.findall(r"(?<!\S)--[a-z-]+", rest):
            assert option in _options()[name], f"{name} {option}"


@pytest.mark.parametrize("page", PAGES, ids=_title)
def test_variables_exist(page: Path) -> None:
    known = {name.upper() for name in Settings.model_fields} | OF_COMPOSE
    known |= {f"{name.upper()}_FILE" for name in SECRETS}
    prose = re.sub(r"```(?!sh).*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", prose)) | set(
        re.findall(r"^\s*([A-Z]+_[A-Z_]+)=", prose, re.MULTILINE)
    )
    assert named - known - {"NAME_FILE", "PARCEL_LINK_SECRET", "PARCELS_KEY", "PARCELS_FIELD"} == set()


@pytest.mark.parametrize("page", PAGES, ids=_title)
def test_commands_of_the_chat_exist(page: Path) -> None:
    words = Words(language="en")
    known = {name for name, _ in (*menu.commands(words), *menu.admin_commands(words))}
    paths = {"live", "ready", "metrics", "telegram", "setprivacy", "setjoingroups", "newbot", "data", "tmp"}
    named = set(re.findall(r"`/([a-z]+)(?: [^`]*)?`", page.read_text(encoding="utf-8")))
    assert named - known - paths == set()


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = text.partition("## Operator's commands")[2].partition("## ")[0]
    first = {name.split()[0] for name in _options()}
    assert [name for name in sorted(first) if not re.search(rf"\b{name}\b", listed)] == []


def test_the_flags_are_told_by_name_in_the_boards_order() -> None:
    words = Words("en")
    for name, flags in (
        ("day.md", board.GRAVITY),
        ("board.md", dict.fromkeys(rule.flag for rule in board.RULES)),
    ):
        rows = re.findall(
            r"^\| (\W+ .+?) \|", (DOCS / "how-to" / name).read_text(encoding="utf-8"), re.MULTILINE
        )
        told = [row for row in rows if not row.isascii()]
        assert told == [f"{view.flag_icon(flag)} {view.flag_name(words, flag)}" for flag in flags], name


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (first, *_) = re.findall(r"^## (\S+)", text, re.MULTILINE)
    assert first == __version__


@pytest.mark.parametrize("page", PAGES, ids=_title)
def test_pages_are_plain(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert len(re.findall(r"^# ", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)) == 1
    assert text.count("```") % 2 == 0
