"""A record of the topic as lines with their positions, and what of it is refused. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import LineError
from pipeline.live.letters import DeadLetter
from pipeline.position import Position
from pipeline.post import Limits, Line, Post, decode_line
from pipeline.sections import STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REPLAYED: Final = "replayed"
"""Header of a record of posts: incidents of its stream are replayed ones."""

NAMES: Final = 4096
"""Names of streams that are known without a look."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record of the topic of the posts; ``append_ms`` is when the broker took it, in ms since the epoch.

    ``replayed``: it was sent by `turfwatch replay --to-kafka`.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    append_ms: int
    replayed: bool = False


class Reading(msgspec.Struct, frozen=True):
    """What a record says: the stream it belongs to (None where its key is refused), its lines, what is refused.

    Each line has the position after it; None stands for a line of which nothing counts. ``good`` counts the others.
    """

    record: Record
    stream: str | None
    lines: list[tuple[Position, Line | None]]
    letters: list[DeadLetter]
    good: int


class Reader:
    """Reads records of one topic. ``hide`` replaces what may not be kept of a post."""

    def __init__(self, partitions: int, limits: Limits, hide: Callable[[Post], None] | None = None) -> None:
        self._keyless = partitions == 1
        self._limits = limits
        self._hide = hide
        self._names = lru_cache(NAMES)(_stream_name)

    def read(self, record: Record) -> Reading:
        """Return the lines of a record; never raises for what is in it."""
        end = Position(record.topic, record.partition, record.offset + 1, 0)
        try:
            stream = self._stream_of(record)
            rows = _rows(record)
        except LineError as error:
            return Reading(record, None, [(end, None)], [_letter(record, 0, record.value or b"", error)], 0)
        lines: list[tuple[Position, Line | None]] = []
        letters: list[DeadLetter] = []
        for number, raw in rows:
            line: Line | None = None
            try:
                line = self._line(raw, record.append_ms)
            except LineError as error:
                letters.append(_letter(record, number, raw, error))
            lines.append((Position(record.topic, record.partition, record.offset, number), line))
        lines[-1] = (end, lines[-1][1])
        return Reading(record, stream, lines, letters, len(lines) - len(letters))

    def _stream_of(self, record: Record) -> str:
        """Return the stream of a record: its key, in a topic of one partition else the topic's name."""
        if record.key is None:
            if self._keyless:
                return record.topic
            raise LineError("no-key", "in a topic of several partitions a record's key names its stream")
        return self._names(record.key)

    def _line(self, raw: bytes, append_ms: int) -> Line:
        line = decode_line(raw, self._limits)
        # Nothing was seen after the broker had it: a wrong date does not move the stream's clock.
        line.at = min(line.at, append_ms)
        if self._hide is not None and isinstance(line, Post):
            self._hide(line)
        return line


def _stream_name(key: bytes) -> str:
    """Return the name of a stream in a key."""
    try:
        name = key.decode()
    except UnicodeDecodeError:
        raise LineError("bad-key", "the key, which names the stream, is not UTF-8") from None
    if not re.fullmatch(STREAM, name):
        raise LineError("bad-key", f"the key {name[:40]!r} is no name of a stream: 1 to 128 characters, no braces")
    return name


def misplaced(record: Record, stream: str, partition: int) -> DeadLetter:
    """Return the letter of a record in another partition than its stream lies in."""
    detail = f"stream {stream!r} lies in partition {partition}: do all producers take Kafka's usual partitioner?"
    return _letter(record, 0, record.value or b"", LineError("other-partition", detail))


def letter_for(readings: Sequence[Reading], position: Position, error: Exception) -> DeadLetter:
    """Return the letter of a good line that trips a bug; ``position`` is the one after it."""
    for reading in readings:
        for (place, _), (number, raw) in zip(reading.lines, _rows(reading.record), strict=True):
            if place == position:
                return _letter(reading.record, number, raw, LineError("bug", f"{type(error).__name__}: {error}"))
    raise LookupError(position)


def _rows(record: Record) -> Sequence[tuple[int, bytes]]:
    """Return the numbered lines of a record that are not blank; at least one, or a LineError."""
    if record.value is None:
        raise LineError("null-value", "the record has no value")
    if b"\n" not in record.value and record.value and not record.value.isspace():
        return [(1, record.value)]
    rows = [(n, row) for n, row in enumerate(record.value.split(b"\n"), 1) if row and not row.isspace()]
    if not rows:
        raise LineError("empty", "the record has no line")
    return rows


def _letter(record: Record, line: int, data: bytes, error: LineError) -> DeadLetter:
    return DeadLetter(
        reason=error.reason,
        detail=error.detail,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        line=line,
        key=record.key,
        data=data,
    )
