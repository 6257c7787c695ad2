"""Reads how far a group is from the brokers."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import UnknownTopicOrPartitionError, for_code

from pipeline.errors import TopicError, UserError
from pipeline.live.admin import admin_client
from pipeline.live.clients import BOOTSTRAP_MS, broker_trouble, client_options
from pipeline.live.lag import GroupLag, PartitionLag, partition_lag, waited

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

    from pipeline.sections import KafkaSection

_FETCH_DEADLINE_S = 5.0
"""What has not come by then is told without its time: the rest of the lag is worth more than a wait."""

_FETCH_BYTES = 65_536


def read_lag(kafka: KafkaSection, group: str) -> GroupLag:
    """Return the lag of a group on the topic of the posts.

    Raises TopicError where the topic is missing, UserError where the group is, BrokerError.
    """
    with admin_client(kafka) as client:
        places = _partitions(client, kafka.posts)
        # Asked by list, not by name: on a broker whose groups have never been used a question for one is an error.
        if group not in {each["group_id"] for each in client.list_groups()}:
            raise UserError(
                f"no group {group} at {kafka.brokers}: no worker with worker.group = {group} has taken anything yet"
            )
        told = client.describe_groups([group])[group]
        # Before the ends, so that no lag is below zero.
        committed = {
            place: each.offset
            for place, each in client.list_group_offsets({group: places})[group].items()
            if each.offset >= 0
        }
        starts = client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.EARLIEST))
        ends = client.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    lags = [
        partition_lag(place.partition, starts[place].offset, ends[place].offset, committed.get(place))
        for place in places
    ]
    return GroupLag(
        topic=kafka.posts,
        group=group,
        state=told["group_state"],
        members=len(told["members"]),
        lag=sum(each.lag for each in lags),
        partitions=_with_times(kafka, lags),
    )


def _partitions(client: KafkaAdminClient, topic: str) -> list[TopicPartition]:
    [told] = client.describe_topics([topic])
    error = for_code(told["error_code"])
    if error is UnknownTopicOrPartitionError:
        raise TopicError(f"topic {topic} is missing; turfwatch topics create makes it")
    if told["error_code"]:
        raise error(topic)
    return [TopicPartition(topic, number) for number in sorted(each["partition_index"] for each in told["partitions"])]


def _with_times(kafka: KafkaSection, lags: list[PartitionLag]) -> list[PartitionLag]:
    """Add how long the first record that is not yet taken has been waiting, by its time of coming."""
    wanted = {
        TopicPartition(kafka.posts, each.partition): max(each.start, each.committed or 0) for each in lags if each.lag
    }
    times: dict[int, int] = {}
    if wanted:
        with broker_trouble(kafka):
            times = _first_times(kafka, wanted)
    now = time.time_ns() // 1_000_000
    return [
        msgspec.structs.replace(each, waiting_s=waited(times[each.partition], now)) if each.partition in times else each
        for each in lags
    ]


def _first_times(kafka: KafkaSection, wanted: dict[TopicPartition, int]) -> dict[int, int]:
    """Return the times of the records at these offsets, in milliseconds, by partition."""
    consumer = KafkaConsumer(
        **client_options(kafka),
        bootstrap_timeout_ms=BOOTSTRAP_MS,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    times: dict[int, int] = {}
    deadline = time.monotonic() + _FETCH_DEADLINE_S
    with contextlib.closing(consumer):
        consumer.assign(list(wanted))
        for place, offset in wanted.items():
            consumer.seek(place, offset)
        while len(times) < len(wanted) and time.monotonic() < deadline:
            for place, records in consumer.poll(timeout_ms=500).items():
                times.setdefault(place.partition, records[0].timestamp)
                consumer.pause(place)
    return times
