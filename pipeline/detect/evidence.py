"""Named signals of a network: a value, what chance would give, and a sentence.

A signal stays silent where its fields are missing: a missing value is not zero, and that a field is present says
nothing. Bounds on p are Chernoff bounds: ``ln p <= k - lam + k ln(lam / k)`` for a Poisson sum and
``ln p <= -n KL(k/n || q)`` for a binomial one.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING, Final

from pipeline.detect.alike import look_alikes, percent
from pipeline.detect.burst_share import burst_shares
from pipeline.detect.chance import binomial_log_p
from pipeline.detect.delays import duration, typical
from pipeline.detect.reach import communities_reached, platforms_reached, rival_network
from pipeline.detect.replies import counted, meetings, mostly_replies, reply_latency, reply_targets
from pipeline.detect.signal import Signal, rounded
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import NetworkFacts, ObjectFacts

MIN_KNOWN: Final = 8
"""Members that must carry a field before its signal speaks."""

YOUNG_MS: Final = 90 * 86_400_000
YOUNG_SHARE: Final = 0.055
"""Share of authors younger than 90 days among 15,324 organic ones (references in docs/detection.md)."""


_THINGS: Final = {
    Kind.TEXT: "near-identical texts",
    Kind.REPOST: "reposts of one post",
    Kind.REPLY: "answered posts",
    Kind.LINK: "links",
    Kind.HASHTAG: "hashtags",
    Kind.REPOSTED: "reposted authors",
}


def gather(facts: NetworkFacts) -> list[Signal]:
    """All signals that the facts allow, strongest null first."""
    texts = [c for c in facts.objects if c.kind == Kind.TEXT]
    swarm = mostly_replies(facts)
    found = [
        repeat_co_posting(facts),
        reply_latency(facts),
        reply_targets(facts),
        *look_alikes(facts),
        co_post_latency(texts),
        template_share(texts),
        account_age(facts),
        follower_median(facts),
        client_concentration(facts),
        posts_per_author(texts),
        repost_share(texts),
        deletions(facts, swarm.objects if swarm else texts),
        platforms_reached(facts),
        communities_reached(facts),
        rival_network(facts),
        *burst_shares(facts),
    ]
    return [signal for signal in found if signal is not None]


def repeat_log_p(facts: NetworkFacts) -> float:
    """Bound on ln p of the members' meetings, the choice of the accounts paid for (natural log, at most 0).

    Under the null the authors of each object are drawn from all ``N`` authors of the stream, so a pair meets in an
    object of ``s`` authors with probability ``s (s - 1) / (N (N - 1))``; choosing ``n`` of ``N`` costs ``ln C(N, n)``.
    """
    meetings, expected = _meetings(facts)
    if meetings <= expected:
        return 0.0
    chance = meetings - expected + meetings * math.log(expected / meetings)
    n, total = len(facts.members), facts.stream_authors
    choice = math.lgamma(total + 1) - math.lgamma(n + 1) - math.lgamma(max(0, total - n) + 1)
    return min(0.0, chance + choice)


@lru_cache(maxsize=4)
def _meetings(facts: NetworkFacts) -> tuple[int, float]:
    n, total = len(facts.members), max(facts.stream_authors, len(facts.members), 2)
    pairs = n * (n - 1) / 2
    shared = counted(facts)
    met = meetings(shared)
    chance = sum(c.authors * (c.authors - 1) for c in shared) / (total * (total - 1))
    return met, max(1e-9, pairs * chance)


def repeat_co_posting(facts: NetworkFacts) -> Signal | None:
    """How often two members meet in a near-identical text or another object, against authors meeting at random."""
    if not repeat_log_p(facts):
        return None
    n = len(facts.members)
    pairs = n * (n - 1) / 2
    met, expected = _meetings(facts)
    value, chance = rounded(met / pairs), rounded(expected / pairs)
    return Signal(
        signal="repeat-co-posting",
        value=value,
        expected=chance,
        p_value=rounded(math.exp(max(-690.0, repeat_log_p(facts)))),
        text=f"two of the {n} accounts met again {value:g} times on average, in {_told(counted(facts))}; "
        f"{chance:g} by chance",
    )


def _told(objects: Sequence[ObjectFacts]) -> str:
    counts = sorted(Counter(c.kind for c in objects).items())
    return " and ".join(f"{count} {_THINGS[kind]}" for kind, count in counts)


def co_post_latency(texts: Sequence[ObjectFacts]) -> Signal | None:
    """Typical time between two posts of one text, in seconds."""
    gap = copy_gap(texts)
    if gap is None:
        return None
    value = rounded(gap)
    return Signal(signal="co-post-latency", value=value, text=f"copies of a text follow each other after {value:g} s")


def copy_gap(texts: Sequence[ObjectFacts]) -> float | None:
    """Return the seconds from one copy of a text to the next, median over texts; None without copies."""
    gaps = [(c.last - c.first) / (c.posts - 1) / 1000 for c in texts if c.posts > 1]
    return median(gaps) if gaps else None


def template_share(texts: Sequence[ObjectFacts]) -> Signal | None:
    """Share of the texts that vary inside a fixed frame."""
    if not texts:
        return None
    varied = sum(c.varied for c in texts)
    value = rounded(varied / len(texts))
    return Signal(
        signal="template-share",
        value=value,
        text=f"{varied} of {len(texts)} texts were varied word by word, the others copied as they were",
    )


def account_age(facts: NetworkFacts) -> Signal | None:
    """Share of accounts younger than 90 days, against organic authors."""
    ages = [facts.now - row.born for row in facts.members if row.born is not None]
    if len(ages) < MIN_KNOWN:
        return None
    young = sum(age < YOUNG_MS for age in ages)
    share = young / len(ages)
    return Signal(
        signal="account-age",
        value=rounded(share),
        expected=YOUNG_SHARE,
        p_value=rounded(math.exp(binomial_log_p(young, len(ages), YOUNG_SHARE))),
        text=f"{young} of {len(ages)} accounts are younger than 90 days; {YOUNG_SHARE:.1%} of ordinary authors are",
    )


def follower_median(facts: NetworkFacts) -> Signal | None:
    """Median number of followers of the members."""
    known = [row.followers for row in facts.members if row.followers is not None]
    if len(known) < MIN_KNOWN:
        return None
    value = rounded(median(known))
    return Signal(signal="follower-median", value=value, text=f"half of the accounts have {value:g} followers or less")


def client_concentration(facts: NetworkFacts) -> Signal | None:
    """Share of the members that post with one and the same client."""
    known = [row.client for row in facts.members if row.client is not None]
    if len(known) < MIN_KNOWN:
        return None
    name, count = min(Counter(known).items(), key=lambda item: (-item[1], item[0]))
    return Signal(
        signal="client-concentration",
        value=rounded(count / len(known)),
        text=f'{count} of {len(known)} accounts post with the client "{name}"',
    )


def posts_per_author(texts: Sequence[ObjectFacts]) -> Signal | None:
    """Posts of one text for each author who posts it."""
    authors = sum(c.authors for c in texts)
    if not authors:
        return None
    value = rounded(sum(c.posts for c in texts) / authors)
    return Signal(signal="posts-per-author", value=value, text=f"each author posts a text {value:g} times")


def repost_share(texts: Sequence[ObjectFacts]) -> Signal | None:
    """Share of reposts among the posts."""
    posts, reposts = sum(c.posts for c in texts), sum(c.reposts for c in texts)
    if not reposts:
        return None
    value = rounded(reposts / posts)
    return Signal(signal="repost-share", value=value, text=f"{reposts} of {posts} posts are reposts")


def deletions(facts: NetworkFacts, shared: Sequence[ObjectFacts]) -> Signal | None:
    """Share of the posts that were deleted again, and how soon, against all posts of the stream."""
    deleted = sum(c.deleted for c in shared)
    posts = max(deleted, sum(c.posts for c in shared))
    if not deleted:
        return None
    text = f"{deleted} of {posts} posts were deleted again"
    within = typical([sum(counts) for counts in zip(*(c.delays for c in shared if c.delays), strict=True)])
    if within is not None:
        text += f", half of them within {duration(within)}" if deleted > 1 else f", within {duration(within)}"
    usual = facts.stream_deleted / facts.stream_posts if facts.stream_posts else None
    if usual is not None:
        text += f"; {percent(usual)} of this stream's were"
    return Signal(
        signal="deletion-share",
        value=rounded(deleted / posts),
        expected=None if usual is None else rounded(usual),
        text=text,
    )
