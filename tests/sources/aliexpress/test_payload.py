"""Every documented shape of an answer becomes the same values; no other shape becomes a lie."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Rejected, SourceError, Transient
from bot.model import FetchedNode, FetchedParcel, Item, OrderStatus, Snapshot
from bot.sources.aliexpress import payload, scalars
from bot.sources.aliexpress.payload import UnknownShape
from tests.sources.aliexpress.world import ORDER_ID

NOW = datetime(2026, 8, 1, tzinfo=UTC)
STAMP = 1783942091000
AT = datetime.fromtimestamp(STAMP / 1000, UTC)
ROOT = "aliexpress_ds_order_tracking_get_response"
ORDER_ROOT = "aliexpress_trade_ds_order_get_response"

NODE = {"time_stamp": STAMP, "tracking_name": "In transit", "tracking_detail_desc": "Awaiting flight"}
ITEM = {"item_id": 1005001234567890, "item_title": "Lamp", "quantity": 2, "sku_desc": "Silvery, M"}
LINE: dict[str, Any] = {
    "mail_no": "07084026870677",
    "carrier_name": "Seller Shipping ES Local ",
    "eta_time_stamps": 1784559795150,
    "detail_node_list": {"detail_node": [NODE]},
    "package_item_list": {"package_item": [ITEM]},
}
PARCEL = FetchedParcel(
    number="07084026870677",
    carrier="Seller Shipping ES Local",
    eta=datetime(2026, 7, 20, 15, 3, 15, 150_000, UTC),
    items=(Item(id="1005001234567890", title="Lamp", variant="Silvery, M", quantity=2),),
    nodes=(FetchedNode(at=AT, name="In transit", description="Awaiting flight"),),
)


def read(answer: Any) -> Snapshot:
    return payload.snapshot(answer, order_id=ORDER_ID, language="en_US", now=NOW)


def answered(lines: Any, **result: Any) -> dict[str, Any]:
    return {ROOT: {"result": {"ret": True, "data": {"tracking_detail_line_list": lines}, **result}}}


def with_line(**changes: Any) -> dict[str, Any]:
    return answered({"tracking_detail": [LINE | changes]})


def as_text(value: Any) -> Any:
    """The reference samples' way: every scalar a string."""
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


BARE = LINE | {"detail_node_list": [NODE], "package_item_list": [ITEM]}
SINGLE = LINE | {"detail_node_list": {"detail_node": NODE}, "package_item_list": {"package_item": ITEM}}
NAKED = LINE | {"detail_node_list": NODE, "package_item_list": ITEM}

