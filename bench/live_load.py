"""Posts for the latency of a worker: chatter, and in its midst many small campaigns, each found while it runs. Pure."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from pipeline.simulate.author import DAY_MS, Author, make_post
from pipeline.simulate.chatter import Chatter, Crowd, sentence
from pipeline.simulate.stream import START_MS
from pipeline.simulate.vocabulary import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.post import Post

ACCOUNTS: Final = 6
TEXTS: Final = 5
"""Of a campaign: each account posts each text once. Two texts in common make an edge, three a network."""

STEP: Final = 150
"""Places in the stream from one post of a campaign to its next, on average."""

PER_S: Final = 1000
"""Posts of a second: their times are a millisecond apart."""

QUIET: Final = 0.05
"""Share of the stream before the first campaign begins."""


def load(posts: int, campaigns: int, seed: int = 1) -> Iterator[Post]:
    """Yield ``posts`` posts a millisecond apart; accounts of campaign 7 are named ``c7-0``, ``c7-1`` and so on.

    Raises ValueError where so many campaigns do not fit in.
    """
    random = Random(seed)
    crowd = Crowd(random, max(1000, posts // 2), START_MS)
    chatter = Chatter(random, crowd)
    hired = _placed(random, posts, campaigns)
    for number in range(posts):
        at = START_MS + number
        row = hired.get(number)
        yield make_post(number, at, *row) if row else chatter.post(number, at)


def campaign_of(account: str) -> str | None:
    """Return the campaign of an account, None of somebody else."""
    return account.split("-", maxsplit=1)[0] if account.startswith("c") else None


def _placed(random: Random, posts: int, campaigns: int) -> dict[int, tuple[Author, str]]:
    """Return author and text of each post of a campaign, by its place in the stream."""
    lasts = ACCOUNTS * TEXTS * STEP
    first = int(QUIET * posts)
    free = posts - first - lasts
    if campaigns * ACCOUNTS * TEXTS > free // 2:
        raise ValueError(f"{campaigns} campaigns do not fit into {posts} posts")
    placed: dict[int, tuple[Author, str]] = {}
    for number in range(campaigns):
        accounts = _hired(random, f"c{number}")
        texts = [sentence(random, ENGLISH) for _ in range(TEXTS)]
        begin = first + free * number // campaigns
        for turn in range(ACCOUNTS * TEXTS):
            place = begin + turn * STEP + random.randrange(STEP // 2)
            while place in placed:
                place += 1
            placed[place] = (accounts[turn % ACCOUNTS], texts[turn // ACCOUNTS])
    return placed


def _hired(random: Random, name: str) -> list[Author]:
    """Return accounts that were bought together."""
    born = START_MS - int(DAY_MS * (30 + 1000 * random.random()))
    return [
        Author(
            author_id=f"{name}-{number}",
            born=born + int(7 * DAY_MS * random.random()),
            followers=random.randrange(30),
            following=80 + random.randrange(60),
            client="Web",
            language=ENGLISH,
        )
        for number in range(ACCOUNTS)
    ]
