"""What an action shares with others: traces, each a kind and an object.

A near-duplicate text is told by its signature; the other kinds are told by name, so that accounts that repost, answer
or link the same thing meet there as those that post the same text do.
"""

from __future__ import annotations

from enum import IntEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.post import Post

MAX_LINKS: Final = 4
"""Link targets of a post that count as traces."""


class Kind(IntEnum):
    """Kinds of traces. The numbers stand in stored state and in the scripts."""

    TEXT = 0
    REPOST = 1
    REPLY = 2
    LINK = 3


def named_traces(post: Post, kinds: Collection[Kind]) -> bytes:
    """Return the traces of a post besides its text, of the kinds given: 9 bytes each, kind and hash of the object."""
    return b"".join(
        kind.to_bytes(1) + blake2b(name.encode(), digest_size=8).digest()
        for kind, name in dict.fromkeys(_named(post))
        if kind in kinds
    )


def _named(post: Post) -> Iterator[tuple[Kind, str]]:
    if post.repost_of:
        yield Kind.REPOST, f"{post.platform}\0{post.repost_of}"
    if post.reply_to:
        yield Kind.REPLY, f"{post.platform}\0{post.reply_to}"
    for url in (post.urls or ())[:MAX_LINKS]:
        yield Kind.LINK, link_target(url)


def link_target(url: str) -> str:
    """Return host and path of a link, without scheme, ``www.``, query and trailing slash."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:  # brackets that are no IPv6 address: taken as it is
        return url
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"
