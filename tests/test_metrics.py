"""Numbers: what the loops report is what a scrape shows; names that dashboards rely on do exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics

ROOT = Path(__file__).parent.parent
_NAME = re.compile(r"\bparcelbot_[a-z_]+")


def scraped(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    """Sample name and label values → value."""
    families = text_string_to_metric_families(metrics.expose().decode())
    return {(s.name, tuple(s.labels.values())): s.value for family in families for s in family.samples}


def test_checks_calls_updates_and_notices_are_counted_by_their_end() -> None:
    m = Metrics()
    m.checked("quiet", 3)
    m.checked("changed")
    m.call("aliexpress.ds.order.tracking.get", "Throttled", 0.2)
    m.handled("handled", 0.01)
    m.sent("Sent", 30)
    m.sent("Later", 500)
    m.event("throttled", "ApiCallLimit")
    m.unknown(2)
    found = scraped(m)
    assert found["parcelbot_checks_total", ("quiet",)] == 3
    assert found["parcelbot_checks_total", ("changed",)] == 1
    assert found["parcelbot_aliexpress_calls_total", ("aliexpress.ds.order.tracking.get", "Throttled")] == 1
    assert found["parcelbot_updates_total", ("handled",)] == 1
    assert found["parcelbot_notices_total", ("Later",)] == 1
    assert found["parcelbot_notice_delay_seconds_count", ()] == 1, "only what was told has a delay"
    assert found["parcelbot_aliexpress_events_total", ("throttled",)] == 1
    assert found["parcelbot_unknown_texts_total", ()] == 2


def test_every_new_entry_has_its_delay() -> None:
    m = Metrics()
    m.changed(2, [100.0, 4000.0])
    found = scraped(m)
    assert found["parcelbot_nodes_total", ()] == 2
    assert found["parcelbot_node_delay_seconds_sum", ()] == 4100
    assert found["parcelbot_node_delay_seconds_bucket", ("300.0",)] == 1


def test_transactions_are_timed_by_kind() -> None:
    m = Metrics()
    m.transaction("write", 0.004)
    assert scraped(m)["parcelbot_database_seconds_count", ("write",)] == 1


def test_a_heartbeat_ages_with_the_clock() -> None:
    at = 100.0
    m = Metrics(clock=lambda: at)
    m.beat("poller")
    at = 142.0
    assert m.beat_ages() == {"poller": 42.0}
    assert scraped(m)["parcelbot_heartbeat_age_seconds", ("poller",)] == 42


def test_two_bots_in_one_process_do_not_share_numbers() -> None:
    one, other = Metrics(), Metrics()
    one.checked("quiet")
    assert ("parcelbot_checks_total", ("quiet",)) not in scraped(other)


def test_memory_of_the_process_is_among_them() -> None:
    assert scraped(Metrics())["parcelbot_process_resident_memory_bytes", ()] > 1_000_000


# ── dashboards and alerts ───────────────────────────────────────────────────────────────────────


def _exposed_names() -> set[str]:
    """Every sample name a scrape can ever hold."""
    names = set()
    for family in Metrics().registry.collect():
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        names |= {family.name + ending for ending in endings}
    return names


@pytest.mark.parametrize("path", ["docs/deploy/grafana.json", "docs/deploy/alerts.yml"])
def test_what_the_operator_watches_is_exposed(path: str) -> None:
    used = set(_NAME.findall((ROOT / path).read_text(encoding="utf-8")))
    assert used
    assert used <= _exposed_names(), f"not exposed: {sorted(used - _exposed_names())}"


def test_the_dashboard_shows_every_family() -> None:
    text = (ROOT / "docs/deploy/grafana.json").read_text(encoding="utf-8")
    families = {f.name for f in Metrics().registry.collect() if not f.name.startswith("parcelbot_process")}
    assert {name for name in families if name not in text} == set()


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    board = json.loads((ROOT / "docs/deploy/grafana.json").read_text(encoding="utf-8"))
    assert board["id"] is None, "Grafana gives the number"
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in board["panels"]:
        assert {"x", "y", "w", "h"} <= panel["gridPos"].keys()
        if panel["type"] == "row":
            continue
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert all(target["expr"] for target in panel["targets"])
    places = {(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]}
    assert len(places) == len(board["panels"]), "no two panels at one place"
