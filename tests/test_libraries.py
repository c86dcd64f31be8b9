"""Libraries are used by their public names: a minor release may change the others without a word."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import bot
import tests

ROOT = Path(__file__).parent.parent
FILES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
_LANGUAGE = {"builtins", "typing", "abc", "enum"}  # modules whose classes belong to the language
_DOCUMENTED = {"_exit", "_split_scope"}  # of os and xdist: public in spite of their names


def _private(name: str) -> bool:
    """With one underscore before it; names such as `_missing_` are documented hooks."""
    return name.startswith("_") and not name.endswith("_") and not name.startswith("__")


def _defined(tree: ast.AST) -> Iterator[str]:
    """Names that a piece of our code defines, as variables, functions, classes or attributes of `self`."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def _foreign(tree: ast.AST, ours: set[str]) -> Iterator[str]:
    """Private names that are used and not ours, with their lines."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if _private(name) and name not in ours:
                yield f"line {node.lineno}: {name}"
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] not in (
                "bot",
                "tests",
            ):
                words = [*module.split("."), *(alias.name for alias in names)]
                yield from (f"line {node.lineno}: {module}" for word in words if _private(word))
            case ast.Import(names=names):
                words = [word for alias in names for word in alias.name.split(".")]
                yield from (f"line {node.lineno}: {word}" for word in words if _private(word))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_private_names_that_are_used_are_our_own() -> None:
    trees = {path: _tree(path) for path in FILES}
    ours = _DOCUMENTED.union(*(_defined(tree) for tree in trees.values()))
    found = [
        f"{path.relative_to(ROOT)} {use}" for path, tree in trees.items() for use in _foreign(tree, ours)
    ]
    assert not found, "private names of a library: " + "; ".join(found)


def _modules() -> Iterator[str]:
    for package in (bot, tests):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("__main__", "migrations.env")) and ".versions." not in module.name:
                yield module.name


def _inheriting() -> set[type]:
    """Our classes that inherit from a library's."""
    return {
        cls
        for name in _modules()
        for cls in vars(importlib.import_module(name)).values()
        if inspect.isclass(cls) and cls.__module__ == name and _library_bases(cls)
    }


def _library_bases(cls: type) -> list[type]:
    return [base for base in cls.__mro__ if base.__module__.split(".")[0] not in {"bot", "tests", *_LANGUAGE}]


def _private_names_of(base: type) -> set[str]:
    """Of the class and, where its source can be read, of its instances."""
    try:
        source = inspect.getsource(base)
    except (OSError, TypeError):
        source = ""
    return {name for name in (*dir(base), *re.findall(r"\bself\.(_\w+)", source)) if _private(name)}


def _private_names_in(cls: type) -> set[str]:
    """Whatever the class defines or asks of itself."""
    tree = ast.parse(inspect.getsource(cls))
    asked = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Call)
        if not isinstance(node.value, ast.Name) or node.value.id in ("self", "cls")
    }
    return {name for name in asked | set(_defined(tree)) if _private(name)}


def test_what_we_inherit_is_neither_overridden_nor_called_in_private() -> None:
    clashes = {
        f"{cls.__module__}.{cls.__qualname__} touches {base.__qualname__}.{name}"
        for cls in _inheriting()
        for base in _library_bases(cls)
        for name in (_private_names_in(cls) & _private_names_of(base)) - _DOCUMENTED
    }
    assert not clashes


def test_the_check_finds_what_it_is_for() -> None:
    tree = ast.parse("from aiosqlite._core import x\nbot._do_post()\nself._mine = 1\nself._mine")
    assert list(_foreign(tree, set(_defined(tree)))) == ["line 1: aiosqlite._core", "line 2: _do_post"]
