"""Follow all keywords of a stream: panes close, baselines learn, bursts open and end. No I/O.

Everything depends on the lines and their order alone: lines are added as they were applied, and whatever a watermark
closes comes in the order of event time, however many lines are added at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from pipeline.bursts.baseline import HOUR_MS, LEAST_EPOCHS, Baseline, Stretches
from pipeline.bursts.going import MARK_MS, Going
from pipeline.bursts.kept_blocks import KeptBlocks
from pipeline.bursts.meter import Meter, Rules
from pipeline.bursts.openings import Finding, Openings
from pipeline.bursts.screen import Asked, Screen
from pipeline.bursts.significance import EPOCH_MINUTES, WINDOWS
from pipeline.bursts.watched import Watched
from pipeline.bursts.window_log import MINUTE_MS, Occurrences, Posts, WindowLog, joined
from pipeline.text.signatures import splitmix64

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pipeline.bursts.burst import Moved
    from pipeline.bursts.said import Said
    from pipeline.bursts.watch import Watch

EPOCH_MS: Final = EPOCH_MINUTES * MINUTE_MS

LAG_MS: Final = WINDOWS[-1] * MINUTE_MS
"""How long after its end an epoch is learnt: what begins to burst must not become usual before it is seen to."""

DENSE: Final = 25
"""Posts in ten minutes from which each ten minutes are looked at by themselves: what is usual then is known exactly."""

Closing = Callable[[int, int, Posts | None], None]
"""Is given the first pane that was not closed, that which is not closed now, and the posts between, None for none."""

_PANE_SEED, _PAIR_SEED = splitmix64(12, 2)


class Follower:
    """The keywords of one stream, against a baseline of its own. ``watermark`` is that of the lines added (ms)."""

    def __init__(
        self, stream: str, rules: Rules, always: Iterable[Watch] = (), *, baseline: Baseline | None = None
    ) -> None:
        self.rules = rules
        self.watermark = 0
        self.watched = Watched(always, rules.least, rules.significance)
        self.baseline = baseline or Baseline(rules.cells)
        self.log = WindowLog(rules.pane)
        self.blocks = KeptBlocks()
        self.pending: list[Posts] = []
        self.closed = 0
        """First pane that is not closed."""

        self.epoch = self.epoch_posts = 0
        """The epoch that goes on, and its posts so far."""

        self.waiting: list[tuple[int, int]] = []
        """Epochs that are over and not learnt yet, with their posts."""

        self.hours: list[tuple[int, int]] = []
        """Hours that are not learnt yet, with their posts in the epochs that are over."""

        self.marked = 0
        """The last time at which it was looked at what is over, in steps of MARK_MS."""

        self.closing: Closing | None = None
        """Who is shown the posts of panes as they close."""

        self._screen = Screen(rules.cells)
        self._meter = Meter(rules, self.log, self.baseline, self.watched)
        self.going = Going(rules, self.log, self.baseline, self.watched, self._meter)
        self._openings = Openings(stream, rules, self.log, self.blocks, self.watched, self.going)

    def add(self, said: Said, block: bytes, again: Sequence[int]) -> None:
        """Add lines in the order of the stream; ``again`` are those of them that count no post."""
        number = self.blocks.add(block, self.watched.stream)
        reached = np.maximum.accumulate(np.concatenate(([self.watermark], said.at)))
        self.watermark = int(reached[-1])
        at = said.at[said.lines]
        panes = at // self.rules.pane
        late = (panes + 1) * self.rules.pane + self.rules.grace <= reached[:-1][said.lines]
        left_out = late | np.isin(said.lines, np.array(again, dtype=np.int64)) if again else late
        wanted = np.flatnonzero(~left_out)
        found = self.watched.add(said)
        if len(wanted):
            blocks = np.full(len(panes), number)
            posts = Posts(
                *(panes, at, said.authors, said.reposts, blocks, said.lines), starts=found.starts, hashes=found.hashes
            )
            self.pending.append(posts if len(wanted) == len(panes) else posts.chosen(wanted))

    def close(self, now: int) -> list[Moved]:
        """Close the panes that end and whose grace is over by ``now`` (ms); returns what changed, in order of time."""
        bound = (now - self.rules.grace) // self.rules.pane
        moved: list[Moved] = []
        if bound <= self.closed:
            return moved
        posts = self._take(bound)
        if self.closing:
            self.closing(self.closed, bound, posts)
        if posts is not None:
            bounds = self._epoch_bounds(posts)
            if len(posts) < DENSE * (len(bounds) - 1):
                self._apply(posts, moved)
            else:
                for begin, end in pairwise(bounds):
                    self._apply(posts.chosen(np.arange(begin, end)), moved)
        self._pass_to(bound, moved)
        self.closed = bound
        self.blocks.drop_before(self._oldest_block())
        return moved

    def go_on(self, marked: int) -> None:
        """Go on where a snapshot was made, once the lines that are kept from before it are added."""
        self.marked = marked
        posts = self._take(self.closed)
        if posts is not None:
            self.log.add(posts)
            self._screen.add(posts.hashes)
            self._forget(self.closed)

    def _take(self, bound: int) -> Posts | None:
        """Take the posts of panes before a bound out of those that wait, in the order of panes."""
        if not self.pending:
            return None
        posts = self.pending[0] if len(self.pending) == 1 else joined(self.pending)
        ready = posts.panes < bound
        if not ready.any():
            self.pending = [posts]
            return None
        self.pending = [] if ready.all() else [posts.chosen(np.flatnonzero(~ready))]
        order = np.flatnonzero(ready)
        panes = posts.panes[order]
        if (panes[1:] < panes[:-1]).any():
            order = order[np.argsort(panes, kind="stable")]
        is_all = np.array_equal(order, np.arange(len(posts)))
        return _each_author_once(posts if is_all else posts.chosen(order))

    def _epoch_bounds(self, posts: Posts) -> list[int]:
        """Return where in posts, in the order of panes, each epoch begins, and where the last ends."""
        epochs = posts.panes * self.rules.pane // EPOCH_MS
        return [0, *(np.flatnonzero(np.diff(epochs)) + 1).tolist(), len(posts)]

    def _apply(self, posts: Posts, moved: list[Moved]) -> None:
        first = int(posts.panes[0])
        self._pass_to(first, moved)
        self._forget(first)
        place = len(self.log)
        self.log.add(posts)
        self._openings.changed()
        self._screen.add(posts.hashes)
        bounds = np.array(self._epoch_bounds(posts))
        begins, last = posts.panes[bounds[:-1]], int(posts.panes[-1])
        epochs = (begins * self.rules.pane // EPOCH_MS).tolist()
        now = last * self.rules.pane
        known = {*(epoch for epoch, _ in self.waiting), self.epoch} - {epochs[0]}
        ahead = sum(_learnt_at(epoch) <= now for epoch in known) + bisect_right(epochs, now, key=_learnt_at)
        suspects = self._suspects(posts, ahead)
        found = self._meter.promising(self.log.occurrences(suspects, place), ahead)
        found_bounds = [*found.panes.searchsorted(begins).tolist(), len(found)]
        rows = zip(epochs, begins.tolist(), np.diff(bounds).tolist(), pairwise(found_bounds), strict=True)
        for epoch, pane, count, (begin, end) in rows:
            if self.going.open or begin < end:
                self._pass_to(pane, moved)
            else:  # where nobody looks, epochs are learnt together later
                self._note_over(pane * self.rules.pane)
            self.epoch = epoch
            self.epoch_posts += count
            if begin < end:
                self._look(found.part(slice(begin, end)), moved)
        self._pass_to(last, moved)

    def _suspects(self, posts: Posts, ahead: int) -> NDArray[np.uint64]:
        """Return the keywords of posts, the last of the log, that are worth an exact count."""
        if self.baseline.clock.epochs + ahead < LEAST_EPOCHS:
            return np.zeros(0, dtype=np.uint64)
        stream = self.log.stream_posts(np.unique(posts.panes) + 1)
        least_words = np.zeros(len(WINDOWS)) if ahead else self._meter.least_words(stream).min(axis=1)
        at = int(posts.panes[0]) * self.rules.pane
        asked = Asked(self.rules.least, least_words, self.rules.significance, stream.min(axis=1), at, ahead)
        found = self._screen.pass_on(posts.hashes, asked, self.baseline)
        if len(followed := self.watched.among(posts.hashes)):
            found = np.union1d(found, followed)
        # Where the first burst to end would rest until after these posts, none opens on what bursts now.
        rests = int(posts.panes[-1]) * self.rules.pane < (self.marked + 2) * MARK_MS
        held = self.going.held()
        return np.setdiff1d(found, np.fromiter(held, dtype=np.uint64)) if rests and held else found

    def _look(self, found: Occurrences, moved: list[Moved]) -> None:
        """Open what bursts, of keywords in the panes of one epoch."""
        found, compared = self._meter.may_burst(found)
        self.log.trace(list(set(found.keywords.tolist()) - self.going.held()))
        rows = (found.panes, found.keywords, compared.expected.T, compared.significance.T)
        for pane, group in groupby(zip(*(row.tolist() for row in rows), strict=True), key=itemgetter(0)):
            self._pass_to(pane, moved)
            barred = self.going.barred(pane * self.rules.pane)
            findings = [
                Finding(keyword, at)
                for _, keyword, *rest in group
                if keyword not in barred and (at := self._meter.bursting(keyword, pane + 1, *rest))
            ]
            if findings:
                moved += self._openings.take(findings, pane + 1)

    def _pass_to(self, pane: int, moved: list[Moved]) -> None:
        """Come to the begin of a pane: times at which bursts may end, and what is learnt until then."""
        mark = pane * self.rules.pane // MARK_MS
        while self.going.open and self.marked < mark:
            self.marked += 1
            self._learn_before(self.marked * MARK_MS)
            moved += self.going.end_by(self.marked * MARK_MS)
        self.marked = max(self.marked, mark)
        self._learn_before(pane * self.rules.pane)

    def _note_over(self, now: int) -> None:
        """Let the epoch that goes on wait to be learnt, if it is over by an event time (ms)."""
        if not self.epoch_posts or (self.epoch + 1) * EPOCH_MS > now:
            return
        self.waiting.append((self.epoch, self.epoch_posts))
        hour = self.epoch * EPOCH_MS // HOUR_MS
        known = self.hours.pop()[1] if self.hours and self.hours[-1][0] == hour else 0
        self.hours.append((hour, known + self.epoch_posts))
        self.epoch_posts = 0

    def _learn_before(self, now: int) -> None:
        """Learn from what is over by an event time (ms): hours, and epochs that no window reaches any more."""
        self._note_over(now)
        count = bisect_right(self.waiting, now, key=lambda each: _learnt_at(each[0]))
        if count:
            epochs = self._said_in(self.waiting[:count], EPOCH_MS)
            del self.waiting[:count]
            self._merge(epochs)
        count = bisect_right(self.hours, now, key=lambda each: (each[0] + 1) * HOUR_MS)
        if count:
            self.baseline.merge_hours(self._said_in(self.hours[:count], HOUR_MS))
            del self.hours[:count]

    def _merge(self, epochs: Stretches) -> None:
        for number, begin in enumerate(epochs.begins.tolist()):
            held = self.going.held_since(begin)
            if not held:
                self.baseline.merge(epochs.part(number, len(epochs)))
                return
            self.baseline.merge_beside(np.array(sorted(held), dtype=np.uint64), epochs.part(number, number + 1))

    def _said_in(self, stretches: list[tuple[int, int]], length: int) -> Stretches:
        """Return what the log still has of stretches of so many ms, each given by its number and its posts.

        No post of the log lies between them, and what it has forgotten are the first.
        """
        numbers, posts = np.array(stretches).T
        begins = numbers * length
        bounds = self.log.panes.searchsorted(np.append(begins, begins[-1] + length) // self.rules.pane)
        kept = np.diff(bounds)
        gone = np.count_nonzero(kept == 0)
        starts, hashes = self.log.keywords_between(bounds[gone:])
        return Stretches(begins[gone:], posts[gone:], posts[gone:] / kept[gone:], starts, hashes)

    def _forget(self, pane: int) -> None:
        """Forget the posts that nobody needs any more from the begin of a pane on: no window, and nobody who learns.

        A window with too many posts is silent, so what lies further back than that many is not needed.
        """
        gone = self.log.before(pane + 1 - (LAG_MS + 2 * EPOCH_MS) // self.rules.pane)
        self._screen.slide(self.log, pane + 1)
        if (over := self.log.before(pane) - self.rules.posts) > gone:
            gone = self.log.before(int(self.log.panes[over]))
            self._screen.slide_to(self.log, gone)
        if gone and self.going.counted_from <= int(self.log.panes[gone - 1]):
            self.going.count(pane)
        self._drop(gone)

    def _drop(self, count: int) -> None:
        self.log.drop(count)
        self._screen.dropped(count)

    def _oldest_block(self) -> int:
        """Return the first block that is needed still."""
        oldest = [int(posts.blocks.min()) for posts in self.pending]
        if len(self.log):
            oldest.append(self.log.oldest_block)
        return min(oldest, default=self.blocks.end)


def _learnt_at(epoch: int) -> int:
    """Return the event time (ms) at which an epoch is learnt."""
    return (epoch + 1) * EPOCH_MS + LAG_MS


def _each_author_once(posts: Posts) -> Posts:
    """Leave out a keyword where its author has used it before in the same pane."""
    pairs = (posts.panes.astype(np.uint64) * _PANE_SEED) ^ posts.authors
    if len(np.unique(pairs)) == len(pairs):
        return posts
    sizes = np.diff(posts.starts)
    marks = (np.repeat(pairs, sizes) * _PAIR_SEED) ^ posts.hashes
    _, first = np.unique(marks, return_index=True)
    kept = np.zeros(len(marks), dtype=bool)
    kept[first] = True
    rows = np.repeat(np.arange(len(posts)), sizes)[kept]
    starts = np.searchsorted(rows, np.arange(len(posts) + 1))
    return msgspec.structs.replace(posts, starts=starts, hashes=posts.hashes[kept])
