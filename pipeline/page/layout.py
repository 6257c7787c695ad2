"""Where the nodes of a network are drawn: the same place each time, discs that do not overlap. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED: Final = 7
"""Springs begin at random places, the same each time. From 500 nodes on they would take another library."""

FEW: Final = 6
"""Nodes that stand on a circle."""

_PUSHES: Final = 50
_APART: Final = 1.02
"""How far from touching discs are, as a multiple of their radii: what is left when places are rounded."""

_GOLDEN: Final = math.pi * (3 - math.sqrt(5))


def place(
    count: int,
    edges: NDArray[np.int64],
    weights: NDArray[np.float64],
    radii: NDArray[np.float64],
    filled: float = 0.25,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places within the unit square and radii, of discs of which none overlap.

    ``edges`` are rows of two nodes; the heavier, the nearer they come. Nodes without any stand around the others.
    ``radii`` are relative to each other; ``filled`` is the share of their square that discs take before they part.
    """
    tied = np.unique(edges)
    if not count:
        return np.zeros((0, 2)), radii
    if count <= FEW:
        return fit(*spread(_circle(count), radii, filled))
    if not len(tied):
        return fit(*spread(inside(np.zeros(2), 1.0, count), radii, filled))
    places = np.zeros((count, 2))
    places[tied], scaled = spread(_springs(tied, edges, weights), radii[tied], filled)
    radii = radii * (scaled[0] / radii[tied[0]])
    alone = np.setdiff1d(np.arange(count), tied)
    if len(alone):
        centre = (places[tied].min(axis=0) + places[tied].max(axis=0)) / 2
        reach = float((np.hypot(*(places[tied] - centre).T) + radii[tied]).max())
        places[alone] = centre + _around(len(alone), reach, float(radii[alone].max()))
    return fit(places, radii)


def _springs(tied: NDArray[np.int64], edges: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(tied.tolist())
    # By the root: heavy ties shall draw near, not fall into one.
    pulls = np.sqrt(weights / weights.max())
    graph.add_weighted_edges_from((a, b, pull) for (a, b), pull in zip(edges.tolist(), pulls.tolist(), strict=True))
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    for part in parts[1:]:  # what is not tied to the others would fly away
        graph.add_edge(min(parts[0]), min(part), weight=0.05)
    found = nx.spring_layout(graph, seed=SEED)
    return np.array([found[node] for node in tied.tolist()])


def _around(count: int, reach: float, radius: float) -> NDArray[np.float64]:
    """Return places on circles around one of radius ``reach``, for discs of a radius."""
    step, far = 2 * radius * _APART * 1.05, reach + radius * 1.5
    found: list[tuple[float, float]] = []
    while len(found) < count:
        room = min(count - len(found), max(1, int(math.pi / math.asin(min(1.0, step / 2 / far)))))
        angles = [2 * math.pi * number / room for number in range(room)]
        found += [(far * math.cos(angle), far * math.sin(angle)) for angle in angles]
        far += step
    return np.array(found)


def spread(
    places: NDArray[np.float64], radii: NDArray[np.float64], filled: float = 0.25
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Push discs apart until none overlap; what pushing does not part in time is moved outwards all together."""
    extent = max(float(np.ptp(places, axis=0).max()), 1e-3)
    radii = radii * (extent * math.sqrt(filled / math.pi / float((radii**2).sum())))
    needed = (radii[:, None] + radii[None, :]) * _APART
    # Two at one place have to part in some direction.
    angles = np.arange(len(places)) * _GOLDEN
    places = places + np.stack((np.cos(angles), np.sin(angles)), axis=1) * (extent * 1e-5)
    for _ in range(_PUSHES):
        across, up, lengths = _distances(places)
        lacking = np.maximum(0.0, needed * 1.01 - lengths)
        if not lacking.any():
            break
        push = lacking / (2 * lengths)
        places = places + np.stack(((across * push).sum(axis=1), (up * push).sum(axis=1)), axis=1)
    lengths = _distances(places)[2]
    return places * max(1.0, float((needed / lengths).max())), radii


def _distances(
    places: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the way from each to each other, across and up, and its length; to itself it is endless."""
    across = places[:, 0, None] - places[None, :, 0]
    up = places[:, 1, None] - places[None, :, 1]
    lengths = np.maximum(np.sqrt(across * across + up * up), 1e-12)
    np.fill_diagonal(lengths, np.inf)
    return across, up, lengths


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
