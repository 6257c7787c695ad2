"""An account, and a post by it."""

from __future__ import annotations

from typing import Final

import msgspec

from pipeline.incidents.public import rfc3339
from pipeline.post import Post
from pipeline.simulate.vocabulary import Language

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000


class Author(msgspec.Struct, frozen=True, gc=False):
    """An account: ``born`` in ms; what its platform does not tell is None."""

    author_id: str
    born: int
    followers: int | None
    following: int | None
    client: str | None
    language: Language
    platform: str = "simulated"
    communities: tuple[str, ...] = ()


def make_post(number: int, at: int, author: Author, text: str, **more: object) -> Post:
    """Return the ``number``-th post of a stream; ``more`` are fields of `Post`, also in place of the author's."""
    fields: dict[str, object] = {
        "author_created_at": rfc3339(author.born),
        "followers": author.followers,
        "following": author.following,
        "lang": author.language.code,
        "client": author.client,
        **more,
    }
    return Post(
        id=f"s{number}",
        platform=author.platform,
        author_id=author.author_id,
        text=text,
        created_at=rfc3339(at),
        at=at,
        born=author.born,
        **fields,  # type: ignore[arg-type] # named above and at the calls
    )
