"""What is sampled of a worker's streams: sizes in Redis, the outbox, bursts, incidents that are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from pipeline.incidents.model import Incident
from pipeline.metrics.sample import OFTEN_S, SELDOM_S, Sample, memory_sample
from pipeline.state.keys import stream_keys
from pipeline.state.sizes import sizes, waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redis.asyncio import Redis

    from pipeline.live.lane import Lane
    from pipeline.metrics.worker import WorkerMetrics

AT_ONCE: Final = 50
"""Streams whose sizes are asked for at one time: others follow a minute later."""

OWING: Final = 200
"""Streams that are asked what waits in their outbox, those that have owed for longest."""

READ: Final = 500
"""Incidents of a stream that are read in one call."""


def worker_samples(metrics: WorkerMetrics, redis: Redis, lanes: Callable[[], Sequence[Lane]]) -> list[Sample]:
    """Return what is to be sampled; ``lanes`` are the streams that the worker has at the time."""
    sampler = _Sampler(metrics, redis, lanes)
    return [
        memory_sample(metrics.about, redis),
        Sample("sizes of state", SELDOM_S, sampler.sizes),
        Sample("the outbox", OFTEN_S, sampler.outbox),
        Sample("bursts", OFTEN_S, sampler.bursts),
        Sample("stored incidents", OFTEN_S, sampler.incidents),
    ]


class _Sampler:
    def __init__(self, metrics: WorkerMetrics, redis: Redis, lanes: Callable[[], Sequence[Lane]]) -> None:
        self._metrics = metrics
        self._redis = redis
        self._lanes = lanes
        self._turn = 0

    async def sizes(self) -> None:
        """Take the sizes of the next streams in turn; a stream that has gone is forgotten."""
        names = sorted(lane.stream for lane in self._lanes())
        begin = self._turn if self._turn < len(names) else 0
        for name in names[begin : begin + AT_ONCE]:
            self._metrics.sizes[name] = await sizes(self._redis, name)
        self._turn = begin + AT_ONCE
        here = {lane.stream for lane in self._lanes()}
        self._metrics.sizes = {name: row for name, row in self._metrics.sizes.items() if name in here}

    async def outbox(self) -> None:
        """Count the events that wait in Redis for the topic."""
        owing = sorted((lane.owes_since, lane.stream) for lane in self._lanes() if lane.owes_since is not None)
        events, oldest = 0, 0.0
        for since, stream in owing[:OWING]:
            if count := await waiting(self._redis, stream):
                events += count
                oldest = oldest or since
        self._metrics.outbox = events, oldest

    async def bursts(self) -> None:
        """Take the bursts that go on."""
        self._metrics.told.take_open_bursts(burst for lane in self._lanes() for burst in lane.open_bursts)

    async def incidents(self) -> None:
        """Read what is stored of the streams that were taken over, once each."""
        client: Any = self._redis  # its stubs allow text replies; ours are bytes
        for lane in self._lanes():
            standing = self._metrics.told.standing(lane.stream)
            if standing.complete:
                continue
            found = client.hscan_iter(stream_keys(lane.stream)["incidents"], count=READ)
            async for _, form in found:
                standing.take_stored([msgspec.json.decode(form, type=Incident)])
            standing.settle()
