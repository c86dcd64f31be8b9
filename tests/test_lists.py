"""A merchant's list of orders, as spreadsheets and shops write it."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles import Font

from bot.lists import NotAList, OrderList, Trouble, Unreadable, read_file, read_text, write_file


def linked(orders: OrderList, **links: str) -> list[str]:
    """The list with a link column, as lines."""
    column = [" ".join(links.get(f"_{number}", "") for number in row.numbers) for row in orders.rows]
    return write_file(orders, {"link": column}).decode("utf-8-sig").splitlines()


def refused(orders: OrderList) -> list[str]:
    return [problem.text for _, problem in orders.problems]


ONE, TWO = "8211744661738042", "8211744661738059"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("#1001 8211744661738042", [(1, ("8211744661738042", "#1001"), ())]),
        (
            "hello\n8211744661748042, 8211744661758042",
            [(2, ("8211744661748042", ""), ()), (2, ("8211744661758042", ""), ())],
        ),
        ("1001: 8211744661738042\n\n1002 - 8211744661748042", [
            (1, ("8211744661738042", "1001"), ()), (3, ("8211744661748042", "1002"), ()),
        ]),
        ("1001 8211744661738042", [(1, ("8211744661738042", ""), ())]),
        ("7 8211744661738042\n7 8211744661748042", [
            (1, ("8211744661738042", ""), ()), (2, ("8211744661748042", ""), ()),
        ]),
        ("LP00123456789012 #7", [(1, ("LP00123456789012", "#7"), (Trouble.TRACKING_NUMBER,))]),
        ("\n12345678901", [(2, ("12345678901", ""), (Trouble.NO_NUMBER,))]),
    ],
)  # fmt: skip
def test_a_message_is_a_list_with_a_row_for_each_number(
    text: str, rows: list[tuple[int, tuple[str, str], tuple[Trouble, ...]]]
) -> None:
    found = read_text(text)
    assert found.header == ("order", "shop order")
    for row, (line, cells, troubles) in zip(found.rows, rows, strict=True):
        numbers = () if troubles else cells[:1]
        assert (row.line, row.cells, row.shop_order, row.numbers) == (line, cells, cells[1], numbers)
        assert [(one.trouble, one.text) for one in row.problems] == [(one, cells[0]) for one in troubles]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_customers_column_stays_beside_its_link(delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (("order", "customer"), (ONE, "Emma"), (TWO, "Ivan")))
    orders = read_file(text.encode(), "en")
    assert orders.numbers == (ONE, TWO)
    assert refused(orders) == []
    assert linked(orders, **{f"_{ONE}": "https://one", f"_{TWO}": "https://two"}) == [
        delimiter.join(row)
        for row in (
            ("order", "customer", "link"),
            (ONE, "Emma", "https://one"),
            (TWO, "Ivan", "https://two"),
        )
    ]


def test_phone_numbers_dates_and_names_in_other_columns_are_neither_orders_nor_mistakes() -> None:
    text = f"date,phone,order\n2026-11-20,4917012345678,{ONE}\n2026-11-21,79031234567,{TWO}\n"
    orders = read_file(text.encode(), "en")
    assert orders.numbers == (ONE, TWO)
    assert refused(orders) == []


def test_a_bare_column_needs_no_header() -> None:
    orders = read_file(f"{ONE}\n\n{TWO}\n{ONE}\n".encode(), "en")
    assert orders.numbers == (ONE, TWO)
    assert linked(orders, **{f"_{TWO}": "https://two"}) == [
        "order,link", f"{ONE},", f"{TWO},https://two", f"{ONE},",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "written", "language"),
    [
        ("Locale", "de-DE", "de"),
        ("language_code", "pt_BR", "pt_BR"),
        ("Sprache", "Klingon", ""),
        ("Sprache", "Deutsch", "de"),
        ("language", "Portuguese", "pt_BR"),
        ("language", "繁體中文", "zh_Hant"),
        ("Town", "de", ""),
    ],
)
def test_the_customers_language_is_kept_where_it_is_a_code_of_one_of_ours(
    title: str, written: str, language: str
) -> None:
    orders = read_file(f"order,{title}\n{ONE},{written}\n".encode(), "en")
    assert [entry.language for entry in orders.entries] == [language]


def test_quoted_cells_keep_their_delimiters_and_short_rows_are_filled() -> None:
    orders = read_file(f'order,customer,town\n{ONE},"Smith, Emma"\n'.encode(), "en")
    assert linked(orders, **{f"_{ONE}": "https://one"})[1] == f'{ONE},"Smith, Emma",,https://one'


@given(st.text(st.characters(exclude_characters="\0")))
def test_any_text_can_be_read(text: str) -> None:
    orders = read_file(text.encode("utf-8", "replace"), "en")
    write_file(orders, {"link": ["https://link"] * len(orders.rows)})


@pytest.mark.parametrize(
    "content",
    [
        f"order;who\n{ONE};Zoë\n".encode(),
        f"order;who\n{ONE};Zoë\n".encode("utf-8-sig"),
        f"order\twho\n{ONE}\tZoë\n".encode("utf-16"),
        f"order\twho\n{ONE}\tZoë\n".encode("utf-16-le"),
        f"order\twho\n{ONE}\tZoë\n".encode("utf-16-be"),
        f"order,who\n{ONE},Zoë\n".encode("utf-32"),
        f"order;who\r\n{ONE};Zoë\r\n".encode("cp1252"),
        f"order;who\r{ONE};Zoë\r".encode(),
        f"sep=;\norder;who\n{ONE};Zoë\n".encode(),
        f'order;who\n="{ONE}";Zoë\n'.encode(),
        f'order;who\n"=""{ONE}""";Zoë\n'.encode(),
        f"order;who\n'{ONE};Zoë\n".encode(),
        f"order;who\n{ONE}.0;Zoë\n".encode(),
        f"order;who\n{ONE},00;Zoë\n".encode(),
        f'order;who\n=T("{ONE}");Zoë\n'.encode(),
        f"sep=\t\norder\twho\n{ONE}\tZoë\n".encode(),
        "order;who\n8’211’744’661’738’042;Zoë\n".encode(),
        'order,who\n"8,211,744,661,738,042.00",Zoë\n'.encode(),
    ],
)
def test_whatever_a_spreadsheet_program_writes_is_read(content: bytes) -> None:
    orders = read_file(content, "en")
    assert orders.header == ("order", "who")
    assert [row.cells[1] for row in orders.rows] == ["Zoë"]
    assert orders.numbers == (ONE,)


