"""A worker put together: topics checked, server and brokers connected, health told, records taken until the end."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from typing import TYPE_CHECKING, Final

from pipeline.errors import TopicError
from pipeline.live.admin import inspect_topics
from pipeline.live.faust_app import run_app
from pipeline.live.health import health_server
from pipeline.live.letterbox import LetterBox
from pipeline.live.log_view import log_view
from pipeline.live.losses import Losses
from pipeline.live.outlet import outlet
from pipeline.live.pump import Parts, Pump
from pipeline.live.records import Reader
from pipeline.live.registry import Registry
from pipeline.live.status import Status
from pipeline.live.topics import differences
from pipeline.live.worker import Worker
from pipeline.metrics.sample import sampling
from pipeline.metrics.worker import WorkerMetrics
from pipeline.metrics.worker_samples import worker_samples
from pipeline.post import Limits
from pipeline.text.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.live.status import WorkerHealth
    from pipeline.live.topics import FoundTopic
    from pipeline.post import Post
    from pipeline.sections import WorkerSection

GC_THRESHOLDS: Final = (50_000, 20, 20)

log = logging.getLogger(__name__)


async def work(settings: Settings, redis: Redis, *, measured: bool = True) -> None:
    """Be a worker until SIGTERM or SIGINT, ``measured`` or, to see what that costs, not.

    Raises TopicError for topics that do not fit, and what ended it.
    """
    kafka = settings.kafka
    posts = await asyncio.to_thread(_posts_topic, settings)
    registry = Registry(redis, kafka.posts)
    await _same_topic(registry, kafka.posts, posts)
    status = Status(time.monotonic())
    metrics = WorkerMetrics(status)
    async with (
        worker_health(status, metrics, redis, settings.worker) as port,
        outlet(kafka) as out,
        log_view(kafka, kafka.posts) as view,
    ):
        log.info("health on http://%s:%d/healthz", settings.worker.health_host, port)
        pump = Pump(
            Parts(
                redis=redis,
                settings=settings,
                registry=registry,
                outlet=out,
                letters=LetterBox(out, kafka.dead_letters, status, withhold=settings.worker.ids == "hmac"),
                losses=Losses(kafka.posts, registry, status),
                status=status,
                reader=Reader(
                    posts.partitions,
                    Limits.of(settings.limits),
                    _hide(settings.worker),
                ),
                metrics=metrics if measured else None,
            )
        )
        _collect_seldom()
        async with sampling(worker_samples(metrics, redis, lambda: pump.lanes) if measured else ()):
            await run_app(Worker(settings, pump, view, status, partitions=posts.partitions).app())


def worker_health(
    status: Status, metrics: WorkerMetrics, redis: Redis, worker: WorkerSection
) -> AbstractAsyncContextManager[int]:
    """Tell how a worker is, on its address, and yield the port."""

    def health() -> WorkerHealth:
        return status.health(time.monotonic(), time.time_ns() // 1_000_000)

    return health_server(health, status.unready, metrics.registry, redis, worker, "worker")


def _collect_seldom() -> None:
    """Let the garbage collector look seldom: a record makes dozens of objects, of which hardly any is in a cycle."""
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def _posts_topic(settings: Settings) -> FoundTopic:
    """Return the topic of the posts. Raises TopicError where a topic is missing or differs."""
    found = inspect_topics(settings.kafka)
    if wrong := differences(settings.kafka, found):
        more = f" (and {len(wrong) - 1} more: turfwatch topics check)" if len(wrong) > 1 else ""
        raise TopicError(f"topic {wrong[0]}{more}")
    return found[settings.kafka.posts]


async def _same_topic(registry: Registry, name: str, found: FoundTopic) -> None:
    """Raise TopicError where a topic of the same name was read before."""
    if await registry.known_id(found.topic_id) != found.topic_id:
        raise TopicError(
            f"topic {name} was made anew: its offsets begin again, but its streams are applied up to those of the one "
            f"before. Give the new one another name in kafka.posts, or forget what is known of it with: "
            f"turfwatch state reset --topic {name}"
        )


def _hide(worker: WorkerSection) -> Callable[[Post], None] | None:
    if worker.ids == "raw" or worker.ids_key is None:
        return None
    return Pseudonyms(worker.ids_key.get_secret_value().encode()).apply