WRITTEN = json.dumps(answered([LINE])[ROOT]["result"]["data"])
SHAPES = {
    "JSON in a text: data": {ROOT: {"result": {"ret": True, "data": WRITTEN}}},
    "JSON in a text: result": {ROOT: {"result": json.dumps(answered([BARE])[ROOT]["result"])}},
    "JSON in a text: root": {ROOT: json.dumps(answered([BARE])[ROOT])},
    "JSON in a text: lines": answered(json.dumps({"tracking_detail": [LINE]})),
    "JSON in a text: each line": answered({"tracking_detail": [json.dumps(LINE)]}),
    "JSON in a text: nodes and items": answered(
        [LINE | {"detail_node_list": json.dumps([NODE]), "package_item_list": f" {json.dumps([ITEM])}"}]
    ),
    "JSON in a text: each node": answered([LINE | {"detail_node_list": {"detail_node": [json.dumps(NODE)]}}]),
    "JSON in a text in a text: data": {ROOT: {"result": {"ret": True, "data": json.dumps(WRITTEN)}}},
    "a list of one: data": {ROOT: {"result": {"ret": True, "data": [json.loads(WRITTEN)]}}},
    "a list of one: result": {ROOT: {"result": [answered([BARE])[ROOT]["result"]]}},
    "a list of one: root": {ROOT: json.dumps([answered([BARE])[ROOT]])},
    "numbers written as fractions": answered(
        [
            BARE
            | {
                "eta_time_stamps": "1784559795150.0",
                "detail_node_list": [NODE | {"time_stamp": f"{STAMP}.0"}],
                "package_item_list": [ITEM | {"quantity": "2.0"}],
            }
        ]
    ),
    "times written with a zone": answered(
        [
            BARE
            | {
                "eta_time_stamps": "2026-07-20T17:03:15.150+02:00",
                "detail_node_list": [NODE | {"time_stamp": "2026-07-13 19:28:11 +0800"}],
            }
        ]
    ),
    "wrapped lists": answered({"tracking_detail": [LINE]}),
    "bare lists": answered([BARE]),
    "single objects under the list's name": answered({"tracking_detail": SINGLE}),
    "single objects in the list's place": answered(NAKED),
    "another wrapper's name": answered({"tracking_detail_d_t_o": [LINE]}),
    "all scalars text, code beside the root": as_text(answered([BARE])) | {"code": "0", "request_id": "r"},
    "placeholder words": answered([BARE], msg="error message", code="error code") | {"code": "0"},
    "result without its root": {"result": answered([BARE])[ROOT]["result"]},
    "another root's name": {"whatever_response": answered([BARE])[ROOT]},
    "root without result": {ROOT: answered([BARE])[ROOT]["result"]},
    "twice the same entry": answered([BARE, BARE]),
    "nothing beside it": answered([BARE, {}]),
    "stamps in seconds": answered(
        [BARE | {"detail_node_list": [NODE | {"time_stamp": STAMP // 1000}]}],
    ),
}


@pytest.mark.parametrize("answer", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_says_the_same(answer: dict[str, Any]) -> None:
    assert read(answer).parcels == (PARCEL,)
    assert read(answer).found


NOTHING = {
    "no entries": answered({"tracking_detail": []}),
    "empty wrapper": answered({}),
    "bare empty list": answered([]),
    "null": answered(None),
    "data without anything": {ROOT: {"result": {"ret": True, "data": {}}}},
    "no data, but yes": {ROOT: {"result": {"ret": "true", "code": ""}}},
}


@pytest.mark.parametrize("answer", NOTHING.values(), ids=NOTHING.keys())
def test_an_empty_list_is_an_order_without_parcels(answer: dict[str, Any]) -> None:
    assert read(answer).parcels == ()
    assert read(answer).found


@pytest.mark.parametrize("ret", [False, "false"])
@pytest.mark.parametrize("code", ["1001", 1001])
def test_tracking_data_not_found_is_an_answer(ret: object, code: object) -> None:
    answer = {ROOT: {"result": {"ret": ret, "msg": "TRACKING DATA NOT FOUND", "code": code}}}
    assert not read(answer).found
    assert read(answer).digest != read(answered([])).digest


def test_a_business_no_for_another_reason_is_an_error_of_its_kind() -> None:
    with pytest.raises(Transient, match="SYSTEM_ERROR"):
        read({ROOT: {"result": {"ret": False, "code": "SYSTEM_ERROR", "msg": "try later"}}})
    with pytest.raises(Rejected):
        read({ROOT: {"result": {"ret": "false", "code": "InvalidParameter"}}})


STRANGE = {
    "empty object": {},
    "only a request id": {"request_id": "r"},
    "renamed result": {ROOT: {"outcome": {}}},
    "result is text": {ROOT: {"result": "x"}},
    "renamed list": {ROOT: {"result": {"ret": True, "data": {"lines": [LINE]}}}},
    "data is a list": {ROOT: {"result": {"ret": True, "data": [LINE]}}},
    "renamed fields of all entries": answered([{"number": "1"}, {"number": "2"}]),
    "renamed fields of all nodes": with_line(detail_node_list=[{"when": STAMP}]),
    "no line is an object": answered(["x", 7]),
    "the lines are a text": answered("x"),
    "the lines are half of JSON": answered('[{"mail_no":'),
    "no node is an object": with_line(detail_node_list=["x", 7]),
    "the nodes are a number": with_line(detail_node_list=7),
    "stamps of all nodes without a zone": with_line(
        detail_node_list=[NODE | {"time_stamp": "2026-07-13T12:28:11"}]
    ),
    "stamps of all nodes in another unit": with_line(
        detail_node_list=[NODE | {"time_stamp": STAMP * 1000}, NODE | {"time_stamp": STAMP * 10**6}]
    ),
    "stamps of all nodes of all parcels": answered(
        [LINE | {"mail_no": n, "detail_node_list": [NODE | {"time_stamp": "soon"}]} for n in "12"]
    ),
}


@pytest.mark.parametrize("answer", STRANGE.values(), ids=STRANGE.keys())
def test_a_renamed_field_never_looks_like_no_parcels(answer: dict[str, Any]) -> None:
    with pytest.raises(UnknownShape):
        read(answer)


def test_the_description_of_a_strange_shape_holds_no_value() -> None:
    with pytest.raises(UnknownShape) as caught:
        read({"order_8211744661738042": {"receiver": "Ana Silva", "list": [{"city": "Porto"}]}})
    assert caught.value.detail == "{?:{receiver:str,list:[{city:str}]}}"


def test_one_strange_entry_is_left_out_and_noticed() -> None:
    odd: list[str] = []
    answer = answered([BARE, {"number": "1"}, 7])
    found = payload.snapshot(answer, order_id=ORDER_ID, language="ru", now=NOW, odd=odd.append)
    assert found.parcels == (PARCEL,)
    assert odd == ["tracking_detail holds int", "entry without any known key"]


def test_a_node_may_lack_its_description_and_a_parcel_its_items() -> None:
    line = {"mail_no": "1", "detail_node_list": [{"time_stamp": STAMP, "tracking_name": "Shipping update"}]}
    (parcel,) = read(answered([line])).parcels
    assert parcel.nodes == (FetchedNode(at=AT, name="Shipping update"),)
    assert parcel.items == ()


def test_before_shipping_the_number_is_empty() -> None:
    (parcel,) = read(with_line(mail_no="", package_item_list={})).parcels
    assert parcel.number == ""
    assert parcel.items == ()


def test_the_carrier_falls_back_to_its_partner() -> None:
    (parcel,) = read(with_line(carrier_name="  ", cp_name="Correos")).parcels
    assert parcel.carrier == "Correos"


@pytest.mark.parametrize(
    "eta", [None, 0, "0", -1, "", "soon", True, 1, 10**30, "9" * 5000, 4102444800000, 1e400, {}]
)
def test_an_absurd_promise_is_no_promise(eta: object) -> None:
    (parcel,) = read(with_line(eta_time_stamps=eta)).parcels
    assert parcel.eta is None


def test_a_promise_may_lie_in_the_past_and_a_year_ahead() -> None:
    for eta in (NOW - timedelta(days=200), NOW + timedelta(days=399)):
        (parcel,) = read(with_line(eta_time_stamps=int(eta.timestamp() * 1000))).parcels
        assert parcel.eta == eta


@pytest.mark.parametrize("stamp", [None, 0, -5, "x", 86_400_000, "1e9", True, [], 10**25])
def test_a_node_without_a_sensible_time_is_left_out(stamp: object) -> None:
    (parcel,) = read(with_line(detail_node_list=[NODE, NODE | {"time_stamp": stamp}])).parcels
    assert len(parcel.nodes) == 1


def test_one_parcel_whose_every_node_is_unreadable_takes_nothing_from_the_others() -> None:
    odd: list[str] = []
    for nodes in ([NODE | {"time_stamp": "soon"}], ["x"], "x"):
        answer = answered([BARE, BARE | {"mail_no": "LP2", "detail_node_list": nodes}])
        found = payload.snapshot(answer, order_id=ORDER_ID, language="ru", now=NOW, odd=odd.append)
        assert [(parcel.number, len(parcel.nodes)) for parcel in found.parcels] == [
            (PARCEL.number, 1),
            ("LP2", 0),
        ]
    assert odd == ["node without a usable time_stamp", "detail_node holds str", "detail_node is str"]


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-07-13T12:28:11Z", datetime(2026, 7, 13, 12, 28, 11, tzinfo=UTC)),
        ("2026-07-13t12:28:11z", datetime(2026, 7, 13, 12, 28, 11, tzinfo=UTC)),
        ("2026-07-13T12:28+00:00", datetime(2026, 7, 13, 12, 28, tzinfo=UTC)),
        ("2026-07-13 12:28:11,25 UTC", datetime(2026, 7, 13, 12, 28, 11, 250_000, UTC)),
        ("2026-07-13 20:28:11 GMT+8", datetime(2026, 7, 13, 12, 28, 11, tzinfo=UTC)),
        ("2026-07-13T17:58:11+0530", datetime(2026, 7, 13, 12, 28, 11, tzinfo=UTC)),
        ("2026-07-13T05:28:11-07:00[America/Los_Angeles]", datetime(2026, 7, 13, 12, 28, 11, tzinfo=UTC)),
        (f" {STAMP}.999 ", AT),
        (STAMP / 1000, AT),
        ("1.783942091E12", datetime.fromtimestamp(1_783_942_091, UTC)),
    ],
)
def test_a_time_is_read_in_whatever_way_it_is_written(stamp: object, at: datetime) -> None:
    (parcel,) = read(with_line(detail_node_list=[NODE | {"time_stamp": stamp}])).parcels
    assert [node.at for node in parcel.nodes] == [at]


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-07-13",
        "2026-07-13T12:28:11",
        "2026-13-13T12:28:11Z",
        "2026-07-13T12:28:11 PST",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "1999-01-01T00:00:00Z",
        f"{STAMP}.0.0",
        "2026-07-13T12:28:11Z" + " " * 1000,
    ],
)
def test_a_time_without_a_zone_or_out_of_this_world_is_none(stamp: str) -> None:
    (parcel,) = read(with_line(detail_node_list=[NODE, NODE | {"time_stamp": stamp}])).parcels
    assert [node.at for node in parcel.nodes] == [AT]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("lp00675700340000", "LP00675700340000"),
        (" LP 0067 5700 340000 ", "LP00675700340000"),
        ("LP0067\u200e5700\u00a0340000\n", "LP00675700340000"),
        (7084026870677, "7084026870677"),
        ("null", ""),
        ("NULL", ""),
        ("None", ""),
        ("N/A", ""),
        ("-", ""),
        (" -- ", ""),
        ("undefined", ""),
        ("0", ""),
        ("00", ""),
        ("unknown", ""),
        ("N.A.", ""),
        ("not yet", ""),
        ("\u2014", ""),
        (None, ""),
    ],
)
def test_a_number_is_read_as_it_is_printed_and_words_for_nothing_are_none(
    written: object, number: str
) -> None:
    (parcel,) = read(with_line(mail_no=written)).parcels
    assert parcel.number == number


