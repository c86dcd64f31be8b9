"""Converts a decoded answer, in any of its documented shapes, into values of the model."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from bot.errors import Transient
from bot.model import FetchedNode, FetchedParcel, Item, OrderFacts, OrderStatus, Snapshot
from bot.sources.aliexpress import refusals
from bot.sources.aliexpress.scalars import (
    ETA_AHEAD,
    NODE_AHEAD,
    NOTHING,
    epoch_ms,
    integer,
    moment,
    says,
    text_of,
    tracking_number,
    written_time,
)

TRACKING = "aliexpress.ds.order.tracking.get"
ORDER = "aliexpress.trade.ds.order.get"

_PARCELS, _NODES, _ITEMS = 100, 1000, 200
_NOT_FOUND = frozenset({"1001"})
_DATA_KEYS = frozenset({"tracking_detail_line_list"})
_LINE_KEYS = frozenset(
    {"mail_no", "detail_node_list", "carrier_name", "cp_name", "eta_time_stamps", "package_item_list"}
)
_NODE_KEYS = frozenset({"time_stamp"})
_CHILD_WRAPPERS = ("aeop_child_order_info", "ae_child_order_info")

Answer = Mapping[str, object]
Odd = Callable[[str], None]


class UnknownShape(Transient):
    """The answer is JSON but has an unknown shape; `detail` describes its keys, never its values."""


def snapshot(
    answer: Answer,
    *,
    order_id: str,
    language: str,
    now: datetime,
    odd: Odd = lambda what: None,
) -> Snapshot:
    """Convert a tracking answer; `odd` is called for each entry that had to be skipped.

    Raises `UnknownShape` if keys are missing that every answer has (a renamed field must not look like
    "no parcels"), and the matching error for a business refusal other than "not found".
    """
    result = _result(answer, TRACKING)
    data = _object(result.get("data"))
    if data is None or data == "" or (data == {} and says(result.get("ret"), "false")):
        return _without_data(result, answer, order_id, language)
    if not isinstance(data, Mapping) or (data and not _DATA_KEYS & data.keys()):
        raise _unknown(answer)
    lines = _recognised(
        _entries(data.get("tracking_detail_line_list"), ("tracking_detail",), _PARCELS, odd),
        _LINE_KEYS,
        answer,
        odd,
    )
    stamps = _Stamps()
    parcels = _merged([_parcel(line, _Latest.at(now), odd, answer, stamps) for line in lines])
    if stamps.named and not stamps.read:
        raise _unknown(answer)
    return Snapshot(order_id=order_id, language=language, parcels=parcels, digest=content_digest(parcels))


def content_digest(parcels: tuple[FetchedParcel, ...], *, found: bool = True) -> str:
    """Return a short hash of the content, independent of the order of parcels, nodes and items."""
    canonical = sorted(
        (
            parcel.number,
            parcel.carrier,
            epoch_ms(parcel.eta),
            sorted((epoch_ms(node.at), node.name, node.description) for node in parcel.nodes),
            sorted((item.id, item.title, item.variant, item.quantity) for item in parcel.items),
        )
        for parcel in parcels
    )
    return hashlib.blake2b(repr((found, canonical)).encode(), digest_size=16).hexdigest()


def fingerprint(body: bytes) -> str:
    """Return a short hash of an answer's bytes without its request and trace ids."""
    for key in (b'"request_id"', b'"_trace_id_"'):
        at = body.find(key)
        opening = body.find(b'"', at + len(key)) if at >= 0 else -1
        closing = body.find(b'"', opening + 1) if opening >= 0 else -1
        if closing >= 0:
            body = body[:at] + body[closing:]
    return hashlib.blake2b(body, digest_size=8).hexdigest()


