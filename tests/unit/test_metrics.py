"""Metrics: the catalogue and what processes expose of it, and that nothing from outside makes series without an end."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path
from random import Random
from typing import get_args

import msgspec
import pytest
from prometheus_client import generate_latest
from support.events import answer, digest, incident
from support.metrics import expected, exposed, families, without_samples
from support.told_bursts import burst

from pipeline.bursts.burst import Moved
from pipeline.detect.assess import Kind
from pipeline.detect.gate import Suppression
from pipeline.detect.severity import Severity
from pipeline.incidents.answer import Answer
from pipeline.incidents.burst import KIND as BURST
from pipeline.incidents.model import EventType, Incident, Status
from pipeline.incidents.public import IncidentEvent, VerdictEvent
from pipeline.live.status import Status as WorkerStatus
from pipeline.metrics import catalogue
from pipeline.metrics.document import document
from pipeline.metrics.metric import Label, Process
from pipeline.metrics.notifier import NotifierMetrics, age_s
from pipeline.metrics.standing import Standing
from pipeline.metrics.worker import WorkerMetrics
from pipeline.notify.deliveries import Standing as EndpointStanding
from pipeline.notify.delivery import new_delivery
from pipeline.notify.status import NotifierStatus
from pipeline.state.keys import KEYS
from pipeline.state.sizes import STORES, store_of

ROOT = Path(__file__).parents[2]
MOST_SERIES = 500
REFUSING = ("post", "times", "changes", "incidents/answer", "bursts/watch", "detect/allow", "live/records")
"""Modules whose LineErrors become dead letters."""


def worker() -> tuple[WorkerStatus, WorkerMetrics]:
    status = WorkerStatus(0.0)
    return status, WorkerMetrics(status, lambda: 0.0)


def event(name: str, told: EventType, kind: Kind, severity: Severity, score: float = 0.9) -> IncidentEvent:
    ends = told in ("incident.resolved", "incident.merged", "incident.suppressed")
    made = incident(name, 1, "resolved" if ends else "open", members=5)
    suppressed = Suppression("fans", "") if told == "incident.suppressed" else None
    data = msgspec.structs.replace(made.data, kind=kind, severity=severity, score=score, suppressed=suppressed)
    return msgspec.structs.replace(made, type=told, data=data)


def answered(kind: Kind, severity: Severity) -> VerdictEvent:
    made = answer(f"inc_{kind}", 1, "true")
    return msgspec.structs.replace(made, data=msgspec.structs.replace(made.data, kind=kind, severity=severity))


def test_the_page_of_the_metrics_is_the_one_of_the_catalogue() -> None:
    committed = (ROOT / "docs" / "metrics.md").read_text()

    assert committed == document(), "python -m pipeline.metrics.document > docs/metrics.md"
    assert all(f"| `{each.name}` | {each.kind} |" in committed for each in catalogue.ALL)


def test_names_say_their_type_and_stand_once() -> None:
    names = [each.name for each in catalogue.ALL]

    assert len(set(names)) == len(names)
    for each in catalogue.ALL:
        assert each.name.startswith("turfwatch_")
        assert each.name.endswith("_total") == (each.kind == "counter")
        assert bool(each.buckets) == (each.kind == "histogram")
        assert all(label.values or label.bound for label in each.labels)


@pytest.mark.parametrize("process", ["worker", "notifier"])
def test_a_process_exposes_all_that_the_catalogue_names_and_nothing_else(process: Process) -> None:
    registry = worker()[1].registry if process == "worker" else NotifierMetrics(NotifierStatus(0.0), ["a"]).registry
    text = generate_latest(registry).decode()
    named = families(text)
    own = {name: kind for name, kind in named.items() if name.startswith("turfwatch_")}
    late = {catalogue.MEMORY_USED.name, catalogue.MEMORY_LIMIT.name}

    assert own == {name: kind for name, kind in expected(process).items() if name not in late}
    assert {name.split("_")[0] for name in named} == {"turfwatch", "process", "python"}


def test_counters_are_those_of_the_status() -> None:
    status, metrics = worker()
    for number, name in enumerate(status.counts, 1):
        status.count(name, number)
    status.refuse("not-json", 3)
    status.refuse("a reason of the future", 4)
    found = exposed(metrics.registry)

    def value(name: str, **labels: str) -> float:
        return found[name, tuple(labels.items())]

    assert value("turfwatch_records_total") == status.counts["records"]
    assert value("turfwatch_skipped_lines_total") == status.counts["skipped"]
    assert value("turfwatch_posts_total", outcome="duplicate") == status.counts["duplicates"]
    assert value("turfwatch_deletes_total", outcome="unknown") == status.counts["unknown_deletes"]
    assert value("turfwatch_dead_letters_total", reason="not-json") == 3
    assert value("turfwatch_dead_letters_total", reason="other") == 4


def test_every_reason_of_a_dead_letter_has_a_series_of_its_own() -> None:
    reasons = set()
    for name in REFUSING:
        tree = ast.parse((ROOT / "pipeline" / f"{name}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "LineError":
                assert isinstance(node.args[0], ast.Constant)
                reasons.add(str(node.args[0].value))

    assert sorted(reasons) == sorted(catalogue.REASONS)


def test_lag_is_the_sum_of_records_and_the_worst_of_times() -> None:
    status, metrics = worker()
    status.assigned([1, 2], 0.0)
    for partition, end in ((1, 15), (2, 30)):
        status.progress(partition, 10, 0, 0.0)
        status.ends(partition, end, 0.0)
    name = 'to"wn\\ of 🐝'
    status.stream(name, 1, 1_767_258_000_500, "")
    found = exposed(metrics.registry)

    assert found["turfwatch_lag_records", ()] == 25
    assert found["turfwatch_lag_seconds", ()] > 1_700_000_000
    assert found["turfwatch_partitions_assigned", ()] == 2
    assert found["turfwatch_watermark_timestamp_seconds", (("stream", name),)] == 1_767_258_000.5


def test_of_many_streams_those_furthest_behind_are_shown() -> None:
    status, metrics = worker()
    status.assigned([1], 0.0)
    for number in range(1000):
        status.stream(f"s{number}", 1, 1_767_258_000_000 - number, "")
    found = exposed(metrics.registry)
    shown = {labels[0][1] for name, labels in found if name == "turfwatch_watermark_timestamp_seconds"}

    assert found["turfwatch_streams", ()] == 1000
    assert shown == {f"s{number}" for number in range(980, 1000)}


def test_campaigns_and_keywords_without_end_make_no_series_without_end() -> None:
    status, metrics = worker()
    random = Random(1)
    kinds = [each for each in product(get_args(Kind), get_args(Severity)) if each[0] != BURST]
    every = [(told, *each) for told in get_args(EventType) for each in [*kinds, (BURST, "info")]]
    for number in range(100_000):
        told = event(f"inc_{number:016x}", *every[number % len(every)], random.random())
        metrics.told.take(f"stream {number % 5000}", [told])
        status.refuse(f"reason {number}")
        metrics.calls.add(f"script {number}", random.random(), 1, failed=number % 2 == 0)
    metrics.told.take("town", [digest("inc_2", 1), *(answered(*each) for each in kinds)])
    one = burst()
    for number in range(10):
        bursts = (msgspec.structs.replace(one, burst_id=f"inc_{number}{n:015x}", hash=n) for n in range(100_000))
        metrics.told.take_open_bursts(bursts)
    for name in catalogue.HEARTBEAT.labels[0].values[:6]:
        metrics.stages.add(name, 1.0, 1, failed=False)
    metrics.about.memory = (1, 2)
    status.assigned([1], 0.0)
    for number in range(5000):
        status.stream(f"stream {number}", 1, 1_767_258_000_000 + number, "")
    found = exposed(metrics.registry)

    assert len(found) < MOST_SERIES
    shown = {labels[0][1] for name, labels in found if name == "turfwatch_campaign_score"}
    assert len(shown) == catalogue.TOP
    assert len({labels for name, labels in found if name == "turfwatch_keyword_posts"}) == catalogue.TOP
    assert found["turfwatch_bursts_open", ()] == 100_000
    assert without_samples(found, "worker") == set()


def test_events_are_counted_by_type_kind_and_severity() -> None:
    _, metrics = worker()
    fans = event("inc_1", "incident.suppressed", "reply-swarm", "info")
    metrics.told.take("town", [event("inc_1", "incident.opened", "reply-swarm", "info"), fans])
    metrics.told.take_burst(Moved("opened", 0, burst(revision=0)))
    metrics.told.take_burst(Moved("told", 0, burst()))
    found = exposed(metrics.registry)

    for told in ("opened", "suppressed"):
        labels = (("kind", "reply-swarm"), ("severity", "info"), ("type", told))
        assert found["turfwatch_incident_events_total", labels] == 1
    assert found["turfwatch_suppressed_total", (("reason", "fans"),)] == 1
    assert found["turfwatch_bursts_total", (("told", "no"),)] == 1
    assert found["turfwatch_bursts_total", (("told", "yes"),)] == 0
    assert not any(name == "turfwatch_campaign_score" for name, _ in found)


def stored(name: str, revision: int, status: Status, said: Answer | None = None) -> Incident:
    return Incident(name, revision, status, "reply-swarm", "warning", 5, [], 0, 0, answer=said)


def test_what_is_stored_and_what_is_told_meanwhile_come_to_the_same_in_any_order() -> None:
    rows = [stored("inc_a", 2, "resolved"), stored("inc_b", 1, "open", Answer("true")), stored("inc_c", 3, "open")]
    told = [
        incident("inc_a", 1),
        incident("inc_a", 2, "resolved"),
        incident("inc_c", 4, "merged"),
        incident("inc_d", 1),
    ]
    for before in range(len(told) + 1):
        standing = Standing()
        for each in told[:before]:
            standing.take(each)
        standing.take_stored(rows)
        standing.settle()
        for each in told[before:]:
            standing.take(each)

        assert standing.open.total() == 2
        assert list(standing.answers()) == [("reply-swarm", "true")]


def test_precision_is_told_where_something_was_answered() -> None:
    _, metrics = worker()
    metrics.told.take("town", [answer("inc_a", 2, "true"), answer("inc_b", 2, "false"), answer("inc_b", 3, "true")])
    found = exposed(metrics.registry)
    rows = {labels: value for (name, labels), value in found.items() if name == "turfwatch_precision_ratio"}

    assert rows == {(("kind", "coordinated-network"),): 1.0}
    assert found["turfwatch_verdicts_total", (("kind", "coordinated-network"), ("verdict", "false"))] == 1


def test_what_stands_goes_with_its_streams() -> None:
    _, metrics = worker()
    metrics.told.take("town", [event("inc_1", "incident.opened", "reply-swarm", "info")])
    before = exposed(metrics.registry)
    metrics.forget()
    after = exposed(metrics.registry)
    labels = (("kind", "reply-swarm"), ("severity", "info"))

    assert (before["turfwatch_incidents_open", labels], after["turfwatch_incidents_open", labels]) == (1, 0)
    assert not any(name == "turfwatch_campaign_score" for name, _ in after)


def test_a_line_is_scored_when_its_record_is_applied() -> None:
    _, metrics = worker()
    metrics.scored({1000: 3, 9_000: 2, 12_000: 1}, 11_000)
    found = exposed(metrics.registry)

    def below(bound: str) -> float:
        return found["turfwatch_event_age_seconds_bucket", (("le", bound), ("stage", "scored"))]

    assert (below("0.1"), below("2.5"), below("10.0"), below("+Inf")) == (1, 3, 6, 6)
    assert found["turfwatch_event_age_seconds_sum", (("stage", "scored"),)] == 34


def test_an_endpoint_is_in_one_state() -> None:
    metrics = NotifierMetrics(NotifierStatus(0.0), ["ops"])
    rows = []
    for failures, disabled in ((0, ""), (1, ""), (5, "answered 410")):
        metrics.standings["ops"] = EndpointStanding(3, 7_000, 0, 1, failures, "", None, disabled, 0)
        found = exposed(metrics.registry)
        rows.append([dict(labels)["state"] for (name, labels), value in found.items() if "_state" in name and value])

    assert rows == [["ready"], ["failing"], ["disabled"]]
    assert found["turfwatch_deliveries_oldest_timestamp_seconds", (("endpoint", "ops"),)] == 7


def test_a_notifier_tells_events_and_attempts_apart() -> None:
    status = NotifierStatus(0.0)
    status.events["ops", "disabled"] += 2
    status.attempts["ops", "disabled"] += 1
    found = exposed(NotifierMetrics(status, ["ops"]).registry)
    labels = (("endpoint", "ops"), ("outcome", "disabled"))

    assert found["turfwatch_notifications_total", labels] == 2
    assert found["turfwatch_delivery_attempts_total", labels] == 1
    assert status.health(0.0).events == {"ops": {"disabled": 2}}


def test_a_notifier_that_looks_at_no_queue_is_not_well() -> None:
    status = NotifierStatus(0.0)

    assert status.unready() == "the consumer group has assigned nothing yet"
    assert status.health(60.0).reasons == [
        "no partitions from the consumer group for 60 s",
        "no queue was looked at for 60 s",
    ]
    status.assigned()
    status.looked(60.0)
    assert status.unready() is None
    assert status.health(100.0).ok
    assert not status.health(120.0).ok


def test_an_event_that_is_dated_ahead_has_no_age() -> None:
    assert age_s(incident("inc_1", 90), 100.0) == 10
    assert age_s(incident("inc_1", 200), 100.0) == 0


def test_only_what_was_to_be_told_at_once_has_an_age() -> None:
    metrics = NotifierMetrics(NotifierStatus(0.0), ["ops"])
    plain = incident("inc_1", 1)
    replayed = msgspec.structs.replace(plain, data=msgspec.structs.replace(plain.data, replay=True))
    dateless = msgspec.structs.replace(plain, timestamp="yesterday")
    for made, hold in ((plain, 0), (plain, 7), (replayed, 0), (dateless, 0)):
        metrics.delivered(new_delivery(made, "ops", 0, hold))
    found = exposed(metrics.registry)

    assert found["turfwatch_event_age_seconds_count", (("stage", "delivered"),)] == 1


def test_a_value_that_is_in_no_set_is_other() -> None:
    label = Label("reason", ("empty", "other"))

    assert [label.closed(each) for each in ("empty", "Empty", "", "\n")] == ["empty", "other", "other", "other"]


def test_every_key_of_the_schema_belongs_to_a_store() -> None:
    found = {store_of(name) for name in KEYS}

    assert found <= set(STORES)
    assert {name for name in KEYS if store_of(name) == "other"} == OTHER_KEYS


OTHER_KEYS = {"meta", "sample:0", "sample:1", "timers", "due", "watch", "allow"}
