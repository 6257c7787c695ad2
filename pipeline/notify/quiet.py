"""Quiet hours of an endpoint: from when to when nothing is sent, day by day in a time zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec


class Quiet(msgspec.Struct, frozen=True):
    """Hours from ``start`` to before ``end``, over midnight where that is earlier."""

    start: time
    end: time
    zone: str

    def until(self, now: int) -> int:
        """Return when the quiet hours end that a time lies in (both in ms), 0 where it lies in none."""
        here = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(self.zone))
        at = here.time()
        over_midnight = self.end < self.start
        is_quiet = at >= self.start or at < self.end if over_midnight else self.start <= at < self.end
        if not is_quiet:
            return 0
        day = here.date() + timedelta(days=over_midnight and at >= self.start)
        end = datetime.combine(day, self.end, ZoneInfo(self.zone))
        # Where the clocks are put back, an hour comes twice: the end of the first is over already in the second.
        return max(round(end.timestamp() * 1000), now + 1)


def read_quiet(written: str) -> Quiet:
    """Return the hours of their form, such as ``22:00-07:00 Europe/Berlin``, which was looked at before."""
    hours, _, zone = written.partition(" ")
    start, _, end = hours.partition("-")
    return Quiet(time.fromisoformat(start), time.fromisoformat(end), zone or "UTC")
