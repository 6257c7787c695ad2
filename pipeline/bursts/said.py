"""What lines said, as the windows need it: arrays to count with, and a block to keep in Redis and read again.

A block is MessagePack of a row a line, compressed: the event time alone, of a post what a reader of the burst is shown,
of a change of the watch list its pattern and its watch. A line that is passed over is an empty row.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from pipeline.bursts.watch import read_change
from pipeline.post import Control, Post, item_key
from pipeline.text.keywords import Keywords, keyword_tokens, keywords, named_keywords, tags
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.post import Line

TEXT_CHARS: Final = 1000
"""Characters of a text that are kept: enough to name a keyword and to show the post."""

_NO_TIME: Final = -1
_CHANGE_FIELDS: Final = 3


class SaidPost(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A post as it is kept: ``at`` in ms of event time; ``tokens`` are its links and mentions as keywords have them."""

    at: int
    platform: str
    id: str
    author_id: str
    repost: bool
    text: str
    tokens: list[str]


_encoder = msgspec.msgpack.Encoder()
_rows = msgspec.msgpack.Decoder(list[Any])


Row = SaidPost | list[Any]


class Said(msgspec.Struct, frozen=True):
    """Lines in the order of the stream; the arrays are over its posts, but ``at``, which is over its lines (ms).

    ``lines``: which line each post is. ``texts``: normalised. ``authors``: author keys as numbers. ``keywords``: of
    each post, distinct.
    """

    rows: list[Row]
    texts: list[str]
    at: NDArray[np.int64]
    lines: NDArray[np.int64]
    authors: NDArray[np.uint64]
    reposts: NDArray[np.bool_]
    keywords: Keywords

    def part(self, begin: int, end: int) -> Said:
        """Return lines ``begin`` to ``end``."""
        first, last = np.searchsorted(self.lines, (begin, end))
        return Said(
            self.rows[begin:end],
            self.texts[first:last],
            self.at[begin:end],
            self.lines[first:last] - begin,
            self.authors[first:last],
            self.reposts[first:last],
            self.keywords.part(int(first), int(last)),
        )

    def changes(self) -> list[tuple[int, str, str]]:
        """Return the changes of the watch list: line, pattern, and the watch as it is kept, "" for none."""
        return [
            (number, row[1], row[2])
            for number, row in enumerate(self.rows)
            if not isinstance(row, SaidPost) and len(row) == _CHANGE_FIELDS
        ]

    def block(self) -> bytes:
        """Return the stored form."""
        return zstandard.compress(_encoder.encode(self.rows), 1)


def say(
    lines: Sequence[Line | None],
    normalised: Sequence[str],
    authors: Sequence[bytes] | None = None,
    *,
    words: bool = True,
) -> Said:
    """Return what lines said; ``normalised`` are the texts of its posts, ``authors`` their author keys if known.

    ``words``: whether words and pairs of words are keywords, besides tags and what is named.
    """
    rows: list[Row] = []
    for line in lines:
        if isinstance(line, Post):
            tokens = keyword_tokens(line.urls or (), line.mentions or ()) if line.urls or line.mentions else []
            rows.append(
                SaidPost(
                    line.at,
                    line.platform,
                    line.id,
                    line.author_id,
                    bool(line.is_repost),
                    line.text[:TEXT_CHARS],
                    tokens,
                )
            )
        elif isinstance(line, Control) and (change := read_change(line.action, line.value)):
            rows.append([line.at, *change])
        else:
            rows.append([] if line is None else [line.at])
    posts = [row for row in rows if isinstance(row, SaidPost)]
    texts = [
        text if len(post.text) < TEXT_CHARS else normalise(post.text)
        for post, text in zip(posts, normalised, strict=True)
    ]
    return _said(rows, posts, texts, authors, words=words)


def read_block(block: bytes, count: int, *, words: bool = True) -> Said:
    """Return what the first ``count`` lines of a stored block said; ``words`` as they were said with."""
    rows: list[Row] = [
        msgspec.convert(row, SaidPost) if len(row) > _CHANGE_FIELDS else row
        for row in _rows.decode(zstandard.decompress(block))[:count]
    ]
    posts = [row for row in rows if isinstance(row, SaidPost)]
    return _said(rows, posts, [normalise(post.text) for post in posts], words=words)


def read_post(block: bytes, line: int) -> SaidPost:
    """Return a post of a stored block by its line."""
    return msgspec.convert(_opened(block)[line], SaidPost)


@lru_cache(maxsize=256)
def read_names(block: bytes, line: int) -> dict[int, str]:
    """Return the keywords behind the hashes of a post of a stored block."""
    post = read_post(block, line)
    return named_keywords(normalise(post.text), post.tokens)


@lru_cache(maxsize=64)
def _opened(block: bytes) -> list[Any]:
    return _rows.decode(zstandard.decompress(block))


def _said(
    rows: list[Row], posts: list[SaidPost], texts: list[str], authors: Sequence[bytes] | None = None, *, words: bool
) -> Said:
    keys = authors if authors is not None else [item_key(post.platform, post.author_id) for post in posts]
    at = [row.at if isinstance(row, SaidPost) else row[0] if row else _NO_TIME for row in rows]
    return Said(
        rows=rows,
        texts=texts,
        at=np.array(at, dtype=np.int64),
        lines=np.array([number for number, row in enumerate(rows) if isinstance(row, SaidPost)], dtype=np.int64),
        authors=np.frombuffer(b"".join(keys), dtype="<u8"),
        reposts=np.array([post.repost for post in posts], dtype=bool),
        keywords=(keywords if words else tags)(texts, [post.tokens for post in posts]),
    )


_HEAD = struct.Struct("<dHH")


class Kept(msgspec.Struct, frozen=True):
    """A stored block: the watermark before it (ms), how many of its lines were applied, which do not count."""

    before: int
    applied: int
    again: tuple[int, ...]
    block: bytes


def unpack_kept(row: bytes) -> Kept:
    """Return an item of the LIST ``said``, as lua/observe.lua writes it."""
    before, applied, again = _HEAD.unpack_from(row)
    at = _HEAD.size + 2 * again
    return Kept(int(before), applied, struct.unpack_from(f"<{again}H", row, _HEAD.size), row[at:])
