"""Silences: what nobody is told of for a while, because somebody said so."""

from __future__ import annotations

import secrets
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pipeline.errors import UserError
from pipeline.incidents.public import DigestEvent, IncidentEvent, subject
from pipeline.notify.filters import severity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redis.asyncio import Redis

    from pipeline.incidents.public import Event

FIELDS: Final = ("incident", "stream", "kind", "severity", "keyword", "platform", "endpoint")
"""What a matcher may ask for."""

MOST: Final = 1_000
"""Silences that are kept."""

MOST_CHARS: Final = 512

KEPT_MS: Final = 30 * 86_400_000
"""How long a silence is listed after its end."""

_KEY: Final = "tw:{silences}:all"


class Matcher(msgspec.Struct, frozen=True):
    """``field`` has a value, in which ``*`` stands for any letters."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


class Silence(msgspec.Struct, frozen=True):
    """From ``start`` to before ``end`` (ms of the clock) nobody is told of what all matchers fit."""

    silence_id: str
    matchers: tuple[Matcher, ...]
    author: str
    reason: str
    start: int
    end: int

    def is_active(self, now: int) -> bool:
        """Whether it holds at a time (ms)."""
        return self.start <= now < self.end


def read_matcher(written: str) -> Matcher:
    """Return the matcher of its form ``field=value``. Raises UserError, which names the fields there are."""
    field, equals, value = written.partition("=")
    field, value = field.strip(), value.strip()
    if not equals or field not in FIELDS:
        raise UserError(f"{written[:60]!r} is no matcher: FIELD=VALUE, where FIELD is one of {', '.join(FIELDS)}")
    if not value or len(value) > MOST_CHARS:
        raise UserError(f"the value of {field} has 1 to {MOST_CHARS} characters")
    return Matcher(field, value)


def silenced(event: Event, endpoint: str, silences: Iterable[Silence], now: int) -> Silence | None:
    """Return a silence that an event falls under at an endpoint, None for none."""
    return next((each for each in silences if each.is_active(now) and _fits(event, endpoint, each.matchers)), None)


def _fits(event: Event, endpoint: str, matchers: Sequence[Matcher]) -> bool:
    """Whether all matchers fit. Compared without regard to case, as keywords are written in any."""
    facts = _facts(event, endpoint)
    return all(
        any(fnmatchcase(value.casefold(), matcher.value.casefold()) for value in facts[matcher.field])
        for matcher in matchers
    )


def _facts(event: Event, endpoint: str) -> dict[str, list[str]]:
    """Return what matchers ask for; of a digest only what all in it have in common."""
    facts: dict[str, list[str]] = {field: [] for field in FIELDS}
    facts |= {"stream": [event.data.stream], "endpoint": [endpoint], "severity": [severity_of(event)]}
    if isinstance(event, DigestEvent):
        return facts
    facts |= {"incident": [subject(event)], "kind": [event.data.kind], "keyword": event.data.keywords}
    if isinstance(event, IncidentEvent):
        facts["platform"] = list(event.data.platforms)
    return facts


class Silences:
    """The silences of all notifiers, in a HASH of Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its stubs allow text replies; ours are bytes

    async def all(self) -> list[Silence]:
        """Return them, the one that ends first first."""
        rows: dict[bytes, bytes] = await self._redis.hgetall(_KEY)
        found = [msgspec.json.decode(row, type=Silence) for row in rows.values()]
        return sorted(found, key=lambda each: (each.end, each.silence_id))

    async def add(self, silence: Silence, now: int) -> None:
        """Keep a silence, and forget those that ended long ago. Raises UserError where there are too many."""
        known = await self.all()
        old = [each.silence_id for each in known if each.end < now - KEPT_MS]
        if old:
            await self._redis.hdel(_KEY, *old)
        if len(known) - len(old) >= MOST:
            raise UserError(f"{MOST:,} silences are kept already: they are forgotten 30 days after their end")
        await self._redis.hset(_KEY, silence.silence_id, msgspec.json.encode(silence))

    async def expire(self, silence_id: str, now: int) -> bool:
        """End a silence now; returns whether it was one that had not ended."""
        row = await self._redis.hget(_KEY, silence_id)
        found = msgspec.json.decode(row, type=Silence) if row else None
        if found is None or found.end <= now:
            return False
        ended = msgspec.structs.replace(found, start=min(found.start, now), end=now)
        await self._redis.hset(_KEY, silence_id, msgspec.json.encode(ended))
        return True


def new_silence_id() -> str:
    """Return an id that no other silence has."""
    return f"sil_{secrets.token_hex(6)}"
