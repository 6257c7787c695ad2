"""The lines of a record and of a recording: post, delete, tick, control.

A line is a JSON object with a ``type``; without one it is a post. Unknown fields are ignored, a null is a missing
value, of a key given twice the last one counts. Whatever breaks the schema or a limit is a `LineError`.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta, Struct

from pipeline.changes import read_change
from pipeline.errors import LineError
from pipeline.times import event_time, instant

if TYPE_CHECKING:
    from pipeline.sections import LimitsSection

Name = Annotated[str, Meta(min_length=1, max_length=512)]
Label = Annotated[str, Meta(max_length=512)]
Count = Annotated[int, Meta(ge=0, le=2**53)]

KEY_BYTES: Final = 8
"""Bytes of the key of an account or a post."""

_MAX_DEPTH = 32


class Limits(Struct, frozen=True):
    """Bounds of a line; a line over them is refused."""

    line_bytes: int = 65_536
    list_items: int = 64

    @classmethod
    def of(cls, section: LimitsSection) -> Limits:
        """Return what the configuration says."""
        return cls(section.line_bytes, section.list_items)


class Post(Struct, kw_only=True, gc=False, omit_defaults=True):
    """One public item. ``at`` is its event time: the earlier of created and observed, in ms since the epoch.

    ``born`` is the account's creation in ms. ``campaign`` is the truth of a labelled recording: only evaluation
    reads it.
    """

    id: Name
    platform: Name
    author_id: Name
    text: str
    created_at: str
    observed_at: str | None = None
    author_name: str | None = None
    author_created_at: str | None = None
    followers: Count | None = None
    following: Count | None = None
    lang: Label | None = None
    is_repost: bool | None = None
    repost_of: str | None = None
    repost_author_id: str | None = None
    reply_to: str | None = None
    quote_of: str | None = None
    urls: list[str] | None = None
    hashtags: list[str] | None = None
    mentions: list[str] | None = None
    client: Label | None = None
    community: Label | None = None
    campaign: str | None = None
    at: int = msgspec.field(default=0, name="__at")
    born: int | None = msgspec.field(default=None, name="__born")


class Delete(Struct, kw_only=True, gc=False):
    """A post was deleted at ``created_at``."""

    id: Name
    platform: Name
    created_at: str
    at: int = msgspec.field(default=0, name="__at")


class Tick(Struct, kw_only=True, gc=False):
    """Time went on in a silent stream."""

    created_at: str
    at: int = msgspec.field(default=0, name="__at")


class Control(Struct, kw_only=True):
    """An operator's change that takes effect in event order: watch list, allow list, verdict.

    One of these is refused where it cannot be applied; what nobody knows only moves the time.
    """

    action: Name
    created_at: str
    value: str | None = None
    note: str | None = None
    at: int = msgspec.field(default=0, name="__at")


Line = Post | Delete | Tick | Control


class _Typed(Struct):
    type: str = "post"


_typed = msgspec.json.Decoder(_Typed)
_decoders: Final[dict[str, msgspec.json.Decoder[Line]]] = {
    "post": msgspec.json.Decoder(Post),
    "delete": msgspec.json.Decoder(Delete),
    "tick": msgspec.json.Decoder(Tick),
    "control": msgspec.json.Decoder(Control),
}
# `at` and `born` are derived, never read: their names keep a foreign field from filling them.
_post = _decoders["post"]
_encoder = msgspec.json.Encoder()
_DEFAULT: Final = Limits()


def item_key(platform: str, item_id: str) -> bytes:
    """Return the 8-byte key of an account or post: ids are unique within their platform only."""
    return blake2b(f"{platform}\0{item_id}".encode(), digest_size=KEY_BYTES).digest()


def decode_line(raw: bytes, limits: Limits = _DEFAULT) -> Line:
    """Return the line of its JSON. Raises LineError with the reason it is refused for."""
    if len(raw) > limits.line_bytes:
        raise LineError("too-long", f"{len(raw)} bytes, at most {limits.line_bytes} are read")
    try:
        decoder = _decoders[_typed.decode(raw).type] if b'"type"' in raw else _post
        line = decoder.decode(raw)
    except KeyError as error:
        raise LineError("wrong-type", f"unknown type {error.args[0]!r}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _explained(raw, error) from None
    line.at = event_time("created_at", line.created_at)
    if isinstance(line, Post):
        _complete(line, limits)
    elif isinstance(line, Delete):
        _no_nul(line.id, "id")
        _no_nul(line.platform, "platform")
    elif isinstance(line, Control):
        read_change(line.action, line.value, line.note)
    return line


def encode_line(line: Line) -> bytes:
    """Return a line as JSON without what was derived from it."""
    plain = {
        name: value
        for name, value in msgspec.structs.asdict(line).items()
        if value is not None and name not in ("at", "born")
    }
    if not isinstance(line, Post):
        plain = {"type": type(line).__name__.lower(), **plain}
    return _encoder.encode(plain)


def _complete(post: Post, limits: Limits) -> None:
    if "\0" in post.id or "\0" in post.author_id or "\0" in post.platform:
        for field in ("id", "author_id", "platform"):
            _no_nul(getattr(post, field), field)
    if post.observed_at is not None:
        post.at = min(post.at, event_time("observed_at", post.observed_at))
    post.born = None if post.author_created_at is None else instant("author_created_at", post.author_created_at)
    for name, items in (("urls", post.urls), ("hashtags", post.hashtags), ("mentions", post.mentions)):
        if items is not None and len(items) > limits.list_items:
            raise LineError("too-many-items", f"{name} has {len(items)} items, at most {limits.list_items}")


def _no_nul(value: str, field: str) -> None:
    if "\0" in value:
        raise LineError("nul-in-id", f"{field} has a NUL character")


def _explained(raw: bytes, error: Exception) -> LineError:
    """Name the reason of a line that could not be decoded."""
    message = str(error)
    if isinstance(error, RecursionError) or "recursion" in message.lower():
        return LineError("too-deep", "brackets are nested too deeply")
    try:
        raw.decode()
    except UnicodeDecodeError as wrong:
        return LineError("not-utf8", f"byte {wrong.start} is not UTF-8")
    if _depth(raw) > _MAX_DEPTH:
        return LineError("too-deep", "brackets are nested too deeply")
    if isinstance(error, msgspec.ValidationError):
        if "missing required" in message:
            return LineError("missing-field", message)
        return LineError("wrong-type", message)
    return LineError("not-json", message or "no JSON object")


def _depth(raw: bytes) -> int:
    """Return how deep a line opens brackets before the first that closes."""
    head = raw.split(b"]", 1)[0].split(b"}", 1)[0]
    return head.count(b"[") + head.count(b"{")
