"""What the log holds comes out as a recording that replays to what was told."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import zstandard
from support.command import turfwatch
from support.kafka import create, live_environment, read_all, send

from pipeline.post import encode_line
from pipeline.simulate.stream import simulate

if TYPE_CHECKING:
    from pathlib import Path


def post(number: int, at: str, **more: object) -> bytes:
    line = {"id": str(number), "platform": "x", "author_id": "a", "text": "text", "created_at": at, **more}
    return json.dumps(line).encode()


def hostile(path: Path) -> Path:
    """A simulated campaign with a gap, a wrong date before it and one right behind it."""
    lines = [encode_line(line) for line in simulate(5, 6000, share=0.1)]
    later = [encode_line(line) for line in simulate(6, 600, start_ms=1_767_258_000_000 + 40 * 86_400_000)]
    wrong = [post(90_000 + number, "2031-05-05T05:05:05Z") for number in range(3)]
    path.write_bytes(b"\n".join([*lines[:3000], wrong[0], *lines[3000:], *later[:7], *wrong[1:], *later[7:]]) + b"\n")
    return path


def clamped(path: Path) -> int:
    found = re.search(r"clamped times\W+(\d+)", turfwatch("inspect", path).stdout.decode())
    assert found is not None
    return int(found[1])


def test_an_exported_stream_replays_to_the_same_events(brokers: str, tmp_path: Path) -> None:
    live = live_environment(brokers)
    create(brokers, {live["TURFWATCH_KAFKA_POSTS"]: 4}, {"message.timestamp.type": "LogAppendTime"})
    recording, exported = hostile(tmp_path / "town.jsonl"), tmp_path / "out.jsonl.gz"
    sent = turfwatch("replay", recording, "--to-kafka", "--pack", "50", extra=live)
    other = turfwatch("replay", recording, "--to-kafka", "--stream", "other", extra=live)
    assert (sent.returncode, other.returncode) == (0, 0), sent.stderr + other.stderr

    done = turfwatch("export", "town", "--out", exported, extra=live)

    before = turfwatch("replay", recording, "--stream", "town", "--output", "jsonl")
    after = turfwatch("replay", exported, "--stream", "town", "--output", "jsonl")
    assert done.returncode == 0, done.stderr
    assert b"6,603 lines of 133 records of stream town" in done.stderr
    assert before.stdout.count(b"\n") >= 2
    assert after.stdout == before.stdout
    assert (clamped(recording), clamped(exported)) == (3, 0)


def test_lines_come_out_as_they_are_and_bad_ones_are_counted(brokers: str) -> None:
    live = live_environment(brokers)
    topic = live["TURFWATCH_KAFKA_POSTS"]
    create(brokers, {topic: 4}, {"message.timestamp.type": "LogAppendTime"})
    first = post(0, "2026-01-01T09:00:00Z", observed_at="2026-01-01T09:00:01Z", foreign={"x": 1})
    second, third = (
        post(1, "2026-01-01T09:00:02Z", text="naïve"),
        b'{"type":"tick","created_at":"2026-01-01T09:00:03Z"}',
    )
    send(brokers, topic, [("s", first + b"\r\n" + second), ("t", second), ("s", b"{bad\n\nnull"), ("s", None)])
    send(brokers, topic, [("s", third), ("s", post(2, "no time"))])
    send(brokers, topic, [(None, second)], partition=0)

    done = turfwatch("export", "s", extra=live)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [first, second, third]
    assert b"3 lines of 5 records of stream s" in done.stderr
    assert b"1 line left out: not-json" in done.stderr
    assert b"1 line left out: wrong-type" in done.stderr
    assert b"1 line left out: bad-time" in done.stderr


def test_what_is_dated_after_its_coming_has_the_time_when_it_came(brokers: str) -> None:
    live = live_environment(brokers)
    topic = live["TURFWATCH_KAFKA_POSTS"]
    create(brokers, {topic: 1}, {"message.timestamp.type": "LogAppendTime"})
    send(
        brokers,
        topic,
        [("s", post(0, "2099-01-01T00:00:00Z")), ("s", b'{"type":"tick","created_at":"2098-01-01T00:00Z"}')],
    )
    send(brokers, topic, [("s", post(1, "2098-01-01T00:00:00Z", observed_at="2097-01-01T00:00:00Z"))])

    lines = [json.loads(line) for line in turfwatch("export", "s", extra=live).stdout.splitlines()]

    assert [min(line["created_at"], line.get("observed_at", "9")) < "2090" for line in lines] == [True] * 3


def test_records_without_key_are_those_of_a_topic_with_one_partition(brokers: str) -> None:
    live = live_environment(brokers)
    topic = live["TURFWATCH_KAFKA_POSTS"]
    create(brokers, {topic: 1})
    line = post(0, "2026-01-01T09:00:00Z", observed_at="2026-01-01T09:00:00Z")
    send(brokers, topic, [(None, line), ("s", line)])

    named, other = turfwatch("export", topic, extra=live), turfwatch("export", "t", extra=live)

    assert named.stdout == line + b"\n"
    assert (other.returncode, other.stdout) == (2, b"")
    assert other.stderr == f"turfwatch: topic {topic} holds no line of stream 't'\n".encode()


def test_the_name_of_the_file_says_how_it_is_compressed(brokers: str, tmp_path: Path) -> None:
    live = live_environment(brokers)
    topic = live["TURFWATCH_KAFKA_POSTS"]
    create(brokers, {topic: 1})
    line = post(0, "2026-01-01T09:00:00Z", observed_at="2026-01-01T09:00:00Z")
    send(brokers, topic, [("s", line)])

    for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst"):
        turfwatch("export", "s", "--out", tmp_path / name, extra=live)

    packed = (tmp_path / "a.jsonl.zst").read_bytes()
    assert (tmp_path / "a.jsonl").read_bytes() == line + b"\n"
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == line + b"\n"
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed) == line + b"\n"
    assert len(read_all(brokers, topic)) == 1


def test_a_missing_topic_is_named(brokers: str) -> None:
    done = turfwatch("export", "s", extra=live_environment(brokers))

    assert done.returncode == 2
    assert b"`turfwatch topics create`" in done.stderr
