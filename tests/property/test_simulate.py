"""Whatever the seed: the same bytes again, lines in order that decode to themselves, ids that come once."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.post import Post, decode_line, encode_line
from pipeline.simulate.scenario import Performance
from pipeline.simulate.scenarios import SCENARIOS, ScenarioName, draw_scenario


def played(name: ScenarioName, seed: int) -> tuple[list[bytes], Performance]:
    performance = Performance(draw_scenario(name, seed, 300), seed)
    return [encode_line(line) for line in performance.lines()], performance


@given(st.sampled_from(SCENARIOS), st.integers(0, 2**32))
@settings(max_examples=5)
def test_a_seed_gives_the_same_bytes_in_event_order(name: ScenarioName, seed: int) -> None:
    raw, performance = played(name, seed)

    assert (raw, performance.roles()) == ((again := played(name, seed))[0], again[1].roles())
    lines = [decode_line(line) for line in raw]
    assert [encode_line(line) for line in lines] == raw
    assert all(before.at <= after.at for before, after in pairwise(lines))
    ids = [line.id for line in lines if isinstance(line, Post)]
    assert len(set(ids)) == len(ids)


@given(st.integers(0, 2**32))
@settings(max_examples=3)
def test_every_answer_repost_and_quote_points_to_an_earlier_post_of_its_platform(seed: int) -> None:
    places: dict[str, str] = {}
    for raw in played("everything", seed)[0]:
        line = decode_line(raw)
        if isinstance(line, Post):
            for target in (line.repost_of, line.reply_to, line.quote_of):
                assert target is None or places[target] == line.platform
            places[line.id] = line.platform
