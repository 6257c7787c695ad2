"""Workers as an operator runs them: processes of their own, watched from outside."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer
from redis import Redis

from pipeline.config import load_settings
from pipeline.live.admin import create_missing
from pipeline.position import decode_position
from pipeline.post import Post, encode_line
from pipeline.recordings.read import read_lines
from pipeline.state.keys import stream_keys
from support.command import command, environment, turfwatch
from support.kafka import live_environment, read_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipeline.config import Settings
    from pipeline.post import Line

DEADLINE_S = 240.0
_HEALTH = re.compile(r"health on (http://\S+)")


def until(condition: Callable[[], Any], what: str, deadline_s: float = DEADLINE_S) -> Any:
    """Wait for a condition that holds; returns what it gave."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {deadline_s:g} s: {what}")


class Process:
    """A command of turfwatch that runs; ``code`` runs before the command, to plant what a test needs."""

    def __init__(self, arguments: Sequence[str | Path], settings: Mapping[str, str], code: str = "") -> None:
        started = command(*arguments)
        if code:
            words = list(map(str, arguments))
            run = f"import sys; sys.argv[1:] = {words!r}\n{code}\nfrom pipeline.cli import main; main()"
            started = [started[0], "-c", run]
        self.said: list[str] = []
        self.process = subprocess.Popen(
            started, env=environment(settings), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip())

    @property
    def log(self) -> str:
        return "\n".join(self.said)

    def reads(self) -> bool:
        """Whether the group has given it partitions."""
        return bool(re.search(r"partitions \d", self.log))

    def health(self) -> dict[str, Any] | None:
        """What `/healthz` says; None while nobody answers."""
        found = self.page("healthz")
        return None if found is None else json.loads(found)

    def page(self, name: str, accept: str = "*/*") -> str | None:
        """What it answers on a page, whatever the status; None while nobody answers."""
        found = _HEALTH.search(self.log)
        if not found:
            return None
        wanted = urllib.request.Request(found[1].replace("healthz", name), headers={"Accept": accept})  # noqa: S310
        try:
            with urllib.request.urlopen(wanted, timeout=5) as answer:  # noqa: S310 - its own loopback address
                told: bytes = answer.read()
        except urllib.error.HTTPError as error:
            told = error.read()
        except OSError:
            return None
        return told.decode()

    def kill(self) -> None:
        self.process.kill()
        self._end()

    def stop(self, deadline_s: float = 30.0) -> int:
        """SIGTERM; returns the exit code."""
        self.process.terminate()
        code = self.process.wait(deadline_s)
        self._end()
        return code

    def ended(self, deadline_s: float = DEADLINE_S) -> int:
        """Wait until it ends by itself; returns the exit code."""
        code = self.process.wait(deadline_s)
        self._end()
        return code

    def _end(self) -> None:
        self.process.wait()
        self._reader.join(10)
        if self.process.stderr:
            self.process.stderr.close()


class Worker(Process):
    """A `turfwatch worker`."""

    def __init__(self, settings: Mapping[str, str], redis_port: int, code: str = "") -> None:
        super().__init__(("worker", "--redis", f"redis://127.0.0.1:{redis_port}"), settings, code)


@contextlib.contextmanager
def worker(settings: Mapping[str, str], redis_port: int, code: str = "") -> Iterator[Worker]:
    started = Worker(settings, redis_port, code)
    try:
        yield started
    finally:
        started.kill()


class Live:
    """Topics of their own, and what is in them."""

    def __init__(self, brokers: str, **settings: object) -> None:
        self.brokers = brokers
        # Ticks would go on after the last post, and a replay knows nothing of them.
        self.environment = live_environment(brokers, **{"worker_idle_s": 3600, **settings})
        self.settings: Settings = load_settings(environment=self.environment)[0]
        self.ends: dict[str, tuple[int, int]] = {}
        self.lines: dict[str, int] = {}
        create_missing(self.settings.kafka)

    def fill(self, stream: str, lines: Iterable[Line], pack: int = 1) -> None:
        """Send lines to a stream, so many a record."""
        rows = [encode_line(line) for line in lines]
        self.lines[stream] = self.lines.get(stream, 0) + len(rows)
        self.send([(stream, b"\n".join(rows[at : at + pack])) for at in range(0, len(rows), pack)])

    def send(self, records: Sequence[tuple[str | None, bytes | None]], partition: int | None = None) -> None:
        """Send records, key and value each, and note where each stream ends."""
        producer = KafkaProducer(
            bootstrap_servers=self.brokers, linger_ms=20, batch_size=200_000, max_request_size=8_000_000
        )
        with contextlib.closing(producer):
            sent = [
                (key, producer.send(self.settings.kafka.posts, value, key=key and key.encode(), partition=partition))
                for key, value in records
            ]
            for key, each in sent:
                place = each.get(timeout=60)
                if key is not None:
                    self.ends[key] = (place.partition, place.offset + 1)

    def is_done(self, redis: Redis, stream: str) -> bool:
        """Whether a stream is applied to its end and all its events are told."""
        keys = stream_keys(stream)
        position = redis.hget(keys["meta"], "position") or b""
        assert isinstance(position, bytes)
        stands = decode_position(position)
        return stands is not None and stands.offset >= self.ends[stream][1] and not redis.llen(keys["events"])

    def wait_done(self, redis: Redis, *workers: Worker) -> None:
        """Wait until all streams are done, by workers that must not end before."""
        for stream in self.ends:

            def is_done(stream: str = stream) -> bool:
                for each in workers:
                    assert each.process.poll() is None, each.log
                return self.is_done(redis, stream)

            until(is_done, f"stream {stream} is done\n" + "\n".join(each.log for each in workers))

    def posts(self, redis: Redis, stream: str) -> int:
        """How many posts of a stream are counted."""
        return int(redis.hget(stream_keys(stream)["meta"], "posts") or 0)

    def events(self) -> dict[str, list[bytes]]:
        """Events of each stream in the order of their first telling; one told twice has the same bytes each time."""
        found: dict[str, dict[str, bytes]] = {}
        for _, value, headers, _ in read_all(self.brokers, self.settings.kafka.incidents):
            assert value is not None
            name = dict(headers)["event_id"].decode()
            known = found.setdefault(json.loads(value)["data"]["stream"], {})
            assert known.setdefault(name, value) == value
        return {stream: list(events.values()) for stream, events in found.items()}


def replayed(path: Path, stream: str) -> list[bytes]:
    """The events of a replay as a live stream of the same name tells them."""
    done = turfwatch("replay", "--output", "jsonl", "--stream", stream, path)
    assert done.returncode == 0, done.stderr
    return [line.replace(b'"replay":true', b'"replay":false') for line in done.stdout.splitlines()]


def by_incident(events: Iterable[bytes]) -> dict[str, list[bytes]]:
    """Events of each incident in order: incidents lie in partitions of their own."""
    found: dict[str, list[bytes]] = {}
    for event in events:
        data = json.loads(event)["data"]
        found.setdefault(data.get("incident_id") or data["digest_id"], []).append(event)
    return found


def posts_in(path: Path) -> int:
    """Posts of a recording, each once, as the engine counts them within its horizon."""
    return len({(line.platform, line.id) for line in read_lines([str(path)]) if isinstance(line, Post)})
