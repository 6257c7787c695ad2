"""Where a consumer group stands, and how it is made to begin elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faust.types import TP


def assigned(app: Any, topic: str) -> set[TP]:
    """Return the partitions of a topic that are assigned to an app."""
    return {place for place in app.consumer.assignment() if place.topic == topic}


async def committed(app: Any, places: set[TP]) -> dict[int, int | None]:
    """Return the offsets of the group, None where it has none."""
    thread = app.consumer._thread  # noqa: SLF001 - the consumer lives in a thread of its own, and asks nobody else
    return {
        place.partition: await thread.call_thread(thread._consumer.committed, place)  # noqa: SLF001
        for place in sorted(places)
    }


async def begin_at(app: Any, places: set[TP], stands: Mapping[int, int | None], wanted: Mapping[int, int]) -> None:
    """Let reading begin at the offsets wanted: where the group stands is where it begins."""
    moved = {place: wanted[place.partition] for place in places if stands[place.partition] != wanted[place.partition]}
    if moved:
        await app.consumer._commit(moved)  # noqa: SLF001 - the public one commits what was acknowledged
