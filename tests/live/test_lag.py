"""The lag of a group on a real broker."""

from __future__ import annotations

import contextlib
import json

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata
from support.command import turfwatch
from support.kafka import create, live_environment, send


def commit(brokers: str, group: str, topic: str, offsets: dict[int, int]) -> None:
    consumer = KafkaConsumer(bootstrap_servers=brokers, group_id=group, enable_auto_commit=False)
    with contextlib.closing(consumer):
        consumer.assign([TopicPartition(topic, number) for number in offsets])
        consumer.commit(
            {TopicPartition(topic, number): OffsetAndMetadata(offset, "", -1) for number, offset in offsets.items()}
        )


def delete_before(brokers: str, topic: str, partition: int, offset: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=brokers)
    with contextlib.closing(admin):
        admin.delete_records({TopicPartition(topic, partition): offset})


def test_lag_loss_and_waiting_are_told_partition_by_partition(brokers: str) -> None:
    extra = live_environment(brokers)
    topic, group = extra["TURFWATCH_KAFKA_POSTS"], extra["TURFWATCH_WORKER_GROUP"]
    create(brokers, {topic: 4}, {"message.timestamp.type": "LogAppendTime"})
    for partition, count in enumerate((5, 7, 2, 1)):
        send(brokers, topic, [("stream", b"{}")] * count, partition)
    delete_before(brokers, topic, 1, 4)
    commit(brokers, group, topic, {0: 5, 1: 1, 2: 9})
    done = turfwatch("lag", "--output", "json", extra=extra)
    told = json.loads(done.stdout)
    names = ("partition", "start", "end", "committed", "lag", "lost", "beyond")

    assert (done.returncode, done.stderr) == (0, b"")
    assert (told["topic"], told["group"], told["state"], told["members"]) == (topic, group, "Empty", 0)
    assert told["lag"] == 4
    assert [tuple(each[name] for name in names) for each in told["partitions"]] == [
        (0, 0, 5, 5, 0, 0, False),
        (1, 4, 7, 1, 3, 3, False),
        (2, 0, 2, 9, 0, 0, True),
        (3, 0, 1, None, 1, 0, False),
    ]
    assert [each["waiting_s"] is None for each in told["partitions"]] == [True, False, True, False]

    table = turfwatch("lag", "--group", group, extra=extra).stdout.decode()

    assert f"group {group} on {topic}: 0 members, Empty, 4 records behind" in table
    assert "3 records were deleted before they were taken" in table
    assert "the topic was made anew" in table


def test_a_missing_topic_and_a_missing_group_are_told_apart(brokers: str) -> None:
    extra = live_environment(brokers)
    without_topic = turfwatch("lag", extra=extra)
    create(brokers, {extra["TURFWATCH_KAFKA_POSTS"]: 1})
    without_group = turfwatch("lag", extra=extra)

    assert without_topic.returncode == without_group.returncode == 2
    assert f"topic {extra['TURFWATCH_KAFKA_POSTS']} is missing" in without_topic.stderr.decode()
    assert f"no group {extra['TURFWATCH_WORKER_GROUP']}" in without_group.stderr.decode()
