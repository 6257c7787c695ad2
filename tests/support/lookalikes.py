"""The search for look-alikes once more, in plain Python: written from docs/detection.md, not from the script."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH, SPAN = (4, 4, 3), (70, 70, 450)
BIRTH, CLIENT, DOMAIN = 2, 3, 4
TEXT, HASHTAG, REPOSTED = 0, 4, 5


class Facts(NamedTuple):
    """Bins of an account, None where unknown; then client and link domain."""

    followers: int | None
    following: int | None
    birth: int | None
    client: str | None = None
    domain: str | None = None

    @property
    def silent(self) -> bool:
        return self[:3] == (None, None, None)


class Window(NamedTuple):
    first: int
    evidence: int
    inside: int
    known: int
    share: float


class Profile(NamedTuple):
    """How look-alikes of a network look: the first bin of each field's window, None without one."""

    sharp: bool
    first: tuple[int | None, int | None, int | None]

    def fits(self, facts: Facts, *, wave: bool) -> bool:
        """In all windows as far as known, two at least where there are two; in a wave one is enough."""
        inside = [
            first <= value < first + WIDTH[name]
            for name, first in enumerate(self.first)
            if first is not None and (value := facts[:3][name]) is not None
        ]
        windows = sum(first is not None for first in self.first)
        return (wave and any(inside)) or (all(inside) and len(inside) >= min(2, windows))


@dataclass
class Group:
    """What was found at an object: the windows, the authors, those in all and in any of the windows, and the odds."""

    windows: dict[int, Window]
    anchor: bytes
    authors: int
    in_all: int
    in_any: int
    odds_all: float
    odds_any: float
    explained: str


@dataclass
class Generation:
    since: int
    authors: int = 0
    seen: list[Facts] = field(default_factory=list)


class Baseline:
    """The stream's own accounts, in two generations."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self.rules = rules
        self.now: Generation | None = None
        self.before = Generation(0)
        self.tags: tuple[Counter[bytes], Counter[bytes]] = (Counter(), Counter())

    def count(self, facts: Facts, at: int, tag: bytes | None) -> None:
        if self.now is None:
            self.now = Generation(at)
        if at - self.now.since >= self.rules["baseline_age"] and self.now.authors >= self.rules["baseline_authors"]:
            self.before, self.now = self.now, Generation(at)
            self.tags = (Counter(), self.tags[0])
        if self.now.authors < self.rules["baseline_cap"]:
            self.now.authors += 1
            self.now.seen.append(facts)
            if tag:
                self.tags[0][tag] += 1

    def is_rare(self, tag: bytes) -> bool:
        authors = (self.now.authors if self.now else 0) + self.before.authors
        users = self.tags[0][tag] + self.tags[1][tag]
        return bool(authors >= self.rules["baseline_births"] and users * self.rules["rare_share"] <= authors)

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
    def __init__(self, rules: Mapping[str, Any], prior: tuple[int, ...]) -> None:
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

    def windows(self, rows: list[tuple[bytes, Facts]], *, reposts: bool, rush: bool) -> dict[int, Window]:
        """Windows with evidence enough, of a group that has enough in all; else none."""
        found: dict[int, Window] = {}
        for name in range(3):
            values = [value for _, facts in rows if (value := facts[:3][name]) is not None]
            ready = name != BIRTH or len(self.baseline.values(BIRTH)) >= self.rules["baseline_births"]
            if len(values) >= self.rules["group_authors"] and ready:
                found[name] = self.scan(name, values)
        first, second, *_ = *sorted((window.evidence for window in found.values()), reverse=True), 0, 0
        client = self.one_client(rows) if reposts else None
        total = sum(window.evidence for window in found.values()) + (client.evidence if client else 0)
        if (
            (total < self.rules["group_evidence"] or second < self.rules["group_second"])
            and first < self.rules["group_single"]
            and not (rush and total >= self.rules["rush_evidence"])
        ):
            return {}
        strong = {name: window for name, window in found.items() if window.evidence >= self.rules["group_second"]}
        # A client alone speaks for nobody.
        return {**strong, CLIENT: client} if client and strong else strong

    def narrow(self, windows: dict[int, Window]) -> bool:
        """Whether hardly any stranger lies in all of the windows."""
        together = math.prod(windows[name].share for name in (0, 1, 2) if name in windows)
        return bool(together <= self.rules["sharp_share"])

    def profile(self, windows: dict[int, Window]) -> Profile:
        first = [windows[name].first if name in windows else None for name in (0, 1, 2)]
        return Profile(self.narrow(windows), (first[0], first[1], first[2]))

    def one_client(self, rows: list[tuple[bytes, Facts]]) -> Window | None:
        clients = [facts.client for _, facts in rows if facts.client]
        if len(clients) < self.rules["group_authors"]:
            return None
        most = max(Counter(clients).values())
        best = min((c for c, count in Counter(clients).items() if count == most), key=lambda c: crc32(c.encode()))
        everybody = self.baseline.values(CLIENT)
        q, x = (everybody.count(best) + 1) / (len(everybody) + 20), most / len(clients)
        if x <= q:
            return None
        p = min(0.999, q)
        divergence = x * math.log(x / p) + ((1 - x) * math.log((1 - x) / (1 - p)) if x < 1 else 0)
        evidence = math.floor((len(clients) * divergence - math.log(20)) * 1e6 + 0.5)
        return Window(0, evidence, most, len(clients), q) if evidence > 0 else None

    def few_strangers(self, authors: int, inside: int, odds: float) -> bool:
        return bool(self.rules["per_stranger"] * (authors - inside) * odds <= inside)

    def explained(self, rows: list[tuple[bytes, Facts]], *, reposts: bool) -> str:
        if reposts:
            return ""
        domains = Counter(facts.domain for _, facts in rows if facts.domain)
        if domains and 10 * max(domains.values()) >= 6 * len(rows):
            return "one-domain"
        clients = [facts.client for _, facts in rows if facts.client]
        everybody = Counter(self.baseline.values(CLIENT))
        rare = sum(100 * everybody[client] < everybody.total() for client in clients)
        return "rare-clients" if 2 * len(clients) >= len(rows) and 2 * rare >= len(clients) else ""


def looks_alike(facts: Facts, windows: dict[int, Window]) -> tuple[bool, bool]:
    """Whether facts lie in all of the windows, as far as known, and whether in any."""
    inside = [
        windows[name].first <= value < windows[name].first + WIDTH[name]
        for name in windows
        if name != CLIENT and (value := facts[:3][name]) is not None
    ]
    return any(inside) and all(inside), any(inside)


def odds_of(windows: dict[int, Window]) -> tuple[float, float]:
    shares = [windows[name].share for name in (0, 1, 2) if name in windows]
    outside = 1.0
    for share in shares:
        outside *= 1 - share
    return min(shares) / (1 - min(shares)), (1 - outside) / outside


def is_due(n: int, least: int) -> bool:
    return n >= least and n % max(1, 2 ** (n.bit_length() - 4)) == 0
