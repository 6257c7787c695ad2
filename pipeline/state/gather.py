"""Read what evidence needs of a network."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.detect.facts import AccountFacts, AnsweredFacts, NetworkFacts, ObjectFacts
from pipeline.detect.replies import MIN_AUTHORS
from pipeline.state.rows import (
    AnsweredRow,
    NetworkRow,
    ObjectRow,
    split_keys,
    split_texts,
    unpack_author,
    unpack_group,
    unpack_object,
)
from pipeline.text.normalise import normalise
from pipeline.text.traces import SEARCHED, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.state.store import Store

UNCOUNTED = SEARCHED | {Kind.LINK}
"""Objects at which nobody meets once more: who posts a text meets at its link and its tag as well."""

MAX_OBJECTS = 1024
"""Objects read for one assessment: the most recent ones of a network."""


@lru_cache(maxsize=16_384)
def compared(sample: str) -> str:
    """Return a sample as it is compared; the samples of a network are the same from one look to the next."""
    return normalise(sample)


async def gather_network(store: Store, number: int, network: NetworkRow, now: int) -> NetworkFacts:
    """Return the facts of a network at ``now`` (ms)."""
    members = await store.network_authors(number)
    numbers = (await store.network_objects(number))[-MAX_OBJECTS:]
    names = [str(each) for each in numbers]
    rows = [
        unpack_object(each, row)
        for each, row in zip(numbers, await store.fields("kept", names), strict=True)
        if row is not None
    ]
    texts = await store.fields("kept:texts", [str(row.number) for row in rows])
    groups = await store.fields("alike", [str(row.number) for row in rows])
    inside = set(members)
    meetings = Counter(author for row in rows if row.kind not in UNCOUNTED for author in row.members)
    outside = dict.fromkeys(author for row in rows for author in row.members if author not in inside)
    firsts = await store.fields("kept:authors", [row.members[0] for row in rows])
    totals = await store.totals()
    answered = dict.fromkeys(row.answered.author for row in rows if row.answered and row.answered.author)
    talkers = inside | await _talkers(store, list(answered), inside)
    accounts = await _accounts(store, members, meetings)
    alike = _same_client(accounts)
    return NetworkFacts(
        now=now,
        first=network.first,
        last=network.last,
        members=tuple(accounts.values()),
        joiners=tuple((await _accounts(store, tuple(outside), meetings)).values()),
        objects=tuple(
            _object(row, inside, alike, talkers, new, split_texts(text or b""), group, first)
            for row, new, text, group, first in zip(rows, _newcomers(rows, inside), texts, groups, firsts, strict=True)
        ),
        stream_authors=await store.stream_authors(),
        truncated=network.truncated,
        baseline=await store.baseline(),
        stream_posts=totals.posts,
        stream_deleted=totals.deleted,
        stream_answers=totals.answers,
        stream_words=await store.sampled_words() if len(answered) >= MIN_AUTHORS else (),
    )


async def _accounts(store: Store, keys: Sequence[bytes], meetings: Counter[bytes]) -> dict[bytes, AccountFacts]:
    """The accounts that are known, by key, in order."""
    found = {}
    for key, row in zip(keys, await store.fields("kept:authors", keys), strict=True):
        if row is None:
            continue
        author = unpack_author(row)
        found[key] = AccountFacts(
            author.platform,
            author.author_id,
            author.born,
            author.followers,
            author.following,
            author.client,
            author.community,
            meetings[key],
        )
    return found


def _same_client(accounts: Mapping[bytes, AccountFacts]) -> set[bytes]:
    """Keys of the accounts on the client that most of them use."""
    clients = Counter(row.client for row in accounts.values() if row.client is not None)
    if not clients:
        return set()
    common = min(clients, key=lambda name: (-clients[name], name))
    return {key for key, row in accounts.items() if row.client == common}


def _object(
    row: ObjectRow,
    members: set[bytes],
    same_client: set[bytes],
    talkers: set[bytes],
    newcomers: int,
    samples: Sequence[str],
    group: bytes | None,
    first: bytes | None,
) -> ObjectFacts:
    begun = None if first is None else unpack_author(first)
    return ObjectFacts(
        kind=row.kind,
        founder=row.founder,
        posts=row.posts,
        authors=row.authors,
        links=row.links,
        reposts=row.reposts,
        deleted=row.deleted,
        first=row.first,
        last=row.last,
        network_members=sum(author in members for author in row.members),
        newcomers=newcomers,
        varied=len(samples) > 1 and len({compared(sample) for sample in samples}) > 1,
        samples=tuple(samples),
        same_client=sum(author in same_client for author in row.members),
        group=None if group is None else unpack_group(group),
        first_author=begun.author_id if begun else None,
        first_followers=begun.followers if begun else None,
        delays=row.delays,
        answered=None if row.answered is None else _answered(row, row.answered, members, talkers),
    )


async def _talkers(store: Store, authors: Sequence[bytes], members: set[bytes]) -> set[bytes]:
    """Those authors who exchange answers with a member."""
    rows = zip(authors, await store.fields("talks", authors), strict=True)
    return {author for author, row in rows if row is not None and not members.isdisjoint(split_keys(row))}


def _answered(row: ObjectRow, said: AnsweredRow, members: set[bytes], talkers: set[bytes]) -> AnsweredFacts:
    return AnsweredFacts(
        author=said.author,
        in_talk=said.author in talkers,
        words=said.words,
        seconds=tuple(lag / 1000 for key, lag in zip(row.members, said.lags, strict=True) if key in members),
    )


def _newcomers(rows: Sequence[ObjectRow], members: set[bytes]) -> list[int]:
    """How many members each object is the first to have."""
    waiting, counts = set(members), []
    for row in rows:
        first = waiting.intersection(row.members)
        waiting -= first
        counts.append(len(first))
    return counts
