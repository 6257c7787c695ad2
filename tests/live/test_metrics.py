"""What a worker and a notifier expose while a stream runs through both, beside what they say and do otherwise."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from redis import Redis
from support.live import Live, Process, until, worker
from support.metrics import Samples, expected, families, samples_of, without_samples
from support.receivers import in_order, notifier, receivers
from support.servers import required

from pipeline.live.status import COUNTS
from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OFTEN = "import pipeline.metrics.sample as sample; sample.OFTEN_S = sample.SELDOM_S = 0.2"
"""Lets processes look again and again at what they sample: no test waits for a minute."""

OPENMETRICS = "application/openmetrics-text; version=1.0.0"

UNANSWERED = {"turfwatch_precision_ratio": "no operator has answered here"}
"""Metrics without a sample, and why."""

SAME = {
    "records": "turfwatch_records_total",
    "lines": "turfwatch_lines_total",
    "batches": "turfwatch_batches_total",
    "ticks": "turfwatch_ticks_total",
    "skipped": "turfwatch_skipped_lines_total",
    "lost": "turfwatch_lost_records_total",
    "late": "turfwatch_late_posts_total",
    "clustered": "turfwatch_clustered_posts_total",
    "retries": "turfwatch_retries_total",
    "posts": 'turfwatch_posts_total{outcome="applied"}',
    "duplicates": 'turfwatch_posts_total{outcome="duplicate"}',
    "edits": 'turfwatch_posts_total{outcome="edit"}',
    "deletes": 'turfwatch_deletes_total{outcome="known"}',
    "unknown_deletes": 'turfwatch_deletes_total{outcome="unknown"}',
}
"""Counts of `/healthz` and what tells the same."""

SUMS = {
    "letters": "turfwatch_dead_letters_total",
    "published": "turfwatch_incident_events_total",
    "verdicts": "turfwatch_verdicts_total",
}
"""Counts of `/healthz` and whose sum over all labels tells the same."""

UNTOLD = {"events": "those that the topic has acknowledged are told", "moot_verdicts": "nothing came of them"}


def metrics(process: Process) -> str:
    text: str = until(lambda: process.page("metrics"), "it tells its metrics")
    return text


def value(samples: Samples, name: str) -> float:
    """A sample by its name as one writes it: ``name{label="value"}``."""
    return samples[name.partition("{")[0], tuple(re.findall(r'(\w+)="([^"]*)"', name))]


def total(samples: Samples, name: str) -> float:
    return sum(number for (each, _), number in samples.items() if each == name)


def rows(samples: Samples, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Values that are not 0 of a metric by its labels."""
    mine = {pairs: number for (each, pairs), number in samples.items() if each == name and number}
    return {tuple(dict(pairs)[label] for label in labels): number for pairs, number in mine.items()}


