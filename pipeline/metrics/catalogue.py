"""All metrics: the one place for their names, labels, buckets and meanings. docs/metrics.md is made from it.

A name is never changed or given another meaning: dashboards and alerts of operators hang on it.
"""

from __future__ import annotations

from typing import Final, get_args

from pipeline.detect.assess import Kind
from pipeline.detect.rule import Reason
from pipeline.detect.severity import Severity
from pipeline.incidents.answer import Verdict
from pipeline.metrics.metric import BOTH, OTHER, Label, Metric
from pipeline.notify.attempts import Fate
from pipeline.state.sizes import STORES

WORK_S: Final = (0.001, 0.005, 0.025, 0.1, 1.0)
ATTEMPT_S: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 30.0)
AGE_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""The objectives, 10 s and 60 s, are bounds of buckets: what keeps to them is counted exactly."""

TOP: Final = 20
"""Streams, campaigns and keywords of a process that have series of their own, at most."""

WORKER_STAGES: Final = ("read", "prepare", "observe", "evaluate", "bursts", "tell")
NOTIFIER_STAGES: Final = ("queue", "deliver")
_COMMAND = Label("command", ("observe", "commit", "prune", "told", "keep", "enqueue", "claim", "settle", "read", OTHER))
_STAGE = Label("stage", WORKER_STAGES)
_KIND = Label("kind", get_args(Kind))
_SEVERITY = Label("severity", get_args(Severity))
_STORE = Label("store", STORES)
_ENDPOINT = Label("endpoint", bound="names of the configuration")
_CAMPAIGN = Label("campaign", bound=f"ids of at most {TOP} incidents, each for 10 minutes at least")
_KEYWORD = Label("keyword", bound=f"ids of at most {TOP} bursts, each for 10 minutes at least")

REASONS: Final = (
    *("bad-allow", "bad-key", "bad-time", "bad-verdict", "bad-watch", "bug", "empty", "missing-field", "naive-time"),
    *("no-key", "not-json", "not-utf8", "nul-in-id", "null-value", "other-partition", "out-of-range-time"),
    *("too-deep", "too-long", "too-many-items", "wrong-type"),
)
"""Why a line is refused."""

EVENTS: Final = (
    *("opened", "updated", "escalated", "resolved", "reopened", "suppressed", "merged", "digest", "verdict"),
)

BUILD_INFO: Final = Metric(
    "turfwatch_build_info",
    "gauge",
    "Always 1; its labels say what runs.",
    (Label("version", bound="one"), Label("python", bound="one"), Label("component", BOTH)),
    BOTH,
)
STARTED: Final = Metric("turfwatch_started_timestamp_seconds", "gauge", "When the process began.", (), BOTH)
CALL_DURATION: Final = Metric(
    "turfwatch_redis_command_duration_seconds",
    "histogram",
    "Time that a call of Redis took: of scripts by their name, and of reads that are made together.",
    (_COMMAND,),
    BOTH,
    WORK_S,
)
CALL_FAILURES: Final = Metric(
    "turfwatch_redis_command_failures_total", "counter", "Calls of Redis that failed.", (_COMMAND,), BOTH
)
MEMORY_USED: Final = Metric(
    "turfwatch_redis_memory_used_bytes",
    "gauge",
    "Memory that Redis uses, looked at once a minute; of a cluster that of its fullest primary.",
    (),
    BOTH,
)
MEMORY_LIMIT: Final = Metric(
    "turfwatch_redis_memory_limit_bytes", "gauge", "maxmemory of the same server; 0 for none.", (), BOTH
)
RETRIES: Final = Metric("turfwatch_retries_total", "counter", "Calls to Redis or Kafka that were made again.", (), BOTH)

RECORDS: Final = Metric("turfwatch_records_total", "counter", "Records taken from the topic of the posts.")
LINES: Final = Metric("turfwatch_lines_total", "counter", "Lines in them, refused ones included.")
BATCHES: Final = Metric("turfwatch_batches_total", "counter", "Calls of the engine.")
TICKS: Final = Metric("turfwatch_ticks_total", "counter", "Ticks written for streams without a post.")
SKIPPED: Final = Metric("turfwatch_skipped_lines_total", "counter", "Lines that came again and were applied before.")
POSTS: Final = Metric(
    "turfwatch_posts_total",
    "counter",
    "Posts by what became of them: applied, seen before within the index horizon, come again with another text.",
    (Label("outcome", ("applied", "duplicate", "edit")),),
)
LATE_POSTS: Final = Metric("turfwatch_late_posts_total", "counter", "Posts older than the watermark minus the grace.")
CLUSTERED_POSTS: Final = Metric("turfwatch_clustered_posts_total", "counter", "Posts that joined a cluster.")
DELETES: Final = Metric(
    "turfwatch_deletes_total",
    "counter",
    "Deletions, by whether the post was known.",
    (Label("outcome", ("known", "unknown")),),
)
LOST: Final = Metric("turfwatch_lost_records_total", "counter", "Records that the topic dropped before they were read.")
DEAD_LETTERS: Final = Metric(
    "turfwatch_dead_letters_total", "counter", "Refused lines and records.", (Label("reason", (*REASONS, OTHER)),)
)
STAGE_DURATION: Final = Metric(
    "turfwatch_stage_duration_seconds",
    "histogram",
    "Time of one run of a stage. Some hold others: bursts are worked on while observe waits, and told within evaluate.",
    (_STAGE,),
    buckets=WORK_S,
)
STAGE_ITEMS: Final = Metric(
    "turfwatch_stage_items_total",
    "counter",
    "What went through a stage: records (read), lines (prepare, observe), networks (evaluate), batches and bursts that "
    "moved (bursts), events (tell).",
    (_STAGE, Label("outcome", ("done", "failed"))),
)
HEARTBEAT: Final = Metric(
    "turfwatch_heartbeat_timestamp_seconds",
    "gauge",
    "When a stage last did something, at first the start of the process. evaluate, bursts and tell rest where nothing "
    "is due; deliver of a notifier looks at its queues once a second, queue rests where nothing is told.",
    (Label("stage", (*WORKER_STAGES, *NOTIFIER_STAGES)),),
    BOTH,
)
EVENT_AGE: Final = Metric(
    "turfwatch_event_age_seconds",
    "histogram",
    "scored: lines, from the append of their record until they were applied. delivered: events, from their own time to "
    "their first 2xx, but for those of a replay and those that quiet hours held back.",
    (Label("stage", ("scored", "delivered")),),
    BOTH,
    AGE_S,
)
WATERMARK: Final = Metric(
    "turfwatch_watermark_timestamp_seconds",
    "gauge",
    "Watermark of a stream, in event time.",
    (Label("stream", bound=f"the {TOP} furthest behind, each for 10 minutes at least"),),
)
STREAMS: Final = Metric("turfwatch_streams", "gauge", "Streams that lie in the partitions of the worker.")
LAG_RECORDS: Final = Metric("turfwatch_lag_records", "gauge", "Records that wait, in all partitions of the worker.")
LAG_SECONDS: Final = Metric(
    "turfwatch_lag_seconds", "gauge", "Age of the last record done while others wait, of the worst partition."
)
PARTITIONS: Final = Metric("turfwatch_partitions_assigned", "gauge", "Partitions that the group gave the worker.")
STATE_ENTRIES: Final = Metric(
    "turfwatch_state_entries",
    "gauge",
    "Entries of state of the worker's streams, looked at once a minute, 50 streams at a time.",
    (_STORE,),
)
STATE_BYTES: Final = Metric(
    "turfwatch_state_bytes", "gauge", "Bytes of the same, as Redis estimates them from samples.", (_STORE,)
)
OUTBOX: Final = Metric(
    "turfwatch_outbox_events", "gauge", "Events that the topic has not acknowledged, looked at every 15 seconds."
)
OUTBOX_OLDEST: Final = Metric(
    "turfwatch_outbox_oldest_timestamp_seconds",
    "gauge",
    "Since when the oldest of them waits in this worker, by its clock; 0 where none does.",
)
BURSTS: Final = Metric(
    "turfwatch_bursts_total",
    "counter",
    "Bursts of keywords that opened, by whether they were told at once; those that are told later count as no.",
    (Label("told", ("yes", "no")),),
)
BURSTS_OPEN: Final = Metric("turfwatch_bursts_open", "gauge", "Bursts that go on, looked at every 15 seconds.")
INCIDENT_EVENTS: Final = Metric(
    "turfwatch_incident_events_total",
    "counter",
    "Incident events that the topic acknowledged; a digest has neither kind nor severity.",
    (Label("type", (*EVENTS, OTHER)), _KIND, _SEVERITY),
)
INCIDENTS_OPEN: Final = Metric(
    "turfwatch_incidents_open",
    "gauge",
    "Open incidents of the worker's streams. Of a stream that it takes over they are counted within seconds.",
    (_KIND, _SEVERITY),
)
SUPPRESSED: Final = Metric(
    "turfwatch_suppressed_total",
    "counter",
    "Incidents that were told as suppressed, by what explains them.",
    (Label("reason", (*get_args(Reason), OTHER)),),
)
VERDICTS: Final = Metric(
    "turfwatch_verdicts_total",
    "counter",
    "Answers of operators.",
    (_KIND, Label("verdict", get_args(Verdict))),
)
PRECISION: Final = Metric(
    "turfwatch_precision_ratio",
    "gauge",
    "Share of campaigns among the last answers to all incidents of a kind, where there are any.",
    (_KIND,),
)
CAMPAIGN_SCORE: Final = Metric(
    "turfwatch_campaign_score",
    "gauge",
    "Score of an open incident, as told last by this worker: the highest scores.",
    (_CAMPAIGN, _KIND),
)
CAMPAIGN_ACCOUNTS: Final = Metric(
    "turfwatch_campaign_accounts", "gauge", "Members of the same incidents.", (_CAMPAIGN, _KIND)
)
CAMPAIGN_POSTS: Final = Metric("turfwatch_campaign_posts", "gauge", "Posts of the same incidents.", (_CAMPAIGN, _KIND))
KEYWORD_SIGNIFICANCE: Final = Metric(
    "turfwatch_keyword_significance",
    "gauge",
    "Significance of a burst that goes on, at its peak: the most significant ones.",
    (_KEYWORD,),
)
KEYWORD_POSTS: Final = Metric(
    "turfwatch_keyword_posts", "gauge", "Posts of the same bursts, as far as they are counted.", (_KEYWORD,)
)

NOTIFICATIONS: Final = Metric(
    "turfwatch_notifications_total",
    "counter",
    "Events by what an endpoint's queue did with them.",
    (_ENDPOINT, Label("outcome", ("queued", "replaced", "known", "unwanted", "silenced", "disabled", "full"))),
    ("notifier",),
)
ATTEMPTS: Final = Metric(
    "turfwatch_delivery_attempts_total",
    "counter",
    "Attempts to deliver, by what follows from them.",
    (_ENDPOINT, Label("outcome", get_args(Fate))),
    ("notifier",),
)
ATTEMPT_DURATION: Final = Metric(
    "turfwatch_delivery_duration_seconds", "histogram", "Time of an attempt.", (_ENDPOINT,), ("notifier",), ATTEMPT_S
)
WAITING: Final = Metric(
    "turfwatch_deliveries_waiting",
    "gauge",
    "Deliveries that wait, looked at every 15 seconds.",
    (_ENDPOINT,),
    ("notifier",),
)
WAITING_OLDEST: Final = Metric(
    "turfwatch_deliveries_oldest_timestamp_seconds",
    "gauge",
    "Since when the oldest of them waits; 0 where none does.",
    (_ENDPOINT,),
    ("notifier",),
)
DELIVERY_DEAD_LETTERS: Final = Metric(
    "turfwatch_delivery_dead_letters", "gauge", "Dead letters that are kept.", (_ENDPOINT,), ("notifier",)
)
ENDPOINT_STATE: Final = Metric(
    "turfwatch_endpoint_state",
    "gauge",
    "1 for the state that an endpoint is in, 0 for the others; failing from its first failure to its next success.",
    (_ENDPOINT, Label("state", ("ready", "failing", "disabled"))),
    ("notifier",),
)
UNREADABLE: Final = Metric(
    "turfwatch_unreadable_events_total", "counter", "Records that are no events.", (), ("notifier",)
)

ALL: Final = tuple(each for each in tuple(globals().values()) if isinstance(each, Metric))
"""Every metric, in the order in which it stands here."""
