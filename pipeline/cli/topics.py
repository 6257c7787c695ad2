"""``turfwatch topics``: the topics in Kafka, made and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.live.topics import differences, wanted_topics
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.cli.session import Loaded


@click.group()
def topics() -> None:
    """Make and check the topics in Kafka."""


@topics.command()
@click.pass_obj
def create(loaded: Loaded) -> int:
    """Make the topics that are missing; those that are there stay as they are."""
    from pipeline.live.admin import create_missing  # noqa: PLC0415 - Kafka's client is slow to import

    kafka = loaded[0].kafka
    made = create_missing(kafka)
    for name, wanted in wanted_topics(kafka).items():
        told = ", ".join(f"{key} {value}" for key, value in wanted.configs.items())
        shape = f"{wanted.partitions} partitions, replication {wanted.replication}, {told}"
        click.echo(f"{name}: made with {shape}" if name in made else f"{name}: was there")
    return _told(loaded)


@topics.command()
@click.pass_obj
def check(loaded: Loaded) -> int:
    """Say what is missing or differs from the settings, and what puts it right; exit code 2 then."""
    return _told(loaded)


def _told(loaded: Loaded) -> int:
    from pipeline.live.admin import inspect_topics  # noqa: PLC0415 - Kafka's client is slow to import

    kafka = loaded[0].kafka
    lines = differences(kafka, inspect_topics(kafka))
    for line in lines or ["all topics fit the settings"]:
        click.echo(safe(line))
    return 2 if lines else 0
