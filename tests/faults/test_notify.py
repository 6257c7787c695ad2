"""Notifier, Redis and receiver are killed at random places: every event arrives, in order, under one id."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

from kafka import KafkaProducer
from support.alerts import incident
from support.live import Live, until
from support.receivers import Notifier, in_order, receivers
from support.servers import DurableServer

from pipeline.incidents.public import encode_event
from pipeline.notify.signing import webhook_id

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

INCIDENTS = 4
A_ROUND = 12
"""Events that are written in a round."""

LONG_S, SHORT_S = 4.0, 0.4
"""Seconds between two faults, at most: more than a notifier takes to start, and less."""

QUICK = """
from pipeline.notify import attempts, deliveries, lane
attempts.DELAYS_S = (0.2,) * 200
deliveries.PAUSE_MS, deliveries.LONGEST_PAUSE_MS, deliveries.PROBE_MS = 100, 200, 1500
lane.SPARE_MS = 200
"""
"""Short waits, so that many kills take minutes and not days."""


def test_whatever_is_killed_every_event_arrives(request: pytest.FixtureRequest, brokers: str, tmp_path: Path) -> None:
    rounds, pace_s = (50, LONG_S) if request.config.getoption("--faults") else (3, SHORT_S)
    draw = Random(rounds)
    live = Live(brokers, kafka_partitions=2, worker_session_s=6, redis_socket_timeout_s=2)
    last = dict.fromkeys((f"inc_{number}" for number in range(INCIDENTS)), 0)
    config = tmp_path / "turfwatch.toml"
    redis = DurableServer(tmp_path)
    producer = KafkaProducer(bootstrap_servers=brokers)

    def write() -> None:
        for _ in range(A_ROUND):
            name = draw.choice(list(last))
            last[name] += 1
            event = incident(name, last[name], "incident.updated" if last[name] > 1 else "incident.opened")
            producer.send(live.settings.kafka.incidents, encode_event(event), key=name.encode())
        producer.flush()

    def notify() -> Notifier:
        return Notifier(config, live.environment, redis.port, code=QUICK)

    try:
        with receivers(tmp_path, good=()) as there:
            good = there["good"]
            config.write_text(good.section("timeout_s = 1"))
            notifying = notify()
            until(notifying.reads, "it reads")
            killed = [draw.choice(("notifier", "redis", "receiver")) for _ in range(rounds)]
            killed[:3] = "notifier", "redis", "receiver"
            for what in killed:
                write()
                time.sleep(draw.uniform(0, pace_s))  # the moment of the kill: nothing waits for it
                if what == "notifier":
                    notifying.kill()
                    notifying = notify()
                elif what == "redis":
                    redis.kill()
                    redis.start()
                else:
                    good.kill()
                    good.start()
                assert notifying.process.poll() is None, notifying.log

            def has_all() -> bool:
                return all(len(revisions) == last[name] for name, revisions in in_order(good.verified()).items())

            until(lambda: len(good.verified()) == sum(last.values()) and has_all(), "all have arrived")
            assert in_order(good.verified()) == {name: list(range(1, last[name] + 1)) for name in last if last[name]}
            ids = {each["headers"]["webhook-id"] for each in good.came()}
            assert ids == {webhook_id(name, number, "good") for name in last for number in range(1, last[name] + 1)}
            until(notifying.reads, "the last one that was started reads, too: it can be told to end")
            assert notifying.stop() == 0, notifying.log
    finally:
        notifying.kill()
        redis.kill()
        producer.close()
