"""What an action shares with others: traces, each a kind and an object.

A near-duplicate text is told by its signature; the other kinds are told by name, so that accounts that repost, answer
or link the same thing meet there as those that post the same text do.
"""

from __future__ import annotations

import re
from enum import IntEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from pipeline.text.links import SHORTENERS, link_target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.post import Post

MAX_LINKS: Final = 4
"""Link targets of a post that count as traces."""


MAX_HASHTAGS: Final = 4
"""Hashtags of a post that count as traces; tags for money do not."""

_HASHTAG = re.compile(r"#(\w{3,40})")
_CASHTAG = re.compile(r"\$([a-z]{1,6}\b)")
_REPOST = re.compile(r"\s*rt @(\w+)\s*:", re.IGNORECASE)


class Kind(IntEnum):
    """Kinds of traces. The numbers stand in stored state and in the scripts.

    ``HASHTAG`` and ``REPOSTED`` (the author of what is reposted) tie no pairs: too many strangers meet there. They are
    objects whose authors are searched for look-alikes.
    """

    TEXT = 0
    REPOST = 1
    REPLY = 2
    LINK = 3
    HASHTAG = 4
    REPOSTED = 5
    CASHTAG = 6


_KIND_BYTES: Final = tuple(bytes((kind,)) for kind in Kind)

SEARCHED: Final = frozenset((Kind.HASHTAG, Kind.REPOSTED, Kind.CASHTAG))
"""Kinds of objects that are there for look-alikes alone."""


def named_traces(post: Post, kinds: Collection[Kind]) -> bytes:
    """Return the traces of a post besides its text, of the kinds given: 9 bytes each, kind and hash of the object."""
    named = dict.fromkeys(_named(post))
    return b"".join([_packed(kind, name) for kind, name in named if kind in kinds]) if named else b""


def _packed(kind: Kind, name: str) -> bytes:
    return _KIND_BYTES[kind] + blake2b(name.encode(), digest_size=8).digest()


def _named(post: Post) -> Iterator[tuple[Kind, str]]:
    marked = _REPOST.match(post.text)
    if author := post.repost_author_id or (marked and marked[1].casefold()):
        yield Kind.REPOSTED, f"{post.platform}\0{author}"
    text = post.text.casefold()
    hashtags = tuple(dict.fromkeys(_HASHTAG.findall(text)))[:MAX_HASHTAGS] if "#" in text else ()
    money = _CASHTAG.search(text) if "$" in text else None
    if money and (not hashtags or money.start() < text.index(f"#{hashtags[0]}")):
        yield Kind.CASHTAG, money[1]
    for tag in hashtags:
        yield Kind.HASHTAG, tag
    if post.repost_of:
        yield Kind.REPOST, f"{post.platform}\0{post.repost_of}"
    if post.reply_to:
        yield Kind.REPLY, f"{post.platform}\0{post.reply_to}"
    for url in (post.urls or ())[:MAX_LINKS]:
        yield Kind.LINK, link_target(url)


def link_domain(post: Post) -> str | None:
    """Return the domain of a post's first link; None without one, and for a shortener."""
    if not post.urls:
        return None
    domain = link_target(post.urls[0]).split("/", 1)[0]
    return None if not domain or domain in SHORTENERS else domain
