"""Encrypts tokens in the database and its backups if the operator sets TOKEN_KEY."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from bot.errors import StoreError

_MARK = "sealed1:"
# The salt is fixed because every process must derive the same key. A random salt would protect against
# precomputed tables, which are no threat to a single operator's database.
_SALT = b"parcel-bot credentials 1"


class Cipher:
    """Encrypts texts with a key derived from a passphrase; without one it leaves them as they are."""

    __slots__ = ("_fernet",)

    def __init__(self, key: str | None = None) -> None:
        self._fernet = Fernet(_derived(key)) if key else None

    def __repr__(self) -> str:
        return f"<Cipher {'with a key' if self._fernet else 'without a key'}>"

    def seal(self, text: str) -> str:
        """Return the text encrypted, if there is a key."""
        return _MARK + self._fernet.encrypt(text.encode()).decode() if self._fernet else text

    def open(self, stored: str) -> str:
        """Decrypt a sealed text; return a text stored before a key was set unchanged.

        Raises `StoreError` if the key is missing or wrong.
        """
        if not stored.startswith(_MARK):
            return stored
        if self._fernet is None:
            raise StoreError(
                "the stored tokens are encrypted: set the TOKEN_KEY that encrypted them, or log in again"
            )
        try:
            return self._fernet.decrypt(stored.removeprefix(_MARK).encode()).decode()
        except InvalidToken as exc:
            raise StoreError(
                "the stored tokens were encrypted with another TOKEN_KEY: set that one, or log in again"
            ) from exc


def _derived(passphrase: str) -> bytes:
    key = hashlib.scrypt(passphrase.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32)
    return base64.urlsafe_b64encode(key)
