"""Lays out the Grafana dashboard: rows of panels, each a title, a unit and what it asks Prometheus."""

from __future__ import annotations

import json
from typing import Any

_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _HEIGHT = 8, 8  # three panels a row of Grafana's 24 columns


def _quantile(share: float, name: str, by: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({name}_bucket[$__rate_interval])))"


def _rate(name: str, by: str) -> str:
    return f"sum by ({by}) (rate({name}_total[$__rate_interval]))"


# row → (title, unit, {legend: query}, description)
ROWS: dict[str, list[tuple[str, str, dict[str, str], str]]] = {
    "What customers feel": [
        (
            "New entry until seen",
            "s",
            {
                "half": _quantile(0.5, "parcelbot_node_delay_seconds"),
                "9 of 10": _quantile(0.9, "parcelbot_node_delay_seconds"),
            },
            "From an entry's first possible sight to the look that saw it.",
        ),
        (
            "Happened until told",
            "s",
            {
                "half": _quantile(0.5, "parcelbot_push_delay_seconds"),
                "9 of 10": _quantile(0.9, "parcelbot_push_delay_seconds"),
            },
            "From an entry's own time to the push that told it: what customers notice.",
        ),
        (
            "Owed until told",
            "s",
            {
                "half": _quantile(0.5, "parcelbot_notice_delay_seconds"),
                "9 of 10": _quantile(0.9, "parcelbot_notice_delay_seconds"),
            },
            "Quiet hours and digests are waiting too.",
        ),
        (
            "Answer to a message",
            "s",
            {
                "half": _quantile(0.5, "parcelbot_update_seconds"),
                "99 of 100": _quantile(0.99, "parcelbot_update_seconds"),
            },
            "Handling one update, AliExpress included.",
        ),
    ],
    "Looking": [
        ("Checks", "cps", {"{{outcome}}": _rate("parcelbot_checks", "outcome")}, ""),
        ("New entries", "cps", {"entries": "sum(rate(parcelbot_nodes_total[$__rate_interval]))"}, ""),
        (
            "Orders and chats",
            "short",
            {"orders watched": "max(parcelbot_orders_watched)", "chats": "max(parcelbot_chats)"},
            "",
        ),
        (
            "Price of a call",
            "h",
            {"hours of waiting": "max(parcelbot_call_price_hours)"},
            "What one call must save in waiting: high means the budget is scarce.",
        ),
        (
            "Texts no rule knows",
            "cps",
            {"texts": "sum(rate(parcelbot_unknown_texts_total[$__rate_interval]))"},
            "`parcel-bot unknown` lists them.",
        ),
    ],
    "AliExpress": [
        ("Calls", "cps", {"{{outcome}}": _rate("parcelbot_aliexpress_calls", "outcome")}, ""),
        (
            "Time of a call",
            "s",
            {
                "half": _quantile(0.5, "parcelbot_aliexpress_call_seconds"),
                "95 of 100": _quantile(0.95, "parcelbot_aliexpress_call_seconds"),
            },
            "",
        ),
        (
            "Budget of the day",
            "short",
            {
                "used": "max(parcelbot_budget_used_calls)",
                "left": "max(parcelbot_budget_left_calls)",
                "expected": "max(parcelbot_budget_forecast_calls)",
                "allowed": "max(parcelbot_budget_limit_calls)",
            },
            "The day ends at 16:00 UTC.",
        ),
        ("Events", "cps", {"{{kind}}": _rate("parcelbot_aliexpress_events", "kind")}, ""),
        (
            "Days until the next login",
            "d",
            {"days": "min(parcelbot_token_days_left)"},
            "`/authorize` in the operator's chat.",
        ),
    ],
    "Telegram": [
        ("Notices", "cps", {"{{outcome}}": _rate("parcelbot_notices", "outcome")}, ""),
        (
            "Outbox",
            "short",
            {"waiting": "max(parcelbot_outbox_due)", "given up": "max(parcelbot_outbox_dead)"},
            "",
        ),
        ("Oldest in the outbox", "s", {"age": "max(parcelbot_outbox_oldest_seconds)"}, ""),
        ("Updates", "cps", {"{{outcome}}": _rate("parcelbot_updates", "outcome")}, ""),
        ("Tracking page", "cps", {"{{answer}}": _rate("parcelbot_page_views", "answer")}, ""),
        ("Inbox", "short", {"waiting": "max(parcelbot_inbox_waiting)"}, ""),
        ("Simplified messages", "cps", {"{{reason}}": _rate("parcelbot_simplified_messages", "reason")}, ""),
        ("API requests", "cps", {"{{status}}": _rate("parcelbot_api_requests", "status")}, ""),
        (
            "Time for an API request",
            "s",
            {
                "half": _quantile(0.5, "parcelbot_api_seconds"),
                "99 of 100": _quantile(0.99, "parcelbot_api_seconds"),
            },
            "",
        ),
    ],
    "Webhooks": [
        ("Attempts", "cps", {"{{outcome}}": _rate("parcelbot_webhooks", "outcome")}, ""),
        ("Duration", "s", {"99 of 100": _quantile(0.99, "parcelbot_webhook_seconds")}, ""),
        (
            "Events",
            "short",
            {"waiting": "max(parcelbot_webhooks_due)", "set aside": "max(parcelbot_webhooks_aside)"},
            "`parcel-bot webhooks failed` lists what was set aside.",
        ),
        ("Oldest event", "s", {"age": "max(parcelbot_webhooks_oldest_seconds)"}, ""),
        ("Paused endpoints", "short", {"paused": "max(parcelbot_webhooks_paused)"}, ""),
    ],
    "The process": [
        (
            "Since each loop's last round",
            "s",
            {"{{loop}}": "max by (loop) (parcelbot_heartbeat_age_seconds)"},
            "Minutes mean that a loop stands still.",
        ),
        (
            "Transactions",
            "s",
            {
                "half {{kind}}": _quantile(0.5, "parcelbot_database_seconds", "kind"),
                "99 of 100 {{kind}}": _quantile(0.99, "parcelbot_database_seconds", "kind"),
            },
            "",
        ),
        ("Leader", "short", {"{{instance}}": "parcelbot_leading"}, "1 in the process that serves."),
        ("Memory", "bytes", {"{{instance}}": "parcelbot_process_resident_memory_bytes"}, ""),
    ],
}


