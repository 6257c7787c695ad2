"""Broken recordings from outside: one line of explanation, the right exit code, no incident lost."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from support.command import turfwatch

from pipeline.post import encode_line
from pipeline.simulate.stream import simulate

if TYPE_CHECKING:
    from pathlib import Path

LINES = [encode_line(post) for post in simulate(5, 10_000, share=0.1)]
HOSTILE = [
    b"\xff\xfe",
    b"[" * 200_000,
    b'{"x":' + b"[" * 40_000,
    b'{"id":"' + b"x" * 50_000_000 + b'"}',
    b'{"id":"n\\u0000","platform":"x","author_id":"a","text":"t","created_at":"2026-01-01T00:00:00Z"}',
    b'{"id":"y","platform":"x","author_id":"a","text":"t","created_at":"0001-01-01T00:00:00+14:00"}',
    b'{"id":"y","platform":"x","author_id":"a","text":"t","created_at":"0000-01-01T00:00:00Z"}',
    b'{"id":"y","platform":"x","author_id":"a","text":"t","created_at":"2026-01-01T00:00:00"}',
    b'{"id":7,"platform":"x"}',
]


def incidents(path: Path, *options: str) -> list[dict[str, object]]:
    done = turfwatch("replay", path, "--output", "jsonl", "--stream", "s", *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    path: Path = tmp_path_factory.mktemp("clean") / "r.jsonl"
    path.write_bytes(b"\n".join(LINES))
    found = incidents(path)
    assert len(found) >= 2
    return found


def test_hostile_lines_lose_no_incident_and_are_told(expected: list[dict[str, object]], tmp_path: Path) -> None:
    path, rejects = tmp_path / "r.jsonl", tmp_path / "rejects.jsonl"
    path.write_bytes(b"\n".join([*LINES[:5000], *HOSTILE, *LINES[5000:]]))

    assert incidents(path, "--rejects", str(rejects)) == expected
    told = [json.loads(line) for line in rejects.read_bytes().splitlines()]
    assert [row["line"] for row in told] == list(range(5001, 5001 + len(HOSTILE)))


def test_one_post_dated_ahead_changes_no_incident(expected: list[dict[str, object]], tmp_path: Path) -> None:
    at = next(number for number in range(5000, len(LINES)) if b'"campaign"' not in LINES[number])
    ahead = {**json.loads(LINES[at]), "created_at": "2026-01-02T09:00:00Z"}
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"\n".join([*LINES[:at], json.dumps(ahead).encode(), *LINES[at + 1 :]]))

    assert incidents(path) == expected


def test_an_hour_out_of_order_is_put_right(expected: list[dict[str, object]], tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    shuffled = [line for at in range(0, len(LINES), 2000) for line in reversed(LINES[at : at + 2000])]
    path.write_bytes(b"\n".join(shuffled))

    assert incidents(path, "--sort-window", "2h") == expected


def test_a_torn_file_is_replayed_up_to_the_tear(tmp_path: Path) -> None:
    path = tmp_path / "r.gz"
    path.write_bytes(gzip.compress(b"\n".join(LINES))[:-5000])

    done = turfwatch("replay", path)

    assert done.returncode == 0
    assert b"refused: truncated" in done.stderr


@pytest.mark.parametrize(
    ("make", "told"),
    [("missing", "No such file"), ("folder", "is a folder"), ("csv", "one JSON object a line is expected")],
)
@pytest.mark.parametrize("name", ["replay", "inspect", "evaluate"])
def test_a_mistake_is_told_in_one_line(name: str, make: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "r"
    if make == "folder":
        path.mkdir()
    elif make == "csv":
        path.write_text("id,text\n" + "1,hello\n" * 30)

    done = turfwatch(name, path)

    assert done.returncode == 2
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"turfwatch: {path}")
    assert told in line


@pytest.mark.parametrize(
    "arguments", [("replay",), ("replay", "x", "--speed", "fast"), ("replay", "x", "--fsync", "no"), ("go",)]
)
def test_a_command_mistaken_is_told_in_one_line(arguments: tuple[str, ...]) -> None:
    done = turfwatch(*arguments)

    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert line.startswith("turfwatch: ")
    assert line.endswith("-h)")


def test_a_recording_of_nothing_but_refused_lines_is_not_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(b'{"id":"1"}')

    told = turfwatch("replay", path).stderr.decode()

    assert "1 line refused: missing-field" in told
    assert "empty" not in told


def test_an_empty_recording_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"")

    done = turfwatch("replay", path)

    assert done.returncode == 0
    assert b"the recording is empty" in done.stderr


def test_strict_ends_with_the_line_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(LINES[0] + b"\n{\n")

    done = turfwatch("replay", path, "--strict")

    assert done.returncode == 2
    assert done.stderr.startswith(f"turfwatch: {path}:2: not-json".encode())
