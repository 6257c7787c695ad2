"""Topics of a broker: looked at and made."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import (
    InvalidConfigurationError,
    InvalidReplicationFactorError,
    KafkaError,
    PolicyViolationError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)
from kafka.net.compat import KafkaNetClient

from pipeline.errors import TopicError
from pipeline.live.clients import BOOTSTRAP_MS, broker_trouble, client_options
from pipeline.live.topics import FoundTopic, wanted_topics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sections import KafkaSection

_USERS = (InvalidReplicationFactorError, InvalidConfigurationError, PolicyViolationError)


@contextlib.contextmanager
def admin_client(kafka: KafkaSection) -> Iterator[KafkaAdminClient]:
    """Yield a client for administration. Raises BrokerError for whatever goes wrong between it and the brokers."""
    with broker_trouble(kafka), contextlib.closing(_connected(kafka)) as client:
        yield client


def _connected(kafka: KafkaSection) -> KafkaAdminClient:
    inner: list[KafkaNetClient] = []

    def remembered(**options: Any) -> KafkaNetClient:
        inner.append(KafkaNetClient(**options))
        return inner[-1]

    try:
        return KafkaAdminClient(**client_options(kafka), bootstrap_timeout_ms=BOOTSTRAP_MS, kafka_client=remembered)
    except KafkaError:
        # One that finds no broker leaves its thread and its sockets behind, and a worker tries again and again.
        for each in inner:
            each.close()
        raise


def inspect_topics(kafka: KafkaSection) -> dict[str, FoundTopic]:
    """Return those of the configured topics that are there. Raises BrokerError."""
    with admin_client(kafka) as client:
        return _inspected(client, kafka)


def create_missing(kafka: KafkaSection) -> list[str]:
    """Make the configured topics that are not there and return their names; what is there stays as it is.

    Raises TopicError where the brokers cannot give what is wanted, BrokerError for any other trouble.
    """
    with admin_client(kafka) as client:
        there = _inspected(client, kafka)
        new = {
            name: {
                "num_partitions": wanted.partitions,
                "replication_factor": wanted.replication,
                "configs": wanted.configs,
            }
            for name, wanted in wanted_topics(kafka).items()
            if name not in there
        }
        if not new:
            return []
        answers = client.create_topics(new, raise_errors=False)["topics"]
        made = [answer["name"] for answer in answers if _is_made(answer)]
        client.wait_for_topics(list(new))
        return [name for name in new if name in made]


def _is_made(answer: dict[str, Any]) -> bool:
    error = for_code(answer["error_code"])
    if error in _USERS:
        raise TopicError(f"{answer['name']}: {answer['error_message']}")
    if error is TopicAlreadyExistsError:  # somebody else was faster
        return False
    if answer["error_code"]:
        raise error(f"{answer['name']}: {answer['error_message']}")
    return True


def _inspected(client: KafkaAdminClient, kafka: KafkaSection) -> dict[str, FoundTopic]:
    wanted = wanted_topics(kafka)
    found: dict[str, dict[str, Any]] = {}
    for topic in client.describe_topics(list(wanted)):
        error = for_code(topic["error_code"])
        if error is UnknownTopicOrPartitionError:
            continue
        if topic["error_code"]:
            raise error(topic["name"])
        found[topic["name"]] = topic
    if not found:
        return {}
    configs = _configs(client, {name: list(wanted[name].configs) for name in found})
    return {
        name: FoundTopic(
            topic_id=str(topic["topic_id"]),
            partitions=len(topic["partitions"]),
            replication=min(len(partition["replica_nodes"]) for partition in topic["partitions"]),
            configs=configs[name],
        )
        for name, topic in found.items()
    }


def _configs(client: KafkaAdminClient, keys: dict[str, list[str]]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, list(names)) for name, names in keys.items()]
    # All of them: what is as the broker's default has it counts as well.
    answers = client.describe_configs(asked, config_filter="all")["topic"]
    return {name: {key: str(entry["value"]) for key, entry in answers[name].items()} for name in keys}