def dashboard() -> str:
    """The dashboard as Grafana imports it."""
    panels: list[dict[str, Any]] = []
    y = 0
    for row, content in ROWS.items():
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": row,
                "collapsed": False,
                "gridPos": {"x": 0, "y": y, "w": 24, "h": 1},
                "panels": [],
            }
        )
        y += 1
        for place, (title, unit, queries, description) in enumerate(content):
            at = {
                "x": _WIDTH * (place % 3),
                "y": y + _HEIGHT * (place // 3),
                "w": _WIDTH,
                "h": _HEIGHT,
            }
            panels.append(_panel(len(panels) + 1, title, unit, queries, description, at))
        y += _HEIGHT * -(-len(content) // 3)
    return json.dumps(_board(panels), indent=2, ensure_ascii=False) + "\n"


def _panel(
    number: int, title: str, unit: str, queries: dict[str, str], description: str, at: dict[str, int]
) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "description": description,
        "datasource": _SOURCE,
        "gridPos": at,
        "fieldConfig": {
            "defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 10, "showPoints": "never"}},
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(65 + place), "datasource": _SOURCE, "expr": expr, "legendFormat": legend}
            for place, (legend, expr) in enumerate(queries.items())
        ],
    }


def _board(panels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": None,
        "uid": "parcel-bot",
        "title": "Parcel bot",
        "tags": ["parcel-bot"],
        "timezone": "browser",
        "schemaVersion": 39,
        "version": 1,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "Prometheus",
                    "type": "datasource",
                    "query": "prometheus",
                    "current": {},
                    "hide": 0,
                }
            ]
        },
        "annotations": {"list": []},
        "panels": panels,
    }
