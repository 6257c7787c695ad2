"""What is said of topics that are not as they should be."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.live.topics import FoundTopic, differences, wanted_topics
from pipeline.sections import KafkaSection

SETTINGS = st.builds(
    KafkaSection,
    partitions=st.integers(1, 100),
    replication=st.integers(1, 5),
    posts_hours=st.integers(1, 87_600),
    record_bytes=st.integers(65_536, 10_000_000),
)


def fitting(kafka: KafkaSection) -> dict[str, FoundTopic]:
    return {
        name: FoundTopic("id", wanted.partitions, wanted.replication, dict(wanted.configs))
        for name, wanted in wanted_topics(kafka).items()
    }


@given(SETTINGS)
def test_topics_as_wanted_differ_in_nothing(kafka: KafkaSection) -> None:
    assert differences(kafka, fitting(kafka)) == []


@given(SETTINGS, st.sets(st.sampled_from(["posts", "incidents", "dead-letters"])))
def test_every_missing_topic_is_named_once(kafka: KafkaSection, missing: set[str]) -> None:
    found = {name: topic for name, topic in fitting(kafka).items() if name not in missing}

    assert {line.split(":")[0] for line in differences(kafka, found)} == missing
    assert len(differences(kafka, found)) == len(missing)


@given(SETTINGS, st.sampled_from(["posts", "incidents", "dead-letters"]), st.data())
def test_one_setting_that_differs_is_told_with_its_values_and_a_command(
    kafka: KafkaSection, name: str, data: st.DataObject
) -> None:
    found = fitting(kafka)
    key = data.draw(st.sampled_from(sorted(found[name].configs)))
    wanted = found[name].configs[key]
    found[name].configs[key] = "another"

    command = f"kafka-python admin -b 127.0.0.1:9092 configs alter -r topic -n {name} -c {key}={wanted}"

    assert differences(kafka, found) == [f"{name}: {key} {wanted} wanted, another found; {command}"]


@given(SETTINGS, st.sampled_from(["posts", "incidents", "dead-letters"]), st.integers(1, 100))
def test_partitions_of_keyed_topics_are_never_grown(kafka: KafkaSection, name: str, count: int) -> None:
    found = fitting(kafka)
    found[name] = msgspec.structs.replace(found[name], partitions=count)
    lines = differences(kafka, found)

    assert len(lines) == (count != kafka.partitions)
    assert all(f"{kafka.partitions} partitions wanted, {count} found" in line for line in lines)
    if lines and name == "dead-letters" and count < kafka.partitions:
        assert lines[0].endswith(f"partitions create -p dead-letters:{kafka.partitions}")
    elif lines:
        assert f"set kafka.partitions = {count}" in lines[0]


@given(SETTINGS, st.integers(1, 5))
def test_replication_that_differs_is_told(kafka: KafkaSection, replication: int) -> None:
    found = fitting(kafka)
    found["posts"] = msgspec.structs.replace(found["posts"], replication=replication)

    assert len(differences(kafka, found)) == (replication != kafka.replication)


def test_posts_carry_the_time_of_their_coming_so_that_old_posts_stay() -> None:
    configs = wanted_topics(KafkaSection(posts_hours=2, record_bytes=100_000))["posts"].configs

    assert configs == {
        "cleanup.policy": "delete",
        "retention.ms": "7200000",
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": "100000",
    }


def test_incidents_are_never_compacted() -> None:
    wanted = wanted_topics(KafkaSection())

    assert wanted["incidents"].configs == {"cleanup.policy": "delete", "retention.ms": str(30 * 86_400_000)}
    assert wanted["dead-letters"].configs["retention.ms"] == str(7 * 86_400_000)


def test_a_command_names_every_broker_and_how_it_is_spoken_to() -> None:
    kafka = KafkaSection(brokers="a:1, b:2", security="ssl")
    found = fitting(kafka)
    found["posts"].configs["retention.ms"] = "1"

    assert "kafka-python admin -b a:1 -b b:2 -S SSL configs" in differences(kafka, found)[0]
