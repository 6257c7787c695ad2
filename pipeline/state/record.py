"""The posts of one incident as far as they are at hand: those of the last hours, and what is followed of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pipeline.state.chronicle_rows import (
    ACCOUNTS,
    HOUR_MS,
    HOUR_POSTS,
    HOURS,
    MINUTE_MS,
    MINUTES,
    POSTS,
    Head,
    HourPosts,
    pack_head,
    pack_hour,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

AT_HAND: Final = 2
"""Hours that may still change: the one that goes on, and the one before, into which new accounts are filled in."""


class Record:
    """An incident that is followed; its `head` is changed by its methods alone."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.keys: NDArray[np.uint64] = np.frombuffer(head.keys, dtype="<u8")
        """Author keys by place."""

        self._firsts = np.frombuffer(head.firsts, dtype="<u4").astype(np.int64) * MINUTE_MS
        self._places = {key: place for place, key in enumerate(self.keys.tolist())}
        self._hours: dict[int, HourPosts] = {}
        """What is at hand, in no order since it changed."""

        self._changed: set[int] = set()
        self._head_changed = False

    @property
    def has_news(self) -> bool:
        """Whether its head has changed since it was asked what has."""
        return self._head_changed

    def join(self, keys: list[int], since: int) -> NDArray[np.int64]:
        """Follow accounts from an event time (ms) on; returns the places of those that were not followed before."""
        fresh = [key for key in dict.fromkeys(keys) if key not in self._places][: ACCOUNTS - len(self.keys)]
        added = np.arange(len(self.keys), len(self.keys) + len(fresh))
        if fresh:
            self._places.update(zip(fresh, added.tolist(), strict=True))
            self.keys = np.concatenate((self.keys, np.array(fresh, dtype="<u8")))
            self._firsts = np.concatenate((self._firsts, np.full(len(added), since)))
            self.head.keys = self.keys.tobytes()
            self.head.firsts = (self._firsts // MINUTE_MS).astype("<u4").tobytes()
            self._head_changed = True
        return added

    def end(self, at: int) -> None:
        """Follow it until an event time (ms)."""
        self._head_changed |= at != self.head.ends
        self.head.ends = at

    def begin_anew(self, keyword: str, hashed: int, since: int, now: int) -> None:
        """Count another keyword from an event time (ms) on: what came between it and ``now`` is to be filled in again.

        What was posted before, in the same hour, must be at hand.
        """
        self.head.keyword, self.head.hash, self.head.counted = keyword, hashed, since
        for hour in range(since // HOUR_MS, now // HOUR_MS + 1):
            known = self._hours.pop(hour, None)
            self.head.sizes.pop(hour, None)
            self._changed.add(hour)
            if known and hour * HOUR_MS < since:
                before, nothing = known.at < since, _nothing()
                self._hours[hour] = HourPosts(
                    known.at[before], known.places[before], known.tagged[before], nothing.counts
                )
        self._head_changed = True

    def load(self, hour: int, posts: HourPosts) -> None:
        """Take up an hour as it was written."""
        self._hours[hour] = posts

    def add(self, at: NDArray[np.int64], places: NDArray[np.int64], tagged: NDArray[np.bool_]) -> None:
        """Add posts of its accounts, those that are followed then."""
        kept = (at >= np.maximum(self._firsts[places], self.head.since)) & (at < self.head.ends)
        at, places, tagged = at[kept], places[kept], tagged[kept]
        hours = at // HOUR_MS
        for hour in np.unique(hours).tolist():
            chosen, known = hours == hour, self._hour(hour)
            self._put(
                hour,
                HourPosts(
                    np.concatenate((known.at, at[chosen])),
                    np.concatenate((known.places, places[chosen])),
                    np.concatenate((known.tagged, tagged[chosen])),
                    known.counts,
                ),
            )

    def count(self, at: NDArray[np.int64]) -> None:
        """Count posts of anybody with the keyword."""
        at = at[(at >= max(self.head.since, self.head.counted)) & (at < self.head.ends)]
        minutes, posts = np.unique(at // MINUTE_MS, return_counts=True)
        hours = minutes // MINUTES
        for hour in np.unique(hours).tolist():
            chosen, known = hours == hour, self._hour(hour)
            counts = known.counts.copy()
            counts[minutes[chosen] % MINUTES] += posts[chosen]
            self._put(hour, HourPosts(known.at, known.places, known.tagged, counts))

    def take(self, now: int) -> tuple[bytes, dict[int, bytes]]:
        """Return what has changed since it was last asked: the head, b"" for unchanged, and hours, b"" for gone.

        ``now`` (ms): up to which posts are known. What is over is no longer at hand then.
        """
        for hour in self._changed & self._hours.keys():
            self._hours[hour] = _in_order(self._hours[hour])
        self._bound(now)
        hours = {
            hour: pack_hour(hour, self._hours[hour]) if hour in self._hours else b"" for hour in sorted(self._changed)
        }
        for hour in [hour for hour in self._hours if hour <= now // HOUR_MS - AT_HAND]:
            if posts := len(self._hours.pop(hour).at):
                self.head.sizes[hour] = posts
                self._head_changed = True
        head = pack_head(self.head) if self._head_changed else b""
        self._changed.clear()
        self._head_changed = False
        return head, hours

    def _hour(self, hour: int) -> HourPosts:
        return self._hours.get(hour) or _nothing()

    def _put(self, hour: int, posts: HourPosts) -> None:
        self._hours[hour] = posts
        self._changed.add(hour)

    def _bound(self, now: int) -> None:
        """Keep to the bounds: of what is too much the earliest goes, and it is known since later."""
        since = max(self.head.since, (now // HOUR_MS + 1 - HOURS) * HOUR_MS)
        sizes = self.head.sizes | {hour: len(posts.at) for hour, posts in self._hours.items()}
        total = 0
        for hour in sorted(sizes, reverse=True):
            total += sizes[hour]
            if total > POSTS and hour < max(sizes):
                since = max(since, (hour + 1) * HOUR_MS)
                break
            if sizes[hour] > HOUR_POSTS:
                since = max(since, _since_of(self._hours[hour]))
                break
        if since > self.head.since:
            self._drop_before(since)

    def _drop_before(self, since: int) -> None:
        hours = range(self.head.since // HOUR_MS, since // HOUR_MS)
        self._changed.update(hours)
        self.head.sizes = {hour: posts for hour, posts in self.head.sizes.items() if hour not in hours}
        self._hours = {hour: posts for hour, posts in self._hours.items() if hour not in hours}
        self.head.since = since
        self._head_changed = True
        hour, minute = divmod(since // MINUTE_MS, MINUTES)
        if minute and hour in self._hours:
            posts = self._hours[hour]
            kept, counts = posts.at >= since, posts.counts.copy()
            counts[:minute] = 0
            self._put(hour, HourPosts(posts.at[kept], posts.places[kept], posts.tagged[kept], counts))


def _nothing() -> HourPosts:
    none = np.zeros(0, dtype=np.int64)
    return HourPosts(none, none, none.astype(bool), np.zeros(MINUTES, dtype=np.int64))


def _in_order(posts: HourPosts) -> HourPosts:
    order = np.lexsort((posts.tagged, posts.places, posts.at))
    return HourPosts(posts.at[order], posts.places[order], posts.tagged[order], posts.counts)


def _since_of(posts: HourPosts) -> int:
    """Return the first minute (ms) from which on no more posts than may be kept follow."""
    minutes = posts.at // MINUTE_MS
    first = int(minutes[len(minutes) - HOUR_POSTS - 1]) + 1
    return first * MINUTE_MS
