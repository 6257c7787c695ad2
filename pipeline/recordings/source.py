"""Bytes of a recording as numbered raw lines: plain, gzip or zstd, from a path or standard input, in bounded memory."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
import zstandard

from pipeline.errors import LineError, RecordingError

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

STDIN: Final = "-"
MAX_BARREN_BYTES: Final = 256 * 1024 * 1024
"""Bytes without one good line after which a compressed recording is taken for a decompression bomb."""

_CHUNK: Final = 262_144
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_DAMAGE: Final = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)


class Raw(msgspec.Struct, frozen=True, gc=False):
    """A line as it stands in its file, without its end; numbers start at 1."""

    number: int
    data: bytes


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A place in a file that could not be read as a line."""

    number: int
    error: LineError


class _Stream(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class Source:
    """One recording, read once. ``good`` is told by the reader of the lines: it lets a bomb be recognised."""

    def __init__(self, path: str, line_bytes: int) -> None:
        self.path = path
        self.barren = 0
        self._line_bytes = line_bytes

    def good(self) -> None:
        """Note that a line was of use."""
        self.barren = 0

    def __iter__(self) -> Iterator[Raw | Refused]:
        """Yield lines until the end of the file, or until damage that is told as the last item."""
        with _opened(self.path) as file:
            stream, compressed = _decompressed(file)
            yield from self._lines(stream, compressed=compressed)

    def _lines(self, stream: _Stream, *, compressed: bool) -> Iterator[Raw | Refused]:
        number, tail, skipped = 1, b"", 0
        first = True
        while True:
            try:
                # read1 gives what is there: what precedes the damage of a torn file is not lost.
                chunk = stream.read1(_CHUNK)
            except _DAMAGE as error:
                if tail or skipped:
                    yield Refused(number, LineError("truncated", "the line is torn where the file is damaged"))
                yield Refused(number + 1, LineError("truncated", f"the file is damaged here: {error}"))
                return
            if first:
                chunk, first = chunk.removeprefix(_BYTE_ORDER_MARK), False
            self.barren += len(chunk)
            if compressed and self.barren > MAX_BARREN_BYTES:
                yield Refused(number, LineError("bomb", f"{MAX_BARREN_BYTES} bytes without a good line: cut off"))
                return
            *lines, tail = _split(tail + chunk, last=not chunk)
            for line in lines:
                yield self._whole(number, line, skipped)
                number, skipped = number + 1, 0
            if not chunk:
                if skipped:
                    yield Refused(number, self._too_long(skipped))
                return
            if len(tail) > self._line_bytes:
                # Of a line beyond the limit only its length is kept, and a CR that may be half of its end.
                keep = tail[-1:] if tail.endswith(b"\r") else b""
                skipped, tail = skipped + len(tail) - len(keep), keep

    def _whole(self, number: int, line: bytes, skipped: int) -> Raw | Refused:
        if skipped or len(line) > self._line_bytes:
            return Refused(number, self._too_long(skipped + len(line)))
        return Raw(number, line)

    def _too_long(self, size: int) -> LineError:
        return LineError("too-long", f"{size} bytes, at most {self._line_bytes} are read")


def _split(data: bytes, *, last: bool) -> list[bytes]:
    r"""Split at ``\n``, ``\r\n`` or ``\r``; the last item is what has no end yet, b"" at the end of the file."""
    held = b""
    if data.endswith(b"\r") and not last:
        data, held = data[:-1], b"\r"
    lines = data.splitlines()
    ended = data.endswith((b"\n", b"\r"))
    if last:
        return [*lines, b""]
    if ended or not lines:
        return [*lines, held]
    lines[-1] += held
    return lines


def _opened(path: str) -> io.BufferedReader:
    if path == STDIN:
        # A copy of the descriptor: closing it leaves standard input to whoever reads on.
        return open(os.dup(sys.stdin.fileno()), "rb")  # noqa: PTH123 - a descriptor has no path
    if Path(path).is_dir():
        raise RecordingError(f"{path}: is a folder; name the recordings in it")
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from None


def _decompressed(file: io.BufferedReader) -> tuple[_Stream, bool]:
    magic = file.peek(4)[:4]
    if magic[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=file, mode="rb"), True
    if magic == b"\x28\xb5\x2f\xfd":
        reader = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file, read_across_frames=True)
        return reader, True
    return file, False
