"""Mistakes with the watch list are told in one line; a replay refuses and applies what a worker does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from support.command import turfwatch

from pipeline.state.keys import stream_keys

if TYPE_CHECKING:
    from pathlib import Path

ADD = ("add", "tram", "--stream", "s")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "re:(", "--stream", "s"), "'re:(': no pattern of RE2 (missing ): ()"),
        (("add", " ", "--stream", "s"), "a pattern is empty"),
        (("add", b"\xff".decode(errors="surrogateescape"), "--stream", "s"), "is not UTF-8"),
        ((*ADD, "--label", "l" * 513), "no watch"),
        ((*ADD, "--posts", "0"), "'--posts'"),
        ((*ADD, "--significance", "nan"), "is no number"),
        (("add", "tram"), "'--stream'"),
        (("add", "tram", "--stream", "{s}"), "is no name of a stream"),
        (("remove", " ", "--stream", "s"), "a pattern is empty"),
        (("remove", b"\xff".decode(errors="surrogateescape"), "--stream", "s"), "no watch"),
        (("list", "--stream", "s"), "--redis URL"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = turfwatch("watch", *arguments)

    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert told in done.stderr.decode()


def test_names_that_are_hidden_cannot_be_followed() -> None:
    hidden = {"TURFWATCH_WORKER_IDS": "hmac", "TURFWATCH_WORKER_IDS_KEY": "a key of sixteen"}
    done = turfwatch("watch", "add", "@koch", "--stream", "s", extra=hidden)

    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"follow no @mention" in done.stderr


def test_a_stream_that_is_not_there_is_told(redis_port: int) -> None:
    url = f"redis://127.0.0.1:{redis_port}"

    for arguments, told in (("list",), "no stream 's' is stored there"), (("remove", "tram"), "tram is not followed"):
        done = turfwatch("watch", *arguments, "--stream", "s", "--redis", url)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
        assert told in done.stderr.decode()


def test_a_replay_keeps_the_list_and_rejects_what_is_no_watch(tmp_path: Path, redis_port: int) -> None:
    line = {"type": "control", "action": "watch-add", "created_at": "2026-01-01T00:00:00Z"}
    values = ['{"pattern": "tram"}', '{"pattern": "re:("}', '{"pattern": "#bus", "posts": 4}', None]
    recording, rejects = tmp_path / "s.jsonl", tmp_path / "rejects.jsonl"
    recording.write_text("".join(json.dumps({**line, "value": value}) + "\n" for value in values))
    done = turfwatch(
        "replay", recording, "--stream", "s", "--rejects", rejects, "--redis", f"redis://127.0.0.1:{redis_port}"
    )

    assert done.returncode == 0, done.stderr
    refused = [json.loads(row) for row in rejects.read_text().splitlines()]
    assert [(row["line"], row["reason"]) for row in refused] == [(2, "bad-watch"), (4, "bad-watch")]
    with Redis(port=redis_port) as redis:
        kept = redis.hgetall(stream_keys("s")["watch"])
    assert kept == {b"tram": b'{"pattern":"tram"}', b"#bus": b'{"pattern":"#bus","posts":4}'}
