"""What explains one text without a campaign. Pure."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.detect.facts import NetworkFacts, ObjectFacts

MOST: Final = 0.8
"""Share of a network's texts, of its accounts, or of a text's, that a cause must explain."""

RARE_CLIENT: Final = 0.03
"""Share of the stream's authors up to which a client is one that hardly anybody uses."""

OFFICIAL: Final = 100_000
"""Followers from which an account's text is an official template for those who copy it."""


def is_official(text: ObjectFacts) -> bool:
    """Whether a very large account wrote it first, or the one that its copies name: a call for votes, a prize draw."""
    named = bool(text.first_author) and all(f"@{text.first_author}" in sample for sample in text.samples)
    return named or (text.first_followers or 0) >= OFFICIAL


def is_of_usual_client(text: ObjectFacts) -> bool:
    """Whether nearly all members who posted it did so with the network's usual client."""
    return text.same_client >= MOST * text.network_members


def has_rare_client(facts: NetworkFacts) -> bool:
    """Whether the client that most members post with, of equal ones the first by name, is one that few others use."""
    clients = Counter(row.client for row in facts.members if row.client is not None)
    usual = min(clients, key=lambda name: (-clients[name], name), default=None)
    return usual is not None and facts.baseline.client_share(usual) <= RARE_CLIENT


def meetings(text: ObjectFacts) -> int:
    """Return how many pairs of members met at it."""
    return math.comb(text.network_members, 2)
