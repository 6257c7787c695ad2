"""Whatever lies in a record: it is read without an exception, and nothing of it is passed over in silence."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.live.breaker import Breaker
from pipeline.live.records import Reader, Record, letter_for, misplaced
from pipeline.position import Position, decode_position
from pipeline.post import Limits, Post

APPENDED_MS = 1_700_000_000_000

GOOD = b'{"id":"1","platform":"x","author_id":"a","text":"t","created_at":"2020-01-01T00:00:00Z"}'
lines = st.lists(
    st.sampled_from([GOOD, b"", b"  ", b"null", b"[[[", b'{"id":1}', b"\xff", GOOD + b"\r"]) | st.binary(max_size=40)
)


def record(value: bytes | None, key: bytes | None = b"town", offset: int = 7) -> Record:
    return Record("posts", 2, offset, key, value, APPENDED_MS)


@given(rows=lines, key=st.none() | st.just(b"town") | st.binary(max_size=20), partitions=st.integers(1, 3))
def test_every_line_is_good_or_in_a_letter(rows: list[bytes], key: bytes | None, partitions: int) -> None:
    value = b"\n".join(rows)
    reading = Reader(partitions, Limits()).read(record(value, key))
    written = [row for row in value.split(b"\n") if row and not row.isspace()]

    if reading.stream is None:
        (letter,) = reading.letters
        assert (letter.line, letter.data, reading.good) == (0, value, 0)
    else:
        assert reading.good + len(reading.letters) == len(reading.lines) == len(written)
        for letter in reading.letters:
            assert letter.data == value.split(b"\n")[letter.line - 1]
    places = [place for place, _ in reading.lines]
    assert places == sorted(set(places))
    assert places[-1] == Position("posts", 2, 8, 0)
    assert all(decode_position(place.encode()) == place for place in places)


@given(rows=st.lists(st.just(GOOD), min_size=1, max_size=5), guilty=st.integers(0, 4))
def test_a_line_that_trips_a_bug_is_found_by_its_place(rows: list[bytes], guilty: int) -> None:
    rows = [row.replace(b'"1"', b'"%d"' % number) for number, row in enumerate(rows)]
    reading = Reader(2, Limits()).read(record(b"\n\n".join(rows)))
    guilty %= len(rows)

    letter = letter_for([reading], reading.lines[guilty][0], ValueError("planted"))

    assert (letter.reason, letter.detail, letter.data) == ("bug", "ValueError: planted", rows[guilty])
    assert letter.line == 2 * guilty + 1


@given(ahead_ms=st.integers(-5000, 5000), observed=st.booleans())
def test_no_post_is_seen_after_the_broker_had_it(ahead_ms: int, observed: bool) -> None:
    at = f"2023-11-14T22:13:{20 + ahead_ms // 1000:02}.{ahead_ms % 1000:03}Z"
    post = {"id": "1", "platform": "x", "author_id": "a", "text": "t", "created_at": at}
    if observed:
        post["observed_at"] = at

    ((_, line),) = Reader(2, Limits()).read(record(json.dumps(post).encode())).lines

    assert isinstance(line, Post)
    assert line.at == APPENDED_MS + min(0, ahead_ms)


def test_a_record_without_a_key_belongs_to_a_topic_of_one_partition() -> None:
    assert Reader(1, Limits()).read(record(GOOD, None)).stream == "posts"
    refused = Reader(4, Limits()).read(record(GOOD, None))
    assert (refused.stream, refused.letters[0].reason) == (None, "no-key")


def test_a_stream_in_two_partitions_is_refused_with_the_probable_cause() -> None:
    letter = misplaced(record(GOOD), "town", 0)

    assert letter.reason == "other-partition"
    assert "lies in partition 0: do all producers take Kafka's usual partitioner?" in letter.detail


@given(reasons=st.lists(st.sampled_from(["", "", "not-json", "empty"]), max_size=60), lines=st.integers(1, 20))
def test_a_breaker_counts_the_last_lines(reasons: list[str], lines: int) -> None:
    breaker = Breaker(0.5, lines)
    for number, reason in enumerate(reasons, 1):
        breaker.take(0, (reason,)) if reason else breaker.take(1)
        last = reasons[max(0, number - lines) : number]
        refused = sum(map(bool, last))
        assert (breaker.tripped is not None) == (len(last) == lines and refused >= 0.5 * lines)
        if breaker.tripped:
            assert breaker.tripped.startswith(f"{refused} of the last {lines} lines were refused (")
