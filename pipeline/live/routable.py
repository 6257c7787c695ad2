"""Whether a configuration can be routed by at all, looked at before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ConfigError, TopicError
from pipeline.live.admin import admin_client
from pipeline.live.clients import missing_topic

if TYPE_CHECKING:
    from pipeline.config import Settings


def check_routes(settings: Settings) -> None:
    """Raises ConfigError where nothing is to be routed, or where what was sent would come in again."""
    route, kafka = settings.route, settings.kafka
    if not route.topics:
        raise ConfigError("route.topics names no topic to read")
    if not route.rules:
        raise ConfigError("no rule says what goes to which stream: add a table [[route.rules]] to the configuration")
    if own := sorted({kafka.posts, kafka.incidents, kafka.dead_letters}.intersection(route.topics)):
        raise ConfigError(
            f"route.topics: {own[0]!r} is a topic of turfwatch's own: what is sent there would come again"
        )
    if strange := [rule.topic for rule in route.rules if rule.topic not in (None, *route.topics)]:
        raise ConfigError(f"route.rules: the topic {strange[0]!r} is not among route.topics")


def check_topics(settings: Settings) -> dict[str, int]:
    """Return how many partitions each foreign topic has.

    Raises TopicError for a topic that is not there, as none is made by itself; BrokerError.
    """
    kafka = settings.kafka
    with admin_client(kafka) as client:
        there = {each["name"]: len(each["partitions"]) for each in client.describe_topics(client.list_topics())}
    if missing := [name for name in settings.route.topics if name not in there]:
        raise TopicError(f"route.topics: no topic {missing[0]!r} in kafka at {kafka.brokers}")
    if missing := [name for name in (kafka.posts, kafka.dead_letters) if name not in there]:
        raise missing_topic(missing[0], kafka)
    return {name: there[name] for name in settings.route.topics}
