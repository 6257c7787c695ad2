"""Invented platforms: what they tell of an account, how large accounts are there, which programs people post with."""

from __future__ import annotations

from typing import Final

import msgspec


class Platform(msgspec.Struct, frozen=True):
    """``followers``: log10 of the typical count. One without ``counts`` tells neither counts nor clients."""

    name: str
    share: float
    followers: float
    clients: tuple[str, ...]
    client_shares: tuple[float, ...]
    communities: tuple[str, ...] = ()
    counts: bool = True
    reposts: bool = True


_RARE: Final = ("Quillpost", "Featherdesk", "Tootsie", "Larkline", "Pebble", "Owlet", "Driftwood", "Postbox")

PLAZA: Final = Platform(
    "plaza",
    0.68,
    2.25,
    ("Plaza for Android", "Plaza for iPhone", "Plaza Web", "Plaza Lite", "Plaza for Tablets", *_RARE),
    (0.39, 0.29, 0.22, 0.04, 0.03, *(0.03 / len(_RARE),) * len(_RARE)),
)
LANTERN: Final = Platform(
    "lantern",
    0.2,
    1.7,
    ("Lantern app", "Lantern Web", *_RARE[:3]),
    (0.7, 0.27, 0.01, 0.01, 0.01),
)
HEDGE: Final = Platform(
    "hedge",
    0.12,
    0.0,
    (),
    (),
    ("harrowfen", "gardening", "boats-and-ferries", "old-maps", "night-shift", "cooking", "dornwick", "chess"),
    counts=False,
    reposts=False,
)
PLATFORMS: Final = {place.name: place for place in (PLAZA, LANTERN, HEDGE)}
PLATFORM_SHARES: Final = tuple(place.share for place in PLATFORMS.values())
