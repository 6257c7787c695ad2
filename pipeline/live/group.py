"""Where a consumer group stands, and how it is made to begin elsewhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from faust.types import TP

    from pipeline.live.log_view import LogView

    Offsets = dict[int, int]
    Begin = Callable[[dict[int, tuple[int, int]], dict[int, int | None]], Awaitable[Offsets]]

log = logging.getLogger(__name__)


async def take_over(
    app: Any,
    topic: str,
    view: LogView,
    begin: Begin,
    persist: Callable[[Callable[[], Awaitable[Offsets]]], Awaitable[Offsets]],
) -> Offsets:
    """Take over the partitions of a topic that are assigned to an app; returns where each is read from.

    ``begin`` says where from, told what each partition holds and where the group stands; ``persist`` has it done again
    until it succeeds.
    """
    mine = assigned(app, topic)
    stands = await committed(app, mine)

    async def attempt() -> Offsets:
        return await begin(await view.ranges(sorted(place.partition for place in mine)), stands)

    wanted = await persist(attempt)
    await begin_at(app, mine, stands, wanted)
    log.info("partitions %s", ", ".join(f"{number} from {offset}" for number, offset in sorted(wanted.items())))
    return wanted


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