@pytest.mark.parametrize(
    ("titles", "name", "page", "language"),
    [
        ("заказ;имя", "Иван", "cp1251", "ru"),
        ("order;имя", "Иван", "cp1251", "uk"),
        ("заказ;имя", "Иван", "cp1251", "en"),
        ("订单;收件人", "王伟", "gb18030", "en"),
        ("訂單;姓名", "陳", "cp950", "de"),
        ("주문;이름", "김", "cp949", "en"),
        ("طلب;اسم", "علي", "cp1256", "en"),
        ("objednávka;jméno", "Řehoř", "cp1250", "en"),
        ("pedido;nome", "João", "cp1252", "pt_BR"),
    ],
)
def test_names_in_a_code_page_stay_what_they_are(titles: str, name: str, page: str, language: str) -> None:
    orders = read_file(f"{titles}\n{ONE};{name}\n".encode(page), language)
    assert (orders.header, orders.rows[0].cells[1]) == (tuple(titles.split(";")), name)


def test_a_quote_that_nobody_closes_swallows_no_rows() -> None:
    orders = read_file(f'order,who\n{ONE},"Emma\n{TWO},Ivan\n'.encode(), "en")
    assert [row.cells for row in orders.rows] == [(ONE, "Emma"), (TWO, "Ivan")]


def test_the_delimiter_that_excel_names_in_a_first_line_counts() -> None:
    for named in ("sep=;", '"sep=;"', "sep=;\r"):
        orders = read_file(f"{named}\nshop order;note\n#7;1,2,{ONE},3\n".encode(), "en")
        assert orders.header == ("shop order", "note")
        assert [(row.shop_order, row.numbers) for row in orders.rows] == [("#7", (ONE,))]
    assert read_file(f"sep=x\n{ONE}\n".encode(), "en").rows[-1].numbers == (ONE,)


def test_a_file_may_hold_a_few_broken_characters_but_not_many() -> None:
    line = f"#7,{ONE}\n".encode("utf-16-le")
    broken = codecs.BOM_UTF16_LE + b"\x00\xd8" + line
    assert [row.numbers for row in read_file(broken, "en").rows][-1] == (ONE,)
    with pytest.raises(NotAList) as refusal:
        read_file(codecs.BOM_UTF16_LE + 30 * b"\x00\xd8" + line, "en")
    assert refusal.value.why is Unreadable.NO_TEXT


