"""The looks that led to an incident, told one by one: what each saw, what was missing, what was new. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.rule import Condition, Suppression
from pipeline.detect.severity import Severity
from pipeline.detect.signal import Signal
from pipeline.incidents.model import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.detect.facts import AccountFacts, GroupFacts, NetworkFacts
    from pipeline.incidents.look import Look

Account = tuple[str, str]
"""Platform and id."""


class Changed(msgspec.Struct, frozen=True):
    """What a look changed of an incident; ``event`` None where it changed in silence."""

    incident_id: str
    event: EventType | None
    into: str | None


class Seen(msgspec.Struct, frozen=True):
    """A look without lists of accounts. ``anchor`` is the network's first, ``incident`` its incident after the look.

    ``due_accounts`` and ``due_objects`` are the sizes at which the network was to be looked at again.
    """

    number: int
    at: int
    anchor: Account | None
    accounts: int
    objects: int
    score: float
    severity: Severity
    asked: float
    suppressed: Suppression | None
    evidence: list[Signal]
    incident: str | None
    changes: tuple[Changed, ...]
    due_accounts: int
    due_objects: int


class Difference(msgspec.Struct, frozen=True):
    """Something that two looks saw differently; None for what one of them did not see."""

    what: str
    before: float | None
    after: float | None
    text: str = ""


class Search(msgspec.Struct, frozen=True):
    """What the search asks for before it looks at a network; evidence in nats, in all, in one window and in a rush."""

    min_accounts: int
    min_objects: int
    group_authors: int
    group_alike: int
    group_evidence: float
    single_evidence: float
    rush_authors: int
    rush_evidence: float


def seen(look: Look) -> Seen:
    """Return what is kept of a look at any network."""
    decision, found = look.decision, look.found
    return Seen(
        number=look.number,
        at=look.at,
        anchor=account(look.facts.members[0]) if look.facts.members else None,
        accounts=len(found.members),
        objects=found.objects,
        score=found.score,
        severity=found.severity,
        asked=found.asked,
        suppressed=found.suppressed,
        evidence=found.evidence,
        incident=decision.incident.incident_id if decision.incident else None,
        changes=tuple(
            Changed(change.after.incident_id, change.event, change.after.into) for change in decision.changes
        ),
        due_accounts=decision.due_accounts,
        due_objects=decision.due_objects,
    )


def account(row: AccountFacts) -> Account:
    """Return what identifies an account."""
    return row.platform, row.author_id


def looks_before(looks: Iterable[Seen], opening: Look) -> list[Seen]:
    """Return the looks before an opening at the network that opened, and at those that it had taken in.

    An account is in one network at a time and leaves it only when that falls apart, so a network whose first account
    is a member now was taken in.
    """
    members = {account(row) for row in opening.facts.members}
    found = []
    for each in looks:
        if each.at == opening.at and each.number == opening.number and _opens(each, opening):
            break
        if each.number == opening.number or each.anchor in members:
            found.append(each)
    return found


def _opens(each: Seen, opening: Look) -> bool:
    return [change.incident_id for change in each.changes] == [
        change.after.incident_id for change in opening.decision.changes
    ]


def missing(look: Seen, search: Search) -> list[str]:
    """Return what kept a look from an alarm; nothing for one that raised or kept up an alarm."""
    if look.severity != "info":
        return [] if look.suppressed is None else [f"suppressed because {look.suppressed.text}"]
    found = []
    if look.accounts < search.min_accounts:
        found.append(f"{look.accounts} of {search.min_accounts} accounts")
    if look.objects < search.min_objects:
        found.append(f"{look.objects} of {search.min_objects} shared objects")
    return [*found, f"score {look.score:g} of {look.asked:g}"]


def differences(before: Seen, after: Seen) -> list[Difference]:
    """Return what a look saw otherwise than the one before: sizes and score, signals that appeared, moved or went."""
    found = [
        Difference(what, old, new)
        for what, old, new in (
            ("accounts", before.accounts, after.accounts),
            ("shared objects", before.objects, after.objects),
            ("score", before.score, after.score),
        )
        if old != new
    ]
    if before.suppressed and not after.suppressed:
        found.append(Difference("no longer explained", None, None, before.suppressed.text))
    old_signals = {signal.signal: signal for signal in before.evidence}
    new_signals = {signal.signal: signal for signal in after.evidence}
    for name, signal in new_signals.items():
        old = old_signals.get(name)
        if old is None or old.value != signal.value:
            found.append(Difference(name, old.value if old else None, signal.value, signal.text))
    gone = [signal for name, signal in old_signals.items() if name not in new_signals]
    return [*found, *(Difference(signal.signal, signal.value, None, signal.text) for signal in gone)]


def waits(facts: NetworkFacts, group: GroupFacts | None, search: Search) -> dict[str, list[Condition]]:
    """Return the ways to a first look: what each asks for, and what the network had. ``group``: its strongest."""
    authors, alike = (group.authors, max(group.in_all, group.in_any)) if group else (0, 0)
    windows = [window.evidence for window in group.windows] if group else []
    like = Condition("of them alike", alike, "at least", search.group_alike)
    return {
        "accounts that meet again": [
            Condition("accounts tied to each other", len(facts.members), "at least", search.min_accounts),
            Condition("shared objects", len(facts.objects), "at least", search.min_objects),
        ],
        "accounts that look alike": [
            Condition("authors of one object", authors, "at least", search.group_authors),
            like,
            Condition("evidence of it in nats", sum(windows), "at least", search.group_evidence),
        ],
        "accounts alike in one thing": [
            Condition("authors of one object", authors, "at least", search.group_authors),
            like,
            Condition("evidence of its window in nats", max(windows, default=0.0), "at least", search.single_evidence),
        ],
        "look-alikes in a rush on one text": [
            Condition("authors of one text, each soon after the one before", authors, "at least", search.rush_authors),
            like,
            Condition("evidence of it in nats", sum(windows), "at least", search.rush_evidence),
        ],
    }
