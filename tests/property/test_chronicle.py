"""What is kept of the posts of incidents against a count of all lines: random streams, batches, crashes anywhere."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.chronicled import Kept, Seen, as_kept, naive, stream

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.replay import lines_done, run
from pipeline.state import chronicle, keyword_bursts
from pipeline.state.chronicle import read_activity
from pipeline.state.client import connect

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.incidents.look import Look
    from pipeline.post import Line

NAMES = itertools.count()


class CrashError(Exception):
    """The process ends here."""


def crashing(engine: Engine, calls: int, *, behind: bool) -> None:
    """Let the engine crash at one of its writes, before it reaches the server or after."""
    left = itertools.count(calls, -1)

    def wrapped(write: Any) -> Any:
        async def call(*args: Any, **named: Any) -> Any:
            is_last = next(left) == 0
            if is_last and not behind:
                raise CrashError
            done = await write(*args, **named)
            if is_last:
                raise CrashError
            return done

        return call

    store: Any = engine.store
    for name in ("observe", "commit", "keep_bursts", "keep_chronicle"):
        setattr(store, name, wrapped(getattr(store, name)))


async def kept(
    client: Redis, wanted: Settings, lines: list[Line], batches: list[int], crashes: list[tuple[int, bool]]
) -> tuple[dict[str, Kept], dict[str, Kept]]:
    """What is kept once all lines are applied, and what is to be."""
    name = f"chronicle-{next(NAMES)}"
    looks: list[Seen] = []

    def witness(look: Look) -> None:
        looks.append(Seen(look, engine.store.reached))

    for number, crash in enumerate([*crashes, None]):
        engine = Engine(client, "s", wanted, witness=witness, kept_as=name, chronicle=True)
        if crash:
            crashing(engine, crash[0], behind=crash[1])
        try:
            done = lines_done("t", await engine.start())
            async for _ in run(engine, iter(lines), "t", done=done, batch_lines=batches[number % len(batches)]):
                pass
        except CrashError:
            continue
    assert engine.chronicle
    await engine.chronicle.write()
    expected = naive(lines, looks, wanted)
    found = {each: await read_activity(engine.store, each) for each in expected}
    await engine.store.drop()
    return {each: as_kept(activity) for each, activity in found.items() if activity}, expected


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 999),
    an_hour=st.sampled_from([60, 300, 1500, 6000]),
    batches=st.lists(st.integers(1, 200), min_size=1, max_size=4),
    crashes=st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=4),
    pace=st.sampled_from([0.0, 1e9]),
    kept_after=st.sampled_from([40, 300, 50_000]),
    window_posts=st.sampled_from([1000, 200_000]),
)
def test_it_is_what_a_count_of_all_lines_finds(
    embedded_url: str,
    seed: int,
    an_hour: int,
    batches: list[int],
    crashes: list[tuple[int, bool]],
    pace: float,
    kept_after: int,
    window_posts: int,
) -> None:
    wanted, _ = load_settings(
        options={
            "detection.band_slots": 4096,
            "bursts.cells": 4096,
            "bursts.window_posts": window_posts,
            "incidents.quiet_s": 600,
            "incidents.cool_down_s": 600,
        },
        environment={},
    )
    lines = stream(seed, 1200, an_hour)

    async def compare() -> None:
        async with connect(embedded_url, 10) as client:
            found, expected = await kept(client, wanted, lines, batches, crashes)
            assert found == expected

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chronicle, "PACE_S", pace)
        patch.setattr(keyword_bursts, "KEPT_AFTER", kept_after)
        asyncio.run(compare())
