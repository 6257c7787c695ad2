"""At which hours members post, and how long each waits from one post to the next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.page.model import Rhythm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.page.activity import Activity

GAP_BOUNDS: Final = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)
"""Upper bounds of the bins of gaps, in seconds."""

_HOUR_MS: Final = 3_600_000


def build_rhythm(activity: Activity, members: NDArray[np.uint64]) -> Rhythm:
    """Return the rhythm of members, given by their author keys."""
    theirs = np.isin(activity.authors, members)
    at, authors = activity.at[theirs], activity.authors[theirs]
    order = np.lexsort((at, authors))
    at, authors = at[order], authors[order]
    gaps = np.diff(at)[authors[1:] == authors[:-1]] / 1000
    bins = np.searchsorted(np.array(GAP_BOUNDS), gaps, side="left")
    return Rhythm(
        hours=np.bincount(at // _HOUR_MS % 24, minlength=24).tolist(),
        gap_bounds=list(GAP_BOUNDS),
        gaps=np.bincount(bins, minlength=len(GAP_BOUNDS) + 1).tolist(),
    )
