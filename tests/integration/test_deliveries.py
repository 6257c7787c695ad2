"""Deliveries and silences through the command, and the receiver that is shown as an example."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.alerts import incident, verdict
from support.command import turfwatch
from support.live import until
from support.servers import free_port

from pipeline.incidents.public import encode_event
from pipeline.notify.attempts import Outcome
from pipeline.notify.deliveries import Claimed, Deliveries
from pipeline.notify.delivery import new_delivery
from pipeline.notify.notifier import clock
from pipeline.notify.signing import new_secret, read_secret, signed_headers
from pipeline.state.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


class Command:
    """`turfwatch` with two endpoints and a server."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self._path = folder / "turfwatch.toml"
        self._path.write_text(
            "".join(
                f'[endpoints.{name}]\nurl = "https://{name}.example/hook-hunter2"\nsecrets = ["env:TW_S"]\n'
                for name in ("ops", "press")
            )
        )

    def __call__(self, *arguments: str, server: bool = True) -> tuple[int, str, str]:
        named = ("--redis", self.url) if server else ()
        done = turfwatch("--config", self._path, *arguments, *named)
        return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def run(tmp_path: Path, redis_port: int) -> Command:
    return Command(tmp_path, f"redis://127.0.0.1:{redis_port}")


async def fail(url: str, fate: str, *names: str) -> list[str]:
    """Queue an event of each incident for ops and let its attempt fail; returns the ids."""
    ids = []
    async with connect(url, 10) as client:
        queue = Deliveries(client, "ops", most_waiting=100, most_dead=100)
        for number, name in enumerate(names):
            now = clock() + number  # in one millisecond none is the latest
            await queue.enqueue(new_delivery(incident(name), "ops", now, 0), 1, "yes", now)
            claimed = await queue.claim(now, 1000, 0)
            assert isinstance(claimed, Claimed)
            outcome = Outcome(fate, "answered 400")  # type: ignore[arg-type]
            await queue.settle(claimed, outcome, now, 0.0, keep=None)
            ids.append(claimed.delivery.delivery_id)
    return ids


def test_dead_letters_are_listed_shown_and_sent_again(run: Command) -> None:
    first, second, third = asyncio.run(fail(run.url, "dead", "inc_a", "inc_b", "inc_c"))

    code, out, _ = run("deliveries", "list")
    assert code == 0
    assert [each for each in ("ops", "press", "inc_a", "inc_c", "answered 400") if each not in out] == []
    rows = json.loads(run("deliveries", "list", "--endpoint", "ops", "--output", "json")[1])
    assert [(each["endpoint"], each["waiting"], each["dead"]) for each in rows] == [("ops", 0, 3)]
    assert [each["delivery_id"] for each in rows[0]["letters"]] == [third, second, first]

    code, out, error = run("deliveries", "show", first)
    assert (code, out) == (0, encode_event(incident("inc_a")).decode() + "\n")
    assert "answered 400" in error

    assert run("deliveries", "resend", first)[1] == "1 delivery waits again for a notifier\n"
    assert run("deliveries", "resend", first)[0] == 2
    assert run("deliveries", "resend", "--endpoint", "ops")[1] == "2 deliveries wait again for a notifier\n"
    rows = json.loads(run("deliveries", "list", "--output", "json")[1])
    assert [(each["endpoint"], each["waiting"], each["dead"]) for each in rows] == [("ops", 3, 0), ("press", 0, 0)]


