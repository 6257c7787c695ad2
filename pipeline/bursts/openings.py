"""What becomes of keywords that are significant: a burst of their own, or the companion of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from pipeline.bursts.burst import FIRST_POSTS, Burst, Companion, FirstPost, Moved, burst_id, moved
from pipeline.bursts.meter import InWindow
from pipeline.bursts.said import read_names, read_post
from pipeline.bursts.significance import WINDOWS
from pipeline.text.keywords import TELLING, rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.bursts.going import Going
    from pipeline.bursts.kept_blocks import KeptBlocks
    from pipeline.bursts.meter import Rules
    from pipeline.bursts.watched import Watched
    from pipeline.bursts.window_log import WindowLog

COMPANY: Final = 0.5
"""Share of a keyword's posts that must have another keyword for it to be that one's companion."""

MAX_OPEN: Final = 256
"""Bursts that are followed at one time."""

MAX_NAMED: Final = 4
MAX_NAMED_TAGS: Final = 16
MAX_COMPANIONS: Final = 128
"""Companions of a burst: those that are named, of tags and links more than of words, and the others."""

RENAMED_WITHIN_MS: Final = 600_000
"""How long after its opening a burst may take a more telling name."""


class Finding(msgspec.Struct, frozen=True):
    """A keyword and the window in which it bursts."""

    keyword: int
    at: InWindow


class Company:
    """In which posts some bursts are, from an hour before pane ``end`` on, until the log changes."""

    def __init__(self, log: WindowLog, bursts: list[Burst], end: int) -> None:
        self._log = log
        self._bursts: list[Burst] = []
        self._first = log.before(end - max(log.window_panes))
        self._rows = np.zeros((max(8, 2 * len(bursts)), len(log) - self._first), dtype=bool)
        for burst in bursts:
            self.add(burst)

    def __len__(self) -> int:
        """Number of bursts."""
        return len(self._bursts)

    def add(self, burst: Burst) -> None:
        """Add a burst."""
        if len(self._bursts) == len(self._rows):
            self._rows = np.concatenate((self._rows, np.zeros_like(self._rows)))
        posts = self._log.posts_with(burst.hash) - self._first
        self._rows[len(self._bursts), posts[posts.searchsorted(0) :]] = True
        self._bursts.append(burst)

    def of(self, posts: NDArray[np.int64]) -> Burst | None:
        """Return the first burst that has most of some posts, None where none has."""
        counts = np.count_nonzero(self._rows[: len(self._bursts), posts - self._first], axis=1)
        most = np.flatnonzero(counts >= COMPANY * len(posts))
        return self._bursts[int(most[0])] if len(most) else None


class Openings:
    """Opens the bursts of a stream."""

    def __init__(
        self, stream: str, rules: Rules, log: WindowLog, blocks: KeptBlocks, watched: Watched, going: Going
    ) -> None:
        self._stream = stream
        self._rules = rules
        self._log = log
        self._blocks = blocks
        self._watched = watched
        self._going = going
        self._company: Company | None = None

    def changed(self) -> None:
        """Say that the log has changed."""
        self._company = None

    def _companies(self, end: int) -> Company:
        among = [burst for burst in self._going.open if not burst.label]
        # It has those that opened since; others may have ended.
        if self._company is None or len(self._company) != len(among):
            self._company = Company(self._log, among, end)
        return self._company

    def take(self, findings: list[Finding], end: int) -> list[Moved]:
        """Take what was found at the end of a pane, the most telling keywords first; ``end`` is the pane after it."""
        now = end * self._rules.pane + self._rules.grace
        company = self._companies(end)
        found: list[Moved] = []
        for finding in sorted(findings, key=lambda each: (-rank(each.keyword), -each.at.significance, each.keyword)):
            # What is followed stands for itself, and speaks for nothing else.
            followed = self._watched.of(finding.keyword)
            burst = None if followed else company.of(finding.at.posts)
            if burst is None:
                if len(self._going.open) < MAX_OPEN:
                    burst = self._opened(finding, end, now)
                    self._going.open.append(burst)
                    found.append(moved(burst, "opened", now, self._rules.told))
                    if not followed:
                        company.add(burst)
            elif self._takes_over(finding, burst, end, now):
                self._rename(burst, finding, end, now)
                found.append(moved(burst, "renamed", now, self._rules.told))
                self.changed()
                company = self._companies(end)
            else:
                self._accompany(burst, finding, now)
        self._going.changed()
        return found

    def _accompany(self, burst: Burst, finding: Finding, now: int) -> None:
        room = MAX_NAMED_TAGS if finding.keyword & TELLING else MAX_NAMED
        if len(burst.companions) < room:
            found = Companion(finding.keyword, self._name(finding), now, finding.at.significance)
            burst.companions = [*burst.companions, found]
        elif len(burst.more) < MAX_COMPANIONS:
            burst.more = [*burst.more, finding.keyword]

    def _takes_over(self, finding: Finding, burst: Burst, end: int, now: int) -> bool:
        """Whether what was found says more of the same posts than the word under which they go."""
        if rank(finding.keyword) <= rank(burst.hash) or now - burst.opened_at > RENAMED_WITHIN_MS:
            return False
        theirs = self._log.posts_with(burst.hash)
        window = self._log.inside(theirs, end)[finding.at.window]
        return bool(len(window)) and _share_among(window, finding.at.posts) >= COMPANY

    def _opened(self, finding: Finding, end: int, now: int) -> Burst:
        log, inside, name = self._log, finding.at.posts, self._name(finding)
        watch = self._watched.of(finding.keyword)
        found = Burst(
            burst_id=burst_id(self._stream, name, now, followed=watch is not None),
            hash=finding.keyword,
            keyword=name,
            opened_at=now,
            window=WINDOWS[finding.at.window],
            began=int(log.at[inside].min()),
            last=int(log.at[inside].max()),
            significance=finding.at.significance,
            ratio=len(inside) / finding.at.expected,
            expected=finding.at.expected,
            peak_at=now,
            posts=len(inside),
            reposts=int(log.reposts[inside].sum()),
            author_keys=log.authors[inside].tobytes(),
            first_posts=[self._shown(post) for post in inside[:FIRST_POSTS].tolist()],
        )
        if watch:
            found.label = watch.name
        self._going.counted[found.burst_id] = end
        return found

    def _rename(self, burst: Burst, finding: Finding, end: int, now: int) -> None:
        """Let a burst go under the more telling keyword, counted from its own first post on."""
        before = Companion(burst.hash, burst.keyword, burst.opened_at, burst.significance)
        fresh = self._opened(finding, end, now)
        del self._going.counted[fresh.burst_id]
        for field in ("hash", "keyword", "began", "last", "posts", "reposts", "author_keys", "first_posts"):
            setattr(burst, field, getattr(fresh, field))
        for field in ("window", "significance", "ratio", "expected", "peak_at"):
            setattr(burst, field, getattr(fresh, field))
        burst.companions = [before, *(each for each in burst.companions if each.hash != burst.hash)]
        self._going.counted[burst.burst_id] = end

    def _name(self, finding: Finding) -> str:
        if watch := self._watched.of(finding.keyword):
            return watch.pattern
        block, line = self._log.place(int(finding.at.posts[0]))
        return read_names(self._blocks[block], line)[finding.keyword]

    def _shown(self, post: int) -> FirstPost:
        block, line = self._log.place(post)
        said = read_post(self._blocks[block], line)
        return FirstPost(said.at, said.platform, said.id, said.author_id, said.text)


def _share_among(posts: NDArray[np.int64], others: NDArray[np.int64]) -> float:
    """Return the share of some posts that are among others; both in order."""
    if not len(others):
        return 0.0
    places = np.minimum(np.searchsorted(others, posts), len(others) - 1)
    return float(np.count_nonzero(others[places] == posts)) / len(posts)
