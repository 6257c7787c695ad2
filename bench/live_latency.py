"""How long a campaign waits to be told: posts sent at the pace of their events, and what a worker tells of them."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bench.live_child import Span, cpu_seconds
from bench.live_hook import notifying, receiving
from bench.live_load import campaign_of
from pipeline.errors import BrokerError
from pipeline.incidents.burst import KIND
from pipeline.incidents.public import IncidentEvent, decode_event, rfc3339
from pipeline.live.log import reading
from pipeline.live.sender import sending
from pipeline.post import encode_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pipeline.config import Settings
    from pipeline.post import Post
    from pipeline.sections import KafkaSection

DEADLINE_S: Final = 120.0
_POLL_S: Final = 0.1
_AHEAD_MS: Final = 100
"""From the making of the producer to the first post."""


class Latency(msgspec.Struct, frozen=True):
    """Of each incident, milliseconds from the append of the post that opened it, and from that post's own time.

    ``to_webhook`` is from the append of the post to the receiver of the first webhook. ``late_ms`` is how late the last
    post was sent, ``pause_ms`` the longest time in which the broker took none.
    """

    from_append: list[int]
    from_post: list[int]
    to_webhook: list[int]
    found: set[str]
    late_ms: int
    pause_ms: int
    retries: int
    span: Span


class _Stamp(msgspec.Struct):
    created_at: str


def latency(
    settings: Settings,
    environment: Mapping[str, str],
    url: str,
    posts: Sequence[Post],
    pids: Mapping[str, int],
) -> Latency:
    """Run a worker on ``settings``, which ``environment`` holds, while posts are sent in the rhythm of their times.

    ``pids`` names processes whose CPU seconds are wanted. Raises BrokerError where the worker ends or does not keep up.
    """
    with (
        tempfile.TemporaryDirectory(prefix="tw-bench-") as folder,
        receiving() as hook,
        _worker(environment, url) as process,
    ):
        config = Path(folder) / "turfwatch.toml"
        config.write_text(hook.section("bench", Path(folder)))
        port = settings.worker.health_port
        _until(lambda: _health(port, process).get("partitions"), "a worker has partitions")
        with notifying(environment, url, config) as notifier:
            watched = {"process": process.pid, "notifier": notifier.pid, **pids}
            before, start = {name: cpu_seconds(pid) for name, pid in watched.items()}, time.perf_counter()
            late_ms = _send(settings.kafka, "bench", posts)
            _until(lambda: _is_done(_health(port, process)["counts"], len(posts)), "all posts are applied")
            seconds = time.perf_counter() - start
            retries = _health(port, process)["counts"].get("retries", 0)
            cpu = {name: cpu_seconds(pid) - before[name] for name, pid in watched.items()}
            opened = set(_opened(settings.kafka))
            _until(lambda: opened <= hook.came.keys(), "all webhooks have come")
        process.terminate()
        process.wait(DEADLINE_S)
        _require(process)
        return _evaluated(settings.kafka, Span(len(posts), seconds, cpu), late_ms, retries, hook.came)


@contextlib.contextmanager
def _worker(environment: Mapping[str, str], url: str) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, "-m", "pipeline.cli", "worker", "--redis", url]
        process = subprocess.Popen(command, env=dict(environment), stderr=said)
        try:
            yield process
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise
        finally:
            process.kill()
            process.wait()


def _send(kafka: KafkaSection, stream: str, posts: Sequence[Post]) -> int:
    """Send each post in a record of its own when it is due; returns by how many ms the last one came late."""
    key, late = stream.encode(), 0.0
    with sending(kafka) as sender:
        shift = time.time_ns() // 1_000_000 + _AHEAD_MS - posts[0].at
        for post in posts:
            at = post.at + shift
            late = time.time() - at / 1000
            if late < 0:
                time.sleep(-late)
            sender.send(kafka.posts, encode_line(msgspec.structs.replace(post, created_at=rfc3339(at))), key)
        sender.finish()
    return max(0, round(1000 * late))


def _opened(kafka: KafkaSection) -> Iterator[tuple[str, int]]:
    """Yield incident and revision of what was opened."""
    for value, _ in _records(kafka, kafka.incidents):
        if event := _opening(value):
            yield event.data.incident_id, event.data.revision


def _opening(value: bytes) -> IncidentEvent | None:
    """Return the event of a record that opens an incident, but for bursts."""
    event = decode_event(value)
    is_opening = isinstance(event, IncidentEvent) and event.type == "incident.opened" and event.data.kind != KIND
    return event if is_opening and isinstance(event, IncidentEvent) else None


def _evaluated(
    kafka: KafkaSection, span: Span, late_ms: int, retries: int, came: Mapping[tuple[str, int], int]
) -> Latency:
    """Return what the topics tell. A post is known by its time, which no other has."""
    sent = [(msgspec.json.decode(value, type=_Stamp).created_at, at) for value, at in _records(kafka, kafka.posts)]
    pause_ms = max(later - earlier for (_, earlier), (_, later) in pairwise(sent))
    told = Latency([], [], [], set(), late_ms, pause_ms, retries, span)
    for value, at in _records(kafka, kafka.incidents):
        if not (event := _opening(value)):
            continue
        # Times of one form are in the order of their letters; a timer may lie before the post that sets it off.
        appended = sent[bisect_left(sent, (event.timestamp, 0))][1]
        told.from_append.append(at - appended)
        told.to_webhook.append(came[event.data.incident_id, event.data.revision] - appended)
        told.from_post.append(at - round(1000 * datetime.fromisoformat(event.timestamp).timestamp()))
        told.found.update(filter(None, map(campaign_of, event.data.accounts.sample)))
    return told


def _records(kafka: KafkaSection, topic: str) -> Iterator[tuple[bytes, int]]:
    """Yield values and append times (ms) of a topic as it stands."""
    with reading(kafka) as log:
        for number, (start, end) in log.bounds(topic).items():
            for record in log.read(topic, number, start, end):
                yield record.value or b"", record.at


def _is_done(counts: Mapping[str, int], posts: int) -> bool:
    return counts.get("records", 0) >= posts and counts.get("published", 0) >= counts.get("events", 0)


def _health(port: int, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Return what `/healthz` tells, nothing while nobody answers."""
    if process.poll() is not None:
        raise BrokerError(f"the worker ended with {process.returncode}")
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz")
            told: dict[str, Any] = json.load(connection.getresponse())
        except OSError:
            return {"counts": {}}
        return told


def _require(process: subprocess.Popen[bytes]) -> None:
    if process.returncode:
        raise BrokerError(f"the worker ended with {process.returncode}")


def _until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            raise BrokerError(f"not within {DEADLINE_S:g} s: {what}")
        time.sleep(_POLL_S)
