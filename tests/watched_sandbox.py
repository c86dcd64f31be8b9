"""`python -m bot.sandbox` that writes to a file what Telegram's library would not have sent."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from bot.sandbox import __main__ as sandbox
from bot.sandbox.parameters import Parameters
from bot.sandbox.server import create_app
from tests import bodies


def _watch(file: Path, method: str, parameters: Parameters) -> None:
    bodies.watch(method, parameters)
    with file.open("a", encoding="utf-8") as found:
        found.writelines(f"{one}\n" for one in bodies.noted())


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.touch()
    watch = partial(_watch, file)
    setattr(sandbox, "create_app", partial(create_app, watch=watch))  # noqa: B010
    sys.exit(sandbox.main(sys.argv[2:]))
