"""Packed rows that the scripts store and evidence reads back."""

from __future__ import annotations

import struct
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zlib import crc32

import msgpack
import msgspec

from pipeline.detect.baseline import Baseline
from pipeline.detect.bins import UNKNOWN_BIRTH, UNKNOWN_COUNT, birth_bin, count_bin
from pipeline.detect.delays import BOUNDS
from pipeline.detect.facts import Explained, GroupFacts, WindowFacts
from pipeline.detect.replies import STEP_MS
from pipeline.post import KEY_BYTES
from pipeline.text.traces import Kind, link_domain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.post import Post

FIELDS: Final = ("followers", "following", "birth", "client")
"""Fields that look-alikes are compared by, in the order of stored windows."""

EXPLAINED: Final[tuple[Explained, ...]] = ("", "one-domain", "rare-clients")
"""What may explain the copies of a text, by the number that the script gives."""


class AuthorRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a post told of its author; ``None`` is unknown, never zero. ``born`` is in ms since the epoch."""

    platform: str
    author_id: str
    born: int | None
    followers: int | None
    following: int | None
    client: str | None
    community: str | None
    lang: str | None


class AnsweredRow(msgspec.Struct, frozen=True):
    """An answered post: key of its author (None where the stream does not have it), time in ms, its words.

    ``lags``: how long after it each author of the object answered, in ms, in the order of the object's author keys.
    """

    author: bytes | None
    at: int
    words: tuple[str, ...]
    lags: tuple[int, ...]


class ObjectRow(msgspec.Struct, frozen=True):
    """A kept object: its kind, counts, span in ms, author keys in the order of joining (at most 128).

    ``delays``: how many posts were deleted after how long, in the bins of `pipeline.detect.delays`; () for none.
    ``answered``: of replies, what they answer.
    """

    number: int
    posts: int
    authors: int
    links: int
    reposts: int
    deleted: int
    kind: Kind
    founder: bytes
    first: int
    last: int
    delays: tuple[int, ...]
    members: tuple[bytes, ...]
    answered: AnsweredRow | None


class NetworkRow(msgspec.Struct, frozen=True):
    """A network as the script keeps it; the due bounds say when it is evaluated again."""

    accounts: int
    objects: int
    due_accounts: int
    due_objects: int
    truncated: bool
    first: int
    last: int


_encoder = msgspec.msgpack.Encoder()
_author_decoder = msgspec.msgpack.Decoder(AuthorRow)
_FACTS = struct.Struct("<BBHII")
_NO_FACTS = _FACTS.pack(UNKNOWN_COUNT, UNKNOWN_COUNT, UNKNOWN_BIRTH, 0, 0)
_OBJECT = struct.Struct("<8IBB8sddd")
_ANSWERED = struct.Struct("<8s6sB")
_NOBODY = bytes(8)
_DELAYS = struct.Struct(f"<{len(BOUNDS) + 1}H")
_WINDOW = struct.Struct("<BhIHHI")
_GROUP = struct.Struct("<IIIdd8sB")
_NETWORK = struct.Struct("<5Idd")


def pack_author(post: Post, *, searched: bool) -> bytes:
    """Return the author row of a post: facts in bins for the scripts, then all that evidence reads.

    Where nobody searches for look-alikes the facts are told as unknown, which costs nothing.
    """
    return (pack_facts(post) if searched else _NO_FACTS) + _encoder.encode(
        (
            post.platform,
            post.author_id,
            post.born,
            post.followers,
            post.following,
            post.client,
            post.community,
            post.lang,
        )
    )


def pack_facts(post: Post) -> bytes:
    """Return what look-alikes are compared by: bins of followers, following and birth, hashes of client and domain."""
    domain = link_domain(post)
    return _FACTS.pack(
        count_bin(post.followers),
        count_bin(post.following),
        birth_bin(post.born),
        crc32(post.client.encode()) if post.client else 0,
        crc32(domain.encode()) if domain else 0,
    )


def unpack_author(row: bytes) -> AuthorRow:
    """Return the author facts of a stored row."""
    return _author_decoder.decode(row[_FACTS.size :])


def unpack_object(number: int, row: bytes) -> ObjectRow:
    """Return a kept object from its stored row."""
    posts, authors, links, reposts, deleted, _, _, _, kind, _, founder, first, last, _ = _OBJECT.unpack_from(row)
    at = _OBJECT.size
    author, time, words = _NOBODY, b"", b""
    if kind == Kind.REPLY:
        author, time, size = _ANSWERED.unpack_from(row, at)
        at += _ANSWERED.size + size
        words = row[at - size : at]
    delays: tuple[int, ...] = ()
    if deleted:
        delays = _DELAYS.unpack_from(row, at)
        at += _DELAYS.size
    keys = row[at:]
    answered = None
    if kind == Kind.REPLY:
        keys, lags = keys[: len(keys) * KEY_BYTES // (KEY_BYTES + 1)], keys[len(keys) * KEY_BYTES // (KEY_BYTES + 1) :]
        answered = AnsweredRow(
            author=None if author == _NOBODY else author,
            at=int.from_bytes(time, "little"),
            words=tuple(words.decode().split()),
            lags=tuple(STEP_MS * lag for lag in lags),
        )
    return ObjectRow(
        number=number,
        posts=posts,
        authors=authors,
        links=links,
        reposts=reposts,
        deleted=deleted,
        kind=Kind(kind),
        founder=founder,
        first=int(first),
        last=int(last),
        delays=delays,
        members=split_keys(keys),
        answered=answered,
    )


def unpack_group(row: bytes) -> GroupFacts:
    """Return an open look-alike group from its stored row."""
    windows: list[WindowFacts | None] = []
    for field in FIELDS:
        used, first, evidence, inside, known, share = _WINDOW.unpack_from(row, _WINDOW.size * len(windows))
        windows.append(WindowFacts(field, first, evidence / 1e6, inside, known, share / 1e6) if used else None)
    authors, in_all, in_any, _, _, _, benign = _GROUP.unpack_from(row, _WINDOW.size * len(windows))
    used = tuple(window for window in windows if window is not None)
    return GroupFacts(used, authors, in_all, in_any, EXPLAINED[benign])


def unpack_baseline(rows: Sequence[bytes | None]) -> Baseline:
    """Return the baseline from its stored generations, added up."""
    known, clients, with_client = [0, 0, 0], Counter[int](), 0
    bins = (Counter[int](), Counter[int](), Counter[int]())
    for row in rows:
        if row is None:
            continue
        stored = msgpack.unpackb(row, strict_map_key=False, raw=True)
        for field in range(3):
            known[field] += int(stored[b"known"][field])
            bins[field].update(_table(stored[b"bins"][field]))
        clients.update(_table(stored[b"clients"]))
        with_client += int(stored[b"with_client"])
    return Baseline((known[0], known[1], known[2]), bins, clients, with_client)


def _table(stored: Mapping[float, int] | Sequence[int]) -> dict[int, int]:
    """Return a Lua table of numbers: one whose keys are 1, 2, ... is stored as a list."""
    pairs = enumerate(stored, 1) if isinstance(stored, list) else stored.items()  # type: ignore[union-attr] # a map
    return {int(key): int(value) for key, value in pairs}


def unpack_network(row: bytes) -> NetworkRow:
    """Return a network's state from its stored row."""
    accounts, objects, due_accounts, due_objects, truncated, first, last = _NETWORK.unpack(row)
    return NetworkRow(accounts, objects, due_accounts, due_objects, bool(truncated), int(first), int(last))


def pack_network(network: NetworkRow) -> bytes:
    """Return the stored row of a network's state."""
    return _NETWORK.pack(
        network.accounts,
        network.objects,
        network.due_accounts,
        network.due_objects,
        network.truncated,
        network.first,
        network.last,
    )


def split_keys(row: bytes) -> tuple[bytes, ...]:
    """Split a row of author keys."""
    keys: tuple[bytes, ...] = _keys(len(row) // KEY_BYTES).unpack(row)
    return keys


@lru_cache(maxsize=1024)
def _keys(count: int) -> struct.Struct:
    return struct.Struct(f"{KEY_BYTES}s" * count)


def split_texts(row: bytes) -> list[str]:
    """Split a row of samples: u16 length and UTF-8 bytes each."""
    texts, at = [], 0
    while at < len(row):
        size = int.from_bytes(row[at : at + 2], "little")
        texts.append(row[at + 2 : at + 2 + size].decode())
        at += 2 + size
    return texts
