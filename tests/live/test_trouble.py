"""Workers that are told to stop, cut off, or left without their records."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from kafka import KafkaAdminClient, TopicPartition
from redis import Redis
from redis.exceptions import RedisError
from support.command import turfwatch
from support.kafka import read_all
from support.live import Live, Worker, by_incident, posts_in, until, worker
from support.servers import DurableServer

from pipeline.live.admin import create_missing
from pipeline.post import encode_line
from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_S = 10.0
CUT_OFF_S = 30.0


def records_of(health: dict[str, object] | None) -> int:
    counts = (health or {}).get("counts")
    return int(counts["records"]) if isinstance(counts, dict) else 0


def test_a_worker_that_is_told_to_stop_hands_over_and_nothing_counts_twice(
    brokers: str,
    redis_port: int,
    simulated: Callable[[int, int], Path],
    expected: Callable[[Path, str], list[bytes]],
) -> None:
    paths = {f"town-{seed}": simulated(seed, 4000) for seed in (21, 22, 23, 24)}
    live = Live(brokers, kafka_partitions=4)
    for stream, path in paths.items():
        live.fill(stream, read_lines([str(path)]))

    with contextlib.ExitStack() as stack, Redis(port=redis_port) as redis:
        first, second = (stack.enter_context(worker(live.environment, redis_port)) for _ in range(2))
        until(lambda: first.reads() and second.reads() and records_of(first.health()) > 500, "both work")
        assert any(records_of(each.health()) < sum(live.lines.values()) for each in (first, second))

        assert first.stop(EXIT_S) == 0, first.log

        def has_all() -> bool:
            found = second.health()
            return found is not None and len(found["partitions"]) == 4

        until(has_all, "the other has all partitions", live.settings.worker.session_s)
        live.wait_done(redis, second)
        assert second.stop(EXIT_S) == 0, second.log
        told = live.events()
        for stream, path in paths.items():
            assert by_incident(told[stream]) == by_incident(expected(path, stream)), stream
            assert live.posts(redis, stream) == posts_in(path), stream


def answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def test_a_worker_that_is_cut_off_from_its_server_loses_nothing(
    brokers: str, simulated: Callable[[int, int], Path], expected: Callable[[Path, str], list[bytes]]
) -> None:
    path = simulated(21, 4000)
    live = Live(brokers, kafka_partitions=1, redis_socket_timeout_s=2)
    live.fill("town", read_lines([str(path)]))

    with tempfile.TemporaryDirectory() as folder:
        server = DurableServer(Path(folder))
        try:
            with worker(live.environment, server.port) as started, Redis(port=server.port) as redis:
                until(lambda: records_of(started.health()) > 500, "it works")
                assert not live.is_done(redis, "town")
                server.pause()
                threading.Event().wait(CUT_OFF_S)
                server.resume()
                until(lambda: answers(redis), "it has ended the script that it was stopped in")
                live.wait_done(redis, started)
                health = started.health()
                assert started.stop() == 0, started.log
                assert live.posts(redis, "town") == posts_in(path)
        finally:
            server.kill()

    assert health is not None
    assert health["counts"]["retries"] > 0
    assert by_incident(live.events()["town"]) == by_incident(expected(path, "town"))


def test_a_worker_whose_server_stays_away_ends_and_commits_nothing(
    brokers: str, simulated: Callable[[int, int], Path], expected: Callable[[Path, str], list[bytes]]
) -> None:
    path = simulated(21, 4000)
    live = Live(brokers, kafka_partitions=1, worker_retry_s=2, redis_socket_timeout_s=1)
    live.fill("town", read_lines([str(path)]))

    with tempfile.TemporaryDirectory() as folder:
        server = DurableServer(Path(folder))
        try:
            started = Worker(live.environment, server.port)
            until(lambda: records_of(started.health()) > 500, "it works")
            server.kill()
            assert started.ended() == 1, started.log
            assert "trying again" in started.log

            server.start()
            with worker(live.environment, server.port) as started, Redis(port=server.port) as redis:
                live.wait_done(redis, started)
                assert live.posts(redis, "town") == posts_in(path)
        finally:
            server.kill()

    assert by_incident(live.events()["town"]) == by_incident(expected(path, "town"))


def test_a_stream_that_was_reset_is_read_again_from_its_first_record(
    brokers: str, redis_port: int, simulated: Callable[[int, int], Path], expected: Callable[[Path, str], list[bytes]]
) -> None:
    path = simulated(21, 4000)
    live = Live(brokers, kafka_partitions=1)
    live.fill("village", itertools.islice(read_lines([str(path)]), 500))
    live.fill("town", read_lines([str(path)]))
    url = f"redis://127.0.0.1:{redis_port}"

    with Redis(port=redis_port) as redis:
        for _ in range(2):
            with worker(live.environment, redis_port) as started:
                live.wait_done(redis, started)
                assert started.stop() == 0, started.log
            assert live.posts(redis, "town") == posts_in(path)
            done = turfwatch("state", "reset", "--stream", "town", "--redis", url, "--yes")
            assert done.returncode == 0, done.stderr

    assert by_incident(live.events()["town"]) == by_incident(expected(path, "town"))


def test_records_without_a_key_are_a_stream_of_the_name_of_a_topic_of_one_partition(
    brokers: str, redis_port: int
) -> None:
    live = Live(brokers, kafka_partitions=1)
    live.send([(None, b'{"id":"1","platform":"x","author_id":"a","text":"t","created_at":"2026-01-01T00:00:00Z"}')])
    name = live.settings.kafka.posts

    with Redis(port=redis_port) as redis, worker(live.environment, redis_port) as started:
        until(lambda: live.posts(redis, name) == 1, "the post is counted")
        assert started.stop() == 0, started.log


def test_records_that_the_topic_dropped_are_counted_exactly(
    brokers: str, redis_port: int, simulated: Callable[[int, int], Path]
) -> None:
    rows = [encode_line(line) for line in itertools.islice(read_lines([str(simulated(21, 4000))]), 3000)]
    live = Live(brokers, kafka_partitions=1)
    live.send([("town", row) for row in rows[:1000]])
    with Redis(port=redis_port) as redis:
        with worker(live.environment, redis_port) as started:
            live.wait_done(redis, started)
            assert started.stop() == 0
        live.send([("town", row) for row in rows[1000:]])
        delete_before(live, 1700)

        with worker(live.environment, redis_port) as started:
            live.wait_done(redis, started)
            health = started.health()
            assert started.stop() == 0
        kept = [row for row in (*rows[:1000], *rows[1700:]) if b'"type":' not in row]
        assert live.posts(redis, "town") == len(kept)

    assert health is not None
    assert health["ok"] is True
    assert health["counts"]["lost"] == health["partitions"][0]["lost"] == 700
    assert health["reasons"] == ["partition 0: 700 records were dropped by the topic before they were read"]
    assert "700 records were dropped before they were read" in started.log

    with worker(live.environment, redis_port) as started:  # told once, shown for ever
        health = until(lambda: started.reads() and started.health(), "it reads")
        assert health["counts"]["lost"] == 700
        assert "were dropped" not in started.log


def test_a_topic_that_was_made_anew_is_refused(brokers: str, redis_port: int) -> None:
    live = Live(brokers, kafka_partitions=1)
    live.send([("town", b'{"id":"1","platform":"x","author_id":"a","text":"t","created_at":"2026-01-01T00:00:00Z"}')])
    with Redis(port=redis_port) as redis, worker(live.environment, redis_port) as started:
        live.wait_done(redis, started)
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=brokers)) as admin:
        admin.delete_topics([live.settings.kafka.posts])
    until(lambda: create_missing(live.settings.kafka), "the topic is there again")

    started = Worker(live.environment, redis_port)

    assert started.ended() == 2
    assert re.search(r"topic posts-\w+ was made anew: .* turfwatch state reset --topic posts-", started.said[-1])

    url = f"redis://127.0.0.1:{redis_port}"
    done = turfwatch("state", "reset", "--topic", live.settings.kafka.posts, "--redis", url, "--yes")
    assert done.returncode == 0, done.stderr
    live.send([("town", b'{"id":"2","platform":"x","author_id":"a","text":"t","created_at":"2026-01-01T00:00:00Z"}')])
    with Redis(port=redis_port) as redis, worker(live.environment, redis_port) as started:
        live.wait_done(redis, started)
        assert live.posts(redis, "town") == 1


def test_missing_topics_are_named(brokers: str, redis_port: int) -> None:
    live = Live(brokers)
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=brokers)) as admin:
        admin.delete_topics([live.settings.kafka.incidents])

    started = Worker(live.environment, redis_port)

    assert started.ended() == 2
    assert "missing; turfwatch topics create makes it" in started.said[-1]


def test_a_silent_stream_gets_ticks_that_a_replay_sees(brokers: str, redis_port: int) -> None:
    live = Live(brokers, kafka_partitions=1, worker_idle_s=1)
    live.send([("town", b'{"id":"1","platform":"x","author_id":"a","text":"t","created_at":"2020-01-01T00:00:00Z"}')])

    with worker(live.environment, redis_port) as started:

        def watermark() -> str:
            found = started.health()
            return str(found["streams"]["town"]["watermark"]) if found and found["streams"] else ""

        until(lambda: watermark() >= "2020-01-01T00:00:02", "two ticks are applied")
        health = started.health()
        assert started.stop() == 0

    assert health is not None
    assert health["counts"]["ticks"] >= 2
    ticks = [json.loads(value or b"{}") for _, value, _, _ in read_all(brokers, live.settings.kafka.posts)[1:]]
    assert {tick["type"] for tick in ticks} == {"tick"}
    assert all("2020-01-01T00:00:01" <= tick["created_at"] < "2020-01-01T00:10" for tick in ticks)


def delete_before(live: Live, offset: int) -> None:
    """Have the topic drop what lies before an offset."""
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=live.brokers)) as admin:
        admin.delete_records({TopicPartition(live.settings.kafka.posts, 0): offset})
