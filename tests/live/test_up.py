"""All of it on one machine: incidents appear, and whatever ends it leaves no process and no file."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from support.command import command, environment, turfwatch
from support.eventually import DEADLINE_S, eventually
from support.kafka import require_kafka
from support.receivers import receivers
from support.servers import required

from pipeline.broker.jars import jar_folder
from pipeline.broker.ports import choose

if TYPE_CHECKING:
    from collections.abc import Iterator


class Up:
    """A `turfwatch up` with a folder for temporary files and a process group of its own."""

    def __init__(self, folder: Path, *options: str, **variables: str) -> None:
        self.folder = folder
        self.said: list[str] = []
        own = {
            "TMPDIR": str(folder),
            "XDG_CACHE_HOME": str(jar_folder().parents[1]),
            "TURFWATCH_WORKER_HEALTH_PORT": "0",
            **variables,
        }
        self.process = subprocess.Popen(
            command("up", "--port", str(choose().client), *options),
            env=environment({**own, "PYTHONUNBUFFERED": "1"}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.said.extend(self.process.stdout)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def says(self, pattern: str) -> bool:
        """Whether it says something before the deadline, or before it ends."""
        eventually(lambda: bool(re.search(pattern, self.text)) or self.process.poll() is not None)
        return bool(re.search(pattern, self.text))

    def left(self) -> list[str]:
        """The processes that it started, by their command lines, and its files."""
        listed = subprocess.run(["ps", "-Aww", "-o", "args="], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if str(self.folder) in line] + [
            path.name for path in self.folder.iterdir()
        ]

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(DEADLINE_S)
        assert self.process.stdout
        self.process.stdout.close()


@contextlib.contextmanager
def running(*options: str, **variables: str) -> Iterator[Up]:
    require_kafka()
    with tempfile.TemporaryDirectory(prefix="tw-up-") as folder:
        started = Up(Path(folder), *options, **variables)
        try:
            yield started
        finally:
            started.close()
            eventually(lambda: not started.left())


def test_a_simulated_campaign_is_shown_and_notified_of_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    for program in ("prometheus", "prometheus-alertmanager"):
        required(program)
    config = tmp_path / "turfwatch.toml"
    with receivers(tmp_path, mine=()) as there, contextlib.ExitStack() as stack:
        config.write_text(there["mine"].section())
        up = stack.enter_context(running("--simulate", "--deliver", TURFWATCH_CONFIG=str(config)))
        assert up.says(r"opened      \S+  \w+  0\.\d\d  simulated  inc_\w+\n  \d+ .*\n  - "), up.text
        assert re.search(r"health is on http://127\.0\.0\.1:\d+/healthz", up.text)
        assert up.says(r"a notifier tells mine \(generic, 127\.0\.0\.1\)")
        assert eventually(lambda: bool(there["mine"].verified())), up.text
        told = there["mine"].verified()[0]["data"]
        assert told["replay"]
        assert re.search(r"the console is on (\S+)", up.text)
        assert told["links"]["console"].endswith(f"/incidents/{told['incident_id']}")
        with urllib.request.urlopen(told["links"]["console"], timeout=30) as page:  # noqa: S310 - of this machine
            assert told["incident_id"] in page.read().decode()
        prometheus = re.search(r"Prometheus is on http://(\S+)", up.text)
        assert prometheus, up.text
        assert "Alertmanager is on http://127.0.0.1:" in up.text
        assert eventually(lambda: asked(prometheus[1], "up") == ["1", "1"]), up.text
        assert eventually(lambda: asked(prometheus[1], 'ALERTS{alertname="TurfwatchWatchdog"}') == ["1"])
        assert up.left()
        os.killpg(up.process.pid, signal.SIGINT)  # as a terminal does, to all in the foreground

        assert up.process.wait(DEADLINE_S) == 0
        assert up.left() == []


def asked(address: str, query: str) -> list[str]:
    """The values that a Prometheus has for a query."""
    try:
        url = f"http://{address}/api/v1/query?{urlencode({'query': query})}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return [each["value"][1] for each in json.load(answer)["data"]["result"]]
    except OSError:
        return []


def test_posts_that_are_sent_are_watched_and_kill_nine_leaves_nothing(tmp_path: Path) -> None:
    recording = tmp_path / "town.jsonl.gz"
    turfwatch("simulate", "--scenario", "single", "--posts", "4000", "--out", recording)
    with running() as up:
        assert up.says(r"a worker watches"), up.text
        assert up.says(r"the console is on http://127\.0\.0\.1:\d+\n"), up.text
        told = re.search(r"(TURFWATCH_KAFKA_BROKERS)=(\S+) turfwatch replay FILE --to-kafka", up.text)
        assert told
        sent = turfwatch("replay", recording, "--to-kafka", "--pack", "50", extra={told[1]: told[2]})

        assert sent.returncode == 0, sent.stderr
        assert up.says(r"opened .* town  inc_"), up.text
        up.process.kill()

        assert eventually(lambda: not up.left()), up.left()


def test_a_worker_that_ends_ends_all_with_its_reason() -> None:
    with running("--simulate", TURFWATCH_WORKER_HEALTH_HOST="203.0.113.1") as up:
        code = up.process.wait(DEADLINE_S)

        assert code == 1
        assert up.says(r"\nturfwatch: the worker ended: worker\.health_host, .* cannot be bound"), up.text
        assert up.left() == []


def test_a_broker_that_dies_ends_all() -> None:
    with running() as up:
        assert up.says(r"a worker watches"), up.text
        [pid] = [int(path.read_text()) for path in up.folder.glob("turfwatch-kafka-*/pid")]
        os.kill(pid, signal.SIGKILL)

        assert up.process.wait(DEADLINE_S) == 1
        assert up.says(r"\nturfwatch: the broker ended by itself"), up.text
        assert up.left() == []


@pytest.mark.parametrize("options", [(), ("--simulate",)])
def test_without_java_it_says_what_brings_it(options: tuple[str, ...], tmp_path: Path) -> None:
    done = turfwatch("up", *options, extra={"PATH": str(tmp_path)})

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"turfwatch: a Kafka broker needs java")
    assert done.stderr.count(b"\n") == 1


def test_a_folder_of_no_use_is_named(tmp_path: Path) -> None:
    state = tmp_path / "file"
    state.write_text("no folder")
    done = turfwatch("up", "--state", state)

    assert done.returncode == 2
    assert done.stderr.startswith(b"turfwatch: %s: cannot be used for state" % bytes(state))
