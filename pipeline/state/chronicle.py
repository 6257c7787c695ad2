"""When the accounts of each incident posted, and how often its keyword was posted: kept as panes close, and read again.

Whole hours are written, so that what comes again changes nothing. All incidents are known up to the same event time,
``until``: after a crash it goes on from there, with the lines that are kept for the windows of keywords.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.page.activity import Activity
from pipeline.post import item_key
from pipeline.state.chronicle_index import Index, fill_in, fill_in_counts
from pipeline.state.chronicle_rows import (
    HOUR_MS,
    MINUTE_MS,
    MINUTES,
    Head,
    hour_field,
    unpack_head,
    unpack_hour,
)
from pipeline.state.record import AT_HAND, Record
from pipeline.text.keywords import TELLING, named_keywords
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.bursts.window_log import Posts
    from pipeline.config import Settings
    from pipeline.detect.facts import NetworkFacts
    from pipeline.incidents.decision import Decision
    from pipeline.state.keyword_bursts import KeywordBursts
    from pipeline.state.store import Store

UNTIL: Final = "until"

INCIDENTS: Final = 1000
"""Incidents of a stream that are kept: those that were followed last. Of others `read_activity` knows nothing."""

BACK_MS: Final = HOUR_MS
"""How far back posts of an account are looked for when it is found; a stream's busiest hours reach less far."""

SETTLING_MS: Final = 15 * MINUTE_MS
"""How long after its first look an incident may change its main keyword: then its begin can still be counted again."""

PACE_S: Final = 1.0
"""Seconds between two writes: when they are made changes nothing of what they say."""


