"""Which languages a text may be in, by its script, letters and words.

This only narrows down candidates: a short text may be in several languages, and English occurs in any text.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from bot.stages import concepts
from bot.stages.fold import letters

_SCRIPTS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile("[\u0370-\u03ff]"), ("el",)),
    (re.compile("[\u0400-\u04ff]"), ("ru", "uk", "bg")),
    (re.compile("[\u0590-\u05ff]"), ("he",)),
    (re.compile("[\u0600-\u06ff]"), ("ar", "fa")),
    (re.compile("[\u0900-\u097f]"), ("hi",)),
    (re.compile("[\u0e00-\u0e7f]"), ("th",)),
    (re.compile("[\u1100-\u11ff\uac00-\ud7af]"), ("ko",)),
    (re.compile("[\u3040-\u30ff]"), ("ja",)),
    (re.compile("[\u3400-\u9fff]"), ("zh", "ja")),
)
_LATIN = re.compile(r"[a-z\u00df-\u024f\u1e00-\u1eff]", re.IGNORECASE)
_OTHERS = frozenset(language for _, found in _SCRIPTS for language in found) | {"any"}
_KANA = re.compile("[\u3040-\u30ff]")

# Letters that few languages have, and function words that only one or two use.
_LETTERS = {
    "de": "ßäöü",
    "fr": "çœêèâîïûà",
    "es": "ñ¿¡áíóú",
    "pt": "ãõçêâáíóú",
    "it": "àèìòù",
    "pl": "ąęłńśźż",
    "sv": "åäö",
    "nb": "åøæ",
    "da": "åøæ",
    "fi": "äö",
    "et": "äöõü",
    "tr": "ğışç",
    "vi": "ăđơưạảấầẩẫậắằặẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ",
    "cs": "ěřůčšž",
    "sk": "ľĺŕôčšž",
    "sl": "čšž",
    "hr": "čšžćđ",
    "lt": "ėįųąęčšž",
    "lv": "āēīūģķļņ",
    "hu": "őűáéíóúö",
    "ro": "ăâîșțşţ",
    "ru": "ыэёъ",
    "uk": "іїєґ",
    "bg": "ъ",
    "fa": "پچژگکی",
}
_WORDS = {
    "en": "the has been was is your to from and for by at with of package parcel shipment item delivery",
    "de": "der die das den dem ist wurde wird und im ihre ihr zur zum mit nicht sendung paket von ein auf",
    "fr": "le la les du des est ete votre colis dans sur par pour une un et au aux en cours chez envoi",
    "es": "el los las del ha sido su se envio paquete en por para una con esta fue pedido al y entrega",
    "pt": "o os foi seu sua objeto encomenda em por para uma do da na no nao ao com esta pelo pela e entrega",
    "it": "il lo gli del della e stato stata la tua spedizione pacco in per una di al presso con consegna",
    "nl": "de het een is wordt uw je van pakket zending naar bij niet door met voor op onze werd bezorgd",
    "pl": "jest w na przesylka zostala paczka do i z nie przez sie od dla przesylki zostalo nadawcy",
    "sv": "har och din paketet ar till pa av inte vid fran med det forsandelsen den av avsandaren en",
    "nb": "har er og din pakken til pa av ikke fra med det sendingen den hos mottakeren en",
    "da": "har er og din pakken til pa af ikke fra med det forsendelsen den hos modtageren en",
    "fi": "on ja paketti lahetys saapunut ei tai lahetyksen paketin vastaanottaja sinun toimitettu matkalla",
    "tr": "ve icin bir gonderi gonderiniz kargo edildi edilmistir teslim ile gonderiniz tarafindan subesine",
    "id": "di ke telah dan paket sudah oleh dari untuk dengan anda kiriman sedang akan yang",
    "vi": "da duoc hang va cho tai kien buu giao nhan don cua den khong ban dang",
    "cs": "zasilka byla na je do v se zasilku k a pro vasi od nebyla zasilky prepravce adresata",
    "sk": "zasielka bola na je do v sa zasielku k a pre vasu od nebola zasielky",
    "sl": "posiljka je bila v na za in posiljke prevzem naslovniku dostava posta",
    "hr": "posiljka je u na za i posiljke primatelju dostava isporucena posta",
    "hu": "a az csomag kuldemeny es egy nem kuldemenyt csomagot futar atveheto",
    "ro": "a fost la de in coletul expedierea pentru si din cu nu este livrare comanda curier",
    "et": "pakk saadetis on ja ei saadetise saaja postipaki pakiautomaati katte",
    "lv": "sutijums ir un nav sutijuma uz sanemejam pakomata piegade",
    "lt": "siunta yra ir i is ne siuntos gavejui pastomata pristatyta bus",
    "ru": "в на из и не для по от посылка отправление заказ был отправления",
    "uk": "в на з та і не для від посилка відправлення до за у",
    "bg": "в на от и не за до е пратката пратка беше към се получател",
    "ar": "تم في من الى الشحنة الطرد على",
    "fa": "در به از شد است را مرسوله بسته",
}
_SIGNS = 400  # characters of a text that are examined


@cache
def _latin() -> tuple[str, ...]:
    return tuple(language for language in concepts.languages() if language not in _OTHERS)


_STEMS = re.compile(r"\(\?:([^()]*)\)\\w\*")


def _starred(group: re.Match[str]) -> str:
    """`(?:a|b)\\w*` as `a*|b*`."""
    return "|".join(f"{stem}*" for stem in group[1].split("|"))


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    """Word or stem (with `*`) → the languages whose phrases or function words contain it; not common ones."""
    found: dict[str, frozenset[str]] = {}
    known: dict[frozenset[str], frozenset[str]] = {}  # a few hundred, shared: less memory

    def add(word: str, language: str) -> None:
        which = found.get(word, frozenset()) | {language}
        found[word] = known.setdefault(which, which)

    for language in concepts.languages():
        for lines in concepts.phrases(language).values():
            for line in lines:
                for word, star in re.findall(r"(?<![\\(?<*])([^\W\d_]{4,})(\*?)", _STEMS.sub(_starred, line)):
                    add(letters(word) + star, language)
    for language, words in _WORDS.items():
        for word in words.split():
            add(word, language)
    return {word: which for word, which in found.items() if len(which) <= 3}


def _speaks(word: str) -> frozenset[str]:
    vocabulary = _vocabulary()
    if (whole := vocabulary.get(word)) is not None:
        return whole
    for length in range(len(word), 3, -1):
        if (stem := vocabulary.get(word[:length] + "*")) is not None:
            return stem
    return frozenset()


def spoken(text: str) -> tuple[str, ...]:
    """The languages whose phrases to try on a text, English first if it is among them."""
    text = text[:_SIGNS]
    found: list[str] = []
    for script, languages in _SCRIPTS:
        if script.search(text) and not (languages[0] == "zh" and _KANA.search(text)):
            found += _likely(text, languages)
    if _LATIN.search(text):
        found += _likely(text, _latin())
    found.append("any")
    return tuple(dict.fromkeys(sorted(found, key=lambda one: one != "en")))


def _likely(text: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """The likely ones among the languages of a script; all of them if there is little evidence."""
    small = set(text.casefold())
    score = Counter({language: len(small & set(_LETTERS.get(language, ""))) for language in languages})
    for word in set(re.findall(r"[^\W\d_]+", letters(text))):
        score.update(_speaks(word))
    best = max(score[language] for language in languages)
    if best < 2:
        return languages
    return tuple(language for language in languages if score[language] > max(best / 2 - 1, 0))
