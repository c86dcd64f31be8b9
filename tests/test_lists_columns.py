"""Which column is what, where several could be it; and the texts that stand in cells."""

from __future__ import annotations

import codecs
import re

import pytest

from bot.lists import NotAList, OrderList, Trouble, read_file, read_text, write_file
from bot.lists.columns import any_of

ONE, TWO, THREE = "8211744661738042", "8211744661738059", "8211744661738077"
OLD = ("501744661738042", "501744661738059", "501744661738077")  # of 15 digits, as some years ago


def read(*lines: str) -> OrderList:
    return read_file("\n".join(lines).encode(), "en")


def shop_orders(*lines: str) -> list[str]:
    return [row.shop_order for row in read(*lines).rows]


def numbers(*lines: str) -> list[tuple[str, ...]]:
    return [row.numbers for row in read(*lines).rows]


def problems(orders: OrderList) -> list[tuple[Trouble, str]]:
    return [(problem.trouble, problem.text) for _, problem in orders.problems]


def test_words_of_titles_are_compared_as_titles_are() -> None:
    words = re.compile(any_of(r"my_order đơn_hàng \bma_đon\b Größe") + "s")
    for title in ("my orders", "đon hangs", "grosses"):
        assert words.fullmatch(title), title
    assert re.fullmatch(any_of(r"\bma_đon\b"), "ma đon")
    assert not words.fullmatch("my_orders")


@pytest.mark.parametrize(
    ("titles", "cells", "shop_order"),
    [
        ("Number,Order", "2001,1001", "1001"),
        ("Name,Order", "2001,1001", "1001"),
        ("Order ID,Number", "2001,1001", "1001"),
        ("Order ID,Name", "2001,1001", "1001"),
        ("Order number,Shop order", "2001,1001", "1001"),
        ("Order,Order number", "1001,2001", "1001"),
        ("Shop order,Order", ",1001", "1001"),
        ("#,Order", "1,1001", "1001"),
        ("#,Buyer", "1001,Jo", "1001"),
        ("Order,Buyer", "A7,Jo", "A7"),
        ("Order ID,Buyer", "123456789012345,Jo", "123456789012345"),
        ("Order,Buyer", "2026-01-15,Jo", ""),
        ("Order,Buyer", "15.01.26,Jo", ""),
        ("Order,Buyer", "lamp,Jo", ""),
    ],
)
def test_the_title_that_says_most_names_the_shop_order(titles: str, cells: str, shop_order: str) -> None:
    assert shop_orders(f"{titles},AliExpress order", f"{cells},{ONE}") == [shop_order]


def test_a_few_other_words_among_the_shops_numbers_do_no_harm() -> None:
    rows = [f"#{n},{int(ONE) + n}" for n in range(1, 5)]
    assert shop_orders("Order,AE order", *rows, f"a gift,{TWO}")[:4] == ["#1", "#2", "#3", "#4"]
    assert shop_orders("Order,AE order", f"#1,{ONE}", f",{TWO}", f",{THREE}") == ["#1", "", ""]
    assert shop_orders("Order,AE order", f"a lamp,{ONE}", f"a ring,{TWO}", f"7,{THREE}") == ["", "", ""]


def test_marked_numbers_without_a_title_are_the_shop_orders() -> None:
    assert shop_orders(f"#1001,{ONE},Emma", f"#1002,{TWO},Ivan") == ["#1001", "#1002"]
    assert shop_orders(f"1001,{ONE},Emma", f"1002,{TWO},Ivan") == ["", ""]
    assert shop_orders(f"A1,{ONE},Emma", f"B2,{TWO},Ivan", f"#3,{THREE},Eva") == ["", "", ""]
    assert shop_orders(f"1001,{ONE}") == [""]  # one may be a quantity


def test_a_number_as_long_as_aliexpress_s_is_the_shops_only_beside_a_column_named_so() -> None:
    assert shop_orders("Order ID,Notes", f"123456789012345,AliExpress: {ONE}") == [""]


@pytest.mark.parametrize("title", ["AliExpress", "Ali Express", "ALI", "Source order", "Vendor id"])
def test_a_column_named_so_holds_the_orders(title: str) -> None:
    assert numbers(f"Batch,{title}", f"{TWO},{ONE}") == [(ONE,)]


