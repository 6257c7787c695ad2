"""The stream of the scenario ``single``, one campaign among organic chatter, and how a stream is written to a file.

Posts come in event order, in memory that does not grow with their number, but for the accounts that spoke.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from pipeline.post import encode_line
from pipeline.recordings.write import recording_writer
from pipeline.simulate.campaign import Campaign
from pipeline.simulate.chatter import Chatter, Crowd, busy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipeline.post import Line, Post

START_MS: Final = 1_767_258_000_000
"""1 January 2026, 9 o'clock UTC."""

CAMPAIGN_START: Final = 0.4
"""Share of the stream that has passed when the campaign begins."""

CAMPAIGN_END: Final = 0.7
CAMPAIGN_SHARE: Final = 0.03
"""Share of the posts, while it runs, that are the campaign's."""


def simulate(
    seed: int,
    posts: int,
    *,
    accounts: int = 24,
    share: float = CAMPAIGN_SHARE,
    posts_per_hour: int = 4000,
    start_ms: int = START_MS,
) -> Iterator[Post]:
    """Yield ``posts`` posts in event order.

    With ``accounts`` above 0 a campaign of so many accounts runs in their midst, with ``share`` of the posts meanwhile.
    """
    random = Random(seed)
    chatter = Chatter(random, Crowd(random, max(1000, posts // 4), start_ms))
    campaign = Campaign(random, accounts, start_ms) if accounts else None
    step = 3_600_000 / posts_per_hour
    at = float(start_ms)
    for number in range(posts):
        at += 2 * step * random.random() / busy(int(at))
        running = campaign is not None and CAMPAIGN_START <= number / posts < CAMPAIGN_END
        if running and campaign is not None and random.random() < share:
            yield campaign.post(number, int(at))
        else:
            yield chatter.post(number, int(at))


def write_recording(path: Path, lines: Iterable[Line]) -> int:
    """Write lines as JSON Lines, compressed after the ending of the name (.gz, .zst); returns how many."""
    count = 0
    with recording_writer(path) as file:
        for line in lines:
            file.write(encode_line(line) + b"\n")
            count += 1
    return count
