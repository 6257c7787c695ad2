"""Posts over time: by members, by joiners, and by everybody else on the keyword. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.page.activity import MINUTE_MS
from pipeline.page.model import Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.page.activity import Activity


def build_timeline(
    activity: Activity,
    members: NDArray[np.uint64],
    joiners: NDArray[np.uint64],
    first: int | None = None,
) -> Timeline | None:
    """Return the time line of accounts, given by their author keys; None where nobody posted.

    ``first`` is the first post of the incident (ms), if it is known: what was recorded may begin later.
    """
    at = activity.at // MINUTE_MS
    is_member = np.isin(activity.authors, members)
    is_joiner = np.isin(activity.authors, joiners) & ~is_member
    minutes = np.unique(np.concatenate((at[is_member | is_joiner], activity.all_minutes)))
    if not len(minutes):
        return None
    of_members, of_joiners = (_counts(minutes, at[theirs]) for theirs in (is_member, is_joiner))
    on_keyword = np.zeros(len(minutes), dtype=np.int64)
    np.add.at(on_keyword, minutes.searchsorted(activity.all_minutes), activity.all_posts)
    # What anybody posted and what accounts did may be counted by two hands: then neither is ahead of the other.
    others = np.maximum(0, on_keyword - _counts(minutes, at[(is_member | is_joiner) & activity.tagged]))
    begin = int(minutes[0])
    columns = (minutes - begin, of_members, of_joiners, others)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    return Timeline(
        keyword=activity.keyword,
        begin=begin * MINUTE_MS,
        minutes=int(minutes[-1]) - begin + 1,
        rows=[row for row in rows if any(row[1:])],
        since=activity.since if first is not None and activity.since > first else None,
    )


def _counts(minutes: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many of some posts are in each minute."""
    return np.bincount(minutes.searchsorted(at), minlength=len(minutes))
