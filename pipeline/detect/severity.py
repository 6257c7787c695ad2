"""Severity from score and size, and the score that an alarm asks for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pipeline.detect.alike import bought
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from pipeline.detect.facts import NetworkFacts

Severity = Literal["info", "warning", "critical"]

CRITICAL_ACCOUNTS: Final = 20
CRITICAL_SCORE: Final = 0.9

WARNING_SCORE: Final = 0.35
"""Score from which a network is an alarm where its accounts look bought or its texts are varied word by word."""

ALONE_SCORE: Final = 0.5
"""The same where accounts who look like anybody copy texts as they are: fans and friends do that as well."""

VARIED: Final = 0.5
"""Share of the shared texts from which a network varies them: people copy, or add something."""


def asked_score(facts: NetworkFacts) -> float:
    """Return the score from which the network is an alarm."""
    return WARNING_SCORE if bought(facts) or varies(facts) else ALONE_SCORE


def varies(facts: NetworkFacts) -> bool:
    """Whether texts at which members met differ in more than links, mentions and marks."""
    texts = [each for each in facts.objects if each.kind == Kind.TEXT and each.network_members > 1]
    return bool(texts) and sum(each.varied for each in texts) >= VARIED * len(texts)


def severity_of(score: float, accounts: int, asked: float) -> Severity:
    """Severity from score and size; size without evidence is nothing."""
    if score >= CRITICAL_SCORE and accounts >= CRITICAL_ACCOUNTS:
        return "critical"
    return "warning" if score >= asked else "info"
