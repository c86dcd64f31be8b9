"""Tokens at rest are unreadable without the key, and readable with it."""

from __future__ import annotations

import pytest

from bot.errors import StoreError
from bot.sources.aliexpress.cipher import Cipher

TEXT = '{"access_token":"canary-access-é"}'


def test_what_was_sealed_opens_again_in_another_process() -> None:
    sealed = Cipher("any passphrase").seal(TEXT)
    assert "canary" not in sealed
    assert Cipher("any passphrase").open(sealed) == TEXT


def test_without_a_key_nothing_changes() -> None:
    assert Cipher().seal(TEXT) == TEXT
    assert Cipher(None).open(TEXT) == TEXT


def test_what_was_stored_before_a_key_was_set_still_opens() -> None:
    assert Cipher("key").open(TEXT) == TEXT


@pytest.mark.parametrize("other", [None, "", "another key"])
def test_a_missing_or_other_key_says_what_to_do(other: str | None) -> None:
    with pytest.raises(StoreError, match=r"KEY.*log in again") as caught:
        Cipher(other).open(Cipher("key").seal(TEXT))
    assert "canary" not in str(caught.value)


def test_a_damaged_seal_is_a_store_error() -> None:
    with pytest.raises(StoreError):
        Cipher("key").open(Cipher("key").seal(TEXT)[:-4])


def test_the_repr_shows_no_key() -> None:
    assert repr(Cipher("canary-passphrase")) == "<Cipher with a key>"
