"""Dead letters are found, shown without harm, and sent again where they are whole."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaProducer
from support.command import turfwatch
from support.kafka import create, live_environment, read_all

from pipeline.live.letters import KEPT_BYTES, DeadLetter, encode_letter

if TYPE_CHECKING:
    from collections.abc import Iterator

NASTY = b"\x1b[31mred\x1b[0m \xe2\x80\xaetxet \xff [bold]"


class Topics:
    """The topics of one test, and letters in them."""

    def __init__(self, brokers: str) -> None:
        self.brokers = brokers
        self.live = live_environment(brokers)
        self.posts = self.live["TURFWATCH_KAFKA_POSTS"]
        self.letters = self.live["TURFWATCH_KAFKA_DEAD_LETTERS"]
        create(brokers, {self.posts: 2, self.letters: 3}, {"message.timestamp.type": "LogAppendTime"})
        self._producer = KafkaProducer(bootstrap_servers=brokers)

    def close(self) -> None:
        self._producer.close()

    def put(
        self,
        data: bytes,
        reason: str = "not-json",
        *,
        key: bytes | None = b"s",
        topic: str | None = None,
        withhold: bool = False,
        partition: int = 0,
        origin: int = 0,
    ) -> str:
        """Write a letter; returns its place."""
        letter = DeadLetter(reason, "no JSON", topic or self.posts, origin, 7, 1, key, data)
        value, headers = encode_letter(letter, withhold=withhold)
        return self.foreign(value, headers, partition)

    def foreign(self, value: bytes, headers: list[tuple[str, bytes]], partition: int = 0) -> str:
        sent = self._producer.send(self.letters, value, headers=headers, partition=partition).get(timeout=30)
        return f"{sent.partition}:{sent.offset}"

    def run(self, *arguments: str) -> tuple[int, str, str]:
        done = turfwatch("dead-letters", *arguments, extra=self.live)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def listed(self, *arguments: str) -> list[dict[str, object]]:
        code, out, error = self.run("list", "--output", "json", *arguments)
        assert code == 0, error
        rows: list[dict[str, object]] = json.loads(out)
        return rows

    def resent(self) -> list[tuple[bytes | None, bytes | None, int]]:
        return [(key, value, partition) for key, value, _, partition in read_all(self.brokers, self.posts)]


@pytest.fixture
def topics(brokers: str) -> Iterator[Topics]:
    with contextlib.closing(Topics(brokers)) as made:
        yield made


def test_the_newest_come_first_from_all_partitions(topics: Topics) -> None:
    places = [topics.put(b"%d" % number, partition=number % 3) for number in range(12)]

    rows = topics.listed()

    # What came within one millisecond has no order between partitions.
    assert [row["time"] for row in rows] == sorted((row["time"] for row in rows), key=str, reverse=True)
    for partition in "012":
        own = [place for place in places if place.startswith(partition)]
        assert [row["place"] for row in rows if str(row["place"]).startswith(partition)] == own[::-1]
    assert topics.listed("--limit", "5") == rows[:5]


def test_more_letters_than_are_read_at_once_are_all_listed(topics: Topics) -> None:
    places = [topics.put(b"%d" % number) for number in range(600)]

    assert [row["place"] for row in topics.listed("--limit", "1000")] == places[::-1]


def test_a_list_of_one_reason_has_no_others(topics: Topics) -> None:
    topics.put(b"a")
    late = topics.put(b"b", "bug")
    foreign = topics.foreign(b"hello", [])

    assert [row["place"] for row in topics.listed("--reason", "bug")] == [late]
    assert [row["place"] for row in topics.listed("--reason", "no-letter")] == [foreign]
    assert topics.run("list", "--reason", "x")[1] == "no dead letter with reason x\n"


def test_a_row_tells_where_it_came_from_and_harms_no_terminal(topics: Topics) -> None:
    place = topics.put(NASTY)
    topics.put(b"secret", withhold=True)

    out = topics.run("list")[1]
    row = next(row for row in topics.listed() if row["place"] == place)

    assert f"{topics.posts}:0:7:1" in out
    assert "\\x1b[31mred\\x1b[0m \\u202etxet \ufffd [bold]" in out
    assert "\x1b" not in out
    assert "(withheld)" in out
    assert "secret" not in out
    assert (row["reason"], row["key"], row["length"], row["whole"]) == ("not-json", "s", len(NASTY), True)


def test_one_letter_is_shown_whole(topics: Topics) -> None:
    place = topics.put(b'{"a": 1}\n' + NASTY, "bug")

    code, out, _ = topics.run("show", place)

    assert code == 0
    assert "reason     bug\n" in out
    assert "detail     no JSON\n" in out
    assert f"topic      {topics.posts}\n" in out
    assert '\n\n{"a": 1}\n\\x1b[31mred\\x1b[0m \\u202etxet \ufffd [bold]\n' in out


@pytest.mark.parametrize("place", ["x", "0:9", "7:0"])
def test_what_lies_nowhere_is_said_in_one_line(topics: Topics, place: str) -> None:
    topics.put(b"a")

    for command in ("show", "retry"):
        code, out, error = topics.run(command, place)
        assert (code, out, error.count("\n")) == (2, "", 1)


def test_a_letter_goes_back_with_its_key_or_to_its_partition(topics: Topics) -> None:
    places = [topics.put(b"keyed"), topics.put(b"", key=None, origin=1), topics.put(b"not named")]

    code, out, error = topics.run("retry", *places[:2])

    assert (code, out, error) == (0, f"2 sent to {topics.posts}\n", "")
    assert {(key, value) for key, value, _ in topics.resent()} == {(b"s", b"keyed"), (None, b"")}
    assert [partition for key, _, partition in topics.resent() if key is None] == [1]


def test_nothing_is_sent_where_one_of_those_named_cannot_be(topics: Topics) -> None:
    whole = topics.put(b"whole")
    cut = topics.put(bytes(KEPT_BYTES + 1))
    withheld = topics.put(b"secret", withhold=True)
    strange = topics.put(b"elsewhere", topic="another")
    foreign = topics.foreign(b"hello", [("reason", b"x")])

    code, out, error = topics.run("retry", whole, cut, withheld, strange, foreign)

    assert (code, out) == (2, "")
    assert f"{cut} (cut to 65,536 of 65,537 bytes), {withheld} (its text was withheld), {strange} (it came" in error
    assert f"{foreign} (no letter); nothing was sent" in error
    assert whole not in error
    assert topics.resent() == []


def test_all_of_a_reason_are_sent_but_those_that_cannot_be(topics: Topics) -> None:
    for number in range(5):
        topics.put(b"%d" % number, "bug", partition=number % 3)
    cut = topics.put(bytes(KEPT_BYTES + 1), "bug")
    topics.put(b"other")

    code, out, error = topics.run("retry", "--all", "--reason", "bug")

    assert (code, out) == (0, f"5 sent to {topics.posts}\n")
    assert error == f"not sent: {cut} (cut to 65,536 of 65,537 bytes)\n"
    assert sorted(value or b"" for _, value, _ in topics.resent()) == [b"0", b"1", b"2", b"3", b"4"]


def test_without_letters_there_is_nothing_to_list_or_send(topics: Topics) -> None:
    assert topics.run("list") == (0, "no dead letter\n", "")
    assert topics.listed() == []
    assert topics.run("retry", "--all") == (0, "no dead letter to send\n", "")


@pytest.mark.parametrize("options", [(), ("--all", "0:1"), ("0:1", "--reason", "bug")])
def test_what_is_to_be_sent_must_be_clear(options: tuple[str, ...]) -> None:
    done = turfwatch("dead-letters", "retry", *options)

    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