def _without_data(result: Answer, answer: Answer, order_id: str, language: str) -> Snapshot:
    code, words = text_of(result.get("code")), text_of(result.get("msg"))
    if says(result.get("ret"), "true"):
        return Snapshot(order_id=order_id, language=language, digest=content_digest(()))
    if code in _NOT_FOUND or "not found" in words.lower():
        return Snapshot(
            order_id=order_id, language=language, found=False, digest=content_digest((), found=False)
        )
    if "ret" not in result and not code:
        raise _unknown(answer)
    raise refusals.to_error(refusals.Refusal(code=code, text=words), about_order=True)


class _Latest(NamedTuple):
    """The latest plausible times, in milliseconds since 1970."""

    node: float
    eta: float

    @classmethod
    def at(cls, now: datetime) -> _Latest:
        return cls((now + NODE_AHEAD).timestamp() * 1000, (now + ETA_AHEAD).timestamp() * 1000)


@dataclass(slots=True)
class _Stamps:
    """How many entries an answer has and how many time stamps could be read."""

    named: int = 0
    read: int = 0


def _parcel(line: Answer, latest: _Latest, odd: Odd, answer: Answer, stamps: _Stamps) -> FetchedParcel:
    entries = list(_entries(line.get("detail_node_list"), ("detail_node",), _NODES, odd))
    broken = sum(entry is _UNREADABLE for entry in entries)
    known = _recognised((one for one in entries if one is not _UNREADABLE), _NODE_KEYS, answer, odd)
    nodes = [node for entry in known if (node := _node(entry, latest.node, odd)) is not None]
    stamps.named += broken + len(known)
    stamps.read += len(nodes)
    nodes.sort(key=lambda node: node.at, reverse=True)  # stable: ties keep the source's order
    items = _entries(line.get("package_item_list"), ("package_item",), _ITEMS, odd)
    return FetchedParcel(
        number=tracking_number(line.get("mail_no")),
        carrier=text_of(line.get("carrier_name")) or text_of(line.get("cp_name")),
        eta=moment(line.get("eta_time_stamps"), latest.eta),
        items=tuple(item for entry in items if (item := _item(entry)) is not None),
        nodes=tuple(nodes),
    )


def _node(entry: Answer, latest: float, odd: Odd) -> FetchedNode | None:
    at = moment(entry.get("time_stamp"), latest)
    if at is None:
        odd("node without a usable time_stamp")
        return None
    return FetchedNode(
        at=at,
        name=text_of(entry.get("tracking_name")),
        description=text_of(entry.get("tracking_detail_desc")),
    )


def _item(entry: Answer) -> Item | None:
    identity = text_of(entry.get("item_id")) or text_of(entry.get("sku_id"))
    title = text_of(entry.get("item_title"))
    if not identity and not title:
        return None
    variant, quantity = text_of(entry.get("sku_desc")), integer(entry.get("quantity"))
    return Item(
        id=identity,
        title=title,
        variant="" if variant.lower() in NOTHING else variant,
        quantity=quantity if quantity and 0 < quantity < 100_000 else 1,
    )


def _merged(parcels: list[FetchedParcel]) -> tuple[FetchedParcel, ...]:
    """Merge entries with the same tracking number; entries without one stay separate."""
    kept: dict[object, FetchedParcel] = {}
    for place, parcel in enumerate(parcels):
        key: object = parcel.number or place
        kept[key] = _joined(kept[key], parcel) if key in kept else parcel
    return tuple(kept.values())


def _joined(one: FetchedParcel, other: FetchedParcel) -> FetchedParcel:
    # A node listed twice in one entry counts twice; the same node in both entries counts once.
    extra = Counter(other.nodes) - Counter(one.nodes)
    nodes = [*one.nodes, *extra.elements()]
    nodes.sort(key=lambda node: node.at, reverse=True)
    return FetchedParcel(
        number=one.number,
        carrier=one.carrier or other.carrier,
        eta=one.eta or other.eta,
        items=tuple(dict.fromkeys((*one.items, *other.items))),
        nodes=tuple(nodes),
    )


