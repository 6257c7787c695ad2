"""The allow list of a stream: changed by lines in their order, ended by event time, whatever the batch and server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from support.answers import allowed, among, no_longer
from support.flood import flooded, post

from pipeline.config import load_settings
from pipeline.detect.allow import MAX_ALLOWED, Allowed
from pipeline.engine import Engine
from pipeline.incidents.public import IncidentEvent, encode_event, rfc3339
from pipeline.post import Control
from pipeline.replay import position, run
from pipeline.state.client import connect
from pipeline.times import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.incidents.public import Event
    from pipeline.post import Line
    from pipeline.state.batch import Batch

SETTINGS, _ = load_settings(environment={})
CAMPAIGN = flooded(1, more=2)
END = CAMPAIGN[-1].at
MEMBERS = [f"f0-{n}" for n in range(14)]


def batch(engine: Engine, lines: Sequence[Line], first: int = 0) -> Batch:
    return engine.prepare([(position("t", first + n), line) for n, line in enumerate(lines)])


def told(url: str, lines: Sequence[Line], size: int = 100) -> list[IncidentEvent]:
    """Events of a stream that is gone afterwards."""

    async def replayed() -> list[Event]:
        async with connect(url, 10) as client:
            engine = Engine(client, "allow", SETTINGS)
            await engine.store.drop()
            await engine.start()
            events: list[Event] = []
            async for step in run(engine, iter(lines), "t", batch_lines=size):
                events += step.events
            assert await engine.store.events() == [encode_event(event) for event in events]
            assert await engine.store.due() == []
            await engine.store.drop()
            return events

    return [event for event in asyncio.run(replayed()) if isinstance(event, IncidentEvent)]


def short(events: Sequence[IncidentEvent]) -> list[str]:
    return [event.type.removeprefix("incident.") for event in events]


@pytest.mark.parametrize("size", [1, 2, 50, 200])
def test_an_incident_is_judged_again_as_soon_as_the_list_changes(server_url: str, size: int) -> None:
    added = [allowed("account", name, END + 1) for name in MEMBERS]
    removed = [no_longer("account", name, END + 2) for name in MEMBERS]
    plain = told(server_url, CAMPAIGN)
    events = told(server_url, [*CAMPAIGN, *added, *removed], size)

    assert (short(plain)[0], short(events[len(plain) :])) == ("opened", ["suppressed", "opened"])
    suppressed, opened = events[len(plain) :]
    assert (suppressed.timestamp, opened.timestamp) == (rfc3339(END + 1), rfc3339(END + 2))
    assert suppressed.data.suppressed is not None
    assert suppressed.data.suppressed.reason == "allowed"
    assert suppressed.data.suppressed.text.endswith("accounts are on the allow list")
    assert len({event.data.incident_id for event in events}) == 1


def test_who_is_vouched_for_is_suppressed_until_that_ends_by_event_time(server_url: str) -> None:
    opening = told(server_url, CAMPAIGN)[0]
    opened_at = instant("timestamp", opening.timestamp)
    first = CAMPAIGN[0].at

    def of(until: int | None) -> list[IncidentEvent]:
        return told(server_url, [*(allowed("account", name, first, until) for name in MEMBERS), *CAMPAIGN])

    assert short(of(None)) == ["suppressed"]
    assert short(of(opened_at + 1))[:2] == ["suppressed", "opened"]
    assert short(of(opened_at)) == short(told(server_url, CAMPAIGN))
    assert short(of(first)) == short(of(opened_at))


def test_texts_that_are_vouched_for_explain_a_network_by_the_clusters_that_it_shows(server_url: str) -> None:
    shown = told(server_url, [*CAMPAIGN, allowed("account", "nobody", END + 1)])[-1].data.templates
    clusters = [each.cluster for each in shown]
    entries = [allowed("cluster", cluster.upper(), END + 1) for cluster in clusters]
    events = told(server_url, [*CAMPAIGN, *entries])

    assert len(set(clusters)) == 4
    assert short(events)[-1] == "suppressed"
    assert events[-1].data.suppressed is not None
    assert events[-1].data.suppressed.text == "4 of 4 texts are of clusters on the allow list"


def test_sites_that_are_vouched_for_explain_a_network_that_links_to_them(server_url: str) -> None:
    linked: list[Line] = [
        post(each.id, each.author_id, f"{each.text} https://www.town.example/{each.id}", each.at)
        if each.campaign == "flood" and each.at % 2000 < 1000
        else each
        for each in CAMPAIGN
    ]
    entry = allowed("domain", "www.Town.example", CAMPAIGN[0].at)

    assert short(told(server_url, linked))[:1] == ["opened"]
    events = told(server_url, among(linked, [entry]))
    assert [each.data.suppressed.text for each in events if each.data.suppressed] == [
        "3 of 3 texts link to a domain on the allow list"
    ]


CHANGES: list[Line] = [
    allowed("account", "a", END),
    allowed("domain", "b.example", END, note="ours"),
    allowed("account", "a", END, END + 100),
    no_longer("account", "never there", END),
    no_longer("domain", "b.example", END),
    allowed("cluster", "0123456789abcdef", END - 3_600_000 * 9),  # late, but a line all the same
    Control(action="pause", created_at="", value="a", at=END),
    allowed("domain", "c.example", END),
]
LEFT = [
    Allowed("account", "a", END + 100),
    Allowed("cluster", "0123456789abcdef"),
    Allowed("domain", "c.example"),
]


@pytest.mark.parametrize("size", [1, 3, len(CHANGES)])
def test_the_list_follows_the_order_of_lines_and_lasts_over_a_restart(server_url: str, size: int) -> None:
    async def followed() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "list", SETTINGS)
            await engine.start()
            for at in range(0, len(CHANGES), size):
                await engine.apply(batch(engine, CHANGES[at : at + size], at))
            stale = Engine(client, "list", SETTINGS)
            assert (await stale.store.observe(batch(stale, CHANGES))).applied == len(CHANGES)
            assert await engine.store.allowed() == LEFT
            assert await engine.store.due() == []
            await engine.store.drop()

    asyncio.run(followed())


def test_a_change_that_a_crash_left_due_is_judged_at_the_next_start(server_url: str) -> None:
    changes = [allowed("account", name, END + 1) for name in MEMBERS]

    async def crashed() -> list[bytes]:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "allow", SETTINGS)
            await engine.start()
            for at in range(0, len(CAMPAIGN), 100):
                await engine.apply(batch(engine, CAMPAIGN[at : at + 100], at))
            for number, change in enumerate(changes):
                engine = Engine(client, "allow", SETTINGS)
                await engine.start()
                done = await engine.store.observe(batch(engine, [change], len(CAMPAIGN) + number))
                assert (done.stop, done.item) == ("due", "allow")
            engine = Engine(client, "allow", SETTINGS)
            await engine.start()
            events = await engine.store.events()
            await engine.store.drop()
            return events

    assert asyncio.run(crashed()) == [encode_event(event) for event in told(server_url, [*CAMPAIGN, *changes])]


def test_a_full_list_takes_what_is_new_only_in_place_of_what_has_ended(server_url: str) -> None:
    async def full() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "full", SETTINGS)
            await engine.start()
            lines: list[Line] = [
                allowed("account", f"a{n:04d}", END, END + 10 if n % 500 == 0 else None) for n in range(MAX_ALLOWED)
            ]
            lines += [
                allowed("account", "b", END + 9),
                allowed("account", "c", END + 10),
                no_longer("account", "c", END),
            ]
            lines += [allowed("account", "d", END), allowed("account", "e", END), allowed("account", "f", END)]
            for at in range(0, len(lines), 200):
                await engine.apply(batch(engine, lines[at : at + 200], at))

            names = [each.value for each in await engine.store.allowed()]
            living = [f"a{n:04d}" for n in range(MAX_ALLOWED) if n % 500]
            assert names == [*living, "d", "e"]
            await engine.store.drop()

    asyncio.run(full())
