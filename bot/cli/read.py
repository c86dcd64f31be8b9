"""`read`: classifies carriers' texts from standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from bot import stages
from bot.model import Stage

_LONGEST = 100_000  # bytes a line


def read(
    phrases: Annotated[str, typer.Option(help="a PHRASES_FILE to try")] = "",
) -> None:
    """Classify JSON lines {"name", "description"[, "code"][, "reached"]}; print one JSON line for each.

    The output is {"stage", "reason", "rule", "known"}, or {"error"} for an unreadable line, and then the exit
    code is 1.
    """
    stages.teach(phrases)
    failed = False
    for answer in answers(sys.stdin.buffer):
        failed = failed or "error" in answer
        typer.echo(json.dumps(answer, ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def answers(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield one answer for each line that is not blank."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _answer(line)
        except ValueError as error:
            yield {"error": f"line {number}: {error}"}


def _answer(line: bytes) -> dict[str, Any]:
    name, description, code, reached = _asked(line)
    reading = stages.read(name, description, code, reached)
    return {
        "stage": str(reading.stage),
        "reason": str(reading.reason),
        "rule": reading.rule,
        "known": reading.known,
    }


def _asked(line: bytes) -> tuple[str, str, str, Stage | None]:
    if len(line) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} bytes")
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError('is not JSON, such as {"name": "Delivered", "description": ""}') from None
    if not isinstance(asked, dict):
        raise ValueError("is not a JSON object")  # noqa: TRY004 - one kind of error: the line's
    texts = []
    for field in ("name", "description", "code"):
        text = asked.get(field)
        if not isinstance(text, str | None):
            raise ValueError(f'"{field}" must be text')  # noqa: TRY004
        texts.append(text or "")
    if not any(texts):
        raise ValueError('has neither "name" nor "description"')
    return texts[0], texts[1], texts[2], _reached(asked.get("reached"))


def _reached(value: object) -> Stage | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value in set(Stage):
        return Stage(value)
    raise ValueError(
        f'"reached" must be one of {", ".join(stage for stage in Stage if stage.rank is not None)}'
    )
