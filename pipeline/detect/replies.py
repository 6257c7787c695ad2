"""Reply swarms: the same accounts answer posts with the same keyword within seconds, again and again.

People answer each other, or one star; they take minutes; and what they answer is as mixed as the stream. So a swarm
has to differ in all of this, and else meetings at answered posts say nothing.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.alike import percent
from pipeline.detect.delays import duration, typical
from pipeline.detect.facts import ObjectFacts
from pipeline.detect.signal import Signal, rounded
from pipeline.detect.trigger import Trigger, find_trigger
from pipeline.text.traces import SEARCHED, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import AnsweredFacts, NetworkFacts

BOUND_MS: Final = 120_000
"""Delay beyond which an answer is no trace: twice the bound of a swarm, as archives tell times in whole minutes."""

STEP_MS: Final = 500
"""A delay is kept in a byte: steps of half a second."""

SAMPLE_POSTS: Final = 512
"""Posts of a generation of the stream's sample, at most: shares of 1 % show, in 100 KB."""

SAMPLE_LEAST: Final = 100
"""Posts that a generation of the sample has before the next begins."""

MAX_MEDIAN_S: Final = 60.0
"""Median delay of a swarm in seconds: who reads, thinks and writes takes longer, a bot that polls does not."""

MIN_POSTS: Final = 3
MIN_AUTHORS: Final = 3
"""Authors who were answered: fans of one star, and those who hate him, meet at him alone."""

MIN_SPAN_MS: Final = 600_000
"""Event time from the first answered post to the last: whoever is in a talk has answered back by then."""

TRIGGER_LOG_P: Final = math.log(0.01)
"""Bound on ln p from which their trigger is more common among the answered posts than chance gives."""

MIN_ANSWERS: Final = 50
"""Answers of the stream from which the usual delay is known."""


class Answers(msgspec.Struct, frozen=True):
    """Posts of strangers that members of a network answered.

    How many authors they have, over how many ms they span, the median delay in seconds, what they reacted to.
    """

    objects: tuple[ObjectFacts, ...]
    authors: int
    span: int
    seconds: float
    trigger: Trigger | None

    @property
    def is_hasty(self) -> bool:
        """Whether strangers were answered again and again within seconds, as by bots, whatever they have in common."""
        return len(self.objects) >= MIN_POSTS and self.authors >= MIN_AUTHORS and self.seconds < MAX_MEDIAN_S

    @property
    def is_swarm(self) -> bool:
        """Whether it takes bots that wait for something to answer so."""
        return (
            self.is_hasty
            and self.span >= MIN_SPAN_MS
            and self.trigger is not None
            and self.trigger.log_p is not None
            and self.trigger.log_p <= TRIGGER_LOG_P
        )


@lru_cache(maxsize=4)
def find_answers(facts: NetworkFacts) -> Answers | None:
    """Return what two or more members answered, None for nothing; talks and posts outside the stream do not count."""
    others = [(each, each.answered) for each in facts.objects if each.answered and _is_of_others(each, each.answered)]
    if not others:
        return None
    return Answers(
        objects=tuple(each for each, _ in others),
        authors=len({said.author for _, said in others}),
        span=max(each.first for each, _ in others) - min(each.first for each, _ in others),
        seconds=median(delay for _, said in others for delay in said.seconds),
        trigger=find_trigger([(said.author, said.words) for _, said in others], facts.stream_words),
    )


def find_swarm(facts: NetworkFacts) -> Answers | None:
    """Return the answers of a network that is a swarm, or has one in it."""
    found = find_answers(facts)
    return found if found is not None and found.is_swarm else None


@lru_cache(maxsize=4)
def counted(facts: NetworkFacts) -> tuple[ObjectFacts, ...]:
    """Return the objects at which a meeting says something: answered posts only where a swarm answered them."""
    swarm = find_swarm(facts) is not None
    return tuple(
        each
        for each in facts.objects
        if each.kind not in SEARCHED
        and (each.kind != Kind.REPLY or (swarm and each.answered is not None and _is_of_others(each, each.answered)))
    )


def _is_of_others(each: ObjectFacts, said: AnsweredFacts) -> bool:
    """Whether two or more members answered a post of a stranger that the stream has."""
    return each.network_members >= 2 and said.author is not None and not said.in_talk


def meetings(objects: Sequence[ObjectFacts]) -> int:
    """Return how many pairs of members met at objects. Those whom an object brought in met nobody else before."""
    return sum(math.comb(each.network_members, 2) - math.comb(each.newcomers, 2) for each in objects)


def mostly_replies(facts: NetworkFacts) -> Answers | None:
    """Return the swarm where half of what the network shares are answers: texts of bots are alike besides."""
    swarm = find_swarm(facts)
    if swarm is None:
        return None
    texts = sum(each.posts for each in facts.objects if each.kind == Kind.TEXT)
    return swarm if 2 * sum(each.posts for each in swarm.objects) >= texts else None


def reply_latency(facts: NetworkFacts) -> Signal | None:
    """Median seconds from a post to its answers, beside what is usual in the stream."""
    found = find_answers(facts)
    if found is None or len(found.objects) < MIN_POSTS:
        return None
    value = rounded(found.seconds)
    text = f"half of the answers came within {duration(value)}"
    usual = typical(facts.stream_answers) if sum(facts.stream_answers) >= MIN_ANSWERS else None
    if usual is not None:
        text += f"; in this stream half of them come within {duration(usual)}"
    return Signal(signal="reply-latency", value=value, expected=None if usual is None else float(usual), text=text)


def reply_targets(facts: NetworkFacts) -> Signal | None:
    """Share of the answered posts that carry one of their most telling words, against the stream's posts."""
    found = find_answers(facts)
    if found is None or len(found.objects) < MIN_POSTS or found.trigger is None:
        return None
    trigger, posts = found.trigger, len(found.objects)
    answered = f"{posts} posts by {found.authors} authors were answered together"
    text = f"{answered}, {trigger.carrying} of them carry {trigger}"
    if trigger.usual is not None:
        text += f"; about {percent(trigger.usual)} of this stream's posts do"
    return Signal(
        signal="reply-targets",
        value=rounded(trigger.carrying / posts),
        expected=None if trigger.usual is None else rounded(trigger.usual),
        p_value=None if trigger.log_p is None else rounded(math.exp(max(-690.0, trigger.log_p))),
        text=text,
    )


def swarm_summary(swarm: Answers, accounts: int) -> str:
    """Return a swarm in a sentence."""
    subject = f" with {swarm.trigger}" if swarm.trigger else ""
    return (
        f"{accounts} accounts answered {len(swarm.objects)} posts{subject}, typically within {duration(swarm.seconds)}"
    )
