"""Bursts of keywords as evidence of a network: how much of them its accounts made. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.signal import Signal, rounded

if TYPE_CHECKING:
    from pipeline.detect.facts import BurstFacts, NetworkFacts

SHOWN: Final = 3
"""Bursts that are told in a sentence each."""

MOSTLY: Final = 0.5
"""Share of a burst's posts from which it is made by a network."""

LEAST_POSTS: Final = 8
"""Posts of a network from which a burst says anything of it."""


class BurstShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A burst that an incident's accounts take part in: ``share`` of its posts are theirs."""

    keyword: str
    opened_at: str
    posts: int
    accounts: int
    share: float
    significance: float
    ratio: float
    label: str = ""


def share_of(burst: BurstFacts) -> float:
    """Return the share of a burst's posts that the network made."""
    return burst.own_posts / burst.posts


def made_by(facts: NetworkFacts) -> BurstFacts | None:
    """Return the burst with most posts of the network that is mostly its work, None for none."""
    made = (each for each in facts.bursts if share_of(each) >= MOSTLY and each.own_posts >= LEAST_POSTS)
    return next(made, None)


def burst_shares(facts: NetworkFacts) -> list[Signal]:
    """Return the bursts that the network takes part in."""
    return [
        Signal(
            signal="burst-share",
            value=rounded(share_of(each)),
            text=f"{each.own_posts} of {each.posts} posts of the burst on {each.label or each.keyword} are by "
            f"{each.own_authors} of these accounts; at most it had {rounded(each.ratio):g} times the usual posts",
        )
        for each in facts.bursts[:SHOWN]
    ]
