"""Files of recordings: JSON Lines, compressed after the ending of the name."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import zstandard

from pipeline.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Writer(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Write them all."""
        ...


@contextmanager
def recording_writer(path: Path) -> Iterator[Writer]:
    """Yield what writes a new file, through gzip (.gz) or zstd (.zst). Raises RecordingError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = path.open("wb")
    except OSError as error:
        raise RecordingError(f"{path}: cannot be written: {error.strerror}") from None
    with raw:
        if path.suffix == ".gz":
            # Without a time and a name in the header the same lines give the same bytes.
            with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
                yield packed
        elif path.suffix == ".zst":
            with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as frames:
                yield frames
        else:
            yield raw
