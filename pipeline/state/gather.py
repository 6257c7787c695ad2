"""Read what evidence needs of a network."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.bursts.burst import keys_in_order
from pipeline.detect.facts import AccountFacts, AnsweredFacts, BurstFacts, NetworkFacts, ObjectFacts
from pipeline.detect.replies import MIN_AUTHORS
from pipeline.state.rows import (
    split_keys,
    split_texts,
    unpack_author,
    unpack_group,
    unpack_object,
)
from pipeline.text.normalise import compared
from pipeline.text.traces import SEARCHED, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pipeline.bursts.burst import Burst
    from pipeline.state.rows import AnsweredRow, AuthorRow, NetworkRow, ObjectRow
    from pipeline.state.store import Store

UNCOUNTED = SEARCHED | {Kind.LINK}
"""Objects at which nobody meets once more: who posts a text meets at its link and its tag as well."""

TAKEN_PART = 2
"""Accounts of a network that must have posted to a burst."""

MAX_BURSTS = 5
"""Bursts of a network that are named."""

MAX_OBJECTS = 1024
"""Objects read for one assessment: the most recent ones of a network."""


@lru_cache(maxsize=8192)
def read_samples(row: bytes) -> tuple[tuple[str, ...], bool]:
    """Return the samples of a stored row, and whether they differ as they are compared; most stay from look to look."""
    samples = tuple(split_texts(row))
    return samples, len(samples) > 1 and len({compared(sample) for sample in samples}) > 1


async def gather_network(
    store: Store, number: int, network: NetworkRow, now: int, bursts: Sequence[Burst] = ()
) -> NetworkFacts:
    """Return the facts of a network at ``now`` (ms); ``bursts`` are those of the stream.

    In three round trips: who and what the network has, what these objects are, and all that follows from it.
    """
    own = await store.surroundings(number)
    members, numbers = own.members, own.objects[-MAX_OBJECTS:]
    (kept,) = await store.read([("kept", [str(each) for each in numbers])])
    rows = [unpack_object(each, row) for each, row in zip(numbers, kept, strict=True) if row is not None]
    names = [str(row.number) for row in rows]
    inside = set(members)
    meetings = Counter(author for row in rows if row.kind not in UNCOUNTED for author in row.members)
    outside = list(dict.fromkeys(author for row in rows for author in row.members if author not in inside))
    answered = list(dict.fromkeys(row.answered.author for row in rows if row.answered and row.answered.author))
    known = [*members, *outside]
    texts, groups, authors, talks = await store.read(
        [("kept:texts", names), ("alike", names), ("kept:authors", known), ("talks", answered)]
    )
    talkers = inside | _talkers(zip(answered, talks, strict=True), inside)
    accounts = {
        key: _account(unpack_author(row), meetings[key])
        for key, row in zip(known, authors, strict=True)
        if row is not None
    }
    ours = {key: accounts[key] for key in members if key in accounts}
    alike = _same_client(ours)
    return NetworkFacts(
        now=now,
        first=network.first,
        last=network.last,
        members=tuple(ours.values()),
        joiners=tuple(accounts[key] for key in outside if key in accounts),
        objects=tuple(
            _object(row, inside, alike, talkers, new, text or b"", group, accounts.get(row.members[0]))
            for row, new, text, group in zip(rows, _newcomers(rows, inside), texts, groups, strict=True)
        ),
        stream_authors=own.stream_authors,
        truncated=network.truncated,
        baseline=own.baseline,
        stream_posts=own.totals.posts,
        stream_deleted=own.totals.deleted,
        stream_answers=own.totals.answers,
        bursts=_taken_part((each for each in bursts if each.overlaps(network.first, network.last)), members),
        stream_words=await store.sampled_words() if len(answered) >= MIN_AUTHORS else (),
    )


def _taken_part(bursts: Iterable[Burst], members: Collection[bytes]) -> tuple[BurstFacts, ...]:
    """Return the bursts to which several of some accounts posted, those with most of their posts first."""
    authors = keys_in_order(members)
    shares = [(burst, *burst.posts_by(authors)) for burst in bursts]
    found = [each for each in shares if each[2] >= TAKEN_PART]
    found.sort(key=lambda each: (-each[1], each[0].opened_at, each[0].keyword))
    return tuple(
        BurstFacts(
            keyword=burst.keyword,
            label=burst.label,
            opened_at=burst.opened_at,
            window=burst.window,
            posts=burst.posts,
            authors=burst.authors,
            significance=burst.significance,
            ratio=burst.ratio,
            expected=burst.expected,
            own_posts=own_posts,
            own_authors=own_authors,
        )
        for burst, own_posts, own_authors in found[:MAX_BURSTS]
    )


def _account(author: AuthorRow, meetings: int) -> AccountFacts:
    return AccountFacts(
        author.platform,
        author.author_id,
        author.born,
        author.followers,
        author.following,
        author.client,
        author.community,
        meetings,
    )


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
    texts: bytes,
    group: bytes | None,
    first: AccountFacts | None,
) -> ObjectFacts:
    samples, varied = read_samples(texts)
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
        varied=varied,
        samples=samples,
        same_client=sum(author in same_client for author in row.members),
        group=None if group is None else unpack_group(group),
        first_author=first.author_id if first else None,
        first_followers=first.followers if first else None,
        delays=row.delays,
        answered=None if row.answered is None else _answered(row, row.answered, members, talkers),
        keys=row.members,
    )


def _talkers(talks: Iterable[tuple[bytes, bytes | None]], members: set[bytes]) -> set[bytes]:
    """Those authors who exchange answers with a member."""
    return {author for author, row in talks if row is not None and not members.isdisjoint(split_keys(row))}


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
