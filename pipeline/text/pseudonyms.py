"""Keyed pseudonyms for accounts: who cannot read the key cannot tell who posted, and the same campaigns are found."""

from __future__ import annotations

import re
from base64 import b32encode
from hmac import digest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.post import Post

PREFIX: Final = "p_"
"""What every pseudonym begins with: letters and digits as of a name, so that a mention stays a mention."""

CHARS: Final = 16
"""Characters after it, 5 bits each: among a million accounts two agree with a chance of 1 to 2,000 billion."""

FORM: Final = re.compile(rf"{PREFIX}[a-z2-7]{{{CHARS}}}")
"""How every pseudonym looks."""

_DIGEST_BYTES: Final = CHARS * 5 // 8

_MENTION: Final = re.compile(r"[@＠﹫](\w+(?:\.[a-z0-9][a-z0-9-]*)*)")
"""A name after its sign, in all the widths that are normalised to it; with the labels of a name that is a domain."""


class Pseudonyms:
    """Replaces ids and names of accounts by HMAC-SHA256 of platform and id or name, under a secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_id(self, platform: str, account: str) -> str:
        """Return the pseudonym of an account id. Ids are compared as they are: some platforms' differ by case alone."""
        # A platform holds no NUL (pipeline.post), so no two pairs run into one.
        told = f"{platform}\0{account}".encode("utf-8", "surrogatepass")
        return PREFIX + b32encode(digest(self._key, told, "sha256")[:_DIGEST_BYTES]).decode().lower()

    def of_name(self, platform: str, name: str) -> str:
        """Return the pseudonym of a name, with or without its sign, in whatever case."""
        return self.of_id(platform, name.lstrip("@＠﹫").lower())

    def apply(self, post: Post) -> None:
        """Replace, in place, the ids and names of accounts of a post, and the mentions in its text.

        Ids of posts and links stay as they are, though some name an account.
        """
        platform = post.platform
        post.author_id = self.of_id(platform, post.author_id)
        # An empty name or id says that there is none, and has to go on saying so.
        if post.author_name:
            post.author_name = self.of_name(platform, post.author_name)
        if post.repost_author_id:
            post.repost_author_id = self.of_id(platform, post.repost_author_id)
        if post.mentions:
            post.mentions = [self.of_name(platform, name) if name else name for name in post.mentions]
        post.text = self.in_text(platform, post.text)

    def in_text(self, platform: str, text: str) -> str:
        """Return a text with the pseudonyms of the names that it mentions."""
        return _MENTION.sub(lambda found: f"@{self.of_name(platform, found[1])}", text)


class Shown(Pseudonyms):
    """Pseudonyms of accounts of which some have been given one before, whatever the key: those stay as they are."""

    def of_id(self, platform: str, account: str) -> str:
        """Return the pseudonym of an account id."""
        return account if FORM.fullmatch(account) else super().of_id(platform, account)
