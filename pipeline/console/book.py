"""All that was told of incidents, folded in memory and bounded: what is over goes first. No I/O."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import ChoiceError
from pipeline.explain import fits
from pipeline.incidents.burst import KIND
from pipeline.incidents.fold import Standing, each_once, fold, incidents_of
from pipeline.incidents.public import Event, IncidentEvent, subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHED: Final = 0.1
"""Share of the events that goes at once when there are too many, so that it is seldom."""

MOST_OF_ONE: Final = 500
"""Events that are kept of one incident: the first, and the last ones."""

CHOICES: Final = 10
"""Incidents that are named where an id is not enough to tell them apart."""

Place = tuple[int, int]
"""Partition and offset."""


class Entry(msgspec.Struct):
    """An incident: its events by what they tell and revision, and where it stands.

    ``change`` is the number of the change that moved it last, ``place`` that of its last record.
    """

    events: dict[tuple[str, int], Event]
    standing: Standing
    change: int
    place: Place


class Book:
    """Incidents by id. ``changes`` counts all that moved one; ``reached`` is the next offset of each partition."""

    def __init__(self, most_events: int) -> None:
        self.changes = 0
        self.reached: dict[int, int] = {}
        self._entries: dict[str, Entry] = {}
        self._merged: dict[str, set[str]] = {}
        self._most = most_events
        self._held = 0

    def __len__(self) -> int:
        """Number of incidents."""
        return len(self._entries)

    def take(self, place: Place, event: Event | None) -> None:
        """Take in a record of the topic, None for one that is no event."""
        self.reached[place[0]] = place[1] + 1
        if event is None:
            return
        for name in incidents_of(event):
            self._add(name, event, place)
        if isinstance(event, IncidentEvent) and event.data.into:
            self._merged.setdefault(event.data.into, set()).add(event.data.incident_id)
            self._touch(event.data.into)
        if self._held > self._most:
            self._shed()

    def _add(self, name: str, event: Event, place: Place) -> None:
        known = self._entries.get(name)
        events = known.events if known else {}
        self._held -= len(events)
        events[subject(event), event.data.revision] = event
        if len(events) > MOST_OF_ONE:
            del events[list(events)[1]]
        self._held += len(events)
        self.changes += 1
        standing = fold(events.values())[name]
        # What was dropped may have told what nothing told since.
        if known and known.standing.verdict and not standing.verdict:
            standing = msgspec.structs.replace(standing, verdict=known.standing.verdict)
        self._entries.pop(name, None)  # so that they lie in the order of their last change
        self._entries[name] = Entry(events, standing, self.changes, place)

    def _touch(self, name: str) -> None:
        """Note that something else changed what is to be shown of an incident."""
        if known := self._entries.pop(name, None):
            self.changes += 1
            self._entries[name] = msgspec.structs.replace(known, change=self.changes)

    def _shed(self) -> None:
        """Forget incidents until there is room again: ended bursts, then what is over, then the longest unchanged."""

        def order(entry: Entry) -> tuple[int, int]:
            row = entry.standing
            rank = 2 if row.status == "open" else 0 if row.kind == KIND else 1
            return rank, entry.change

        newest = next(reversed(self._entries))
        for name in sorted(self._entries, key=lambda name: order(self._entries[name])):
            if self._held <= self._most * (1 - SHED) or name == newest:
                break
            self._held -= len(self._entries.pop(name).events)
            self._merged.pop(name, None)

    def latest(self, stream: str | None = None) -> Iterator[Entry]:
        """Yield the incidents of a stream, of all streams for None; what changed last comes first."""
        return (entry for entry in reversed(self._entries.values()) if stream in (None, entry.standing.stream))

    def streams(self) -> list[str]:
        """Return the streams that incidents are of."""
        return sorted({entry.standing.stream for entry in self._entries.values()})

    def entry(self, name: str) -> Entry | None:
        """Return what is known of an incident."""
        return self._entries.get(name)

    def events(self, name: str) -> list[Event]:
        """Return what was told of an incident and of those merged into it, in the order of event time."""
        names = [name, *sorted(self._merged.get(name, ()))]
        return each_once(
            event for each in names if each in self._entries for event in self._entries[each].events.values()
        )

    def choose(self, wanted: str) -> str | None:
        """Return the only id that is wanted or begins so, None for none. Raises ChoiceError where several do."""
        if wanted in self._entries:
            return wanted
        found = sorted(name for name in self._entries if wanted and fits(name, wanted))
        if len(found) > 1:
            raise ChoiceError(f"{len(found)} incidents begin so", found[:CHOICES])
        return found[0] if found else None

    def since(self, change: int) -> Iterator[Entry]:
        """Yield what changed after a change, in the order of changes."""
        found = list(takewhile(lambda entry: entry.change > change, self.latest()))
        return reversed(found)

    def told_since(self, reached: Mapping[int, int]) -> list[Entry]:
        """Return what was told at or behind an offset of its partition, in the order of changes."""
        return [entry for entry in self._entries.values() if entry.place[1] >= reached.get(entry.place[0], 0)]
