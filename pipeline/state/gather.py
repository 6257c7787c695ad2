"""Read what evidence needs of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.detect.facts import AccountFacts, ClusterFacts, NetworkFacts
from pipeline.state.rows import ClusterRow, NetworkRow, split_texts, unpack_author, unpack_cluster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.state.store import Store

MAX_CLUSTERS = 4096
"""Clusters read for one assessment: the most recent ones of a network."""


async def gather_network(store: Store, number: int, network: NetworkRow, now: int) -> NetworkFacts:
    """Return the facts of a network at ``now`` (ms)."""
    members = await store.network_authors(number)
    numbers = (await store.network_clusters(number))[-MAX_CLUSTERS:]
    names = [str(cluster) for cluster in numbers]
    rows = [
        unpack_cluster(cluster, row)
        for cluster, row in zip(numbers, await store.fields("kept", names), strict=True)
        if row is not None
    ]
    texts = await store.fields("kept:texts", [str(row.number) for row in rows])
    inside = set(members)
    outside = dict.fromkeys(author for row in rows for author in row.members if author not in inside)
    return NetworkFacts(
        now=now,
        first=network.first,
        last=network.last,
        members=await _accounts(store, members),
        joiners=await _accounts(store, tuple(outside)),
        clusters=tuple(_cluster(row, inside, split_texts(text or b"")) for row, text in zip(rows, texts, strict=True)),
        copying_authors=await store.copying_authors(),
        truncated=network.truncated,
    )


async def _accounts(store: Store, keys: Sequence[bytes]) -> tuple[AccountFacts, ...]:
    found = []
    for row in await store.fields("kept:authors", keys):
        if row is None:
            continue
        author = unpack_author(row)
        found.append(
            AccountFacts(
                author.platform,
                author.author_id,
                author.born,
                author.followers,
                author.following,
                author.client,
                author.community,
            )
        )
    return tuple(found)


def _cluster(row: ClusterRow, members: set[bytes], samples: Sequence[str]) -> ClusterFacts:
    return ClusterFacts(
        founder=row.founder,
        posts=row.posts,
        authors=row.authors,
        links=row.links,
        reposts=row.reposts,
        deleted=row.deleted,
        first=row.first,
        last=row.last,
        network_members=sum(author in members for author in row.members),
        varied=len(samples) > 1,
        samples=tuple(samples),
    )
