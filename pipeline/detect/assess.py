"""From facts to judgement: evidence, score, severity, templates, keywords, a sentence."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pipeline.detect.alike import strongest
from pipeline.detect.believers import REPEATED, apart, mostly_reposts
from pipeline.detect.burst_share import made_by
from pipeline.detect.evidence import gather, repeat_log_p
from pipeline.detect.facts import BurstFacts
from pipeline.detect.gate import NOBODY, AllowList, Suppression, weigh
from pipeline.detect.replies import counted, find_answers, mostly_replies, swarm_summary
from pipeline.detect.score import measure, raised, score_of
from pipeline.detect.severity import Severity, asked_score, severity_of
from pipeline.detect.signal import Signal, rounded
from pipeline.detect.templates import find_template
from pipeline.text.traces import Kind as Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.detect.facts import NetworkFacts, ObjectFacts

Kind = Literal["coordinated-network", "copy-paste-wave", "amplification-ring", "reply-swarm", "keyword-burst"]

SHOWN_TEMPLATES: Final = 5
SHOWN_KEYWORDS: Final = 5
_HASHTAG = re.compile(r"#\w{2,}")
_WORD = re.compile(r"[^\W\d_]{4,}")
_LINK = re.compile(r"https?://\S+|@\w+")


class TemplateShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text of the network: its frame, how often and by how many it was posted, samples.

    ``cluster`` identifies it among the texts of its stream, "" for what is no text.
    """

    text: str
    posts: int
    accounts: int
    samples: list[str]
    cluster: str = ""


class Assessment(msgspec.Struct, frozen=True):
    """What is held of a network at one moment; ``founder`` is the post key of its first object's first post.

    ``asked`` is the score from which it is an alarm. ``suppressed`` is what explains it without a campaign, None where
    nothing does.
    """

    kind: Kind
    score: float
    severity: Severity
    asked: float
    summary: str
    evidence: list[Signal]
    keywords: list[str]
    templates: list[TemplateShown]
    founder: bytes
    first: int
    last: int
    posts: int
    objects: int
    members: list[str]
    joiners: list[str]
    platforms: dict[str, int]
    communities: dict[str, int]
    truncated: bool
    suppressed: Suppression | None = None
    bursts: tuple[BurstFacts, ...] = ()


def assess(facts: NetworkFacts, allowed: AllowList = NOBODY) -> Assessment:
    """Judge a network; pure, the same facts give the same bytes. ``allowed`` is whom an operator vouches for."""
    facts = apart(facts)
    suppressed = weigh(facts, allowed)
    score = rounded(score_of(measure(facts, suppressed)))
    # What the gate holds back must be worth telling without it, else there would be nothing to hold back.
    asked = asked_score(facts)
    alone = rounded(score_of(measure(facts, None)))
    severity = severity_of(alone, len(facts.members), asked)
    if severity != "info" and made_by(facts):
        # A burst raises what is an alarm without it: that people talk of something is no evidence by itself.
        score = rounded(raised(score))
        severity = severity_of(rounded(raised(alone)), len(facts.members), asked, bursting=True)
    keywords = keywords_of(facts)
    swarm = mostly_replies(facts)
    shared = swarm.objects if swarm else counted(facts) or facts.objects
    posts = sum(c.posts for c in shared)
    members = [row.author_id for row in facts.members]
    first = min((c.first for c in facts.objects), default=facts.first)
    oldest = min(facts.objects, key=lambda c: (c.first, c.founder), default=None)
    kind = kind_of(facts)
    span = facts.last - first
    only_answers = all(each.kind == Trace.REPLY for each in facts.objects)
    said = swarm or (find_answers(facts) if only_answers else None)
    return Assessment(
        kind=kind,
        score=score,
        severity=severity,
        asked=asked,
        summary=swarm_summary(said, len(members)) if said else _summary(kind, len(members), posts, keywords, span),
        evidence=gather(facts),
        keywords=keywords,
        templates=show_templates(facts.objects),
        founder=oldest.founder if oldest else b"",
        first=first,
        last=facts.last,
        posts=posts,
        objects=len(facts.objects),
        members=members,
        joiners=[row.author_id for row in facts.joiners],
        platforms=_counts([row.platform for row in facts.members]),
        communities=_counts([row.community for row in facts.members if row.community]),
        truncated=facts.truncated,
        suppressed=suppressed,
        bursts=facts.bursts,
    )


