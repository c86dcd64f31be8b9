"""Issues codes, access tokens and refresh tokens with the real lifetimes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from bot.sandbox.clock import SandboxClock

_DAY = 86_400
_CODE_SECONDS = 180
# (access, refresh) in seconds, by the app's status
_LIVES = {"test": (_DAY, 2 * _DAY), "online": (30 * _DAY, 60 * _DAY)}


class BadToken(Exception):
    """A code or refresh token is invalid or expired; `code` is the gateway's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True, kw_only=True)
class Grant:
    """One login of the merchant. Times are seconds since the epoch; the refresh token's end never moves."""

    access: str
    refresh: str
    access_until: float
    refresh_until: float


class TokenIssuer:
    """Issues and checks tokens. `status` of the app is "test" or "online"."""

    def __init__(self, clock: SandboxClock, *, status: str = "online") -> None:
        self.status = status
        self.refreshes = 0
        self._clock = clock
        self._serial = itertools.count(1)
        self._codes: dict[str, float] = {}
        self._grants: list[Grant] = []

    def grant(self, access: str = "", refresh: str = "") -> Grant:
        """A fresh login, with made-up tokens unless given."""
        now = self._clock.now()
        life, refresh_life = _LIVES[self.status]
        number = next(self._serial)
        grant = Grant(
            access=access or f"50000500{number:06d}sandboxAccess{int(now) % 99991:05d}",
            refresh=refresh or f"50001500{number:06d}sandboxRefresh{int(now) % 99989:05d}",
            access_until=now + life,
            refresh_until=now + refresh_life,
        )
        self._grants.append(grant)
        return grant

    def new_code(self, app_key: str) -> str:
        """A code for the redirect: single use, three minutes."""
        code = f"3_{app_key}_SandboxCode{next(self._serial):09d}"
        self._codes[code] = self._clock.now() + _CODE_SECONDS
        return code

    def exchange(self, code: str) -> Grant:
        until = self._codes.pop(code, 0.0)
        if until < self._clock.now():
            raise BadToken("InvalidCode", "Invalid authorization code")
        return self.grant()

    def refresh(self, token: str) -> Grant:
        """Both tokens are replaced at once; the refresh token keeps its end."""
        now = self._clock.now()
        old = next((grant for grant in self._grants if grant.refresh == token), None)
        if old is None or old.refresh_until <= now:
            raise BadToken("IllegalRefreshToken", "The specified refresh token is invalid or expired")
        new = self.grant()
        new.refresh_until = old.refresh_until
        self._grants.remove(old)
        self.refreshes += 1
        return new

    def alive(self, access: str) -> bool:
        now = self._clock.now()
        return any(grant.access == access and now < grant.access_until for grant in self._grants)

    def kill_access(self) -> None:
        """Invalidate every access token; refreshing still works."""
        for grant in self._grants:
            grant.access_until = 0.0

    def kill_all(self) -> None:
        """Invalidate all tokens: only a new login helps."""
        self._grants.clear()

    def answer(self, grant: Grant) -> dict[str, object]:
        """The flat answer of token create and refresh."""
        now = self._clock.now()
        return {
            "access_token": grant.access,
            "refresh_token": grant.refresh,
            "expires_in": max(0, int(grant.access_until - now)),
            "refresh_expires_in": max(0, int(grant.refresh_until - now)),
            "expire_time": int(grant.access_until * 1000),
            "refresh_token_valid_time": int(grant.refresh_until * 1000),
            "user_id": "1861708042",
            "seller_id": "1861708042",
            "havana_id": "300002118042",
            "user_nick": "sandbox-shop",
            "account": "merchant@sandbox.invalid",
            "account_platform": "buyerApp",
            "locale": "zh_CN",
            "sp": "ae",
            "code": "0",
        }
