"""The deliveries of one endpoint in Redis: what waits, in which order, since when, and what could not be delivered.

Keys, all with the hash tag ``{deliveries:<endpoint>}``:

    notified:<subject>  STRING the revision that was queued last, and whether anything was; it lives 40 days
    waiting:<subject>   LIST of deliveries (pipeline/notify/delivery.py) in the order of the events
    due                 ZSET subject -> when its first delivery is due (ms)
    claimed             ZSET subject -> until when whoever attempts its first delivery has it (ms)
    tries               HASH subject -> failed attempts of its first delivery
    ages                ZSET id of a delivery -> since when it waits (ms)
    state               HASH counts, failures in a row, when attempts may go on, why it is disabled
    dead, dead:order    HASH id -> dead letter (MessagePack); ZSET id -> since when (ms)
    alive               HASH subject -> event (JSON) that has to be told again and again

A subject is an incident or a digest. Nothing in them is secret: bodies are made, signed and addressed at the attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgpack
import msgspec

from pipeline.notify.delivery import Delivery, pack_delivery, unpack_delivery
from pipeline.state.script import Script

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from pipeline.notify.attempts import Outcome
    from pipeline.notify.filters import Wanted
    from pipeline.timing import Timings

NOTIFIED_MS: Final = 40 * 86_400_000
"""How long the last revision is remembered: longer than the topic of the incidents keeps an event."""

FAILURES: Final = 5
"""Failures in a row from which an endpoint is only probed, one attempt at a time."""

PAUSE_MS: Final = 5_000
"""Pause before the first probe; each that fails doubles it."""

LONGEST_PAUSE_MS: Final = 300_000

PROBE_MS: Final = 35_000
"""How long nobody else probes: longer than an attempt may take."""

BROUGHT_FORWARD: Final = 5_000
"""Incidents whose failed deliveries are tried at once when an endpoint is back; more wait for their time."""

_NAMES: Final = ("due", "claimed", "tries", "ages", "state", "dead", "dead:order", "alive")

Queued = Literal["queued", "replaced", "known", "unwanted", "disabled", "full"]


class Claimed(msgspec.Struct, frozen=True):
    """A delivery to be attempted; ``attempt`` counts from 1, ``until`` is when the claim runs out (ms)."""

    delivery: Delivery
    attempt: int
    until: int


class DeadLetter(msgspec.Struct, frozen=True):
    """A delivery that is not attempted any more, why, since when (ms), and after how many attempts."""

    delivery: Delivery
    why: str
    at: int
    attempts: int


class Standing(msgspec.Struct, frozen=True):
    """How an endpoint stands. Times in ms, None for none; ``trouble``: why the last attempt failed.

    ``missed``: events that came while it was disabled.
    """

    waiting: int
    oldest: int | None
    delivered: int
    dead: int
    failures: int
    trouble: str
    closed_until: int | None
    disabled: str
    missed: int


class Deliveries:
    """The queue of an endpoint. ``now`` is the clock's time in ms throughout; ``calls`` is told what scripts take."""

    def __init__(
        self, redis: Redis, endpoint: str, *, most_waiting: int, most_dead: int, calls: Timings | None = None
    ) -> None:
        self.endpoint = endpoint
        self._redis: Any = redis  # its stubs allow text replies; ours are bytes
        self._prefix = f"tw:{{deliveries:{endpoint}}}"
        self._keys = {name: f"{self._prefix}:{name}" for name in _NAMES}
        self._most_waiting = most_waiting
        self._most_dead = most_dead
        self._enqueue, self._claim, self._settle, self._resend = (
            Script(redis, (name,), "pipeline.notify", calls) for name in ("enqueue", "claim", "settle", "resend")
        )

    async def enqueue(self, delivery: Delivery, revision: int, wanted: Wanted, now: int) -> Queued:
        """Queue a delivery unless its incident's revision was seen before; what is not wanted is remembered as seen."""
        raw = b"" if wanted == "no" else pack_delivery(delivery)
        keys = [
            *(self._key("notified", delivery.subject), self._key("waiting", delivery.subject)),
            *self._of("due", "claimed", "ages", "state", "dead", "dead:order"),
        ]
        args = [
            *(delivery.subject, revision, raw, delivery.delivery_id, delivery.not_before, now),
            *(wanted, NOTIFIED_MS, self._most_waiting, self._most_dead),
        ]
        reply: bytes = await self._enqueue(keys, args)
        queued: Queued = msgspec.convert(reply.decode(), Queued)
        return queued

    async def claim(self, now: int, lease_ms: int, spacing_ms: int) -> Claimed | int | None:
        """Claim what is due first; where nothing is, return when something will be (ms), None where nothing waits.

        Whoever claims it has it for ``lease_ms``; attempts are at least ``spacing_ms`` apart.
        """
        keys = self._of("due", "claimed", "tries", "state")
        args = [now, now + lease_ms, spacing_ms, FAILURES, now + PROBE_MS]
        kind, *rest = await self._claim(keys, args)
        if kind != b"claimed":
            return int(rest[0]) if kind == b"wait" else None
        subject, tries = rest
        raw = await self._redis.lindex(self._key("waiting", subject.decode()), 0)
        if raw is None:  # somebody else's attempt outlived its claim and was settled meanwhile
            await self._redis.zrem(self._keys["claimed"], subject)
            return now
        return Claimed(unpack_delivery(raw), int(tries) + 1, now + lease_ms)

    async def settle(self, claimed: Claimed, outcome: Outcome, now: int, jitter: float, *, keep: bool | None) -> str:
        """Note what became of an attempt; returns settled, recovered, or stale where the claim has run out.

        ``jitter``, between 0 and 1, shortens the pause of an endpoint that fails. ``keep``: whether the event has to be
        told again and again from now on, or must not be any more; None for neither.
        """
        again = now + round(outcome.wait * 1000)
        left_alone = now + round(outcome.asked * 1000) if outcome.asked else 0
        delivery = claimed.delivery
        keys = [
            self._key("waiting", delivery.subject),
            *self._of("due", "claimed", "tries", "ages", "state", "dead", "dead:order", "alive"),
        ]
        args = [
            *(delivery.subject, delivery.delivery_id, outcome.fate, again, outcome.why, now, self._most_dead),
            *(left_alone, FAILURES, round(PAUSE_MS * (1 - jitter / 2)), LONGEST_PAUSE_MS),
            *(
                {None: "", True: "keep", False: "drop"}[keep],
                delivery.event if keep else b"",
                BROUGHT_FORWARD,
                claimed.until,
            ),
        ]
        reply: bytes = await self._settle(keys, args)
        return reply.decode()

    async def standing(self) -> Standing:
        """Return how the endpoint stands."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zcard(self._keys["ages"])
            pipe.zrange(self._keys["ages"], 0, 0, withscores=True)
            pipe.zcard(self._keys["dead:order"])
            pipe.hgetall(self._keys["state"])
            waiting, oldest, dead, rows = await pipe.execute()
        state = {name.decode(): value.decode(errors="replace") for name, value in rows.items()}
        return Standing(
            waiting=waiting,
            oldest=int(oldest[0][1]) if oldest else None,
            delivered=int(state.get("delivered", 0)),
            dead=dead,
            failures=int(state.get("failures", 0)),
            trouble=state.get("trouble", ""),
            closed_until=int(state["closed_until"]) if "closed_until" in state else None,
            disabled=state.get("disabled", ""),
            missed=int(state.get("missed", 0)),
        )

    async def enable(self) -> bool:
        """Attempt again what waits for an endpoint that was disabled; returns whether it was."""
        was = bool(await self._redis.hdel(self._keys["state"], "disabled", "disabled_at"))
        await self._redis.hdel(self._keys["state"], "failures", "closed_until", "trouble")
        return was

    async def dead_letters(self, most: int) -> list[DeadLetter]:
        """Return the last dead letters, the latest first."""
        names = await self._redis.zrange(self._keys["dead:order"], 0, most - 1, desc=True)
        rows = await self._redis.hmget(self._keys["dead"], names) if names else []
        return [_letter(row) for row in rows if row is not None]

    async def dead_letter(self, delivery_id: str) -> DeadLetter | None:
        """Return the dead letter of an id."""
        row = await self._redis.hget(self._keys["dead"], delivery_id)
        return None if row is None else _letter(row)

    async def resend(self, letter: DeadLetter, now: int) -> bool:
        """Queue a dead letter again, with its id; returns whether it still was one."""
        subject = letter.delivery.subject
        keys = [*self._of("dead", "dead:order"), self._key("waiting", subject), *self._of("due", "claimed", "ages")]
        return bool(await self._resend(keys, [letter.delivery.delivery_id, subject, now]))

    async def alive(self) -> list[bytes]:
        """Return the events that have to be told again and again, in the order of their subjects."""
        rows: dict[bytes, bytes] = await self._redis.hgetall(self._keys["alive"])
        return [rows[subject] for subject in sorted(rows)]

    async def takes_turn(self, turn: str, lasts_ms: int) -> bool:
        """Whether this caller is the one to do something that is done once in a while."""
        return bool(await self._redis.set(f"{self._prefix}:turn:{turn}", "1", px=lasts_ms, nx=True))

    def _key(self, name: str, subject: str) -> str:
        return f"{self._prefix}:{name}:{subject}"

    def _of(self, *names: str) -> list[str]:
        return [self._keys[name] for name in names]


def _letter(raw: bytes) -> DeadLetter:
    _, why, at, attempts, delivery = msgpack.unpackb(raw, raw=True)
    return DeadLetter(unpack_delivery(delivery), why.decode(errors="replace"), at, attempts)
