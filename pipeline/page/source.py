"""What a page is built from, wherever it comes from: a replay that has just ended, or what a live stream keeps."""

from __future__ import annotations

from typing import Protocol

import msgspec

from pipeline.bursts.burst import FirstPost
from pipeline.detect.allow import NOBODY, AllowList
from pipeline.detect.facts import NetworkFacts
from pipeline.incidents.fold import Standing
from pipeline.incidents.history import Happened
from pipeline.incidents.public import VerdictEvent
from pipeline.page.activity import Activity


class Names(Protocol):
    """How accounts are shown: as they are in the data, or as pseudonyms, given ``once`` or always the same."""

    pseudonyms: bool
    once: bool

    def account(self, platform: str, author_id: str, name: str | None = None) -> str:
        """Return the name of an account; ``name`` is the one that posts told, if any."""

    def text(self, text: str, platform: str = "") -> str:
        """Return a text with the accounts that it mentions as they are shown."""


class Source(msgspec.Struct, frozen=True, eq=False):
    """An incident as of event time ``as_of`` (ms).

    ``facts`` are those of the last look at its network, None where nothing of it is kept any more or it is a burst;
    ``allowed`` is whom an operator vouched for then. ``links`` are the operator's own, filled in. ``first_posts`` are
    those that a burst began with.
    """

    standing: Standing
    life: list[Happened]
    answers: list[VerdictEvent]
    as_of: int
    facts: NetworkFacts | None = None
    allowed: AllowList = NOBODY
    activity: Activity | None = None
    links: dict[str, str] = {}
    replay: bool = False
    first_posts: list[FirstPost] = []
