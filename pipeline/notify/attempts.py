"""What follows from an attempt to deliver: done, again later, never, or never anything any more. Pure.

The delays are the schedule that Standard Webhooks recommends, about 75 hours in ten attempts; each is drawn between
half of it and the whole, so that endpoints that failed together are not tried together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from random import Random

DELAYS_S: Final = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds from each attempt to the next, the first is made at once."""

LONGEST_WAIT_S: Final = 86_400
"""Seconds that an endpoint may ask us to wait, at most."""

OK: Final = range(200, 300)
GONE: Final = 410
WORTH_AGAIN: Final = frozenset((408, 425, 429))
"""Answers of the 400s that another attempt may change."""

Fate = Literal["delivered", "again", "dead", "disabled", "returned"]


class Answer(msgspec.Struct, frozen=True):
    """How an attempt went: HTTP status, 0 where there was none, then with ``trouble`` in a few words.

    ``retry_after``: seconds that the endpoint asks to wait. ``refused``: nobody may connect there.
    """

    status: int = 0
    trouble: str = ""
    retry_after: float | None = None
    refused: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What is to become of a delivery; ``wait`` seconds until it is tried again.

    ``asked``: seconds for which the endpoint asks to be left alone, 0 where it does not.
    """

    fate: Fate
    why: str = ""
    wait: float = 0.0
    asked: float = 0.0


RETURNED: Final = Outcome("returned")
"""An attempt that was broken off by ourselves: it does not count."""


def outcome(answer: Answer, attempt: int, draw: Random) -> Outcome:
    """Return what follows from an attempt, the first is 1. A redirect is a failure: nobody follows it."""
    if answer.status in OK:
        return Outcome("delivered")
    why = answer.trouble or f"answered {answer.status}"
    if answer.status == GONE:
        return Outcome("disabled", why)
    if answer.refused or (400 <= answer.status < 500 and answer.status not in WORTH_AGAIN):
        return Outcome("dead", why)
    if attempt > len(DELAYS_S):
        return Outcome("dead", f"{why} at the last of {attempt} attempts")
    wait = DELAYS_S[attempt - 1] * draw.uniform(0.5, 1.0)
    asked = min(answer.retry_after or 0.0, LONGEST_WAIT_S)
    return Outcome("again", why, max(wait, asked), asked)
