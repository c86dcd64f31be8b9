"""What a text that nothing else reads probably means: what the entries of the lexicon like it mean.

The similarity of two texts is the cosine of their words, beginnings of words and pairs of neighboring words
(in scripts without spaces: pairs of characters), each weighted by how rare it is. How often a guess is right
is told in docs/carriers.md.
"""

from __future__ import annotations

import heapq
import math
import re
from array import array
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from bot.model import Stage
from bot.stages import lexicon
from bot.stages.fold import fold

_NEIGHBORS = 8
_AGREEMENT = 0.8  # share of the neighbors' votes
_SIMILARITY = 0.25  # of the nearest neighbor
_MOST_FEATURES = 200  # of one text; a scan has some twenty
PARAMETERS = (_NEIGHBORS, _AGREEMENT, _SIMILARITY, _MOST_FEATURES)
"""What decides a guess beside the lexicon."""

_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_BEGINNING = 5  # letters of a word that its inflections share


def _features(folded: str) -> list[str]:
    """The distinct words, beginnings and pairs of a folded text, in order; at most `_MOST_FEATURES`."""
    spaced: list[str] = []
    found: list[str] = []
    for word in _WORD.findall(folded):
        if _UNSPACED.search(word):
            found += map("".join, pairwise(word)) if len(word) > 1 else [word]
        else:
            spaced.append(word)
            found.append(word)
            if len(word) >= _BEGINNING:
                found.append(f"{word[:_BEGINNING]}*")
    found += map(" ".join, pairwise(spaced))
    return list(dict.fromkeys(found))[:_MOST_FEATURES]


class Index:
    """Entries of a lexicon, findable by their features."""

    def __init__(self, entries: Iterator[lexicon.LexiconEntry]) -> None:
        self._meanings: list[lexicon.StageMeaning] = []
        self._with: defaultdict[str, array[int]] = defaultdict(lambda: array("H"))
        featured = []
        for entry in entries:
            if entry.code:
                continue
            features = _features(fold(lexicon.without_placeholders(entry.text)))
            for feature in features:
                self._with[feature].append(len(self._meanings))
            self._meanings.append(entry.meaning)
            featured.append(features)
        self._lengths = array("f", (self._length(features) for features in featured))

    def _weight(self, feature: str) -> float:
        """How rare a feature is, as its inverse document frequency, squared."""
        entries = len(self._with[feature]) if feature in self._with else 0
        return math.log((len(self._meanings) + 1) / (entries + 0.5)) ** 2

    def _length(self, features: list[str]) -> float:
        return math.sqrt(sum(map(self._weight, features))) or 1.0

    def guess(self, folded: str, reached: Stage | None) -> Stage | None:
        """The stage of nearly all entries that are most similar to a folded text; None if they differ."""
        features = _features(folded)
        shared: defaultdict[int, float] = defaultdict(float)
        for feature in features:
            weight = self._weight(feature)
            for entry in self._with.get(feature, ()):
                shared[entry] += weight
        length = self._length(features)
        nearest = heapq.nlargest(
            _NEIGHBORS,
            ((weight / (length * self._lengths[entry]), entry) for entry, weight in shared.items()),
        )
        if not nearest or nearest[0][0] < _SIMILARITY:
            return None
        votes: defaultdict[Stage, float] = defaultdict(float)
        for similarity, entry in nearest:
            votes[self._meanings[entry].at(reached)] += similarity**4
        stage = max(votes, key=votes.__getitem__)
        agreed = votes[stage] >= _AGREEMENT * sum(votes.values())
        return stage if agreed and stage is not Stage.UPDATE else None


@cache
def index() -> Index:
    """Of the built-in lexicon."""
    return Index(lexicon.built_in())
