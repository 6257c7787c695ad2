"""Bots that answer a keyword are found in the midst of people who answer each other, and nobody else is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.command import turfwatch
from support.swarm import BOTS, evening, write_lines

if TYPE_CHECKING:
    from pathlib import Path

SEED = 4
REPLIES = {"TURFWATCH_DETECTION_TRACES": "reply"}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("swarm") / "evening.jsonl"
    write_lines(path, evening(SEED, bots=True))
    return path


@pytest.fixture(scope="module")
def told(recording: Path) -> bytes:
    done = turfwatch("replay", recording, "--output", "jsonl", "--members", extra=REPLIES)
    assert done.returncode == 0, done.stderr
    return done.stdout


def incidents(told: bytes) -> list[dict[str, Any]]:
    """Events of incidents, without the bursts of the tags of the evening."""
    events = [json.loads(line) for line in told.splitlines()]
    return [event for event in events if event["data"]["kind"] != "keyword-burst"]


def test_a_swarm_of_eight_opens_one_incident_with_the_bots_alone(told: bytes) -> None:
    events = incidents(told)
    first, last = events[0], events[-1]
    signals = {signal["signal"]: signal for signal in last["data"]["evidence"]}

    assert len({event["data"]["incident_id"] for event in events}) == 1
    assert [event["type"] for event in events] == ["incident.opened", "incident.resolved"]
    assert (first["data"]["kind"], first["data"]["severity"]) == ("reply-swarm", "warning")
    assert all(sorted(event["data"]["accounts"]["ids"]) == sorted(BOTS) for event in events)
    assert last["data"]["summary"] == ("8 accounts answered 27 posts with #harrowfentram, typically within 7 seconds")
    assert last["data"]["keywords"][0] == "#harrowfentram"
    assert signals["reply-latency"]["value"] < 8 < signals["reply-latency"]["expected"]
    assert signals["reply-targets"]["value"] == 1.0
    assert signals["reply-targets"]["p_value"] < 1e-9


def test_a_swarm_is_known_after_a_few_posts(told: bytes) -> None:
    first = incidents(told)[0]

    # From 9:15 on a post is answered every 95 seconds: four posts make edges, and ten minutes have to pass after them.
    assert "2026-01-01T09:25" < first["timestamp"] < "2026-01-01T09:32"


def test_batch_size_and_hash_seed_never_show_in_a_swarm(recording: Path, told: bytes) -> None:
    switch = {**REPLIES, "PYTHONHASHSEED": "5"}
    done = turfwatch("replay", recording, "--output", "jsonl", "--members", "--batch", "7", extra=switch)

    assert done.stdout == told


def test_people_who_answer_each_other_a_star_or_everybody_open_nothing(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    write_lines(path, evening(SEED, bots=False))

    assert incidents(turfwatch("replay", path, "--output", "jsonl", extra=REPLIES).stdout) == []


def test_without_reply_traces_a_swarm_is_not_looked_for(recording: Path) -> None:
    switch = {"TURFWATCH_DETECTION_TRACES": "link"}

    assert incidents(turfwatch("replay", recording, "--output", "jsonl", extra=switch).stdout) == []
