"""Pipeline: how posts flow, where time is spent, what is behind or lost, how large the state is."""

from __future__ import annotations

from grafana_foundation_sdk.models import common as looks

from dashboards import shared
from dashboards.frame import Plan, Row
from dashboards.panels import CRITICAL, INFO, WARNING, About, Query, bars, graph, number, rising
from dashboards.promql import age, largest, leading, own, quantile, rate, total

FAILED = 'outcome="failed"'
APPLIED = 'outcome="applied"'
OURS = 'stage!~"queue|deliver"'
STREAM = 'stream=~"$stream"'
WATERMARK = own("turfwatch_watermark_timestamp_seconds", STREAM)


def answer() -> Row:
    """Row 1: does it keep up, and lose nothing."""
    records = number(
        About(
            "Records behind",
            "Records that Kafka has and no worker has applied yet, over all partitions.",
            "near zero.",
            "a number says little by itself: see how long the oldest waits, beside this.",
        ),
        "short",
        Query(total(own("turfwatch_lag_records"))),
        steps=[(INFO, None)],
        empty="no worker",
    )
    behind = number(
        About(
            "Stream furthest behind",
            "Seconds between now and the watermark (the latest event time) of the stream that is furthest behind.",
            "below 60 s; silent streams get a tick every 30 s. A replay sent to Kafka is as old as its recording.",
            "the source sends old posts, or its worker is behind: compare with *Oldest record waits*.",
        ),
        "s",
        Query(largest(age(WATERMARK))),
        steps=rising(60, 300),
        empty="no stream",
    )
    panels = [shared.freshness(), shared.completeness(), shared.lag(), records, behind]
    return Row("Does it keep up, and lose nothing?", [*panels, shared.heartbeat(stages='stage=~"read|observe"')])


def coming_in() -> Row:
    """Row 2: what comes in."""
    shape = graph(
        About(
            "Records, lines and batches a second",
            "Records, lines in them, batches that they were applied in, ticks, and lines that came again and were applied before.",
            "lines at least as many as records; batches far fewer than lines when there is much to do; lines come again after a restart.",
            "as many batches as lines under load: batches are cut small, see *Slowest stages*.",
        ),
        "short",
        *[Query(total(rate(f"turfwatch_{name}_total")), name) for name in ("records", "lines", "batches", "ticks")],
        Query(total(rate("turfwatch_skipped_lines_total")), "lines again"),
    )
    refused = graph(
        About(
            "Refused or lost, a minute",
            "Lines that were refused, by reason (the four most frequent), and records lost to Kafka's retention.",
            "zero, or a thin line of a source known to be untidy.",
            "refused: `turfwatch dead-letters list`. Lost: a worker was down for longer than Kafka keeps records; nothing brings them back.",
        ),
        "short",
        Query(leading(f"60 * {total(rate('turfwatch_dead_letters_total'), 'reason')}", "reason", 4), "{{reason}}"),
        Query(f"60 * {total(rate('turfwatch_lost_records_total'))}", "lost"),
        colours={"lost": CRITICAL},
        style="stack",
    )
    return Row("What comes in?", [shared.posts(), shape, refused])


def stages() -> Row:
    """Row 3: where is time spent."""
    slowest = graph(
        About(
            "Slowest stages",
            "Time of one batch in a stage: 99 in 100 are faster, for the five slowest stages.",
            "observe leads by little; evaluate has peaks while a campaign runs.",
            "observe: Redis is slow, see *Runtime*. tell: the topic of incidents is slow. prepare: the processor is full.",
        ),
        "s",
        Query(leading(quantile(0.99, "turfwatch_stage_duration_seconds", by=("stage",)), "stage"), "{{stage}}"),
        step="2m",
    )
    busy = bars(
        About(
            "Busy, by stage",
            "Share of the last minutes that the busiest worker spent in each stage.",
            "below 70 % each; read waits for posts and does not count as busy.",
            "near 100 %: this stage is the bottleneck of a worker, move streams to another one. Some hold others: bursts are worked on while observe waits.",
        ),
        "percentunit",
        Query(largest(rate("turfwatch_stage_duration_seconds_sum"), "stage"), "{{stage}}"),
        steps=rising(0.7, 0.9),
        most=1,
        decimals=1,
        width=5,
    )
    silent = bars(
        About(
            "Silence, by stage",
            "Seconds since each stage last did something, in the worst process.",
            "read and observe below 45 s. Evaluate, bursts and tell wait for work and may be silent for long.",
            "read and observe silent: the worker is stuck, restart it.",
        ),
        "s",
        Query(largest(age(own("turfwatch_heartbeat_timestamp_seconds", OURS)), "stage"), "{{stage}}"),
        decimals=0,
        width=5,
    )
    failed = graph(
        About(
            "Failed batches a minute, by stage",
            "Batches that failed in a stage, of the five worst stages. A batch that fails is done again, and halved after the third time.",
            "zero.",
            "the worker's log has the stack; a line that always fails ends in dead letters with reason *bug*.",
        ),
        "short",
        Query(leading(f"60 * {total(rate('turfwatch_stage_items_total', FAILED), 'stage')}", "stage"), "{{stage}}"),
        room=1,
        width=6,
    )
    return Row("Where is time spent?", [slowest, busy, silent, failed])


