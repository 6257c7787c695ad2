"""With pseudonyms nothing that names an account is kept, and the same campaigns are found."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from redis import Redis
from support.kafka import read_all
from support.live import Live, worker

from pipeline.post import Post, encode_line
from pipeline.recordings.read import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.post import Line

KEY = "a key of sixteen"


def stored(redis: Redis) -> bytes:
    """Everything that a server holds."""
    redis.config_set("rdbcompression", "no")
    return b"".join(bytes(redis.dump(key) or b"") for key in redis.scan_iter())


def kinds(live: Live) -> list[tuple[str, str, int]]:
    """What was told, but for bursts: which of several names in the same posts one goes by hangs on their hashes."""
    found = [json.loads(event) for event in live.events()["town"]]
    rows = sorted((each["type"], each["data"]["kind"], each["data"]["accounts"]["members"]) for each in found)
    assert any(kind == "keyword-burst" for _, kind, _ in rows)
    return [row for row in rows if row[1] != "keyword-burst"]


def test_pseudonyms_hide_accounts_in_all_that_is_kept(
    brokers: str, redis_port: int, simulated: Callable[[int, int], Path]
) -> None:
    lines: list[Line] = list(itertools.islice(read_lines([str(simulated(21, 4000))]), 6000))
    names = {line.author_id for line in lines if isinstance(line, Post)}
    told = {}
    for ids in ("raw", "hmac"):
        live = Live(brokers, kafka_partitions=1, worker_ids=ids, worker_ids_key=KEY)
        live.fill("town", lines)
        live.send([("town", b'{"author_id":"poison-author"}')])
        with Redis(port=redis_port) as redis:
            with worker(live.environment, redis_port) as started:
                live.wait_done(redis, started)
                assert started.stop() == 0, started.log
            kept = b"".join(
                [stored(redis)]
                + [value or b"" for _, value, _, _ in read_all(brokers, live.settings.kafka.incidents)]
                + [value or b"" for _, value, _, _ in read_all(brokers, live.settings.kafka.dead_letters)]
            )
            redis.flushall()
        assert any(name.encode() in kept for name in names) == (ids == "raw")
        assert (b"poison-author" in kept) == (ids == "raw")
        told[ids] = kinds(live)

    assert told["raw"]
    assert told["hmac"] == told["raw"]


def test_a_stream_of_one_key_is_not_gone_on_with_under_another(brokers: str, redis_port: int) -> None:
    live = Live(brokers, kafka_partitions=1, worker_ids="hmac", worker_ids_key=KEY)
    post = Post(id="1", platform="x", author_id="a", text="t", created_at="2026-01-01T00:00:00Z")
    live.send([("town", encode_line(post))])
    with Redis(port=redis_port) as redis, worker(live.environment, redis_port) as started:
        live.wait_done(redis, started)
        assert started.stop() == 0

    other = {**live.environment, "TURFWATCH_WORKER_IDS_KEY": KEY[::-1]}
    with worker(other, redis_port) as started:
        assert started.ended() == 2
        assert "was made with other settings" in started.said[-1]
