"""Bursts from outside: below the incidents of a replay."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from support.bursting import MINUTE_MS, START_MS, burst_of, chatter, in_order, recorded
from support.command import turfwatch

if TYPE_CHECKING:
    from pathlib import Path

TAGS = ("#ferry", "#tram", "#bridge", "#market", "#storm", "#harbour")
FAINT = "#fog"
LISTED = [*TAGS, FAINT]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six tags that burst one after the other, each in fewer posts than the one before, and one too faint to be told.

    The sixth goes on.
    """
    tags = [
        burst_of(10 + n, tag, START_MS + (150 + 30 * n) * MINUTE_MS, 120 - 15 * n, 10) for n, tag in enumerate(TAGS)
    ]
    tags.append(burst_of(20, FAINT, START_MS + 165 * MINUTE_MS, 14, 5))
    lines = [line for line in in_order(chatter(1, START_MS, 310), *tags) if line.at < START_MS + 310 * MINUTE_MS]
    return recorded(tmp_path_factory.mktemp("two words") / "evening.jsonl", lines)


def test_a_replay_shows_the_first_five_and_what_shows_the_rest(evening: Path) -> None:
    plain = turfwatch("replay", evening).stdout.decode()
    sorted_within = turfwatch("replay", evening, "--sort-window", "2h").stdout.decode()
    piped = turfwatch("replay", "-", stdin=evening.read_bytes()).stdout.decode()

    assert re.findall(r"│ (#\w+) ", plain) == list(TAGS[:5])
    assert plain.startswith("no incident: ")
    assert plain.endswith(f"\n1 more: turfwatch bursts '{evening}'\n")
    assert sorted_within.endswith(f"\n1 more: turfwatch bursts '{evening}' --sort-window 7200s\n")
    assert piped.endswith("\n1 more\n")


def test_bursts_are_listed_by_their_significance(evening: Path) -> None:
    done = turfwatch("bursts", evening)
    told = json.loads(turfwatch("bursts", evening, "--output", "json").stdout)
    shown = done.stdout.decode()

    assert (done.returncode, [each["keyword"] for each in told]) == (0, LISTED)
    assert re.findall(r"\n2026-01-01 \d\d:\d\d (\S+) ", shown) == LISTED
    assert shown.startswith("7 bursts from 2026-01-01 00:00 to 2026-01-01 05:09 UTC\n\nopened ")
    assert "followed" not in shown
    assert [each["ended_at"] is None for each in told] == [False] * 5 + [True, False]
    assert re.findall(r" (goes on|\d\d-\d\d \d\d:\d\d) [ ▁▂▃▄▅▆▇█]+\n", shown)[-2] == "goes on"


def test_what_is_listed_is_what_a_replay_tells(evening: Path) -> None:
    events = [json.loads(line) for line in turfwatch("replay", evening, "--output", "jsonl").stdout.splitlines()]
    told = json.loads(turfwatch("bursts", evening, "--output", "json").stdout)

    ended = {event["data"]["incident_id"]: event["data"] for event in events if event["data"]["status"] == "resolved"}
    assert len(ended) == 5
    for each in told[:5]:
        (figures,) = ended[each["burst_id"]]["bursts"]
        assert {name: each[name] for name in figures if name != "share"} == {
            name: value for name, value in figures.items() if name != "share"
        }
    assert {each["burst_id"] for each in told[:6]} == {event["data"]["incident_id"] for event in events}
    # The one that is too faint is listed, and nothing else.
    assert [(each["keyword"], 7 <= each["significance"] < 15) for each in told[6:]] == [(FAINT, True)]


def test_posts_over_time_are_those_of_the_recording(evening: Path) -> None:
    told = json.loads(turfwatch("bursts", evening, "--output", "json").stdout)

    posts = [json.loads(line) for line in evening.read_bytes().splitlines()]
    of_tags = [[post for post in posts if post["text"].startswith(tag)] for tag in LISTED]
    assert [sum(each["counts"]["posts"]) for each in told] == [len(those) for those in of_tags]
    for each, those in zip(told[:5], of_tags[:5], strict=True):
        # A burst is counted from the window on that opened it, an author once in ten seconds.
        since = [post for post in those if post["created_at"] >= each["began_at"]]
        assert each["posts"] == len({(post["created_at"][:18], post["author_id"]) for post in since})
    assert all(each["counts"]["posts"][0] == 0 < max(each["counts"]["posts"]) for each in told)


def test_the_first_are_listed_where_that_is_asked_for(evening: Path) -> None:
    shown = turfwatch("bursts", evening, "--top", "2").stdout.decode()

    assert "7 bursts " in shown
    assert "; the 2 most significant\n" in shown
    assert re.findall(r"\n2026-01-01 \d\d:\d\d (\S+) ", shown) == list(TAGS[:2])