def test_a_cell_of_any_length_is_read() -> None:
    orders = read_file(f"order,note\n{ONE},{'x' * 200_000}\n{'8' * 200_000},a\n{TWO},b\n".encode(), "en")
    assert orders.numbers == (ONE, TWO)
    assert len(refused(orders)) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04" + bytes(range(256)), Unreadable.SPREADSHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Unreadable.SPREADSHEET),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, Unreadable.NO_TEXT),
        (b"," * 400, Unreadable.NO_TEXT),
    ],
)
def test_what_is_no_list_is_named(content: bytes, why: Unreadable) -> None:
    with pytest.raises(NotAList) as caught:
        read_file(content + ONE.encode(), "en")
    assert caught.value.why is why


@given(st.binary(), st.sampled_from(["en", "ru", "ja", "zh_Hant"]))
def test_any_file_is_read_or_refused(content: bytes, language: str) -> None:
    try:
        orders = read_file(content, language)
    except NotAList:
        return
    write_file(orders, {"link": ["https://link"] * len(orders.rows)})


# ── how shops and apps write their lists ────────────────────────────────────────────────────────
# The titles are those of real exports: DSers, Oberlo, an eBay seller's sheet, Zendrop, WooCommerce and its
# plugins, Etsy, BigCommerce, Amazon, TikTok Shop, shops in other languages. No export of AutoDS was found;
# its titles are the columns that its help pages name.