# ── the order call ──────────────────────────────────────────────────────────────────────────────

_STATUS = {
    "PLACE_ORDER_SUCCESS": OrderStatus.PLACED,
    "WAIT_GROUP": OrderStatus.PLACED,
    "PAYMENT_PROCESSING": OrderStatus.PAYING,
    "FUND_PROCESSING": OrderStatus.PAYING,
    "WAIT_SELLER_EXAMINE_MONEY": OrderStatus.PAYING,
    "RISK_CONTROL": OrderStatus.PAYING,
    "RISK_CONTROL_HOLD": OrderStatus.PAYING,
    "WAIT_SELLER_SEND_GOODS": OrderStatus.PREPARING,
    "SELLER_PART_SEND_GOODS": OrderStatus.PART_SHIPPED,
    "WAIT_BUYER_ACCEPT_GOODS": OrderStatus.SHIPPED,
    "FINISH": OrderStatus.FINISHED,
    "IN_CANCEL": OrderStatus.CANCELLING,
    "IN_ISSUE": OrderStatus.DISPUTED,
    "IN_FROZEN": OrderStatus.FROZEN,
    "WAIT_COMPLETE_ADDRESS": OrderStatus.NEEDS_ADDRESS,
}


def order_facts(answer: Answer, *, order_id: str, now: datetime, odd: Odd = lambda what: None) -> OrderFacts:
    """Convert an order answer; raises `UnknownShape` if it has no status at all."""
    result = _result(answer, ORDER)
    word = text_of(result.get("order_status")).upper()
    if not word:
        raise _unknown(answer)
    if word not in _STATUS:
        odd(f"order_status {word[:40]}")
    children = list(_entries(result.get("child_order_list"), _CHILD_WRAPPERS, _ITEMS, odd))
    ends = [text_of(child.get("end_reason")).lower() for child in children or [result]]
    cancelled = bool(ends) and all(_is_cancelled(end, finished=word == "FINISH") for end in ends)
    return OrderFacts(
        order_id=order_id,
        status=OrderStatus.CANCELLED if cancelled else _STATUS.get(word, OrderStatus.UNKNOWN),
        paid_at=written_time(result.get("order_paidtime_string") or result.get("gmt_pay_success"), now),
    )


def _is_cancelled(end: str, *, finished: bool) -> bool:
    """Whether an article that ended for this reason was canceled or refunded.

    In a finished order every article has ended, so any reason other than its acceptance counts.
    """
    if "cancel" in end or end in _CANCELLED_ENDS:
        return True
    if end in _NO_ENDS or not finished:
        return False
    return _TAKEN_BACK.search(end) is not None or not _ACCEPTED.search(end)


# ── shapes ──────────────────────────────────────────────────────────────────────────────────────


def _result(answer: Answer, api: str) -> Answer:
    """Return the `result` object, however it is wrapped."""
    root: object = answer.get(api.replace(".", "_") + "_response")
    if root is None:
        root = next((value for key, value in answer.items() if key.endswith("_response")), answer)
    root = _object(root)
    if not isinstance(root, Mapping):
        raise _unknown(answer)
    result = _object(root.get("result"))
    if isinstance(result, Mapping) and result:
        return result
    for code, words in _OTHER_REFUSALS:
        if root.get(code):
            refusal = refusals.Refusal(code=text_of(root.get(code)), text=text_of(root.get(words)))
            raise refusals.to_error(refusal, about_order=True)
    if result is None and "data" in root:
        return root
    raise _unknown(answer)


