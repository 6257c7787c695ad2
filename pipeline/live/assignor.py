"""Who reads what: Faust's assignment, which forgets no topic that a broker does not know of for a moment.

A broker that has just come up may leave a topic out of what it tells. Faust then gives its partitions to nobody, and as
nothing changes after that, nobody ever reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faust.assignor.partition_assignor import PartitionAssignor

if TYPE_CHECKING:
    from collections.abc import Mapping


class Assignor(PartitionAssignor):
    """Faust's own, over the partitions that the app knows of where the brokers tell of none."""

    def assign(self, cluster: Any, member_metadata: Any) -> Any:
        """Return the assignment of each member."""
        known = getattr(self.app, "partitions", {})
        return super().assign(_Remembered(cluster, known), member_metadata)


class _Remembered:
    """A cluster as the brokers tell of it, with the number of partitions of topics that they left out."""

    def __init__(self, cluster: Any, known: Mapping[str, int]) -> None:
        self._cluster = cluster
        self._known = known

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        """Return the partitions of a topic; None where nobody knows of it."""
        told: set[int] | None = self._cluster.partitions_for_topic(topic)
        return told or (set(range(self._known[topic])) if topic in self._known else None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cluster, name)
