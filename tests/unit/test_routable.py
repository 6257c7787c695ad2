"""A configuration that cannot be routed by says so at once."""

from __future__ import annotations

import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.live.routable import check_routes
from pipeline.sections import RouteRule, RouteSection

ALL = RouteRule(stream="all")


def test_topics_and_rules_are_enough() -> None:
    check_routes(Settings(route=RouteSection(topics=("one", "two"), rules=(ALL, RouteRule(stream="s", topic="two")))))


@pytest.mark.parametrize(
    ("topics", "rule", "reason"),
    [
        ((), ALL, "route.topics names no topic to read"),
        (("one",), None, "no rule says what goes to which stream"),
        (("one", "posts"), ALL, "'posts' is a topic of turfwatch's own"),
        (("dead-letters",), ALL, "'dead-letters' is a topic of turfwatch's own"),
        (("one",), RouteRule(stream="s", topic="two"), "the topic 'two' is not among route.topics"),
    ],
)
def test_what_cannot_work_is_named(topics: tuple[str, ...], rule: RouteRule | None, reason: str) -> None:
    settings = Settings(route=RouteSection(topics=topics, rules=(rule,) if rule else ()))

    with pytest.raises(ConfigError, match=reason):
        check_routes(settings)
