"""The main job from outside: same bytes however it runs, clean output, nothing left behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import command, environment, turfwatch
from support.servers import required, running

from pipeline.simulate.stream import simulate, write_recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("recordings") / "simulated.jsonl.gz"
    write_recording(path, simulate(5, 9000, share=0.1))
    return path


@pytest.fixture(scope="module")
def expected(simulated: Path) -> bytes:
    done = turfwatch("replay", simulated, "--output", "jsonl")
    assert done.returncode == 0, done.stderr
    kinds = [json.loads(line)["data"]["kind"] for line in done.stdout.splitlines()]
    assert len(kinds) - kinds.count("keyword-burst") >= 2
    assert kinds.count("keyword-burst") >= 2
    return done.stdout


@pytest.mark.parametrize(
    ("options", "seed"),
    [
        (("--batch", "1"), "0"),
        (("--batch", "7"), "1"),
        (("--batch", "50"), "2"),
        (("--batch", "200"), "0"),
        (("--sort-window", "0s"), "1"),
    ],
)
def test_batch_size_and_hash_seed_never_show(
    simulated: Path, expected: bytes, options: tuple[str, ...], seed: str
) -> None:
    done = turfwatch("replay", simulated, "--output", "jsonl", *options, extra={"PYTHONHASHSEED": seed})

    assert done.stdout == expected


def test_without_look_alikes_it_takes_longer_and_the_batch_size_does_not_show(simulated: Path, expected: bytes) -> None:
    switch = {"TURFWATCH_DETECTION_LOOK_ALIKES": "false"}

    small = turfwatch("replay", simulated, "--output", "jsonl", "--batch", "7", extra=switch).stdout
    large = turfwatch("replay", simulated, "--output", "jsonl", extra={**switch, "PYTHONHASHSEED": "3"}).stdout

    first, later = (json.loads(told.splitlines()[0]) for told in (expected, large))
    assert small == large
    assert first["timestamp"] < later["timestamp"]
    assert {signal["signal"] for signal in first["data"]["evidence"]} >= {"alike-following", "alike-birth"}


def test_redis_and_valkey_tell_the_same_bytes(simulated: Path, expected: bytes) -> None:
    with running(required("redis-server")) as port:
        done = turfwatch("replay", simulated, "--output", "jsonl", "--redis", f"redis://127.0.0.1:{port}")

    assert done.stdout == expected


def test_every_line_is_public_json_marked_as_replay(expected: bytes) -> None:
    events = [json.loads(line) for line in expected.splitlines()]

    assert [event["data"]["revision"] for event in events][:1] == [1]
    assert all(event["data"]["replay"] is True for event in events)
    assert all("ids" not in event["data"]["accounts"] for event in events)
    assert events[0]["type"] == "incident.opened"
    assert any("#harrowfenwater" in event["data"]["keywords"] for event in events)


def test_members_are_listed_where_asked_for(simulated: Path) -> None:
    done = turfwatch("replay", simulated, "--output", "jsonl", "--members")

    told = [json.loads(line)["data"] for line in done.stdout.splitlines()]
    last = [data for data in told if data["kind"] != "keyword-burst"][-1]
    assert len(last["accounts"]["ids"]) == last["accounts"]["members"]
    assert all(name.startswith("c") for name in last["accounts"]["ids"])
    # Whoever posts to a burst is nobody's member.
    assert all("ids" not in data["accounts"] for data in told if data["kind"] == "keyword-burst")


def test_the_table_names_the_campaign_and_its_reasons(simulated: Path) -> None:
    done = turfwatch("replay", simulated)

    shown = done.stdout.decode()
    assert done.returncode == 0
    assert "coordinated-network" in shown
    assert "#harrowfenwater" in shown
    assert "near-identical texts" in shown


def test_bursts_stand_below_the_incidents_and_are_none_of_them(simulated: Path, expected: bytes) -> None:
    told = [json.loads(line)["data"] for line in expected.splitlines()]
    ids = {data["incident_id"] for data in told if data["kind"] == "keyword-burst"}
    incidents = {data["incident_id"] for data in told} - ids

    shown = turfwatch("replay", simulated).stdout.decode()

    above, below = re.split(r"\n\d+ bursts? ", shown)
    assert re.match(r"\d+ incidents? ", above)
    assert "keyword-burst" not in shown
    assert [name for name in ids if name in shown] == []
    assert any(f"% {name}" in below for name in incidents)
    assert len(re.findall(r"│ 2026-01-01 \d\d:\d\d │ ", below)) == len(ids) <= 5
    assert " more" not in below


def test_post_text_cannot_drive_the_terminal(tmp_path: Path) -> None:
    posts = list(simulate(5, 6000, share=0.1))
    for post in posts:
        if post.campaign:
            post.text = f"\x1b[31m[bold]\u202e{post.text}"
    path = tmp_path / "hostile.jsonl"
    write_recording(path, posts)

    shown = turfwatch("replay", path).stdout.decode()

    assert "#harrowfenwater" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert r"\u202e" in shown


def test_resume_needs_the_state_of_the_run_before(simulated: Path) -> None:
    done = turfwatch("replay", simulated, "--resume")

    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "turfwatch: --resume needs the state of the run before: give --state DIR or --redis URL"
    ]


def test_a_live_stream_is_refused(simulated: Path) -> None:
    with running(required("redis-server")) as port:
        subprocess.run(["redis-cli", "-p", str(port), "hset", "tw:{x}:meta", "origin", "live"], check=True)
        done = turfwatch("replay", simulated, "--redis", f"redis://127.0.0.1:{port}", "--stream", "x")

    assert done.returncode == 2
    assert b"is live" in done.stderr


def test_two_runs_do_not_share_a_state_folder(simulated: Path, tmp_path: Path) -> None:
    first = subprocess.Popen(
        command("replay", simulated, "--state", tmp_path / "s", "--speed", "1x", "--output", "jsonl"),
        stdout=subprocess.DEVNULL,
        env=environment(),
    )
    try:
        wait_for(lambda: (tmp_path / "s" / "appendonlydir").exists())
        second = turfwatch("replay", simulated, "--state", tmp_path / "s")
    finally:
        first.kill()
        first.wait()

    assert second.returncode == 2
    assert b"another run" in second.stderr


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path leaves room for that of a socket: pytest's own are too long where several run at a time."""
    with tempfile.TemporaryDirectory(prefix="tw-") as folder:
        yield Path(folder)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(simulated: Path, short: Path, how: signal.Signals) -> None:
    run = subprocess.Popen(
        command("replay", simulated, "--speed", "1x"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment({"TMPDIR": str(short)}),
    )
    try:
        wait_for(lambda: any(short.glob("turfwatch-*/server.sock")))
        run.send_signal(how)
        run.wait(60)
    finally:
        run.kill()
        run.wait()

    wait_for(lambda: not any(short.iterdir()))


def wait_for(reached: Callable[[], bool], deadline_s: float = 60.0) -> None:
    """Poll until something is so; the wait ends with the condition, not with a time."""
    end = time.monotonic() + deadline_s
    while not reached():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.01)
