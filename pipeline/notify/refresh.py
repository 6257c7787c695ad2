"""Alerts that end by themselves unless they are told again: those of Alertmanager."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError

from pipeline.incidents.public import decode_event
from pipeline.notify.attempt import LASTS_S, attempt
from pipeline.notify.attempts import OK

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.notify.deliveries import Deliveries
    from pipeline.notify.endpoint import Endpoint
    from pipeline.notify.sender import Sender

EVERY_S: Final = LASTS_S / 3
"""Seconds from one time to the next: two may fail."""

LOOK_S: Final = 10.0
AT_ONCE: Final = 64
"""Alerts in one body."""

log = logging.getLogger(__name__)


async def refresh(
    endpoint: Endpoint, deliveries: Deliveries, sender: Sender, clock: Callable[[], int], every_s: float = EVERY_S
) -> None:
    """Tell an endpoint's open incidents again and again, until cancelled; of several notifiers one does so."""
    while True:
        try:
            if await deliveries.takes_turn("refresh", round(every_s * 1000)):
                await tell_again(endpoint, deliveries, sender, clock)
        except RedisError as error:
            log.warning("endpoint %s: open incidents are not told again for now: %s", endpoint.name, error)
        await asyncio.sleep(min(LOOK_S, every_s / 4))


async def tell_again(endpoint: Endpoint, deliveries: Deliveries, sender: Sender, clock: Callable[[], int]) -> None:
    """Tell an endpoint all open incidents that it was told of."""
    if (await deliveries.standing()).disabled:
        return
    events = [decode_event(raw) for raw in await deliveries.alive()]
    for at in range(0, len(events), AT_ONCE):
        now = clock()
        part = events[at : at + AT_ONCE]
        answer = await attempt(endpoint, sender, part, f"msg_again_{now}_{at}", now, is_again=True)
        if answer.status not in OK:
            why = answer.trouble or f"answered {answer.status}"
            log.warning("endpoint %s: %d open incidents could not be told again: %s", endpoint.name, len(part), why)
