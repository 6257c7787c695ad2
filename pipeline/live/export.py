"""What the log holds of a stream as the lines of a recording whose replay tells what a worker told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import LineError
from pipeline.live.stamps import stamped
from pipeline.post import Post, decode_line
from pipeline.recordings.jumps import JUMP_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.live.log import Log, Record
    from pipeline.post import Limits
    from pipeline.sections import KafkaSection


class Exported(msgspec.Struct):
    """What was found: records and lines of the stream, lines left out by reason, partitions that hold some."""

    records: int = 0
    lines: int = 0
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    partitions: set[int] = msgspec.field(default_factory=set)


class Exporter:
    """Turns the records of one stream, in their order, into lines."""

    def __init__(self, limits: Limits) -> None:
        self.found = Exported()
        self._limits = limits
        self._reached: int | None = None

    def lines(self, record: Record) -> Iterator[bytes]:
        """Yield the lines of a record; those that a worker would refuse are counted and left out."""
        self.found.records += 1
        self.found.partitions.add(record.partition)
        for raw in (record.value or b"").split(b"\n"):
            # What is white space to JSON may be the end of a line to whoever reads the recording.
            row = raw.replace(b"\r", b" ").strip()
            if not row:
                continue
            try:
                yield self._line(row, record.at)
            except LineError as error:
                self.found.refused[error.reason] += 1
            else:
                self.found.lines += 1

    def _line(self, raw: bytes, appended: int) -> bytes:
        """Return a line, stamped where a replay would come to another event time than a worker.

        A worker takes the append time of what is dated later; a replay doubts a post far ahead of the lines before it.
        """
        line = decode_line(raw, self._limits)
        late = line.at > appended
        line.at = min(line.at, appended)
        jumps = self._reached is None or line.at > self._reached + JUMP_MS
        self._reached = max(line.at, self._reached or 0)
        doubted = jumps and isinstance(line, Post) and line.observed_at is None
        return stamped(raw, line) if late or doubted else raw


def export(log: Log, kafka: KafkaSection, stream: str, exporter: Exporter) -> Iterator[bytes]:
    """Yield the lines of a stream up to where the log ends now, partition by partition. Raises TopicError.

    A record is the stream's by its key; without one in a topic of one partition that bears the stream's name.
    """
    bounds = log.bounds(kafka.posts)
    keys: tuple[bytes | None, ...] = (stream.encode(),)
    if len(bounds) == 1 and stream == kafka.posts:
        keys = (*keys, None)
    for partition, (first, end) in bounds.items():
        for record in log.read(kafka.posts, partition, first, end):
            if record.key in keys:
                yield from exporter.lines(record)
