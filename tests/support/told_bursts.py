"""Bursts as they are followed and told, made up."""

from __future__ import annotations

from hashlib import blake2b

from pipeline.bursts.burst import Burst, Companion, FirstPost, Moved
from pipeline.incidents.burst import describe_burst
from pipeline.incidents.public import IncidentEvent

MINUTE = 60_000
T0 = 1_767_258_000_000
"""2026-01-01 09:00."""


def burst(
    keyword: str = "#ferry",
    *,
    begin: int = 60,
    end: int | None = 90,
    significance: float = 12.0,
    companions: tuple[str, ...] = (),
    number: int = 7,
    label: str = "",
    more: int = 0,
    revision: int = 1,
    text: str = "the #ferry sank",
) -> Burst:
    """A burst of four posts by two authors; ``begin`` and ``end`` in minutes after T0; ``revision`` 0: not told."""
    at = T0 + begin * MINUTE
    return Burst(
        burst_id=f"inc_{blake2b(keyword.encode(), digest_size=8).hexdigest()}",
        hash=number,
        keyword=keyword,
        opened_at=at + 2 * MINUTE,
        window=10,
        began=at + 1234,
        last=at + 3 * MINUTE,
        significance=significance,
        ratio=8.00001,
        expected=1.5,
        peak_at=at + 5 * MINUTE,
        posts=4,
        reposts=1,
        author_keys=b"author-1author-2author-1author-1",
        first_posts=[FirstPost(at + 1234, "x", "p1", "a1", text)],
        companions=[Companion(100 + each, name, at + 2 * MINUTE, 9.0) for each, name in enumerate(companions)],
        more=[200 + each for each in range(more)],
        ended_at=None if end is None else T0 + end * MINUTE,
        label=label,
        revision=revision,
    )


def told(of: Burst) -> IncidentEvent:
    """The event of a burst that moved last when it opened or ended."""
    if of.ended_at is None:
        return describe_burst("s", Moved("opened", of.opened_at, of))
    return describe_burst("s", Moved("ended", of.ended_at, of))
