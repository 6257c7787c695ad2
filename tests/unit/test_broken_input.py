"""Broken recordings: a clear message, the right exit code, no good post lost."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from pipeline.errors import RecordingError
from pipeline.post import Limits, Post
from pipeline.recordings.read import ReadStats, Reject, read_lines

if TYPE_CHECKING:
    from pathlib import Path


def line(number: int = 0, **changes: Any) -> bytes:
    fields = {
        "id": f"p{number}",
        "platform": "x",
        "author_id": "a",
        "text": "hello",
        "created_at": f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}Z",
        **changes,
    }
    return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()


GOOD = [line(number) for number in range(30)]


def read(path: Path, **options: Any) -> tuple[list[str], list[Reject], ReadStats]:
    rejects: list[Reject] = []
    stats = ReadStats()
    posts = [
        post.id
        for post in read_lines([str(path)], on_reject=rejects.append, stats=stats, **options)
        if isinstance(post, Post)
    ]
    return posts, rejects, stats


BROKEN = {
    "invalid UTF-8": (b'{"id": "\xff"}', "not-utf8"),
    "invalid JSON": (b"{", "not-json"),
    "wrong type of followers": (line(followers="many"), "wrong-type"),
    "wrong type of id": (line(id=7), "wrong-type"),
    "an array": (b"[]", "wrong-type"),
    "an unknown type": (line(type="like"), "wrong-type"),
    "a missing field": (line(text=...), "missing-field"),
    "an empty id": (line(id=""), "wrong-type"),
    "200,000 nested brackets": (b"[" * 200_000, "too-long"),
    "30,000 nested brackets": (b"[" * 30_000, "too-deep"),
    "nested brackets in an unknown field": (b'{"x":' + b"[" * 30_000, "too-deep"),
    "year 0": (line(created_at="0000-01-01T00:00:00Z"), "bad-time"),
    "year 1 with +14:00": (line(created_at="0001-01-01T00:00:00+14:00"), "out-of-range-time"),
    "year 2100": (line(created_at="2100-01-01T00:00:00Z"), "out-of-range-time"),
    "a naive time": (line(created_at="2026-01-01T00:00:00"), "naive-time"),
    "a word for a time": (line(created_at="yesterday"), "bad-time"),
    "NUL in an id": (line(id="a\0b"), "nul-in-id"),
    "too many hashtags": (line(hashtags=["x"] * 65), "too-many-items"),
    "half a surrogate pair": (line(text="\ud800"), "not-json"),
    "a line of 50 MB": (line(text="x" * 50_000_000), "too-long"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_line_is_refused_with_its_reason_and_nothing_else_is_lost(name: str, tmp_path: Path) -> None:
    bad, reason = BROKEN[name]
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"\n".join([*GOOD[:15], bad, *GOOD[15:]]))

    posts, rejects, _ = read(path)

    assert posts == [f"p{number}" for number in range(30)]
    assert [(reject.line, reject.reason) for reject in rejects] == [(16, reason)]


def test_a_torn_gzip_keeps_the_lines_before_the_tear(tmp_path: Path) -> None:
    path = tmp_path / "r.gz"
    many = [line(number % 3600, id=f"p{number}") for number in range(20_000)]
    path.write_bytes(gzip.compress(b"\n".join(many))[:-2000])

    posts, rejects, _ = read(path)

    assert len(posts) > 15_000
    assert posts == [f"p{number}" for number in range(len(posts))]
    assert {reject.reason for reject in rejects} == {"truncated"}


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + b"\n".join(GOOD),
        b"\r\n".join(GOOD),
        b"\r".join(GOOD) + b"\r",
        b"\n".join(GOOD[:10]) + b"\r\n" + b"\r".join(GOOD[10:]) + b"\n\n",
        gzip.compress(b"\n".join(GOOD[:10]) + b"\n") + gzip.compress(b"\n".join(GOOD[10:])),
        zstandard.compress(b"\n".join(GOOD[:10]) + b"\n") + zstandard.compress(b"\n".join(GOOD[10:])),
    ],
    ids=["byte order mark", "CRLF", "CR", "mixed line ends", "two gzip members", "two zstd frames"],
)
def test_every_wrapping_gives_the_same_posts(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "r"
    path.write_bytes(data)

    posts, rejects, _ = read(path)

    assert posts == [f"p{number}" for number in range(30)]
    assert rejects == []


def test_blank_and_null_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(GOOD[0] + b"\n\nnull\n" + GOOD[1])

    posts, _, stats = read(path)

    assert len(posts) == 2
    assert stats.skipped == 2


def test_of_a_key_given_twice_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(GOOD[0][:-1] + b', "id": "other"}')

    assert read(path)[0] == ["other"]


def test_a_csv_file_is_named_as_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("id,text\n" + "1,hello\n" * 50)

    with pytest.raises(RecordingError, match="one JSON object a line is expected"):
        read(path)


@pytest.mark.parametrize("make", ["missing", "folder"])
def test_what_is_no_file_is_named(make: str, tmp_path: Path) -> None:
    path = tmp_path if make == "folder" else tmp_path / "missing"

    with pytest.raises(RecordingError, match=str(path)):
        read(path)


def test_an_empty_file_has_no_posts(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"")

    assert read(path)[0] == []


def test_strict_ends_at_the_first_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(GOOD[0] + b"\n{\n" + GOOD[1])

    with pytest.raises(RecordingError, match=r"r\.jsonl:2: not-json"):
        read(path, strict=True)


def test_a_bomb_is_cut_off_and_what_came_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.recordings.source.MAX_BARREN_BYTES", 2_000_000)
    path = tmp_path / "r.gz"
    path.write_bytes(gzip.compress(b"\n".join(GOOD) + b"\n" + b"0" * 100_000_000))

    posts, rejects, _ = read(path)

    assert len(posts) == 30
    assert [reject.reason for reject in rejects] == ["bomb"]


def test_a_recording_out_of_order_is_put_right_within_its_window(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    hours = [line(number, created_at=f"2026-01-01T{number:02d}:00:00Z") for number in (1, 0, 3, 2, 4)]
    path.write_bytes(b"\n".join(hours))

    assert read(path, sort_window_ms=7_200_000)[0] == ["p0", "p1", "p2", "p3", "p4"]


@pytest.mark.parametrize("place", [0, 500, 999])
def test_one_post_dated_ahead_moves_no_clock(place: int, tmp_path: Path) -> None:
    rows = [line(number % 3600, id=f"p{number}") for number in range(999)]
    rows.insert(place, line(0, id="ahead", created_at="2026-01-01T23:00:00Z"))
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"\n".join(rows))

    lines = list(read_lines([str(path)], stats=(stats := ReadStats())))

    assert len(lines) == 1000
    assert max(post.at for post in lines) < lines[-2].at + 3_600_000
    assert stats.clamped == 1


def test_one_post_dated_ahead_does_not_hold_up_the_file_that_it_is_merged_with(tmp_path: Path) -> None:
    one, other = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    rows = [line(2 * number, id=f"a{number}") for number in range(100)]
    rows.insert(50, line(0, id="ahead", created_at="2026-01-01T23:00:00Z"))
    one.write_bytes(b"\n".join(rows))
    other.write_bytes(b"\n".join(line(2 * number + 1, id=f"b{number}") for number in range(100)))

    posts = [post.id for post in read_lines([str(one), str(other)]) if isinstance(post, Post)]

    assert [name for name in posts if name != "ahead"] == [f"{file}{n}" for n in range(100) for file in "ab"]


def test_one_post_dated_ahead_does_not_end_the_putting_right(tmp_path: Path) -> None:
    minutes = [number ^ 1 for number in range(200)]
    rows = [line(0, id=f"p{n}", created_at=f"2026-01-01T{n // 60:02d}:{n % 60:02d}:00Z") for n in minutes]
    rows.insert(50, line(0, id="ahead", created_at="2026-01-01T23:00:00Z"))
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"\n".join(rows))

    posts, _, stats = read(path, sort_window_ms=600_000)

    assert [name for name in posts if name != "ahead"] == [f"p{number}" for number in range(200)]
    assert stats.clamped == 1


def test_a_real_gap_keeps_its_times(tmp_path: Path) -> None:
    rows = [line(number, created_at=f"2026-01-{1 + number:02d}T00:00:00Z") for number in range(28)]
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"\n".join(rows))

    stats = ReadStats()
    times = [post.at for post in read_lines([str(path)], stats=stats)]

    assert times[:-1] == sorted(set(times[:-1]))
    assert stats.clamped <= 1


def test_limits_are_the_callers(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"\n".join([*GOOD, line(31, text="x" * 2000)]))

    _, rejects, _ = read(path, limits=Limits(line_bytes=1024))

    assert [reject.reason for reject in rejects] == ["too-long"]
