"""Times of lines: RFC 3339 with an offset, as whole milliseconds since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from pipeline.errors import LineError

MIN_TIME_MS: Final = 946_684_800_000
"""2000-01-01: nothing was posted before."""

MAX_TIME_MS: Final = 4_102_444_800_000
"""2100-01-01."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def event_time(field: str, text: str) -> int:
    """Return an instant at which something may have been posted. Raises LineError."""
    ms = instant(field, text)
    if not MIN_TIME_MS <= ms < MAX_TIME_MS:
        raise LineError("out-of-range-time", f"{field} {text[:40]!r} is not between 2000 and 2100")
    return ms


def instant(field: str, text: str) -> int:
    """Return whole ms since the epoch of an RFC 3339 time, rounded down. Raises LineError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LineError("bad-time", f"{field} {text[:40]!r} is no RFC 3339 time") from None
    if moment.tzinfo is None:
        raise LineError("naive-time", f"{field} {text[:40]!r} has no offset from UTC, such as Z or +01:00")
    # By subtraction, not by conversion: year 1 with a positive offset has no UTC form.
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