def _entries(value: object, wrappers: tuple[str, ...], limit: int, odd: Odd) -> Iterator[Answer]:
    """Yield the objects of a list that may be wrapped, bare, a single object, `{}` or missing."""
    value = _opened(_unwrapped(_opened(value), wrappers))
    if isinstance(value, Mapping):
        value = [value] if value else []
    if value is None or (isinstance(value, str) and value.strip().lower() in NOTHING):
        return
    if not isinstance(value, list):
        odd(f"{wrappers[0]} is {type(value).__name__}")
        yield _UNREADABLE
        return
    if len(value) > limit:
        odd(f"{wrappers[0]} has more than {limit}")
    for entry in value[:limit]:
        found = entry if isinstance(entry, dict) else _opened(entry)
        if isinstance(found, dict):  # not Mapping: that check is slower, and json makes dicts
            yield found
        else:
            odd(f"{wrappers[0]} holds {type(entry).__name__}")
            yield _UNREADABLE


def _object(value: object) -> object:
    """Return the object of a list of one, decoded if need be; return anything else unchanged."""
    value = _opened(value)
    return _opened(value[0]) if isinstance(value, list) and len(value) == 1 else value


def _opened(value: object) -> object:
    """Decode a text that is a JSON object or list, or such a text within a text; else return it unchanged."""
    for opening in (("{", "[", '"'), ("{", "[")):
        if not isinstance(value, str) or not value.lstrip().startswith(opening):
            return value
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _unwrapped(value: object, wrappers: tuple[str, ...]) -> object:
    """Remove the object around a list: a known wrapper, or any single key (`…_d_t_o` elsewhere)."""
    if not isinstance(value, Mapping):
        return value
    for name in wrappers:
        if name in value:
            return value[name]
    if len(value) == 1:
        (only,) = value.values()
        return only if isinstance(only, list) else value
    return value


def _recognised(entries: Iterable[Answer], keys: frozenset[str], answer: Answer, odd: Odd) -> list[Answer]:
    """Return the entries that have any of `keys`; raises `UnknownShape` if none has: keys were renamed."""
    filled = [entry for entry in entries if entry]
    good = [entry for entry in filled if not keys.isdisjoint(entry)]
    if filled and not good:
        raise _unknown(answer)
    if any(entry is not _UNREADABLE and keys.isdisjoint(entry) for entry in filled):
        odd("entry without any known key")
    return good


def _unknown(answer: object) -> UnknownShape:
    return UnknownShape("UnknownShape", shape(answer))


def shape(value: object, depth: int = 5) -> str:
    """Describe a decoded answer by its keys and types only, in at most 300 characters."""
    return _shape(value, depth)[:300]


def _shape(value: object, depth: int) -> str:
    if isinstance(value, Mapping):
        if depth == 0:
            return "{…}"
        names = list(value)[:12]
        inner = (f"{n if _KEY.fullmatch(n) else '?'}:{_shape(value[n], depth - 1)}" for n in names)
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + (_shape(value[0], depth - 1) if value and depth else "") + "]"
    return type(value).__name__


_CANCELLED_ENDS = frozenset(
    {
        "buyer_pay_timeout",
        "pay_timeout",
        "risk_reject_closed",
        "security_close",
        "seller_accept_issue_no_goods_return",
        "seller_response_issue_timeout",
        "seller_send_goods_timeout",
        "send_goods_timeout",
    }
)
_NO_ENDS = frozenset({"", "none", "null", "-", "default", "n/a", "unknown", "0"})
_ACCEPTED = re.compile(
    r"(?:accept|confirm|receive)\w*_goods|goods_received|success|(?<!in)complete|finish|delivered"
    r"|(?:auto|buyer|system)_confirm|^confirm|receipt_confirm|partial_refund"
)
_TAKEN_BACK = re.compile(
    r"(?<!partial_)refund|goods_return|return(?:ed)?_goods|reject|(?:not|un)_?(?:receive|deliver)|no_goods"
    r"|dispute|issue_"
)
_OTHER_REFUSALS = (("error_code", "error_msg"), ("rsp_code", "rsp_msg"))
_UNREADABLE: Answer = MappingProxyType({"": None})  # stands for an entry that is not an object
_KEY = re.compile(r"[A-Za-z_./]{1,60}")  # a key with digits may be somebody's number
