"""Where the nodes of a network are drawn: the same place each time, discs that do not overlap. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED: Final = 7

MOST: Final = 400
"""Nodes that may be laid out by springs: from 500 on that would take another library."""

FEW: Final = 6
"""Nodes that stand on a circle."""

_PUSHES: Final = 100
_APART: Final = 1.02
"""How far from touching discs are, as a multiple of their radii: what is left when places are rounded."""

_GOLDEN: Final = math.pi * (3 - math.sqrt(5))


def place(
    count: int, edges: NDArray[np.int64], weights: NDArray[np.float64], radii: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places within the unit square and radii, of discs of which none overlap.

    ``edges`` are rows of two nodes; the heavier, the nearer they come. ``radii`` are relative to each other.
    """
    if not count:
        return np.zeros((0, 2)), radii
    if count <= FEW:
        return fit(*spread(_circle(count), radii))
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(count))
    # Between the root and the logarithm: heavy ties shall draw near, not fall into one.
    pulls = np.sqrt(weights / weights.max()) if len(weights) else weights
    graph.add_weighted_edges_from((a, b, pull) for (a, b), pull in zip(edges.tolist(), pulls.tolist(), strict=True))
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    for part in parts[1:]:  # what is not tied at all would fly away
        graph.add_edge(min(parts[0]), min(part), weight=0.05)
    found = nx.spring_layout(graph, seed=SEED, iterations=100)
    return fit(*spread(np.array([found[node] for node in range(count)]), radii))


def spread(places: NDArray[np.float64], radii: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Push discs apart until none overlap; what pushing does not part in time is moved outwards all together."""
    # The area that discs fill of the square in which they lie.
    extent = max(float(np.ptp(places, axis=0).max()), 1e-3)
    radii = radii * (0.5 * extent / math.sqrt(float((radii**2).sum()) * math.pi))
    needed = (radii[:, None] + radii[None, :]) * _APART
    for _ in range(_PUSHES):
        gaps, lengths = _distances(places)
        lacking = np.maximum(0.0, needed * 1.01 - lengths)
        np.fill_diagonal(lacking, 0.0)
        if not lacking.any():
            break
        places = places + (gaps * (lacking / 2 / lengths)[:, :, None]).sum(axis=1)
    _, lengths = _distances(places)
    return places * max(1.0, float((needed / lengths).max(initial=0.0))), radii


def _distances(places: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the way from each to each other, and its length; to itself it is endless."""
    gaps = places[:, None, :] - places[None, :, :]
    lengths = np.hypot(gaps[:, :, 0], gaps[:, :, 1])
    for a, b in np.argwhere(np.triu(lengths < 1e-9, 1)).tolist():  # two at one place part in some direction
        angle = a + b * _GOLDEN
        gaps[a, b] = math.cos(angle) * 1e-6, math.sin(angle) * 1e-6
        gaps[b, a] = -gaps[a, b]
        lengths[a, b] = lengths[b, a] = 1e-6
    np.fill_diagonal(lengths, np.inf)
    return gaps, lengths


def fit(places: NDArray[np.float64], radii: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places and radii in the unit square, both to the same scale, in its middle."""
    if not len(places):
        return places, radii
    low, high = (places - radii[:, None]).min(axis=0), (places + radii[:, None]).max(axis=0)
    scale = 1 / max(float((high - low).max()), 1e-12)
    return 0.5 + (places - (low + high) / 2) * scale, radii * scale


def inside(centre: NDArray[np.float64], radius: float, count: int) -> NDArray[np.float64]:
    """Return evenly strewn places within a disc, from its middle outwards."""
    at = np.arange(count)
    far = radius * 0.94 * np.sqrt((at + 0.5) / count)
    found: NDArray[np.float64] = centre + np.stack((far * np.cos(at * _GOLDEN), far * np.sin(at * _GOLDEN)), axis=1)
    return found


def _circle(count: int) -> NDArray[np.float64]:
    angles = np.arange(count) * (2 * math.pi / max(1, count)) - math.pi / 2
    return np.stack((np.cos(angles), np.sin(angles)), axis=1)
