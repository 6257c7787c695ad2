"""Lines to script arguments: the costly part of a batch, pure, so that it can run while a script does."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.bursts.said import Said, say
from pipeline.changes import read_change
from pipeline.post import Control, Delete, Line, Post, item_key
from pipeline.state.rows import pack_author
from pipeline.text.features import MARK_BITS, MIN_LETTERS, TIE_LETTERS, features
from pipeline.text.traces import SEARCHED, Kind, named_traces
from pipeline.text.words import telling_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SAMPLE_CHARS: Final = 300
"""Characters of a text kept for evidence."""

_LINE = struct.Struct("<IdBB8s8s4sHHBBB")
_POST, _DELETE, _TICK, _CONTROL, _PASSED = range(5)
_REPOST, _LINK, _SHORT = 1, 2, 4
_TRACE_BYTES = 9
_NOBODY = bytes(8)


class Batch(msgspec.Struct, frozen=True):
    """Prepared lines in the order of the stream: each packed as lua/observe.lua says, and the position after it.

    ``said``: what they say, None where nobody follows keywords, ``block`` the same as it is kept.
    """

    lines: list[bytes]
    positions: list[bytes]
    said: Said | None = None
    block: bytes = b""

    def __len__(self) -> int:
        """Number of lines."""
        return len(self.lines)

    def applied_until(self, position: bytes) -> int | None:
        """Return how many lines are applied once the stream stands at ``position``; None if it is not in here."""
        return self.positions.index(position) + 1 if position in self.positions else None

    def rest(self, applied: int) -> Batch:
        """Return what is left after the first ``applied`` lines."""
        if applied == len(self):
            return Batch([], [])
        said = self.said and self.said.part(applied, len(self))
        return Batch(self.lines[applied:], self.positions[applied:], said, said.block() if said else b"")


def prepare(
    lines: Sequence[tuple[bytes, Line | None]],
    slot_count: int,
    kinds: Collection[Kind],
    *,
    keywords: bool = True,
    all_words: bool = True,
) -> Batch:
    """Compute features and pack at most 200 lines, each with the position after it.

    None is a line that is passed over: the stream stands behind it and nothing else changes. ``kinds`` are the kinds
    of traces besides texts that count. ``keywords``: whether somebody follows keywords, and
    ``all_words``: words among them.
    """
    posts = [line for _, line in lines if isinstance(line, Post)]
    found = features([post.text for post in posts], [bool(post.is_repost) for post in posts], slot_count)
    slots = found.slots.astype("<u4").tobytes()
    marks = (found.marks << (8 - MARK_BITS)).tobytes()
    lanes = found.lanes.tobytes()
    hashes = found.text_hash.astype("<u4").tobytes()
    packed: list[bytes] = []
    authors = [item_key(post.platform, post.author_id) for post in posts]
    number = 0
    for position, line in lines:
        if isinstance(line, Post):
            signature = b""
            if found.letters[number] >= MIN_LETTERS:
                wide, narrow = slice(64 * number, 64 * number + 64), slice(16 * number, 16 * number + 16)
                signature = lanes[wide] + slots[wide] + marks[narrow]
            short = found.letters[number] < TIE_LETTERS
            text_hash = hashes[4 * number : 4 * number + 4]
            words = telling_words(found.normalised[number]).encode() if Kind.REPLY in kinds else b""
            packed.append(
                _packed_post(line, authors[number], signature, text_hash, kinds, words, position, short=short)
            )
            number += 1
        elif isinstance(line, Delete):
            key = item_key(line.platform, line.id)
            packed.append(_packed(line.at, _DELETE, key, position))
        elif line is None:
            packed.append(_packed(0, _PASSED, _NOBODY, position))
        elif isinstance(line, Control):
            packed.append(_packed_control(line, position))
        else:
            packed.append(_packed(line.at, _TICK, _NOBODY, position))
    said = say([line for _, line in lines], found.normalised, authors, words=all_words) if keywords else None
    return Batch(packed, [position for position, _ in lines], said, said.block() if said else b"")


def _packed(at: int, kind: int, key: bytes, position: bytes) -> bytes:
    return _LINE.pack(_LINE.size + len(position), at, kind, 0, key, _NOBODY, b"", 0, 0, 0, 0, 0) + position


def _packed_control(line: Control, position: bytes) -> bytes:
    """Pack a change: what in the place of flags, its key in that of an author row, its value in that of a text."""
    change = read_change(line.action, line.value, line.note)
    if change is None:
        return _packed(line.at, _CONTROL, _NOBODY, position)
    key, value = change.key.encode(), change.value.encode()
    size = _LINE.size + len(key) + len(value) + len(position)
    head = _LINE.pack(size, line.at, _CONTROL, change.what, _NOBODY, _NOBODY, b"", len(key), len(value), 0, 0, 0)
    return b"".join((head, key, value, position))


def _packed_post(
    post: Post,
    author_key: bytes,
    signature: bytes,
    text_hash: bytes,
    kinds: Collection[Kind],
    words: bytes,
    position: bytes,
    *,
    short: bool,
) -> bytes:
    author, text = pack_author(post, searched=not SEARCHED.isdisjoint(kinds)), post.text[:SAMPLE_CHARS].encode()
    traces = named_traces(post, kinds) if kinds else b""
    flags = _REPOST * bool(post.is_repost) + _LINK * (bool(post.urls) or "http" in post.text) + _SHORT * short
    head = _LINE.pack(
        _LINE.size + len(signature) + len(author) + len(text) + len(traces) + len(words) + len(position),
        post.at,
        _POST,
        flags,
        item_key(post.platform, post.id),
        author_key,
        text_hash,
        len(author),
        len(text),
        len(traces) // _TRACE_BYTES,
        len(words),
        len(signature),
    )
    return b"".join((head, signature, author, text, traces, words, position))
