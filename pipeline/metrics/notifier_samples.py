"""What is sampled of a notifier's endpoints: what waits, since when, and whether they take anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.metrics.sample import OFTEN_S, Sample, memory_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from pipeline.metrics.notifier import NotifierMetrics
    from pipeline.notify.deliveries import Deliveries


def notifier_samples(metrics: NotifierMetrics, redis: Redis, queues: Sequence[Deliveries]) -> list[Sample]:
    """Return what is to be sampled."""

    async def look() -> None:
        for queue in queues:
            metrics.standings[queue.endpoint] = await queue.standing()

    return [memory_sample(metrics.about, redis), Sample("deliveries that wait", OFTEN_S, look)]
