"""The topics of a real broker: made, checked, put right."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.command import turfwatch
from support.eventually import eventually
from support.kafka import create, live_environment

from pipeline.config import load_settings
from pipeline.errors import BrokerError
from pipeline.live import admin
from pipeline.live.admin import create_missing, inspect_topics
from pipeline.live.topics import differences

BIN = Path(sys.executable).parent


def told(*arguments: str, extra: dict[str, str]) -> tuple[int, list[str], str]:
    done = turfwatch("topics", *arguments, extra=extra)
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def test_topics_are_made_once_and_fit(brokers: str) -> None:
    extra = live_environment(brokers, kafka_partitions=3, kafka_posts_hours=5)
    before = told("check", extra=extra)
    first = told("create", extra=extra)
    kafka = load_settings(environment=extra)[0].kafka
    found = inspect_topics(kafka)
    second = told("create", extra=extra)

    assert before[0] == 2
    assert [line.partition(": ")[2] for line in before[1]] == ["missing; turfwatch topics create makes it"] * 3
    assert first[0] == second[0] == 0
    assert [line.split(": ")[1].split(" ")[0] for line in first[1][:3]] == ["made"] * 3
    assert second[1] == [*(f"{name}: was there" for name in found), "all topics fit the settings"]
    assert [topic.partitions for topic in found.values()] == [3, 3, 3]
    assert len({topic.topic_id for topic in inspect_topics(kafka).values()} | {t.topic_id for t in found.values()}) == 3
    assert found[kafka.posts].configs["retention.ms"] == str(5 * 3_600_000)
    assert create_missing(kafka) == []
    assert told("check", extra=extra) == (0, ["all topics fit the settings"], "")


def test_the_command_that_is_told_puts_a_topic_right(brokers: str) -> None:
    extra = live_environment(brokers)
    kafka = load_settings(environment=extra)[0].kafka
    create(brokers, {kafka.posts: 4, kafka.incidents: 4}, {"cleanup.policy": "compact"})
    create(brokers, {kafka.dead_letters: 2})
    code, lines, _ = told("create", extra=extra)
    commands = [line.partition("; ")[2] for line in lines if " wanted, " in line]
    for line in commands:
        name, *words = line.split()
        done = subprocess.run([BIN / name, *words], capture_output=True, check=False)

        assert done.returncode == 0, done.stderr

    assert code == 2
    assert f"{kafka.posts}: message.timestamp.type LogAppendTime wanted, CreateTime found" in "\n".join(lines)
    assert eventually(lambda: differences(kafka, inspect_topics(kafka)) == [])


def test_what_the_brokers_cannot_give_is_the_users_to_change(brokers: str) -> None:
    code, _, error = told("create", extra=live_environment(brokers, kafka_replication=9))

    assert code == 2
    assert len(error.splitlines()) == 1
    assert "replication factor of 9" in error


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # kafka-python leaves sockets that found nobody
def test_brokers_that_do_not_answer_are_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", logger="kafka")  # a record that is kept keeps the sockets
    monkeypatch.setattr(admin, "BOOTSTRAP_MS", 300)
    settings, _ = load_settings(environment=live_environment("127.0.0.1:1"))

    with pytest.raises(BrokerError, match=r"^kafka at 127\.0\.0\.1:1: [^\n]+$"):
        inspect_topics(settings.kafka)
    gc.collect()

    assert [each.name for each in threading.enumerate() if each.name.startswith("kafka-io-turfwatch")] == []
