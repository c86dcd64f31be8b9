"""Which column of a table is what: by its title, and by what stands below."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.lists.cells import Found, fold
from bot.lists.files import Table
from bot.lists.rows import Trouble

_SAMPLE = 500  # rows that tell what a column is
_HEADER_WITHIN = 20  # rows: some exports begin with a name and a date
NOWHERE = -1  # the index of what a table does not have

_REGEX = re.compile(r"[\\?|]")


def any_of(words: str) -> str:
    """A pattern for any of some words. They are compared with folded titles, and folded like these."""
    patterns = (word if word.isascii() or _REGEX.search(word) else fold(word) for word in words.split())
    return "(?:" + "|".join(pattern.replace("_", " ") for pattern in patterns) + ")"


_ORDER = any_of(r"""
    order orden\b pedido commande bestel auftrag ordine ordre zamowieni objednav rendeles comanda
    siparis pesanan tilaus narudzb sale\b venta\b venda\b заказ замовлен поръчк παραγγελι
    注文 订单 訂單 주문 طلب سفارش הזמנ đơn_hàng \bma_đon\b คำสั่งซื้อ ऑर्डर
""")
_NUMBER = any_of(r"""
    \b(?:number|no|nr|num|name|nombre|numer|numero|numar|nomor|cislo|broj|nro|n|номер|so|ma|c)\b nummer
    numara n_mero \b(?:code|codigo|kode?)\b αριθμο 番号 号 號 번호 رقم מספר \bמס\b เลข नंबर संख्या क्रमांक
""")
_ID = any_of(r"\bid\b identi आईडी")
_ORDER_NUMBER = re.compile(f"{_ORDER}|{_NUMBER}|{_ID}")
_SHOPS_WORD = "shop|shopify|woocommerce|ebay|etsy|amazon|store|web|my|our|client|customer|kunden|sell|sales"
_SHOP_ORDER = re.compile(
    rf"^{_ORDER}\w*$|{_ORDER}.*(?:{_NUMBER}|{_ID})|(?:{_NUMBER}|{_ID}).*{_ORDER}"
    rf"|^(?:{_SHOPS_WORD}|de) {_ORDER}\w*$|^{_ORDER}\w* (?:{_SHOPS_WORD})$"
    r"|^(?:order|bestellnr|ordernr|reference|ref|referenz|name|number|id)$|(?:单|單|店铺|店舖|受注)[编編番]?[号號]$"
)
_SHOPS_OWN = re.compile(any_of(r"shop store custom woo my_order sell\b"))
_NOT_AN_ORDER = re.compile(
    any_of(r"""
    date time status state total amount price cost note memo comment currency item product discount tax
    url link type weight count quantity qty fee phone mail address city zip country fecha estado datum
    дата статус сумма 日期 状态 金额 时间 日時 track shipping payment transaction customer_id user purchase
    跟踪 追踪 快递 运单 運單 物流 追跡 電話
""")
)
_ALIEXPRESS = {"aliexpress", "ali express", "ali"}  # titles that are enough by themselves
_SUPPLIER = re.compile(
    any_of(r"""
    ali_?express \bali\b \bae\b alibaba \bsupplier \bvendor \bsource \bbuy_order purchase_order
    lieferant fourniss proveedor fornecedor fornitore leverancier поставщик али_?экспресс 速卖通 速賣通
    采购 採購 アリ 알리 علي_اكسبريس عليكسبريس אליאקספרס ali_?ekspres
""")
)
_OTHER_THAN_ORDER = re.compile(
    any_of("track product item sku variant name url link cost price status date amount total")
)
_FOREIGN = re.compile(
    any_of(r"""
    phone mobile \btel whatsapp fax track waybill awb rastrei seguimiento sendung shipment parcel
    product \bitem sku variant barcode \bean\b gtin upc imei serial transac payment paypal invoice
    \bcard\b iban account customer_id user_id buyer_id zip postal passport \btax\b \bvat\b cpf \bdni\b
    url price amount total weight date time телефон трек 电话 運單 运单 物流 跟踪 追踪 快递 商品
""")
)
_LANGUAGE = re.compile(
    any_of(r"^(?:(?:customer|order|shop)_)?(?:language|locale|lang)(?:_code)?$ ^wpml_language$ ^sprache$")
)

_MEANT = {Trouble.ROUNDED, Trouble.SHOPIFY_ID, Trouble.PRODUCT, Trouble.OTHER_SITE, Trouble.LINK_WITHOUT_ID}
_SHOP_NUMBER = re.compile(r"(?=\D*\d)#?[\w./-]{1,40}|[A-Z]{9}")  # letters only: PrestaShop
_SHOPIFY_NUMBER = re.compile(r"#[\w.-]{1,40}")
_PLAIN = re.compile(r"\d{3,10}")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")
_LONG = re.compile(r"\d{11}")
_YEAR = re.compile(r"\d{4}")
_SHOPIFY_ID = re.compile(r"\d{13,14}")
_OTHERS = re.compile(r"\d{11,17}")  # AliExpress's, too, and tracking numbers
_VAGUE = {"id", "number"}
_MARKED_OR_PLAIN = re.compile(r"#.+|.*\d{3}.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where things stand in a row: indexes, or NOWHERE."""

    numbers: tuple[int, ...] = ()
    shop_order: int = NOWHERE
    language: int = NOWHERE


