"""One cell: the AliExpress order numbers in it, or why it gives none."""

from __future__ import annotations

import re
import unicodedata

from bot.ids import MOST_CHARACTERS, Mistake, read
from bot.lists.rows import Problem, Trouble

# What spreadsheet programs write around a long number so that nobody rounds it off: ="8211…", '8211…, 8211….0
_NUMBER_CELL = re.compile(r"""=?["'’`]?(\d{12,20})(?:[.,]0{1,3})?["']?""")
_THOUSANDS = re.compile(r"'?(\d{1,3}([.,'’ \u00a0\u2009\u202f])\d{3}(?:\2\d{3}){3,5})(?:[.,]0{1,2})?")
_TEXT_CELL = re.compile(r'=(?:T\()?"((?:[^"]|"")*)"\)?', re.IGNORECASE)
_SCIENTIFIC = re.compile(r"=?'?(\d)(?:[.,](\d{1,19}))? ?(?:E|[×x*] ?10 ?\^) ?\+?(1[1-9])", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:AE|ALI)[-_#]?(?=\d{15,17}$)", re.IGNORECASE)
_SHOPIFY_LINK = re.compile(r"shopify\S{0,100}/orders?/(\d{10,16})\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d(?:[ \u00a0\u2009\u202f.,'’-]?\d){11}")  # fewer are an amount, a date or a house
_ROUNDED_END = "000"
_SHOPIFY_DIGITS = (13, 14)
_ORDER_DIGITS = (15, 16)  # of the past and of today; longer ones count where something calls them an order

_PARTS = re.compile(r"[\r\n;|]+|,\s*(?=[^\W\d])")
_LABEL = re.compile(r"[ #*•-]*([^\W\d][^\d]*)")
_FOREIGN = re.compile(
    r"utm|campaign|\bad ?(?:id|set)|fbc|fbp|gclid|click|session|cart|token|phone|mobile|\btel|whatsapp|\bip\b"
    r"|track|waybill|awb|shipment|parcel|product|\bitem|sku|variant|barcode|ean|imei|serial|transaction|payment"
    r"|paypal|stripe|invoice|\bcard|iban|account|customer|buyer|address|zip|postal|passport|\btax|vat|cpf|curp|dni"
)
_ORDER = re.compile(
    r"ali ?express|\bali\b|\bae\b|suppl|source|order|orden|pedido|commande|bestell|ordine|zamowien|objednav"
    r"|rendel|comand|siparis|pesanan|заказ|замовл|注文|订单|訂單|주문|طلب|הזמנה"
)

_TROUBLES = {
    Mistake.PRODUCT_LINK: Trouble.PRODUCT,
    Mistake.PRODUCT_ID: Trouble.PRODUCT,
    Mistake.TRACKING_NUMBER: Trouble.TRACKING_NUMBER,
    Mistake.PAYMENT_CARD: Trouble.PAYMENT_CARD,
    Mistake.RUSSIAN_SITE: Trouble.OTHER_SITE,
    Mistake.SHORT_LINK: Trouble.LINK_WITHOUT_ID,
    Mistake.LINK_WITHOUT_ID: Trouble.LINK_WITHOUT_ID,
}

Found = tuple[tuple[str, ...], tuple[Problem, ...]]
"""Order numbers, each once, and what was left out."""


def tidy(text: str) -> str:
    """A cell without what spreadsheet programs write around its content."""
    text = text.strip()
    if number := _NUMBER_CELL.fullmatch(text):
        return number[1]
    if grouped := _THOUSANDS.fullmatch(text):
        return grouped[1].replace(grouped[2], "")
    if inside := _TEXT_CELL.fullmatch(text):
        return inside[1].replace('""', '"').strip()
    return text


def fold(text: str) -> str:
    """A title or label for comparison: lower case, no accents, words between single spaces.

    Vowel signs (Thai, Hindi …) count as spaces; Hangul stays in syllables.
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).lower()  # "№" becomes "No"
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", plain)).split())


def numbers_of(cell: str) -> Found:
    """What a tidied cell holds. Reads its first `MOST_CHARACTERS` characters, in linear time."""
    if scientific := _SCIENTIFIC.fullmatch(cell):
        cell = scientific[1] + (scientific[2] or "")
        if len(cell) != int(scientific[3]) + 1:  # digits are lost
            return (), (Problem(trouble=Trouble.ROUNDED, text=scientific[0]),)
    if not _DIGITS.search(cell) and "://" not in cell:
        return (), ()
    if shopify := _SHOPIFY_LINK.search(cell[:MOST_CHARACTERS]):
        return (), (Problem(trouble=Trouble.SHOPIFY_ID, text=shopify[1]),)
    cell = _PREFIX.sub("", cell)
    numbers: dict[str, None] = {}
    problems: dict[Problem, None] = {}
    for part in _PARTS.split(cell[:MOST_CHARACTERS]):
        for number, problem in _read_part(part):
            if problem is None:
                numbers[number] = None
            else:
                problems[problem] = None
    return tuple(numbers), tuple(problems)


def _read_part(part: str) -> list[tuple[str, Problem | None]]:
    """The numbers of one line of a cell; a label before them says whose they are."""
    if not _DIGITS.search(part) and "://" not in part:
        return []
    found = read(part)
    label = _LABEL.match(part)
    named = fold(label[1]) if label and "://" not in part else ""
    if label and label[1][-1].isalpha() and not _ORDER.search(named):
        named = ""  # the beginning of a code: LP00123456789012
    if named and _FOREIGN.search(named):
        return []
    ours = bool(_ORDER.search(named))
    read_parts: list[tuple[str, Problem | None]] = []
    for number in found.ids:
        if named and not ours and len(number) not in _ORDER_DIGITS:
            continue
        rounded = number.endswith(_ROUNDED_END)
        read_parts.append((number, Problem(trouble=Trouble.ROUNDED, text=number) if rounded else None))
    if not named or ours:
        read_parts += [(sent, problem_of(mistake, sent)) for mistake, sent in found.mistakes]
    return read_parts


def problem_of(mistake: Mistake, sent: str) -> Problem:
    """What a mistake for an order number is called in a list."""
    trouble = _TROUBLES.get(mistake, Trouble.NO_NUMBER)
    if mistake is Mistake.TOO_SHORT and len(sent.lstrip("+")) in _SHOPIFY_DIGITS and sent.isdecimal():
        trouble = Trouble.SHOPIFY_ID
    return Problem(trouble=trouble, text=sent)
