"""The chatter of the scenario ``single``: many voices, few of them loud; now and then a headline is shared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pipeline.simulate.author import DAY_MS, Author, make_post
from pipeline.simulate.draw import gauss, one, pick
from pipeline.simulate.vocabulary import HEADLINES, LANGUAGE_SHARES, LANGUAGES, SYLLABLES, TAGS, Language

if TYPE_CHECKING:
    from random import Random

    from pipeline.post import Post

CLIENTS: Final = ("Web", "Android", "iPhone", "Desktop")
CLIENT_SHARES: Final = (0.3, 0.4, 0.25, 0.05)
_HEADLINE_SHARE: Final = 0.02
_REPOST_SHARE: Final = 0.08
_RECENT: Final = 50
_STORY_POSTS: Final = 2000


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
        f"{one(random, language.subjects)} {name(random)}",
        *(one(random, language.verbs), one(random, language.objects)),
        f"{one(random, language.places)} {name(random)}",
    ]
    if random.random() < 0.5:
        parts.insert(0, one(random, language.openers) + ",")
    if random.random() < 0.5:
        parts.append(one(random, language.endings))
    if random.random() < 0.5:
        parts.append(f"{name(random)} {name(random)}")
    return " ".join(parts)


def name(random: Random) -> str:
    """Make a name up."""
    return "".join(one(random, SYLLABLES) for _ in range(3)).capitalize()


def busy(at: int) -> float:
    """Return the rhythm of a day, 0.2 at 4 o'clock to 1 at 16 o'clock UTC."""
    return 0.6 + 0.4 * math.sin(2 * math.pi * (at % DAY_MS / DAY_MS - 0.4167))
