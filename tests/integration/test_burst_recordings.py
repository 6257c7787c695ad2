"""Keyword bursts of recordings: what rose there, and when it was seen."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.bursts.follow import Follower
from pipeline.bursts.said import say
from pipeline.config import load_settings
from pipeline.incidents.public import rfc3339
from pipeline.post import Post
from pipeline.recordings.read import read_lines
from pipeline.state.keyword_bursts import rules_of
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.bursts.burst import Burst

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

CRISES = {
    "Queensland floods": ("2013-01-27", "#queensland"),
    "Santa Maria nightclub fire": ("2013-01-27", "#santamaria"),
    "Chelyabinsk meteor": ("2013-02-15", "#russianmeteor"),
    "Boston bombings": ("2013-04-15", "#prayforboston"),
    "West Texas explosion": ("2013-04-18", "#westtx"),
    "Oklahoma tornado": ("2013-05-20", "oklahoma"),
    "Singapore haze": ("2013-06-17", "#sghaze"),
    "Alberta floods": ("2013-06-20", "#yycflood"),
    "Spain train crash": ("2013-07-24", "santiago"),
    "Manila floods": ("2013-08-18", "#floodph"),
    "Bohol earthquake": ("2013-10-15", "#prayforvisayas"),
    "New South Wales bushfires": ("2013-10-17", "#nswfires"),
    "Los Angeles airport shooting": ("2013-11-01", "#lax"),
    "Sardinia floods": ("2013-11-18", "#sardegna"),
    "Glasgow helicopter crash": ("2013-11-29", "#clutha"),
}
"""Days on which crises begin, and their main keyword: the tag, else the word, that most of its first posts share."""

FEW = {
    "Savar building collapse": ("2013-04-24", "#bangladesh"),
    "Lac-Mégantic train crash": ("2013-07-06", "#lacmegantic"),
    "Colorado floods": ("2013-09-12", "#coflood"),
    "Typhoon Yolanda": ("2013-11-07", "#yolandaph"),
    "New York train crash": ("2013-12-01", "#metronorth"),
}
"""Crises whose keyword never has 20 posts in an hour of the recording."""


def batches(path: Path) -> Iterator[list[Post]]:
    lines = (line for line in read_lines([str(path)]) if isinstance(line, Post))
    while batch := list(itertools.islice(lines, 200)):
        yield batch


def follow(path: Path) -> tuple[list[Burst], dict[str, list[int]]]:
    """Bursts of a recording, with companions as bursts of their own, and when each keyword was posted (ms)."""
    follower = Follower("s", rules_of(load_settings(environment={})[0]))
    wanted = {keyword for _, keyword in (*CRISES.values(), *FEW.values())}
    posted: dict[str, list[int]] = defaultdict(list)
    found: dict[str, Burst] = {}
    for batch in batches(path):
        texts = [normalise(post.text) for post in batch]
        for post, text in zip(batch, texts, strict=True):
            for keyword in wanted.intersection(text.split()):
                posted[keyword].append(post.at)
        said = say(batch, texts)
        follower.add(said, said.block(), ())
        for each in follower.close(follower.watermark):
            found[f"{each.burst.burst_id} {each.burst.keyword}"] = each.burst
    return [*found.values(), *follower.going.open], posted


def opened(bursts: list[Burst], keyword: str) -> list[int]:
    """When a keyword burst, by itself or beside another (ms)."""
    alone = [burst.opened_at for burst in bursts if burst.keyword == keyword]
    beside = [each.opened_at for burst in bursts for each in burst.companions if each.keyword == keyword]
    return sorted({*alone, *beside})


def day(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_every_crisis_bursts_within_two_minutes_of_twenty_posts(
    recording: Callable[[str], Path],
) -> None:
    bursts, posted = follow(recording("crises-2013"))

    for crisis, (begin, keyword) in CRISES.items():
        times = [at for at in posted[keyword] if at >= day(begin)]
        twenty = next(at for before, at in zip(times, times[19:], strict=False) if at - before < HOUR_MS)
        found = [at for at in opened(bursts, keyword) if at >= day(begin)]
        assert found, crisis
        assert found[0] <= twenty + 2 * MINUTE_MS, f"{crisis}: {rfc3339(found[0])}, twenty at {rfc3339(twenty)}"
        assert not [at for at in opened(bursts, keyword) if at < times[0]], crisis
    for crisis, (_, keyword) in FEW.items():
        times = posted[keyword]
        assert not [1 for before, at in zip(times, times[19:], strict=False) if at - before < HOUR_MS], crisis


def test_the_tag_of_a_campaign_bursts_long_before_most_of_its_posts(recording: Callable[[str], Path]) -> None:
    path = recording("koch-farms-2015")
    times = [post.at for batch in batches(path) for post in batch if post.campaign == "koch-farms"]

    bursts, _ = follow(path)

    assert opened(bursts, "#kochfarms")[0] <= sorted(times)[699] - 30 * MINUTE_MS
