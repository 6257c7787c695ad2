"""Read what evidence needs of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.detect.facts import AccountFacts, NetworkFacts, ObjectFacts
from pipeline.state.rows import NetworkRow, ObjectRow, split_texts, unpack_author, unpack_object
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.state.store import Store

MAX_OBJECTS = 4096
"""Objects read for one assessment: the most recent ones of a network."""


async def gather_network(store: Store, number: int, network: NetworkRow, now: int) -> NetworkFacts:
    """Return the facts of a network at ``now`` (ms)."""
    members = await store.network_authors(number)
    numbers = (await store.network_objects(number))[-MAX_OBJECTS:]
    names = [str(each) for each in numbers]
    rows = [
        unpack_object(each, row)
        for each, row in zip(numbers, await store.fields("kept", names), strict=True)
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
        objects=tuple(_object(row, inside, split_texts(text or b"")) for row, text in zip(rows, texts, strict=True)),
        stream_authors=await store.stream_authors(),
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


def _object(row: ObjectRow, members: set[bytes], samples: Sequence[str]) -> ObjectFacts:
    return ObjectFacts(
        kind=row.kind,
        founder=row.founder,
        posts=row.posts,
        authors=row.authors,
        links=row.links,
        reposts=row.reposts,
        deleted=row.deleted,
        first=row.first,
        last=row.last,
        network_members=sum(author in members for author in row.members),
        varied=len({normalise(sample) for sample in samples}) > 1,
        samples=tuple(samples),
    )
