"""The observe script against a plain in-memory oracle: random streams, random batches, redelivery, crashes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.oracle import Oracle, Seen

from pipeline.config import load_settings
from pipeline.engine import Engine
from pipeline.errors import FenceError
from pipeline.post import Post
from pipeline.state.batch import Batch
from pipeline.state.client import connect
from pipeline.state.rows import item_key, pack_network, split_keys
from pipeline.text.features import features
from pipeline.text.traces import Kind, named_traces

Row = tuple[int, int, int, bool, bool, int, str]
NAMES = itertools.count()
SETTINGS, _ = load_settings(
    options={
        "detection.index_horizon_s": 600,
        "detection.pair_horizon_s": 1800,
        "detection.edge_weight": 1.5,
        "detection.band_slots": 4096,
        "detection.traces": "repost, reply, link",
    },
    environment={},
)
TEXTS = tuple(
    f"{subject} should never have trusted the {thing} of this town, say the people of {place}"
    for subject in ("we", "they", "nobody")
    for thing in ("water company", "new mayor", "tram operator")
    for place in ("Harrowfen", "the old harbour")
)
START = 1_767_258_000_000

posts = st.lists(
    st.tuples(
        st.integers(0, 11),  # author
        st.integers(0, len(TEXTS)),  # text; the last is too short to be compared
        st.integers(-30, 240),  # seconds since the post before
        st.booleans(),  # repost
        st.booleans(),  # link
        st.integers(0, 30),  # an id of that many posts before: a duplicate or an edit, where there is one
        st.sampled_from(["", "t1", "t2"]),  # what it answers, reposts where it is a repost, and links where it links
    ),
    min_size=1,
    max_size=120,
)


def stream(rows: list[Row]) -> list[Post]:
    at, made = START, []
    for number, (author, text, gap, repost, link, back, target) in enumerate(rows):
        at = max(START, at + gap * 1000)
        again = back < 3 and number > back
        made.append(
            Post(
                id=f"p{number - back - 1 if again else number}",
                platform="x",
                author_id=f"a{author}",
                text=(TEXTS[text] if text < len(TEXTS) else "short") + (" https://x.example" if link else ""),
                created_at="",
                is_repost=repost,
                repost_of=(repost and target) or None,
                reply_to=target or None,
                urls=[f"https://x.example/{target}"] if link and target else None,
                at=at,
            )
        )
    return made


def told_by_oracle(made: list[Post]) -> tuple[Oracle, list[tuple[int, int]]]:
    detection = SETTINGS.detection
    oracle = Oracle(
        index_horizon=detection.index_horizon_s * 1000,
        pair_horizon=detection.pair_horizon_s * 1000,
        equal=round(64 * detection.similarity),
        edge=round(1000 * detection.edge_weight),
        accounts=detection.min_accounts,
        objects=detection.min_objects,
    )
    found = features([p.text for p in made], [bool(p.is_repost) for p in made], detection.band_slots)
    due = []
    for number, post in enumerate(made):
        traces = named_traces(post, set(Kind))
        seen = Seen(
            at=post.at,
            key=post.id,
            author=item_key("x", post.author_id),
            text_hash=int(found.text_hash[number]),
            slots=tuple(found.slots[number].tolist()),
            lanes=tuple(found.lanes[number].tolist()),
            usable=bool(found.usable[number]),
            repost=bool(post.is_repost),
            link="http" in post.text,
            traces=tuple(traces[at : at + 9] for at in range(0, len(traces), 9)),
        )
        if net := oracle.observe(seen):
            due.append((number, net))
            oracle.nets[net].due_accounts = len(oracle.nets[net].members) + 1
    return oracle, due


async def told_by_script(
    url: str, made: list[Post], cuts: list[int], faults: list[int]
) -> tuple[dict[str, object], list[tuple[int, int]]]:
    """Apply the stream in batches of the sizes given, with a repeated call, an old batch or a restart in between."""
    async with connect(url, 10) as client:
        name = f"state-{next(NAMES)}"
        engine = Engine(client, name, SETTINGS)
        await engine.start()
        lines = [(b"t:0:%d:1" % number, post) for number, post in enumerate(made)]
        done, due = 0, list[tuple[int, int]]()
        old: Batch | None = None
        # The oracle knows no timers: the prune, which is one, is tested by itself.
        sizes, moments = itertools.cycle(cuts), itertools.cycle(faults)
        while done < len(lines):
            batch = engine.prepare(lines[done : done + next(sizes)])
            fault = next(moments)
            if fault == 1 and old is not None:
                zombie = Engine(client, name, SETTINGS)
                zombie.store.position = b"t:0:999999:1"
                # Refused, or taken for a lost reply: either way it must change nothing.
                with contextlib.suppress(FenceError):
                    await zombie.store.observe(old)
            if fault == 2:
                engine = Engine(client, name, SETTINGS)
                engine.store.position = lines[done - 1][0] if done else b""
            before = engine.store.position
            observed = await engine.store.observe(batch)
            if fault == 3 and observed.applied:
                # The reply was lost and the client sent the call again.
                engine.store.position = before
                again = await engine.store.observe(batch)
                assert again.applied == observed.applied
            done += observed.applied
            for item in await engine.store.due():
                number = int(item.removeprefix("net:"))
                network = await engine.store.network(number)
                assert network is not None
                due.append((done - 1, number))
                row = msgspec.structs.replace(network, due_accounts=network.accounts + 1)
                await engine.store.commit(item, [], network=number, row=pack_network(row))
            old = batch
        state: dict[str, object] = {
            "edges": {(pair[:8], pair[8:]): int(at) for pair, at in (await engine.store.items("edges")).items()},
            "members": {int(n): split_keys(row) for n, row in (await engine.store.items("net:members")).items()},
            "objects": {int(n): await engine.store.network_objects(int(n)) for n in await engine.store.items("nets")},
        }
        await engine.store.drop()
        return state, due


@given(posts, st.lists(st.integers(1, 50), min_size=1, max_size=5), st.lists(st.integers(0, 3), min_size=1, max_size=7))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_script_and_oracle_agree_whatever_the_batches_repeats_and_crashes(
    embedded_url: str, rows: list[Row], cuts: list[int], faults: list[int]
) -> None:
    made = stream(rows)
    oracle, oracle_due = told_by_oracle(made)
    state, script_due = asyncio.run(told_by_script(embedded_url, made, cuts, faults))

    assert script_due == oracle_due
    assert state["edges"] == oracle.edges
    assert state["members"] == {number: tuple(net.members) for number, net in oracle.nets.items()}
    assert state["objects"] == {number: net.objects for number, net in oracle.nets.items()}
