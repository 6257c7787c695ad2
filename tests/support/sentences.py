"""Every English sentence that events, looks and the gate make, gathered; and made-up facts that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from pipeline.detect.assess import assess
from pipeline.detect.baseline import Baseline
from pipeline.detect.delays import BOUNDS
from pipeline.detect.facts import (
    AccountFacts,
    AnsweredFacts,
    BurstFacts,
    GroupFacts,
    NetworkFacts,
    ObjectFacts,
    RivalFacts,
    WindowFacts,
)
from pipeline.detect.gate import ALWAYS, NOBODY, OF_UNSUSPICIOUS, AllowList, vouchers, weigh_all
from pipeline.incidents.public import IncidentEvent, VerdictEvent
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.detect.assess import Assessment
    from pipeline.detect.rule import Rule
    from pipeline.incidents.history import Happened
    from pipeline.incidents.public import Event

MINUTE_MS = 60_000
YEAR_2020 = 1_577_836_800_000
ALLOWED = AllowList(frozenset({"a1"}), frozenset({"news.example"}), frozenset({"00"}))
RULES: tuple[Rule, ...] = (*vouchers(ALLOWED), *ALWAYS, *OF_UNSUSPICIOUS)


def cause(rule: Rule, facts: NetworkFacts) -> str:
    """What a rule would say of a network, whether or not its conditions are met."""
    steps = rule._steps(facts)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        text: str = end.value.text
        return text


def of_facts(facts: NetworkFacts, allowed: AllowList = NOBODY) -> Iterator[str]:
    """What is held of a network, and of the gate."""
    yield from of_assessment(assess(facts, allowed))
    yield from of_gate(facts, allowed)


def of_assessment(found: Assessment) -> Iterator[str]:
    yield found.summary
    yield from (signal.text for signal in found.evidence)


def of_gate(facts: NetworkFacts, allowed: AllowList) -> Iterator[str]:
    """What every rule of the gate measures, and what it says where it suppresses."""
    for weighed in weigh_all(facts, allowed):
        yield from (condition.what for condition in weighed.conditions)
        if weighed.cause:
            yield weighed.cause.text


def of_event(event: Event) -> Iterator[str]:
    yield event.data.summary
    if isinstance(event, IncidentEvent):
        yield from (signal.text for signal in event.data.evidence)
        if event.data.suppressed:
            yield event.data.suppressed.text
    elif not isinstance(event, VerdictEvent):
        yield from (each.summary for each in event.data.incidents)


def of_life(told: Iterable[Happened]) -> Iterator[str]:
    yield from (change for each in told for change in each.changes)


def anybody() -> st.SearchStrategy[str]:
    """Names and words of anybody, some of which read as if a sentence had ended."""
    sly = ('"', "; 5 % of this stream do", " in 3 minutes", "a and 4 more", "x (3), y", "{0}", "(?P<x>", "1", "\n")
    return st.one_of(st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(sly))


def counts(least: int = 0) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(least, 12), st.integers(least, 10**7))


@st.composite
def networks(draw: st.DrawFn) -> NetworkFacts:
    """Networks of some accounts and objects of every kind, with all that facts may tell of them."""
    account = st.builds(
        AccountFacts,
        platform=st.sampled_from(("x", "m", "plaza")),
        author_id=anybody(),
        born=st.none() | st.integers(YEAR_2020 - 10**11, YEAR_2020),
        followers=st.none() | counts(),
        following=st.none() | counts(),
        client=st.none() | anybody(),
        community=st.none() | anybody(),
        meetings=st.integers(0, 9),
    )
    members = tuple(draw(st.lists(account, min_size=2, max_size=14)))
    small = st.integers(0, 30)
    objects = tuple(draw(st.lists(_objects(len(members)), max_size=8)))
    return NetworkFacts(
        now=YEAR_2020,
        first=YEAR_2020 - 10**7,
        last=YEAR_2020 + draw(st.integers(0, 10**9)),
        members=members,
        joiners=(),
        objects=objects,
        stream_authors=draw(st.integers(len(members), 10**6)),
        truncated=False,
        baseline=draw(st.sampled_from((Baseline(), Baseline(with_client=100)))),
        stream_posts=draw(counts()),
        stream_deleted=draw(small),
        stream_answers=tuple(draw(st.lists(small, min_size=16, max_size=16))),
        stream_words=tuple(frozenset({f"#w{number % 9}"}) for number in range(draw(st.sampled_from((0, 60))))),
        rivals=draw(st.none() | st.builds(RivalFacts, anybody(), st.lists(anybody(), min_size=1).map(tuple))),
        bursts=tuple(draw(st.lists(_bursts(), max_size=4))),
    )


@st.composite
def _objects(draw: st.DrawFn, members: int) -> ObjectFacts:
    kind = draw(st.sampled_from([kind for kind in Kind if kind != Kind.CASHTAG]))
    posts, inside = draw(counts(1)), draw(st.integers(0, members))
    first = YEAR_2020 - draw(st.integers(0, 10**7))
    window = st.builds(
        WindowFacts,
        field=st.sampled_from(("followers", "following", "birth", "client")),
        first=st.integers(0, 66),
        evidence=st.floats(0, 900),
        inside=st.integers(1, 9),
        known=st.integers(9, 12),
        share=st.floats(1e-9, 0.999),
    )
    said = st.builds(
        AnsweredFacts,
        author=st.none() | st.binary(min_size=8, max_size=8),
        in_talk=st.booleans(),
        words=st.lists(st.sampled_from(("#tram", "#bus", "mayor")), unique=True).map(tuple),
        seconds=st.lists(st.floats(0, 127), min_size=1, max_size=5).map(tuple),
    )
    windows = st.lists(window, min_size=1, max_size=4, unique_by=lambda each: each.field).map(tuple)
    return ObjectFacts(
        kind=kind,
        founder=draw(st.binary(min_size=8, max_size=8)),
        posts=posts,
        authors=draw(st.integers(max(1, inside), posts + inside)),
        links=draw(st.integers(0, posts)),
        reposts=draw(st.integers(0, posts)),
        deleted=draw(st.integers(0, posts)),
        first=first,
        last=first + draw(st.integers(0, 10**8)),
        network_members=inside,
        newcomers=draw(st.integers(0, inside)),
        varied=draw(st.booleans()),
        samples=tuple(draw(st.lists(anybody(), min_size=1, max_size=3))),
        group=draw(st.none() | st.builds(GroupFacts, windows, *[st.integers(8, 12)] * 3)),
        first_author=draw(st.none() | anybody()),
        first_followers=draw(st.none() | counts()),
        delays=draw(st.just(()) | st.tuples(*[st.integers(0, 9)] * (len(BOUNDS) + 1))),
        answered=draw(said) if kind == Kind.REPLY else None,
    )


@st.composite
def _bursts(draw: st.DrawFn) -> BurstFacts:
    posts = draw(counts(1))
    return BurstFacts(
        keyword=draw(anybody()),
        label=draw(anybody()),
        opened_at=YEAR_2020,
        window=10,
        posts=posts,
        authors=draw(st.integers(1, posts)),
        significance=draw(st.floats(7, 1e6)),
        ratio=draw(st.floats(0.001, 1e9)),
        expected=1.5,
        own_posts=draw(st.integers(0, posts)),
        own_authors=draw(st.integers(0, posts)),
    )
