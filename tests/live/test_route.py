"""``turfwatch route`` on a real Kafka: lines go where the rules say, and none is lost."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaAdminClient
from support.command import command, environment, turfwatch
from support.kafka import create, live_environment, read_all, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE_S = 60.0

RULES = """
[[route.rules]]
stream = "trams"
keywords = ["tram", "#harrowfen"]

[[route.rules]]
stream = "german"
lang = "de"
platform = "x"
"""


def post(number: int, text: str, *, lang: str = "en", platform: str = "x") -> bytes:
    fields = {"id": str(number), "platform": platform, "author_id": "7", "text": text, "lang": lang}
    return json.dumps({**fields, "created_at": "2024-05-01T12:00:00Z"}).encode()


class Place:
    """Topics of one test, and the settings of a router for them."""

    def __init__(self, brokers: str, folder: Path, rules: str = RULES, **settings: object) -> None:
        self.brokers = brokers
        self.settings = live_environment(brokers, worker_session_s=6, **settings)
        self.posts, self.letters = self.settings["TURFWATCH_KAFKA_POSTS"], self.settings["TURFWATCH_KAFKA_DEAD_LETTERS"]
        self.foreign = self.posts.replace("posts", "foreign")
        self.other = self.posts.replace("posts", "other")
        self.settings["TURFWATCH_ROUTE_TOPICS"] = f"{self.foreign},{self.other}"
        self.settings["TURFWATCH_CONFIG"] = str(folder / "turfwatch.toml")
        (folder / "turfwatch.toml").write_text(rules)
        create(brokers, {self.posts: 4, self.letters: 1, self.foreign: 3, self.other: 1})

    def lines(self) -> list[tuple[str, bytes]]:
        return [
            ((key or b"").decode(), line)
            for key, value, _, _ in read_all(self.brokers, self.posts)
            for line in (value or b"").splitlines()
        ]

    @contextlib.contextmanager
    def router(self, *, code: int = 0) -> Iterator[subprocess.Popen[bytes]]:
        """Run a router, end it and hold that it ended with that code; it leaves nothing in its folder."""
        process = subprocess.Popen(command("route"), env=environment(self.settings), stderr=subprocess.PIPE)
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            told = process.communicate(timeout=DEADLINE_S)[1]
            assert process.returncode == code, told.decode()
            assert b"Traceback" not in told, told.decode()
        finally:
            process.kill()
            process.communicate()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def place(brokers: str, tmp_path: Path) -> Place:
    return Place(brokers, tmp_path)


def test_posts_go_to_every_stream_whose_rule_fits_and_to_no_other(place: Place) -> None:
    tram = post(1, "The TRAM is late")
    both = post(2, "die Tram kommt #Harrowfen", lang="de")
    neither = post(3, "trams are nice", platform="y", lang="de")
    gone = b'{"type":"delete","id":"1","platform":"x","created_at":"2024-05-01T12:01:00Z"}'
    elsewhere = gone.replace(b'"x"', b'"y"')
    send(
        place.brokers, place.foreign, [("any", b"\n".join((tram, both, b"", neither, gone)) + b"\n"), (None, elsewhere)]
    )
    send(place.brokers, place.other, [("k", None), (None, b"")], 0)

    with place.router():
        wait_for(lambda: len(place.lines()) >= 6)
    records = read_all(place.brokers, place.posts)

    assert sorted(place.lines()) == sorted(
        [*(("trams", line) for line in (tram, both, gone, elsewhere)), ("german", both), ("german", gone)]
    )
    # The lines of a record stay together, and a stream lies in one partition.
    assert sorted(value.count(b"\n") for _, value, _, _ in records if value) == [0, 1, 2]
    assert len({(key, number) for key, _, _, number in records}) == 2


def test_what_is_no_line_goes_to_the_dead_letters_with_its_origin(place: Place) -> None:
    good = post(1, "tram")
    send(place.brokers, place.other, [("k", good + b"\n{broken\n" + post(2, "tram")), (None, b"\xff\xfe")])

    with place.router():
        wait_for(lambda: len(read_all(place.brokers, place.letters)) >= 2)
    letters = read_all(place.brokers, place.letters)
    told = [(dict(headers), value) for _, value, headers, _ in letters]

    assert [value for _, value in told] == [b"{broken", b"\xff\xfe"]
    assert [(headers["reason"], headers["line"]) for headers, _ in told] == [(b"not-json", b"2"), (b"not-utf8", b"1")]
    assert [(headers["topic"], headers["offset"]) for headers, _ in told] == [
        (place.other.encode(), b"0"),
        (place.other.encode(), b"1"),
    ]
    assert told[0][0]["key"] == b"k"
    assert [line for _, line in place.lines()] == [good, post(2, "tram")]


def test_with_pseudonyms_no_refused_line_is_kept(brokers: str, tmp_path: Path) -> None:
    place = Place(brokers, tmp_path, worker_ids="hmac", worker_ids_key="sixteen letters!")
    send(brokers, place.other, [("ann", b'{"author_id":"ann"}')])

    with place.router():
        wait_for(lambda: len(read_all(brokers, place.letters)) == 1)

    [(key, value, headers, _)] = read_all(brokers, place.letters)
    assert (key, value) == (None, b"")
    assert not [name for name, told in headers if b"ann" in told]


def test_a_router_that_is_told_to_end_goes_on_where_it_stood(place: Place) -> None:
    send(place.brokers, place.foreign, [(None, post(number, "tram")) for number in range(500)])
    with place.router():
        wait_for(lambda: len(place.lines()) == 500)
    send(place.brokers, place.foreign, [(None, post(500, "tram"))])
    with place.router():
        wait_for(lambda: len(place.lines()) > 500)

    assert len(place.lines()) == 501


def test_a_router_that_is_killed_again_and_again_loses_nothing(place: Place) -> None:
    total = 6000
    send(place.brokers, place.foreign, [(None, post(number, "tram")) for number in range(total)])
    for part in (1, 2000, 4000):
        process = subprocess.Popen(command("route"), env=environment(place.settings), stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda least=part: len({line for _, line in place.lines()}) >= least)  # type: ignore[misc] # mypy cannot infer its type
        finally:
            process.kill()
            process.wait()
    send(place.brokers, place.foreign, [(None, post(total, "tram"))])
    with place.router():
        wait_for(lambda: len({line for _, line in place.lines()}) > total)


@pytest.mark.parametrize(("retry_s", "why"), [(2, "not acknowledged within 2 s"), (60, "not drained within ")])
def test_a_router_whose_posts_are_not_acknowledged_ends_and_commits_nothing(
    brokers: str, tmp_path: Path, retry_s: int, why: str
) -> None:
    place = Place(brokers, tmp_path, worker_retry_s=retry_s)
    send(brokers, place.other, [(None, post(0, "tram"))])
    process = subprocess.Popen(command("route"), env=environment(place.settings), stderr=subprocess.PIPE)
    assert process.stderr
    try:
        wait_for(lambda: len(place.lines()) == 1)
        with contextlib.closing(KafkaAdminClient(bootstrap_servers=brokers)) as admin:
            admin.delete_topics([place.posts])
        send(brokers, place.other, [(None, post(number, "tram")) for number in range(1, 20)])
        trouble = next(line for line in process.stderr if place.posts.encode() in line)
        if "drained" in why:
            process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=DEADLINE_S)[1].decode()
    finally:
        process.kill()
        process.communicate()
    create(brokers, {place.posts: 4})
    with place.router():
        wait_for(lambda: len({line for _, line in place.lines()}) >= 19)

    assert trouble
    assert process.returncode == 1
    assert why in told.splitlines()[-1]


def test_a_line_longer_than_a_record_may_be_is_refused(brokers: str, tmp_path: Path) -> None:
    place = Place(brokers, tmp_path, kafka_record_bytes=65_536, limits_line_bytes=1_000_000)
    long = post(1, "tram " * 14_000)
    lines = [post(number, "tram " * 7_000) for number in (2, 3)]
    send(brokers, place.other, [("k" * 5000, b"\n".join((long, *lines)))])

    with place.router():
        wait_for(lambda: len(place.lines()) == 2)

    assert dict(read_all(brokers, place.letters)[0][2])["reason"] == b"too-long"
    assert len(read_all(brokers, place.posts)) == 2


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"TURFWATCH_ROUTE_TOPICS": "not-there"}, "route.topics: no topic 'not-there' in kafka at "),
        ({"TURFWATCH_KAFKA_DEAD_LETTERS": "not-there"}, "no topic 'not-there' in kafka at "),
        ({"TURFWATCH_ROUTE_TOPICS": ""}, "route.topics names no topic to read"),
    ],
)
def test_without_topics_it_ends_in_one_line(place: Place, settings: dict[str, str], reason: str) -> None:
    done = turfwatch("route", extra={**place.settings, **settings})
    told = done.stderr.decode().splitlines()

    assert done.returncode == 2
    assert len(told) == 1
    assert told[0].startswith(f"turfwatch: {reason}")


def test_without_a_broker_it_ends_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "turfwatch.toml").write_text(RULES)
    settings = live_environment("127.0.0.1:9", route_topics="foreign", config=tmp_path / "turfwatch.toml")
    done = turfwatch("route", extra=settings)

    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1].startswith("turfwatch: kafka at 127.0.0.1:9: ")
