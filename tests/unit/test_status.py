"""A worker's status: what waits, for how long, and when that is ill health."""

from __future__ import annotations

import pytest

from pipeline.live.status import COUNTS, Status
from pipeline.state.store import COUNTS as OF_THE_ENGINE


def test_every_counter_is_there_from_the_start() -> None:
    assert Status(0.0).counts == dict.fromkeys(COUNTS, 0)
    assert set(OF_THE_ENGINE) <= set(COUNTS)


def test_a_counter_that_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Status(0.0).count("post")


def test_a_worker_without_an_answer_of_its_group_is_ill_after_a_while() -> None:
    status = Status(100.0)

    assert status.health(159.0, 0).ok
    assert status.health(160.0, 0).reasons == ["no partitions from the consumer group for 60 s"]
    status.assigned([], 170.0)
    assert status.health(999.0, 0).ok  # a spare: more workers than partitions
    status.revoked(1000.0)
    assert not status.health(1060.0, 0).ok


def test_lag_without_progress_is_ill_health() -> None:
    status = Status(0.0)
    status.assigned([1, 2], 0.0)
    for number in (1, 2):
        status.progress(number, 10, None, 0.0)
        status.ends(number, 30, 1.0)
    status.progress(1, 20, 5_000, 50.0)

    health = status.health(70.0, 9_000)

    assert not health.ok
    assert health.reasons == ["partition 2: 20 records wait, and none was done for 69 s"]
    assert [each.record_lag for each in health.partitions] == [10, 20]
    assert [each.time_lag_s for each in health.partitions] == [4.0, None]


def test_a_record_after_an_idle_hour_is_no_stall() -> None:
    status = Status(0.0)
    status.assigned([1], 0.0)
    status.progress(1, 10, 1_000, 0.0)
    status.ends(1, 10, 3500.0)
    idle = status.health(3600.0, 3_600_000)
    status.ends(1, 11, 3600.0)

    assert (idle.ok, idle.partitions[0].time_lag_s, idle.partitions[0].since_progress_s) == (True, 0.0, 3600.0)
    assert status.health(3659.0, 0).ok
    assert not status.health(3660.0, 0).ok


def test_records_on_a_partition_whose_position_is_not_known_wait_too() -> None:
    status = Status(0.0)
    status.assigned([1], 0.0)
    status.ends(1, 7, 0.0)

    assert status.health(60.0, 0).reasons == ["partition 1: records wait, and none was done for 60 s"]


def test_lost_records_are_told_and_are_no_ill_health() -> None:
    status = Status(0.0)
    status.assigned([1], 0.0)
    status.lost(1, 113_432)
    health = status.health(1.0, 0)

    assert health.ok
    assert health.reasons == ["partition 1: 113432 records were dropped by the topic before they were read"]
    assert (health.partitions[0].lost, health.counts["lost"]) == (113_432, 113_432)


def test_what_is_assigned_to_others_is_forgotten() -> None:
    status = Status(0.0)
    status.assigned([1, 2], 0.0)
    status.progress(2, 5, None, 1.0)
    status.stream("one", 1, 1_700_000_000_000, "t:1:4:1")
    status.stream("two", 2, None, "")
    status.assigned([2], 2.0)
    status.progress(1, 9, None, 3.0)
    health = status.health(4.0, 0)

    assert [(each.partition, each.next_offset) for each in health.partitions] == [(2, 5)]
    assert list(health.streams) == ["two"]
    assert health.streams["two"].watermark is None


def test_a_stream_shows_its_watermark_and_fence() -> None:
    status = Status(0.0)
    status.assigned([1], 0.0)
    status.stream("one", 1, 1_700_000_000_000, "t:1:4:1")
    shown = status.health(1.0, 0).streams["one"]

    assert (shown.partition, shown.watermark, shown.fence) == (1, "2023-11-14T22:13:20.000Z", "t:1:4:1")
