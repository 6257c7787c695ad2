"""Two campaigns on one subject know of each other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.incidents.burst import KIND
from pipeline.incidents.public import IncidentEvent
from pipeline.post import Post
from pipeline.replay import run
from pipeline.simulate.stream import START_MS, simulate
from pipeline.state.client import connect

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.post import Line

SETTINGS, _ = load_settings(options={"incidents.update_interval_s": 0}, environment={})
FOR = (
    "our children deserve the new bridge and everybody here knows it",
    "a mayor who builds is worth ten who only ever talk about building",
    "two hundred jobs at the yard depend on what we decide this week",
    "look at the queue for the ferry and tell me we can wait any longer",
    "grandfather helped to build the old one, let us build the next",
)
AGAINST = (
    "nobody asked those who must live below all that concrete and noise",
    "they will sell the meadows first and then the harbour with them",
    "where did the money for the school roof go, ask the bridge company",
    "herons nested there for a century and now it is a parking space",
    "count the lorries on your street today and then count again in spring",
)


def side(name: str, texts: tuple[str, ...], tag: str, minute: int, accounts: range) -> list[Post]:
    return [
        Post(
            id=f"{name}{number}.{who}",
            platform="x",
            author_id=f"{name}{who}",
            text=f"{text} {tag}",
            created_at="",
            at=START_MS + 60_000 * (minute + number) + 2000 * who + 100 * len(name),
        )
        for number, text in enumerate(texts)
        for who in accounts
    ]


def signals(event: IncidentEvent) -> dict[str, str]:
    return {signal.signal: signal.text for signal in event.data.evidence}


async def told(
    server_url: str, lines: list[Line], settings: Settings = SETTINGS, posts: int = 1200
) -> list[IncidentEvent]:
    """Events of campaigns in the midst of organic chatter: without strangers no meeting is above chance."""
    crowd = list(simulate(11, posts, accounts=0))
    async with connect(server_url, 10) as client:
        engine = Engine(client, "rivals", settings)
        await engine.start()
        events = [
            e
            async for s in run(engine, iter(sorted([*crowd, *lines], key=lambda line: line.at)), "t")
            for e in s.events
            if isinstance(e, IncidentEvent)
        ]
        await engine.store.drop()
        return events


def test_each_of_two_campaigns_on_one_hashtag_names_the_other(server_url: str) -> None:
    pro = side("pro", FOR, "#Bridge", 2, range(6))
    anti = side("anti", AGAINST, "#Bridge", 8, range(6))
    # The first side grows, so that it has something to tell once more.
    more = side("pro", tuple(f"{text} they say" for text in FOR), "#Bridge", 15, range(9))

    events = asyncio.run(told(server_url, [*pro, *anti, *more]))

    opened = {event.data.accounts.sample[0][:3]: event for event in events if event.type == "incident.opened"}
    assert set(opened) == {"pro", "ant"}
    first, second = opened["pro"].data.incident_id, opened["ant"].data.incident_id
    assert "rival-network" not in signals(opened["pro"])
    assert signals(opened["ant"])["rival-network"] == (
        f"another network pushes #bridge with other texts and other accounts: {first}"
    )
    updated = [event for event in events if event.type == "incident.updated" and event.data.incident_id == first]
    assert second in signals(updated[-1])["rival-network"]


def test_campaigns_in_one_burst_name_each_other_under_whatever_tag_they_go(server_url: str) -> None:
    pro = side("pro", tuple(f"{text} #Bridge" for text in FOR), "#AllForIt", 122, range(10))
    anti = side("anti", tuple(f"{text} #Bridge" for text in AGAINST), "#ArrestThem", 128, range(10))
    more = side("pro", tuple(f"{text} they say #Bridge" for text in FOR), "#AllForIt", 135, range(20))

    events = asyncio.run(told(server_url, [*pro, *anti, *more], posts=6000))

    opened = {e.data.accounts.sample[0][:3]: e for e in events if e.type == "incident.opened" and e.data.kind != KIND}
    first, second = opened["pro"].data, opened["ant"].data
    assert "#bridge" not in {first.keywords[0], second.keywords[0]}
    assert signals(opened["ant"])["rival-network"] == (
        f"another network pushes #bridge with other texts and other accounts: {first.incident_id}"
    )
    updated = [e for e in events if e.type == "incident.updated" and e.data.incident_id == first.incident_id]
    assert second.incident_id in signals(updated[-1])["rival-network"]


def test_campaigns_on_other_hashtags_or_with_the_same_texts_are_no_rivals(server_url: str) -> None:
    pro = side("pro", FOR, "#Bridge", 2, range(6))
    elsewhere = side("anti", AGAINST, "#Tram", 8, range(6))
    helpers = side("helper", FOR, "#Bridge", 200, range(6))

    events = asyncio.run(told(server_url, [*pro, *elsewhere, *helpers]))

    assert len({event.data.incident_id for event in events}) >= 2
    assert [event for event in events if "rival-network" in signals(event)] == []


def test_what_the_flood_guard_holds_back_is_named_nowhere(server_url: str) -> None:
    guarded, _ = load_settings(
        options={"incidents.update_interval_s": 0, "incidents.max_opened": 1, "incidents.flood_window_s": 86_400},
        environment={},
    )
    pro = side("pro", FOR, "#Bridge", 2, range(6))
    anti = side("anti", AGAINST, "#Bridge", 8, range(6))
    more = side("pro", tuple(f"{text} they say" for text in FOR), "#Bridge", 15, range(9))

    events = asyncio.run(told(server_url, [*pro, *anti, *more], guarded))

    assert {event.data.accounts.sample[0][:3] for event in events} == {"pro"}
    assert "incident.updated" in {event.type for event in events}
    assert [event for event in events if "rival-network" in signals(event)] == []
