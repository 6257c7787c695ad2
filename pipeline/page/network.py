"""Who posted the same with whom, as a drawing: accounts, or communities where there are too many. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.page.communities import communities
from pipeline.page.layout import inside, place
from pipeline.page.model import Network, Node
from pipeline.page.ties import Ties, build_ties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.detect.facts import ObjectFacts

MOST_NODES: Final = 300
"""Accounts that are told apart."""

MOST_GROUPS: Final = 120
"""Communities that are told apart; all smaller ones are drawn as one."""

MOST_EDGES: Final = 1500

FILLED: Final = 1.2
"""Share of the square that communities take before they are pushed apart: close together, so that they are large."""

_DIGITS: Final = 4


def build_network(
    objects: Sequence[ObjectFacts], keys: Sequence[bytes], ranks: Sequence[float | None]
) -> tuple[Network, list[int | None]]:
    """Return the network of members, and the community of each, None for who has no edge.

    ``keys`` are the author keys of the members in the order in which accounts are shown, ``ranks`` when each appeared.
    """
    ties = build_ties(objects, keys)
    tied = np.zeros(len(keys), dtype=bool)
    tied[ties.left] = tied[ties.right] = True
    groups, count = _groups(ties, tied)
    many = len(keys) > MOST_NODES
    network = (_of_groups if many else _of_accounts)(ties, groups, count, ranks, int((~tied).sum()))
    numbers = zip(groups.tolist(), tied.tolist(), strict=True)
    return network, [group if has else None for group, has in numbers]


def ranks_of(firsts: Sequence[int | None], first: int, last: int) -> list[float | None]:
    """Return when accounts first appeared as a share of the time from ``first`` to ``last`` (ms)."""
    span = max(1, last - first)
    return [None if at is None else round(min(1.0, max(0.0, (at - first) / span)), 3) for at in firsts]


def _groups(ties: Ties, tied: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Return the community of each account, and how many there are; those without an edge stand behind them."""
    groups = np.full(ties.accounts, -1, dtype=np.int64)
    groups[tied] = communities(ties.matrix()[np.ix_(tied, tied)])
    groups = np.minimum(groups, MOST_GROUPS - 1)
    count = int(groups.max(initial=-1)) + 1
    groups[~tied] = count
    return groups, count


def _of_accounts(
    ties: Ties, groups: NDArray[np.int64], count: int, ranks: Sequence[float | None], alone: int
) -> Network:
    drawn = heaviest(ties)
    edges = np.stack((ties.left, ties.right), axis=1)
    places, _ = place(len(groups), edges[drawn], ties.weight[drawn] / 1000, np.ones(len(groups)))
    rows = zip(places.round(_DIGITS).tolist(), groups.tolist(), ranks, strict=True)
    return Network(
        nodes=[Node(x, y, rank, 1, group, account) for account, ((x, y), group, rank) in enumerate(rows)],
        edges=_edges(ties, drawn),
        grouped=False,
        groups=count,
        left_out=len(ties) - len(drawn),
        alone=alone,
    )


def _of_groups(ties: Ties, groups: NDArray[np.int64], count: int, ranks: Sequence[float | None], alone: int) -> Network:
    sizes = np.bincount(groups)
    between = _between(ties, groups, len(sizes))
    drawn = heaviest(between)
    edges = np.stack((between.left, between.right), axis=1)
    # Of two large communities each has more ties to the other: what counts is how many of those that could be are.
    pulls = between.weight / np.maximum(1, sizes[between.left] * sizes[between.right])
    places, radii = place(len(sizes), edges[drawn], pulls[drawn], np.sqrt(sizes), FILLED)
    nodes, dots = [], []
    for group, size in enumerate(sizes.tolist()):
        theirs = np.flatnonzero(groups == group).tolist()
        spots = inside(places[group], float(radii[group]), size).round(_DIGITS).tolist()
        dots += [(account, x, y, ranks[account]) for account, (x, y) in zip(theirs, spots, strict=True)]
        known = [rank for account in theirs if (rank := ranks[account]) is not None]
        x, y = places[group].round(_DIGITS).tolist()
        nodes.append(Node(x, y, round(float(np.median(known)), 3) if known else None, size, group))
    return Network(
        nodes=nodes,
        edges=_edges(between, drawn),
        grouped=True,
        groups=count,
        left_out=len(between) - len(drawn),
        alone=alone,
        members_at=sorted(dots, key=lambda dot: dot[0]),
    )


def _between(ties: Ties, groups: NDArray[np.int64], count: int) -> Ties:
    """Return the ties of communities to each other: the sums of those of their accounts."""
    left, right = groups[ties.left], groups[ties.right]
    pairs = np.minimum(left, right) * count + np.maximum(left, right)
    pairs, weights, shared = (each[left != right] for each in (pairs, ties.weight, ties.shared))
    kinds, numbers = np.unique(pairs, return_inverse=True)
    weight, both = (
        np.bincount(numbers, weights=each, minlength=len(kinds)).astype(np.int64) for each in (weights, shared)
    )
    left, right = kinds // count, kinds % count
    order = np.lexsort((right, left, -both, -weight))
    return Ties(count, left[order], right[order], weight[order], both[order])


def heaviest(ties: Ties) -> NDArray[np.int64]:
    """Return the ties that are drawn, by their places: the heaviest, and of each account its heaviest."""
    ends = np.stack((ties.left, ties.right), axis=1).ravel()
    _, first = np.unique(ends, return_index=True)
    own = np.unique(first // 2)
    others = np.setdiff1d(np.arange(min(len(ties), MOST_EDGES)), own, assume_unique=True)
    return np.sort(np.concatenate((own, others[: max(0, MOST_EDGES - len(own))])))


def _edges(ties: Ties, drawn: NDArray[np.int64]) -> list[tuple[int, int, float, int]]:
    columns = (ties.left, ties.right, ties.weight / 1000, ties.shared)
    return list(zip(*(column[drawn].tolist() for column in columns), strict=True))