EXPORTS = {
    "DSers": ("Order number,AliExpress order number,Tracking number,Carrier",
        f"#1001,{ONE},LP123456789CN,AliExpress Standard Shipping", "#1001"),
    "Oberlo": ("Order #,Created,Financial status,Supplier,SKU,Tracking number,Ali Order #,Name,Address,Zip",
        f"1405,2017-12-01,paid,AliExpress,14:193,LP00093123456789,{ONE},Ola Nordmann,Storgata 1,0155",
        "1405"),
    "eBay": ("Buyer,Order number,Item,Cost,Order Number,Tracking number",
        f"Jo Smith,12-12345-12345,LED lamp,4.10,{ONE},", "12-12345-12345"),
    "Zendrop": ("Order number,Order id,Store order ID,Order Date,Customer name,Supplier order number",
        f"#1332,30186374,8328983281970,2025-11-12 09:49:33,Molly Kay,{ONE}", "#1332"),
    "WooCommerce": (
        "order_id,order_date,customer_id,billing_first_name,billing_last_name,billing_phone,aliexpress_order_id",
        f"501,2026-01-15 12:00:00,77,Jo,Doe,4915112345678,{ONE}", "501"),
    "WooCommerce plugin": (
        "Order Number,Order Status,First Name (Billing),Last Name (Billing),Order Total,_aliexpress_order_id",
        f"501,processing,Jo,Doe,12.00,{ONE}", "501"),
    "Etsy": ("Sale Date,Order ID,Buyer,Number of Items,Ship City,Ali order",
        f"03/05/26,3001234567,jo77,1,Austin,{ONE}", "3001234567"),
    "BigCommerce": ("Order ID,Order Date,Order Total,First Name,Last Name,Phone,Staff Notes",
        f"2201,2026-01-02,12.00,Jo,Doe,555-1234567,AliExpress: {ONE}", "2201"),
    "Amazon": ("order-id,order-date,buyer-email,ali-order",
        f"112-1234567-1234567,2026-01-01T00:00:00,x@marketplace.amazon.com,{ONE}", "112-1234567-1234567"),
    "German": ("Bestellnummer,Datum,Kundenemail,Währung,Name,AliExpress Bestellnr.",
        f"10023,01.02.2026,a@b.de,EUR,Eva Grün,{ONE}", "10023"),
    "French": ("Numéro de commande,Date,Client,N° commande AliExpress,Suivi",
        f"FR-1009,12/03/2026,Zoé Martin,{ONE},LP00123456789012", "FR-1009"),
    "Spanish": ("Número de orden,Email,Fecha,Estado del pago,Nombre del comprador,Notas del vendedor",
        f"5018,a@b.com,06/10/2025,Recibido,Ana Paz,{ONE}", "5018"),
    "Portuguese": ("Número do Pedido,Data,Cliente,Pedido AliExpress,Código de rastreio",
        f"3312,12/03/2026,João Silva,{ONE},NX123456789BR", "3312"),
    "Russian": ("Номер заказа,Дата,Клиент,Заказ AliExpress,Трек",
        f"#2041,12.03.2026,Иван Петров,{ONE},RB123456789CN", "#2041"),
    "Japanese": ("注文番号,氏名,アリエク注文番号,追跡番号",
        f"#1207,山田太郎,{ONE},LP00123456789012", "#1207"),
    "Chinese": ("店铺订单号,收件人,速卖通订单号,运单号",
        f"#1207,王伟,{ONE},LP00123456789012", "#1207"),
    "Chinese ERP": ("小老板单号,速卖通订单号,DESCRIPTION,物流跟踪号",
        f"000123,{ONE},x,YT2312345678901234", "000123"),
    "freight bill": ("客户订单号,金额,备注,跟踪号", f"{ONE},12.5,,YT2312345678901234", ""),
    "AutoDS": ("Sold Date,Order ID,Buy Order ID,Buy Site,Buy Price,Fees,Profit,Tracking Code",
        f"11/02/2026,02-12345-67890,{ONE},Aliexpress,4.1,1,3,LP00123456789012", "02-12345-67890"),
    "AutoDS orders": ("Order ID,Item ID,Product name,Date,Order status,Source,Source Order ID,Customer",
        f"1044,14876543210987,Lamp,01/10/2026,Ordered,AliExpress,{ONE},Jo", "1044"),
    "DSM": ("Sale Id,Site,Source Order Id,Source Price", f"23-11111-22222,ebay,{ONE},5", "23-11111-22222"),
    "Apps Script": ("Order #ID,From store?,AE ID(s),Tracking ID(s)",
        f"#1044,shop1,{ONE},LP00123456789012", "#1044"),
    "TikTok Shop": ("Order ID,Order Status,SKU ID,Tracking ID,Seller Note",
        f"576461413038785752,To ship,1729384756192837465,,AE {ONE}", "576461413038785752"),
    "Temu": ("order id,order item id,recipient,ali no",
        f"PO-211-12345678901234567,211-123456,Jo,{ONE}", "PO-211-12345678901234567"),
    "PrestaShop": ("ID,Reference,New client,AE order", f"55,XKBKNABJK,Yes,{ONE}", "XKBKNABJK"),
    "WooCommerce REST": ("id,number,status,meta:_vi_wad_aliexpress_order_id",
        f"501,501,processing,{ONE}", "501"),
    "with a tick": ("✓,Order,AE order", f"TRUE,#1,{ONE}", "#1"),
    "numbered rows": ("#,Name,AliExpress order", f"1,Jo,{ONE}", ""),
    "Korean": ("주문번호,이름,알리익스프레스 주문번호", f"1001,김,{ONE}", "1001"),
    "Thai": ("หมายเลขคำสั่งซื้อ,ลูกค้า,คำสั่งซื้อ AliExpress", f"1001,ก,{ONE}", "1001"),
    "Hindi": ("ऑर्डर नंबर,ग्राहक,AliExpress ऑर्डर", f"1001,र,{ONE}", "1001"),
    "Vietnamese": ("Mã đơn hàng,Khách,Đơn AliExpress", f"1001,Anh,{ONE}", "1001"),
    "Dutch": ("Bestelnummer,Klant,AliExpress bestelnummer", f"1001,Jan,{ONE}", "1001"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("title", "is_the_shops"),
    [
        *((title, True) for title in (
            "Order", "Order no.", "Sales order", "Shop order number", "Bestell-Nr.", "Commande n°",
            "Nº pedido", "N. ordine", "Zamówienie nr", "Заказ №", "№ заказа", "Sipariş Numarası",
            "رقم الطلبية", "מס' הזמנה", "注文No", "受注番号", "訂單號碼", "店铺单号", "주문 ID",
            "OrderNumber", "orderNo", "Mã đơn", "Kode pesanan", "เลขคำสั่งซื้อ", "ऑर्डर आईडी",
            "Objednávka č.", "My order",
        )),
        *((title, False) for title in (
            "Quantity", "Row", "Zip", "Batch number", "Warehouse ID", "Kundennummer",
            "Customer no", "Rechnungsnr", "客户编号", "商品番号", "电话号", "运单号",
            "Número de cliente", "Store ID", "Discount code", "Track No", "",
        )),
    ],
)  # fmt: skip
def test_a_title_says_whose_numbers_these_are(title: str, is_the_shops: bool) -> None:
    rows = read_file(
        f"{title},Customer,AliExpress order\n1001,Jo,{ONE}\n1002,Eva,{TWO}\n".encode(), "en"
    ).rows
    assert [row.numbers for row in rows] == [(ONE,), (TWO,)]
    assert [row.shop_order for row in rows] == (["1001", "1002"] if is_the_shops else ["", ""])


SHOPIFY = (
    "Name,Email,Financial Status,Lineitem name,Lineitem sku,Billing Name,Shipping Name,Notes,Note Attributes,"
    "Id,Tags"
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("export", EXPORTS)
def test_the_columns_of_real_exports_are_found(export: str, delimiter: str) -> None:
    titles, row, shop_order = EXPORTS[export]
    orders = read_file("\n".join((titles, row)).replace(",", delimiter).encode(), "en")
    assert orders.header == tuple(titles.split(","))
    (found,) = orders.rows
    assert (found.numbers, found.shop_order) == ((ONE,), shop_order)
    assert found.problems == ()


def test_shopifys_export_has_a_row_for_each_item_and_the_number_in_a_note() -> None:
    text = (
        f"{SHOPIFY}\n"
        f'#1001,a@b.c,paid,Ring,R1,Jo Doe,Al Doe,"Gift wrap!\nAliExpress order number: {ONE}",'
        '"UTM campaign: 120243641616090734\nPhone: 01795326165",6347826528539,vip\n'
        "#1001,a@b.c,,Mug,M1,,,,,,\n"
        "#1002,d@e.f,paid,Mug,M1,Eva,Eva,,,6347826528540,\n"
    )
    orders = read_file(text.encode(), "en")
    assert [row.numbers for row in orders.rows] == [(ONE,), (), ()]
    assert [row.shop_order for row in orders.rows] == ["#1001", "#1001", "#1002"]
    assert [(row.shop_order, problem.trouble) for row, problem in orders.problems] == [
        ("#1002", Trouble.MISSING)
    ]


def test_campaigns_phones_and_payments_in_a_note_are_no_orders() -> None:
    note = "UTM content: 120243641616080734\nTransaction ID: 8211744661738042\nWhatsApp: +8801795326165"
    orders = read_file(f'{SHOPIFY}\n#1001,a@b.c,paid,Ring,,Jo,Jo,,"{note}",6347826528539,\n'.encode(), "en")
    assert orders.numbers == ()


def test_shopifys_own_id_is_named_as_such() -> None:
    ids = (
        "6347826528539", "16718484078961", "'6347826528540", '"6,347,826,528,541"', "6347826528542.0",
        "gid://shopify/Order/6347826528539", "https://admin.shopify.com/store/x/orders/6347826528539",
    )  # fmt: skip
    orders = read_file("\n".join(("Id", *ids)).encode(), "en")
    assert [problem.trouble for _, problem in orders.problems] == [Trouble.SHOPIFY_ID] * len(ids)
    assert orders.numbers == ()


@pytest.mark.parametrize(
    "cell",
    [
        "8.21E+15", "8,21E+15", "8.21174E+15", "8.21174466173804E+15", "8.21 E+15", "'8.21E+15", "=8.21E+15",
        "8.21×10^15", "8211740000000000", "8211744661738000",
    ],
)  # fmt: skip
def test_a_number_that_a_spreadsheet_program_rounded_is_named_and_not_linked(cell: str) -> None:
    orders = read_file(f'order;who\n{ONE};Emma\n"{cell}";Ivan\n'.encode(), "en")
    assert orders.numbers == (ONE,)
    assert [(row.cells[1], each.trouble, each.text) for row, each in orders.problems] == [
        ("Ivan", Trouble.ROUNDED, cell)
    ]


def test_a_number_written_with_all_its_digits_is_read_whatever_its_form() -> None:
    assert read_file(b"order\n8.211744661738042E15\n", "en").numbers == (ONE,)


def test_a_list_in_which_all_numbers_end_in_zero_is_suspicious() -> None:
    rounded = "\n".join(f"821174466173{n}0" for n in range(804, 812))
    assert read_file(rounded.encode(), "en").maybe_rounded
    assert not read_file(f"{rounded}\n{ONE}".encode(), "en").maybe_rounded


@pytest.mark.parametrize("between", [", ", "; ", "\n", " / ", " + ", "|", " und "])
def test_several_numbers_stand_in_one_cell(between: str) -> None:
    orders = read_file(f'order,ali order\n#1001,"{ONE}{between}{TWO}"\n#1002,{ONE}\n'.encode(), "en")
    assert [row.numbers for row in orders.rows] == [(ONE, TWO), (ONE,)]
    assert orders.numbers == (ONE, TWO)  # repeated, and yet one order
    written = write_file(orders, {"link": [" ".join(row.numbers) for row in orders.rows]})
    assert read_file(written, "en").rows[0].cells[-1] == f"{ONE} {TWO}"


def test_several_columns_hold_aliexpress_numbers() -> None:
    text = f"order,ali order 1,ali order 2\n#1,{ONE},{TWO}\n#2,{TWO},\n#3,,\n"
    orders = read_file(text.encode(), "en")
    assert [(row.shop_order, row.numbers) for row in orders.rows] == [
        ("#1", (ONE, TWO)), ("#2", (TWO,)), ("#3", ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "note",
    [
        f"AliExpress: {ONE[:4]} {ONE[4:8]} {ONE[8:12]} {ONE[12:]}",
        f"DSers order 12345678\nAliExpress Order No.:{ONE}",
        f"Pedido AliExpress nº {ONE}",
        f"{ONE} - sent 3/4",
        f"https://www.aliexpress.com/p/order/detail.html?orderId={ONE}",
        f"AE_{ONE}, vip",
    ],
)
def test_a_number_is_found_in_a_note(note: str) -> None:
    (row,) = read_file(f'Name,Notes\n#1001,"{note}"\n'.encode(), "en").rows
    assert (row.shop_order, row.numbers, row.problems) == ("#1001", (ONE,), ())


def test_a_tracking_numbers_column_is_no_source_of_orders() -> None:
    orders = read_file(f"Tracking Number,Order\n{ONE},#1001\n".encode(), "en")
    assert orders.numbers == ()
    assert [problem.trouble for _, problem in orders.problems] == [Trouble.MISSING]


def test_a_title_above_the_header_comes_back() -> None:
    orders = read_file(f"Orders of November;;\n;;\norder;who;ali order\n7;Emma;{ONE}\n".encode(), "en")
    assert orders.header == ("order", "who", "ali order")
    assert orders.rows[0].line == 4
    assert linked(orders)[0] == "Orders of November;;"


def test_commas_in_texts_and_amounts_are_not_taken_for_the_delimiter() -> None:
    rows = "".join(f'{n};"Ring, gold, 3,5 g";12,50;{int(ONE) + n}\n' for n in range(5))
    orders = read_file(f"order;title;price;aliexpress\n{rows}".encode(), "de")
    assert len(orders.numbers) == 5
    assert linked(orders)[1].startswith("0;Ring, gold, 3,5 g;12,50;")


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", "-A1", "+1-555-1234"]
)
def test_what_would_run_as_a_formula_is_made_harmless(cell: str) -> None:
    orders = read_file(f'"{cell}",order\n"{cell}",{ONE}\n'.encode(), "en")
    assert orders.numbers == (ONE,)
    assert all(line.replace('"', "").startswith(f"'{cell}") for line in linked(orders))


@pytest.mark.parametrize("cell", ["-12.50", "+491701234567", "+49 170 1234567", "'+15551234567", "-5 %"])
def test_signed_numbers_stay_numbers(cell: str) -> None:
    orders = read_file(f'amount;order\n"{cell}";{ONE}\n'.encode(), "en")
    assert linked(orders)[1].split(";")[0] == cell


def test_utf_16_comes_back_as_utf_16() -> None:
    orders = read_file(f"order\twho\n{ONE}\tZoë\n".encode("utf-16"), "en")
    written = write_file(orders, {"link": ["https://one"]})
    assert written.decode("utf-16").splitlines() == ["order\twho\tlink", f"{ONE}\tZoë\thttps://one"]


def test_a_pasted_message_names_the_shop_order_of_each_line() -> None:
    orders = read_text(f"#1001 {ONE}\n#1002: {TWO}, {int(TWO) + 17}\n1005006123456789")
    assert [(row.shop_order, row.numbers) for row in orders.rows] == [
        ("#1001", (ONE,)),
        ("#1002", (TWO,)),
        ("#1002", (str(int(TWO) + 17),)),
        ("", ()),
    ]
    assert [problem.trouble for _, problem in orders.problems] == [Trouble.PRODUCT]


@pytest.mark.parametrize(
    ("text", "shop_orders"),
    [
        (f"1001 {ONE}\n1002 - {TWO}", ["1001", "1002"]),
        (f"№1001 {ONE}\n№ 1002: {TWO}", ["№1001", "№ 1002"]),
        (f"1. {ONE}\n2. {TWO}", ["", ""]),
        (f"1001 {ONE}\n{TWO}", ["", ""]),
        (f"2026 {ONE}\n2026 {TWO}", ["", ""]),
    ],
)
def test_short_numbers_in_every_line_are_the_shop_orders(text: str, shop_orders: list[str]) -> None:
    rows = read_text(text).rows
    assert [(row.shop_order, row.numbers) for row in rows] == [
        (shop_order, (number,)) for shop_order, number in zip(shop_orders, (ONE, TWO), strict=True)
    ]


def test_a_file_of_two_columns_needs_no_titles() -> None:
    rows = read_file(f"1001,{ONE}\n1002,{TWO}\n".encode(), "en").rows
    assert [(row.shop_order, row.numbers) for row in rows] == [("1001", (ONE,)), ("1002", (TWO,))]
    rows = read_file(f"2,{ONE}\n2,{TWO}\n".encode(), "en").rows  # how many of each
    assert [row.shop_order for row in rows] == ["", ""]


def test_a_cell_without_quotes_that_its_commas_cut_is_read_whole() -> None:
    orders = read_file(f"order,ali order\n#1,{ONE},{TWO}\n#2,{ONE}\n".encode(), "en")
    assert [row.numbers for row in orders.rows] == [(ONE, TWO), (ONE,)]
    assert read_file(write_file(orders, {"link": ["", ""]}), "en").rows[0].numbers == (ONE, TWO)


def test_the_last_line_of_a_report_does_not_hide_the_shop_orders() -> None:
    orders = read_file(f"Orders\n\norder,ali order,total\n#1,{ONE},12\nTotal,,12\n".encode(), "en")
    assert [row.shop_order for row in orders.rows] == ["#1", "Total"]
    assert [row.numbers for row in orders.rows] == [(ONE,), ()]


@pytest.mark.parametrize(
    ("cell", "trouble"),
    [
        ("LP00123456789012", Trouble.TRACKING_NUMBER),
        ("1005006123456789", Trouble.PRODUCT),
        ("#N/A", Trouble.NO_NUMBER),
        ("pending", Trouble.NO_NUMBER),
    ],
)
def test_what_stands_in_place_of_a_number_is_named(cell: str, trouble: Trouble) -> None:
    orders = read_file(f"order,ali order\n#1,{cell}\n#2,AE{ONE}\n".encode(), "en")
    assert [(row.shop_order, problem.trouble) for row, problem in orders.problems] == [("#1", trouble)]
    assert orders.numbers == (ONE,)


def test_two_thousand_rows_give_two_thousand_links() -> None:
    rows = "\n".join(f"#{n};{int(ONE) + 3000 * n};Emma {n}" for n in range(2000))
    orders = read_file(f"order;ali order;who\n{rows}".encode(), "en")
    links = {f"_{number}": f"https://t.me/bot?start={number}" for number in orders.numbers}
    lines = linked(orders, **links)
    assert len(links) == 2000
    assert lines[0] == "order;ali order;who;link"
    assert (
        lines[2000] == f"#1999;{int(ONE) + 5_997_000};Emma 1999;https://t.me/bot?start={int(ONE) + 5_997_000}"
    )


# ── workbooks ───────────────────────────────────────────────────────────────────────────────────


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_read_and_comes_back_as_one() -> None:
    rows = (
        ("Order #", "Ali Order #", "Name", "Total", "Created", "Formula"),
        (1405, int(ONE), "Ola", 29.5, datetime(2026, 1, 2, tzinfo=None), "=1+1"),  # noqa: DTZ001 -- as Excel's
        (1406, TWO, "Zoë", None, None, None),
        (1407, 8.21e15, "Eva", None, None, None),
    )
    orders = read_file(workbook(*rows), "en")
    assert [(row.shop_order, row.numbers) for row in orders.rows] == [
        ("1405", (ONE,)), ("1406", (TWO,)), ("1407", ()),
    ]  # fmt: skip
    assert [each.trouble for _, each in orders.problems] == [Trouble.ROUNDED]
    written = write_file(orders, {"link": ["https://one", "https://two", ""]})
    sheet = openpyxl.load_workbook(io.BytesIO(written)).worksheets[0]
    cells = list(sheet.iter_rows(values_only=True))
    assert cells[0] == ("Order #", "Ali Order #", "Name", "Total", "Created", "Formula", "link")
    assert cells[1][:4] == (1405, ONE, "Ola", 29.5)
    assert cells[1][6] == "https://one"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_long_number_of_a_workbook_that_ends_in_zero_lost_a_digit() -> None:
    typed = read_file(workbook(("order", "ali order"), ("#1", 8211744661738040), ("#2", TWO)), "en")
    assert [(row.shop_order, each.trouble, each.text) for row, each in typed.problems] == [
        ("#1", Trouble.ROUNDED, "8.21174466173804E+15")
    ]
    written_by_a_program = workbook(("order", "ali order"), ("#1", 8211744661738040), ("#2", int(TWO)))
    assert read_file(written_by_a_program, "en").numbers == ("8211744661738040", TWO)


def test_a_formula_counts_for_what_it_came_to() -> None:
    book = zipfile.ZipFile(io.BytesIO(workbook(("order", "ali order"), ("#1", "=B9"), ("#2", TWO))))
    parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = re.sub(rb"(</f>)<v ?/>", rb"\1<v>%s</v>" % ONE.encode(), sheet)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert read_file(packed.getvalue(), "en").numbers == (ONE, TWO)


def test_orders_of_all_visible_sheets_are_read() -> None:
    book = openpyxl.Workbook()
    for name, state, rows in (
        ("May", "visible", [("order", "ali order"), ("#1", ONE)]),
        ("June", "visible", [("order", "ali order"), ("#2", TWO)]),
        ("old", "hidden", [("order", "ali order"), ("#9", "8211744661738077")]),
        ("July", "visible", [("No", "ali order", "order"), (1, "8211744661738078", "#3")]),
        ("notes", "visible", [("nothing",)]),
    ):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    orders = read_file(saved(book), "en")
    assert [(row.shop_order, row.numbers) for row in orders.rows] == [
        ("#1", (ONE,)), ("#2", (TWO,)), ("", ()), ("#3", ("8211744661738078",)),
    ]  # fmt: skip
    assert list(orders.problems) == []


def test_merged_cells_count_for_each_of_their_rows() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [("June", None), ("order", "ali order"), ("#1", ONE), (None, TWO), ("#2", "8211744661738077")]:
        sheet.append(row)
    for area in ("A1:B1", "A3:A4"):
        sheet.merge_cells(area)
    orders = read_file(saved(book), "en")
    assert [row.shop_order for row in orders.rows] == ["#1", "#1", "#2"]


@pytest.mark.parametrize("area", ["A1:XFD1048576", "A:A", "B7", "A2:A1048576"])
def test_strange_merged_areas_cost_nothing(area: str) -> None:
    content = workbook(("order", "ali order"), ("#1", ONE), ("#2", TWO))
    packed, areas = (
        io.BytesIO(),
        f"<mergeCells>{f'<mergeCell ref={chr(34)}{area}{chr(34)}/>' * 5000}</mergeCells>",
    )
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part.endswith("sheet1.xml"):
                text = text.replace(b"</sheetData>", b"</sheetData>" + areas.encode())
            new.writestr(part, text)
    assert read_file(packed.getvalue(), "en").numbers == (ONE, TWO)


@pytest.mark.parametrize("value", [None, ONE])
def test_a_cell_on_the_last_row_makes_no_million_rows(value: str | None) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(("order",))
    book.active.append((ONE,))
    far = book.active.cell(row=1_048_576, column=1, value=value)
    far.font = Font(bold=True)
    file = io.BytesIO()
    book.save(file)
    if value is None:  # it is only formatted
        assert [row.numbers for row in read_file(file.getvalue(), "en").rows] == [(ONE,)]
    else:
        with pytest.raises(NotAList) as caught:
            read_file(file.getvalue(), "en")
        assert caught.value.why is Unreadable.TOO_LARGE


def _archive(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_archive(xl__sheet_xml=bytes(70_000_000)), Unreadable.TOO_LARGE),
        (_archive(xl__sheet_xml=b"<a><row>" + b"<c/>" * 200_000 + b"</row></a>"), Unreadable.TOO_LARGE),
        (_archive(a_xml=b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'), Unreadable.SPREADSHEET),
        (_archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), Unreadable.SPREADSHEET),
        (workbook(("order",), (ONE,))[:-40], Unreadable.SPREADSHEET),
        (workbook(), Unreadable.NO_TEXT),
    ],
    ids=["zip bomb", "endless row", "entities", "ods", "cut off", "empty"],
)
def test_hostile_and_broken_workbooks_are_refused(content: bytes, why: Unreadable) -> None:
    with pytest.raises(NotAList) as caught:
        read_file(content, "en")
    assert caught.value.why is why
