"""Draws the hard negatives of a scenario: organic copies of every kind, with other sizes and times for each seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.simulate.copies.app import App
from pipeline.simulate.copies.fans import Fans
from pipeline.simulate.copies.giveaway import Giveaway
from pipeline.simulate.copies.headlines import Headlines
from pipeline.simulate.copies.hyperactive import Hyperactive
from pipeline.simulate.copies.news import News
from pipeline.simulate.copies.syndication import Syndication
from pipeline.simulate.copies.union import Union
from pipeline.simulate.copies.voting import Voting
from pipeline.simulate.draw import between, some, whole

if TYPE_CHECKING:
    from random import Random

    from pipeline.simulate.copies.app import Style
    from pipeline.simulate.copies.copy import Copy

STYLES: tuple[Style, ...] = ("weather", "prayer", "quote", "steps")


def hard_negatives(random: Random, minutes: float) -> list[Copy]:
    """Return every kind of organic copy, some of them twice or more, spread over a stream of so many minutes."""

    def times(least: float, most: float) -> dict[str, Any]:
        length = min(between(random, least, most), 0.9 * minutes)
        return {"start": between(random, 0.02 * minutes, minutes - length), "minutes": length}

    everything: dict[str, Any] = {"start": 0.01 * minutes, "minutes": 0.98 * minutes}
    return [
        *(
            Headlines(
                name=f"headlines-{number}",
                **times(120, 300),
                accounts=whole(random, 50, 120),
                outlet=outlet,
                stories=whole(random, 2, 4),
            )
            for number, outlet in enumerate(some(random, ("harrowfen_news", "dornwick_post", "coast_radio"), 2), 1)
        ),
        Voting(name="voting-link", **times(90, 300), accounts=whole(random, 60, 160), by="link"),
        Voting(name="voting-app", **times(90, 300), accounts=whole(random, 40, 90), by="app"),
        *(
            App(
                name=f"app-{style}",
                **everything,
                accounts=whole(random, 18, 36),
                style=style,
                every_minutes=60 * whole(random, 1, 4),
                on_the_hour=style == "prayer" or random.random() < 0.5,
                linked=random.random() < 0.6,
            )
            for style in some(random, STYLES, 3)
        ),
        Giveaway(
            name="giveaway",
            **times(240, 480),
            accounts=whole(random, 50, 110),
            draws=whole(random, 2, 3),
            hunters=between(random, 0.15, 0.35),
        ),
        *(
            Fans(
                name=f"fans-{number}",
                **times(240, 540),
                accounts=whole(random, 35, 80),
                posts=whole(random, 5, 10),
                chants=between(random, 1.5, 4),
            )
            for number in (1, 2)
        ),
        Syndication(
            name="syndication",
            **everything,
            accounts=whole(random, 5, 8),
            stories=whole(random, 20, 40),
            one_site=random.random() < 0.4,
        ),
        Union(name="union", **times(180, 420), accounts=whole(random, 50, 110), text=random.randrange(3)),
        Hyperactive(
            name="hyperactive", **times(300, 600), accounts=whole(random, 10, 25), posts=whole(random, 150, 300)
        ),
        News(name="breaking-news", **times(60, 180), accounts=1, posts=whole(random, 300, 600)),
    ]
