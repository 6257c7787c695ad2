"""Attempts at one endpoint: claimed, made, settled, one after the other. An endpoint has several lanes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.live.persist import persist
from pipeline.notify.attempt import attempt
from pipeline.notify.attempts import RETURNED, Fate, Outcome, outcome
from pipeline.notify.deliveries import Claimed
from pipeline.notify.delivery import Delivery
from pipeline.notify.formats.alertmanager import keeps_firing

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from pipeline.notify.deliveries import Deliveries
    from pipeline.notify.endpoint import Endpoint
    from pipeline.notify.sender import Sender

LOOK_MS: Final = 1_000
"""How often a lane looks for what somebody else has queued."""

SPARE_MS: Final = 5_000
"""What a claim lasts beyond the endpoint's timeout."""

log = logging.getLogger(__name__)


class Attempt(msgspec.Struct, frozen=True):
    """An attempt that was made: of what, what follows from it, how long it took."""

    delivery: Delivery
    fate: Fate
    seconds: float


class Lane:
    """Makes attempts until it is told to end. ``clock`` gives ms, ``draw`` what is random.

    ``note`` is told what became of each attempt, ``looked`` is called when it has looked at the queue, ``retried`` when
    the server failed.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        deliveries: Deliveries,
        sender: Sender,
        *,
        clock: Callable[[], int],
        draw: Random,
        retry_s: float,
        note: Callable[[Attempt], None],
        looked: Callable[[], None],
        retried: Callable[[], None],
    ) -> None:
        self._endpoint = endpoint
        self._deliveries = deliveries
        self._sender = sender
        self._clock = clock
        self._draw = draw
        self._retry_s = retry_s
        self._note = note
        self._looked = looked
        self._retried = retried
        self._woken = asyncio.Event()
        self._ends = False

    def wake(self) -> None:
        """Look at once: something was queued."""
        self._woken.set()

    def end(self) -> None:
        """Make no more attempts; `run` returns when the one that is made is settled."""
        self._ends = True
        self._woken.set()

    async def run(self) -> None:
        """Make attempts. Raises what the server raises for too long."""
        while not self._ends:
            self._woken.clear()
            found = await persist(self._claim, self._retry_s, self._retried)
            self._looked()
            if isinstance(found, Claimed):
                await self._attempt(found)
                continue
            pause = LOOK_MS if found is None else min(max(found - self._clock(), 1), LOOK_MS)
            if not self._ends:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause / 1000):
                        await self._woken.wait()

    async def _claim(self) -> Claimed | int | None:
        lease_ms = round(self._endpoint.timeout_s * 1000) + SPARE_MS
        return await self._deliveries.claim(self._clock(), lease_ms, round(self._endpoint.spacing_s * 1000))

    async def _attempt(self, claimed: Claimed) -> None:
        found, keep = RETURNED, None
        began = time.perf_counter()
        try:
            found, keep = await self._outcome(claimed)
        finally:
            seconds = time.perf_counter() - began
            # Even where the attempt was broken off: nobody else could make it before the claim runs out.
            settled = persist(lambda: self._settle(claimed, found, keep=keep), self._retry_s, self._retried)
            await asyncio.shield(settled)
            self._note(Attempt(claimed.delivery, found.fate, seconds))

    async def _outcome(self, claimed: Claimed) -> tuple[Outcome, bool | None]:
        """Make an attempt; returns what follows, and whether the event is to be told again and again."""
        delivery = claimed.delivery
        try:
            event = delivery.told
            answer = await attempt(self._endpoint, self._sender, [event], delivery.delivery_id, self._clock())
        except (msgspec.MsgspecError, ValueError, LookupError) as error:
            # What one of our versions cannot read or write must not stand before what comes after it.
            # Its message is not told: it may quote what is secret.
            return Outcome("dead", f"cannot be sent: {type(error).__name__}"), None
        keep = keeps_firing(event) if self._endpoint.form.is_kept_alive else None
        return outcome(answer, claimed.attempt, self._draw), keep

    async def _settle(self, claimed: Claimed, found: Outcome, *, keep: bool | None) -> None:
        result = await self._deliveries.settle(claimed, found, self._clock(), self._draw.random(), keep=keep)
        if result != "stale":
            self._tell(claimed, found, is_back=result == "recovered")

    def _tell(self, claimed: Claimed, found: Outcome, *, is_back: bool) -> None:
        name, delivery = self._endpoint.name, claimed.delivery
        what = f"endpoint {name}: {delivery.event_type} of {delivery.subject}, attempt {claimed.attempt}"
        if found.fate == "again":
            log.warning("%s failed, again in %.0f s: %s", what, found.wait, found.why)
        elif found.fate == "dead":
            log.error("%s failed and is a dead letter, see turfwatch deliveries list: %s", what, found.why)
        elif found.fate == "disabled":
            log.error("endpoint %s is disabled: %s; turfwatch endpoints enable %s goes on", name, found.why, name)
        elif is_back:
            log.info("endpoint %s takes deliveries again", name)
