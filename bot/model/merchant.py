"""The merchant's account at AliExpress."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A merchant's grant: both tokens and their ends. Its repr shows no token.

    An end is None where nobody told it (tokens typed into the settings). `authorised_at` is when the merchant
    logged in, `obtained_at` when this pair was issued; refreshing changes only the latter.
    `account` is the account's name for showing, `account_id` its number.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    obtained_at: datetime
    authorised_at: datetime
    account: str = ""
    account_id: str = ""
