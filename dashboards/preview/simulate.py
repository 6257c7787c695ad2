"""Simulate the metrics of two workers and a notifier, as far as dashboards show them.

A morning with three campaigns, a minute of a slow Redis, and a receiver that does not answer for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dashboards.preview.series import TIMES, Families, Values, between, bump, growing, minutes

if TYPE_CHECKING:
    from collections.abc import Sequence

CALL_S = (0.001, 0.0025, 0.01, 0.05, 0.25, 1.0)
STAGE_S = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5)
ATTEMPT_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 30.0)
AGE_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)

WORKERS = {"worker-a:6066": 1.0, "worker-b:6066": 0.6}
NOTIFIER = "notifier:6067"
STREAMS = {
    "worker-a:6066": ("news", "elections", "energy", "health"),
    "worker-b:6066": ("football", "transport", "weather"),
}
SLOW = bump(42, 2.5)
"""Redis is slow."""

DOWN = between(26, -1)
"""The receiver `team-chat` does not answer."""

DAY = 70 + 25 * np.sin((TIMES - minutes(420)) / 5000) + 60 * bump(25, 14)
"""Posts a second of the larger worker."""

STAGES = {
    "read": (0.0004, 1.0),
    "prepare": (0.004, 1.0),
    "observe": (0.012, 1.0),
    "evaluate": (0.03, 0.15),
    "bursts": (0.006, 0.1),
    "tell": (0.008, 0.1),
}
COMMANDS = {
    "observe": (0.006, 1.0),
    "commit": (0.0012, 0.05),
    "prune": (0.002, 0.02),
    "told": (0.0009, 0.02),
    "keep": (0.001, 0.12),
    "read": (0.0006, 0.8),
    "other": (0.0005, 0.1),
}
STORES = {
    "bands": (210e6, 2.1e6),
    "objects": (96e6, 41e3),
    "texts": (64e6, 38e3),
    "authors": (51e6, 190e3),
    "pairs": (33e6, 240e3),
    "seen": (30e6, 320e3),
    "baseline": (12e6, 88e3),
    "edges": (4e6, 31e3),
    "networks": (2e6, 420),
    "incidents": (1.2e6, 61),
    "said": (0.4e6, 900),
    "chronicle": (0.3e6, 700),
    "other": (0.3e6, 40),
}


class Campaign(NamedTuple):
    """An incident; ``start``, ``full`` and ``end`` are minutes before the end of the hours, 0 for an open one."""

    name: str
    kind: str
    severity: str
    start: float
    full: float
    end: float
    accounts: int
    posts: int
    score: float


CAMPAIGNS = (
    Campaign("inc_5be1", "coordinated-network", "critical", 205, 120, 0, 131, 2210, 0.98),
    Campaign("inc_90c4", "copy-paste-wave", "warning", 150, 110, 0, 58, 342, 0.84),
    Campaign("inc_27ad", "reply-swarm", "warning", 96, 60, 0, 24, 415, 0.79),
    Campaign("inc_e30f", "coordinated-network", "critical", 27, 4, 0, 84, 690, 0.96),
    Campaign("inc_71d2", "amplification-ring", "info", 61, 40, 0, 12, 160, 0.66),
    Campaign("inc_b8f6", "copy-paste-wave", "info", 320, 290, 140, 17, 71, 0.58),
)
BURSTS = (
    ("bst_4f1c", 27, 3, 0, 44.0, 1320),
    ("bst_a902", 58, 41, 0, 21.0, 610),
    ("bst_0d7e", 93, 80, 0, 17.5, 420),
    ("bst_c3b5", 22, 9, 0, 12.2, 240),
    ("bst_68aa", 140, 120, 50, 9.4, 180),
)
ENDPOINTS = {"siem": 0.04, "on-call": 0.18, "team-chat": 0.3, "archive": 0.12}


def simulated() -> Families:
    """Simulate all processes."""
    found = Families()
    for instance, share in WORKERS.items():
        worker(found, instance, share)
        detection(found, instance, share)
    notifier(found)
    everybody(found)
    return found


def labels_of(instance: str) -> dict[str, str]:
    """Give the labels that Prometheus adds."""
    job = "turfwatch-notifier" if instance == NOTIFIER else "turfwatch-worker"
    return {"job": job, "instance": instance}


def noisy(found: Families, share: float = 0.06) -> Values:
    """Give a factor around 1 for every moment."""
    return found.random.normal(1, share, TIMES.shape)


def worker(found: Families, instance: str, share: float) -> None:
    """Simulate what a worker does with lines."""
    own = labels_of(instance)
    posts = DAY * share * noisy(found)
    delay = 0.18 + 6.4 * SLOW * share
    found.counter("turfwatch_ticks_total", own, 0.05)
    for name, rate in {"records": posts / 4, "lines": posts, "batches": posts / 9}.items():
        found.counter(f"turfwatch_{name}_total", own, rate)
    found.counter("turfwatch_skipped_lines_total", own, 4 * bump(40, 1))
    for outcome, part in {"applied": 0.96, "duplicate": 0.03, "edit": 0.01}.items():
        found.counter("turfwatch_posts_total", {**own, "outcome": outcome}, posts * part)
    found.counter("turfwatch_late_posts_total", own, posts * 0.003 + 0.2 * SLOW)
    found.counter("turfwatch_clustered_posts_total", own, posts * (0.06 + 0.05 * bump(25, 14)))
    for outcome, part in {"known": 0.012, "unknown": 0.002}.items():
        found.counter("turfwatch_deletes_total", {**own, "outcome": outcome}, posts * part)
    found.counter("turfwatch_lost_records_total", own, 0)
    for reason, refused in {"wrong-type": 0.012, "missing-field": 0.008, "too-long": 0.004, "not-json": 0.0}.items():
        found.counter("turfwatch_dead_letters_total", {**own, "reason": reason}, refused * share)
    for stage, (median, often) in STAGES.items():
        at = {**own, "stage": stage}
        slower = median * (1 + 14 * SLOW) if stage in {"observe", "evaluate", "tell"} else median * noisy(found)
        found.histogram("turfwatch_stage_duration_seconds", at, posts / 9 * often, slower, STAGE_S)
        found.counter("turfwatch_stage_items_total", {**at, "outcome": "done"}, posts * often)
        failed = 0.05 * SLOW if stage == "observe" else 0.0
        found.counter("turfwatch_stage_items_total", {**at, "outcome": "failed"}, failed)
        rest = {"read": 0.4, "prepare": 0.5, "observe": 0.6}.get(stage, 40 / (1 + 30 * often))
        beat = TIMES - found.random.uniform(0, rest, TIMES.shape)
        found.gauge("turfwatch_heartbeat_timestamp_seconds", at, beat)
    found.histogram("turfwatch_event_age_seconds", {**own, "stage": "scored"}, posts, delay, AGE_S, 0.5)
    for number, stream in enumerate(STREAMS[instance]):
        behind = (1.5 + 5 * number) * noisy(found, 0.2) + 14 * SLOW
        found.gauge("turfwatch_watermark_timestamp_seconds", {**own, "stream": stream}, TIMES - behind)
    found.gauge("turfwatch_streams", own, len(STREAMS[instance]))
    found.gauge("turfwatch_partitions_assigned", own, 6)
    found.gauge("turfwatch_lag_seconds", own, np.maximum(0, 0.3 * noisy(found, 0.4) + 8.4 * SLOW * share))
    found.gauge("turfwatch_lag_records", own, np.floor(6 * noisy(found, 0.4) + 700 * SLOW * share))
    filled = 1 - 0.5 * np.exp(-(TIMES - TIMES[0]) / 5000)
    for store, (size, entries) in STORES.items():
        found.gauge("turfwatch_state_bytes", {**own, "store": store}, size * share * filled * noisy(found, 0.01))
        found.gauge("turfwatch_state_entries", {**own, "store": store}, np.floor(entries * share * filled))
    stuck = SLOW > 0.4
    found.gauge("turfwatch_outbox_events", own, np.where(stuck, 3 + np.floor(6 * SLOW), 0))
    found.gauge("turfwatch_outbox_oldest_timestamp_seconds", own, np.where(stuck, TIMES - 11 * SLOW, 0))


def detection(found: Families, instance: str, share: float) -> None:
    """Simulate what a worker finds: the larger one has the campaigns of this morning."""
    own = labels_of(instance)
    kinds = ("coordinated-network", "copy-paste-wave", "amplification-ring", "reply-swarm", "keyword-burst")
    mine = CAMPAIGNS if share == 1 else ()
    for kind in kinds:
        for severity in ("critical", "warning", "info"):
            incidents(found, own, kind, severity, share, mine)
        answered = {"true": 0.0009, "false": 0.0001, "benign": 0.0002} if kind != "keyword-burst" else {}
        for verdict, rate in answered.items():
            found.counter("turfwatch_verdicts_total", {**own, "kind": kind, "verdict": verdict}, rate * share)
    for kind, precision in {"coordinated-network": 0.94, "copy-paste-wave": 0.83, "reply-swarm": 0.72}.items():
        found.gauge("turfwatch_precision_ratio", {**own, "kind": kind}, precision)
    reasons = {"share-button": 5, "syndication": 3.4, "app": 2, "fans": 1.4, "template": 0.8, "allowed": 0.4}
    for reason, hourly in reasons.items():
        found.counter("turfwatch_suppressed_total", {**own, "reason": reason}, hourly * share / 3600)
    for told, hourly in {"yes": 3, "no": 9}.items():
        found.counter("turfwatch_bursts_total", {**own, "told": told}, hourly * share / 3600)
    found.gauge("turfwatch_bursts_open", own, np.round(share * (4 + 3 * bump(25, 14)) * noisy(found, 0.1)))
    top(found, own, mine)


def top(found: Families, own: dict[str, str], mine: Sequence[Campaign]) -> None:
    """Simulate the largest campaigns and keywords."""
    for name, kind, _, start, full, end, accounts, posts, score in mine:
        alive = np.where(minutes(end) + 30 < TIMES, np.nan, growing(start, full))
        at = {**own, "campaign": name, "kind": kind}
        found.gauge("turfwatch_campaign_accounts", at, np.ceil(accounts * alive) + 4)
        found.gauge("turfwatch_campaign_posts", at, np.ceil(posts * alive) + 9)
        found.gauge("turfwatch_campaign_score", at, score - 0.2 * (1 - alive))
    for name, start, full, end, significance, posts in BURSTS if mine else ():
        alive = np.where(minutes(end) + 30 < TIMES, np.nan, growing(start, full))
        found.gauge("turfwatch_keyword_significance", {**own, "keyword": name}, significance * alive + 3)
        found.gauge("turfwatch_keyword_posts", {**own, "keyword": name}, np.ceil(posts * alive) + 20)


def incidents(
    found: Families,
    own: dict[str, str],
    kind: str,
    severity: str,
    share: float,
    mine: Sequence[Campaign],
) -> None:
    """Simulate the events and the open incidents of one kind and severity."""
    of = [each for each in mine if (each.kind, each.severity) == (kind, severity)]
    burst = kind == "keyword-burst" and severity == "info"
    extra = 2 * share * bump(25, 14) + share if burst else np.zeros(TIMES.shape)
    opened = sum((between(each.start + 0.5, each.start) / 30 for each in of), np.zeros(TIMES.shape))
    closed = sum((between(each.end + 0.5, each.end) / 30 for each in of if each.end), np.zeros(TIMES.shape))
    alive = sum((between(each.start, each.end - 1) for each in of), np.zeros(TIMES.shape))
    at = {**own, "kind": kind, "severity": severity}
    found.gauge("turfwatch_incidents_open", at, np.round(alive + extra))
    rates: dict[str, tuple[Values, float]] = {
        "opened": (opened, 3 * share / 3600 if burst else 0),
        "updated": (alive * 5 / 3600, 6 * share / 3600 if burst else 0),
        "escalated": (alive * (0.35 / 3600 if severity != "info" else 0), 0),
        "resolved": (closed, 3 * share / 3600 if burst else 0),
        "suppressed": (np.zeros(TIMES.shape), 1.5 * share / 3600 if severity == "info" else 0),
    }
    for event, (exact, hourly) in rates.items():
        # What opened did so once: only the rest is drawn by chance.
        chance = found.random.poisson(np.full(TIMES.shape, hourly * 30)) / 30
        found.counter(
            "turfwatch_incident_events_total", {**at, "type": event}, exact + chance, whole=event == "updated"
        )


def notifier(found: Families) -> None:
    """Simulate the notifier and its endpoints."""
    own = labels_of(NOTIFIER)
    events = (30 + 60 * bump(25, 14)) / 3600
    ages = {**own, "stage": "delivered"}
    found.histogram("turfwatch_event_age_seconds", ages, events, 1.4 + 5 * SLOW, AGE_S, 0.7)
    found.counter("turfwatch_unreadable_events_total", own, 0)
    for stage, rest in {"queue": 25.0, "deliver": 1.0}.items():
        beat = TIMES - found.random.uniform(0, rest, TIMES.shape)
        found.gauge("turfwatch_heartbeat_timestamp_seconds", {**own, "stage": stage}, beat)
    for endpoint, median in ENDPOINTS.items():
        at = {**own, "endpoint": endpoint}
        down = DOWN if endpoint == "team-chat" else np.zeros(TIMES.shape)
        wanted = 0.25 if endpoint == "on-call" else 0.8
        kinds = {"queued": wanted, "unwanted": 0.95 - wanted, "replaced": 0.03, "known": 0.01, "silenced": 0.01}
        for outcome, part in {**kinds, "disabled": 0.0, "full": 0.0}.items():
            found.counter("turfwatch_notifications_total", {**at, "outcome": outcome}, events * part)
        outcomes: dict[str, Values | float] = {
            "delivered": events * wanted * (1 - down),
            "again": down / 40 + (0.3 / 3600),
            "dead": 0.0,
            "disabled": 0.0,
            "returned": 0.02 / 3600,
        }
        for outcome, rate in outcomes.items():
            found.counter("turfwatch_delivery_attempts_total", {**at, "outcome": outcome}, rate)
        tries = events * wanted + down / 40
        found.histogram("turfwatch_delivery_duration_seconds", at, tries, median * (1 + 30 * down), ATTEMPT_S, 0.4)
        queued = np.floor(np.cumsum(events * wanted * down) * 30)
        found.gauge("turfwatch_deliveries_waiting", at, queued)
        found.gauge("turfwatch_deliveries_oldest_timestamp_seconds", at, np.where(queued > 0, minutes(26), 0))
        found.gauge("turfwatch_delivery_dead_letters", at, 2 if endpoint == "archive" else 0)
        for state, value in {"ready": 1 - down, "failing": down, "disabled": 0 * down}.items():
            found.gauge("turfwatch_endpoint_state", {**at, "state": state}, value)
    for command, median in {"enqueue": 0.0011, "claim": 0.0008, "settle": 0.0009, "read": 0.0006}.items():
        calls(found, own, command, median, 1.0 if command in {"claim", "read"} else events)


def calls(found: Families, own: dict[str, str], command: str, median: float, rate: Values | float) -> None:
    """Simulate the calls of one command."""
    at = {**own, "command": command}
    duration = median * (1 + 25 * SLOW) * noisy(found)
    found.histogram("turfwatch_redis_command_duration_seconds", at, rate, duration, CALL_S)
    failed = 0.08 * SLOW if command in {"observe", "read"} else 0.0
    found.counter("turfwatch_redis_command_failures_total", at, failed)


def everybody(found: Families) -> None:
    """Simulate what all processes expose, and what Prometheus adds."""
    for instance, share in {**WORKERS, NOTIFIER: 0.08}.items():
        own = labels_of(instance)
        component = "notifier" if instance == NOTIFIER else "worker"
        if component == "worker":
            for command, (median, often) in COMMANDS.items():
                calls(found, own, command, median, DAY * share / 9 * often)
        info = {"version": "0.1.0", "python": "3.11.2", "component": component}
        found.gauge("turfwatch_build_info", {**own, **info}, 1)
        started = minutes(60 * 77 if component == "worker" else 60 * 26)
        found.gauge("turfwatch_started_timestamp_seconds", own, started)
        found.gauge("process_start_time_seconds", own, started)
        found.counter("turfwatch_retries_total", own, 0.3 * SLOW)
        used = 505e6 + 300e6 * (1 - np.exp(-(TIMES - TIMES[0]) / 5000))
        found.gauge("turfwatch_redis_memory_used_bytes", own, used)
        found.gauge("turfwatch_redis_memory_limit_bytes", own, 2**31)
        found.counter("process_cpu_seconds_total", own, 0.55 * share * DAY / 90 * noisy(found, 0.04), whole=False)
        found.gauge("process_resident_memory_bytes", own, (96e6 + 110e6 * share) * noisy(found, 0.004))
        found.gauge("process_virtual_memory_bytes", own, 900e6)
        found.gauge("process_open_fds", own, np.round(24 + 30 * share * noisy(found, 0.03)))
        found.gauge("process_max_fds", own, 1024)
        for generation, rate in {"0": 1.4, "1": 0.13, "2": 0.011}.items():
            found.counter("python_gc_collections_total", {**own, "generation": generation}, rate * share)
            found.counter("python_gc_objects_collected_total", {**own, "generation": generation}, 40 * rate * share)
            found.counter("python_gc_objects_uncollectable_total", {**own, "generation": generation}, 0)
        found.gauge("up", own, 1)
        found.gauge("scrape_duration_seconds", own, (0.006 + 0.02 * share) * noisy(found, 0.2))
        found.gauge("scrape_samples_scraped", own, 240 if component == "notifier" else 560)
