"""The report of a replay: what was told, what was known of each incident, and the recording read once more."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from pipeline.burst_list import Gathered
from pipeline.bursts.said import say
from pipeline.bursts.tally import Tally, is_followed, span_of
from pipeline.bursts.watch import Watch
from pipeline.detect.allow import NOBODY, AllowList
from pipeline.detect.assess import main_keyword
from pipeline.detect.believers import apart
from pipeline.detect.facts import NetworkFacts
from pipeline.detect.signal import rounded
from pipeline.incidents.burst import KIND
from pipeline.incidents.fold import Standing, as_itself, fold
from pipeline.incidents.history import answers_of, life
from pipeline.incidents.links import links_of
from pipeline.incidents.public import Event, IncidentEvent
from pipeline.page.accounts import keys_of
from pipeline.page.build import build_page
from pipeline.page.head import ms_of
from pipeline.page.model import BurstListed
from pipeline.page.overview import build_overview, bursts_as_told
from pipeline.page.recorder import Recorder, Spans, asked_of
from pipeline.page.source import Source
from pipeline.post import Post
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.bursts.tally import Span
    from pipeline.engine import Engine
    from pipeline.incidents.look import Look
    from pipeline.page.activity import Activity
    from pipeline.page.model import IncidentPage, Overview
    from pipeline.page.recorder import Asked
    from pipeline.page.source import Names
    from pipeline.post import Line

TOP_BURSTS: Final = 20
"""Bursts that are listed, the most significant."""

_BATCH: Final = 2000
"""Posts that are counted at once."""

Known = tuple[NetworkFacts, AllowList]
"""Facts of a network, and whom an operator vouched for then."""


class LastLooks:
    """Remembers what the last look at each incident saw."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}

    def __call__(self, look: Look) -> None:
        """Take a look in."""
        for name in look.concerned:
            self.known[name] = look.facts, look.allowed


class Replayed(msgspec.Struct, frozen=True):
    """A recording that was replayed: ``events`` as they were told, ``standing`` incidents as they are at its end.

    ``known`` is what the last look at each incident saw, ``bursts`` are the most significant first. ``begin`` and
    ``end`` (ms) are the times of its first and last line, ``posts`` counts its lines.
    """

    title: str
    stream: str
    events: list[Event]
    standing: list[IncidentEvent]
    known: dict[str, Known]
    bursts: list[Gathered]
    begin: int
    end: int
    posts: int


async def last_known(engine: Engine, looks: LastLooks, events: Iterable[Event]) -> dict[str, Known]:
    """Return the facts of each incident: of those that go on as they are now, of others as they were last seen.

    What nobody saw, because it was over before a replay was taken up again, is read if its network is still there.
    """
    found = dict(looks.known)
    for name, standing in fold(events).items():
        goes_on = standing.status in ("open", "suppressed")
        if standing.kind != KIND and (goes_on or name not in found) and (now := await engine.facts_of(name)):
            found[name] = now
    return found


async def build_report(
    replayed: Replayed, lines: Iterable[Line], names: Names, links: Mapping[str, str]
) -> tuple[Overview, list[IncidentPage]]:
    """Return the overview and the pages of a replay, of incidents first, then of the bursts that are listed.

    ``lines`` are those of the recording once more. ``links`` are the operator's own, to be filled in.
    """
    folded = fold([*replayed.events, *replayed.standing])
    standings = {name: as_itself(each, replayed.events) for name, each in folded.items()}
    shown = replayed.bursts[:TOP_BURSTS]
    bursts = {each.burst.burst_id: each for each in shown}
    wanted = [each for name, each in standings.items() if each.kind != KIND or name in bursts]
    asked = [_asked(each, replayed, bursts) for each in wanted]
    activities, counts = await _read_again([each for each in asked if each], shown, lines, replayed.end)
    counted = iter(activities)
    listed = [_listed(each, replayed, span, row, names) for each, (span, row) in zip(shown, counts, strict=True)]
    listed = [*listed, *_told_bursts(standings.values(), bursts)][:TOP_BURSTS]
    overview = build_overview(
        replayed.title,
        standings.values(),
        listed,
        names,
        begin=replayed.begin,
        end=replayed.end,
        posts=replayed.posts,
    )
    pages = {
        each.incident_id: build_page(_source(each, replayed, bursts, next(counted) if has else None, links), names)
        for each, has in zip(wanted, asked, strict=True)
    }
    order = [*(row.incident_id for row in overview.incidents), *(each.incident_id for each in listed)]
    return overview, [pages[name] for name in order if name in pages]


