"""Time for a silent stream, so that its incidents resolve and a replay sees the same. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.incidents.public import rfc3339
from pipeline.live.outlet import Outgoing
from pipeline.post import Tick, encode_line

if TYPE_CHECKING:
    from pipeline.live.lane import Lane


def tick_for(topic: str, lane: Lane, now: float) -> Outgoing:
    """Return the record of a tick; ``now`` is monotonic time in seconds.

    Its event time goes on from the watermark as fast as the clock, so also for posts of long ago that somebody replays
    into the topic.
    """
    at = lane.watermark + round(1000 * (now - lane.last_line_at))
    return Outgoing(topic, lane.stream.encode(), encode_line(Tick(created_at=rfc3339(at), at=at)))
