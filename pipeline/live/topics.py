"""The topics as turfwatch needs them, and how those found differ, in words that say what to do. Pure."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.sections import KafkaSection

_HOUR_MS: Final = 3_600_000
_INCIDENTS_HOURS: Final = 30 * 24
_DEAD_LETTERS_HOURS: Final = 7 * 24


class WantedTopic(msgspec.Struct, frozen=True):
    """A topic as it is to be."""

    partitions: int
    replication: int
    configs: dict[str, str]


class FoundTopic(msgspec.Struct, frozen=True):
    """A topic as it is; ``replication`` is that of the partition with the fewest copies."""

    topic_id: str
    partitions: int
    replication: int
    configs: dict[str, str]


def wanted_topics(kafka: KafkaSection) -> dict[str, WantedTopic]:
    """Return the topics by name: posts, incidents, dead letters."""

    def topic(hours: int, **configs: str) -> WantedTopic:
        # Compaction would delete the event that opened an incident behind the one that updated it.
        settings = {"cleanup.policy": "delete", "retention.ms": str(hours * _HOUR_MS)}
        settings |= {name.replace("_", "."): value for name, value in configs.items()}
        return WantedTopic(kafka.partitions, kafka.replication, settings)

    return {
        # Retention looks at a record's time: with a post's own, old posts would be deleted as soon as they come.
        kafka.posts: topic(
            kafka.posts_hours, message_timestamp_type="LogAppendTime", max_message_bytes=str(kafka.record_bytes)
        ),
        kafka.incidents: topic(_INCIDENTS_HOURS),
        kafka.dead_letters: topic(_DEAD_LETTERS_HOURS),
    }


def differences(kafka: KafkaSection, found: Mapping[str, FoundTopic]) -> list[str]:
    """Return a line for everything that is missing or differs: wanted, found, what puts it right. None: all fits."""
    lines: list[str] = []
    for name, wanted in wanted_topics(kafka).items():
        if name not in found:
            lines.append(f"{name}: missing; turfwatch topics create makes it")
            continue
        lines += _of_one(kafka, name, wanted, found[name])
    return lines


def _of_one(kafka: KafkaSection, name: str, wanted: WantedTopic, found: FoundTopic) -> Iterator[str]:
    if found.partitions != wanted.partitions:
        told = f"{name}: {wanted.partitions} partitions wanted, {found.partitions} found"
        yield f"{told}; {_partitions_advice(kafka, name, wanted.partitions, found.partitions)}"
    if found.replication != wanted.replication:
        told = f"{name}: replication {wanted.replication} wanted, {found.replication} found"
        yield (
            f"{told}; Kafka's kafka-reassign-partitions.sh changes it, or set kafka.replication = {found.replication}"
        )
    for key, value in wanted.configs.items():
        if (there := found.configs.get(key)) != value:
            command = f"{_admin(kafka)} configs alter -r topic -n {name} -c {key}={value}"
            yield f"{name}: {key} {value} wanted, {there or 'nothing'} found; {command}"


def _partitions_advice(kafka: KafkaSection, name: str, wanted: int, found: int) -> str:
    other = f"set kafka.partitions = {found}, or name a new topic in kafka.{_key(kafka, name)}"
    if found > wanted:
        return f"Kafka takes none away: {other}"
    if name == kafka.dead_letters:
        return f"{_admin(kafka)} partitions create -p {name}:{wanted}"
    moved = "streams" if name == kafka.posts else "incidents"
    return f"more of them would move {moved} away from their records, so none are added: {other}"


def _key(kafka: KafkaSection, name: str) -> str:
    return {kafka.posts: "posts", kafka.incidents: "incidents"}.get(name, "dead_letters")


def _admin(kafka: KafkaSection) -> str:
    """Return the beginning of a command of kafka-python, which comes with turfwatch."""
    named = " ".join(f"-b {shlex.quote(broker.strip())}" for broker in kafka.brokers.split(","))
    secured = "" if kafka.security == "plaintext" else f" -S {kafka.security.upper()}"
    return f"kafka-python admin {named}{secured}"
