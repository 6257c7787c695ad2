"""The observe script against a plain in-memory oracle: random streams, random batches, redelivery, crashes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import struct
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.lookalikes import Facts, Group, LookAlikes, Profile
from support.oracle import Oracle, Seen, Thing

from pipeline.config import load_settings
from pipeline.detect import prior
from pipeline.detect.bins import UNKNOWN_BIRTH, UNKNOWN_COUNT, birth_bin, count_bin
from pipeline.detect.delays import BOUNDS
from pipeline.detect.facts import GroupFacts, WindowFacts
from pipeline.engine import Engine, script_settings
from pipeline.errors import FenceError
from pipeline.post import Delete, Post, item_key
from pipeline.state.batch import Batch
from pipeline.state.client import connect
from pipeline.state.rows import FIELDS, ObjectRow, pack_network, split_keys, unpack_group, unpack_object
from pipeline.state.script import packed
from pipeline.text.features import MIN_LETTERS, TIE_LETTERS, features
from pipeline.text.traces import Kind, link_domain, named_traces
from pipeline.text.words import telling_words

if TYPE_CHECKING:
    from redis.asyncio import Redis

Row = tuple[int, int, int, bool, bool, int, str, int, int]
NAMES = itertools.count()
SETTINGS, _ = load_settings(
    options={
        "detection.index_horizon_s": 600,
        "detection.pair_horizon_s": 1800,
        "detection.edge_weight": 1.5,
        "detection.band_slots": 4096,
        "detection.traces": "repost, reply, link",
        "detection.look_alikes": True,
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

RULES = {
    "group_authors": 4,
    "group_alike": 3,
    "group_evidence": 4_000_000,
    "group_second": 500_000,
    "group_shared": 2,
    "group_single": 6_000_000,
    "rush_evidence": 2_000_000,
    "rush_authors": 5,
    "rush_span": 200_000,
    "sharp_share": 0.004,
    "sharp_weight": 1900,
    "per_stranger": 10,
    "hashtag_span": 900_000,
    "wave_gap": 40_000,
    "wave_authors": 3,
    "wave_span": 120_000,
    "ring_horizon": 7_200_000,
    "edge_horizon": 3_600_000,
    "overlap_horizon": 1_500_000,
    "overlap_accounts": 3,
    "overlap_evidence": 100_000,
    "overlap_factor": 1,
    "rare_share": 3,
    "grow_members": 2,
    "grow_authors": 9,
    "baseline_age": 1_200_000,
    "baseline_authors": 6,
    "baseline_births": 5,
    "baseline_cap": 9,
    "prior_weight": prior.WEIGHT,
}
"""Bounds so low that streams of a hundred posts have look-alikes in them."""

PROFILE = struct.Struct("<BBhBhBh")

SAMPLE = (7, 3)
"""Posts of the stream's sample, at most, and until its next generation."""

single = st.tuples(
    st.integers(0, 23),  # author
    st.integers(0, len(TEXTS) + 1),  # text; one ties nobody, the last is too short to be compared
    st.integers(-30, 240),  # seconds since the post before
    st.booleans(),  # repost
    st.booleans(),  # link
    st.integers(0, 30),  # an id of that many posts before: a duplicate or an edit, where there is one
    st.sampled_from(["", "tag", "tga"]),  # what it answers, reposts where it is a repost, and links where it links
    st.integers(0, 20),  # the post of that many posts before is deleted after it, if that is near
    st.integers(-9, 9),  # it answers the post of that many posts before, where there is one
)
crowds = st.tuples(
    st.integers(0, 40),  # first author
    st.sampled_from([1, 2]),  # step between authors: every second one looks like the others
    st.integers(3, 14),  # how many
    st.sampled_from([1, 20, 40, 41]),  # seconds between two of them, around the gap that ends a wave
    st.integers(0, len(TEXTS)),
    st.booleans(),
    st.sampled_from(["", "tag", "tga"]),
    st.integers(0, 9),  # below 4, all of them answer the post of that many posts before
)


def row(crowd: tuple[int, int, int, int, int, bool, str, int]) -> list[Row]:
    """Posts of a crowd: one text, one author after the other; where they answer, all the same post."""
    first, step, authors, gap, text, repost, target, answered = crowd
    return [
        (first + step * number, text, gap, repost, False, 30, target, 20, answered + number if answered < 4 else 0)
        for number in range(authors)
    ]


campaigns = st.tuples(
    st.integers(0, 12),  # look of the accounts; those of 0 are the stream's own look-alikes
    st.integers(0, 3),  # first account
    st.integers(4, 9),  # how many
    st.lists(st.integers(0, len(TEXTS) + 1), min_size=1, max_size=4),  # one text after the other
    st.sampled_from([1, 20, 40, 41]),
    st.sampled_from([1, 30, 130, 700, 1300]),  # seconds before each text
    st.lists(  # who comes after them, and seconds after the one before
        st.tuples(st.integers(0, 11), st.sampled_from([1, 1, 40, 41, 125])), max_size=5
    ),
    st.booleans(),
    st.sampled_from(["", "", "tag", "tga"]),
)


