"""Organic chatter: many voices, few of them loud, most active in the evening; now and then a headline is shared."""

from __future__ import annotations

import math
from bisect import bisect
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from pipeline.incidents.public import rfc3339
from pipeline.post import Post
from pipeline.simulate.vocabulary import HEADLINES, LANGUAGE_SHARES, LANGUAGES, SYLLABLES, TAGS, Language

if TYPE_CHECKING:
    from random import Random

T = TypeVar("T")

DAY_MS: Final = 86_400_000
CLIENTS: Final = ("Web", "Android", "iPhone", "Desktop")
CLIENT_SHARES: Final = (0.3, 0.4, 0.25, 0.05)
_HEADLINE_SHARE: Final = 0.02
_REPOST_SHARE: Final = 0.08
_RECENT: Final = 50
_STORY_POSTS: Final = 2000


class Author(msgspec.Struct, frozen=True, gc=False):
    """An account: ``born`` in ms."""

    author_id: str
    born: int
    followers: int
    following: int
    client: str
    language: Language


class Crowd:
    """Ordinary accounts, made when they first speak; some speak often, most once or twice."""

    def __init__(self, random: Random, size: int, now: int) -> None:
        self._random = random
        self._now = now
        self._known: dict[int, Author] = {}
        self._size = size

    def speaker(self) -> Author:
        """Return who speaks next."""
        # The inverse of a power law: the share of the first r of n accounts is (r / n) ** 0.5.
        rank = int(self._size * self._random.random() ** 2)
        if rank not in self._known:
            self._known[rank] = self._born(f"o{rank:07d}")
        return self._known[rank]

    def _born(self, name: str) -> Author:
        random = self._random
        followers = int(10 ** gauss(random, 2.3, 0.85))
        return Author(
            author_id=name,
            born=self._now - int(DAY_MS * (5 + 3200 * random.random())),
            followers=followers,
            following=int(10 ** gauss(random, 2.3, 0.6)),
            client=pick(random, CLIENTS, CLIENT_SHARES),
            language=pick(random, LANGUAGES, LANGUAGE_SHARES),
        )


class Chatter:
    """What the crowd says."""

    def __init__(self, random: Random, crowd: Crowd) -> None:
        self._random = random
        self._crowd = crowd
        self._recent: list[Post] = []
        self._news: tuple[str, str] | None = None
        self._news_since = 0

    def post(self, number: int, at: int) -> Post:
        """Return the post of somebody at an event time in ms."""
        random, author = self._random, self._crowd.speaker()
        draw = random.random()
        if draw < _REPOST_SHARE and self._recent:
            original = self._recent[random.randrange(len(self._recent))]
            return make_post(
                number,
                at,
                author,
                f"RT @{original.author_id}: {original.text}",
                is_repost=True,
                repost_of=original.id,
                repost_author_id=original.author_id,
            )
        if draw < _REPOST_SHARE + _HEADLINE_SHARE:
            headline, link = self._story(number)
            return make_post(number, at, author, f"{headline} {link} via @harrowfen_news", urls=[link])
        text = sentence(random, author.language)
        tags = [TAGS[random.randrange(len(TAGS))]] if random.random() < 0.2 else None
        post = make_post(number, at, author, text + (f" #{tags[0]}" if tags else ""), hashtags=tags)
        self._recent.append(post)
        if len(self._recent) > _RECENT:
            del self._recent[0]
        return post

    def _story(self, number: int) -> tuple[str, str]:
        """Return the headline of the hour and its link; strangers share it word for word."""
        if not self._news or number - self._news_since > _STORY_POSTS:
            self._news_since = number
            words = HEADLINES[self._random.randrange(len(HEADLINES))]
            headline = words.format(name(self._random), name(self._random))
            self._news = (headline, f"https://news.example/{number}")
        return self._news


def sentence(random: Random, language: Language) -> str:
    """Put a sentence together; names make it its author's own."""
    parts = [
        f"{_one(random, language.subjects)} {name(random)}",
        *(_one(random, language.verbs), _one(random, language.objects)),
        f"{_one(random, language.places)} {name(random)}",
    ]
    if random.random() < 0.5:
        parts.insert(0, _one(random, language.openers) + ",")
    if random.random() < 0.5:
        parts.append(_one(random, language.endings))
    if random.random() < 0.5:
        parts.append(f"{name(random)} {name(random)}")
    return " ".join(parts)


def name(random: Random) -> str:
    """Make a name up."""
    return "".join(_one(random, SYLLABLES) for _ in range(3)).capitalize()


def make_post(number: int, at: int, author: Author, text: str, **more: object) -> Post:
    """Return a post by an author."""
    stamp = rfc3339(at)
    return Post(
        id=f"s{number}",
        platform="simulated",
        author_id=author.author_id,
        text=text,
        created_at=stamp,
        author_created_at=rfc3339(author.born),
        followers=author.followers,
        following=author.following,
        lang=author.language.code,
        client=author.client,
        at=at,
        born=author.born,
        **more,  # type: ignore[arg-type] # named at the calls above
    )


def busy(at: int) -> float:
    """Return the rhythm of a day, 0.2 at 4 o'clock to 1 at 16 o'clock UTC."""
    return 0.6 + 0.4 * math.sin(2 * math.pi * (at % DAY_MS / DAY_MS - 0.4167))


def pick(random: Random, items: tuple[T, ...], shares: tuple[float, ...]) -> T:
    """Return an item by its share."""
    return items[min(bisect(list(accumulate(shares)), random.random()), len(items) - 1)]


def gauss(random: Random, mean: float, deviation: float) -> float:
    """Return a normal number from two uniform ones (Box and Muller 1958), alike on every Python version."""
    radius = math.sqrt(-2 * math.log(1 - random.random()))
    return mean + deviation * radius * math.cos(2 * math.pi * random.random())


def _one(random: Random, words: tuple[str, ...]) -> str:
    return words[random.randrange(len(words))]
