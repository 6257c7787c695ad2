"""Once a day of event time: edges that nobody renewed die, and networks shrink to what living edges hold together.

An edge lives for the edge horizon after its last co-action, to the day. Between two prunes networks only grow, which
is what makes growth cheap to see in the script.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.components import components
from pipeline.post import KEY_BYTES
from pipeline.state.rows import NetworkRow, pack_network, split_keys, unpack_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.state.rows import ObjectRow
    from pipeline.state.store import Store


class Part(msgspec.Struct, frozen=True):
    """A piece of a network after its dead edges are gone: members in the order of joining, objects of attaching."""

    number: int
    row: NetworkRow
    members: tuple[bytes, ...]
    objects: tuple[int, ...]


async def prune(store: Store, now: int, edge_horizon: int, every: int) -> None:
    """Prune at event time ``now``; ``edge_horizon`` and ``every`` (until the next prune) in ms."""
    edges = {pair: int(end) for pair, end in (await store.items("edges")).items()}
    dead = [pair for pair, end in edges.items() if end < now]
    touched = await _networks_of(store, dead)
    kept = {int(number): unpack_object(int(number), row) for number, row in (await store.items("kept")).items()}
    stale = {number for number, row in kept.items() if row.last < now - edge_horizon}
    held = {int(number): row for number, row in (await store.items("net:objects")).items()}
    touched |= {number for number, row in held.items() if stale.intersection(_numbers(row))}

    living = [(pair[:KEY_BYTES], pair[KEY_BYTES:]) for pair in edges if edges[pair] >= now]
    next_net = await store.next_network()
    parts: list[Part] = []
    members_before: list[bytes] = []
    for number in sorted(touched):
        row = await store.network(number)
        if row is None:
            continue
        members = await store.network_authors(number)
        members_before += members
        objects = [n for n in _numbers(held.get(number, b"")) if n not in stale]
        for place, part in enumerate(components(members, living)):
            number_of_part = number if place == 0 else (next_net := next_net + 1)
            inside = set(part)
            theirs = tuple(n for n in objects if n in kept and len(inside.intersection(kept[n].members)) >= 2)
            parts.append(
                Part(number_of_part, shrunk(row, len(part), len(theirs)), part, theirs),
            )
    staying = {author for part in parts for author in part.members}
    connected = set(await store.items("net:of")) - (set(members_before) - staying)
    # The next edge starts the prune anew only where no timer is left.
    digest = await store.timer("digest")
    gone = touched - {part.number for part in parts}
    await store.prune(
        {
            "edges": dead,
            "members": [author for author in members_before if author not in staying],
            "gone": [str(number) for number in sorted(gone)],
            "nets": [(str(p.number), pack_network(p.row), b"".join(p.members), _packed(p.objects)) for p in parts],
            "names": [name for name, member in (await store.items("named")).items() if member not in connected],
            "talks": [
                author for author, row in (await store.items("talks")).items() if connected.isdisjoint(split_keys(row))
            ],
            "links": [f"{number}:{each}" for number in sorted(touched) for each in _numbers(held.get(number, b""))],
            "objects": [str(number) for number in sorted(stale)],
            "authors": await _forgotten(store, connected, kept, stale),
            "next_net": next_net,
            "look_at": now + every if len(edges) > len(dead) or len(kept) > len(stale) or digest else 0,
        }
    )


def shrunk(row: NetworkRow, accounts: int, objects: int) -> NetworkRow:
    """Return a network's state after losing accounts or objects: what it must still gain stays the same."""
    return msgspec.structs.replace(
        row,
        accounts=accounts,
        objects=objects,
        due_objects=max(0, row.due_objects - (row.objects - objects)),
        truncated=False,
    )


async def _networks_of(store: Store, pairs: Iterable[bytes]) -> set[int]:
    authors = sorted({author for pair in pairs for author in split_keys(pair)})
    return {int(number) for number in await store.fields("net:of", authors) if number is not None}


async def _forgotten(store: Store, connected: set[bytes], kept: dict[int, ObjectRow], stale: set[int]) -> list[bytes]:
    """Author rows that neither a network nor a kept object needs."""
    needed = set(connected)
    for number, row in kept.items():
        if number not in stale:
            needed.update(row.members)
    return [author for author in await store.items("kept:authors") if author not in needed]


def _numbers(row: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(row) // 4}I", row))


def _packed(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)
