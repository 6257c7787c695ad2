"""The page of an incident, from what is known of it. Pure: the same source gives the same page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.detect.assess import Assessment, assess
from pipeline.detect.believers import apart
from pipeline.incidents.burst import KIND
from pipeline.page.accounts import build_accounts, first_posts, keys_of, sample_accounts
from pipeline.page.evidence import build_against, build_evidence
from pipeline.page.head import build_head, build_life, extent_of, known_bursts, told_bursts
from pipeline.page.model import SCHEMA, FirstPostShown, IncidentPage
from pipeline.page.names import usual_platform
from pipeline.page.network import build_network, ranks_of
from pipeline.page.rhythm import build_rhythm
from pipeline.page.texts import build_texts, told_texts
from pipeline.page.timeline import build_timeline
from pipeline.post import item_key

if TYPE_CHECKING:
    from pipeline.detect.facts import NetworkFacts
    from pipeline.detect.signal import Signal
    from pipeline.page.activity import Activity
    from pipeline.page.head import Extent
    from pipeline.page.model import AccountShown, Network, Timeline
    from pipeline.page.source import Names, Source

OF_BURSTS: Final = "burst-share"
"""The signal that is told of bursts: whoever reads the facts of a live stream does not have these."""


def build_page(source: Source, names: Names) -> IncidentPage:
    """Return the page of an incident; what its source does not have is None or empty."""
    if source.facts is None:
        return _as_told(source, names)
    facts = apart(source.facts)
    found = assess(source.facts, source.allowed)
    extent = extent_of(source, found)
    platform = usual_platform(found.platforms)
    accounts, network = _accounts(facts, source.activity, found, names)
    platforms = {item_key(row.platform, row.author_id): row.platform for row in (*facts.members, *facts.joiners)}
    texts, more = build_texts(facts, platforms, names)
    against, nearest = build_against(facts, source.allowed, platform, names)
    activity, members = source.activity, keys_of(facts.members)
    told = source.standing.event.data if source.standing.event else None
    return IncidentPage(
        schema=SCHEMA,
        as_of=source.as_of,
        head=build_head(source, extent, found.summary, platform, names),
        life=build_life(source, platform, names),
        timeline=_timeline(source, facts, extent, platform, names),
        texts=texts,
        accounts=accounts,
        network=network,
        evidence=build_evidence(_evidence(source, found), platform, names),
        against=against,
        nearest=nearest,
        rhythm=build_rhythm(activity, members) if activity else None,
        platforms=found.platforms,
        communities=found.communities,
        bursts=known_bursts(facts.bursts, platform, names)
        if facts.bursts or told is None
        else told_bursts(told.bursts, platform, names),
        more_texts=more,
        pseudonyms=names.pseudonyms,
    )


def _accounts(
    facts: NetworkFacts, activity: Activity | None, found: Assessment, names: Names
) -> tuple[list[AccountShown], Network | None]:
    if not facts.members:
        return build_accounts(facts, activity, [], names), None
    posted = first_posts(activity)
    keys = [item_key(row.platform, row.author_id) for row in facts.members]
    firsts = [posted[number][0] if number in posted else None for number in keys_of(facts.members).tolist()]
    network, groups = build_network(facts.objects, keys, ranks_of(firsts, found.first, found.last))
    return build_accounts(facts, activity, groups, names), network


def _evidence(source: Source, found: Assessment) -> list[Signal]:
    told = source.standing.event.data.evidence if source.standing.event else []
    return [*found.evidence, *(each for each in told if each.signal == OF_BURSTS and not found.bursts)]


def _as_told(source: Source, names: Names) -> IncidentPage:
    """Return the page of an incident of whose network nothing is kept, or of a burst: what its event tells."""
    event = source.standing.event
    told = event.data if event else None
    is_burst = source.standing.kind == KIND
    platforms = dict(told.platforms) if told else {}
    if not platforms:
        platforms = {each.platform: 1 for each in source.first_posts[:1]}
    platform = usual_platform(platforms)
    extent = extent_of(source, None)
    return IncidentPage(
        schema=SCHEMA,
        as_of=source.as_of,
        head=build_head(source, extent, source.standing.summary, platform, names),
        life=build_life(source, platform, names),
        timeline=_timeline(source, None, extent, platform, names),
        # A burst has no texts but the posts that it began with.
        texts=told_texts(told.templates, platform, names) if told and not source.first_posts else [],
        accounts=sample_accounts(told.accounts.ids or told.accounts.sample, platform, names)
        if told and not is_burst
        else [],
        network=None,
        evidence=build_evidence(told.evidence, platform, names) if told else [],
        against=[],
        nearest=None,
        rhythm=None,
        platforms=dict(told.platforms) if told else {},
        communities=dict(told.communities) if told else {},
        bursts=told_bursts(told.bursts, platform, names) if told else [],
        first_posts=_first_posts(source, names),
        pseudonyms=names.pseudonyms,
    )


def _timeline(
    source: Source, facts: NetworkFacts | None, extent: Extent, platform: str, names: Names
) -> Timeline | None:
    if source.activity is None:
        return None
    members, joiners = (facts.members, facts.joiners) if facts else ((), ())
    timeline = build_timeline(source.activity, keys_of(members), keys_of(joiners), extent.first)
    return timeline and msgspec.structs.replace(timeline, keyword=names.text(timeline.keyword, platform))


def _first_posts(source: Source, names: Names) -> list[FirstPostShown]:
    return [
        FirstPostShown(
            at=each.at,
            name=names.account(each.platform, each.author_id),
            platform=each.platform,
            text=names.text(each.text, each.platform),
        )
        for each in source.first_posts
    ]