def header_at(table: Table, found: Sequence[Sequence[Found]]) -> int:
    """The row of titles, or NOWHERE: the first that is as wide as others, with words and no order number."""
    widest = max((sum(map(bool, row)) for row in table), default=0)
    for at, row in enumerate(table[:_HEADER_WITHIN]):
        filled = [cell for cell in row if cell]
        if any(numbers for numbers, _ in found[at]):
            return NOWHERE
        titles = sum(_is_title(cell) for cell in filled)
        if filled and 2 * len(filled) > widest and titles >= 0.8 * len(filled):
            return at
    return NOWHERE


def find(header: Sequence[str], rows: Table, found: Sequence[Sequence[Found]]) -> Columns:
    """What each column is. `found` is what each cell of `rows` holds."""
    width = max(map(len, rows), default=0)
    titles = [*("number" if title == "#" else fold(title) for title in header), *[""] * width]
    numbers = _numbers(titles, found)
    rest = [at for at in range(width) if at not in numbers]
    sample = [rows[at] for at, held in enumerate(found) if _holds_any(held, numbers)] or rows
    return Columns(
        numbers=numbers,
        shop_order=_shop_order(
            titles,
            sample[:_SAMPLE],
            rest,
            long=any(_is_aliexpress(titles[at]) for at in numbers),
            alone=not header and len(rest) == 1,
        ),
        language=next((at for at, title in enumerate(titles) if _LANGUAGE.search(title)), NOWHERE),
    )


def _numbers(titles: Sequence[str], found: Sequence[Sequence[Found]]) -> tuple[int, ...]:
    """Where the AliExpress order numbers stand: the columns named so, else the one with most of them.

    Without any numbers, where something stands that was meant as one. `titles` are folded, one at least for
    each column.
    """
    ids, of_today, meant = Counter[int](), Counter[int](), Counter[int]()
    for row in found:
        for at, (numbers, problems) in enumerate(row):
            if numbers or problems:  # most cells hold neither
                ids[at] += len(numbers)
                of_today[at] += sum(len(number) == 16 for number in numbers)
                meant[at] += any(problem.trouble in _MEANT for problem in problems)
    named = [at for at, title in enumerate(titles) if _is_aliexpress(title)]
    foreign = {at for at, title in enumerate(titles) if _FOREIGN.search(title)} - {*named}
    for counts in (ids, meant):
        if titled := tuple(at for at in named if counts[at]):
            untitled = (at for at in sorted(counts) if counts[at] and at > max(titled) and not titles[at])
            return (*titled, *untitled)  # commas in a cell without quotes cut it into several
        if several := [at for at in counts if counts[at] and at not in foreign]:
            return (max(several, key=lambda at: (of_today[at], counts[at], -at)),)
    return tuple(named)


def _holds_any(held: Sequence[Found], numbers: Sequence[int]) -> bool:
    return any(held[at][0] for at in numbers if at < len(held))


def _shop_order(titles: Sequence[str], rows: Table, rest: Sequence[int], *, long: bool, alone: bool) -> int:
    """Where the shop's own numbers stand, or NOWHERE; as `long` as AliExpress's where those have a title."""
    best, where = 0, NOWHERE
    for at in rest:
        title = titles[at]
        cells = [row[at] for row in rows if at < len(row) and row[at]]
        score = _title_score(title) if title else int(_are_marked(cells, alone=alone))
        fits = sum(_is_shop_number(cell, named=bool(score), long=long) for cell in cells)
        if not cells or fits < 0.8 * len(cells):
            continue
        if title in _VAGUE and not all(map(_MARKED_OR_PLAIN.fullmatch, cells)):
            continue  # it counts the rows
        if score > best:
            best, where = score, at
    return where


def _title_score(title: str) -> int:
    if not _SHOP_ORDER.search(title) or _NOT_AN_ORDER.search(title) or _is_aliexpress(title):
        return 0
    if _SHOPS_OWN.search(title):
        return 4
    return 1 if re.search(_ID, title) else 2 if title in {"name", "number"} else 3


def _are_marked(cells: Sequence[str], *, alone: bool) -> bool:
    """Without a title: most begin with the mark that shops set before their numbers.

    Where nothing else stands beside AliExpress's numbers, plain ones count as well, if each comes once.
    """
    if alone and len({*cells}) == len(cells) > 1 and all(map(_PLAIN.fullmatch, cells)):
        return True
    return sum(map(bool, map(_SHOPIFY_NUMBER.fullmatch, cells))) > 0.8 * len(cells)


def _is_aliexpress(title: str) -> bool:
    """Whether a folded title means AliExpress's number: "ali order", "supplier order number"."""
    if not _SUPPLIER.search(title) or _OTHER_THAN_ORDER.search(title):
        return False
    return title in _ALIEXPRESS or bool(_ORDER_NUMBER.search(title))


def _is_shop_number(cell: str, *, named: bool, long: bool) -> bool:
    """Below a title, marketplaces' numbers of up to 18 digits count, if they are nobody else's."""
    if not _SHOP_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell):
        return False
    return not _LONG.search(cell) or (named and not (_SHOPIFY_ID if long else _OTHERS).fullmatch(cell))


def _is_title(cell: str) -> bool:
    words = len(cell) <= 80 and "@" not in cell and not _YEAR.search(cell)
    return words and (any(map(str.isalpha, cell)) or not any(map(str.isdecimal, cell)))
