"""What carriers talk about, in the languages they talk: concepts and the words that give them away.

In the word lists beside this file each concept has its lines by language or script. Words are folded as
texts are, so case and accents may be written naturally (escapes in capitals may not: folding makes them
small). Stems are cut where endings begin; short ones want a `\\b`, for all languages share one text. To add
a language, add a line to each concept that it needs, and its sentences to tests/data/wordings.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.stages import delivered, events, journey, last_mile, places, troubles
from bot.stages.fold import letters


def _compiled() -> Mapping[str, re.Pattern[str]]:
    patterns: dict[str, re.Pattern[str]] = {}
    for words in (
        places.WORDS,
        events.WORDS,
        troubles.WORDS,
        delivered.WORDS,
        last_mile.WORDS,
        journey.WORDS,
    ):
        for concept, lines in words.items():
            patterns[concept] = re.compile("|".join(letters(line) for line in lines))
    return MappingProxyType(patterns)


PATTERNS = _compiled()
"""A search in a folded text by concept."""
