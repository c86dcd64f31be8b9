"""All errors raised on purpose; each class says whether to retry, give up or notify someone.

BotError
├── SettingsError           operator's mistake: names the variable and the fix; exit code 2
├── StoreError              the database cannot be used (unreachable, full, corrupt, newer schema)
├── NoLoginCode             what was pasted holds no code of a login at AliExpress: tell the user
├── TokenRevoked            Telegram rejects the bot token: stop sending, keep the outbox, alert, probe slowly
└── SourceError             a call to AliExpress returned no data
    ├── Throttled           no call may be made for `seconds`; this one had no effect
    ├── TokenDead           the access token is invalid: refresh it once, repeat the call once
    ├── Reauthorize         the merchant has to log in again: pause, notify admins once
    ├── Misconfigured       key, secret, permission or IP whitelist is wrong: stop calling, notify admins once
    ├── Rejected            this request is invalid: do not retry it
    ├── UnknownOrder        the order does not exist or is not this merchant's
    └── Transient           network or server trouble: retry with back-off
"""

from __future__ import annotations


class BotError(Exception):
    """Root of everything this project raises on purpose."""


class SettingsError(BotError):
    """A setting is missing or wrong.

    `variable` is the environment variable's name, `fix` one sentence that says what to set it to.
    """

    def __init__(self, variable: str, fix: str) -> None:
        super().__init__(f"{variable}: {fix}")
        self.variable = variable
        self.fix = fix


class StoreError(BotError):
    """The database cannot be used; the message says what to do, where something can be done."""


class NoLoginCode(BotError):
    """A pasted text holds no code of a login at AliExpress."""


class TokenRevoked(BotError):
    """Telegram rejects the bot token; nothing can be sent or received until the operator sets a new one."""


class SourceError(BotError):
    """A call returned no data. `code` is AliExpress's own, `detail` its message with all secrets removed."""

    def __init__(self, code: str = "", detail: str = "", *, request_id: str = "") -> None:
        super().__init__(f"{code}: {detail}" if code and detail else code or detail or type(self).__name__)
        self.code = code
        self.detail = detail
        self.request_id = request_id


class Throttled(SourceError):
    """Too many calls; none may be made for `seconds` (the ban's length plus a margin)."""

    def __init__(
        self, code: str = "", detail: str = "", *, seconds: float = 1.0, request_id: str = ""
    ) -> None:
        super().__init__(code, detail, request_id=request_id)
        self.seconds = seconds


class TokenDead(SourceError):
    """The access token is invalid or expired."""


class Reauthorize(SourceError):
    """The merchant has to log in again; until then there is no valid token."""


class Misconfigured(SourceError):
    """App key, secret, permission, clock or IP whitelist is wrong; retrying does not help."""


class Rejected(SourceError):
    """AliExpress refuses this request because of its content."""


class UnknownOrder(SourceError):
    """The order does not exist in this merchant's account."""


class Transient(SourceError):
    """A network or server error, or an unreadable answer; a retry may succeed."""
