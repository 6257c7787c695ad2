"""``turfwatch explain`` from outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from support.command import turfwatch

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = (
    "Evidence",
    "Why then",
    "What the gate weighed",
    "What would have to be different",
    "Its life",
)


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("recordings") / "single.jsonl.gz"
    turfwatch("simulate", "--scenario", "single", "--seed", "7", "--posts", "20000", "--out", path)
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("recordings") / "town.jsonl.gz"
    turfwatch("simulate", "--scenario", "everything", "--seed", "1", "--posts", "6000", "--out", path)
    return path


@pytest.fixture(scope="module")
def events(single: Path) -> list[dict[str, object]]:
    """What is told of incidents."""
    return [event for event in all_events(single) if event["data"]["kind"] != "keyword-burst"]  # type: ignore[index] # JSON


def all_events(recording: Path) -> list[dict[str, object]]:
    told = turfwatch("replay", recording, "--output", "jsonl").stdout
    return [json.loads(line) for line in told.splitlines()]


def test_the_only_incident_is_explained_in_six_sections(single: Path, events: list[dict[str, object]]) -> None:
    done = turfwatch("explain", single)
    text = done.stdout.decode()

    assert done.returncode == 0, done.stderr
    places = [text.index(f"\n{section}\n") for section in SECTIONS]
    assert places == sorted(places)
    assert text.startswith(str(events[0]["data"]["incident_id"]))  # type: ignore[index] # an object of the public form


def test_the_json_tells_of_the_incident_what_the_replay_told(single: Path, events: list[dict[str, object]]) -> None:
    told = json.loads(turfwatch("explain", single, "--output", "json").stdout)
    opened = events[0]["data"]
    assert isinstance(opened, dict)

    assert told["head"]["incident_id"] == opened["incident_id"]
    assert told["head"]["opened_at"] == told["opening"]["at"] == opened["detected_at"]
    assert [(each["at"], each["event"]) for each in told["life"]] == [
        (event["timestamp"], event["type"]) for event in events
    ]
    assert {
        row["signal"]["signal"]: row["at_opening"] for row in told["evidence"] if row["at_opening"] is not None
    } == {signal["signal"]: signal["value"] for signal in opened["evidence"]}


def test_an_opening_from_the_first_look_names_what_was_waited_for(single: Path) -> None:
    told = json.loads(turfwatch("explain", single, "--output", "json").stdout)

    assert told["opening"]["looks"] == []
    (way,) = [way for way in told["opening"]["ways"] if way["met"]]
    assert way["way"] == "accounts that look alike"
    assert [(each["measured"] >= each["bound"], each["bound"]) for each in way["measures"]] == [
        (True, 8),
        (True, 7),
        (True, 22),
    ]
    assert told["silence"]["base"]["score"] >= 0.5 > told["silence"]["silencing"]["score"]


def test_the_batch_size_and_the_hash_seed_do_not_show(single: Path) -> None:
    expected = turfwatch("explain", single, "--output", "json").stdout

    for batch, seed in (("7", "1"), ("50", "2")):
        again = turfwatch("explain", single, "--output", "json", "--batch", batch, extra={"PYTHONHASHSEED": seed})
        assert again.stdout == expected


def test_an_id_may_be_short_and_an_unknown_one_ends_in_one_line(single: Path, events: list[dict[str, object]]) -> None:
    name = str(events[0]["data"]["incident_id"])  # type: ignore[index] # an object of the public form

    assert turfwatch("explain", single, "--incident", name[:7]).stdout.decode().startswith(name)
    done = turfwatch("explain", single, "--incident", "inc_0000")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"turfwatch: no incident inc_0000; the only one is {name}\n"


def test_a_burst_is_not_explained_and_says_what_shows_it(single: Path) -> None:
    told = [event["data"] for event in all_events(single)]
    name = next(data["incident_id"] for data in told if data["kind"] == "keyword-burst")  # type: ignore[index] # JSON

    done = turfwatch("explain", single, "--incident", name.removeprefix("inc_"))

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        f"turfwatch: {name} is a burst of a keyword, no incident: turfwatch bursts FILE... shows it\n"
    )


def test_several_incidents_are_listed_and_suppressed_ones_are_explained(town: Path) -> None:
    done = turfwatch("explain", town)
    *lines, last = done.stderr.decode().splitlines()

    assert (done.returncode, done.stdout) == (2, b"")
    assert last == f"turfwatch: {len(lines)} incidents: choose one with --incident"
    assert len(lines) > 1
    suppressed = next(line for line in lines if "suppressed" in line).split()[0]
    told = json.loads(turfwatch("explain", town, "--incident", suppressed, "--output", "json").stdout)
    assert told["head"]["status"] == "suppressed"
    assert any(rule["suppresses"] and all(each["met"] for each in rule["measures"]) for rule in told["gate"]["rules"])


def test_a_recording_without_an_incident_has_none_to_explain(tmp_path: Path) -> None:
    recording = tmp_path / "quiet.jsonl"
    turfwatch("simulate", "--scenario", "single", "--accounts", "0", "--posts", "300", "--out", recording)

    done = turfwatch("explain", recording)

    assert (done.returncode, done.stderr) == (2, b"turfwatch: there is no incident in it to explain\n")


def test_the_state_of_the_replay_on_the_same_server_is_left_alone(single: Path, embedded_url: str) -> None:
    turfwatch("replay", single, "--redis", embedded_url, "--output", "jsonl")
    with Redis.from_url(embedded_url) as client:
        before = {key: client.dump(key) for key in sorted(client.keys("*"))}

        done = turfwatch("explain", single, "--redis", embedded_url, "--output", "json")

        assert done.stdout == turfwatch("explain", single, "--output", "json").stdout
        assert before
        assert {key: client.dump(key) for key in sorted(client.keys("*"))} == before