TWO_OF_THREE, ONE_OF_THREE = 2000, 4000
"""Added to an account: one that is like it but in its birth, or in its followers alone."""


def texts_of(campaign: tuple[int, int, int, list[int], int, int, list[tuple[int, int]], bool, str]) -> list[Row]:
    """Posts of a campaign: the same accounts with one text after the other, and the same others after them."""
    look, first, size, texts, gap, pause, others, repost, target = campaign
    step, begin = (1, 100 * look + first) if look else (2, 2 * first)
    own = range(begin, begin + step * size, step)
    fresh = own[-1] + step
    known = [*range(1, 22, 4), fresh, fresh + step, *(fresh + off for off in (TWO_OF_THREE, TWO_OF_THREE + step))]
    known += [fresh + ONE_OF_THREE, fresh + ONE_OF_THREE + step]
    arrivals = [(author, gap if place else pause) for place, author in enumerate(own)]
    arrivals += [(known[other], after) for other, after in others]
    return [(author, text, after, repost, False, 30, target, 20, 0) for text in texts for author, after in arrivals]


bursts = st.lists(
    st.tuples(st.integers(1, 12), st.integers(4, 6), st.sampled_from([5, 1300, 1300, 1300])), min_size=4, max_size=14
).map(
    lambda rings: [
        (100 * look + number, 0, 1 if number else pause, True, False, 30, "tag", 20, 0)
        for look, size, pause in rings
        for number in range(size)
    ]
)
"""A ring that comes back with fresh accounts each time, which look different, and reposts the same author."""

posts = st.lists(
    st.one_of(single.map(lambda post: [post]), crowds.map(row), campaigns.map(texts_of)), min_size=1, max_size=24
).map(lambda blocks: [post for block in blocks for post in block])


talks = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.integers(0, len(TEXTS) + 1),
        st.sampled_from([0, 1, 2, 3, 5, 8, 20, 130, -20, -150]),
        st.just(False),
        st.just(False),
        st.integers(0, 30),
        st.sampled_from(["", "", "tag"]),
        st.integers(0, 20),
        st.integers(-4, 9),
    ),
    min_size=25,
    max_size=120,
)
"""A few accounts that answer each other, mostly within seconds."""


TWO_IN_A_SLOT = [
    [(author, text, 1, False, False, 30, target, 20, 0) for author, text, target in rows]
    for rows in (
        [(0, 2, "tag"), (0, 13, "tag"), (1, 13, ""), (0, 3, ""), (1, 15, "")],
        [(0, 2, "tag"), (0, 13, "tag"), (1, 0, ""), (1, 13, ""), (0, 3, ""), (0, 15, "")],
    )
]
"""Two bands of text 13 share a slot: which of them marks it decides which cluster text 15 joins."""

ALL_ELSEWHERE: list[Row] = [
    *[(0, 0, 1, False, False, 30, "", 20, 0)] * 4,
    (0, 0, 1, False, False, 0, "tag", 20, 0),
    (1, 0, 1, False, False, 0, "tag", 20, 0),
    (6, 0, 1, False, False, 30, "tag", 20, 6),
    (3, 0, 1, False, False, 0, "", 20, 7),
    (2, 0, 1, False, False, 0, "", 20, 0),
    (4, 0, 1, False, False, 30, "", 20, 0),
    (4, 0, 1, False, False, 30, "tag", 20, 0),
]
"""Look-alikes that all belong to other networks, too few to any one of these: their own stays without members."""


def written(text: int, target: str, *, link: bool) -> str:
    words = [*TEXTS, "fifteen letters", "short"][text]
    mark = {"": "", "tag": " #tag", "tga": " $tga"}[target]
    return words + mark + (" https://x.example" if link else "")


def account(author: int) -> dict[str, Any]:
    """Facts of an account: every third is unknown in some field, half of the others look alike; from 100 on farms."""
    if author >= TWO_OF_THREE:
        like, other = account(author % TWO_OF_THREE), {"born": START - 900 * 86_400_000}
        return {**like, **other, **({} if author < ONE_OF_THREE else {"following": 90_000})}
    if author >= 100:
        look = author // 100
        return {
            "followers": round(1.9**look) + author % 2,
            "following": None if author % 7 == 6 else round(10 * 1.6**look),
            "born": START - 45 * look * 86_400_000,
            "client": f"client {look}",
        }
    if author == 23:
        return {"followers": None, "following": None, "born": None, "client": "client 3"}
    alike = author % 2 == 0
    return {
        "followers": None if author % 9 == 8 else (90 + author if alike else 7**author % 10_007),
        "following": 20 + author % 3 if alike else 5**author % 997,
        "born": None if author % 3 == 2 else START - (400 if alike else 97 * author) * 86_400_000,
        "client": None if author % 5 == 4 else f"client {author % 4}",
    }


