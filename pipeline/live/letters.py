"""Dead letters: what was refused, with its reason and its origin, as a record of the topic and back. Pure."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import LineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEPT_BYTES: Final = 65_536
"""Bytes of a refused line or record that its letter keeps."""

DETAIL_CHARS: Final = 500

KEY_BYTES: Final = 4096
"""Bytes of a record's key up to which a letter tells it: no letter must be too long for its topic."""

_NUMBER: Final = re.compile(rb"[0-9]{1,19}")
_SHA256: Final = re.compile(rb"[0-9a-f]{64}")


class DeadLetter(msgspec.Struct, frozen=True):
    """What was refused and where it stood. ``reason`` is a fixed word, as of a LineError.

    ``line`` counts from 1 within the record, 0 is the record as a whole; ``data`` is the whole line or record.
    """

    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    line: int
    key: bytes | None
    data: bytes


class Letter(DeadLetter, frozen=True):
    """A letter as the topic holds it: ``data`` is the first 64 KiB, ``length`` (bytes) and ``sha256`` are of all."""

    length: int
    sha256: str
    withheld: bool

    @property
    def is_whole(self) -> bool:
        """Whether the data is all that was refused, so that it can be sent again."""
        return not self.withheld and len(self.data) == self.length and sha256(self.data).hexdigest() == self.sha256


def encode_letter(letter: DeadLetter, *, withhold: bool = False) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return value and headers of a letter's record.

    ``withhold`` keeps data and key out of it. A key that is too long is left out as well, and the letter says so.
    """
    headers = [
        ("reason", _text(letter.reason)),
        ("detail", _text(letter.detail[:DETAIL_CHARS])),
        ("topic", _text(letter.topic)),
        ("partition", b"%d" % letter.partition),
        ("offset", b"%d" % letter.offset),
        ("line", b"%d" % letter.line),
        ("length", b"%d" % len(letter.data)),
        ("sha256", sha256(letter.data).hexdigest().encode()),
    ]
    incomplete = withhold or (letter.key is not None and len(letter.key) > KEY_BYTES)
    if incomplete:
        headers.append(("withheld", b"1"))
    elif letter.key is not None:
        headers.append(("key", letter.key))
    return b"" if withhold else letter.data[:KEPT_BYTES], headers


def decode_letter(value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> Letter:
    """Return the letter of a record. Raises LineError (no-letter) for a record that somebody else has written."""
    found = {name: data for name, data in headers if data is not None}
    digest = found.get("sha256", b"")
    if not _SHA256.fullmatch(digest):
        raise LineError("no-letter", "the header sha256 is missing or no SHA-256")
    return Letter(
        reason=_word(found, "reason"),
        detail=_word(found, "detail"),
        topic=_word(found, "topic"),
        partition=_number(found, "partition"),
        offset=_number(found, "offset"),
        line=_number(found, "line"),
        key=found.get("key"),
        data=value or b"",
        length=_number(found, "length"),
        sha256=digest.decode(),
        withheld="withheld" in found,
    )


def _text(text: str) -> bytes:
    # A detail may quote a lone surrogate of a JSON string, which has no UTF-8 form.
    return text.encode("utf-8", "replace")


def _word(headers: Mapping[str, bytes], name: str) -> str:
    if name not in headers:
        raise LineError("no-letter", f"the header {name} is missing")
    return headers[name].decode("utf-8", "replace")


def _number(headers: Mapping[str, bytes], name: str) -> int:
    data = headers.get(name, b"")
    if not _NUMBER.fullmatch(data):
        raise LineError("no-letter", f"the header {name} is missing or no number")
    return int(data)