def told_by(process: Process) -> str:
    """What a process tells, checked by promtool and by both parsers."""
    text = metrics(process)
    promtool = subprocess.run(
        [required("promtool"), "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )

    assert (promtool.returncode, promtool.stdout + promtool.stderr) == (0, "")
    other = process.page("metrics", OPENMETRICS)
    assert other is not None
    assert other.endswith("# EOF\n")
    read_openmetrics: Any = text_string_to_metric_families  # it has no types
    names = {each.name for each in read_openmetrics(other)}
    assert names == {name.removesuffix("_total") for name in families(text)}
    return text


def test_a_worker_and_a_notifier_tell_all_that_the_catalogue_names(
    brokers: str, redis_port: int, tmp_path: Path, simulated: Callable[[int, int], Path]
) -> None:
    live = Live(brokers, kafka_partitions=2)
    config = tmp_path / "turfwatch.toml"
    with (
        receivers(tmp_path, good=(), gone=("--status", "410")) as there,
        worker(live.environment, redis_port, OFTEN) as working,
        Redis(port=redis_port) as redis,
    ):
        config.write_text(there["good"].section() + there["gone"].section())
        with notifier(config, live.environment, redis_port, code=OFTEN) as notifying:
            until(lambda: working.reads() and notifying.reads(), "both read")
            live.send([("town", b"no JSON"), ("town", b"")])
            live.fill("town", read_lines([str(simulated(5, 8_000))]), pack=50)
            live.wait_done(redis, working)
            events = [json.loads(each) for each in live.events()["town"]]
            wanted = {each["data"]["incident_id"] for each in events if is_alarm(each)}
            until(lambda: wanted <= set(in_order(there["good"].verified())), "the good one was told of all")
            until(lambda: "endpoint gone is disabled" in notifying.log, "the other is disabled")
            until(lambda: is_settled(metrics(notifying)), "nothing waits any more")
            until(lambda: "town" in metrics(working) and is_sampled(metrics(working)), "what is sampled was looked at")
            of_worker, of_notifier = told_by(working), told_by(notifying)
            healths = working.health(), notifying.health()
            assert [notifying.stop(), working.stop()] == [0, 0]

    assert own_families(of_worker) == expected("worker")
    assert own_families(of_notifier) == expected("notifier")
    assert without_samples(samples_of(of_worker), "worker") == set(UNANSWERED)
    assert without_samples(samples_of(of_notifier), "notifier") == set()
    agrees_with_health(samples_of(of_worker), healths[0])
    agrees_with_events(samples_of(of_worker), events)
    of_attempts(samples_of(of_notifier), healths[1], there["good"].came(), there["gone"].came())


def own_families(text: str) -> dict[str, str]:
    return {name: kind for name, kind in families(text).items() if name.startswith("turfwatch_")}


def is_alarm(event: Any) -> bool:
    return bool(event["type"] == "incident.opened" and event["data"]["kind"] != "keyword-burst")


def is_settled(text: str) -> bool:
    """Whether the good endpoint has nothing that waits, as far as was looked."""
    samples = samples_of(text)
    return (
        rows(samples, "turfwatch_endpoint_state", "endpoint", "state")
        == {("good", "ready"): 1, ("gone", "disabled"): 1}
        and samples["turfwatch_deliveries_waiting", (("endpoint", "good"),)] == 0
    )


def is_sampled(text: str) -> bool:
    """Whether the sizes are those of the end: all of the band table is there."""
    return samples_of(text)["turfwatch_state_entries", (("store", "incidents"),)] > 0


def agrees_with_health(samples: Samples, health: Any) -> None:
    counts = health["counts"]

    assert {*SAME, *SUMS, *UNTOLD} == set(COUNTS)
    assert {name: value(samples, metric) for name, metric in SAME.items()} == {name: counts[name] for name in SAME}
    assert {name: total(samples, metric) for name, metric in SUMS.items()} == {name: counts[name] for name in SUMS}
    assert rows(samples, "turfwatch_dead_letters_total", "reason") == {("not-json",): 1, ("empty",): 1}
    assert health["refused"] == {"not-json": 1, "empty": 1}
    assert value(samples, 'turfwatch_event_age_seconds_count{stage="scored"}') == counts["lines"]
    assert value(samples, 'turfwatch_stage_items_total{outcome="done",stage="read"}') == counts["records"]
    assert value(samples, 'turfwatch_stage_items_total{outcome="done",stage="tell"}') == counts["published"]
    calls = rows(samples, "turfwatch_redis_command_duration_seconds_count", "command")
    assert {("observe",), ("commit",), ("told",), ("read",)} <= set(calls)
    assert calls["observe",] == value(samples, 'turfwatch_stage_duration_seconds_count{stage="observe"}')
    assert rows(samples, "turfwatch_redis_command_failures_total", "command") == {}
    assert samples["turfwatch_partitions_assigned", ()] == len(health["partitions"]) == 2
    assert samples["turfwatch_streams", ()] == len(health["streams"]) == 1
    assert samples["turfwatch_lag_records", ()] == samples["turfwatch_lag_seconds", ()] == 0
    assert samples["turfwatch_outbox_events", ()] == samples["turfwatch_outbox_oldest_timestamp_seconds", ()] == 0
    assert all(rows(samples, "turfwatch_state_bytes", "store")[store,] > 0 for store in ("bands", "seen", "incidents"))


def agrees_with_events(samples: Samples, events: list[Any]) -> None:
    """What was counted of events is what lies in the topic."""
    incidents = [each for each in events if "incident_id" in each["data"]]
    kinds = Counter(
        (each["type"].removeprefix("incident."), each["data"]["kind"], each["data"]["severity"]) for each in incidents
    )
    assert rows(samples, "turfwatch_incident_events_total", "type", "kind", "severity") == kinds
    last = {each["data"]["incident_id"]: each["data"] for each in incidents}
    standing = {name: data for name, data in last.items() if data["status"] == "open"}
    found = rows(samples, "turfwatch_incidents_open", "kind", "severity")
    assert found == Counter((data["kind"], data["severity"]) for data in standing.values())
    suppressed = [each["data"]["suppressed"]["reason"] for each in incidents if each["type"] == "incident.suppressed"]
    assert rows(samples, "turfwatch_suppressed_total", "reason") == Counter((reason,) for reason in suppressed)
    shown = rows(samples, "turfwatch_campaign_score", "campaign", "kind")
    assert shown
    assert {name for name, _ in shown} <= {name for name, data in standing.items() if data["kind"] != "keyword-burst"}
    bursts = [each for each in incidents if each["data"]["kind"] == "keyword-burst" and each["data"]["revision"] == 1]
    assert rows(samples, "turfwatch_bursts_total", "told")["yes",] <= len(bursts)


def of_attempts(samples: Samples, health: Any, good: list[Any], gone: list[Any]) -> None:
    """What was counted of attempts is what came."""
    attempts = rows(samples, "turfwatch_delivery_attempts_total", "endpoint", "outcome")
    named = rows(samples, "turfwatch_notifications_total", "endpoint", "outcome")

    assert attempts["good", "delivered"] == len(good)
    assert sum(n for (name, _), n in attempts.items() if name == "gone") == len(gone)
    assert health["attempts"]["good"] == {"delivered": len(good)}
    assert named["good", "queued"] == len(good)
    assert health["events"]["gone"] == {outcome: n for (name, outcome), n in named.items() if name == "gone"}
    assert value(samples, 'turfwatch_event_age_seconds_count{stage="delivered"}') == len(good)
    assert value(samples, 'turfwatch_delivery_duration_seconds_count{endpoint="good"}') == len(good)
    calls = rows(samples, "turfwatch_redis_command_duration_seconds_count", "command")
    assert set(calls) == {("enqueue",), ("claim",), ("settle",)}
    assert calls["enqueue",] == sum(named.values())