def test_an_endpoint_that_is_gone_is_shown_and_enabled_again(run: Command) -> None:
    asyncio.run(fail(run.url, "disabled", "inc_a"))

    assert "disabled: answered 400" in run("deliveries", "list")[1]
    assert run("endpoints", "enable", "ops")[1] == "endpoint ops is enabled again\n"
    assert "disabled" not in run("deliveries", "list")[1]
    assert "there are: ops, press" in run("endpoints", "enable", "oops")[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("deliveries", "show", "msg_x"), "no dead letter msg_x"),
        (("deliveries", "resend"), "--endpoint NAME"),
        (("deliveries", "list", "--endpoint", "x"), "there are: ops, press"),
        (("silence", "add", "town=x", "--for", "1h", "--reason", "r"), "no matcher"),
        (("silence", "add", "stream=x", "--reason", "r"), "--for SPAN, or --until TIME"),
        (("silence", "add", "stream=x", "--for", "1h", "--until", "2030-01-01T00:00:00Z", "--reason", "r"), "--for"),
        (("silence", "add", "stream=x", "--until", "2020-01-01T00:00:00Z", "--reason", "r"), "over already"),
        (("silence", "add", "stream=x", "--until", "2030-01-01T00:00:00", "--reason", "r"), "no offset"),
        (("silence", "add", "stream=x", "--until", "soon", "--reason", "r"), "no RFC 3339"),
        (("silence", "add", "stream=x", "--for", "1h", "--reason", " "), "--reason has 1 to"),
        (("silence", "expire", "sil_x"), "no silence sil_x holds"),
    ],
)
def test_a_mistake_is_told_in_a_line(run: Command, arguments: tuple[str, ...], said: str) -> None:
    code, _, error = run(*arguments)

    assert code == 2
    assert len(error.splitlines()) == 1
    assert said in error


def test_without_a_server_nothing_is_known(run: Command) -> None:
    for arguments in (("deliveries", "list"), ("silence", "list"), ("endpoints", "enable", "ops")):
        code, _, error = run(*arguments, server=False)
        assert code == 2
        assert "name the server" in error


def test_a_silence_is_added_listed_and_ended(run: Command) -> None:
    code, out, _ = run(
        "silence", "add", "stream=town", "kind=reply-*", "--for", "2h", "--reason", "a fair", "--author", "me"
    )
    assert code == 0
    name = re.match(r"sil_\w+", out)
    assert name

    listed = run("silence", "list")[1]
    assert [each for each in (name[0], "stream=town", "kind=reply-*", "a fair", "me") if each not in listed] == []
    (row,) = json.loads(run("silence", "list", "--output", "json")[1])
    assert row["end"] - row["start"] == 7_200_000
    assert run("silence", "expire", name[0])[1] == f"{name[0]} has ended\n"
    assert run("silence", "expire", name[0])[0] == 2
    assert run("silence", "list")[1] == "nothing is silenced\n"
    assert "(ended)" in run("silence", "list", "--all")[1]


class Example:
    """examples/receiver.py, running."""

    def __init__(self, folder: Path) -> None:
        self.secret = new_secret()
        self.port = free_port()
        self.printed = folder / "printed"
        with self.printed.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "examples" / "receiver.py", "--port", str(self.port)],
                cwd=folder,
                env={**os.environ, "WEBHOOK_SECRET": self.secret},
                stdout=printed,
            )

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Example]:
    found = Example(tmp_path)
    until(lambda: found.post(b"", {}), "it answers")
    yield found
    found.process.kill()
    found.process.wait()


def test_the_example_takes_what_is_signed_and_each_event_once(example: Example) -> None:
    now, key = clock() // 1000, read_secret(example.secret)

    def signed(event: Any, name: str, at: int = now, secret: bytes = key) -> int:
        body = encode_event(event)
        return example.post(body, signed_headers(name, at, body, [secret]))

    assert signed(incident(summary="one"), "msg_1") == 200
    assert signed(incident(summary="one"), "msg_1", now + 1) == 200
    assert signed(verdict(summary="two"), "msg_2") == 200
    assert signed(incident(summary="old"), "msg_3", now - 3600) == 401
    assert signed(incident(summary="forged"), "msg_4", secret=read_secret(new_secret())) == 401
    assert example.post(b"{}", {"webhook-id": "x", "webhook-timestamp": "x", "webhook-signature": "x"}) == 401
    assert [line.split("  ")[2] for line in example.printed.read_text().splitlines()] == ["one", "two"]
