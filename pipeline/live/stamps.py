"""Lines whose event time nobody who reads them later will doubt. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.incidents.public import rfc3339
from pipeline.post import Limits, Post, decode_line, encode_line

if TYPE_CHECKING:
    from pipeline.post import Line


def sent_form(line: Line, limits: Limits) -> bytes:
    """Return the JSON of a line from which every reader comes to the same event time, ``line.at``."""
    raw = encode_line(line)
    return raw if decode_line(raw, limits).at == line.at else stamped(raw, line)


def stamped(raw: bytes, line: Line) -> bytes:
    """Return the JSON object of a line with its event time ``line.at`` added, all else as it is.

    It is when a post was observed, and when something else was created; of a key given twice the last one counts.
    """
    field = b"observed_at" if isinstance(line, Post) else b"created_at"
    return raw.rstrip()[:-1] + b',"' + field + b'":"' + rfc3339(line.at).encode() + b'"}'
