"""A topic that a broker does not know of for a moment is assigned nevertheless."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.config import load_settings
from pipeline.live.faust_app import App, new_app

SETTINGS, _ = load_settings(environment={})


class Cluster:
    """What a broker tells of topics: how many partitions each has."""

    def __init__(self, told: dict[str, int]) -> None:
        self._told = told

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self._told[topic])) if topic in self._told else None


@pytest.mark.parametrize("told", [{}, {"posts": 4}, {"other": 3}])
def test_all_partitions_are_given_to_somebody(told: dict[str, int]) -> None:
    app: App = new_app(SETTINGS.kafka, "group", 15.0, partitions={"posts": 4})
    assignor: Any = app.assignor
    members = {name: assignor.metadata({"posts"}) for name in ("a", "b", "c")}

    found = assignor.assign(Cluster(told), members)

    given = sorted(number for each in found.values() for _, numbers in each.assignment for number in numbers)
    assert given == [0, 1, 2, 3]