def test_a_followed_pattern_is_told_with_its_posts_and_its_label(evening: Path, tmp_path: Path) -> None:
    change = {"type": "control", "action": "watch-add", "created_at": "2026-01-01T00:00:00Z"}
    value = json.dumps({"pattern": "glob:#ferr*", "label": "boats"})
    path = tmp_path / "watched.jsonl"
    path.write_bytes(json.dumps({**change, "value": value}).encode() + b"\n" + evening.read_bytes())
    configured = {"TURFWATCH_WATCH_PATTERNS": "nowhere"}

    shown = turfwatch("bursts", path, extra=configured).stdout.decode()
    told = json.loads(turfwatch("bursts", path, "--output", "json", extra=configured).stdout)

    assert "\nfollowed: glob:#ferr* in 120 posts, nowhere in 0 posts\n" in shown
    assert re.search(r"\n2026-01-01 02:3\d boats ", shown)
    (boats,) = (each for each in told if each["label"])
    assert (boats["keyword"], boats["label"], boats["followed"]) == ("glob:#ferr*", "boats", True)
    assert sum(boats["counts"]["posts"]) == 120


def test_a_terminal_that_knows_only_ascii_is_shown_all_of_it(evening: Path, tmp_path: Path) -> None:
    path = tmp_path / "umlaut.jsonl"
    path.write_bytes(evening.read_bytes().replace(b"#ferry", "#fähre".encode()))

    done = turfwatch("bursts", path, extra={"PYTHONIOENCODING": "ascii"})

    assert (done.returncode, done.stdout.isascii()) == (0, True)
    assert b" #f\\xe4hre " in done.stdout
    assert re.search(rb"\d [ .:=+*#-]*@[ .:=+*#@-]*\n", done.stdout)


def test_lines_out_of_order_are_put_right_and_refused_ones_are_told(evening: Path, tmp_path: Path) -> None:
    path, rejects = tmp_path / "broken.jsonl", tmp_path / "rejects.jsonl"
    lines = evening.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*reversed(lines[:200]), b"{", *lines[200:]]))

    done = turfwatch("bursts", path, "--sort-window", "2h", "--rejects", rejects, "--output", "json")

    whole = json.loads(turfwatch("bursts", evening, "--output", "json").stdout)
    assert [{**each, "burst_id": ""} for each in json.loads(done.stdout)] == [
        {**each, "burst_id": ""} for each in whole
    ]
    assert b"1 line refused: not-json" in done.stderr
    assert [json.loads(row)["line"] for row in rejects.read_bytes().splitlines()] == [201]
    assert turfwatch("bursts", path, "--strict").stderr.startswith(f"turfwatch: {path}:201: not-json".encode())


def test_a_recording_without_a_burst_has_none(tmp_path: Path) -> None:
    path = recorded(tmp_path / "quiet.jsonl", in_order(chatter(1, START_MS, 200)))

    shown = turfwatch("bursts", path)

    assert (shown.returncode, shown.stdout.count(b"\n")) == (0, 1)
    assert shown.stdout.startswith(b"no burst from 2026-01-01 00:00 to 2026-01-01 03:")
    assert turfwatch("bursts", path, "--output", "json").stdout == b"[]\n"
    assert b"burst" not in turfwatch("replay", path).stdout


def test_an_empty_recording_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"")

    done = turfwatch("bursts", path)

    assert (done.returncode, done.stdout) == (0, b"")
    assert b"the recording is empty" in done.stderr
    assert turfwatch("bursts", path, "--output", "json").stdout == b"[]\n"


@pytest.mark.parametrize(
    ("arguments", "extra", "told"),
    [
        (("-",), {}, "standard input cannot be read again"),
        (("missing.jsonl",), {}, "missing.jsonl: cannot be read: No such file or directory"),
        ((), {}, "Missing argument 'FILE...'"),
        (("missing.jsonl",), {"TURFWATCH_BURSTS_FOLLOW": "false"}, "set bursts.follow to true"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: tuple[str, ...], extra: dict[str, str], told: str) -> None:
    done = turfwatch("bursts", *arguments, extra=extra)

    (line,) = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout) == (2, b"")
    assert line.startswith("turfwatch: ")
    assert told in line


def test_nothing_is_left_on_a_server_and_what_was_there_is_left_alone(evening: Path, embedded_url: str) -> None:
    turfwatch("replay", evening, "--redis", embedded_url, "--output", "jsonl")
    with Redis.from_url(embedded_url) as client:
        before = {key: client.dump(key) for key in sorted(client.keys("*"))}

        done = turfwatch("bursts", evening, "--redis", embedded_url, "--output", "json")

        assert done.stdout == turfwatch("bursts", evening, "--output", "json").stdout
        assert before
        assert {key: client.dump(key) for key in sorted(client.keys("*"))} == before