def test_a_number_in_another_case_is_the_same_parcel() -> None:
    lines = [LINE | {"mail_no": number} for number in ("LP0067", "lp0067", " Lp 00 67")]
    assert [parcel.number for parcel in read(answered(lines)).parcels] == ["LP0067"]


@pytest.mark.parametrize("nothing", ["", "-", "null", None, {}])
def test_a_word_for_nothing_is_no_variant(nothing: object) -> None:
    (parcel,) = read(with_line(package_item_list=[ITEM | {"sku_desc": nothing}])).parcels
    assert parcel.items == (Item(id="1005001234567890", title="Lamp", quantity=2),)


def test_a_node_far_ahead_is_left_out_but_not_one_of_tomorrow() -> None:
    def stamped(ahead: timedelta) -> dict[str, Any]:
        return NODE | {"time_stamp": int((NOW + ahead).timestamp() * 1000)}

    nodes = [stamped(timedelta(hours=30)), stamped(timedelta(days=4))]
    (parcel,) = read(with_line(detail_node_list=nodes)).parcels
    assert [node.at for node in parcel.nodes] == [NOW + timedelta(hours=30)]


def test_nodes_come_newest_first_and_ties_keep_their_order() -> None:
    nodes = [
        {"time_stamp": STAMP - 1000, "tracking_name": "old"},
        {"time_stamp": STAMP, "tracking_name": "b"},
        {"time_stamp": STAMP, "tracking_name": "a"},
    ]
    (parcel,) = read(with_line(detail_node_list=nodes)).parcels
    assert [node.name for node in parcel.nodes] == ["b", "a", "old"]


