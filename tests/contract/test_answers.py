"""Answers to incidents: told once each in the order of lines, whatever the batch, the restarts and the server."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import pytest
from support.answers import among, verdict
from support.flood import flooded

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.incidents.answer import Answer
from pipeline.incidents.model import Incident
from pipeline.incidents.public import DigestEvent, IncidentEvent, VerdictEvent, encode_event
from pipeline.post import Tick
from pipeline.replay import position, run
from pipeline.state.client import connect
from pipeline.times import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.config import Settings
    from pipeline.incidents.public import Event
    from pipeline.post import Line
    from pipeline.state.batch import Batch

SETTINGS, _ = load_settings(environment={})
GUARDED, _ = load_settings(options={"incidents.max_opened": 1, "incidents.flood_window_s": 600}, environment={})
HOUR_MS = 3_600_000
STREAM = "answers"
UNKNOWN = "inc_0123456789abcdef"


def told(url: str, lines: Sequence[Line], batch: int = 100, settings: Settings = SETTINGS) -> list[Event]:
    """Events of a stream that is gone afterwards, as they were stored."""

    async def replayed() -> list[Event]:
        async with connect(url, 10) as client:
            engine = Engine(client, STREAM, settings)
            await engine.store.drop()
            await engine.start()
            events: list[Event] = []
            async for step in run(engine, iter(lines), "t", batch_lines=batch):
                events += step.events
            assert await engine.store.events() == [encode_event(event) for event in events]
            assert (await engine.store.due(), await engine.store.items("answers")) == ([], {})
            await engine.store.drop()
            return events

    return asyncio.run(replayed())


@cache
def opened(url: str) -> tuple[tuple[str, int], ...]:
    """Ids of the incidents of two campaigns, and when each was opened."""
    return tuple(
        (event.data.incident_id, instant("timestamp", event.timestamp))
        for event in told(url, flooded(2))
        if event.type == "incident.opened"
    )


def answered(url: str) -> list[Line]:
    """Two campaigns whose incidents are answered, one of them again and again, and which then fall silent."""
    (first, at), (second, later) = opened(url)
    end = flooded(2)[-1].at
    return [
        *among(
            flooded(2),
            [
                verdict(first, "true", at - 1),  # nobody knows it yet
                verdict(first, "true", at + 1),
                verdict(UNKNOWN, "false", at + 1),
                verdict(first, "true", at + 2),
                verdict(first, "benign", at + 3, note="a choir"),
                verdict(second, "false", later + 1, ""),
            ],
        ),
        Tick(created_at="", at=end + 13 * HOUR_MS),
        verdict(second, "true", end - HOUR_MS, ""),  # late, but an answer all the same
    ]


def of(events: Sequence[Event], name: str) -> list[tuple[str, int]]:
    own = (event for event in events if not isinstance(event, DigestEvent) and event.data.incident_id == name)
    return [(event.type.removeprefix("incident."), event.data.revision) for event in own]


@pytest.mark.parametrize("size", [1, 3, 50, 200])
def test_answers_are_told_in_the_order_of_lines_whatever_the_size_of_a_batch(server_url: str, size: int) -> None:
    (first, _), (second, _) = opened(server_url)
    events = told(server_url, answered(server_url), size)

    assert of(events, first) == [("opened", 1), ("verdict", 2), ("verdict", 3), ("resolved", 4)]
    assert of(events, second) == [("opened", 1), ("verdict", 2), ("resolved", 3), ("verdict", 4)]
    answers = [event.data for event in events if isinstance(event, VerdictEvent)]
    assert [(each.incident_id, each.verdict, each.author, each.note) for each in answers] == [
        (first, "true", "night watch", ""),
        (first, "benign", "night watch", "a choir"),
        (second, "false", "", ""),
        (second, "true", "", ""),
    ]
    assert [each.status for each in answers] == ["open", "open", "open", "resolved"]
    opening = next(event for event in events if event.type == "incident.opened")
    assert isinstance(opening, IncidentEvent)
    assert (answers[0].summary, answers[0].keywords, answers[0].detected_at) == (
        opening.data.summary,
        opening.data.keywords,
        opening.timestamp,
    )
    assert [encode_event(each) for each in events] == [
        encode_event(each) for each in told(server_url, answered(server_url))
    ]


def test_answers_move_nothing_but_revisions(server_url: str) -> None:
    plain = told(server_url, [*flooded(2), *answered(server_url)[-2:-1]])
    among_them = [event for event in told(server_url, answered(server_url)) if not isinstance(event, VerdictEvent)]

    def bare(event: Event) -> bytes:
        assert isinstance(event, IncidentEvent)
        return encode_event(msgspec.structs.replace(event, data=msgspec.structs.replace(event.data, revision=0)))

    assert [bare(event) for event in among_them] == [bare(event) for event in plain]


def test_of_what_is_held_back_the_answer_is_told_first_and_no_revision_twice(server_url: str) -> None:
    lines: list[Line] = [*flooded(3), Tick(created_at="", at=flooded(3)[-1].at + 13 * HOUR_MS)]
    plain = told(server_url, lines, settings=GUARDED)
    digest = next(event.data for event in plain if isinstance(event, DigestEvent))
    name = digest.incidents[0].incident_id

    answer = verdict(name, "benign", instant("detected_at", digest.incidents[0].detected_at) + 1)
    events = told(server_url, among(lines, [answer]), settings=GUARDED)

    held = [each for event in events if isinstance(event, DigestEvent) for each in event.data.incidents]
    assert [each.revision for each in held if each.incident_id == name] == [2]
    assert of(events, name) == [("verdict", 1), ("resolved", 3)]
    assert of(plain, name) == [("resolved", 2)]
    assert next(n for n, event in enumerate(events) if isinstance(event, VerdictEvent)) < next(
        n for n, event in enumerate(events) if isinstance(event, DigestEvent)
    )


def test_an_answer_is_told_once_over_a_crash_and_what_comes_again(server_url: str) -> None:
    lines = answered(server_url)
    (first, at), _ = opened(server_url)
    place = next(n for n, line in enumerate(lines) if line.at == at + 1) + 1

    def part(engine: Engine, begin: int, end: int) -> Batch:
        return engine.prepare([(position("t", n), lines[n]) for n in range(begin, end)])

    async def crashed() -> list[bytes]:
        async with connect(server_url, 10) as client:
            engine = Engine(client, STREAM, SETTINGS)
            await engine.store.drop()
            await engine.start()
            for begin in range(0, place - 1, 100):
                await engine.apply(part(engine, begin, min(place - 1, begin + 100)))
            answer = part(engine, place - 1, place)
            # The process ends between the script and the evaluation.
            assert (await engine.store.observe(answer)).item == f"verdict:{first}"
            assert list(await engine.store.items("answers")) == [first.encode()]

            again = Engine(client, STREAM, SETTINGS)
            await again.start()
            stored = msgspec.json.decode((await again.store.fields("incidents", [first]))[0] or b"", type=Incident)
            assert (stored.answer, stored.revision) == (Answer("true", "night watch"), 2)
            stale = Engine(client, STREAM, SETTINGS)
            assert await stale.apply(answer) == []  # it comes again
            for begin in range(place, len(lines), 100):
                await again.apply(part(again, begin, min(len(lines), begin + 100)))
            await again.settle()
            events = await again.store.events()
            await again.store.drop()
            return events

    assert asyncio.run(crashed()) == [encode_event(event) for event in told(server_url, lines)]


def test_what_nobody_knows_and_what_says_nothing_of_a_campaign_is_counted_and_left(server_url: str) -> None:
    burst = Incident(UNKNOWN, 1, "open", "keyword-burst", "info", 4, ["x"], 0, 0)

    async def left() -> None:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "left", SETTINGS)
            await engine.start()
            lines: list[Line] = [verdict(UNKNOWN, "true", HOUR_MS), verdict(UNKNOWN, "true", HOUR_MS)]
            await client.hset(engine.store.keys["incidents"], UNKNOWN, msgspec.json.encode(burst))
            for number, line in enumerate(lines):
                assert await engine.apply(engine.prepare([(position("t", number), line)])) == []
                assert (await engine.store.due(), await engine.store.items("answers")) == ([], {})
                await client.delete(engine.store.keys["incidents"])
            assert engine.counts["moot_verdicts"] == 2
            await engine.store.drop()

    asyncio.run(left())


def test_one_that_was_merged_is_answered_as_it_stands(server_url: str) -> None:
    merged = Incident(UNKNOWN, 3, "merged", "copy-paste-wave", "warning", 4, ["x"], 0, 7, into="inc_fedcba9876543210")

    async def answered_to() -> list[Event]:
        async with connect(server_url, 10) as client:
            engine = Engine(client, "merged", SETTINGS)
            await engine.start()
            await client.hset(engine.store.keys["incidents"], UNKNOWN, msgspec.json.encode(merged))
            events = await engine.apply(engine.prepare([(position("t", 0), verdict(UNKNOWN, "false", HOUR_MS))]))
            (form,) = await engine.store.fields("incidents", [UNKNOWN])
            wanted = msgspec.structs.replace(merged, revision=4, answer=Answer("false", "night watch"))
            assert msgspec.json.decode(form or b"", type=Incident) == wanted
            await engine.store.drop()
            return events

    (event,) = asyncio.run(answered_to())

    assert isinstance(event, VerdictEvent)
    assert (event.data.status, event.data.revision, event.data.verdict) == ("merged", 4, "false")
