"""A foreign record into records of posts: its lines, told apart by stream and packed again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import LineError
from pipeline.post import decode_line

if TYPE_CHECKING:
    from pipeline.live.rules import Rules
    from pipeline.post import Limits

_OVERHEAD: Final = 512
"""Bytes around a record's key and value, at most."""


class Refused(msgspec.Struct, frozen=True):
    """A line that no stream can take; ``line`` counts from 1 within the record."""

    line: int
    reason: str
    detail: str
    data: bytes


class Routed(msgspec.Struct):
    """What becomes of a record: lines of each stream as they came, refused ones, and how many fitted no rule."""

    streams: dict[str, list[bytes]] = msgspec.field(default_factory=dict)
    refused: list[Refused] = msgspec.field(default_factory=list)
    lines: int = 0
    unrouted: int = 0


def route_record(topic: str, value: bytes | None, rules: Rules, limits: Limits, record_bytes: int) -> Routed:
    """Return where the lines of a record go. ``record_bytes`` is what a record of posts may have, key and all."""
    routed = Routed()
    for number, raw in enumerate((value or b"").split(b"\n"), 1):
        if raw.strip() in (b"", b"null"):
            continue
        routed.lines += 1
        try:
            streams = rules.streams(topic, decode_line(raw, limits))
            _must_fit(raw, streams, record_bytes)
        except LineError as error:
            routed.refused.append(Refused(number, error.reason, error.detail, raw))
            continue
        routed.unrouted += not streams
        for stream in streams:
            routed.streams.setdefault(stream, []).append(raw)
    return routed


def _must_fit(raw: bytes, streams: list[str], record_bytes: int) -> None:
    for stream in streams:
        if len(raw) > (least := room(stream, record_bytes)):
            raise LineError("too-long", f"{len(raw)} bytes, a record of stream {stream} holds {least}")


def room(stream: str, record_bytes: int) -> int:
    """Return how many bytes the value of a stream's record may have."""
    return record_bytes - _OVERHEAD - len(stream.encode())
