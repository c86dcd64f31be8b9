"""The import law: imports point down, neighbours on one line do not meet, one door per library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
BOT = ROOT / "bot"

# From the top down; a module may import from lines below its own only.
LAW = (
    {"__main__"},
    {"cli"},
    {"app", "sandbox"},
    {"leader"},
    {"chat", "web", "poller", "sender", "upkeep", "webhooks"},
    {"outbox"},
    {"outgoing"},
    {"tracking", "merchant"},
    {"store", "sources", "views", "timeline", "merging", "silences", "eta", "matching", "progress", "stages",
     "pacing", "arrival", "audience", "board", "events", "daily_stats", "figures",
     "shop", "lists", "logs"},
    {"addresses", "book", "deadline", "i18n", "metrics", "settings", "ids", "intents", "worker"},
    {"errors", "connections", "zones"},
    {"model", "bounded", "folding"},
)  # fmt: skip

# Where lines meet on purpose: the pure core is several files, and errors know nothing of the model.
FRIENDS = {
    ("timeline", "merging"), ("timeline", "matching"), ("timeline", "progress"), ("timeline", "eta"),
    ("merging", "matching"), ("merging", "progress"), ("merging", "stages"),
    ("matching", "stages"), ("progress", "stages"), ("silences", "progress"),
    ("views", "progress"), ("views", "eta"), ("views", "lists"), ("settings", "i18n"),
}  # fmt: skip

# library: where it may be imported
DOORS = {
    "telegram": {"chat"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "httpx": {"sources", "webhooks"},
    "uvicorn": {"web", "connections", "sandbox"},
    "starlette": {"web", "connections", "sandbox"},
    "fastapi": {"web"},
    "babel": {"i18n"},
    "prometheus_client": {"metrics"},
    "cryptography": {"sources"},
    "dotenv": {"settings"},
    "openpyxl": {"lists"},
    "jinja2": {"web"},
    "icalendar": {"web"},
    "standardwebhooks": {"webhooks", "sandbox"},
}


@cache
def _files() -> tuple[Path, ...]:
    return tuple(sorted(BOT.rglob("*.py")))


@cache
def _import_statements(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(node for node in tree if isinstance(node, ast.Import | ast.ImportFrom))


def _room(path: Path) -> str:
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[str]:
    for node in _import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            if node.module == "bot":
                yield from (f"bot.{alias.name}" for alias in node.names)
            else:
                yield node.module


def _line(room: str) -> int:
    return next(at for at, rooms in enumerate(LAW) if room in rooms)


def test_imports_point_down() -> None:
    met = set()
    for path in _files():
        room = _room(path)
        others = {name.split(".")[1] for name in _imports(path) if name.startswith("bot.")}
        for other in others - {room, "__version__"} if room != "__init__" else set():
            if (room, other) in FRIENDS:
                met.add((room, other))
            else:
                assert _line(other) > _line(room), f"{path.relative_to(ROOT)} must not import bot.{other}"
    assert met == FRIENDS  # an exception that nobody needs is none


def test_handlers_reach_data_through_tracking_only() -> None:
    for path in _files():
        if _room(path) == "chat":
            assert not [name for name in _imports(path) if name.startswith("bot.store")], path


def test_no_module_leads_back_to_itself() -> None:
    """No circle anywhere, not even for type checkers only: what is in one cannot be understood alone."""
    modules = {_module(path): path for path in _files()}
    edges = {name: set(_imported_modules(path, modules)) - {name} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join((*way[way.index(name) :], name))
        if name not in done:
            for other in sorted(edges[name]):
                visit(other, (*way, name))
            done.add(name)

    for name in sorted(modules):
        visit(name, ())


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported_modules(path: Path, known: Container[str]) -> Iterator[str]:
    """Modules of ours that this one names; of a package, where it names a module in it, that module."""
    for node in _import_statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inner if name in known)
            if node.module in known and any(name not in known for name in inner):
                yield node.module


def test_one_name_means_one_class() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in _files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name.lstrip("_")].append(_module(path))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_the_sandbox_knows_nothing_of_the_product() -> None:
    for path in _files():
        if _room(path) == "sandbox":
            foreign = [n for n in _imports(path) if n.startswith("bot.") and not n.startswith("bot.sandbox")]
            assert not foreign, f"{path}: {foreign}"


def test_each_library_has_one_door() -> None:
    for path in _files():
        for library in {name.split(".")[0] for name in _imports(path)} & DOORS.keys():
            assert _room(path) in DOORS[library], f"{path} imports {library}"


def test_only_settings_reads_the_environment_and_only_the_shell_reads_the_clock() -> None:
    for path in _files():
        room, text = _room(path), path.read_text(encoding="utf-8")
        if room not in {"settings", "cli", "sandbox"}:
            assert "os.environ" not in text, path
            assert "getenv" not in text, path
        if room not in {"app", "cli", "sandbox"}:
            assert "datetime.now(" not in text, path
            assert "time.time()" not in text, path


def test_a_bot_on_sqlite_loads_neither_another_database_nor_spreadsheets() -> None:
    """They take 9 MB and more."""
    code = "import sys, bot.app, bot.cli.run; print({'psycopg', 'openpyxl'} & sys.modules.keys())"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
