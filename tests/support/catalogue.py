"""What is measured: name, type and labels of every metric. It goes when the code has a catalogue of its own."""

from __future__ import annotations

from typing import Final

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"

CATALOGUE: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "turfwatch_build_info": (GAUGE, ("version", "python", "component")),
    "turfwatch_started_timestamp_seconds": (GAUGE, ()),
    "turfwatch_redis_command_duration_seconds": (HISTOGRAM, ("command",)),
    "turfwatch_redis_command_failures_total": (COUNTER, ("command",)),
    "turfwatch_redis_memory_used_bytes": (GAUGE, ()),
    "turfwatch_redis_memory_limit_bytes": (GAUGE, ()),
    "turfwatch_retries_total": (COUNTER, ()),
    "turfwatch_records_total": (COUNTER, ()),
    "turfwatch_lines_total": (COUNTER, ()),
    "turfwatch_batches_total": (COUNTER, ()),
    "turfwatch_ticks_total": (COUNTER, ()),
    "turfwatch_skipped_lines_total": (COUNTER, ()),
    "turfwatch_posts_total": (COUNTER, ("outcome",)),
    "turfwatch_late_posts_total": (COUNTER, ()),
    "turfwatch_clustered_posts_total": (COUNTER, ()),
    "turfwatch_deletes_total": (COUNTER, ("outcome",)),
    "turfwatch_lost_records_total": (COUNTER, ()),
    "turfwatch_dead_letters_total": (COUNTER, ("reason",)),
    "turfwatch_stage_duration_seconds": (HISTOGRAM, ("stage",)),
    "turfwatch_stage_items_total": (COUNTER, ("stage", "outcome")),
    "turfwatch_heartbeat_timestamp_seconds": (GAUGE, ("stage",)),
    "turfwatch_event_age_seconds": (HISTOGRAM, ("stage",)),
    "turfwatch_watermark_timestamp_seconds": (GAUGE, ("stream",)),
    "turfwatch_streams": (GAUGE, ()),
    "turfwatch_lag_records": (GAUGE, ()),
    "turfwatch_lag_seconds": (GAUGE, ()),
    "turfwatch_partitions_assigned": (GAUGE, ()),
    "turfwatch_state_entries": (GAUGE, ("store",)),
    "turfwatch_state_bytes": (GAUGE, ("store",)),
    "turfwatch_outbox_events": (GAUGE, ()),
    "turfwatch_outbox_oldest_timestamp_seconds": (GAUGE, ()),
    "turfwatch_bursts_total": (COUNTER, ("told",)),
    "turfwatch_bursts_open": (GAUGE, ()),
    "turfwatch_incident_events_total": (COUNTER, ("type", "kind", "severity")),
    "turfwatch_incidents_open": (GAUGE, ("kind", "severity")),
    "turfwatch_suppressed_total": (COUNTER, ("reason",)),
    "turfwatch_verdicts_total": (COUNTER, ("kind", "verdict")),
    "turfwatch_precision_ratio": (GAUGE, ("kind",)),
    "turfwatch_campaign_score": (GAUGE, ("campaign", "kind")),
    "turfwatch_campaign_accounts": (GAUGE, ("campaign", "kind")),
    "turfwatch_campaign_posts": (GAUGE, ("campaign", "kind")),
    "turfwatch_keyword_significance": (GAUGE, ("keyword",)),
    "turfwatch_keyword_posts": (GAUGE, ("keyword",)),
    "turfwatch_notifications_total": (COUNTER, ("endpoint", "outcome")),
    "turfwatch_delivery_attempts_total": (COUNTER, ("endpoint", "outcome")),
    "turfwatch_delivery_duration_seconds": (HISTOGRAM, ("endpoint",)),
    "turfwatch_deliveries_waiting": (GAUGE, ("endpoint",)),
    "turfwatch_deliveries_oldest_timestamp_seconds": (GAUGE, ("endpoint",)),
    "turfwatch_delivery_dead_letters": (GAUGE, ("endpoint",)),
    "turfwatch_endpoint_state": (GAUGE, ("endpoint", "state")),
    "turfwatch_unreadable_events_total": (COUNTER, ()),
}


def series() -> dict[str, tuple[str, frozenset[str]]]:
    """Type and labels by the name that a query uses; histograms have three."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for name, (kind, labels) in CATALOGUE.items():
        if kind == HISTOGRAM:
            for suffix, more in (("_bucket", {"le"}), ("_count", set()), ("_sum", set())):
                found[name + suffix] = (COUNTER, frozenset(labels) | more)
        else:
            found[name] = (kind, frozenset(labels))
    return found
