"""The keywords of a stream between the store and what follows them: taken up, brought on, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.bursts.follow import Follower
from pipeline.bursts.meter import Rules
from pipeline.bursts.said import read_block, unpack_kept
from pipeline.bursts.snapshot import restore, take
from pipeline.bursts.watch import Watch
from pipeline.errors import StateError

if TYPE_CHECKING:
    from pipeline.bursts.burst import Burst, Moved
    from pipeline.bursts.follow import Closing
    from pipeline.bursts.said import Said
    from pipeline.bursts.window_log import WindowLog
    from pipeline.config import Settings
    from pipeline.state.batch import Batch
    from pipeline.state.store import Observed, Store

KEPT_AFTER: Final = 50_000
"""Posts after which it is kept what is known: a restart reads as many again, and those of an hour."""


def rules_of(settings: Settings) -> Rules:
    """Return the rules of bursts, in ms."""
    bursts = settings.bursts
    return Rules(
        pane=bursts.pane_s * 1000,
        grace=settings.detection.grace_s * 1000,
        significance=bursts.significance,
        told=bursts.told,
        words=bursts.words,
        least=bursts.posts,
        cells=bursts.cells,
        posts=bursts.window_posts,
    )


class KeywordBursts:
    """What follows the keywords of one stream. Of lines that were applied, nothing is lost with it."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._rules = rules_of(settings)
        self._always = tuple(Watch(pattern) for pattern in settings.watch.patterns)
        self.closing: Closing | None = None
        """Who is shown the posts of panes as they close; holds from `open` on."""

        self._start()

    def _start(self) -> None:
        self._follower = Follower(self._store.stream, self._rules, self._always)
        self._follower.closing = self.closing
        self._moved: list[Moved] = []
        self._oldest = 0
        """Number of the first block that the store has."""

        self._posts = 0
        """Posts since it was kept what is known."""

        self._added: list[tuple[Said, bytes, tuple[int, ...]]] = []
        self.waiting = 0
        """Lines that came since keywords were worked on."""

    async def open(self) -> None:
        """Take up what the store has; what moved since it was kept waits to be told (again)."""
        self._start()
        snapshot, rows = await self._store.said()
        follower = self._follower
        kept = [unpack_kept(row) for row in rows]
        old = 0
        if snapshot:
            known = restore(follower, snapshot)
            old = known.blocks
            follower.watermark = kept[0].before if old else known.watermark
            for each in kept[:old]:
                follower.add(read_block(each.block, each.applied, words=self._rules.words), each.block, each.again)
            if follower.watermark != known.watermark:
                raise StateError(f"stream {self._store.stream!r}: what was said does not fit what is known of keywords")
            follower.watched.posts = known.followed_posts
            follower.go_on(known.marked)
        for each in kept[old:]:
            said = read_block(each.block, each.applied, words=self._rules.words)
            follower.add(said, each.block, each.again)
            self._posts += len(said.lines)
            self.work()

    @property
    def bursts(self) -> list[Burst]:
        """Return the bursts of the last day, as of the panes that are closed: those that go on first."""
        going = self._follower.going
        going.count(self._follower.closed)
        return [*going.open, *reversed(going.ended)]

    @property
    def log(self) -> WindowLog:
        """The posts of the last hour whose panes are closed."""
        return self._follower.log

    @property
    def going(self) -> list[Burst]:
        """Return the bursts that go on, with the posts that were counted when somebody asked last."""
        return self._follower.going.open

    @property
    def watched(self) -> dict[str, int]:
        """Return how many posts each followed pattern was in."""
        self._follow()
        return self._follower.watched.posts

    def work(self, now: int | None = None) -> None:
        """Close what the lines so far close, or an event time (ms); what moves waits to be taken."""
        self._follow()
        self._moved += self._follower.close(self._follower.watermark if now is None else now)
        self.waiting = 0

    def take(self, now: int | None) -> list[Moved]:
        """Take what has moved up to an event time (ms) that no line so far is beyond, None for what waits already."""
        if now is not None:
            self.work(now)
        moved, self._moved = self._moved, []
        return moved

    def _follow(self) -> None:
        for said, block, again in self._added:
            self._follower.add(said, block, again)
        self._added.clear()

    def add(self, batch: Batch, done: Observed) -> None:
        """Add the lines of a batch that a call of the script applied: they wait until keywords are worked on."""
        if batch.said is None or not done.applied:
            return
        said = batch.said if done.applied == len(batch) else batch.said.part(0, done.applied)
        self._added.append((said, batch.block, done.again))
        self._posts += len(said.lines)
        self.waiting += len(said.at)

    @property
    def is_to_keep(self) -> bool:
        """Whether it is time to keep what is known."""
        return self._posts >= KEPT_AFTER

    async def keep(self) -> None:
        """Keep what is known; keywords are worked on, and all that moved has been told."""
        blocks = self._follower.blocks
        await self._store.keep_bursts(take(self._follower), blocks.begin - self._oldest)
        self._oldest, self._posts = blocks.begin, 0
