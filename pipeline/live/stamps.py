"""Lines whose event time nobody who reads them later will doubt. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.post import Limits, Post, decode_line, encode_line

if TYPE_CHECKING:
    from pipeline.post import Line

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEAR_MS: Final = 86_400_000
"""How far the clocks of a producer and a broker may lie apart."""


def rfc3339(ms: int) -> str:
    """Return a time in ms since the epoch as RFC 3339 in UTC."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sent_form(line: Line, now_ms: int, limits: Limits) -> bytes:
    """Return the JSON of a line from which a worker comes to the same event time, ``line.at``.

    A post says when it was observed where its own time was not trusted, or where it is so late that a worker would
    take the record's append time instead. ``now_ms`` is the wall clock.
    """
    raw = encode_line(line)
    trusted = decode_line(raw, limits).at == line.at
    if isinstance(line, Post):
        if trusted and (line.observed_at is not None or line.at < now_ms - _NEAR_MS):
            return raw
        return encode_line(msgspec.structs.replace(line, observed_at=rfc3339(line.at)))
    return raw if trusted else encode_line(msgspec.structs.replace(line, created_at=rfc3339(line.at)))


def stamped(raw: bytes, at_ms: int) -> bytes:
    """Return the JSON object of a line with ``observed_at`` added; of a key given twice the last one counts."""
    return raw.rstrip()[:-1] + b',"observed_at":"' + rfc3339(at_ms).encode() + b'"}'