def test_entries_of_one_number_are_one_parcel_with_all_their_nodes() -> None:
    other = NODE | {"time_stamp": STAMP + 1000, "tracking_name": "Delivery update"}
    answer = answered([BARE | {"detail_node_list": [NODE, NODE]}, BARE | {"detail_node_list": [NODE, other]}])
    (parcel,) = read(answer).parcels
    assert [node.name for node in parcel.nodes] == ["Delivery update", "In transit", "In transit"]


def test_parcels_without_a_number_stay_apart() -> None:
    line = LINE | {"mail_no": ""}
    assert len(read(answered([line, line])).parcels) == 2


def test_texts_are_one_clean_line() -> None:
    name = " Arrived\n at\x00 \ud83d\ude9a \ud800 hub " + "x" * 5000
    (parcel,) = read(with_line(detail_node_list=[NODE | {"tracking_name": name}])).parcels
    text = parcel.nodes[0].name
    assert text.startswith("Arrived at ")
    assert len(text) <= 1000
    text.encode()
    assert "\x00" not in text


# ── the fingerprint ────────────────────────────────────────────────────────────────────────────────────


@given(st.text(alphabet="0123456789abcdef", max_size=30), st.booleans())
def test_the_mark_does_not_see_the_ids_of_the_answer_itself(request_id: str, traced: bool) -> None:
    ids = {"request_id": request_id} | ({"_trace_id_": request_id[::-1]} if traced else {})
    body = json.dumps({ROOT: {"result": {"ret": True}, "request_id": "r1", "_trace_id_": "t1"}})
    other = json.dumps({ROOT: {"result": {"ret": True}, **({"_trace_id_": "t2"} | ids)}})
    if traced:
        other = json.dumps({ROOT: {"result": {"ret": True}, **ids}})
    assert payload.fingerprint(body.encode()) == payload.fingerprint(other.encode())


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_the_mark_sees_everything_else(one: bytes, other: bytes) -> None:
    wrap = b'{"request_id":"r1","result":"%s"}'
    assert (payload.fingerprint(wrap % one) == payload.fingerprint(wrap % other)) is (one == other)


