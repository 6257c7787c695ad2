"""Weight of one co-action, as integers, so that every server adds the same.

A pair that meets in a small object says more than one that meets in a large one:
``w(n) = 1 / (1 + log2(max(1, n / 8)))`` for a newcomer to an object of ``n`` authors, in thousandths.
The table is committed because a logarithm may differ in its last digit between machines.
"""

from __future__ import annotations

from typing import Final

PAIR_WEIGHTS: Final[tuple[int, ...]] = (
    *([1000] * 8),
    *(855, 756, 685, 631, 588, 553, 524, 500, 479, 461, 445, 431, 418, 407, 396, 387, 378, 370, 363, 356),
    *(350, 344, 339, 333, 328, 324, 320, 315, 312, 308, 304, 301, 298, 295, 292, 289, 286, 284, 281, 279),
    *(277, 274, 272, 270, 268, 266, 264, 263, 261, 259, 258, 256, 254, 253, 251, 250, 249, 247, 246, 245),
    *(243, 242, 241, 240, 239, 238, 236, 235, 234, 233, 232, 231, 230, 229, 229, 228, 227, 226, 225, 224),
    *(223, 223, 222, 221, 220, 220, 219, 218, 217, 217, 216, 215, 215, 214, 213, 213, 212, 212, 211, 210),
    *(210, 209, 209, 208, 207, 207, 206, 206, 205, 205, 204, 204, 203, 203, 202, 202, 201, 201, 200, 200),
)
"""Thousandths for a newcomer to an object of 1, 2, ... 128 authors."""

LINK_FACTOR: Final = 340
"""Thousandths of the weight kept where 90 % of the cluster's posts carry a link: headlines are shared by strangers."""

REPOST_FACTOR: Final = 500
"""Thousandths of the weight kept for reposts: a repost takes one click."""

KIND_FACTORS: Final[tuple[int, ...]] = (1000, 500, 500, 340, 0, 0, 0)
"""Thousandths of the weight kept by the kind of trace, in the order of `pipeline.text.traces.Kind`.

A repost and a reply take one click, a link is shared by strangers: the starting values of the factors above.
Tags and reposted authors tie no pairs.
"""
