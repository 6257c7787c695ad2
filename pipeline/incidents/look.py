"""One look at a network: what was known, what was held of it, what was decided and told. Plain values."""

from __future__ import annotations

import msgspec

from pipeline.detect.allow import NOBODY, AllowList
from pipeline.detect.assess import Assessment
from pipeline.detect.facts import NetworkFacts
from pipeline.incidents.decision import Decision
from pipeline.incidents.model import Incident


class Look(msgspec.Struct, frozen=True):
    """A look at network ``number`` at event time ``at`` (ms). ``known`` are the network's incidents before it.

    ``allowed`` is whom an operator vouched for then.
    """

    number: int
    at: int
    facts: NetworkFacts
    found: Assessment
    known: tuple[Incident, ...]
    decision: Decision
    allowed: AllowList = NOBODY

    @property
    def concerned(self) -> list[str]:
        """Ids of the incidents whose last look it is so far: whom it changed or left as they were, but merged ones."""
        changed = [change.after for change in self.decision.changes if change.after.status != "merged"]
        current = self.decision.incident
        if current is not None and current.status in ("open", "suppressed"):
            changed.append(current)
        return list(dict.fromkeys(incident.incident_id for incident in changed))
