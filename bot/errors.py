"""The one tree of errors; each leaf answers: retry, give up, or tell somebody?

BotError
├── SettingsError           operator's mistake: names the variable and the fix; exit code 2
├── StoreError              the database cannot be used as it is (newer schema, corrupt, second writer)
├── TokenRevoked            Telegram refuses the bot token: stop sending, keep the outbox, alert, probe slowly
└── SourceError             AliExpress did not answer a call with data
    ├── Throttled           wait `seconds`, for all calls: it was refused before any work was done
    ├── TokenDead           the access token is dead: refresh once, replay once
    ├── Reauthorise         only the merchant can help, by logging in again: pause, tell admins once
    ├── Misconfigured       key, secret, permission or address list is wrong: stop calling, tell admins once
    ├── Rejected            this one request is wrong and will stay so: do not retry
    ├── UnknownOrder        the order does not exist or is not this merchant's
    └── Transient           trouble on the way or behind the gateway: retry with back-off
"""

from __future__ import annotations


class BotError(Exception):
    """Root of everything this project raises on purpose."""


class SettingsError(BotError):
    """A setting is missing or wrong.

    `variable` is the environment variable's name, `fix` one sentence saying what to put there.
    """

    def __init__(self, variable: str, fix: str) -> None:
        super().__init__(f"{variable}: {fix}")
        self.variable = variable
        self.fix = fix


class StoreError(BotError):
    """The database cannot be used as it is; the text says what to do."""


class TokenRevoked(BotError):
    """Telegram refuses the bot token; nothing can be sent or received until the operator sets a new one."""


class SourceError(BotError):
    """A call gave no data. `code` is AliExpress's own, `detail` its text with every secret taken out."""

    def __init__(self, code: str = "", detail: str = "", *, request_id: str = "") -> None:
        super().__init__(f"{code}: {detail}" if code and detail else code or detail or type(self).__name__)
        self.code = code
        self.detail = detail
        self.request_id = request_id


class Throttled(SourceError):
    """Too many calls; none may be made for `seconds` (the ban's length with its margin)."""

    def __init__(
        self, code: str = "", detail: str = "", *, seconds: float = 1.0, request_id: str = ""
    ) -> None:
        super().__init__(code, detail, request_id=request_id)
        self.seconds = seconds


class TokenDead(SourceError):
    """The access token is invalid or expired."""


class Reauthorise(SourceError):
    """No token can be had without the merchant logging in again."""


class Misconfigured(SourceError):
    """App key, secret, permission, clock or address list is wrong; calling again cannot help."""


class Rejected(SourceError):
    """AliExpress refuses this one request for what it says."""


class UnknownOrder(SourceError):
    """The order is not known to this merchant's account."""


class Transient(SourceError):
    """Network, server or answer trouble that may pass by itself."""
