"""The metrics of a notifier."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final

from pipeline.errors import LineError
from pipeline.metrics import catalogue
from pipeline.metrics.buckets import Histogram
from pipeline.metrics.families import family, single
from pipeline.metrics.process import About, Calls, registry_of
from pipeline.metrics.stages import Heartbeats
from pipeline.times import instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prometheus_client.core import Metric as Family

    from pipeline.incidents.public import Event
    from pipeline.metrics.metric import Metric
    from pipeline.notify.deliveries import Standing
    from pipeline.notify.delivery import Delivery
    from pipeline.notify.status import NotifierStatus

CALLS: Final = ("enqueue", "claim", "settle")
_STATES: Final = catalogue.ENDPOINT_STATE.labels[1].values


class NotifierMetrics:
    """The metrics of one notifier of some endpoints. ``standings``: how each stood when it was looked at last."""

    def __init__(self, status: NotifierStatus, endpoints: Sequence[str]) -> None:
        self.about = About("notifier")
        self.calls = Calls(CALLS)
        self.heartbeats = Heartbeats(catalogue.NOTIFIER_STAGES)
        self.standings: dict[str, Standing] = {}
        self._status = status
        self._endpoints = endpoints
        self._durations = Histogram(catalogue.ATTEMPT_DURATION, [(name,) for name in endpoints])
        self._ages = Histogram(catalogue.EVENT_AGE, [("delivered",)])
        self.registry = registry_of(self)

    def attempted(self, endpoint: str, seconds: float) -> None:
        """Take how long an attempt took."""
        self._durations.add((endpoint,), seconds)

    def delivered(self, delivery: Delivery) -> None:
        """Take the age of an event that was delivered, unless it is replayed, was held back, or has no time."""
        if delivery.not_before or (event := delivery.told).data.replay:
            return
        with contextlib.suppress(LineError):
            self._ages.add(("delivered",), age_s(event, time.time()))

    def collect(self) -> Iterator[Family]:
        """Return what is exposed."""
        for part in (self.about, self.calls, self.heartbeats):
            yield from part.collect()
        yield single(catalogue.RETRIES, self._status.retries)
        yield single(catalogue.UNREADABLE, self._status.unreadable)
        yield self._counted(catalogue.NOTIFICATIONS, self._status.events)
        yield self._counted(catalogue.ATTEMPTS, self._status.attempts)
        yield self._durations.family()
        yield self._ages.family()
        yield from self._standings()

    def _counted(self, metric: Metric, counts: Mapping[tuple[str, str], int]) -> Family:
        outcomes = metric.labels[1].values
        rows = {(name, outcome): counts.get((name, outcome), 0) for name in self._endpoints for outcome in outcomes}
        return family(metric, rows)

    def _standings(self) -> Iterator[Family]:
        rows = self.standings.items()
        yield family(catalogue.WAITING, {(name,): each.waiting for name, each in rows})
        yield family(catalogue.WAITING_OLDEST, {(name,): (each.oldest or 0) / 1000 for name, each in rows})
        yield family(catalogue.DELIVERY_DEAD_LETTERS, {(name,): each.dead for name, each in rows})
        states = {(name, state): state == state_of(each) for name, each in rows for state in _STATES}
        yield family(catalogue.ENDPOINT_STATE, states)


def age_s(event: Event, now: float) -> float:
    """Return the age of an event in seconds; what is dated ahead has none. Raises LineError for what is no time."""
    return max(0.0, now - instant("timestamp", event.timestamp) / 1000)


def state_of(standing: Standing) -> str:
    """Return ready, failing or disabled."""
    if standing.disabled:
        return "disabled"
    return "failing" if standing.failures else "ready"
