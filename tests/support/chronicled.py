"""Streams with incidents that come late and twice, and what is kept of their posts counted post by post."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pipeline.post import Post, item_key
from pipeline.simulate.stream import simulate
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.config import Settings
    from pipeline.incidents.look import Look
    from pipeline.page.activity import Activity
    from pipeline.post import Line

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

Kept = tuple[str, int, int, int, list[tuple[int, int, bool]], dict[int, int]]
"""Keyword, counted since, since, until, posts (time, author, with the keyword), posts of anybody with it by minute."""


def stream(seed: int, posts: int, an_hour: int) -> list[Line]:
    """A campaign among ordinary posts: some posts are late, some come twice, some carry a tag of the campaign."""
    draw = random.Random(seed)
    found: list[Line] = []
    tags: list[str] = []
    for post in simulate(seed, posts, share=0.4, posts_per_hour=an_hour):
        said = [word for word in post.text.split() if word.startswith("#")]
        tags += said
        text = post.text
        if tags and draw.random() < 0.2:
            text = f"{text} {draw.choice(tags[-20:])}"
        late = draw.choice([0, 0, 0, 5_000, 40_000, 150_000])
        found.append(msgspec.structs.replace(post, text=text, at=post.at - late))
        if draw.random() < 0.05:
            found.append(found[draw.randrange(len(found))])
    return found


class Seen(msgspec.Struct):
    """What a look saw, with the posts that were counted by then."""

    look: Look
    reached: int


def counted(lines: Sequence[Line], settings: Settings) -> list[tuple[int, int, int, frozenset[str], Post]]:
    """Posts that count, by pane: pane, when it is closed (ms of the watermark), place, tags that count, post."""
    pane, grace = settings.bursts.pane_s * 1000, settings.detection.grace_s * 1000
    watermark = 0
    known: set[str] = set()
    found = []
    for place, line in enumerate(lines):
        if isinstance(line, Post):
            number = line.at // pane
            closed_at = (number + 1) * pane + grace
            if closed_at > watermark and line.id not in known:
                words = normalise(line.text).split()
                tags = frozenset(word for word in words if word.startswith("#") and len(word) > 1)
                found.append((number, closed_at, place, tags, line))
            known.add(line.id)
        watermark = max(watermark, line.at)
    found.sort(key=lambda row: (row[0], row[2]))
    said: set[tuple[int, str, str]] = set()
    rows = []
    for number, closed_at, place, tags, post in found:
        fresh = frozenset(tag for tag in tags if (number, post.author_id, tag) not in said)
        said |= {(number, post.author_id, tag) for tag in tags}
        rows.append((number, closed_at, place, fresh, post))
    return rows


def known_since(panes: Sequence[int], closed: int, back: int, settings: Settings) -> int:
    """First minute (ms) of the last so many ms before a pane whose posts a window still holds; ``panes``: of posts."""
    pane = settings.bursts.pane_s * 1000
    first = closed - back // pane
    before = panes[: bisect_left(panes, closed)]
    if len(before) > settings.bursts.window_posts:
        first = max(first, before[-settings.bursts.window_posts])
    return -(-first * pane // MINUTE_MS) * MINUTE_MS


def naive(lines: Sequence[Line], looks: Sequence[Seen], settings: Settings) -> dict[str, Kept]:
    """What is to be kept of each incident that the looks saw, once all lines are applied."""
    pane, grace = settings.bursts.pane_s * 1000, settings.detection.grace_s * 1000
    lasts = (settings.incidents.quiet_s + settings.incidents.cool_down_s) * 1000
    rows = counted(lines, settings)
    panes = [number for number, *_ in rows]

    keywords: dict[str, tuple[str, int]] = {}
    begun: dict[str, tuple[int, int]] = {}
    ends: dict[str, int] = {}
    firsts: dict[str, dict[int, int]] = {}
    for seen in looks:
        now = seen.look.at
        closed = (max(now, seen.reached) - grace) // pane
        for change in seen.look.decision.changes:
            name = change.after.incident_id
            if change.after.status == "merged" and name in ends:
                ends[name] = min(ends[name], closed * pane)
        incident = seen.look.decision.incident
        if incident is None or incident.status not in ("open", "suppressed"):
            continue
        name = incident.incident_id
        since = known_since(panes, closed, HOUR_MS, settings)
        if ends.get(name, 0) <= closed * pane:
            for known in (keywords, begun, firsts):
                known.pop(name, None)
        began, begin = begun.setdefault(name, (closed * pane, since))
        keyword = next((each for each in seen.look.found.keywords if each.startswith("#")), "")
        settling = (
            closed * pane <= began + 15 * MINUTE_MS and known_since(panes, closed, 75 * MINUTE_MS, settings) <= begin
        )
        before, _ = keywords.get(name, ("", 0))
        if name not in keywords or (keyword != before and (settling or not before)):
            keywords[name] = keyword, begin if settling else since
        ends[name] = -(-(now + lasts) // HOUR_MS) * HOUR_MS
        facts = seen.look.facts
        for row in (*facts.members, *facts.joiners):
            key = int.from_bytes(item_key(row.platform, row.author_id), "little")
            firsts.setdefault(name, {}).setdefault(key, since)
    until = (max(line.at for line in lines) - grace) // pane * pane
    return {
        name: _kept(rows, *keywords[name], begun[name][1], min(until, ends[name]), firsts[name], pane) for name in begun
    }


def _kept(
    rows: Sequence[tuple[int, int, int, frozenset[str], Post]],
    keyword: str,
    counted_since: int,
    since: int,
    until: int,
    firsts: dict[int, int],
    pane: int,
) -> Kept:
    posts: list[tuple[int, int, bool]] = []
    minutes: Counter[int] = Counter()
    for number, _, _, tags, post in rows:
        if not since <= post.at < until or number * pane >= until:
            continue
        tagged = keyword in tags and post.at >= counted_since
        key = int.from_bytes(item_key(post.platform, post.author_id), "little")
        if post.at >= firsts.get(key, post.at + 1):
            posts.append((post.at, key, tagged))
        if tagged:
            minutes[post.at // MINUTE_MS] += 1
    return keyword, counted_since, since, until, sorted(posts), dict(sorted(minutes.items()))


def as_kept(activity: Activity) -> Kept:
    """An activity as plain values."""
    posts = zip(activity.at.tolist(), activity.authors.tolist(), activity.tagged.tolist(), strict=True)
    counts = dict(zip(activity.all_minutes.tolist(), activity.all_posts.tolist(), strict=True))
    return activity.keyword, activity.counted_since, activity.since, activity.until, sorted(posts), counts