# ── the digest ──────────────────────────────────────────────────────────────────────────────────


def test_the_digest_does_not_see_order() -> None:
    other = LINE | {"mail_no": "LP2"}
    late = NODE | {"tracking_name": "Collected"}
    forth = answered([LINE | {"detail_node_list": [NODE, late]}, other])
    back = answered([other, LINE | {"detail_node_list": [late, NODE]}])
    assert read(forth).digest == read(back).digest


def test_the_digest_does_not_see_the_shape() -> None:
    assert len({read(answer).digest for answer in SHAPES.values()}) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"mail_no": "2"},
        {"carrier_name": "Other"},
        {"eta_time_stamps": 1784559795151},
        {"detail_node_list": []},
        {"detail_node_list": [NODE | {"time_stamp": STAMP + 1}]},
        {"detail_node_list": [NODE | {"tracking_detail_desc": "Delivered"}]},
        {"package_item_list": [ITEM | {"quantity": 1}]},
        {"package_item_list": [ITEM | {"sku_desc": "Silvery, L"}]},
    ],
)
def test_the_digest_sees_every_change_of_content(changes: dict[str, Any]) -> None:
    assert read(with_line(**changes)).digest != read(with_line()).digest


# ── the order call ──────────────────────────────────────────────────────────────────────────────


