"""One spelling for texts that are compared, so that "Übergabe", "ubergabe" and "ÜBERGABE" are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# Accents, the vowel points of Hebrew and Arabic, and what only chooses between pictures of a sign. Marks that
# make another word of it, as in Thai and Japanese, are kept.
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\ufe00-\ufe0f"
)
LATIN = {"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ə": "e", "ı": "i"}
_ARABIC = {"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ـ": ""}

_MARKS = re.compile(f"[{MARKS}]")
_ALIKE = str.maketrans(LATIN | _ARABIC)


def plain(text: str, marks: re.Pattern[str] = _MARKS, alike: Mapping[int, str] = _ALIKE) -> str:
    """Lower case, without `marks`, width and presentation forms; letters `alike` become one."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", marks.sub("", decomposed)).translate(alike)
