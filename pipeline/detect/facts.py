"""What evidence is computed from: plain values, no store behind them."""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.detect.baseline import Baseline
from pipeline.text.traces import Kind

Explained = Literal["", "one-domain", "rare-clients"]
"""One link domain in most posts, or clients that hardly anybody of the stream uses; empty for neither."""


class AccountFacts(msgspec.Struct, frozen=True, gc=False):
    """An account as of its last post; ``None`` is unknown. ``born`` in ms since the epoch.

    ``meetings``: objects of the network that the account took part in.
    """

    platform: str
    author_id: str
    born: int | None
    followers: int | None
    following: int | None
    client: str | None
    community: str | None
    meetings: int = 0


class WindowFacts(msgspec.Struct, frozen=True):
    """A window of one field in which a group is bunched, when the group was found.

    ``field``: followers, following or birth. ``first``: the window's first bin. ``evidence``: bound on -ln p.
    ``inside`` of ``known`` authors lie in it, of the stream's a ``share``.
    """

    field: str
    first: int
    evidence: float
    inside: int
    known: int
    share: float


class GroupFacts(msgspec.Struct, frozen=True):
    """Look-alikes among the authors of an object: their windows, and how many authors lie in all or any of these.

    ``explained``: what may explain the copies without a campaign.
    """

    windows: tuple[WindowFacts, ...]
    authors: int
    in_all: int
    in_any: int
    explained: Explained = ""


class AnsweredFacts(msgspec.Struct, frozen=True):
    """The post that an object's authors answered: key of its author, None where the stream does not have the post.

    ``in_talk``: its author belongs to the network or exchanges answers with a member. ``words``: its most telling ones.
    ``seconds``: after which members answered, in steps of half a second.
    """

    author: bytes | None
    in_talk: bool
    words: tuple[str, ...]
    seconds: tuple[float, ...]


class ObjectFacts(msgspec.Struct, frozen=True):
    """An object that a network holds: counts, span in ms, how many of its authors are members.

    ``newcomers``: members that no object attached before had. ``same_client``: members that post with the client that
    most of the network's members post with.

    ``varied``: its texts differ in more than links, mentions and marks.

    ``first_author``: id of the first of its authors, and ``first_followers`` of that account, where it is known.
    ``delays``: how many posts were deleted after how long, in the bins of `pipeline.detect.delays`; () for none.
    ``answered``: what replies are to, None for other kinds.
    ``keys``: author keys (`pipeline.post.item_key`) in the order of coming, of the first 128 or of those known still.
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
    newcomers: int
    varied: bool
    samples: tuple[str, ...]
    same_client: int = 0
    group: GroupFacts | None = None
    first_author: str | None = None
    first_followers: int | None = None
    delays: tuple[int, ...] = ()
    answered: AnsweredFacts | None = None
    keys: tuple[bytes, ...] = ()


class RivalFacts(msgspec.Struct, frozen=True):
    """Ids of open incidents on the same main keyword, or in the same burst, with other texts and other accounts."""

    keyword: str
    incidents: tuple[str, ...]


class BurstFacts(msgspec.Struct, frozen=True):
    """A keyword that bursts, and how many of its posts and authors belong to the network; ``opened_at`` in ms.

    ``expected``: posts that are usual in ``window`` minutes. ``ratio``: by how much its fullest window was more.
    """

    keyword: str
    label: str
    opened_at: int
    window: int
    posts: int
    authors: int
    significance: float
    ratio: float
    expected: float
    own_posts: int
    own_authors: int


class NetworkFacts(msgspec.Struct, frozen=True, eq=False):
    """A network at ``now`` (ms): members in the order of joining, objects in the order of attaching.

    ``joiners`` are accounts of the objects that have no other tie; ``stream_authors`` is the number of
    authors the stream has seen within the pair horizon, the population of the null model. ``stream_deleted`` of the
    stream's ``stream_posts`` were deleted within the index horizon. ``stream_answers`` counts its answers by delay, in
    the bins of `pipeline.detect.delays`; ``stream_words`` are the words of a sample of its posts.
    ``bursts`` are those that its accounts take part in, the most first.
    ``baseline`` is what the stream's authors look like. Told apart by identity, so that what is costly to find in them
    is found once a look.
    """

    now: int
    first: int
    last: int
    members: tuple[AccountFacts, ...]
    joiners: tuple[AccountFacts, ...]
    objects: tuple[ObjectFacts, ...]
    stream_authors: int
    truncated: bool
    baseline: Baseline = Baseline()
    stream_posts: int = 0
    stream_deleted: int = 0
    stream_answers: tuple[int, ...] = ()
    stream_words: tuple[frozenset[str], ...] = ()
    rivals: RivalFacts | None = None
    bursts: tuple[BurstFacts, ...] = ()
