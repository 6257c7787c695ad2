"""Incidents of the log through the command: listed, shown, answered, and told alike by a replay of the export."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from redis import Redis
from support.command import turfwatch
from support.flood import flooded
from support.kafka import live_environment
from support.live import Live, by_incident, replayed, until, worker

from pipeline.cli import turfwatch as group
from pipeline.state.keys import stream_keys

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN = "inc_0123456789abcdef"


def test_incidents_are_listed_shown_and_answered_and_a_replay_tells_the_same(
    brokers: str, redis_port: int, tmp_path: Path
) -> None:
    live = Live(brokers, kafka_partitions=2)
    live.fill("farms", flooded(2, accounts=4), 50)
    extra = {**live.environment, "TURFWATCH_REDIS_URL": f"redis://127.0.0.1:{redis_port}"}
    keys = stream_keys("farms")

    def told(*arguments: str, extra: dict[str, str] = extra) -> str:
        """Run in this process: a dozen of their own would take most of the time to start."""
        done = CliRunner().invoke(group, list(arguments), env=extra, catch_exceptions=False)
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout

    def listed(*options: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(told("incidents", "list", "--output", "json", *options))
        return found

    with worker(live.environment, redis_port) as started, Redis(port=redis_port) as redis:

        def stand(part: bytes, *names: str) -> bool:
            """Whether the incidents are stored with something, and all that is to be told of them is."""
            forms = (redis.hget(keys["incidents"], name) or b"" for name in names)
            return all(part in form for form in forms if isinstance(form, bytes)) and not redis.llen(keys["events"])

        live.wait_done(redis, started)
        watermark = redis.hget(keys["meta"], "watermark")
        found = listed("--stream", "farms", "--status", "open", "--since", "1d")
        assert ([row["accounts"] for row in found["incidents"]], found["precision"]) == ([4, 4], [])
        first, second = (row["incident_id"] for row in found["incidents"])
        sample = found["incidents"][0]["event"]["data"]["accounts"]["sample"]

        answer = ("incidents", "verdict", first[:9], "benign", "--note", "a choir", "--author", "ann")
        offered = [shlex.split(row) for row in told(*answer).splitlines() if "turfwatch allow add" in row]
        assert [each[3:5] for each in offered][:4] == [["account", name] for name in sample]
        # Without Redis the incident itself tells where its stream stands.
        told("incidents", "verdict", second, "true", extra=live.environment)
        until(lambda: stand(b'"answer"', first, second), "both are answered")

        assert told(*answer) == f"{first} of stream farms is answered so already: nothing sent\n"
        kind = found["incidents"][0]["kind"]
        assert listed()["precision"] == [{"kind": kind, "true": 1, "false": 0, "benign": 1, "precision": 0.5}]
        shown = told("incidents", "show", first)
        assert [
            each for each in ("benign by ann: a choir", "cluster ", "Its life", "opened") if each not in shown
        ] == []

        for command in offered[:2]:
            told(*command[1:])
        until(lambda: stand(b'"suppressed"', first), "half of its accounts are allowed")
        entries = json.loads(told("allow", "list", "--stream", "farms", "--output", "json"))
        assert sorted(each["value"] for each in entries) == sorted(sample[:2])

        # The posts are of long ago: an answer dated by the clock would have ended all that is open in them.
        assert redis.hget(keys["meta"], "watermark") == watermark
        assert started.stop() == 0

    exported = tmp_path / "farms.jsonl"
    assert turfwatch("export", "farms", "--out", exported, extra=live.environment).returncode == 0
    assert by_incident(replayed(exported, "farms")) == by_incident(live.events()["farms"])


def test_what_cannot_be_found_or_reached_is_said_in_one_line(brokers: str) -> None:
    live = Live(brokers, kafka_partitions=1)
    for extra, wanted in ((live.environment, "turfwatch incidents list"), (live_environment(brokers), "topics create")):
        done = turfwatch("incidents", "show", UNKNOWN, extra=extra)
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
        assert wanted in done.stderr.decode()
