"""A real Kafka for tests: topics of their own for each."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from pipeline.broker.jars import jar_folder
from pipeline.broker.node import running_broker
from pipeline.broker.ports import choose
from support.servers import required

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Header = tuple[str, bytes]


@contextlib.contextmanager
def broker() -> Iterator[str]:
    """Yield host:port of a broker: of the one that TURFWATCH_TEST_KAFKA names, else of one of our own."""
    if named := os.environ.get("TURFWATCH_TEST_KAFKA"):
        yield named
        return
    require_kafka()
    with running_broker() as own:
        yield own.address


def require_kafka() -> None:
    """Skip without what a broker of our own needs, but fail where servers are required."""
    required("java")
    if not jar_folder().is_dir():
        required("mvn")


class RestartableBroker:
    """A broker that a test may kill and start again: same ports, same log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = choose()
        self._stack = contextlib.ExitStack()
        self.start()

    @property
    def address(self) -> str:
        return self._broker.address

    def start(self) -> None:
        self._broker = self._stack.enter_context(running_broker(self._ports, self._folder))

    def kill(self) -> None:
        """Kill it with -9 and wait until it is gone."""
        os.kill(self._broker.pid, signal.SIGKILL)
        self._broker.wait()
        self._stack.close()

    def stop(self) -> None:
        """End it in order."""
        self._stack.close()


@contextlib.contextmanager
def restartable_broker() -> Iterator[RestartableBroker]:
    """Yield a broker of the test's own, which it may kill and start again."""
    require_kafka()
    with tempfile.TemporaryDirectory(prefix="tw-kafka-") as folder:
        own = RestartableBroker(Path(folder))
        try:
            yield own
        finally:
            own.stop()


def live_environment(brokers: str, **settings: object) -> dict[str, str]:
    """Settings as variables: topics and groups that no other test uses, and what else is given, such as worker_ids."""
    tag = uuid4().hex[:8]
    names = {
        "kafka_brokers": brokers,
        "kafka_posts": f"posts-{tag}",
        "kafka_incidents": f"incidents-{tag}",
        "kafka_dead_letters": f"dead-letters-{tag}",
        "worker_group": f"worker-{tag}",
        "route_group": f"route-{tag}",
        "notify_group": f"notify-{tag}",
        "worker_health_port": 0,
        "notify_health_port": 0,
        **settings,
    }
    return {f"TURFWATCH_{name.upper()}": str(value) for name, value in names.items()}


def create(brokers: str, topics: Mapping[str, int], configs: Mapping[str, str] | None = None) -> None:
    """Create topics with so many partitions each."""
    admin = KafkaAdminClient(bootstrap_servers=brokers)
    with contextlib.closing(admin):
        wanted = {
            name: {"num_partitions": count, "replication_factor": 1, "configs": dict(configs or {})}
            for name, count in topics.items()
        }
        admin.create_topics(wanted)
        admin.wait_for_topics(list(topics))


def send(
    brokers: str, topic: str, records: Sequence[tuple[str | None, bytes | None]], partition: int | None = None
) -> None:
    """Send records, key and value each, and wait until all are there."""
    producer = KafkaProducer(bootstrap_servers=brokers, max_request_size=8_000_000)
    with contextlib.closing(producer):
        sent = [
            producer.send(topic, value, key=None if key is None else key.encode(), partition=partition)
            for key, value in records
        ]
        for each in sent:
            each.get(timeout=30)


def read_all(brokers: str, topic: str) -> list[tuple[bytes | None, bytes | None, list[Header], int]]:
    """Return all records of a topic as they stand now: key, value, headers, partition; partition by partition."""
    consumer = KafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False, fetch_max_bytes=100_000_000)
    found: list[tuple[bytes | None, bytes | None, list[Header], int]] = []
    with contextlib.closing(consumer):
        for number in sorted(consumer.partitions_for_topic(topic) or ()):
            place = TopicPartition(topic, number)
            consumer.assign([place])
            end = consumer.end_offsets([place])[place]
            consumer.seek_to_beginning(place)
            while consumer.position(place) < end:
                for records in consumer.poll(timeout_ms=1000).values():
                    found += [(each.key, each.value, list(each.headers), number) for each in records]
    return found
