"""`python -m bot.sandbox`: simulated AliExpress and Telegram on one port, and a chat page for the browser."""

from __future__ import annotations

import argparse
import json
import socket
import sys
from types import FrameType

import uvicorn

from bot.sandbox.aliexpress.scenarios import PLAIN
from bot.sandbox.box import MERCHANT, Config, Sandbox
from bot.sandbox.server import create_app


class _Server(uvicorn.Server):
    """Ends event streams and long polls as soon as it is told to stop."""

    def __init__(self, config: uvicorn.Config, box: Sandbox) -> None:
        super().__init__(config)
        self._box = box

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._box.close()
        # The inherited method raises the signal again at the end, so the process would never exit with 0. A
        # second signal is ignored: Ctrl+C reaches this process and its parent, which then stops it, too.
        self.should_exit = True


def _arguments(arguments: list[str]) -> argparse.Namespace:
    defaults = Config()
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765, help="0 picks a free one")
    parser.add_argument(
        "--speed",
        type=float,
        default=defaults.seconds_per_day,
        help="seconds for one simulated day, 0 stands still (default %(default)s)",
    )
    parser.add_argument("--app-status", choices=("online", "test"), default=defaults.app_status)
    parser.add_argument("--bot-token", default=defaults.bot_token)
    parser.add_argument("--metrics-url", default="", help="where the product serves /metrics")
    parser.add_argument("--push-url", default="", help="where the product takes order pushes")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--bare", action="store_true", help="start without the demo's people and orders")
    return parser.parse_args(arguments)


def announcement(url: str, config: Config) -> dict[str, str]:
    """The addresses and credentials for the product, printed as one line of JSON when ready."""
    return {
        "url": url,
        "telegram_api_url": f"{url}/telegram",
        "aliexpress_api_url": f"{url}/aliexpress",
        "bot_token": config.bot_token,
        "bot_username": config.bot_username,
        "app_key": config.app_key,
        "app_secret": config.app_secret,
        "access_token": config.access_token,
        "refresh_token": config.refresh_token,
        "admin_chat_id": str(MERCHANT),
        "first_order": PLAIN,
    }


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    given = _arguments(sys.argv[1:] if arguments is None else arguments)
    config = Config(
        seconds_per_day=given.speed,
        app_status=given.app_status,
        bot_token=given.bot_token,
        metrics_url=given.metrics_url,
        push_url=given.push_url,
        seed=given.seed,
        demo=not given.bare,
    )
    box = Sandbox(config)
    try:
        listener = socket.create_server((given.host, given.port))
    except OSError as exc:
        sys.stderr.write(f"cannot listen on {given.host}:{given.port}: {exc.strerror}\n")
        return 1
    url = f"http://{given.host}:{listener.getsockname()[1]}"
    server = _Server(
        uvicorn.Config(
            create_app(sandbox=box), log_level="warning", access_log=False, timeout_graceful_shutdown=2
        ),
        box,
    )
    # The socket is already listening: connections made from now on wait in its queue.
    sys.stdout.write(json.dumps(announcement(url, config)) + "\n")
    sys.stdout.flush()
    server.run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
