"""A recording with one incident of 2,000 accounts and 20,000 posts: what a page must still be usable with."""

from __future__ import annotations

import gzip
from random import Random
from typing import TYPE_CHECKING, Final

from pipeline.incidents.public import rfc3339
from pipeline.post import Post, encode_line

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNTS: Final = 2000
CIRCLE: Final = 20
"""Accounts that post a text; half of them are in the next circle as well, so all hang together."""

TEXTS: Final = 5
"""Texts of a circle: so many meetings make an edge."""

BEGIN: Final = 1_767_258_000_000
STEP_MS: Final = 1200
_DAY_MS: Final = 86_400_000
_SYLLABLES: Final = ("ba", "ko", "lu", "me", "ni", "pra", "sto", "ter", "vi", "zan", "dro", "fel")


def write_throng(path: Path) -> Path:
    """Write it."""
    random = Random(11)
    at = BEGIN
    with gzip.open(path, "wb", compresslevel=1) as file:
        for circle in range(2 * ACCOUNTS // CIRCLE):
            accounts = [(circle * CIRCLE // 2 + number) % ACCOUNTS for number in range(CIRCLE)]
            for text in range(TEXTS):
                words = [_word(random) for _ in range(14)]
                for author in random.sample(accounts, CIRCLE):
                    at += STEP_MS
                    said = [*words[:7], _word(random), *words[7:], "#throng"]
                    file.write(encode_line(_post(f"{circle}-{text}-{author}", author, " ".join(said), at)) + b"\n")
    return path


def _word(random: Random) -> str:
    return "".join(random.choices(_SYLLABLES, k=3))


def _post(name: str, author: int, text: str, at: int) -> Post:
    return Post(
        id=name,
        platform="x",
        author_id=f"account{author:04}",
        text=text,
        created_at=rfc3339(at),
        author_created_at=rfc3339(BEGIN - (30 + author % 90) * _DAY_MS),
        followers=author % 50,
        following=author % 300,
        client="poster",
        community=f"town {author % 7}",
    )
