"""Severity from score and size, and the score that an alarm asks for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pipeline.detect.alike import bought
from pipeline.detect.evidence import copy_gap
from pipeline.detect.replies import find_swarm
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import NetworkFacts, ObjectFacts

Severity = Literal["info", "warning", "critical"]

LEAST_ACCOUNTS: Final = 4
"""Accounts below which there is no network: of a group of look-alikes others may belong to another one."""

CRITICAL_ACCOUNTS: Final = 20
BURSTING_ACCOUNTS: Final = 10
"""The same where the network makes a keyword burst: it reaches more people than its own."""

CRITICAL_SCORE: Final = 0.9

WARNING_SCORE: Final = 0.35
"""Score from which accounts that look bought, vary their texts, write in step or answer as bots are an alarm."""

ALONE_SCORE: Final = 0.7
"""The same where accounts like any other copy texts as they are and at leisure, as fans and affiliates do."""

IN_STEP_S: Final = 60.0
"""Seconds from one copy of a text to the next, in the median, up to which a network writes in step."""

VARIED: Final = 0.5
"""Share of the shared texts from which a network varies them: people copy, or add something."""


def asked_score(facts: NetworkFacts) -> float:
    """Return the score from which the network is an alarm."""
    texts = [each for each in facts.objects if each.kind == Kind.TEXT and each.network_members > 1]
    by_hire = bought(facts) or varied(texts) or in_step(texts) or find_swarm(facts) is not None
    return WARNING_SCORE if by_hire else ALONE_SCORE


def varied(texts: Sequence[ObjectFacts]) -> bool:
    """Whether half of the texts differ in more than links, mentions and marks."""
    return bool(texts) and sum(each.varied for each in texts) >= VARIED * len(texts)


def in_step(texts: Sequence[ObjectFacts]) -> bool:
    """Whether copies follow each other closely."""
    gap = copy_gap(texts)
    return gap is not None and gap <= IN_STEP_S


def severity_of(score: float, accounts: int, asked: float, *, bursting: bool = False) -> Severity:
    """Severity from score and size; size without evidence is nothing, nor is evidence without size."""
    if accounts < LEAST_ACCOUNTS:
        return "info"
    if score >= CRITICAL_SCORE and accounts >= (BURSTING_ACCOUNTS if bursting else CRITICAL_ACCOUNTS):
        return "critical"
    return "warning" if score >= asked else "info"