def kind_of(facts: NetworkFacts) -> Kind:
    """Return what a network is: one that meets again and again, or look-alikes at one text or one reposted author."""
    if mostly_replies(facts):
        return "reply-swarm"
    found = strongest(facts)
    if found is None:
        return "coordinated-network"
    again = repeat_log_p(facts) <= REPEATED
    reposted = found.kind == Trace.REPOSTED or 2 * found.reposts >= found.posts
    if reposted and (not again or mostly_reposts(facts)):
        return "amplification-ring"
    if again:
        return "coordinated-network"
    return "copy-paste-wave" if found.kind == Trace.TEXT else "coordinated-network"


def keywords_of(facts: NetworkFacts) -> list[str]:
    """Return the keywords of a network's texts; of a swarm, first what it reacts to."""
    found = find_keywords(facts.objects)
    swarm = mostly_replies(facts)
    if swarm is None or swarm.trigger is None:
        return found
    words = swarm.trigger.words
    return [*words, *(each for each in found if each not in words)][:SHOWN_KEYWORDS]


def main_keyword(facts: NetworkFacts) -> str:
    """Return the keyword that stands first; '' without any."""
    return next(iter(keywords_of(facts)), "")


def find_keywords(objects: Sequence[ObjectFacts]) -> list[str]:
    """Return the hashtags in most objects' texts; without any, the words; ties by alphabet."""
    tags: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for each in objects:
        said = _said(tuple(each.samples))
        tags.update(said[0])
        words.update(said[1])
    ranked = tags or words
    return [word for word, _ in sorted(ranked.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_KEYWORDS]]


@lru_cache(maxsize=4096)
def _said(samples: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Hashtags and words of an object's texts, the same from one look to the next."""
    text = _LINK.sub(" ", " ".join(samples)).casefold()
    return tuple(sorted(set(_HASHTAG.findall(text)))), tuple(sorted(set(_WORD.findall(text))))


def ranked_texts(objects: Sequence[ObjectFacts]) -> list[ObjectFacts]:
    """Return the objects of which texts are kept, the most posted first; nothing but texts where there are any."""
    texts = [c for c in objects if c.kind == Trace.TEXT]
    ranked = sorted(texts or objects, key=lambda c: (-c.network_members, -c.posts, c.first, c.founder))
    return [c for c in ranked if c.samples]


def show_templates(objects: Sequence[ObjectFacts]) -> list[TemplateShown]:
    """Return the most posted texts with their frames."""
    return [
        TemplateShown(
            find_template(c.samples).text,
            c.posts,
            c.authors,
            list(c.samples[:3]),
            c.founder.hex() if c.kind == Trace.TEXT else "",
        )
        for c in ranked_texts(objects)[:SHOWN_TEMPLATES]
    ]


def _counts(names: Sequence[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _summary(kind: Kind, accounts: int, posts: int, keywords: Sequence[str], span_ms: int) -> str:
    subject = f" on {keywords[0]}" if keywords else ""
    if kind == "amplification-ring":
        return f"{accounts} look-alike accounts reposted the same author{subject} in {_duration(span_ms)}"
    who = "look-alike accounts" if kind == "copy-paste-wave" else "accounts"
    return f"{accounts} {who} posted {posts} near-identical texts{subject} in {_duration(span_ms)}"


def _duration(ms: int) -> str:
    minutes = max(1, round(ms / 60_000))
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    hours = round(ms / 3_600_000)
    return f"{hours} hours" if hours < 72 else f"{round(ms / 86_400_000)} days"
