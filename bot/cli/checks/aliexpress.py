"""Checks of AliExpress: signature, token, time left until the next login, the day's budget."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.cli.checks import Finding, failure, ok, warning
from bot.cli.checks.telegram import skew
from bot.cli.program import PROGRAM
from bot.errors import (
    Misconfigured,
    Reauthorize,
    Rejected,
    SourceError,
    StoreError,
    Throttled,
    TokenDead,
    UnknownOrder,
)
from bot.merchant import Merchant
from bot.model import BUDGET_LOW, Tokens
from bot.sources.aliexpress import payload
from bot.sources.aliexpress.client import GatewayClient

_NOBODYS_TOKEN = "0" * 32  # if the gateway refuses this token, it has accepted key and signature
_NOBODYS_ORDER = "100000000000000"
_SOON = 7.0  # days

LOGIN = f"`{PROGRAM} authorize`, or /authorize in the bot's chat"
_FIXES = {
    "invalidappkey": "copy App Key again from the App Console into ALIEXPRESS_APP_KEY",
    "incompletesignature": "copy App Secret again from the App Console into ALIEXPRESS_APP_SECRET",
    "invalidsignature": "copy App Secret again from the App Console into ALIEXPRESS_APP_SECRET",
    "appwhiteiplimit": "add this machine's address to the app's IP whitelist, or empty that list",
    "insufficientpermission": "apply for the Drop Shipping API group in the App Console",
    "invalidtimestamp": "set this machine's clock",
    "illegaltimestamp": "set this machine's clock",
    "31": "set this machine's clock",
}


async def probe(client: GatewayClient, token: str = "") -> SourceError | None:
    """Make one signed call about an order that does not exist; None if the call was accepted.

    Without a token, `TokenDead` means that key and signature were accepted: the gateway checks them first.
    """
    order = {"ae_order_id": _NOBODYS_ORDER, "language": "en_US"}
    try:
        await client.business(payload.TRACKING, order, token or _NOBODYS_TOKEN)
    except (UnknownOrder, Rejected):
        return None  # the gateway read the order id, so key, signature and token were accepted
    except SourceError as error:
        return error
    return None


def signature(error: SourceError | None) -> Finding:
    """Judge app key and signature by the result of `probe`."""
    match error:
        case None | TokenDead() | Reauthorize():
            return ok("aliexpress", "app key and signature are accepted")
        case Misconfigured():
            return failure(
                "aliexpress",
                f"refuses the app: {error}",
                _FIXES.get(error.code.lower(), "check the app's status in the App Console"),
            )
        case Throttled():
            return warning(
                "aliexpress", f"asks to wait {error.seconds:.0f} s: {error.code}", "try again later"
            )
        case _:
            return failure(
                "aliexpress", f"no usable answer: {error}", "check the network and ALIEXPRESS_API_URL"
            )


async def account(
    merchant: Merchant, seed: Tokens | None, now: datetime, *, stored: bool
) -> Iterable[Finding]:
    """Check signature, token, clock and budget; `stored` tells whether there is a database to read from."""
    try:
        tokens = (await merchant.credentials.load() if stored else None) or seed
    except StoreError as sealed:
        wrong = failure("login", str(sealed), f"set the TOKEN_KEY that encrypted them, or {LOGIN}")
        return [signature(await probe(merchant.client)), wrong]
    error = await probe(merchant.client, tokens.access_token if tokens else "")
    found = [signature(error)]
    if merchant.client.skew is not None:
        found.append(skew(merchant.client.skew, "AliExpress"))
    found.append(grant(tokens, error, now))
    if stored:
        found.append(await _budget(merchant))
    return found


def grant(tokens: Tokens | None, error: SourceError | None, now: datetime) -> Finding:
    """Judge the merchant's login by its tokens and by the result of a call with them."""
    if tokens is None:
        return failure("login", "not logged in yet", LOGIN)
    whose = f" as {tokens.account}" if tokens.account else ""
    end = tokens.refresh_expires_at
    days = (end - now).total_seconds() / 86_400 if end else None
    if days is not None and days <= 0:
        return failure("login", f"ended {-days:.0f} days ago", LOGIN)
    if isinstance(error, TokenDead):
        if tokens.refresh_token:
            return warning("login", "the access token has expired", "`run` refreshes it at its next call")
        return failure("login", "the access token is refused and there is no refresh token", LOGIN)
    if isinstance(error, Reauthorize):
        return failure("login", f"refused: {error}", LOGIN)
    if error is not None:
        return warning("login", "there is a token, but it could not be tested", "fix the errors above")
    if days is None:
        return ok("login", f"accepted{whose}; its end is unknown (tokens from the settings)")
    # A Test app's login lasts only two days, so it is always near its end; still worth a warning.
    if days < _SOON:
        return warning("login", f"{days:.1f} days left{whose}", LOGIN + " before then")
    return ok("login", f"accepted{whose}, {days:.0f} days left")


async def _budget(merchant: Merchant) -> Finding:
    usage = await merchant.limiter.usage()
    text = (
        f"{usage.used:,} of {usage.limit:,} calls used today"
        if usage.limit
        else f"{usage.used:,} calls today"
    )
    if usage.held_for > 0:
        return warning(
            "budget", f"{text}; AliExpress bans calls for {usage.held_for:.0f} s", "wait; it ends by itself"
        )
    if usage.share >= BUDGET_LOW:
        return warning("budget", text, "wait for the new day at 16:00 UTC, or raise ALIEXPRESS_CALLS_PER_DAY")
    return ok("budget", text)