def test_columns_that_are_not_named_so() -> None:
    assert numbers("Ali seller,AliExpress order", f"{TWO},{ONE}") == [(ONE,)]
    assert numbers(",ali order,who", f"{TWO},{ONE},Jo") == [(ONE,)]
    assert numbers("a,b", f"{ONE},{TWO}") == [(ONE,)]
    assert numbers("a,b", f",{OLD[0]}", f"{OLD[1]},{OLD[2]}", f",{OLD[1]}", f"{OLD[0]},") == [
        (OLD[0],), (OLD[2],), (OLD[1],), (),
    ]  # fmt: skip
    assert numbers("a,b", f"{OLD[0]},{ONE}", f"{OLD[1]},{OLD[0]}", f"{OLD[2]},") == [(ONE,), (OLD[0],), ()]


def test_without_any_number_the_column_counts_in_which_most_were_meant() -> None:
    orders = read("a,b,c", "1005006123456789,8.21E+15,LP00123456789012", "x,8.22E+15,LP00123456789013",
        "y,z,LP00123456789014")  # fmt: skip
    assert problems(orders) == [
        (Trouble.ROUNDED, "8.21E+15"), (Trouble.ROUNDED, "8.22E+15"), (Trouble.NO_NUMBER, "z"),
    ]  # fmt: skip
    assert problems(read("ali order 1,ali order 2", ",pending")) == [(Trouble.NO_NUMBER, "pending")]


@pytest.mark.parametrize(
    ("first", "is_header"),
    [
        ("order,who,town,note,2026", True),
        ("2024,2025,2026,who,note", False),
        ("jo@shop.example,Emma,,,", False),
        ("Emma,Main Street 1234,,,", False),
        ("12,13,14,15,16", False),
        (f"order,who,{'x' * 80},,", True),
        (f"order,who,{'x' * 81},,", False),
        ("#,✓,who,,", True),
    ],
)
def test_a_header_is_made_of_words(first: str, is_header: bool) -> None:
    orders = read(first, f"{ONE},Xaver,,,", f"{TWO},Eva,,,")
    assert orders.header == (tuple(first.split(",")) if is_header else ())
    assert [row.numbers for row in orders.rows][-2:] == [(ONE,), (TWO,)]


def test_figures_above_the_header_are_no_header() -> None:
    orders = read("2025,12,who", "order,ali order,who", f"#1,{ONE},Jo")
    assert (orders.header, orders.layout.before) == (("order", "ali order", "who"), (("2025", "12", "who"),))


def test_rows_may_be_shorter_than_others() -> None:
    orders = read("ali order,order", ONE, f"{TWO},#2", f"{THREE},#3")
    assert [(row.numbers, row.shop_order) for row in orders.rows] == [
        ((ONE,), ""),
        ((TWO,), "#2"),
        ((THREE,), "#3"),
    ]
    orders = read("order,ali order", f"#1,{ONE}", "Total")
    assert [(row.numbers, row.shop_order) for row in orders.rows] == [((ONE,), "#1"), ((), "Total")]
    assert problems(orders) == [(Trouble.MISSING, "")]


def test_a_header_alone_is_a_list_without_rows() -> None:
    orders = read("order,ali order")
    assert (orders.header, orders.rows) == (("order", "ali order"), ())
    assert read("") == OrderList()


def test_a_list_has_up_to_256_columns() -> None:
    assert len(read(",".join(["order", *["note"] * 255]), ONE).header) == 256
    with pytest.raises(NotAList):
        read(",".join(["order", *["note"] * 256]), ONE)


# ── one cell ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "trouble", "text"),
    [
        ("https://s.click.aliexpress.com/e/_DdFqoX", Trouble.LINK_WITHOUT_ID, None),
        ("for Jo\nhttps://s.click.aliexpress.com/e/_DdFqoX", Trouble.LINK_WITHOUT_ID, None),
        ("https://www.aliexpress.com/item/1005006123456789.html", Trouble.PRODUCT, None),
        ("https://admin.shopify.com/store/x/orders/6347826528539", Trouble.SHOPIFY_ID, "6347826528539"),
        ("Order: LP00123456789012", Trouble.TRACKING_NUMBER, "LP00123456789012"),
        ("8.21E+15", Trouble.ROUNDED, "8.21E+15"),
        ("8E+15", Trouble.ROUNDED, "8E+15"),
        ("8.2117446617380425E15", Trouble.ROUNDED, "8.2117446617380425E15"),
        ("later", Trouble.NO_NUMBER, "later"),
    ],
)
def test_what_a_cell_holds_instead_is_named(cell: str, trouble: Trouble, text: str | None) -> None:
    (found,) = problems(read("order,ali order", f'#1,"{cell}"', f"#2,{ONE}"))
    assert found == (trouble, found[1] if text is None else text)


