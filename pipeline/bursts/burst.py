"""A burst as it is followed and told."""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

FIRST_POSTS: Final = 5
"""Posts of a burst that are shown: those it began with."""

Change = Literal["opened", "told", "renamed", "ended"]


class FirstPost(msgspec.Struct, frozen=True):
    """A post that a burst began with; ``at`` in ms."""

    at: int
    platform: str
    id: str
    author_id: str
    text: str


class Companion(msgspec.Struct, frozen=True):
    """A keyword that bursts in the posts of another burst, since ``opened_at`` (ms)."""

    hash: int
    keyword: str
    opened_at: int
    significance: float


class Burst(msgspec.Struct):
    """A keyword that bursts, with what bursts beside it in the same posts.

    ``opened_at``: when the pane had closed that showed it, ``began``: its first post in the window that did,
    ``last``: its latest post, ``ended_at``: when it was over, all in ms. ``window``: minutes of that window.
    ``significance``, ``ratio`` and ``expected`` are those of its most significant moment, ``peak_at``.
    ``author_keys``: author of each of its first posts, packed. ``label``: of the watch list.
    ``revision``: of its incident, 0
    while it is not strong enough to be told.
    ``more``: hashes of the companions that are not named.
    """

    burst_id: str
    hash: int
    keyword: str
    opened_at: int
    window: int
    began: int
    last: int
    significance: float
    ratio: float
    expected: float
    peak_at: int
    posts: int
    reposts: int
    author_keys: bytes
    first_posts: list[FirstPost]
    companions: list[Companion] = []
    more: list[int] = []
    ended_at: int | None = None
    label: str = ""
    revision: int = 0

    @property
    def hashes(self) -> list[int]:
        """Hashes of its keyword and its companions."""
        return [self.hash, *(each.hash for each in self.companions), *self.more]

    @property
    def known_posts(self) -> int:
        """Posts of which the author is known."""
        return len(self.author_keys) // 8

    @property
    def authors(self) -> int:
        """Distinct authors of these."""
        return _distinct(self.author_keys)

    def overlaps(self, first: int, last: int) -> bool:
        """Whether any of it lies between two event times (ms)."""
        return self.began <= last and self.last >= first

    def posts_by(self, authors: NDArray[np.uint64]) -> tuple[int, int]:
        """Return how many of its posts, and of its authors, are of some accounts, given by their keys in order."""
        mine = np.frombuffer(self.author_keys, dtype="<u8")
        theirs = mine[authors.take(authors.searchsorted(mine), mode="clip") == mine] if len(authors) else mine[:0]
        return len(theirs), len(np.unique(theirs)) if len(theirs) else 0


class Moved(msgspec.Struct, frozen=True):
    """What changed of a burst, at an event time (ms); ``told`` is when it became strong enough, if not at once."""

    change: Change
    at: int
    burst: Burst


def moved(burst: Burst, change: Change, at: int, told_from: float) -> Moved:
    """Return what changed, with the burst as it is now; ``told_from`` is the significance from which it is told.

    What an operator follows is always told.
    """
    if burst.revision or burst.label or burst.significance >= told_from:
        burst.revision += 1
    return Moved(change, at, copy(burst))


def burst_id(stream: str, keyword: str, opened_at: int, *, followed: bool = False) -> str:
    """Return the id: a hash of stream, the keyword that opened it, and when.

    A pattern that is ``followed`` may be spelt as a keyword that bursts at the same moment.
    """
    kind = "followed" if followed else "burst"
    digest = blake2b(f"{stream}\0{kind}\0{keyword}\0{opened_at}".encode(), digest_size=8)
    return f"inc_{digest.hexdigest()}"


def keys_in_order(author_keys: Iterable[bytes]) -> NDArray[np.uint64]:
    """Return author keys as numbers, the smallest first, as `Burst.posts_by` asks for them."""
    return np.sort(np.frombuffer(b"".join(author_keys), dtype="<u8"))


@lru_cache(maxsize=16)
def _distinct(author_keys: bytes) -> int:
    """Return how many there are; an event asks more than once."""
    return len(np.unique(np.frombuffer(author_keys, dtype="<u8")))
