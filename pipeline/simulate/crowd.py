"""Ordinary accounts: born over twelve years, with few or many followers, on several platforms, in several languages.

An account is worked out from the seed and its rank whenever it is asked for, so that a crowd of any size takes no
memory; a few thousand of them are kept at hand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pipeline.simulate.author import DAY_MS, HOUR_MS, Author
from pipeline.simulate.chatter import busy
from pipeline.simulate.draw import between, derived, gauss, one, pick, some
from pipeline.simulate.places import PLATFORM_SHARES, PLATFORMS, Platform
from pipeline.simulate.speech import SPEECH_OF, SPEECH_SHARES, SPEECHES

if TYPE_CHECKING:
    from random import Random

AT_HAND: Final = 8192
_TRIES: Final = 8
_MOST: Final = 5_000_000
_BITS: Final = (1 << 32) - 1


class Names:
    """Account ids that tell nothing: numbers of the crowd and of everybody else go through one scrambled sequence."""

    def __init__(self, seed: int) -> None:
        self._key = derived(seed, "names").randrange(1 << 32)
        self._others = 0

    def of_rank(self, rank: int) -> str:
        """Return the id of a rank of the crowd."""
        return self._scrambled(2 * rank)

    def another(self) -> str:
        """Return an id that nobody has."""
        self._others += 1
        return self._scrambled(2 * self._others - 1)

    def _scrambled(self, number: int) -> str:
        """Mix 32 bits one to one (the finaliser of MurmurHash3, Appleby 2011)."""
        mixed = (number ^ self._key) & _BITS
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            mixed = (mixed ^ (mixed >> shift)) * factor & _BITS
        return f"u{mixed ^ (mixed >> 16):08x}"


class Crowd:
    """Ranks from 0, the loudest, to ``size``."""

    def __init__(self, seed: int, size: int, now: int, names: Names) -> None:
        self.names = names
        self.now = now
        self._seed = seed
        self._size = size
        self._known: dict[int, Author] = {}

    def account(self, rank: int) -> Author:
        """Return the account of a rank."""
        if rank not in self._known:
            if len(self._known) >= AT_HAND:
                self._known.clear()
            random = derived(self._seed, f"crowd/{rank}")
            self._known[rank] = ordinary(random, self.names.of_rank(rank), self.now)
        return self._known[rank]

    def speaker(self, random: Random, at: int) -> Author:
        """Return who speaks at an event time: few speak much, and rather by the day of their own clock."""
        # The inverse of a power law: the share of the first r of n accounts is (r / n) ** 0.5.
        for _ in range(_TRIES):
            author = self.account(int(self._size * random.random() ** 2))
            if random.random() < busy(at + HOUR_MS * SPEECH_OF[author.language.code].zone_h):
                break
        return author

    def stranger(self, random: Random, platform: str | None = None, language: str | None = None) -> Author:
        """Return somebody, loud or silent, where one can be found of a platform and with a language."""
        for _ in range(16 * _TRIES):
            author = self.account(int(self._size * random.random() ** 1.3))
            if platform in (None, author.platform) and language in (None, author.language.code):
                break
        return author

    def strangers(
        self, random: Random, count: int, platform: str | None = None, language: str | None = None
    ) -> list[Author]:
        """Return different accounts, fewer than asked for where the crowd has no more."""
        found: dict[str, Author] = {}
        for _ in range(4 * count):
            if len(found) == count:
                break
            author = self.stranger(random, platform, language)
            found[author.author_id] = author
        return list(found.values())


def ordinary(
    random: Random, author_id: str, now: int, *, platform: str | None = None, language: str | None = None
) -> Author:
    """Make an account up as people open and keep them."""
    place = PLATFORMS[platform or pick(random, tuple(PLATFORMS), PLATFORM_SHARES)]
    speech = SPEECH_OF[language] if language else pick(random, SPEECHES, SPEECH_SHARES)
    days = _age(random)
    followers = gauss(random, place.followers + 0.35 * (math.log10(days + 1) - 3), 0.8)
    following = gauss(random, 0.55 * place.followers + 1.0 + 0.3 * (followers - place.followers), 0.5)
    return made(
        random,
        place,
        Author(
            author_id=author_id,
            born=now - int(DAY_MS * days),
            followers=count_of(followers),
            following=count_of(following),
            client=None,
            language=speech.language,
        ),
    )


def made(random: Random, place: Platform, author: Author, client: str | None = None) -> Author:
    """Settle an account on a platform: what is not told there is blanked, a client drawn where none is given."""
    communities = tuple(some(random, place.communities, 1 + random.randrange(3))) if place.communities else ()
    return Author(
        author_id=author.author_id,
        born=author.born,
        followers=author.followers if place.counts else None,
        following=author.following if place.counts else None,
        client=(client or pick(random, place.clients, place.client_shares)) if place.counts else None,
        language=author.language,
        platform=place.name,
        communities=communities,
    )


def count_of(log10: float) -> int:
    """Return the count of a decimal logarithm, at most five million."""
    return min(_MOST, int(10 ** min(log10, 7)))


def _age(random: Random) -> float:
    """Days since an account was opened: 1.4 % are younger than 30 days, 5.5 % than 90, the others up to 12 years."""
    draw = random.random()
    if draw < 0.014:
        return between(random, 0.5, 30)
    if draw < 0.055:
        return between(random, 30, 90)
    return 90 + 4300 * random.random()


def community(random: Random, author: Author) -> str | None:
    """Return where an account posts: one of its communities, None on a platform without."""
    return one(random, author.communities) if author.communities else None
