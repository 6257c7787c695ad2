"""What evidence is computed from: plain values, no store behind them."""

from __future__ import annotations

import msgspec

from pipeline.text.traces import Kind


class AccountFacts(msgspec.Struct, frozen=True, gc=False):
    """An account as of its last post; ``None`` is unknown. ``born`` in ms since the epoch."""

    platform: str
    author_id: str
    born: int | None
    followers: int | None
    following: int | None
    client: str | None
    community: str | None


class ObjectFacts(msgspec.Struct, frozen=True):
    """An object that a network holds: counts, span in ms, how many of its authors are members.

    ``varied``: its texts differ in more than links, mentions and marks.
    """

    kind: Kind
    founder: bytes
    posts: int
    authors: int
    links: int
    reposts: int
    deleted: int
    first: int
    last: int
    network_members: int
    varied: bool
    samples: tuple[str, ...]


class NetworkFacts(msgspec.Struct, frozen=True):
    """A network at ``now`` (ms): members in the order of joining, objects in the order of attaching.

    ``joiners`` are accounts of the objects that have no other tie; ``stream_authors`` is the number of
    authors the stream has seen within the index horizon, the population of the null model.
    """

    now: int
    first: int
    last: int
    members: tuple[AccountFacts, ...]
    joiners: tuple[AccountFacts, ...]
    objects: tuple[ObjectFacts, ...]
    stream_authors: int
    truncated: bool