@pytest.mark.parametrize(
    ("note", "found"),
    [
        (f"see also: {ONE}", (ONE,)),
        ("AliExpress order: 82117446617380421", ("82117446617380421",)),
        ("gift code: 82117446617380421", ()),
        (f"see also: 82117446617380421 {ONE}", (ONE,)),
        ("82117446617380421", ("82117446617380421",)),
        (f"Phone {ONE}", ()),
        (f"- Phone: {ONE}", ()),
        (f"# Phone: {ONE}", ()),
        (f"* Phone: {ONE}", ()),
        (f"• Phone: {ONE}", ()),
        (f"Tel. {ONE}\nAli: {TWO}", (TWO,)),
    ],
)
def test_a_label_says_whose_number_it_is(note: str, found: tuple[str, ...]) -> None:
    orders = read("order,ali order", f'#1,"{note}"', f"#2,{THREE}")
    assert [row.numbers for row in orders.rows] == [found, (THREE,)]


def test_what_a_spreadsheet_program_writes_around_a_text_is_not_part_of_it() -> None:
    orders = read("order,who", f'{ONE},"=""Jo """"X"""" Doe """')
    assert orders.rows[0].cells[1] == 'Jo "X" Doe'


def test_a_pasted_line_is_read_like_a_cell() -> None:
    assert problems(read_text("#1001: 8.21E+15")) == [(Trouble.ROUNDED, "8.21E+15")]
    assert problems(read_text(f"see: {ONE} LP00123456789012")) == []
    assert read_text(f"see: {ONE} LP00123456789012").numbers == (ONE,)


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def test_two_byte_order_marks_are_as_good_as_one() -> None:
    orders = read_file(2 * codecs.BOM_UTF8 + f'"order;id";who\n{ONE};X\n'.encode(), "en")
    assert orders.header == ("order;id", "who")


def test_a_title_with_commas_above_the_table_does_not_name_the_delimiter() -> None:
    orders = read("May, June, July", "order;who", f"{ONE};Jo, Al", f"{TWO};Eva")
    assert (orders.layout.delimiter, orders.header) == (";", ("order", "who"))


def test_the_delimiter_that_is_named_counts_even_where_another_one_is_more_frequent() -> None:
    orders = read("sep=;", "order;who,where,why", f"{ONE};Jo,A,B")
    assert (orders.header, orders.layout.before) == (("order", "who,where,why"), ())


def test_the_delimiter_of_most_rows_counts_and_not_that_of_the_widest() -> None:
    assert read("order;who", f"{ONE};Jo, Al", f"{TWO};Eva, X", f"{THREE};a;b").header == ("order", "who")


def test_lines_within_a_cell_do_not_name_the_delimiter() -> None:
    orders = read("Name,Notes", f'#1001,"a; b\nc; d\ne; f\nAliExpress: {ONE}"')
    assert [(row.shop_order, row.numbers) for row in orders.rows] == [("#1001", (ONE,))]


def test_a_line_break_within_a_cell_comes_back_as_it_was() -> None:
    orders = read_file(f'order,note\r\n{ONE},"X\r\nY"\r\n'.encode(), "en")
    assert orders.rows[0].cells == (ONE, "X\r\nY")


def test_a_text_in_no_code_page_is_read_with_what_can_be_read() -> None:
    orders = read_file(f"order,who\n{ONE},".encode() + b"\x81\x8d Jo\n", "en")
    assert (orders.numbers, orders.rows[0].cells[1][-2:]) == ((ONE,), "Jo")


def test_a_quote_that_nobody_closes_leaves_letters_alone() -> None:
    assert [row.cells[1] for row in read("order,who", f'{ONE},"Xaver', f"{TWO},Felix").rows] == [
        "Xaver",
        "Felix",
    ]


@pytest.mark.parametrize("added", [{"link": ["a", "b"]}, {"link": ["a"], "more": ["b", "c"]}])
def test_a_column_that_is_added_has_a_cell_for_each_row(added: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="zip"):
        write_file(read("order", ONE), added)