def facts(**result: Any) -> Any:
    answer = {ORDER_ROOT: {"result": {"order_status": "WAIT_BUYER_ACCEPT_GOODS", **result}}}
    return payload.order_facts(answer, order_id=ORDER_ID, now=NOW)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PLACE_ORDER_SUCCESS", OrderStatus.PLACED),
        ("PAYMENT_PROCESSING", OrderStatus.PAYING),
        ("WAIT_SELLER_EXAMINE_MONEY", OrderStatus.PAYING),
        ("RISK_CONTROL", OrderStatus.PAYING),
        ("RISK_CONTROL_HOLD", OrderStatus.PAYING),
        ("FUND_PROCESSING", OrderStatus.PAYING),
        ("WAIT_SELLER_SEND_GOODS", OrderStatus.PREPARING),
        ("SELLER_PART_SEND_GOODS", OrderStatus.PART_SHIPPED),
        ("WAIT_BUYER_ACCEPT_GOODS", OrderStatus.SHIPPED),
        ("FINISH", OrderStatus.FINISHED),
        ("finish", OrderStatus.FINISHED),
        ("IN_CANCEL", OrderStatus.CANCELLING),
        ("IN_ISSUE", OrderStatus.DISPUTED),
        ("IN_FROZEN", OrderStatus.FROZEN),
        ("WAIT_GROUP", OrderStatus.PLACED),
        ("WAIT_COMPLETE_ADDRESS", OrderStatus.NEEDS_ADDRESS),
        ("SOMETHING_NEW", OrderStatus.UNKNOWN),
    ],
)
def test_every_order_status_has_its_word(word: str, status: OrderStatus) -> None:
    assert facts(order_status=word).status is status


@pytest.mark.parametrize("word", ["FINISH", "WAIT_SELLER_SEND_GOODS"])
@pytest.mark.parametrize("wrapper", ["aeop_child_order_info", "ae_child_order_info"])
def test_an_order_whose_every_article_was_cancelled_is_cancelled(word: str, wrapper: str) -> None:
    child = {"end_reason": "CANCELED", "product_id": "1"}
    for children in ({wrapper: [child, child]}, {wrapper: child}, [child], child):
        found = facts(order_status=word, child_order_list=children)
        assert found.status is OrderStatus.CANCELLED
        assert found.status is OrderStatus.CANCELLED


@pytest.mark.parametrize("word", ["FINISH", "WAIT_SELLER_SEND_GOODS"])
@pytest.mark.parametrize(
    "reason",
    [
        "buyer_cancel_order",
        "buyer_pay_timeout",
        "pay_timeout",
        "risk_reject_closed",
        "SECURITY_CLOSE",
        "seller_accept_issue_no_goods_return",
        "seller_response_issue_timeout",
        "seller_send_goods_timeout",
        "send_goods_timeout",
    ],
)
def test_what_ended_without_the_goods_is_cancelled(reason: str, word: str) -> None:
    child = {"end_reason": reason, "product_id": "1"}
    other = child | {"end_reason": "CANCELED"}
    assert facts(order_status=word, child_order_list=[child, other]).status is OrderStatus.CANCELLED
    assert facts(order_status=word, end_reason=reason).status is OrderStatus.CANCELLED


def test_a_finished_order_that_ended_for_a_reason_nobody_knows_was_not_accepted() -> None:
    child = {"end_reason": "seller_brand_new_timeout"}
    assert facts(order_status="FINISH", child_order_list=[child]).status is OrderStatus.CANCELLED
    assert (
        facts(order_status="WAIT_BUYER_ACCEPT_GOODS", child_order_list=[child]).status
        is not OrderStatus.CANCELLED
    )


@pytest.mark.parametrize(
    "reason",
    [
        "buyer_accept_goods",
        "buyer_accept_goods_timeout",
        "buyer_confirm_goods",
        "buyer_confirm_goods_timeout",
        "BUYER_ACCEPT_GOODS",
        "auto_confirm",
        "buyer_confirm_timeout",
        "receipt_confirmed",
        "goods_delivered",
        "partial_refund",
        "n/a",
        "none",
        "null",
        "",
        None,
    ],
)
def test_a_finished_order_that_was_accepted_is_finished(reason: str | None) -> None:
    found = facts(order_status="FINISH", child_order_list=[{"end_reason": reason}])
    assert found.status is OrderStatus.FINISHED
    mixed = [{"end_reason": reason}, {"end_reason": "send_goods_timeout"}]
    assert facts(order_status="FINISH", child_order_list=mixed).status is not OrderStatus.CANCELLED