def stream(rows: list[Row]) -> list[Post | Delete]:
    at, made = START, list[Post | Delete]()
    for number, (author, text, gap, repost, link, back, target, vanished, answered) in enumerate(rows):
        at = max(START, at + gap * 1000)
        again = back < 3 and number > back
        made.append(
            Post(
                id=f"p{number - back - 1 if again else number}",
                platform="x",
                author_id=f"a{author}",
                text=written(text, target, link=link),
                created_at="",
                hashtags=None,
                repost_author_id="boss" if repost and target else None,
                **account(author),
                is_repost=repost,
                repost_of=(repost and target) or None,
                reply_to=f"p{number - answered}" if 0 < answered <= number else target or None,
                urls=[f"https://x.example/{target}"] if link and target else None,
                at=at,
            )
        )
        if vanished < 4 and vanished <= number:
            made.append(Delete(id=f"p{number - vanished}", platform="x", created_at="", at=at + 500))
    return made


def told_by_oracle(made: list[Post | Delete]) -> tuple[Oracle, list[tuple[int, int]]]:
    detection = SETTINGS.detection
    oracle = Oracle(
        index_horizon=detection.index_horizon_s * 1000,
        pair_horizon=detection.pair_horizon_s * 1000,
        equal=round(64 * detection.similarity),
        edge=round(1000 * detection.edge_weight),
        accounts=detection.min_accounts,
        objects=detection.min_objects,
        look=LookAlikes(RULES, prior.COUNTS),
        sample=SAMPLE,
    )
    written_posts = [line for line in made if isinstance(line, Post)]
    found = features([p.text for p in written_posts], [bool(p.is_repost) for p in written_posts], detection.band_slots)
    due = []
    number = -1
    for place, post in enumerate(made):
        if isinstance(post, Delete):
            oracle.delete(post.id, post.at)
            continue
        number += 1
        traces = named_traces(post, set(Kind))
        seen = Seen(
            at=post.at,
            key=post.id,
            author=item_key("x", post.author_id),
            text_hash=int(found.text_hash[number]),
            slots=tuple(found.slots[number].tolist()),
            marks=tuple(found.marks[number].tolist()),
            lanes=tuple(found.lanes[number].tolist()),
            usable=found.letters[number] >= MIN_LETTERS,
            short=found.letters[number] < TIE_LETTERS,
            repost=bool(post.is_repost),
            link="http" in post.text,
            traces=tuple(traces[at : at + 9] for at in range(0, len(traces), 9)),
            facts=facts_of(post),
            answers=post.reply_to,
            words=telling_words(found.normalised[number]),
        )
        for net in oracle.observe(seen):
            due.append((place, net))
            oracle.nets[net].due_accounts = len(oracle.nets[net].members) + 1
            oracle.nets[net].due_objects = len(oracle.nets[net].objects) + 3
            oracle.nets[net].known = True
    return oracle, due


def facts_of(post: Post) -> Facts:
    followers, following, birth = count_bin(post.followers), count_bin(post.following), birth_bin(post.born)
    return Facts(
        None if followers == UNKNOWN_COUNT else followers,
        None if following == UNKNOWN_COUNT else following,
        None if birth == UNKNOWN_BIRTH else birth,
        post.client,
        link_domain(post),
    )


def engine_with_low_bounds(client: Redis, name: str) -> Engine:
    engine = Engine(client, name, SETTINGS)
    engine.store._settings = packed(
        {**script_settings(SETTINGS), **RULES, "sample_posts": SAMPLE[0], "sample_least": SAMPLE[1]}
    )
    return engine