def _asked(standing: Standing, replayed: Replayed, bursts: Mapping[str, Gathered]) -> Asked | None:
    """Return what is to be counted of an incident; None where nothing is known of it but that it was told."""
    name = standing.incident_id
    if gathered := bursts.get(name):
        burst = gathered.burst
        end = replayed.end if burst.ended_at is None else burst.ended_at
        return asked_of(burst.keyword, np.zeros(0, dtype=np.uint64), burst.began, end, burst.hash)
    if name in replayed.known:
        facts = apart(replayed.known[name][0])
        first = min((each.first for each in facts.objects), default=facts.first)
        accounts = np.unique(np.concatenate((keys_of(facts.members), keys_of(facts.joiners))))
        return asked_of(main_keyword(facts), accounts, first, facts.last)
    told = standing.event.data if standing.event else None
    if told is None:
        return None
    keyword = told.keywords[0] if told.keywords else ""
    nobody = np.zeros(0, dtype=np.uint64)
    return asked_of(keyword, nobody, ms_of(told.first_post_at), ms_of(told.last_post_at))


async def _read_again(
    asked: Sequence[Asked], shown: Sequence[Gathered], lines: Iterable[Line], end: int
) -> tuple[list[Activity], list[tuple[Span, list[int]]]]:
    """Count over the lines what was asked for, and the posts of bursts over time; the last line is at ``end`` (ms)."""
    spans = [(each.burst, span_of(each.burst, end)) for each in shown]
    tally = Tally(spans)
    patterns = [Watch(each.burst.keyword) for each in shown if is_followed(each.burst)]
    recorder = Recorder(asked, patterns)
    times = Spans([*((each.begin, each.end) for each in asked), *((span.begin, span.end) for _, span in spans)])
    for batch in _batches(line for line in lines if isinstance(line, Post) and line.at in times):
        await asyncio.sleep(0)  # so that Ctrl-C is heard
        said = say(batch, [normalise(post.text) for post in batch])
        recorder.add(batch, said)
        tally.add(said)
    return recorder.activities(), [(span, row) for (_, span), row in zip(spans, tally.counts(), strict=True)]


def _batches(posts: Iterator[Post]) -> Iterator[list[Post]]:
    while batch := list(itertools.islice(posts, _BATCH)):
        yield batch


def _listed(gathered: Gathered, replayed: Replayed, span: Span, counts: list[int], names: Names) -> BurstListed:
    burst = gathered.burst
    platform = next((post.platform for post in burst.first_posts), "")
    return BurstListed(
        incident_id=burst.burst_id,
        stream=replayed.stream,
        keyword=names.text(burst.keyword, platform),
        label=names.text(burst.label, platform),
        opened_at=burst.opened_at,
        ended_at=burst.ended_at,
        posts=burst.posts,
        accounts=gathered.accounts,
        significance=rounded(burst.significance),
        ratio=rounded(burst.ratio),
        begin=span.begin,
        bin_s=span.bin // 1000,
        counts=counts,
    )


def _told_bursts(standings: Iterable[Standing], known: Mapping[str, Gathered]) -> list[BurstListed]:
    """Return the bursts that were told before a replay was taken up again, the most significant first."""
    found = bursts_as_told(each for each in standings if each.kind == KIND and each.incident_id not in known)
    return sorted(found, key=lambda each: (-each.significance, each.opened_at, each.keyword))


def _source(
    standing: Standing,
    replayed: Replayed,
    bursts: Mapping[str, Gathered],
    activity: Activity | None,
    links: Mapping[str, str],
) -> Source:
    name = standing.incident_id
    facts, allowed = replayed.known.get(name, (None, NOBODY))
    gathered = bursts.get(name)
    return Source(
        standing=standing,
        life=life(name, replayed.events),
        answers=answers_of(name, replayed.events),
        as_of=replayed.end,
        facts=facts,
        allowed=allowed,
        activity=activity,
        links=links_of(standing.event, links) if standing.event else {},
        replay=True,
        first_posts=list(gathered.burst.first_posts) if gathered else [],
    )
