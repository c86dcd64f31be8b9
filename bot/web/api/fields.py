"""The fields that a shop sends, read as people and programs write them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SkipValidation,
    Tag,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.i18n import LANGUAGES, guess_language
from bot.ids import SHOP_ORDER_LENGTH, clean_shop_order, is_order_id, read
from bot.lists import Problem, Trouble
from bot.lists.cells import numbers_of, problem_of, tidy

MOST = 1000
"""Orders in one call."""

NAME_LENGTH = 64
_FIELDS = 50  # in one object: each unknown one is named in the refusal
_NUMBERS_LENGTH = 2000
TAG = r"^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}$"
"""A language tag, such as de or pt-BR."""
_TAG = re.compile(TAG.replace("$", r"\Z"))
_EXACT = 2**53  # programs that hold numbers as floating point lose digits beyond it

_REASONS = {
    Trouble.ROUNDED: "was rounded by a program; send the number as a string, with all of its digits",
    Trouble.SHOPIFY_ID: "is Shopify's id of the order, not AliExpress's number",
    Trouble.PRODUCT: "is a product's number or address, not an order's",
    Trouble.TRACKING_NUMBER: "is a tracking number, not an order's",
    Trouble.PAYMENT_CARD: "holds the number of a payment card",
    Trouble.OTHER_SITE: "is an order at aliexpress.ru, which is another market place",
    Trouble.LINK_WITHOUT_ID: "is an address without an order number",
    Trouble.NO_NUMBER: "is not an AliExpress order number, which has 16 digits today",
    Trouble.MISSING: "holds no AliExpress order number, which has 16 digits today",
}


def _numbers(value: object) -> list[str]:
    """The AliExpress order numbers of a field: one or several, in text of any form, each once."""
    parts = value if isinstance(value, list) else [value]
    if len(parts) > MOST:
        raise PydanticCustomError("too_long", "must have at most {most} entries", {"most": MOST})
    if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
        raise PydanticCustomError("string_type", "must be a string, or a list of strings")
    if sum(len(str(part)) for part in parts if isinstance(part, str)) > _NUMBERS_LENGTH:
        raise _too_long(_NUMBERS_LENGTH)
    if any(isinstance(part, int) and abs(part) > _EXACT for part in parts):
        raise PydanticCustomError("rounded", "must be a string: JSON's numbers are exact up to 2^53 only")
    found: dict[str, None] = {}
    for part in parts:
        for number in _read(str(part)):
            found[number] = None
    if not found:
        raise _trouble(Trouble.MISSING)
    return list(found)


def _read(text: str) -> Sequence[str]:
    """The order numbers in a text. Raises PydanticCustomError for the first thing that is none."""
    numbers, problems = numbers_of(tidy(text))
    found = list(numbers)
    for problem in problems:
        # here a number is a string, which no spreadsheet has rounded: some end in 000
        if problem.trouble is not Trouble.ROUNDED or not is_order_id(problem.text):
            raise _trouble(problem.trouble, problem.text)
        found.append(problem.text)
    if not found and text.strip():
        mistaken = [problem_of(kind, word) for kind, word in read(text).mistakes]
        problem = next(iter(mistaken), Problem(trouble=Trouble.NO_NUMBER, text=text))
        raise _trouble(problem.trouble, problem.text)
    return found


def _trouble(trouble: Trouble, text: str = "") -> PydanticCustomError:
    """The error in words; it repeats what was sent, except a payment card's number."""
    named = text and trouble is not Trouble.PAYMENT_CARD
    shown = f"{text[:60]!r} " if named else ""
    return PydanticCustomError(trouble.value, "{what}", {"what": shown + _REASONS[trouble]})


def _too_long(most: int) -> PydanticCustomError:
    return PydanticCustomError("too_long", "must have at most {most} characters", {"most": most})


