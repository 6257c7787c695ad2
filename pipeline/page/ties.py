"""Who posted the same with whom, as a matrix: weights as the search for networks adds them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.detect.weights import KIND_FACTORS, LINK_FACTOR, PAIR_WEIGHTS, REPOST_FACTOR
from pipeline.text.traces import SEARCHED, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.detect.facts import ObjectFacts

SEARCHED_FACTOR: Final = 100
"""Thousandths of the weight of tags and reposted authors: they tie nobody, but for who was found by nothing else."""

_SHARED_BITS: Final = 11
"""Bits of a cell that count shared objects, of which a network has 1,024 at most; the weight stands above them."""

_SHARED: Final = np.uint32((1 << _SHARED_BITS) - 1)
_MOST_OBJECTS: Final = 1024


class Ties(msgspec.Struct, frozen=True, eq=False):
    """Pairs of accounts, by their places, ``left`` before ``right``, the heaviest first.

    ``weight`` is in thousandths; ``shared`` counts the objects that both are authors of.
    """

    accounts: int
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    weight: NDArray[np.int64]
    shared: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.left)

    def matrix(self) -> NDArray[np.float32]:
        """Return the weights as a symmetric matrix."""
        found = np.zeros((self.accounts, self.accounts), dtype=np.float32)
        found[self.left, self.right] = self.weight
        found[self.right, self.left] = self.weight
        return found


def build_ties(objects: Sequence[ObjectFacts], keys: Sequence[bytes]) -> Ties:
    """Return the ties of accounts, given by their author keys.

    Where what ties pairs leaves most of them alone, as in a ring that reposts one author, the tags and authors at which
    they were found tie them, too.
    """
    tying = [each for each in objects if each.kind not in SEARCHED]
    ties = _ties(tying, keys)
    if 2 * len(np.union1d(ties.left, ties.right)) < len(keys):
        ties = _ties(objects, keys)
    return ties


def _ties(objects: Iterable[ObjectFacts], keys: Sequence[bytes]) -> Ties:
    count = len(keys)
    places = {key: place for place, key in enumerate(keys)}
    cells = np.zeros((count, count), dtype=np.uint32)
    steps = np.array(PAIR_WEIGHTS, dtype=np.int64)
    for each in list(objects)[-_MOST_OBJECTS:]:
        known = [(places[key], at) for at, key in enumerate(each.keys[: len(steps) + 1]) if key in places]
        if len(known) < 2:
            continue
        who, at = np.array(known).T
        # Who comes to an object of n authors is tied to them with the weight of n; who came first is tied by others.
        newcomer = np.maximum.outer(at, at)
        weights = steps[np.maximum(newcomer - 1, 0)] * factor(each) // 1000
        np.fill_diagonal(weights, 0)
        cells[np.ix_(who, who)] += np.where(weights > 0, (weights << _SHARED_BITS) + 1, 0).astype(np.uint32)
    left, right = np.nonzero(np.triu(cells, 1))
    packed = cells[left, right]
    weight, shared = (packed >> _SHARED_BITS).astype(np.int64), (packed & _SHARED).astype(np.int64)
    order = np.lexsort((right, left, -shared, -weight))
    return Ties(count, left[order], right[order], weight[order], shared[order])


def factor(each: ObjectFacts) -> int:
    """Return the thousandths of the weight that are kept at an object, as the script keeps them."""
    if each.kind in SEARCHED:
        return SEARCHED_FACTOR
    if each.kind != Kind.TEXT:
        return KIND_FACTORS[each.kind]
    kept = LINK_FACTOR if each.links >= 0.9 * each.posts else 1000
    # Which posts are reposts is not kept, but how many: most of them decide.
    return kept * REPOST_FACTOR // 1000 if 2 * each.reposts >= each.posts else kept