class Chronicle:
    """Keeps it for one stream, which ``keywords`` follows. What is not written yet is made again after a crash."""

    def __init__(
        self, store: Store, keywords: KeywordBursts, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._keywords = keywords
        self._pane = settings.bursts.pane_s * 1000
        self._window_posts = settings.bursts.window_posts
        self._words = settings.bursts.words
        self._lasts = (settings.incidents.quiet_s + settings.incidents.cool_down_s) * 1000
        self._clock = clock
        keywords.closing = self._close
        self._forget()

    def _forget(self) -> None:
        self._records: dict[str, Record] = {}
        self._ended: dict[str, tuple[int, int]] = {}
        """Since when and until when others were followed (ms)."""

        self._index: Index | None = None
        self._closed = 0
        """First pane whose posts are not known."""

        self._gone: dict[str, bytes] = {}
        self._written_minute = 0
        self._written_at = self._clock()

    async def open(self) -> None:
        """Take up what the store has; before ``keywords`` are opened, which show again what came behind it."""
        self._forget()
        heads = await self._store.items("chronicle")
        until = int(heads.pop(UNTIL.encode(), b"0"))
        self._closed = until // self._pane
        for field, stored in heads.items():
            name, head = field.decode(), unpack_head(stored)
            if head.ends > until:
                self._records[name] = Record(head)
            else:
                self._ended[name] = (head.since, head.ends)
        last = until // HOUR_MS
        places = [(name, hour) for name in self._records for hour in range(last + 1 - AT_HAND, last + 1)]
        fields = [hour_field(*place) for place in places]
        for (name, hour), form in zip(places, await self._store.fields("chronicle:hours", fields), strict=True):
            if form is not None:
                self._records[name].load(hour, unpack_hour(hour, form))

    def _close(self, closed: int, bound: int, posts: Posts | None) -> None:
        """Take the posts of panes ``closed`` to ``bound``; some may be known already."""
        if closed > self._closed:  # keywords were followed without it: what came between is lost
            for record in self._records.values():
                record.end(min(record.head.ends, self._closed * self._pane))
        if posts is not None and self._records:
            begin = int(posts.panes.searchsorted(self._closed))
            if begin < len(posts):
                self._index = self._index or Index(list(self._records.values()))
                self._index.find(posts, begin)
        self._closed = max(self._closed, bound)

    def _hand_out(self) -> None:
        if self._index:
            self._index.hand_out()

    async def look(self, decision: Decision, facts: NetworkFacts, keywords: Sequence[str], now: int) -> None:
        """Remember what a look at ``now`` (ms) saw of an incident, before it is told; ``keywords``: the main one first.

        The first of these that posts carry is counted: without `bursts.words` they carry tags and no words.
        """
        self._hand_out()
        until = self._closed * self._pane
        for change in decision.changes:
            if change.after.status == "merged" and change.after.incident_id in self._records:
                record = self._records[change.after.incident_id]
                record.end(min(until, record.head.ends))
        current = decision.incident
        if current is not None and current.status in ("open", "suppressed"):
            self._follow(current.incident_id, facts, keywords, now)
        if any(record.has_news for record in self._records.values()):
            await self.write()

    def _follow(self, name: str, facts: NetworkFacts, keywords: Sequence[str], now: int) -> None:
        log, until = self._keywords.log, self._closed * self._pane
        since = self._known_since(BACK_MS)
        if name in self._records and self._records[name].head.ends <= until:
            self._end(name)
        record = self._records.get(name)
        is_new = record is None
        if record is None:
            self._drop(name)
            self._make_room()
            record = self._records[name] = Record(Head(began=until, since=since, ends=0))
        record.end(-(-(now + self._lasts) // HOUR_MS) * HOUR_MS)
        joined = record.join(
            [_author_key(row.platform, row.author_id) for row in (*facts.members, *facts.joiners)], since
        )
        head = record.head
        keyword, hashed = counted_keyword(keywords, words=self._words)
        settling = until <= head.began + SETTLING_MS and self._known_since(BACK_MS + SETTLING_MS) <= head.since
        if is_new or (hashed != head.hash and (settling or not head.hash)):
            begin = head.since if settling else max(since, head.since)
            record.begin_anew(keyword, hashed, begin, until)
            first = log.before(begin // self._pane)
            fill_in(record, np.arange(len(record.keys)), log, begin, first)
            fill_in_counts(record, log, first)
            self._index = None
        elif len(joined):
            self._index = None
            fill_in(record, joined, log, since, log.before(since // self._pane))

    def _known_since(self, back: int) -> int:
        """Return the minute (ms) from which all posts of the last so many ms are in the log, on every run the same."""
        panes = self._keywords.log.panes
        first = self._closed - back // self._pane
        if len(panes) > self._window_posts:
            first = max(first, int(panes[len(panes) - self._window_posts]))
        return -(-max(first, 0) * self._pane // MINUTE_MS) * MINUTE_MS

    def _end(self, name: str) -> None:
        head = self._records.pop(name).head
        self._ended[name] = (head.since, head.ends)
        self._index = None

    def _make_room(self) -> None:
        """Forget an incident where there is no room for another one."""
        if len(self._records) + len(self._ended) < INCIDENTS:
            return
        if not self._ended:
            self._end(min(self._records, key=lambda name: (self._records[name].head.ends, name)))
        self._drop(min(self._ended, key=lambda name: (self._ended[name][1], name)))

    def _drop(self, name: str) -> None:
        """Delete what is kept of an incident that is not followed, if there is any."""
        if name in self._ended:
            since, ends = self._ended.pop(name)
            self._gone[name] = b""
            hours = range(since // HOUR_MS, ends // HOUR_MS + 1)
            self._gone.update((hour_field(name, hour), b"") for hour in hours)

    async def write_now_and_then(self) -> None:
        """Write what has changed where a minute of event time is over, but not for each of many that pass at once."""
        if not self._records or self._closed * self._pane // MINUTE_MS <= self._written_minute:
            return
        if self._clock() >= self._written_at + PACE_S:
            await self.write()

    async def write(self) -> None:
        """Write what has changed. Raises FenceError where another writer is ahead."""
        if not self._records and not self._gone:
            return
        self._hand_out()
        until = self._closed * self._pane
        hours = {name: form for name, form in self._gone.items() if ":" in name}
        heads = {name: form for name, form in self._gone.items() if name not in hours}
        for name, record in self._records.items():
            head, changed = record.take(until)
            if head:
                heads[name] = head
            hours |= {hour_field(name, hour): form for hour, form in changed.items()}
        await self._store.keep_chronicle({**heads, UNTIL: str(until).encode()}, hours)
        self._gone = {}
        self._written_minute, self._written_at = until // MINUTE_MS, self._clock()
        for name in [name for name, record in self._records.items() if record.head.ends <= until]:
            self._end(name)


@lru_cache(maxsize=1 << 16)
def _author_key(platform: str, author_id: str) -> int:
    """Return an author key as posts of the windows have it; accounts are the same from one look to the next."""
    return int.from_bytes(item_key(platform, author_id), "little")


def counted_keyword(keywords: Iterable[str], *, words: bool) -> tuple[str, int]:
    """Return the first keyword that posts carry, and its hash, "" and 0 for none.

    ``words``: whether they carry words, besides tags.
    """
    for keyword in keywords:
        hashed = _keyword_hash(keyword)
        if hashed and (words or hashed & TELLING):
            return keyword, hashed
    return "", 0


@lru_cache(maxsize=4096)
def _keyword_hash(keyword: str) -> int:
    text = normalise(keyword)
    return next((hashed for hashed, name in named_keywords(text, ()).items() if name == text), 0) if text else 0


async def read_activity(store: Store, incident_id: str) -> Activity | None:
    """Return what is kept of an incident's posts, None where nothing is; a few KB, in two round trips."""
    form, known = await store.fields("chronicle", [incident_id, UNTIL])
    if form is None or known is None:
        return None
    head = unpack_head(form)
    until = min(head.ends, int(known))
    hours = range(head.since // HOUR_MS, -(-until // HOUR_MS))
    forms = await store.fields("chronicle:hours", [hour_field(incident_id, hour) for hour in hours])
    found = [(hour, unpack_hour(hour, each)) for hour, each in zip(hours, forms, strict=True) if each is not None]
    none = np.zeros(0, dtype=np.int64)
    at = np.concatenate([none, *(each.at for _, each in found)])
    places = np.concatenate([none, *(each.places for _, each in found)])
    tagged = np.concatenate([none.astype(bool), *(each.tagged for _, each in found)])
    counts = np.concatenate([none, *(each.counts for _, each in found)])
    minutes = np.concatenate([none, *(hour * MINUTES + np.arange(MINUTES) for hour, _ in found)])
    keys = np.frombuffer(head.keys, dtype="<u8")
    # The hours are read after the head, and may be of a later moment.
    own = (at >= head.since) & (at < until) & (places < len(keys))
    counted = (counts > 0) & (minutes >= head.since // MINUTE_MS) & (minutes * MINUTE_MS < until)
    return Activity(
        keyword=head.keyword,
        since=head.since,
        until=until,
        at=at[own],
        authors=keys[places[own]],
        tagged=tagged[own],
        all_minutes=minutes[counted],
        all_posts=counts[counted],
        counted_since=max(head.counted, head.since),
    )