def _shop_order(value: object) -> object:
    if value is None:
        return ""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise PydanticCustomError("string_type", "must be a string")
    if len(text) > SHOP_ORDER_LENGTH:
        raise _too_long(SHOP_ORDER_LENGTH)
    return clean_shop_order(text)


def _name(value: object) -> object:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "must be a string")
    text = " ".join(value.split())
    if len(text) > NAME_LENGTH:
        raise _too_long(NAME_LENGTH)
    return text


def _language(value: object) -> object:
    """One of ours; empty for another one, which is no reason to refuse a customer's order."""
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or not _TAG.match(value):
        raise PydanticCustomError("language_tag", "must be a language tag, such as de or pt-BR")
    return guess_language(value, "")


def _text(most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "null"], "maxLength": most})


_ONE = {"type": "string", "minLength": 12, "maxLength": _NUMBERS_LENGTH}
_NUMBER = {"type": "integer", "minimum": 10**11, "maximum": _EXACT}

_SEVERAL = {"type": "array", "items": {"anyOf": [_ONE, _NUMBER]}, "minItems": 1, "maxItems": MOST}


class Body(BaseModel):
    """An object that a shop sends: fields that it does not have are refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _few(cls, value: object) -> object:
        if isinstance(value, dict) and len(value) > _FIELDS:
            raise PydanticCustomError("too_many_fields", "has more than {most} fields", {"most": _FIELDS})
        return value


class NewOrder(Body):
    """An order to be watched."""

    aliexpress_orders: Annotated[
        list[str],
        BeforeValidator(_numbers),
        WithJsonSchema({"anyOf": [_ONE, _NUMBER, _SEVERAL]}),
    ] = Field(
        description="its AliExpress numbers (16 digits today), as a list or in one text: two are two orders",
        examples=["8211744661738042, 8211744661738043"],
    )
    shop_order: Annotated[
        str,
        BeforeValidator(_shop_order),
        WithJsonSchema({"type": ["string", "integer", "null"], "maxLength": SHOP_ORDER_LENGTH}),
    ] = Field(
        default="",
        description="your own number of it; all AliExpress orders of it share one link",
        examples=["#1001"],
    )
    name: Annotated[str, BeforeValidator(_name), _text(NAME_LENGTH)] = Field(
        default="", description="what its customer reads as its name", examples=["Blue lamp"]
    )
    language: Annotated[
        str, BeforeValidator(_language), WithJsonSchema({"type": ["string", "null"], "maxLength": 35})
    ] = Field(default="", description=f"your customer's; of use: {', '.join(LANGUAGES)}", examples=["de"])


class Batch(Body):
    """Up to 1,000 orders."""

    # read by `read_orders`: all at once would hold up everything else for a tenth of a second
    orders: list[SkipValidation[NewOrder]] = Field(min_length=1, max_length=MOST)


def _kind(value: Any) -> str:
    has_orders = "orders" in value if isinstance(value, dict) else isinstance(value, Batch)
    return "batch" if has_orders else "order"


OneOrMany = Annotated[
    Annotated[NewOrder, Tag("order")] | Annotated[Batch, Tag("batch")], Discriminator(_kind)
]
"""A body with one order or a batch."""

_AT_ONCE = 5  # orders read before others get their turn: a millisecond or two, with the longest texts


async def read_orders(body: NewOrder | Batch) -> list[NewOrder]:
    """The body's orders. Raises RequestValidationError that names all wrong fields."""
    if isinstance(body, NewOrder):
        return [body]
    found: list[NewOrder] = []
    wrong: list[Any] = []
    for row, given in enumerate(body.orders):
        if row % _AT_ONCE == 0:
            await asyncio.sleep(0)
        try:
            found.append(NewOrder.model_validate(given))
        except ValidationError as error:
            where = ("body", "batch", "orders", row)
            wrong += [{**one, "loc": (*where, *one["loc"])} for one in error.errors(include_url=False)]
    if wrong:
        raise RequestValidationError(wrong)
    return found
