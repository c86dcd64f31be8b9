"""Stages of logistics action codes, for node names that are codes rather than words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import Reason, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """A family of codes; `weak` ones count only if the text tells nothing."""

    id: str
    stage: Stage
    pattern: re.Pattern[str]
    reason: Reason = Reason.NONE
    weak: bool = False


def _rule(
    name: str, stage: Stage, pattern: str, reason: Reason = Reason.NONE, *, weak: bool = False
) -> CodeRule:
    return CodeRule(id=f"code.{name}", stage=stage, pattern=re.compile(pattern), reason=reason, weak=weak)


# The first full match counts. Failures, returns and pickup points come first: mistaking them is worst.
CODES: tuple[CodeRule, ...] = (
    _rule("destroyed", Stage.EXCEPTION, r"RT_(?:\w+_)?DESTROY", Reason.OTHER),
    _rule("return_failed", Stage.EXCEPTION, r"RT_\w*FAIL(?:URE|ED)?", Reason.OTHER),
    _rule("returned", Stage.RETURNED, r"RETURNED|\w*RETURN_(?:SIGNED|SUCCESS|COMPLETED)"),
    _rule("returning", Stage.RETURNING, r"RT_\w+|\w*RETURN\w*"),
    _rule("address", Stage.ADDRESS_CHANGE, r"GTMS_STA_\w*(?:CHANGE|TO_DOOR)\w*", Reason.ADDRESS),
    _rule("duties", Stage.DUTIES_DUE, r"CUS_TAX\w*|\w*_(?:DUTY|TAX)(?:_PENDING|_REQUIRED)?", Reason.CUSTOMS),
    _rule(
        "attempt_failed",
        Stage.FAILED_ATTEMPT,
        r"GTMS_(?:DEL|DELIVER\w*|SIGN)_FAIL(?:URE|ED)?|(?:COMMON_)?DELIVERY?_FAIL(?:URE|ED)?|(?:COMMON_|LAST_MILE_)?SIGN_FAIL(?:URE|ED)?|UNDELIVERED",
    ),
    _rule(
        "customs_failed", Stage.EXCEPTION, r"(?:CC|CUS|CIQ|CLEAR_CUSTOMS)_\w*FAIL(?:URE|ED)?", Reason.CUSTOMS
    ),
    _rule("security", Stage.EXCEPTION, r"LH_HO_AIRLINE_FAIL(?:URE|ED)?", Reason.SECURITY),
    _rule("cancelled", Stage.EXCEPTION, r"\w+_CANCEL(?:L?ED)?", Reason.CANCELLED),
    _rule("delayed", Stage.EXCEPTION, r"\w+_DELAY(?:ED)?", Reason.DELAY),
    _rule("lost", Stage.EXCEPTION, r"LOST", Reason.LOST, weak=True),
    _rule("damaged", Stage.EXCEPTION, r"DAMAGED", Reason.DAMAGED, weak=True),
    _rule(
        "failed",
        Stage.EXCEPTION,
        r"\w+_(?:FAIL(?:URE|ED)?|EXCEPTION|EXC|REJECT|LOST|DAMAGED?)|LH_POST_COLLECTION",
        Reason.OTHER,
    ),
    _rule("problem", Stage.EXCEPTION, r"FAILED|EXCEPTION|REJECT", Reason.OTHER, weak=True),
    _rule("waits_for_signature", Stage.UPDATE, r"(?:\w+_)?WAIT4SIGNIN|WAIT_BUYER_ACCEPT_GOODS"),
    _rule(
        "pickup_ready",
        Stage.READY_FOR_PICKUP,
        r"G?STA_INBOUND|GTMS_STA_SIGNED|GTMS_WAIT_SELF_PICK|GTMS_STA_(?:INBOUND|WAIT_PICKUP)|GSTA_PROCESSING|G?STA_INFORM_BUYER|POSTMAN_POST",
    ),
    _rule("pickup_hub", Stage.LOCAL_TRANSIT, r"GSTAHUB_\w+"),
    _rule("pickup_collected", Stage.DELIVERED, r"G?STA_(?:BUYER_)?SIGN"),
    _rule(
        "delivered",
        Stage.DELIVERED,
        r"(?:GTMS|COMMON)_SIGNED|SIGNED|SIGN|SIGN_SUCCESS|(?:LTL_)?SIGNIN|AE_GROUP_(?:GTMS_)?SIGNED|DELIVERED|BUYER_ACCEPT_GOODS|LAST_MILE_(?:SIGNED|DELIVERED)|DELIVERY_SUCCESS",
    ),
    _rule(
        "out",
        Stage.OUT_FOR_DELIVERY,
        r"GTMS_(?:RE_?)?DELIVERING|GTMS_DO_DEPART|SENT_SCAN|(?:COMMON_|LAST_MILE_)?DELIVERING|OUT_FOR_DELIVERY|AE_GROUP_GTMS_DELIVERING",
    ),
    _rule("forecast", Stage.UPDATE, r"LAST_MILE_ASN_NOTIFY|\w+_REROUTE_CALLBACK|LH_BIGBAG_SHELVE"),
    _rule(
        "common",
        Stage.UPDATE,
        r"COMMON_(?:INTRANSIT|DEPART|ARRIVE|OTHER)|\w+_OTHER|(?:IN_?)?TRANSIT|SHIPPING",
    ),
    _rule("data", Stage.INFO_RECEIVED, r"GTMS_ASN"),
    _rule("local", Stage.LOCAL_TRANSIT, r"GTMS_\w+|LAST_MILE_\w+|TD_TRANS_ARRIVE_DCP|AE_GROUP_GTMS_\w+"),
    _rule("transit_customs", Stage.INTERNATIONAL_TRANSIT, r"CC_TRANS_\w+"),
    _rule("export_done", Stage.EXPORT_CUSTOMS, r"CC_EX_SUCCESS"),
    _rule("export_customs", Stage.EXPORT_CUSTOMS, r"CC_EX_\w+|AE_GROUP_EX_\w+"),
    _rule("import_started", Stage.IMPORT_CUSTOMS, r"CC_IM_(?:START|PROCESS)|CUS_DECLARE"),
    _rule("import_done", Stage.IMPORT_CUSTOMS, r"CC_IM_SUCCESS|CC_HO_OUT_SUCCESS|C(?:US|IQ)_SUCCESS"),
    _rule(
        "import_customs",
        Stage.IMPORT_CUSTOMS,
        r"CC_\w+|CUS_\w+|CIQ_\w+|CUSTOMS_\w+|(?:CLEAR|AT|IN)_CUSTOMS|AE_GROUP_IM_\w+",
    ),
    _rule(
        "arrived",
        Stage.ARRIVED_DESTINATION,
        r"LH_(?:LINEHAUL_)?ARRIVE|LH_HO_OUT_SUCCESS|AE_GROUP_LH_ARRIVE|ARRIVED?_(?:AT_)?DEST\w*",
    ),
    _rule(
        "abroad",
        Stage.INTERNATIONAL_TRANSIT,
        r"LH_DEPART\w*|TD_TRANS_\w+|AE_GROUP_LH_PROCESSING|DEPART_FROM_ORIGIN\w*",
    ),
    _rule("awaiting", Stage.AWAITING_DEPARTURE, r"LH_HO_(?:AIRLINE|IN_SUCCESS)|OE_\w+"),
    _rule(
        "picked_up",
        Stage.PICKED_UP,
        r"PU_\w+|(?:COMMON_)?ACCEPT|COMMON_PICKUP\w*|GOT|AE_GROUP_PU_\w+|PICKED_?UP\w*",
    ),
    _rule(
        "preparing",
        Stage.PREPARING,
        r"GWMS_(?!ACCEPT)\w+|WMS_\w+|PRE_READY_TO_SHIP|ORDER_PROCESSING|AE_GROUP_G?WMS_\w+",
    ),
    _rule(
        "ordered",
        Stage.INFO_RECEIVED,
        r"GWMS_ACCEPT|(?:OM_)?CONSIGN|SELLER_SEND_(?:PART_)?GOODS|(?:\w+_)?WAIT4PICKUP|WAITING_FOR_DELIVERY|AE_ORDER_SHIPPED",
    ),
    _rule(
        "not_shipped",
        Stage.PRE_SHIPMENT,
        r"SELLER_PREPARING|WAIT_SELLER_SEND_GOODS|WAIT4BOOKING|ORDER_NOT_EXISTS?|NOT_FOUND|AE_ORDER_(?:PLACED|PAID)",
    ),
    _rule("origin", Stage.ORIGIN_TRANSIT, r"SC_\w+|CWS?_\w+|AE_GROUP_[SC][CW]_\w+|DEPARTURE|ARRIVAL|CW_\w+"),
)

_SHAPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_WORDS = frozenset(
    {"SIGNED", "SIGN", "SIGNIN", "CONSIGN", "GOT", "REJECT", "DEPARTURE", "ARRIVAL", "FAILED", "EXCEPTION"}
    | {"RETURNED", "WAIT4SIGNIN"}
)


def is_code(text: str) -> bool:
    """Whether a name is an action code rather than words."""
    return _SHAPE.fullmatch(text) is not None or text in _WORDS


def find(code: str) -> CodeRule | None:
    """The first rule that matches a code; None if there is none.

    AliExpress's page prefixes carriers' codes, with `AE_` for events and `AE_GROUP_` for groups.
    """
    plain = re.sub(r"^AE_(?:GROUP_)?(?=[A-Z]+_)", "", code)
    for spelling in dict.fromkeys((code, plain)):
        for rule in CODES:
            if rule.pattern.fullmatch(spelling):
                return rule
    return None
