"""Keeps tokens unreadable in the database and its backups, where the operator sets a key."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from bot.errors import StoreError

_MARK = "sealed1:"
# The salt is fixed because the key must come out the same in every process; what it guards against
# (tables of ready-made keys) is not the danger to one operator's database.
_SALT = b"parcel-bot credentials 1"


class Cipher:
    """Seals texts with a key derived from any passphrase; without one it leaves them as they are."""

    __slots__ = ("_fernet",)

    def __init__(self, key: str | None = None) -> None:
        self._fernet = Fernet(_derived(key)) if key else None

    def __repr__(self) -> str:
        return f"<Cipher {'with a key' if self._fernet else 'without a key'}>"

    def seal(self, text: str) -> str:
        """Return what may be written to disk."""
        return _MARK + self._fernet.encrypt(text.encode()).decode() if self._fernet else text

    def open(self, stored: str) -> str:
        """Return the text of `seal`, and any text stored before a key was set, as it was.

        Raises `StoreError` where the key is missing or another one.
        """
        if not stored.startswith(_MARK):
            return stored
        if self._fernet is None:
            raise StoreError(
                "the stored tokens are sealed: set the key they were sealed with, or authorise again"
            )
        try:
            return self._fernet.decrypt(stored.removeprefix(_MARK).encode()).decode()
        except InvalidToken as exc:
            raise StoreError(
                "the stored tokens were sealed with another key: set that one, or authorise again"
            ) from exc


def _derived(passphrase: str) -> bytes:
    key = hashlib.scrypt(passphrase.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32)
    return base64.urlsafe_b64encode(key)
