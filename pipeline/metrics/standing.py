"""The open incidents of one stream, and what was answered, from what is stored and the events since. Pure.

What is stored is read while events go on being told: whichever has the higher revision is the later one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.assess import Kind
from pipeline.incidents.public import DigestEvent, VerdictEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.incidents.answer import Verdict
    from pipeline.incidents.model import Incident
    from pipeline.incidents.public import Event


class Row(msgspec.Struct, frozen=True):
    """An incident as of a revision."""

    revision: int
    is_open: bool
    kind: Kind
    severity: str


class Standing:
    """What stands in a stream. It is ``complete`` once everything that is stored was taken.

    ``open`` counts open incidents by kind and severity.
    """

    def __init__(self) -> None:
        self.complete = False
        self.open: Counter[tuple[Kind, str]] = Counter()
        self._rows: dict[str, Row] = {}
        self._answers: dict[str, tuple[int, Kind, Verdict]] = {}

    def take(self, event: Event) -> None:
        """Take an event that was told."""
        if isinstance(event, VerdictEvent):
            self._answer(event.data.incident_id, event.data.revision, event.data.kind, event.data.verdict)
        elif isinstance(event, DigestEvent):
            for each in event.data.incidents:
                self._set(each.incident_id, Row(each.revision, each.status == "open", each.kind, each.severity))
        else:
            data = event.data
            self._set(data.incident_id, Row(data.revision, data.status == "open", data.kind, data.severity))

    def take_stored(self, incidents: Iterable[Incident]) -> None:
        """Take incidents as they are stored; one that is held back was not told yet."""
        for each in incidents:
            is_open = each.status == "open" and each.held is None
            self._set(each.incident_id, Row(each.revision, is_open, each.kind, each.severity))
            if each.answer:
                self._answer(each.incident_id, each.revision, each.kind, each.answer.verdict)

    def settle(self) -> None:
        """Say that everything stored was taken: what is closed need not be remembered any more."""
        self.complete = True
        self._rows = {name: row for name, row in self._rows.items() if row.is_open}

    def answers(self) -> Iterator[tuple[Kind, Verdict]]:
        """Yield kind and last answer of each incident that was answered."""
        return ((kind, verdict) for _, kind, verdict in self._answers.values())

    def _set(self, name: str, row: Row) -> None:
        known = self._rows.get(name)
        if known and known.revision > row.revision:
            return
        if known and known.is_open:
            self.open[known.kind, known.severity] -= 1
        if row.is_open:
            self.open[row.kind, row.severity] += 1
        if self.complete and not row.is_open:
            self._rows.pop(name, None)
        else:
            self._rows[name] = row

    def _answer(self, name: str, revision: int, kind: Kind, verdict: Verdict) -> None:
        known = self._answers.get(name)
        if known is None or known[0] <= revision:
            self._answers[name] = revision, kind, verdict
