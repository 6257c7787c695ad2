"""Answers and allow lists in a recording: a replay applies them; mistakes of the commands are told in one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.answers import allowed, verdict
from support.command import turfwatch
from support.flood import flooded
from support.servers import running

from pipeline.embedded import server_binary
from pipeline.post import encode_line

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.post import Line

LINES = flooded(1)
END = LINES[-1].at
KAFKA = {"TURFWATCH_KAFKA_BROKERS": "127.0.0.1:1"}
LONG = "x" * 2001


def replay(path: Path, lines: list[Line], *options: str) -> tuple[str, str]:
    path.write_bytes(b"".join(encode_line(line) + b"\n" for line in lines))
    done = turfwatch("replay", path, "--stream", "farms", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(), done.stderr.decode()


def events(path: Path, lines: list[Line], *options: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in replay(path, lines, "--output", "jsonl", *options)[0].splitlines()]


def test_a_replay_tells_the_answers_in_a_recording_whatever_the_batch(tmp_path: Path) -> None:
    (opened,) = events(tmp_path / "plain.jsonl", [*LINES])
    name = opened["data"]["incident_id"]
    answered: list[Line] = [*LINES, verdict(name, "benign", END + 1, "ann", "a \x1b choir")]
    told = events(tmp_path / "answered.jsonl", answered)

    assert [each["type"] for each in told] == ["incident.opened", "incident.verdict"]
    data = told[1]["data"]
    assert (data["incident_id"], data["revision"], data["verdict"], data["replay"]) == (name, 2, "benign", True)
    assert told == events(tmp_path / "answered.jsonl", answered, "--batch", "1")
    table = replay(tmp_path / "answered.jsonl", answered)[0]
    assert "  answered: benign by ann: a \\x1b choir\n" in table


def test_a_replay_suppresses_whom_a_line_vouches_for_until_that_ends(tmp_path: Path) -> None:
    members = [f"f0-{n}" for n in range(3)]
    always = [allowed("account", name, LINES[0].at) for name in members]
    ended = [allowed("account", name, LINES[0].at, LINES[0].at + 1) for name in members]

    (suppressed,) = events(tmp_path / "always.jsonl", [*always, *LINES])
    assert suppressed["type"] == "incident.suppressed"
    assert suppressed["data"]["suppressed"]["text"] == "3 of 6 accounts are on the allow list"
    assert [each["type"] for each in events(tmp_path / "ended.jsonl", [*ended, *LINES])] == ["incident.opened"]
    done = turfwatch("explain", tmp_path / "always.jsonl", "--stream", "farms")
    assert "of_allowed_accounts: suppresses" in done.stdout.decode()


def test_what_is_no_answer_and_no_entry_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    line = {"type": "control", "created_at": "2026-01-01T00:00:00Z"}
    bad = [("verdict", "{}"), ("allow-add", '{"kind": "word", "value": "a"}'), ("allow-remove", None)]
    rejects, recording = tmp_path / "rejects.jsonl", tmp_path / "s.jsonl"
    recording.write_text(
        "".join(json.dumps({**line, "action": action, "value": value}) + "\n" for action, value in bad)
        + json.dumps({**line, "action": "verdict", "value": '{"incident_id":"inc_0123456789abcdef","verdict":"true"}'})
    )
    done = turfwatch("replay", recording, "--rejects", rejects)

    assert done.returncode == 0, done.stderr
    reasons = [json.loads(row)["reason"] for row in rejects.read_text().splitlines()]
    assert reasons == ["bad-verdict", "bad-allow", "bad-allow"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("allow", "add", "word", "a", "--stream", "s"), "'word' is not one of 'account', 'domain', 'cluster'"),
        (("allow", "add", "account", " ", "--stream", "s"), "is not what names a account"),
        (("allow", "add", "domain", "https://a.example/", "--stream", "s"), "without scheme and path"),
        (("allow", "add", "cluster", "12", "--stream", "s"), "16 hexadecimal digits"),
        (("allow", "add", "domain", "a.example", "--stream", "s", "--for", "soon"), "is no span"),
        (("allow", "add", "domain", "a.example", "--stream", "s", "--note", LONG), "at most 2,000"),
        (("allow", "add", "domain", "a.example", "--stream", "s", "--author", "a" * 129), "is no entry"),
        (("allow", "add", "domain", "a.example"), "'--stream'"),
        (("allow", "add", "domain", "a.example", "--stream", "{s}"), "is no name of a stream"),
        (("allow", "list", "--stream", "s"), "--redis URL"),
        (("incidents", "list", "--status", "gone"), "'--status'"),
        (("incidents", "list", "--since", "soon"), "is no span"),
        (("incidents", "verdict", "inc_1", "maybe"), "'maybe' is not one of 'true', 'false', 'benign'"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = turfwatch(*arguments)

    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert told in done.stderr.decode()


def test_what_is_not_allowed_cannot_be_removed() -> None:
    with running(server_binary()) as port:
        url = f"redis://127.0.0.1:{port}"
        extra = {"TURFWATCH_ALLOW_DOMAINS": "b.example"}
        for domain, told in (("a.example", "once its worker has come to it"), ("b.example", "allow.domains")):
            done = turfwatch("allow", "remove", "domain", domain, "--stream", "s", "--redis", url, extra=extra)
            assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
            assert told in done.stderr.decode()
