"""Numbers with their nouns, as the operator reads them."""

from __future__ import annotations


def counted(number: int, noun: str, nouns: str = "") -> str:
    """Return "1 error", "2 errors", "1,000 errors"; `nouns` is a plural that is not made with an s."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
