"""Connected parts of a set of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def components(members: Sequence[bytes], edges: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, ...]]:
    """Split members into parts connected by edges; members without an edge are left out.

    Parts come in the order of their first member, members in the order given; edges that touch strangers are ignored.
    """
    parent = {member: member for member in members}

    def root(member: bytes) -> bytes:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    tied: set[bytes] = set()
    for left, right in edges:
        if left in parent and right in parent:
            parent[root(left)] = root(right)
            tied.update((left, right))
    parts: dict[bytes, list[bytes]] = {}
    for member in members:
        if member in tied:
            parts.setdefault(root(member), []).append(member)
    return [tuple(part) for part in parts.values()]
