"""A merchant's list of orders, as spreadsheets and shops write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lists import NotAList, OrderList, Unreadable, read_file, write_file


def linked(orders: OrderList, **links: str) -> list[str]:
    """The list with a link column, as lines."""
    column = [" ".join(links.get(f"_{number}", "") for number in row.numbers) for row in orders.rows]
    return write_file(orders, {"link": column}).decode("utf-8-sig").splitlines()


def refused(orders: OrderList) -> list[str]:
    return [problem.text for _, problem in orders.problems]


ONE, TWO = "8211744661738042", "8211744661738059"


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
    ],
)
def test_whatever_a_spreadsheet_program_writes_is_read(content: bytes) -> None:
    orders = read_file(content, "en")
    assert orders.header == ("order", "who")
    assert [row.cells[1] for row in orders.rows] == ["Zoë"]
    assert orders.numbers == (ONE,)


def test_names_in_the_senders_own_code_page_stay_what_they_are() -> None:
    content = f"заказ;имя\n{ONE};Иван\n".encode("cp1251")
    assert read_file(content, "ru").rows[0].cells[1] == "Иван"


def test_a_quote_that_nobody_closes_swallows_no_rows() -> None:
    orders = read_file(f'order,who\n{ONE},"Emma\n{TWO},Ivan\n'.encode(), "en")
    assert [row.cells for row in orders.rows] == [(ONE, "Emma"), (TWO, "Ivan")]


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