def behind() -> Row:
    """Row 4: is something behind or late."""
    watermarks = graph(
        About(
            "Streams behind the clock",
            "Seconds between the clock and the watermark, for the five streams furthest behind.",
            "a flat line near zero.",
            "a line that rises second by second: this stream's time stands still, and its bursts and incidents wait.",
        ),
        "s",
        Query(leading(largest(age(WATERMARK), "stream"), "stream"), "{{stream}}"),
        width=6,
    )
    late = graph(
        About(
            "Late, clustered, deleted",
            "Share of applied posts that were late, that joined a cluster of near-duplicates, and deletions (of known and unknown posts) for each of them.",
            "late below 1 %; clustered moves with what people copy.",
            "late: a source sends in the wrong order or with a wrong clock. Unknown deletions: the posts came before the horizon, or never.",
        ),
        "percentunit",
        *[
            Query(f"{total(rate(*counter))} / ({total(rate('turfwatch_posts_total', APPLIED))} > 0)", name)
            for name, counter in SHARES.items()
        ],
        colours={
            "late": WARNING,
            "clustered": INFO,
            "deleted, known": "semi-dark-yellow",
            "deleted, unknown": "purple",
        },
        width=6,
    )
    streams = (
        number(
            About(
                "Streams and partitions",
                "Streams that workers watch, and partitions of the topic that they share.",
                "as many partitions as the topic has.",
                "fewer: a partition has no worker; see the rebalances in the log.",
            ),
            "short",
            Query(total(own("turfwatch_streams")), "streams"),
            Query(total(own("turfwatch_partitions_assigned")), "partitions"),
            steps=[(INFO, None)],
            empty="none",
        )
        .height(8)
        .orientation(looks.VizOrientation.HORIZONTAL)
    )
    return Row("Is something behind or late?", [shared.freshness_over_time(), streams, watermarks, late])


SHARES = {
    "late": ("turfwatch_late_posts_total",),
    "clustered": ("turfwatch_clustered_posts_total",),
    "deleted, known": ("turfwatch_deletes_total", 'outcome="known"'),
    "deleted, unknown": ("turfwatch_deletes_total", 'outcome="unknown"'),
}


def state() -> Row:
    """Row 5: how large is the state, and does it get out."""
    size = graph(
        About(
            "State, by store",
            "Bytes in Redis for the five largest stores of all streams, sampled once a minute.",
            "levels off after the index horizon (an hour) and the pair horizon (six hours).",
            "grows for longer: a stream takes more posts than before; see Redis memory on *Runtime*.",
        ),
        "bytes",
        Query(leading(total(own("turfwatch_state_bytes"), "store"), "store"), "{{store}}"),
        style="stack",
    )
    entries = bars(
        About(
            "Entries, by store",
            "Entries of each store, over all streams.",
            "moves with the posts of the last hours.",
            "a store far larger than usual: compare with its bytes beside this.",
        ),
        "short",
        Query(f"sort_desc({total(own('turfwatch_state_entries'), 'store')})", "{{store}}", now=True),
        width=5,
    )
    bursts = graph(
        About(
            "Open keyword bursts",
            "Keywords far above their own baseline, for the five workers with the most.",
            "a handful each.",
            "many: news, or one subject under many words; see *Campaigns*.",
        ),
        "short",
        Query(leading(total(own("turfwatch_bursts_open"), "instance"), "instance"), "{{instance}}"),
        width=5,
    )
    outbox = graph(
        About(
            "Events not out yet",
            "Events that are decided and not yet in the topic of incidents, and how many seconds the oldest has waited.",
            "zero, with short peaks.",
            "Kafka does not take events: nothing is lost, and all are told once it does.",
        ),
        "short",
        Query(total(own("turfwatch_outbox_events")), "events"),
        Query(
            f"max(({age(own('turfwatch_outbox_oldest_timestamp_seconds') + ' > 0')}) or vector(0))", "oldest, seconds"
        ),
        colours={"oldest, seconds": WARNING},
        room=1,
        width=6,
    )
    return Row("How large is the state, and does it get out?", [size, entries, bursts, outbox])


PIPELINE = Plan(
    uid="turfwatch-pipeline",
    purpose="Do posts flow, where is time spent, what is behind or lost, how large is the state? For those on call.",
    rows=[answer(), coming_in(), stages(), behind(), state()],
    processes='{component="worker"}',
    streams=True,
)
