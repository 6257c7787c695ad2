"""Incidents of a replay through the whole chain to receivers: each gets its own, in order, signed; no secret shows."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from kafka import KafkaProducer
from redis import Redis
from support.alerts import incident
from support.command import turfwatch
from support.live import Live, until, worker
from support.receivers import in_order, notifier, receivers

from pipeline.incidents.public import encode_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.incidents.model import EventType

AFTER = ("incident.resolved", "incident.merged", "incident.suppressed", "incident.verdict")
SOME = ("incident.opened", "incident.escalated", "incident.resolved", "incident.digest")
BURST = "keyword-burst"


def wanted(events: Sequence[bytes], types: Sequence[str] = ()) -> dict[str, list[int]]:
    """Revisions of each incident that an endpoint is to get: no bursts, and ends only of what was told."""
    found: dict[str, list[int]] = {}
    for event in map(json.loads, events):
        data = event["data"]
        name = data.get("incident_id") or data["digest_id"]
        is_news = name in found if event["type"] in AFTER else data.get("kind") != BURST
        if is_news and (not types or event["type"] in types):
            found.setdefault(name, []).append(data["revision"])
    return found


def test_a_replay_reaches_each_receiver_in_order_and_signed(
    brokers: str,
    redis_port: int,
    tmp_path: Path,
    simulated: Callable[[int, int], Path],
    expected: Callable[[Path, str], list[bytes]],
) -> None:
    live = Live(brokers, kafka_partitions=2)
    extra = {**live.environment, "TURFWATCH_REDIS_URL": f"redis://127.0.0.1:{redis_port}"}
    path = simulated(5, 8_000)
    events = [each.replace(b'"replay":false', b'"replay":true') for each in expected(path, "town")]
    config, plain = tmp_path / "turfwatch.toml", tmp_path / "plain.toml"
    with (
        receivers(tmp_path, good=(), slow=("--fail", "5"), gone=("--status", "410"), live=()) as there,
        worker(live.environment, redis_port),
    ):
        plain.write_text(there["live"].section())
        types = json.dumps([each.removeprefix("incident.") for each in SOME])
        sections = there["good"].section(), there["slow"].section(f"events = {types}"), there["gone"].section()
        config.write_text("".join(sections))
        of_its_own = {**live.environment, "TURFWATCH_NOTIFY_GROUP": f"{live.settings.kafka.incidents}-plain"}
        with (
            notifier(config, live.environment, redis_port, "--deliver") as notifying,
            notifier(plain, of_its_own, redis_port) as unasked,
        ):
            until(lambda: notifying.reads() and unasked.reads(), "both read")
            sent = turfwatch("replay", path, "--to-kafka", "--stream", "town", "--pack", "50", extra=live.environment)
            assert sent.returncode == 0, sent.stderr

            def shown(name: str) -> dict[str, list[int]]:
                return in_order(there[name].verified())

            until(lambda: shown("good") == wanted(events), f"the good one has all\n{notifying.log}")
            until(lambda: shown("slow") == wanted(events, SOME), f"the one that failed has all\n{notifying.log}")
            assert [each["status"] for each in there["slow"].came()[:5]] == [500] * 5
            ids = [each["headers"]["webhook-id"] for each in there["slow"].came()]
            assert len(ids) == len(set(ids)) + 5
            until(lambda: "endpoint gone is disabled" in notifying.log, "the third is disabled")
            assert len(there["gone"].came()) <= 4  # attempts that were made before the first was answered
            listed = turfwatch("--config", config, "deliveries", "list", extra=extra).stdout.decode()
            assert "disabled: answered 410" in listed
            # Replayed incidents reach nobody who has not asked for them.
            seen = len(wanted(events))
            with Redis(port=redis_port) as redis:
                until(lambda: len(list(redis.scan_iter("tw:{deliveries:live}:notified:*"))) >= seen, "it has seen them")
            assert there["live"].came() == []
            assert [notifying.stop(), unasked.stop()] == [0, 0]
    assert sorted(live.events()["town"]) == sorted(events)
    # What is secret is nowhere but in the files and the requests.
    with Redis(port=redis_port) as redis:
        stored = b"".join(redis.dump(key) or b"" for key in redis.scan_iter("*"))
    for each in there.values():
        for secret in (each.secret.removeprefix("whsec_"), each.place):
            assert secret not in notifying.log + listed
            assert secret.encode() not in stored


def test_a_receiver_that_never_answers_and_a_silence_hold_nobody_else_up(
    brokers: str, redis_port: int, tmp_path: Path
) -> None:
    live = Live(brokers, kafka_partitions=1)
    extra = {**live.environment, "TURFWATCH_REDIS_URL": f"redis://127.0.0.1:{redis_port}"}
    names = [f"inc_{number}" for number in range(40)]
    config = tmp_path / "turfwatch.toml"
    with receivers(tmp_path, good=(), mute=("--hang",)) as there:
        config.write_text(there["good"].section() + there["mute"].section("timeout_s = 30", "in_flight = 3"))
        with notifier(config, live.environment, redis_port) as notifying:
            until(notifying.reads, "it reads")
            silence = ("silence", "add", "incident=inc_7", "endpoint=good", "--for", "1h", "--reason", "known")
            assert turfwatch(*silence, extra=extra).returncode == 0
            with contextlib.closing(KafkaProducer(bootstrap_servers=brokers)) as producer:
                producer.send(live.settings.kafka.incidents, b"no event")
                for revision in (1, 2, 3):
                    for name in names:
                        told: EventType = "incident.opened" if revision == 1 else "incident.updated"
                        event = encode_event(incident(name, revision, told))
                        producer.send(live.settings.kafka.incidents, event, key=name.encode())
            expected = {name: [1, 2, 3] for name in names if name != "inc_7"}
            until(lambda: in_order(there["good"].verified()) == expected, f"the good one has all\n{notifying.log}")
            # The other one has not even failed yet: nothing had to wait for that.
            assert "endpoint mute" not in notifying.log
            assert len(there["mute"].came()) <= 3
            assert notifying.stop() == 0
        assert "is silenced by sil_" in notifying.log
        assert "is no event and is passed over" in notifying.log
