"""Accounts that were bought or farmed together: young, or old from a narrow band, alike in what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from pipeline.simulate.author import DAY_MS, Author
from pipeline.simulate.crowd import Names, count_of, made, ordinary
from pipeline.simulate.draw import between, gauss, one, pick, whole
from pipeline.simulate.places import PLATFORMS
from pipeline.simulate.speech import SPEECH_OF

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

Age = Literal["young", "aged"]


class Lot(msgspec.Struct, frozen=True):
    """A lot of accounts.

    Born within ``width_days`` from ``age_days`` before the stream on; ``followers`` and ``following`` are typical
    values as log10, ``spread`` and ``following_spread`` their standard deviations. ``one_client`` is the share that
    posts with the same program, ``strays`` the share that was got elsewhere and looks like anybody.
    """

    age_days: float
    width_days: float
    followers: float
    following: float
    spread: float
    following_spread: float
    one_client: float
    strays: float


def draw_lot(random: Random, age: Age) -> Lot:
    """Return a lot as a trade in accounts might have it."""
    young = age == "young"
    return Lot(
        age_days=between(random, 25, 150) if young else between(random, 500, 2600),
        width_days=between(random, 6, 45) if young else between(random, 12, 60),
        followers=between(random, 0.3, 1.4) if young else between(random, 1.2, 3.2),
        following=between(random, 1.3, 2.6) if young else between(random, 1.8, 3.2),
        spread=between(random, 0.14, 0.45),
        following_spread=between(random, 0.1, 0.4),
        one_client=between(random, 0.3, 1.0),
        strays=between(random, 0.0, 0.3),
    )


def draw_lots(random: Random, age: Age) -> tuple[Lot, ...]:
    """Return what a campaign was made of: one lot mostly, sometimes two or three."""
    return tuple(draw_lot(random, age) for _ in range(whole(random, 2, 3) if random.random() < 0.3 else 1))


def hire(
    random: Random, names: Names, now: int, lots: Sequence[Lot], count: int, language: str, platforms: Sequence[str]
) -> list[Author]:
    """Return ``count`` accounts of some lots, spread over platforms in turn."""
    clients = {
        name: pick(random, place.clients, place.client_shares) for name, place in PLATFORMS.items() if place.counts
    }
    accounts = []
    for number in range(count):
        platform, author_id, lot = platforms[number % len(platforms)], names.another(), one(random, lots)
        if random.random() < lot.strays:
            accounts.append(ordinary(random, author_id, now, platform=platform, language=language))
            continue
        client = clients.get(platform) if random.random() < lot.one_client else None
        author = Author(
            author_id=author_id,
            # Nobody is born after the stream begins, however broad the band.
            born=now - int(DAY_MS * max(1.0, lot.age_days - lot.width_days * random.random())),
            followers=count_of(gauss(random, lot.followers, lot.spread)),
            following=count_of(gauss(random, lot.following, lot.following_spread)),
            client=None,
            language=SPEECH_OF[language].language,
        )
        accounts.append(made(random, PLATFORMS[platform], author, client))
    return accounts
