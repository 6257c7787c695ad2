"""What no worker can use never stops one, and nothing good is lost beside it."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from typing import TYPE_CHECKING

from redis import Redis
from support.kafka import read_all
from support.live import Live, Worker, by_incident, until, worker

from pipeline.live.letters import KEPT_BYTES, Letter, decode_letter
from pipeline.post import Post, encode_line
from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HUGE = 5 * 2**20

POISON: dict[bytes | None, str] = {
    b"no JSON": "not-json",
    b'{"id":"1","platform":"x","author_id":"a","text":7,"created_at":"2026-01-01T00:00:00Z"}': "wrong-type",
    b'{"id":"1","platform":"x"}': "missing-field",
    b'{"id":"1","platform":"x","author_id":"a","text":"t","created_at":"2026-01-01T00:00:00"}': "naive-time",
    b'{"id":"1","platform":"x","author_id":"a","text":"t","created_at":"1926-01-01T00:00:00Z"}': "out-of-range-time",
    b"\xff\xfe{}": "not-utf8",
    b"[" * 60_000: "too-deep",
    b"": "empty",
    b" \n\r\n": "empty",
    None: "null-value",
}


def letters_of(live: Live) -> list[Letter]:
    found = read_all(live.brokers, live.settings.kafka.dead_letters)
    return [decode_letter(value, headers) for _, value, headers, _ in found]


def test_a_storm_of_poison_loses_nothing_good(
    brokers: str,
    redis_port: int,
    simulated: Callable[[int, int], Path],
    expected: Callable[[Path, str], list[bytes]],
) -> None:
    path = simulated(5, 12_000)
    good = [encode_line(line) for line in read_lines([str(path)])]
    poison = list(itertools.islice(itertools.cycle(POISON), 9_990)) + 10 * [b'{"text":"' + b"x" * HUGE + b'"}']
    live = Live(brokers, kafka_partitions=2, kafka_record_bytes=6 * 2**20)
    # Evenly between the good ones: a thousand lines of which half are poison would trip the breaker.
    placed = [(n / len(rows), row) for rows in (good, poison) for n, row in enumerate(rows)]
    mixed = sorted(placed, key=lambda each: each[0])
    records: list[tuple[str | None, bytes | None]] = [("town", row) for _, row in mixed]
    records.append((None, good[0]))  # nobody's, in a topic of two partitions
    live.send(records)

    with worker(live.environment, redis_port) as started, Redis(port=redis_port) as redis:
        live.wait_done(redis, started)
        until(lambda: (started.health() or {"refused": {}})["refused"].get("no-key"), "the last record is refused")
        health = started.health()
        assert started.stop() == 0, started.log
        counted = live.posts(redis, "town")

    letters = letters_of(live)
    wanted = Counter(POISON.get(bad, "too-long") for bad in poison) + Counter(["no-key"])
    assert Counter(letter.reason for letter in letters) == wanted
    assert health is not None
    assert Counter(health["refused"]) == wanted
    assert counted == len({(post["platform"], post["id"]) for post in map(json.loads, good) if "type" not in post})
    assert by_incident(live.events()["town"]) == by_incident(expected(path, "town"))
    huge = next(letter for letter in letters if letter.reason == "too-long")
    assert (len(huge.data), huge.length > HUGE, huge.is_whole) == (KEPT_BYTES, True, False)


def test_a_topic_of_poison_trips_the_breaker(
    brokers: str, redis_port: int, simulated: Callable[[int, int], Path]
) -> None:
    live = Live(brokers, kafka_partitions=1)
    good = [encode_line(line) for line in itertools.islice(read_lines([str(simulated(5, 12_000))]), 200)]
    rows = [
        row if number % 10 == 0 else b"poison"
        for number, row in enumerate(itertools.islice(itertools.cycle(good), 2000))
    ]
    live.send([("town", row) for row in rows])

    started = Worker(live.environment, redis_port)

    assert started.ended() == 2
    assert "of the last 1,000 lines were refused (" in started.said[-1]
    assert "not-json" in started.said[-1]
    letters = letters_of(live)
    assert len(letters) >= 900
    assert {letter.reason for letter in letters} == {"not-json"}


TRIPS_FEATURES = """
import pipeline.state.batch as batch
found = batch.features
def features(texts, *rest):
    if any("TRIPWIRE" in text for text in texts): raise ZeroDivisionError("planted")
    return found(texts, *rest)
batch.features = features
"""

TRIPS_EVALUATION = """
import pipeline.engine as engine
assess = engine.assess
def broken(facts, *rest):
    if any("TRIPWIRE" in each for one in facts.objects for each in one.samples): raise ZeroDivisionError("planted")
    return assess(facts, *rest)
engine.assess = broken
"""


def test_a_line_that_trips_a_bug_is_left_out_after_three_crashes(
    brokers: str, redis_port: int, simulated: Callable[[int, int], Path], expected: Callable[[Path, str], list[bytes]]
) -> None:
    path = simulated(5, 12_000)
    rows = [encode_line(line) for line in read_lines([str(path)])]
    guilty = b'{"id":"g","platform":"x","author_id":"g","text":"TRIPWIRE","created_at":"2020-01-01T00:00:00Z"}'
    live = Live(brokers, kafka_partitions=1)
    live.send([("town", row) for row in [*rows[:5000], guilty, *rows[5000:]]])

    with Redis(port=redis_port) as redis:
        for _ in range(3):
            started = Worker(live.environment, redis_port, TRIPS_FEATURES)
            assert started.ended() == 1, started.log
            assert "trips a bug" in started.said[-1], started.log
        with worker(live.environment, redis_port, TRIPS_FEATURES) as started:
            live.wait_done(redis, started)
            assert started.stop() == 0, started.log

    (letter,) = letters_of(live)
    assert (letter.reason, letter.offset, letter.data) == ("bug", 5000, guilty)
    assert "ZeroDivisionError: planted" in letter.detail
    assert by_incident(live.events()["town"]) == by_incident(expected(path, "town"))


def test_an_evaluation_that_trips_a_bug_is_left_out_and_the_stream_goes_on(brokers: str, redis_port: int) -> None:
    posts = [copy(number, "the TRIPWIRE of the harbour was cut by the mayor last night") for number in range(40)]
    posts += [
        copy(number, f"harbour closed, round {number // 5}: nobody asked the people of this town")
        for number in range(40, 80)
    ]
    live = Live(
        brokers, kafka_partitions=1, detection_look_alikes="false", detection_min_objects=1, detection_edge_weight=0.5
    )
    live.send([("town", row) for row in posts])

    with Redis(port=redis_port) as redis:
        for _ in range(3):
            assert Worker(live.environment, redis_port, TRIPS_EVALUATION).ended() == 1
        with worker(live.environment, redis_port, TRIPS_EVALUATION) as started:
            live.wait_done(redis, started)
            assert started.stop() == 0, started.log
        assert live.posts(redis, "town") == len(posts)

    letters = letters_of(live)
    assert letters
    assert {letter.reason for letter in letters} == {"bug"}


def copy(number: int, text: str) -> bytes:
    """A post of one of eight accounts, a second after the one before."""
    at = f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z"
    post = Post(id=str(number), platform="x", author_id=f"a{number % 8}", text=text, created_at=at)
    return encode_line(post)
