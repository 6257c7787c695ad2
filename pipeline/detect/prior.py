"""What is known of follower counts before a stream has shown its own: a log-normal over the bins, in thousandths.

Mean 2.3 and standard deviation 0.85 of log10 of the count, from 84,000 sampled accounts. The table is committed because
an error function may differ in its last digit between machines; a test holds it against the formula.
"""

from __future__ import annotations

from typing import Final

WEIGHT: Final = 200
"""Authors that the prior counts as."""

COUNTS: Final[tuple[int, ...]] = (
    *(965, 384, 514, 677, 881, 1130, 1429, 1783, 2193, 2662, 3186, 3761),
    *(4378, 5027, 5693, 6359, 7005, 7611, 8156, 8620, 8985, 9237, 9365, 9365),
    *(9237, 8985, 8620, 8156, 7611, 7005, 6359, 5693, 5027, 4378, 3761, 3186),
    *(2662, 2193, 1783, 1429, 1130, 881, 677, 514, 384, 283, 206, 148),
    *(105, 73, 50, 34, 23, 15, 10, 6, 4, 3, 2, 1),
    *(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    *(0, 0),
)
"""Thousandths of an author in each bin."""