async def told_by_script(
    url: str, made: list[Post | Delete], cuts: list[int], faults: list[int]
) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """Apply the stream in batches of the sizes given, with a repeated call, an old batch or a restart in between."""
    async with connect(url, 10) as client:
        name = f"state-{next(NAMES)}"
        engine = engine_with_low_bounds(client, name)
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
                zombie = engine_with_low_bounds(client, name)
                zombie.store.position = b"t:0:999999:1"
                # Refused, or taken for a lost reply: either way it must change nothing.
                with contextlib.suppress(FenceError):
                    await zombie.store.observe(old)
            if fault == 2:
                engine = engine_with_low_bounds(client, name)
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
                row = msgspec.structs.replace(
                    network, due_accounts=network.accounts + 1, due_objects=network.objects + 3
                )
                await engine.store.commit(item, [], network=number, row=pack_network(row), incident="inc")
            old = batch
        state: dict[str, Any] = {
            "edges": {(pair[:8], pair[8:]): int(at) for pair, at in (await engine.store.items("edges")).items()},
            "members": {int(n): split_keys(row) for n, row in (await engine.store.items("net:members")).items()},
            "groups": {int(n): unpack_group(row) for n, row in (await engine.store.items("alike")).items()},
            "kept": {int(n): unpack_object(int(n), row) for n, row in (await engine.store.items("kept")).items()},
            "sample": {
                key: row.decode()
                for parity in "01"
                for key, row in (await engine.store.items(f"sample:{parity}")).items()
                if len(key) == 8
            },
            "waves": {
                int(n): (*struct.unpack_from("<28xI", row), *struct.unpack_from("<58xd", row))
                for n, row in (await engine.store.items("kept")).items()
            },
            "profiles": {
                int(net): [PROFILE.unpack_from(row, at) for at in range(0, len(row), PROFILE.size)]
                for net, row in (await engine.store.items("net:profile")).items()
            },
            "talks": {author: list(split_keys(row)) for author, row in (await engine.store.items("talks")).items()},
            "answers": (await engine.store.totals()).answers,
            "objects": {int(n): await engine.store.network_objects(int(n)) for n in await engine.store.items("nets")},
        }
        await engine.store.drop()
        return state, due


def told(group: Group) -> GroupFacts:
    windows = [
        WindowFacts(FIELDS[name], w.first, w.evidence / 1e6, w.inside, w.known, math.floor(w.share * 1e6 + 0.5) / 1e6)
        for name, w in group.windows.items()
    ]
    return GroupFacts(tuple(windows), group.authors, group.in_all, group.in_any, group.explained)  # type: ignore[arg-type]


def profile_row(profile: Profile) -> tuple[int, ...]:
    windows = [(first is not None, first or 0) for first in profile.first]
    return (int(profile.sharp), *itertools.chain.from_iterable(windows))


def told_of(row: ObjectRow) -> tuple[object, ...]:
    deletions = row.posts, row.authors, row.deleted, sum(row.delays), [bool(count) for count in row.delays]
    if row.answered is None:
        return deletions
    lags = dict(zip(row.members, row.answered.lags, strict=True))
    return *deletions, row.answered.author, row.answered.at, " ".join(row.answered.words), lags


def held_of(thing: Thing) -> tuple[object, ...]:
    bounds = (*BOUNDS, math.inf)
    bins = [next(n for n, bound in enumerate(bounds) if delay <= 1000 * bound) for delay in thing.delays]
    used = [n in bins for n in range(len(bounds))] if bins else []
    deletions = thing.posts, thing.authors, len(thing.delays), len(bins), used
    if thing.answered is None:
        return deletions
    return *deletions, thing.answered.author, thing.answered.at, thing.answered.words, thing.lags


@given(
    posts | talks | bursts,
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
    st.lists(st.integers(0, 3), min_size=1, max_size=7),
)
@example(rows=TWO_IN_A_SLOT[0], cuts=[1], faults=[0])
@example(rows=TWO_IN_A_SLOT[1], cuts=[1], faults=[0])
@example(rows=ALL_ELSEWHERE, cuts=[1], faults=[0])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_script_and_oracle_agree_whatever_the_batches_repeats_and_crashes(
    embedded_url: str, rows: list[Row], cuts: list[int], faults: list[int]
) -> None:
    made = stream(rows)
    oracle, oracle_due = told_by_oracle(made)
    state, script_due = asyncio.run(told_by_script(embedded_url, made, cuts, faults))

    assert script_due == oracle_due
    assert state["groups"] == {number: told(group) for number, group in oracle.look.groups.items()}
    assert state["edges"] == oracle.edges
    assert state["members"] == {number: tuple(net.members) for number, net in oracle.nets.items() if net.members}
    assert {n: told_of(row) for n, row in state["kept"].items()} == {
        n: held_of(oracle.things[n]) for n in state["kept"]
    }
    assert state["waves"] == {n: (oracle.things[n].wave, oracle.things[n].since) for n in state["waves"]}
    assert state["profiles"] == {
        number: [profile_row(profile) for profile in net.profiles]
        for number, net in oracle.nets.items()
        if net.profiles
    }
    assert set(state["kept"]) >= {number for net in oracle.nets.values() for number in net.objects}
    assert state["sample"] == oracle.sample.thinned(oracle.sample.now) | oracle.sample.thinned(oracle.sample.before)
    assert state["talks"] == {author: known for author, known in oracle.talk_partners.items() if known}
    assert sum(state["answers"]) == len(oracle.answer_delays)
    assert state["objects"] == {number: net.objects for number, net in oracle.nets.items()}
