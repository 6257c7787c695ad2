"""The search for look-alikes once more, in plain Python: written from docs/detection.md, not from the script."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

WIDTH, SPAN = (4, 4, 3), (70, 70, 450)
BIRTH, CLIENT, DOMAIN = 2, 3, 4
TEXT = 0


class Facts(NamedTuple):
    """Bins of an account, None where unknown; then client and link domain."""

    followers: int | None
    following: int | None
    birth: int | None
    client: str | None = None
    domain: str | None = None


class Window(NamedTuple):
    first: int
    evidence: int
    inside: int
    known: int
    share: float


@dataclass
class Group:
    windows: dict[int, Window]
    anchor: bytes
    inside: int
    outside: int
    odds: float


@dataclass
class Generation:
    since: int
    authors: int = 0
    seen: list[Facts] = field(default_factory=list)


class Baseline:
    """The stream's own accounts, in two generations."""

    def __init__(self, rules: dict[str, int]) -> None:
        self.rules = rules
        self.now: Generation | None = None
        self.before = Generation(0)

    def count(self, facts: Facts, at: int) -> None:
        if self.now is None:
            self.now = Generation(at)
        if at - self.now.since >= self.rules["baseline_age"] and self.now.authors >= self.rules["baseline_authors"]:
            self.before, self.now = self.now, Generation(at)
        if self.now.authors < self.rules["baseline_cap"]:
            self.now.authors += 1
            self.now.seen.append(facts)

    def values(self, name: int) -> list[object]:
        seen = [*(self.now.seen if self.now else ()), *self.before.seen]
        return [facts[name] for facts in seen if facts[name] is not None]

    def share(self, name: int, first: int, prior: tuple[int, ...], weight: int) -> float:
        values = self.values(name)
        window = range(first, first + WIDTH[name])
        count, total = float(WIDTH[name]), len(values) + SPAN[name]
        count += sum(value in window for value in values)
        if name != BIRTH:
            total += weight
            for place in range(max(0, first), first + WIDTH[name]):
                count += (prior[place] if place < len(prior) else 0) / 1000
        return min(0.999, count / total)


class LookAlikes:
    def __init__(self, rules: dict[str, int], prior: tuple[int, ...]) -> None:
        self.rules, self.prior = rules, prior
        self.baseline = Baseline(rules)
        self.rows: dict[int, list[tuple[bytes, Facts]]] = {}
        self.groups: dict[int, Group] = {}

    def scan(self, name: int, values: list[int]) -> Window:
        bins, best = Counter(values), Window(0, 0, 0, len(values), 0)
        for place in sorted(bins):
            for first in (place - WIDTH[name] + 1, place):
                inside = sum(bins[place] for place in range(first, first + WIDTH[name]))
                if 2 * inside < len(values) and inside < self.rules["group_authors"]:
                    continue
                q, x = self.baseline.share(name, first, self.prior, self.rules["prior_weight"]), inside / len(values)
                if x <= q:
                    continue
                divergence = x * math.log(x / q) + ((1 - x) * math.log((1 - x) / (1 - q)) if x < 1 else 0)
                nats = len(values) * divergence - math.log(SPAN[name] / WIDTH[name])
                evidence = math.floor(nats * 1e6 + 0.5)
                if evidence > best.evidence:
                    best = Window(first, evidence, inside, len(values), q)
        return best

    def windows(self, rows: list[tuple[bytes, Facts]]) -> dict[int, Window]:
        """Windows with evidence enough, of a group that has enough in all; else none."""
        found: dict[int, Window] = {}
        for name in range(3):
            values = [value for _, facts in rows if (value := facts[:3][name]) is not None]
            ready = name != BIRTH or len(self.baseline.values(BIRTH)) >= self.rules["baseline_births"]
            if len(values) >= self.rules["group_authors"] and ready:
                found[name] = self.scan(name, values)
        evidence = sorted((window.evidence for window in found.values()), reverse=True)
        if sum(evidence) < self.rules["group_evidence"] or len(evidence) < 2:
            return {}
        if evidence[1] < self.rules["group_second"]:
            return {}
        return {name: window for name, window in found.items() if window.evidence >= self.rules["group_second"]}

    def is_app(self, rows: list[tuple[bytes, Facts]], *, reposts: bool) -> bool:
        if reposts:
            return False
        domains = Counter(facts.domain for _, facts in rows if facts.domain)
        if domains and 10 * max(domains.values()) >= 6 * len(rows):
            return True
        clients = [facts.client for _, facts in rows if facts.client]
        everybody = Counter(self.baseline.values(CLIENT))
        rare = sum(100 * everybody[client] < everybody.total() for client in clients)
        return 2 * len(clients) >= len(rows) and 2 * rare >= len(clients)


def looks_alike(facts: Facts, windows: dict[int, Window], kind: int) -> bool:
    bins = facts[:3]
    inside = [
        windows[name].first <= value < windows[name].first + WIDTH[name]
        for name in windows
        if (value := bins[name]) is not None
    ]
    return any(inside) and (kind == TEXT or all(inside))


def is_due(n: int, least: int) -> bool:
    return n >= least and n % max(1, 2 ** (n.bit_length() - 4)) == 0
