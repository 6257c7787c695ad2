"""The watch list through the command: into the log, applied by a worker, listed, in every replay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redis import Redis
from support.command import turfwatch
from support.kafka import live_environment, read_all
from support.live import Live, until, worker

from pipeline.live.control import control_time
from pipeline.post import Control, decode_line
from pipeline.simulate.stream import START_MS, simulate
from pipeline.state.keys import stream_keys

if TYPE_CHECKING:
    from pathlib import Path

HOUR_MS = 3_600_000


def told(*arguments: str, extra: dict[str, str]) -> tuple[int, str, str]:
    done = turfwatch("watch", *arguments, extra=extra)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def controls(live: Live) -> list[tuple[bytes | None, Control]]:
    """Control lines of the topic, each with the key of its record."""
    read = read_all(live.brokers, live.settings.kafka.posts)
    lines = [(key, decode_line(row)) for key, value, _, _ in read for row in (value or b"").split(b"\n")]
    return [(key, line) for key, line in lines if isinstance(line, Control)]


def test_what_is_added_is_followed_once_a_worker_comes_to_it_and_until_it_is_removed(
    brokers: str, redis_port: int, tmp_path: Path
) -> None:
    live = Live(brokers, kafka_partitions=2)
    extra = {**live.environment, "TURFWATCH_REDIS_URL": f"redis://127.0.0.1:{redis_port}"}
    live.fill("ferry", simulate(3, 300), 50)

    def listed() -> list[dict[str, Any]]:
        code, out, error = told("list", "--stream", "ferry", "--output", "json", extra=extra)
        assert code == 0, error
        rows: list[dict[str, Any]] = json.loads(out)
        return rows

    with worker(live.environment, redis_port) as started, Redis(port=redis_port) as redis:
        live.wait_done(redis, started)
        before = int(redis.hget(stream_keys("ferry")["meta"], "watermark") or 0)
        options = ("--label", "The Ferry", "--posts", "5", "--significance", "2.5")
        added = told("add", " #Ferry", "--stream", "ferry", *options, extra=extra)
        assert added[0] == 0, added[2]
        assert added[1].startswith("#Ferry is followed in stream ferry from 2026-01-01 ")
        assert told("add", "re:a{2,3}", "--stream", "ferry", extra=extra)[0] == 0
        until(lambda: redis.hlen(stream_keys("ferry")["watch"]) == 2, "both are applied")

        row = {"pattern": "#Ferry", "label": "The Ferry", "posts": 5, "significance": 2.5, "origin": "stream"}
        assert listed()[0] == row
        with_own = {**extra, "TURFWATCH_WATCH_PATTERNS": "tram, #bus"}
        table = told("list", "--stream", "ferry", extra=with_own)[1]
        assert [each for each in ("#Ferry", "The Ferry", "2.5", "tram", "environment") if each not in table] == []
        again = told("add", "#Ferry", "--stream", "ferry", *options, extra=extra)
        assert again == (0, "#Ferry is followed in stream ferry already: nothing sent\n", "")

        assert told("remove", "#Ferry", "--stream", "ferry", extra=extra)[0] == 0
        until(lambda: redis.hlen(stream_keys("ferry")["watch"]) == 1, "one is removed")
        assert [each["pattern"] for each in listed()] == ["re:a{2,3}"]
        code, out, error = told("remove", "#Ferry", "--stream", "ferry", extra=extra)
        assert (code, out, error.count("\n")) == (2, "", 1)
        assert error.startswith("turfwatch: #Ferry is not followed in stream ferry: ")
        assert "stands in watch.patterns" in told("remove", "tram", "--stream", "ferry", extra=with_own)[2]

        # The posts are of long ago: a change dated by the clock would have closed all that is open in them.
        assert int(redis.hget(stream_keys("ferry")["meta"], "watermark") or 0) == before
        assert started.stop() == 0

    assert [key for key, _ in controls(live)] == [b"ferry"] * 3
    exported = tmp_path / "ferry.jsonl"
    assert turfwatch("export", "ferry", "--out", exported, extra=live.environment).returncode == 0
    assert turfwatch("replay", exported, extra=extra, folder=tmp_path).returncode == 0


def test_without_a_server_a_change_goes_into_the_log_unseen(brokers: str) -> None:
    live = Live(brokers, kafka_partitions=1)

    assert told("remove", "tram", "--stream", "s", extra=live.environment)[0] == 0
    extra = {**live.environment, "TURFWATCH_REDIS_URL": "redis://127.0.0.1:1"}
    code, _, error = told("add", "tram", "--stream", "s", extra=extra)
    assert (code, error.count("\n")) == (0, 1)
    assert "what is kept of the stream is not known" in error
    assert [(key, line.action) for key, line in controls(live)] == [(b"s", "watch-remove"), (b"s", "watch-add")]


def test_a_change_that_is_none_ends_in_the_dead_letters_and_the_rest_goes_on(brokers: str, redis_port: int) -> None:
    live = Live(brokers, kafka_partitions=1)
    line = {"type": "control", "action": "watch-add", "created_at": "2026-01-01T00:00:00Z"}
    bad = [json.dumps({**line, "value": value}).encode() for value in ("koch", '{"pattern": "re:("}')]
    good = json.dumps({**line, "value": '{"pattern": "koch"}'}).encode()
    live.send([("s", b"\n".join([*bad, good]))])

    with worker(live.environment, redis_port) as started, Redis(port=redis_port) as redis:
        live.wait_done(redis, started)
        assert redis.hkeys(stream_keys("s")["watch"]) == [b"koch"]
        assert started.stop() == 0

    letters = read_all(brokers, live.settings.kafka.dead_letters)
    assert [(value, dict(headers)["reason"]) for _, value, headers, _ in letters] == [
        (each, b"bad-watch") for each in bad
    ]


def test_a_missing_topic_is_said_in_one_line(brokers: str) -> None:
    code, out, error = told("add", "tram", "--stream", "s", extra=live_environment(brokers))

    assert (code, out, error.count("\n")) == (2, "", 1)
    assert "turfwatch topics create" in error


def test_a_change_is_dated_by_the_clock_but_in_a_stream_of_long_ago() -> None:
    now = START_MS + 10 * HOUR_MS

    assert [control_time(now, at) for at in (None, 0, now - HOUR_MS, now - HOUR_MS - 1, now + 5)] == [
        *(now, now, now),
        now - HOUR_MS - 1,
        now,
    ]
