"""What a replay tells of a flood, and of what something explains."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from support.assessments import explained
from support.command import turfwatch
from support.flood import flooded

from pipeline.cli import turfwatch as command
from pipeline.simulate.stream import write_recording

if TYPE_CHECKING:
    from pathlib import Path

BOUNDS = {"TURFWATCH_INCIDENTS_MAX_OPENED": "2", "TURFWATCH_INCIDENTS_FLOOD_WINDOW_S": "180"}


@pytest.fixture(scope="module")
def flood(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("flood") / "flood.jsonl.gz"
    write_recording(path, flooded(12))
    return path


def in_process(*arguments: str | Path) -> str:
    """Run the command in this process, where a test may explain what no gate does."""
    without_settings = {name: None for name in os.environ if name.startswith("TURFWATCH_")}
    done = CliRunner(env=without_settings).invoke(command, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def words(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def test_neither_batch_size_nor_hash_seed_shows_in_a_digest(flood: Path) -> None:
    told = [
        turfwatch(
            "replay", flood, "--output", "jsonl", "--batch", batch, extra={**BOUNDS, "PYTHONHASHSEED": seed}
        ).stdout
        for batch, seed in (("1", "0"), ("7", "1"), ("200", "2"))
    ]

    events = [json.loads(line) for line in told[0].splitlines()]
    assert [event["type"] for event in events].count("incident.digest") >= 3
    assert told[1:] == [told[0]] * 2
    assert all(event["data"]["replay"] for event in events)
    assert all("ids" not in held for event in events for held in event["data"].get("incidents", ()))


def test_the_table_shows_what_only_a_digest_has_told(flood: Path) -> None:
    shown = turfwatch("replay", flood, extra=BOUNDS).stdout.decode()

    assert "12 incidents" in shown
    assert shown.count("near-identical texts on") == 12


def test_one_that_ends_before_its_digest_is_shown_as_what_it_was(flood: Path) -> None:
    longer = {**BOUNDS, "TURFWATCH_INCIDENTS_FLOOD_WINDOW_S": "300", "TURFWATCH_INCIDENTS_QUIET_S": "60"}

    shown = turfwatch("replay", flood, extra=longer).stdout.decode()

    assert "resolved while the flood guard held it back" in shown


def test_an_evaluation_counts_what_a_digest_has_told(flood: Path) -> None:
    done = turfwatch("evaluate", flood, "--output", "json", extra=BOUNDS)

    (campaign,) = json.loads(done.stdout)["recordings"][0]["campaigns"]
    assert (campaign["found"], campaign["accounts"], campaign["account_precision"]) == (True, 72, 1.0)


def test_suppressed_ones_are_counted_and_listed_where_asked_for(flood: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engine.assess", explained("app"))

    counted, listed = in_process("replay", flood), in_process("replay", flood, "--suppressed")

    assert "12 suppressed, --suppressed lists them" in counted
    assert "explained by app" not in counted
    assert "no incident: " in listed
    assert words(listed).count("app explained by app") == 12
    assert "--suppressed lists them" not in listed


def test_open_and_suppressed_ones_stand_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    large = [post for post in flooded(2, accounts=12) if not post.id.startswith("f0-")]
    write_recording(path, sorted([*flooded(1), *(p for p in large if p.campaign)], key=lambda post: post.at))
    monkeypatch.setattr("pipeline.engine.assess", explained("fans", until=10))

    listed = in_process("replay", path, "--suppressed")

    above, below = listed.split("1 suppressed")
    assert "1 incident" in above
    assert "12 accounts posted" in above
    assert "explained by fans" in below


def test_json_lines_carry_all_events_and_the_reason(flood: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engine.assess", explained("app"))

    events = [json.loads(line) for line in in_process("replay", flood, "--output", "jsonl").splitlines()]

    assert [event["type"] for event in events] == ["incident.suppressed"] * 12
    assert {event["data"]["status"] for event in events} == {"suppressed"}
    assert events[0]["data"]["suppressed"] == {"reason": "app", "text": "explained by app"}


def test_an_evaluation_leaves_out_what_never_opened(flood: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engine.assess", explained("app"))

    (result,) = json.loads(in_process("evaluate", flood, "--output", "json"))["recordings"]

    assert [(campaign["found"], campaign["accounts_found"]) for campaign in result["campaigns"]] == [(False, 0)]
    assert result["false_incidents"] == []