@pytest.mark.parametrize(
    "reason",
    [
        "refund_success",
        "seller_agree_refund_complete",
        "buyer_return_goods_finish",
        "buyer_not_receive_goods",
        "goods_not_delivered",
        "dispute_finished",
        "address_incomplete_timeout",
    ],
)
def test_a_refund_that_succeeded_is_no_acceptance(reason: str) -> None:
    assert (
        facts(order_status="FINISH", child_order_list=[{"end_reason": reason}]).status
        is OrderStatus.CANCELLED
    )


def test_an_order_with_one_article_left_is_not_cancelled() -> None:
    children = {"aeop_child_order_info": [{"end_reason": "CANCELED"}, {"product_id": "1"}]}
    assert facts(child_order_list=children).status is OrderStatus.SHIPPED


def test_order_times_count_only_with_their_zone() -> None:
    zoned = facts(order_paidtime_string="2026-06-03T18:05:47-07:00[America/Los_Angeles]")
    assert zoned.paid_at == datetime(2026, 6, 4, 1, 5, 47, tzinfo=UTC)
    assert facts(order_paidtime_string="2026-06-03 18:00:00").paid_at is None


def test_an_order_answer_without_a_status_is_no_answer() -> None:
    results: list[object] = [{}, {"order_amount": {}}, []]
    for result in results:
        with pytest.raises(UnknownShape):
            payload.order_facts({ORDER_ROOT: {"result": result}}, order_id=ORDER_ID, now=NOW)


def test_a_refusal_beside_a_missing_result_is_told() -> None:
    answer = {ORDER_ROOT: {"rsp_code": "ServiceTimeout", "rsp_msg": "slow"}}
    with pytest.raises(Transient, match="ServiceTimeout"):
        payload.order_facts(answer, order_id=ORDER_ID, now=NOW)


# ── whatever comes ──────────────────────────────────────────────────────────────────────────────

KEYS = st.sampled_from(
    [
        *(
            ROOT,
            ORDER_ROOT,
            "result",
            "data",
            "ret",
            "code",
            "msg",
            "tracking_detail_line_list",
            "tracking_detail",
        ),
        *("detail_node_list", "detail_node", "time_stamp", "tracking_name", "mail_no", "package_item_list"),
        *("package_item", "item_id", "quantity", "eta_time_stamps", "order_status", "child_order_list"),
        *("error_response", "rsp_code", "gmt_create", "order_paidtime_string", "logistics_info_list", ""),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["true", "false", "0", "1001", str(STAMP), STAMP, "\ud800", "2026-06-03T18:05:47-07:00[X]"]
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, below in inner for path in paths(below, (*here, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A good answer with up to three of its places replaced by anything."""
    answer = json.loads(json.dumps(draw(st.sampled_from(list(SHAPES.values())))))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(paths(answer)))
        if not place:
            return draw(TREES)
        target = answer
        for key in place[:-1]:
            target = target[key]
        target[place[-1]] = draw(TREES)
    return answer


def check_any(answer: dict[str, Any]) -> None:
    try:
        found = read(answer)
    except SourceError:
        pass
    else:
        json.dumps([parcel.number + parcel.carrier for parcel in found.parcels]).encode()
        for parcel in found.parcels:
            for node in parcel.nodes:
                (node.name + node.description).encode()
                assert scalars.EARLIEST <= node.at <= NOW + scalars.NODE_AHEAD
    with contextlib.suppress(SourceError):
        payload.order_facts(answer, order_id=ORDER_ID, now=NOW)


@given(mutated())
def test_a_mutated_answer_raises_nothing_but_the_error_tree(answer: Any) -> None:
    if isinstance(answer, dict):
        check_any(answer)


@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_any_answer_raises_nothing_but_the_error_tree(answer: dict[str, Any]) -> None:
    check_any(answer)
    assert len(payload.shape(answer)) <= 300
