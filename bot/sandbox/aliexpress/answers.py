"""Writes answers in each of the shapes that the real gateway has been seen to use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.sandbox.aliexpress.orders import SimulatedOrder, SimulatedParcel
from bot.sandbox.aliexpress.phrases import language_of, load_articles

TRACKING = "aliexpress.ds.order.tracking.get"
ORDER = "aliexpress.trade.ds.order.get"
_PACIFIC = timedelta(hours=-8)
_ARTICLES = {article["en"][0]: article for article in load_articles()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The format of answers: `wrapped` puts lists into an object and keeps numbers, else all values are text.

    `bare_single` writes a list of one as its element; `empty` says how to write an empty list: as object,
    list or absent.
    """

    wrapped: bool = True
    bare_single: bool = False
    empty: str = "object"

    def many(self, field: str, name: str, items: list[dict[str, object]]) -> dict[str, object]:
        """Write a list as the value of `field`; `name` is the key of its wrapper."""
        if not items and self.empty != "list":
            return {} if self.empty == "absent" else {field: {}}
        value: object = items[0] if self.bare_single and len(items) == 1 else items
        return {field: {name: value} if self.wrapped else value}

    def finish(self, method: str, content: dict[str, object], request_id: str) -> dict[str, object]:
        root = method.replace(".", "_") + "_response"
        if self.wrapped:
            return {root: {**content, "request_id": request_id}}
        answer = _all_text({root: content})
        assert isinstance(answer, dict)  # noqa: S101  narrows the type: a mapping stays one
        return {"code": "0", **answer, "request_id": request_id}


def _all_text(value: object) -> object:
    if isinstance(value, dict):
        return {key: _all_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_all_text(inner) for inner in value]
    return value if isinstance(value, str) else json.dumps(value)


def tracking(
    order: SimulatedOrder, language: str, shape: Shape, request_id: str, *, empty: bool = False
) -> dict[str, object]:
    """The answer of the tracking call; `empty` leaves out all nodes, as in a glitch."""
    code = language_of(language)
    parcels = [] if empty else [_parcel(parcel, code, shape) for parcel in order.parcels]
    result = {
        "ret": True,
        "msg": "" if shape.wrapped else "msg",
        "code": "" if shape.wrapped else "code",
        "data": shape.many("tracking_detail_line_list", "tracking_detail", parcels),
    }
    return shape.finish(TRACKING, {"result": result}, request_id)


def tracking_not_found(shape: Shape, request_id: str) -> dict[str, object]:
    """No tracking yet, or no such order: the call cannot tell."""
    result = {"ret": False, "msg": "TRACKING DATA NOT FOUND", "code": "1001"}
    return shape.finish(TRACKING, {"result": result}, request_id)


def _parcel(parcel: SimulatedParcel, language: str, shape: Shape) -> dict[str, object]:
    nodes: list[dict[str, object]] = []
    items = [_item(item, language) for item in parcel.items]
    for node in reversed(parcel.nodes):
        name, description = node.text(language)
        entry: dict[str, object] = {"time_stamp": node.at, "tracking_name": name}
        if description:
            entry["tracking_detail_desc"] = description
        nodes.append(entry)
    answer: dict[str, object] = {
        "mail_no": parcel.mail_no,
        **({"carrier_name": parcel.carrier} if parcel.carrier else {"cp_name": "CAINIAO"}),
        **shape.many("detail_node_list", "detail_node", nodes),
        **shape.many("package_item_list", "package_item", items if parcel.mail_no else []),
    }
    if parcel.eta > 0:
        answer["eta_time_stamps"] = parcel.eta
    return answer


def _item(item: dict[str, object], language: str) -> dict[str, object]:
    """The article with its title and variant (`sku_desc`) in a language, as far as they are translated."""
    translated = _ARTICLES.get(str(item["item_title"]), {}).get(language)
    if translated is None:
        return item
    title, variant = translated
    return item | {"item_title": title} | ({"sku_desc": variant} if variant else {})


def order(entry: SimulatedOrder, shape: Shape, request_id: str) -> dict[str, object]:
    """The answer of the order call."""
    created = datetime.fromtimestamp(entry.created, UTC) + _PACIFIC
    children: list[dict[str, object]] = []
    for item in (item for parcel in entry.parcels for item in parcel.items):
        child: dict[str, object] = {
            "product_id": item["item_id"],
            "product_name": item["item_title"],
            "product_count": item["quantity"],
            "product_price": {"amount": "8.34", "currency_code": "USD"},
        }
        if entry.end_reason:
            child["end_reason"] = entry.end_reason
        children.append(child)
    logistics: list[dict[str, object]] = [
        {"logistics_no": parcel.mail_no, "logistics_service": parcel.carrier}
        for parcel in entry.parcels
        if parcel.mail_no
    ]
    result = {
        "gmt_create": created.strftime("%Y-%m-%d %H:%M:%S"),
        "order_status": entry.order_status,
        "logistics_status": entry.logistics_status,
        "order_amount": {"amount": "16.68", "currency_code": "USD"},
        "pay_timeout_second": "1036800",
        **shape.many("child_order_list", "aeop_child_order_info", children),
        **shape.many("logistics_info_list", "ae_order_logistics_info", logistics),
        "store_info": {"store_id": 1102345678, "store_name": "Sandbox Store"},
    }  # fmt: skip
    return shape.finish(ORDER, {"result": result}, request_id)


# ── refusals ────────────────────────────────────────────────────────────────────────────────────


class Failure(Exception):
    """A refusal, to be written in one of the envelopes."""

    def __init__(self, *, code: str, message: str, kind: str = "ISV", sub_code: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.kind = kind
        self.sub_code = sub_code


ENVELOPES = ("A", "B", "C", "D", "H")


def envelope(shape: str, failure: Failure, method: str, request_id: str, trace_id: str) -> dict[str, object]:
    """A refusal in the envelope A, B, C, D or H."""
    root = method.replace(".", "_") + "_response"
    if shape == "B" or (shape in "AH" and failure.sub_code):
        inner: dict[str, object] = {
            "code": failure.code,
            "type": failure.kind,
            "sub_code": failure.sub_code or failure.code,
            "sub_msg": failure.message,
            "msg": "Remote service error",
            "request_id": request_id,
        }
        return {"error_response": inner} if shape != "H" else {root: {"error_response": inner}}
    if shape == "C":
        return {
            "code": failure.sub_code or failure.code,
            "type": failure.kind,
            "message": failure.message,
            "request_id": request_id,
        }
    if shape == "D":
        result = {"ret": False, "msg": failure.message, "code": failure.sub_code or failure.code}
        return {root: {"result": result, "request_id": request_id}}
    inner = {
        "type": failure.kind,
        "code": failure.code,
        "msg": failure.message,
        "request_id": request_id,
        "_trace_id_": trace_id,
    }
    return {"error_response": inner} if shape == "A" else {root: {"error_response": inner}}
