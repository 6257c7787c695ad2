"""When an incident's accounts posted, and how often its keyword came from others: what a time line is drawn from."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

MINUTE_MS: Final = 60_000


class Activity(msgspec.Struct, frozen=True, eq=False):
    """Posts of an incident's accounts in the order of event time, and the posts of all others on its keyword.

    ``keyword`` is what was counted, "" for nothing. ``at`` (ms, int64), ``authors`` (author keys as little-endian
    uint64) and ``tagged`` (whether the post has the keyword) have an item a post. ``all_minutes`` (minutes since the
    epoch, int64, ascending) and ``all_posts`` (int64) count the posts of anybody with the keyword. ``since`` and
    ``until`` (ms) bound what was looked at: what lies outside is not known, not absent. Live, an account is known from
    an hour before it was found, and the keyword is counted from ``counted_since`` (ms) on, which is ``since`` but where
    the first texts had none. Of several posts of an account within a pane (`bursts.pane_s`) the first has the keyword.
    ``names`` are account names by author key, where posts told one that is not the id.
    """

    keyword: str
    since: int
    until: int
    at: NDArray[np.int64]
    authors: NDArray[np.uint64]
    tagged: NDArray[np.bool_]
    all_minutes: NDArray[np.int64]
    all_posts: NDArray[np.int64]
    names: dict[int, str] = {}
    counted_since: int = 0

    def __len__(self) -> int:
        """Number of posts of the incident's accounts."""
        return len(self.at)
