"""A stream in which many small campaigns begin within minutes, so that the flood guard has something to do."""

from __future__ import annotations

from random import Random

from pipeline.incidents.public import rfc3339
from pipeline.post import Post
from pipeline.simulate.stream import START_MS, simulate

SYLLABLES = ("ba", "co", "di", "fu", "ga", "hel", "ki", "lor", "mun", "ne", "pra", "sto", "tri", "vel", "wo", "zen")


def flooded(
    campaigns: int, *, accounts: int = 6, more: int = 0, texts: int = 5, apart_s: int = 40, seed: int = 1
) -> list[Post]:
    """Return posts in order of time: each campaign posts its texts over some minutes, one campaign after the other.

    Every text of a campaign is posted by ``more`` accounts than the one before.
    """
    random = Random(seed)
    crowd = list(simulate(seed, 600, accounts=0))
    posts: list[Post] = []
    for campaign in range(campaigns):
        begin = START_MS + 120_000 + campaign * apart_s * 1000
        for text in range(texts):
            words = " ".join("".join(random.choices(SYLLABLES, k=3)) for _ in range(12))
            for account in range(accounts + more * text):
                at = begin + text * 30_000 + account * 1000 + campaign
                posts.append(post(f"f{campaign}-{text}-{account}", f"f{campaign}-{account}", words, at))
    return sorted([*crowd, *posts], key=lambda each: each.at)


def post(number: str, author: str, text: str, at: int) -> Post:
    return Post(
        id=number, platform="chirper", author_id=author, text=text, created_at=rfc3339(at), at=at, campaign="flood"
    )
