"""Recognizing what people write without a number: a question about a parcel, thanks, a greeting. Pure.

Only known words count; nothing is guessed here. Orders that a text names are looked up among those that the
chat follows.
"""

from __future__ import annotations

import enum
import functools
import re
import unicodedata
from collections.abc import Iterable

from bot import folding
from bot.intents import concerns, courtesy, goods, questions, words

MOST_CHARACTERS = 400
"""Characters of a text that are read: questions are short."""

_SHORT = 2  # words; so short a text is a question even if it only names the thing: "my order"
_SHORT_SCRIPT = 8  # characters, in scripts without spaces
_TERSE = 5  # words of a text that leaves out what it is about: "still nothing"
_TERSE_SCRIPT = 16  # characters, in scripts without spaces
_THANKS = 9  # words; thanks with so few other words, none of which asks for anything, are thanks
_THANKS_BRIEF = 5  # words, in languages whose complaints we do not know
_THANKS_SCRIPT = 30  # characters, in scripts without spaces
_LEAST_NAME = 3  # characters of a name that is found within a sentence; a shorter one must be the whole text

# Scripts whose words are not separated, or take prefixes and endings.
_UNSPACED = re.compile(
    "[\u0590-\u07ff\u0900-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
# Of these, scripts whose words are not separated at all.
_SOLID = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_LONG = re.compile(r"([^\W\d])\1{2,}")
_NUMBERS = re.compile(r"\d+ ")
_THINGS = "|".join(things for _, things, _ in words.QUESTIONS)
_THANKING = f"{words.THANKS}|{courtesy.THANKS}"
_CLOSING = f"{courtesy.FAREWELLS}|{courtesy.ACKNOWLEDGED}"
_GREETING = f"{words.GREETINGS}|{courtesy.GREETINGS}"
_POLITE = f"{_THANKING}|{_CLOSING}|{_GREETING}"
_FILLING = f"{words.FILLING}|{courtesy.FILLING}"
_ASKED_KINDLY = f"{courtesy.PLEASE}|{_THANKING}"


class Intent(enum.StrEnum):
    """What a text is about."""

    WHERE = "where"  # where is it, when does it arrive
    SHOP = "shop"  # complaints, refunds, prices: the shop's business
    THANKS = "thanks"  # also a farewell, or that something was understood: needs no words
    GREETING = "greeting"
    HELP = "help"  # the bare word
    STOP = "stop"  # no more messages
    YES_NO = "yes_no"  # a bare yes or no


def intent(text: str) -> Intent | None:
    """What a text without a number is about; None if its words are not known. Takes linear time."""
    folded = fold(text[:MOST_CHARACTERS])
    if not folded.strip():
        return _of_signs(text[:MOST_CHARACTERS])
    angry = not concerns.ANGRY.isdisjoint(text)
    if not angry and (said := _of_courtesy(folded, asks="?" in text)) is not None:
        return said
    if _concerns(folded, concerns.FIRM) or _names_two_colors(folded):
        return Intent.SHOP
    if _asks_where(folded):
        return Intent.WHERE
    if angry or _concerns(folded, concerns.FAINT):
        return Intent.SHOP
    thanks = "?" not in text and (_thanks_shortly(folded) or _thanks_by_name(text, folded))
    return Intent.THANKS if thanks else None


def complains(text: str) -> bool:
    """Whether a text also holds what only the shop can settle, such as "nobody answers me, where is it?"."""
    folded = fold(text[:MOST_CHARACTERS])
    angry = not concerns.ANGRY.isdisjoint(text)
    return angry or _concerns(folded, concerns.FIRM) or _concerns(folded, concerns.FAINT)


def may_ask(text: str) -> bool:
    """Whether a text that is not recognized may be a question: it is no emoji, and thanks nobody."""
    folded = fold(text[:MOST_CHARACTERS])
    if not folded.strip():
        return not any(unicodedata.category(sign) == "So" for sign in text[:MOST_CHARACTERS])
    return "?" in text or _matcher(_THANKING).search(folded) is None


def fold(text: str) -> str:
    """The text in lower case without accents and "sooo", with one space between words and around them."""
    kept = (sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in folding.plain(text))
    return _LONG.sub(r"\1", f" {' '.join(''.join(kept).split())} ")


def named(text: str, names: Iterable[tuple[str, str]]) -> list[str]:
    """The ids of the `(order id, name)` pairs whose name is in the text, in their order.

    If the whole text is an order's name, only that order is returned.
    """
    said = fold(text[:MOST_CHARACTERS])
    pairs = [(order_id, fold(name)) for order_id, name in names if fold(name).strip()]
    same = [order_id for order_id, name in pairs if name == said]
    return same or [
        order_id for order_id, name in pairs if len(name) >= _LEAST_NAME + 2 and _holds(said, name)
    ]


def _holds(said: str, name: str) -> bool:
    return (name.strip() if _UNSPACED.search(name) else name) in said


def _asks(folded: str, asking: str, things: str, alone: str) -> bool:
    if _matcher(alone).search(folded):
        return True
    if not _matcher(things).search(folded):
        return False
    unspaced = _UNSPACED.search(folded) is not None
    short = len(folded) - 2 <= _SHORT_SCRIPT if unspaced else folded.count(" ") - 1 <= _SHORT
    return short or _matcher(asking).search(folded) is not None


def _asks_where(folded: str) -> bool:
    by_name = any(_asks(folded, *each) for each in words.QUESTIONS)
    if by_name or _speaks_of_own(folded) or _concerns(_NUMBERS.sub("", folded), questions.PAIRS):
        return True
    return _is_terse(folded) and _holds_all(folded, (questions.TERSE,))


def _is_terse(folded: str) -> bool:
    if _UNSPACED.search(folded):
        return len(folded) - 2 <= _TERSE_SCRIPT
    return folded.count(" ") - 1 <= _TERSE


def _names_two_colors(folded: str) -> bool:
    """ "I ordered blue and got red"."""
    return len(set(_matcher(goods.COLORS).findall(folded))) > 1


def _speaks_of_own(folded: str) -> bool:
    return _matcher(words.MINE).search(folded) is not None and _matcher(_THINGS).search(folded) is not None


def _thanks_shortly(folded: str) -> bool:
    spoken = _matcher(words.THANKS).search(folded) is not None
    most = _THANKS if spoken else _THANKS_BRIEF
    short = len(folded) <= _THANKS_SCRIPT if _SOLID.search(folded) else folded.count(" ") <= most
    if not short or not (spoken or _matcher(_THANKING).search(folded)):
        return False
    if _holds_all(folded, (f"{words.BUT}|{courtesy.REQUESTS}",)):
        return False
    return spoken or not _holds_all(folded, (courtesy.TROUBLE,))


def _concerns(folded: str, each: tuple[tuple[str, ...], ...]) -> bool:
    return any(_holds_all(folded, concepts) for concepts in each)


def _holds_all(folded: str, concepts: tuple[str, ...]) -> bool:
    return all(_matcher(phrases).search(folded) for phrases in concepts)


def _of_courtesy(folded: str, *, asks: bool) -> Intent | None:
    """What a text is that holds nothing but polite words, or one word that wants something."""
    if _consists_of(folded, courtesy.STOP, f"{_ASKED_KINDLY}|{_POLITE}"):
        return Intent.STOP
    if _consists_of(folded, courtesy.HELP, f"{_ASKED_KINDLY}|{_POLITE}"):
        return Intent.HELP
    if _consists_of(folded, _POLITE, _FILLING) and not (asks and _nudges(folded)):
        if _matcher(_THANKING).search(folded):
            return Intent.THANKS
        if _matcher(_GREETING).search(folded):
            return Intent.GREETING
        return None if asks else Intent.THANKS  # "Really? OK?" doubts what we said
    if not asks and _consists_of(folded, courtesy.ANSWERS, _ASKED_KINDLY):
        return Intent.YES_NO
    return None


def _nudges(folded: str) -> bool:
    return _matcher(courtesy.NUDGES).search(f" {folded.rsplit(maxsplit=1)[-1]} ") is not None


def _consists_of(folded: str, phrases: str, filling: str) -> bool:
    spoken = _matcher(phrases).search(folded) is not None
    return spoken and not _matcher(f"{phrases}|{filling}").sub(" ", folded).strip()


def _thanks_by_name(text: str, folded: str) -> bool:
    """ "Super, tak Linn": thanks in any language, and one word more that is written as a name."""
    left = _matcher(f"{_POLITE}|{_FILLING}").sub(" ", folded).split()
    if len(left) != 1 or not _matcher(_THANKING).search(folded):
        return False
    name = next((word for word in re.findall(r"[^\W\d_]+", text)[1:] if fold(word).strip() == left[0]), "")
    return name.istitle()


def _of_signs(text: str) -> Intent | None:
    signs = {sign for sign in text if unicodedata.category(sign) == "So"}
    if signs & concerns.ANGRY:
        return Intent.SHOP
    return Intent.THANKS if signs and signs <= words.PLEASED else None


@functools.cache
def _matcher(phrases: str) -> re.Pattern[str]:
    """A pattern for any of the phrases, separated by "|"; a star stands for the rest of a word."""
    written = sorted(
        {phrase.strip() for phrase in phrases.split("|") if phrase.strip()}, key=len, reverse=True
    )
    folded = [(fold(phrase).strip(), "" if phrase.endswith("*") else "(?= )") for phrase in written]
    anywhere = [re.escape(phrase) for phrase, _ in folded if _UNSPACED.search(phrase)]
    whole = [re.escape(phrase) + end for phrase, end in folded if not _UNSPACED.search(phrase)]
    patterns = [rf"(?<= )(?:{'|'.join(whole)})"] if whole else []
    return re.compile("|".join(patterns + anywhere) or r"(?!)")
