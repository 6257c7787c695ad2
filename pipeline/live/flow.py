"""A simulated stream as it happens: each line is sent when its event time comes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from pipeline.live.outlet import Outgoing
from pipeline.live.records import REPLAYED
from pipeline.post import encode_line

if TYPE_CHECKING:
    from pipeline.live.outlet import Outlet
    from pipeline.simulate.endless import Endless

STEP_S: Final = 0.1
"""Seconds between two looks at the clock: so late is a post at most."""


async def flow(out: Outlet, topic: str, stream: str, source: Endless) -> None:
    """Send what happens in a simulated stream until cancelled. Raises BrokerError where the brokers take no more.

    The records say that they are replayed, so that nobody is alarmed by what is invented.
    """
    key, headers = stream.encode(), [(REPLAYED, b"1")]
    while True:
        lines = source.until(time.time_ns() // 1_000_000)
        await out.write([Outgoing(topic, key, encode_line(line), headers) for line in lines])
        await asyncio.sleep(STEP_S)
