"""What is kept of an incident's posts, as bytes: a head an incident, and a row an hour. Pure.

An hour's row says nothing without the head: accounts are the places that they have there.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
MINUTES: Final = 60

HOURS: Final = 14 * 24
"""Hours of an incident that are kept, the latest; `Head.since` moves on as earlier ones are dropped."""

HOUR_POSTS: Final = 20_000
"""Posts of an hour that are kept; of more the earliest minutes are dropped, with all hours before: `Head.since`."""

POSTS: Final = 100_000
"""Posts of an incident that are kept; of more the earliest hours are dropped: `Head.since` tells."""

ACCOUNTS: Final = 10_000
"""Accounts of an incident that are followed: those found first. What later ones post counts among all others'."""


class Head(msgspec.Struct, array_like=True):
    """What is followed for an incident; times in ms of event time.

    ``began``: when it was seen first. Posts are known ``since`` then, before ``ends``. ``keyword``: what is counted
    from ``counted`` on, ``hash`` as `pipeline.text.keywords` makes it, both empty for nothing. ``keys``: the accounts,
    as little-endian u64; ``firsts``: minutes (u32) from which each is known. ``sizes``: posts of the hours that are
    over, by hour.
    """

    began: int
    since: int
    ends: int
    keyword: str = ""
    hash: int = 0
    counted: int = 0
    keys: bytes = b""
    firsts: bytes = b""
    sizes: dict[int, int] = {}


class HourPosts(msgspec.Struct, frozen=True, eq=False):
    """Posts of an hour in the order of event time (``at``, ms) and of the places of their accounts in the head.

    ``tagged``: whether each has the keyword. ``counts``: posts of anybody with the keyword, a number a minute.
    """

    at: NDArray[np.int64]
    places: NDArray[np.int64]
    tagged: NDArray[np.bool_]
    counts: NDArray[np.int64]


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """Columns of little-endian numbers; ``gaps``: ms since the post before, u32, their lowest bytes first."""

    gaps: bytes
    places: bytes
    tagged: bytes
    minutes: bytes
    counts: bytes


_compressor = zstandard.ZstdCompressor(level=1)
_encoder = msgspec.msgpack.Encoder()
_heads = msgspec.msgpack.Decoder(Head)
_rows = msgspec.msgpack.Decoder(_Row)


def pack_head(head: Head) -> bytes:
    """Return the stored form of a head."""
    return _encoder.encode(head)


def unpack_head(form: bytes) -> Head:
    """Return a head from its stored form."""
    return _heads.decode(form)


def pack_hour(hour: int, posts: HourPosts) -> bytes:
    """Return the stored form of an hour's posts, b"" for none."""
    if not len(posts.at) and not posts.counts.any():
        return b""
    gaps = np.diff(posts.at, prepend=hour * HOUR_MS).astype("<u4")
    minutes = np.flatnonzero(posts.counts)
    row = _Row(
        gaps.view(np.uint8).reshape(-1, 4).T.tobytes(),
        posts.places.astype("<u2").tobytes(),
        np.packbits(posts.tagged).tobytes(),
        minutes.astype(np.uint8).tobytes(),
        posts.counts[minutes].astype("<u4").tobytes(),
    )
    return _compressor.compress(_encoder.encode(row))


def unpack_hour(hour: int, form: bytes) -> HourPosts:
    """Return an hour's posts from their stored form."""
    row = _rows.decode(zstandard.decompress(form))
    planes = np.frombuffer(row.gaps, dtype=np.uint8).reshape(4, -1)
    gaps = np.ascontiguousarray(planes.T).view("<u4").ravel().astype(np.int64)
    counts = np.zeros(MINUTES, dtype=np.int64)
    counts[np.frombuffer(row.minutes, dtype=np.uint8)] = np.frombuffer(row.counts, dtype="<u4")
    tagged = np.unpackbits(np.frombuffer(row.tagged, dtype=np.uint8), count=len(gaps)).astype(bool)
    places = np.frombuffer(row.places, dtype="<u2").astype(np.int64)
    return HourPosts(np.cumsum(gaps) + hour * HOUR_MS, places, tagged, counts)


def hour_field(incident_id: str, hour: int) -> str:
    """Return the field in which an hour of an incident is kept."""
    return f"{incident_id}:{hour}"
