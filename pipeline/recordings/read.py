"""Recordings as lines in event order, with what was refused told and counted."""

from __future__ import annotations

import heapq
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import LineError, RecordingError
from pipeline.post import Limits, Line, decode_line
from pipeline.recordings.jumps import JUMP_MS, guard_jumps
from pipeline.recordings.source import STDIN, Raw, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_PROBE: Final = 20
"""Lines without one JSON object among them after which a file is no recording."""


class Reject(msgspec.Struct, frozen=True):
    """A line that was refused; ``reason`` is a fixed word."""

    file: str
    line: int
    reason: str
    detail: str


class ReadStats(msgspec.Struct):
    """What was read: lines accepted, blank and null lines skipped, rejects by reason, times that were not trusted."""

    lines: int = 0
    skipped: int = 0
    clamped: int = 0
    rejects: Counter[str] = msgspec.field(default_factory=Counter)


def read_lines(
    paths: Sequence[str],
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    sort_window_ms: int = 0,
    on_reject: Callable[[Reject], None] | None = None,
    strict: bool = False,
    stats: ReadStats | None = None,
) -> Iterator[Line]:
    """Yield the lines of several recordings, merged by event time (ties: order of files, then of lines).

    ``sort_window_ms`` puts right what is out of order by less. Raises RecordingError for a file that cannot be read
    or is no recording, with ``strict`` also for the first bad line.
    """
    stats = ReadStats() if stats is None else stats

    def refuse(reject: Reject) -> None:
        stats.rejects[reject.reason] += 1
        if strict:
            raise RecordingError(f"{reject.file}:{reject.line}: {reject.reason}: {reject.detail}")
        if on_reject is not None:
            on_reject(reject)

    # Before merging and sorting: a wrong date would have them wait for what lies behind it.
    files = [guard_jumps(_read_file(path, limits, refuse, stats), stats, JUMP_MS + sort_window_ms) for path in paths]
    lines: Iterator[Line] = heapq.merge(*files, key=lambda line: line.at)
    if sort_window_ms:
        lines = sort_within(lines, sort_window_ms)
    for line in guard_jumps(lines, stats):
        stats.lines += 1
        yield line


def sort_within(lines: Iterable[Line], window_ms: int) -> Iterator[Line]:
    """Yield lines by event time, waiting ``window_ms`` of event time for those that come later; stable."""
    heap: list[tuple[int, int, Line]] = []
    newest = 0
    for number, line in enumerate(lines):
        newest = max(newest, line.at)
        heapq.heappush(heap, (line.at, number, line))
        while heap[0][0] < newest - window_ms:
            yield heapq.heappop(heap)[2]
    while heap:
        yield heapq.heappop(heap)[2]


def recording_hash(paths: Sequence[str], *salt: str) -> str:
    """Return a hash of the files' bytes; standard input, which is read but once, counts by its name."""
    digest = blake2b("\0".join(salt).encode(), digest_size=8)
    for path in paths:
        if path == STDIN:
            digest.update(b"stdin")
            continue
        try:
            with Path(path).open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        except IsADirectoryError:
            raise RecordingError(f"{path}: is a folder; name the recordings in it") from None
        except OSError as error:
            raise RecordingError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()


def _read_file(path: str, limits: Limits, refuse: Callable[[Reject], None], stats: ReadStats) -> Iterator[Line]:
    source = Source(path, limits.line_bytes)
    good, no_json = 0, 0
    for item in source:
        if isinstance(item, Raw):
            if not item.data.strip() or item.data.strip() == b"null":
                stats.skipped += 1
                continue
            try:
                line = decode_line(item.data, limits)
            except LineError as error:
                refused = error
            else:
                good += 1
                source.good()
                yield line
                continue
        else:
            refused = item.error
        no_json += refused.reason == "not-json"
        if not good and no_json >= _PROBE:
            raise _no_recording(path)
        refuse(Reject(path, item.number, refused.reason, refused.detail))
    if not good and no_json:
        raise _no_recording(path)


def _no_recording(path: str) -> RecordingError:
    return RecordingError(
        f"{path}: is no recording: one JSON object a line is expected, none was found "
        "(a CSV file? convert it; docs/formats.md names the fields)"
    )
