"""Edits a `.env` file without losing what a person wrote into it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)")
_PLAIN = re.compile(r"[A-Za-z0-9_./:,@%+=-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """The lines of the file; the repr shows only names."""

    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<EnvFile {', '.join(self.names)}>"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file at `path`; an empty one if it does not exist."""
        if not path.is_file():
            return cls()
        return cls(lines=tuple(path.read_text(encoding="utf-8-sig").splitlines()))

    @property
    def values(self) -> dict[str, str]:
        """The values set, unquoted; the last line of a name wins."""
        found = {}
        for line in self.lines:
            if match := _LINE.fullmatch(line):
                found[match[1]] = _unquoted(match[2].strip())
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The variables' names, in order."""
        return tuple(self.values)

    def changed(self, values: Mapping[str, str]) -> Self:
        """Return the file with these values set, in place or at the end; other lines stay as they are."""
        waiting = dict(values)
        lines = []
        for line in self.lines:
            match = _LINE.fullmatch(line)
            if match is None or match[1] not in values:
                lines.append(line)
            elif match[1] in waiting:  # a second line of the same name would win over ours
                lines.append(f"{match[1]}={_quoted(waiting.pop(match[1]))}")
        lines.extend(f"{name}={_quoted(value)}" for name, value in waiting.items())
        return type(self)(lines=tuple(lines))

    def write(self, path: Path) -> None:
        """Write the file atomically to `path`, readable by its owner only."""
        partial = path.with_name(path.name + ".partial")
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(self.lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    # No more backslashes than python-dotenv needs: compose's reader leaves them all in.
    return "'" + re.sub(r"\\(?=[\\']|$)|'", r"\\\g<0>", value) + "'"


def _unquoted(text: str) -> str:
    if text[:1] == "'" and text[-1:] == "'" and len(text) > 1:
        return re.sub(r"\\(['\\])", r"\1", text[1:-1])
    try:
        return " ".join(shlex.split(text, comments=True))
    except ValueError:  # an unclosed quote: keep the text as it is
        return text
