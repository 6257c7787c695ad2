"""What a worker told: events counted, incidents that stand, campaigns and bursts that are shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain, product
from typing import TYPE_CHECKING

import msgspec

from pipeline.incidents.burst import KIND as BURST
from pipeline.incidents.precision import precision
from pipeline.incidents.public import DigestEvent, IncidentEvent, VerdictEvent
from pipeline.metrics import catalogue
from pipeline.metrics.families import family, single
from pipeline.metrics.standing import Standing
from pipeline.metrics.topk import TopK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from prometheus_client.core import Metric as Family

    from pipeline.bursts.burst import Burst, Moved
    from pipeline.incidents.public import Event

_TYPE, _KIND, _SEVERITY = catalogue.INCIDENT_EVENTS.labels
_REASON = catalogue.SUPPRESSED.labels[0]


class Campaign(msgspec.Struct, frozen=True):
    """An open incident as it is shown."""

    kind: str
    score: float
    accounts: int
    posts: int


class Told:
    """Counts and standings of all streams of a worker. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.campaigns: TopK[Campaign] = TopK()
        self.keywords: TopK[tuple[float, int]] = TopK()
        self._clock = clock
        self._standing: dict[str, Standing] = defaultdict(Standing)
        # An increase is seen only from a value on: the first incident of a kind must not be missed.
        openings = product(("opened",), _KIND.values, _SEVERITY.values)
        self._events: Counter[tuple[str, ...]] = Counter(dict.fromkeys(openings, 0))
        self._suppressed = Counter({(reason,): 0 for reason in _REASON.values})
        self._verdicts = Counter(dict.fromkeys(_verdict_labels(), 0))
        self._bursts = Counter({("yes",): 0, ("no",): 0})
        self._bursts_open = 0

    def take(self, stream: str, events: Sequence[Event]) -> None:
        """Take events of a stream that the topic has acknowledged."""
        standing = self._standing[stream]
        for event in events:
            standing.take(event)
            self._count(event)
            if isinstance(event, IncidentEvent) and event.data.kind != BURST:
                self._show(event)

    def take_burst(self, moved: Moved) -> None:
        """Take what has moved of a burst."""
        if moved.change == "opened":
            self._bursts["yes" if moved.burst.revision else "no",] += 1

    def take_open_bursts(self, bursts: Iterable[Burst]) -> None:
        """Take all bursts that go on."""
        found = list(bursts)
        self._bursts_open = len(found)
        self.keywords.replace((each.burst_id, each.significance, (each.significance, each.posts)) for each in found)

    def standing(self, stream: str) -> Standing:
        """Return what stands in a stream; it is another one after `forget`."""
        return self._standing[stream]

    def forget(self) -> None:
        """Forget what stands: the streams have gone to somebody else, or come again with all that they have."""
        self._standing = defaultdict(Standing)
        self.campaigns.replace(())
        self.take_open_bursts(())

    def collect(self) -> Iterator[Family]:
        """Return what is exposed."""
        yield family(catalogue.INCIDENT_EVENTS, self._events)
        yield family(catalogue.SUPPRESSED, self._suppressed)
        yield family(catalogue.VERDICTS, self._verdicts)
        yield family(catalogue.BURSTS, self._bursts)
        yield single(catalogue.BURSTS_OPEN, self._bursts_open)
        standings = list(self._standing.values())
        rows = Counter({(kind, severity): 0 for kind in _KIND.values for severity in _SEVERITY.values})
        for each in standings:
            rows.update(each.open)
        yield family(catalogue.INCIDENTS_OPEN, rows)
        answered = precision(chain.from_iterable(each.answers() for each in standings))
        yield family(catalogue.PRECISION, {(each.kind,): each.precision for each in answered})
        yield from self._top()

    def _top(self) -> Iterator[Family]:
        now = self._clock()
        campaigns = self.campaigns.shown(now)
        for metric, field in (
            (catalogue.CAMPAIGN_SCORE, "score"),
            (catalogue.CAMPAIGN_ACCOUNTS, "accounts"),
            (catalogue.CAMPAIGN_POSTS, "posts"),
        ):
            yield family(metric, {(name, each.kind): getattr(each, field) for name, each in campaigns})
        keywords = self.keywords.shown(now)
        yield family(catalogue.KEYWORD_SIGNIFICANCE, {(name,): strength for name, (strength, _) in keywords})
        yield family(catalogue.KEYWORD_POSTS, {(name,): posts for name, (_, posts) in keywords})

    def _count(self, event: Event) -> None:
        kind = _TYPE.closed(event.type.removeprefix("incident."))
        if isinstance(event, DigestEvent):
            self._events[kind, "", ""] += 1
            return
        self._events[kind, event.data.kind, event.data.severity] += 1
        if isinstance(event, VerdictEvent):
            self._verdicts[event.data.kind, event.data.verdict] += 1
        elif event.type == "incident.suppressed" and event.data.suppressed:
            self._suppressed[_REASON.closed(event.data.suppressed.reason),] += 1

    def _show(self, event: IncidentEvent) -> None:
        data = event.data
        if data.status == "open":
            shown = Campaign(data.kind, data.score, data.accounts.members, data.posts)
            self.campaigns.put(data.incident_id, data.score, shown)
        else:
            self.campaigns.drop(data.incident_id)


def _verdict_labels() -> Iterator[tuple[str, str]]:
    """Yield what can be answered: nobody is asked of bursts."""
    kinds, verdicts = catalogue.VERDICTS.labels
    return ((kind, said) for kind in kinds.values if kind != BURST for said in verdicts.values)
