"""A recording sent to Kafka: every line once, in order, as a replay would apply it, and no claim that is not so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command import turfwatch
from support.kafka import create, live_environment, read_all
from support.servers import free_port

from pipeline.config import load_settings
from pipeline.live.sender import WINDOW_BYTES, sending
from pipeline.simulate.stream import simulate, write_recording

POSTS = 600


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("recordings") / "town.jsonl.gz"
    write_recording(path, simulate(5, POSTS))
    return path


def post(number: int, text: str = "text", at: str | None = None) -> bytes:
    created = at or f"2026-01-01T09:{number // 60 % 60:02}:{number % 60:02}Z"
    line = {"id": str(number), "platform": "x", "author_id": "a", "text": text, "created_at": created}
    return json.dumps(line).encode()


def written(path: Path, lines: list[bytes]) -> Path:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.mark.parametrize(("pack", "records"), [(1, POSTS), (50, POSTS / 50), (7, -(-POSTS // 7))])
def test_all_lines_arrive_in_order_under_the_name_of_their_stream(
    brokers: str, simulated: Path, pack: int, records: int
) -> None:
    live = live_environment(brokers)
    create(brokers, {live["TURFWATCH_KAFKA_POSTS"]: 4})

    done = turfwatch("replay", simulated, "--to-kafka", "--pack", str(pack), extra=live)

    found = read_all(brokers, live["TURFWATCH_KAFKA_POSTS"])
    lines = [json.loads(line) for _, value, _, _ in found for line in (value or b"").splitlines()]
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert f"{POSTS} lines in {len(found)} records to stream town".encode() in done.stderr
    assert len(found) == records
    assert {key for key, _, _, _ in found} == {b"town"}
    assert len({partition for _, _, _, partition in found}) == 1
    assert [line["id"] for line in lines] == [line.id for line in simulate(5, POSTS)]


def test_no_record_has_more_bytes_than_the_topic_takes(brokers: str, tmp_path: Path) -> None:
    path = written(tmp_path / "long.jsonl", [post(number, "x" * 9000) for number in range(40)])
    live = live_environment(brokers, kafka_record_bytes=70_000)
    create(brokers, {live["TURFWATCH_KAFKA_POSTS"]: 1}, {"max.message.bytes": "70000"})

    done = turfwatch("replay", path, "--to-kafka", "--pack", "40", extra=live)

    found = read_all(brokers, live["TURFWATCH_KAFKA_POSTS"])
    assert done.returncode == 0, done.stderr
    assert [len(value or b"") <= 70_000 for _, value, _, _ in found] == [True] * 6


def test_a_date_that_nothing_confirms_moves_no_clock_of_a_worker_either(brokers: str, tmp_path: Path) -> None:
    lines = [post(number) for number in range(30)]
    lines[10] = post(10, at="2031-05-05T05:05:05Z")
    live = live_environment(brokers)
    create(brokers, {live["TURFWATCH_KAFKA_POSTS"]: 1})

    done = turfwatch("replay", written(tmp_path / "a.jsonl", lines), "--to-kafka", extra=live)

    sent = [json.loads(value or b"") for _, value, _, _ in read_all(brokers, live["TURFWATCH_KAFKA_POSTS"])]
    assert b"1 line far ahead" in done.stderr
    assert sent[10]["created_at"] == "2031-05-05T05:05:05Z"
    assert sent[10]["observed_at"] == "2026-01-01T09:00:09.000Z"
    assert [line for line in sent if "observed_at" in line] == [sent[10]]


def test_lines_dated_ahead_of_the_clock_are_counted(brokers: str, tmp_path: Path) -> None:
    lines = [post(number, at=f"2090-01-01T09:00:{number:02}Z") for number in range(25)]
    live = live_environment(brokers)
    create(brokers, {live["TURFWATCH_KAFKA_POSTS"]: 1})

    done = turfwatch("replay", written(tmp_path / "a.jsonl", lines), "--to-kafka", extra=live)

    assert b"25 lines dated ahead of the clock: workers take the time of their coming" in done.stderr


def test_a_pack_never_waits_for_a_line_that_is_not_due(brokers: str, tmp_path: Path) -> None:
    lines = [post(0), post(1), post(2, at="2026-01-01T09:40:00Z"), post(3, at="2026-01-01T10:20:00Z")]
    live = live_environment(brokers)
    create(brokers, {live["TURFWATCH_KAFKA_POSTS"]: 1})

    done = turfwatch(
        "replay", written(tmp_path / "a.jsonl", lines), "--to-kafka", "--pack", "50", "--speed", "2400x", extra=live
    )

    found = read_all(brokers, live["TURFWATCH_KAFKA_POSTS"])
    assert done.returncode == 0, done.stderr
    assert len(found) >= 3
    assert [json.loads(line)["id"] for _, value, _, _ in found for line in (value or b"").splitlines()] == [*"0123"]


def test_what_a_broker_refuses_ends_the_run_and_says_what_is_safe(brokers: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", [*(post(number) for number in range(30)), post(30, "x" * 50_000), post(31)])
    live = live_environment(brokers)
    create(brokers, {live["TURFWATCH_KAFKA_POSTS"]: 1}, {"max.message.bytes": "40000"})

    done = turfwatch("replay", path, "--to-kafka", extra=live)

    kept = [json.loads(value or b"")["id"] for _, value, _, _ in read_all(brokers, live["TURFWATCH_KAFKA_POSTS"])]
    assert done.returncode == 1
    assert done.stderr.startswith(f"turfwatch: kafka at {brokers}: ".encode())
    assert b"the first 30 lines are safe" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert kept[:30] == [str(number) for number in range(30)]


def test_a_missing_topic_is_named_with_the_command_that_makes_it(brokers: str, simulated: Path) -> None:
    live = live_environment(brokers)

    done = turfwatch("replay", simulated, "--to-kafka", extra=live)

    assert done.returncode == 2
    assert live["TURFWATCH_KAFKA_POSTS"].encode() in done.stderr
    assert b"`turfwatch topics create`" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_without_a_broker_it_says_so_in_one_line(simulated: Path) -> None:
    port = free_port()

    done = turfwatch("replay", simulated, "--to-kafka", extra=live_environment(f"127.0.0.1:{port}"))

    assert done.returncode == 1
    assert f"kafka at 127.0.0.1:{port}".encode() in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--to-kafka", "--redis", "redis://127.0.0.1"),
        ("--to-kafka", "--state", "state"),
        ("--to-kafka", "--resume"),
        ("--to-kafka", "--output", "table"),
        ("--to-kafka", "--members"),
        ("--to-kafka", "--suppressed"),
        ("--to-kafka", "--batch", "7"),
        ("--pack", "50"),
        ("--to-kafka", "--stream", "a{b}"),
        ("--to-kafka", "-"),
    ],
)
def test_what_makes_no_sense_is_refused(simulated: Path, options: tuple[str, ...]) -> None:
    done = turfwatch("replay", simulated, *options)

    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


def test_memory_in_flight_is_bounded(brokers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in live_environment(brokers).items():
        monkeypatch.setenv(name, value)
    kafka = load_settings(None)[0].kafka
    create(brokers, {kafka.posts: 1})
    record = bytes(500_000)
    flying = []

    with sending(kafka) as sender:
        for _ in range(2 * WINDOW_BYTES // len(record)):
            sender.send(kafka.posts, record, b"s")
            flying.append(sender._bytes)
        sender.finish()

    assert max(flying) <= WINDOW_BYTES
    assert sender.sent.records == len(flying)
