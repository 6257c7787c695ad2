"""The observe script once more, in plain Python dictionaries: slow, obvious, and written from the documentation."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.detect.weights import KIND_FACTORS, LINK_FACTOR, PAIR_WEIGHTS, REPOST_FACTOR
from pipeline.post import item_key
from support.lookalikes import Facts, Group, LookAlikes, Profile, Window, is_due, looks_alike, odds_of

if TYPE_CHECKING:
    from collections.abc import Iterable

RING = 40
PROFILES = 8
PAIR_MEMBERS = 128
TEXT, REPLY, HASHTAG, REPOSTED, CASHTAG = 0, 2, 4, 5, 6
REPLY_BOUND, REPLY_STEP = 120_000, 500
TALKED = 16


EPOCHS = 8
"""Index generations that a slot tells apart."""


@dataclass
class Seen:
    """A post as the oracle takes it: what the script is told, unpacked."""

    at: int
    key: str
    author: bytes
    text_hash: int
    slots: tuple[int, ...]
    marks: tuple[int, ...]
    lanes: tuple[int, ...]
    usable: bool
    short: bool
    repost: bool
    link: bool
    traces: tuple[bytes, ...]
    facts: Facts
    answers: str | None = None
    words: str = ""

    @property
    def target(self) -> bytes | None:
        return next((trace for trace in self.traces if trace[0] == REPOSTED), None)

    @property
    def tag(self) -> bytes | None:
        return next((trace for trace in self.traces if trace[0] in (HASHTAG, CASHTAG)), None)


@dataclass
class Answered:
    """What an answer answers; the author is None where the stream does not have the post."""

    author: bytes | None
    at: int
    words: str


@dataclass
class Lone:
    """The only author of a name so far, with the watermark at which it was named."""

    post: Seen
    at: int
    answered: Answered | None = None
    lag: int = 0


@dataclass
class Thing:
    """An object: a text cluster has lanes, what is named has a kind above 0."""

    lanes: tuple[int, ...] = ()
    kind: int = 0
    posts: int = 0
    links: int = 0
    reposts: int = 0
    authors: int = 0
    ring: list[bytes] = field(default_factory=list)
    first: int = 0
    last: int = 0
    wave: int = 1
    since: int = 0
    delays: list[int] = field(default_factory=list)
    answered: Answered | None = None
    lags: dict[bytes, int] = field(default_factory=dict)

    def ride(self, now: int, *, gap: int, most: int) -> None:
        """A newcomer: one more of the wave, or the first of the next."""
        if gap > most:
            self.wave, self.since = 0, now
        self.wave += 1


@dataclass
class Shared:
    """Authors that two texts share, and whether chance has been ruled out."""

    tied: bool = False
    authors: list[bytes] = field(default_factory=list)


class Generations:
    """A dictionary whose entries live for one to two horizons, by the watermark."""

    def __init__(self, horizon: int) -> None:
        self.horizon = horizon
        self.number: int | None = None
        self.now: dict[object, object] = {}
        self.before: dict[object, object] = {}

    def turn(self, watermark: int) -> None:
        number = watermark // self.horizon
        if self.number is not None and number != self.number:
            self.before = self.now if number == self.number + 1 else {}
            self.now = {}
        self.number = number

    def get(self, key: object) -> object | None:
        return self.now[key] if key in self.now else self.before.get(key)

    def put(self, key: object, value: object) -> None:
        self.now[key] = value

    def move(self, key: object) -> None:
        if key in self.before and key not in self.now:
            self.now[key] = self.before.pop(key)


@dataclass
class Known:
    """What is remembered of a post."""

    at: int
    text_hash: int
    author: bytes
    words: str
    numbers: list[int]
    deleted: bool = False


class Sample:
    """Words of posts: of a generation those whose keys are divisible by the least power of two that leaves few."""

    def __init__(self, horizon: int, most: int, least: int) -> None:
        self.horizon, self.most, self.least = horizon, most, least
        self.since = 0
        self.now: dict[str, str] = {}
        self.before: dict[str, str] = {}

    def take(self, key: str, words: str, at: int) -> None:
        if at - self.since >= self.horizon and len(self.thinned(self.now)) >= self.least:
            self.before, self.now = self.now, {}
        if not self.now:
            self.since = at
        self.now[key] = words

    def thinned(self, posts: dict[str, str]) -> dict[bytes, str]:
        found = {item_key("x", key): words for key, words in posts.items()}
        divisor = 1
        while len(found) > self.most:
            divisor *= 2
            found = {key: words for key, words in found.items() if int.from_bytes(key[:4], "little") % divisor == 0}
        return found


@dataclass
class Net:
    members: list[bytes]
    objects: list[int]
    due_accounts: int
    due_objects: int
    known: bool = False
    profiles: list[Profile] = field(default_factory=list)

    @property
    def sharp(self) -> bool:
        return bool(self.profiles) and all(profile.sharp for profile in self.profiles)


def weight_of(thing: Thing, post: Seen) -> int:
    weight = PAIR_WEIGHTS[thing.authors - 1]
    if thing.kind:
        return weight * KIND_FACTORS[thing.kind] // 1000
    if thing.links >= 0.9 * thing.posts:
        weight = weight * LINK_FACTOR // 1000
    return weight * REPOST_FACTOR // 1000 if post.repost else weight


class Oracle:
    """State of a stream; `observe` returns the numbers of networks that are due."""

    def __init__(
        self,
        *,
        index_horizon: int,
        pair_horizon: int,
        equal: int,
        edge: int,
        accounts: int,
        objects: int,
        look: LookAlikes,
        sample: tuple[int, int],
    ) -> None:
        self.watermark: int | None = None
        self.bands: dict[int, tuple[int, int, int]] = {}
        self.objects = Generations(index_horizon)
        self.names = Generations(index_horizon)
        self.talks = Generations(index_horizon)
        self.talk_partners: dict[bytes, list[bytes]] = {}
        self.sample = Sample(index_horizon, *sample)
        self.answer_delays: list[int] = []
        self.seen = Generations(index_horizon)
        self.crowd = Generations(index_horizon)
        self.pairs = Generations(pair_horizon)
        self.authors = Generations(pair_horizon)
        self.overlaps = Generations(index_horizon)
        self.history = Generations(look.rules["overlap_horizon"])
        self.sizes = Generations(look.rules["overlap_horizon"])
        self.copiers = self.copiers_before = 0
        self.look = look
        self.named: dict[bytes, bytes] = {}
        self.equal, self.edge_weight = equal, edge
        self.bounds = (accounts, objects)
        self.edges: dict[tuple[bytes, bytes], int] = {}
        self.nets: dict[int, Net] = {}
        self.net_of: dict[bytes, int] = {}
        self.things: dict[int, Thing] = {}
        self.next_object = self.next_net = 0
        self.duplicates = self.edits = 0

    def _advance(self, at: int) -> None:
        if self.watermark is None or at > self.watermark:
            self.watermark = at
            index = (self.objects, self.names, self.talks, self.seen, self.crowd, self.overlaps)
            for table in (*index, self.pairs, self.authors):
                table.turn(at)
            self._turn_memory(at)

    def _living(self, numbers: list[int]) -> list[Thing]:
        """Objects of a post that are still there; a change renews them."""
        for number in numbers:
            self.objects.move(number)
        return [thing for number in numbers if isinstance(thing := self.objects.get(number), Thing)]

    def delete(self, key: str, at: int) -> None:
        self._advance(at)
        known = self.seen.get(key)
        if isinstance(known, Known) and not known.deleted:
            self.seen.put(key, replace(known, deleted=True))
            for thing in self._living(known.numbers):
                thing.delays.append(at - known.at)

    def observe(self, post: Seen) -> list[int]:
        self._advance(post.at)
        known = self.seen.get(post.key)
        if isinstance(known, Known):
            if known.text_hash == post.text_hash:
                self.duplicates += 1
                return []
            self.edits += 1
            for thing in self._living(known.numbers):
                thing.posts = max(0, thing.posts - 1)
        is_new = self.authors.get(post.author) is None
        self.authors.put(post.author, post.facts)
        self.due: set[int] = set()
        self.again = isinstance(known, Known)
        if not self.again:
            self.sample.take(post.key, post.words, self.watermark or 0)
        numbers = [self._by_text(post)] if post.usable else []
        numbers += [number for trace in post.traces if trace[0] != CASHTAG and (number := self._by_name(trace, post))]
        first_at = known.at if isinstance(known, Known) else post.at
        self.seen.put(post.key, Known(first_at, post.text_hash, post.author, post.words, numbers))
        if is_new and not self._is_known(post.author):
            self.look.baseline.count(post.facts, self.watermark or 0, post.tag)
        return sorted(self.due, key=str)

    def _turn_memory(self, at: int) -> None:
        before, now = self.history.number, at // self.history.horizon
        self.history.turn(at)
        self.sizes.turn(at)
        if before is not None and before != now:
            self.copiers, self.copiers_before = 0, self.copiers if now == before + 1 else 0

    def _is_known(self, author: bytes) -> bool:
        return author in self.net_of and self.nets[self.net_of[author]].known

    def _by_text(self, post: Seen) -> int:
        generation = self.objects.number or 0
        bands = list(zip(post.slots, post.marks, strict=True))
        held = [(self.bands.get(slot, (0, 0, 0)), mark) for slot, mark in bands]
        best, best_equal = 0, self.equal - 1
        alive = {
            number for (number, told, age), mark in held if number and told == mark and (generation - age) % EPOCHS <= 1
        }
        for candidate in sorted(alive):
            found = self.objects.get(candidate)
            if isinstance(found, Thing):
                equal = sum(a == b for a, b in zip(found.lanes, post.lanes, strict=True))
                if equal > best_equal:
                    best, best_equal = candidate, equal
        if best:
            self._join(best, post)
        else:
            best = self._found(0, post, self.watermark or 0)
        for slot, mark in bands:
            self.bands[slot] = (best, mark, generation)
        return best

    def _by_name(self, trace: bytes, post: Seen) -> int | None:
        held = self.names.get(trace)
        alone = held if isinstance(held, Lone) else None
        thing = self.objects.get(held) if isinstance(held, int) else None
        number = held if isinstance(held, int) and isinstance(thing, Thing) else None
        if isinstance(thing, Thing) and trace[0] == HASHTAG:
            late = (self.watermark or 0) - thing.first > self.look.rules["hashtag_span"]
            number = None if late else number
        answered, lag = None, 0
        if trace[0] == REPLY:
            answered = self._answered(post, alone, thing if isinstance(thing, Thing) else None)
            lag = post.at - answered.at
            if not self._is_trace(post, answered, lag):
                return None
            lag = max(0, lag) // REPLY_STEP * REPLY_STEP
        if number is None:
            if alone is None or alone.post.author == post.author:
                self.names.put(trace, alone or Lone(post, self.watermark or 0, answered, lag))
                return None
            number = self._found(trace[0], alone.post, alone.at)
            self.things[number].answered = answered
            self.things[number].lags[alone.post.author] = alone.lag
        if trace[0] == REPLY and post.author not in self.things[number].lags:
            self.things[number].lags[post.author] = lag
        self._join(number, post)
        self.names.put(trace, number)
        return number

    def _remember(self, author: bytes, member: bytes) -> None:
        known = self.talk_partners.setdefault(author, [])
        if member in self.net_of and member not in known and len(known) < TALKED:
            known.append(member)

    def _answered(self, post: Seen, alone: Lone | None, thing: Thing | None) -> Answered:
        if thing is not None and thing.answered is not None:
            return thing.answered
        known = self.seen.get(post.answers)
        if isinstance(known, Known):
            return Answered(known.author, known.at, known.words)
        return Answered(None, alone.answered.at if alone and alone.answered else post.at, "")

    def _is_trace(self, post: Seen, answered: Answered, lag: int) -> bool:
        """Whether an answer counts: not to oneself, in time, and not to somebody who answers back."""
        self.fresh = True
        if answered.author == post.author:
            return False
        talk = False
        if answered.author:
            if not self.again:
                self.answer_delays.append(lag)
            talk = bool(self.talks.get((answered.author, post.author)))
            if talk:
                self._remember(answered.author, post.author)
                self._remember(post.author, answered.author)
            self.fresh = not self.talks.get((post.author, answered.author))
            self.talks.put((post.author, answered.author), True)
        return not talk and abs(lag) <= REPLY_BOUND

    def _found(self, kind: int, post: Seen, at: int) -> int:
        self.next_object += 1
        counts = 1, int(post.link), int(post.repost), 1
        thing = Thing(() if kind else post.lanes, kind, *counts, [post.author], first=at, last=at, since=at)
        self.objects.put(self.next_object, thing)
        self.things[self.next_object] = thing
        return self.next_object

    def _join(self, number: int, post: Seen) -> None:
        self.objects.move(number)
        thing = self.objects.get(number)
        assert isinstance(thing, Thing)
        thing.posts += 1
        thing.links += post.link
        thing.reposts += post.repost
        now, before = self.watermark or 0, thing.last
        thing.last = now
        if post.author in thing.ring:
            return
        if thing.authors > RING and self.crowd.get((number, post.author)):
            self.crowd.put((number, post.author), True)
            return
        thing.ride(now, gap=now - before, most=self.look.rules["wave_gap"])
        if thing.authors < PAIR_MEMBERS:
            self._tie(number, thing, post)
        thing.authors += 1
        if thing.authors == RING + 1:
            for member in thing.ring:
                self.crowd.put((number, member), True)
        if thing.authors > RING:
            self.crowd.put((number, post.author), True)
        thing.ring = [*thing.ring, post.author][-RING:]
        if thing.kind == TEXT and not post.short:
            self._overlap(number, thing, post.author)
        if thing.kind in (TEXT, REPOSTED):
            self._grow(number, thing, post)
        if not post.facts.silent:
            self._group(number, thing, post)

    def _in_wave(self, thing: Thing) -> bool:
        soon = (self.watermark or 0) - thing.since <= self.look.rules["wave_span"]
        return bool(soon and thing.wave > self.look.rules["wave_authors"])

    def _is_late(self, thing: Thing) -> bool:
        return thing.kind == TEXT and (self.watermark or 0) - thing.first > self.look.rules["rush_span"]

    def _sharp(self, net: int) -> bool:
        return self.nets[net].known and self.nets[net].sharp

    def _fits(self, net: int, facts: object, *, wave: bool = False) -> bool:
        return isinstance(facts, Facts) and any(row.fits(facts, wave=wave) for row in self.nets[net].profiles)

    def _tie(self, number: int, thing: Thing, post: Seen) -> None:
        weight = weight_of(thing, post)
        if not weight or (thing.kind == 0 and post.short):
            return
        if thing.kind == REPLY and not self.fresh:
            weight = 0
        tied = []
        for member in thing.ring:
            pair = (min(member, post.author), max(member, post.author))
            total = (self.pairs.get(pair) or 0) + weight  # type: ignore[operator] # only numbers are put
            if total:
                self.pairs.put(pair, total)
            if total >= self.edge_weight and self._may_meet(post.author, member):
                self._edge(post.author, member)
                tied.append(member)
        if tied:
            self._attach(self._connect([post.author, *tied], 1), number)
        self._approach(number, thing, post.author, weight)

    def _may_meet(self, left: bytes, right: bytes) -> bool:
        """A pair makes no edge where one of them is of a sharp network and the other of none."""
        nets = [self.net_of[author] for author in (left, right) if author in self.net_of]
        return len(nets) != 1 or not self._sharp(nets[0])

    def _approach(self, number: int, thing: Thing, author: bytes, weight: int) -> None:
        """Weigh strangers against known networks: the newcomer, or those before against the newcomer's own."""
        nets = [(member, self.net_of.get(member)) for member in thing.ring]
        own = self.net_of.get(author)
        if own is None:
            met: dict[int, bytes] = {}
            for member, net in nets:
                if net is not None and self.nets[net].known:
                    met.setdefault(net, member)
            for net, member in met.items():
                self._weigh_network(author, net, member, weight, number)
        elif self.nets[own].known and own not in [net for _, net in nets]:
            for member, net in nets:
                if net is None:
                    self._weigh_network(member, own, author, weight, number)

    def _weigh_network(self, author: bytes, net: int, member: bytes, weight: int, number: int) -> None:
        total = (self.pairs.get((author, net)) or 0) + weight  # type: ignore[operator] # only numbers are put
        if total:
            self.pairs.put((author, net), total)
        if total >= (self.look.rules["sharp_weight"] if self.nets[net].sharp else self.edge_weight):
            self._include(number, member, author, self.look.rules["edge_horizon"])

    def _overlap(self, number: int, thing: Thing, author: bytes) -> None:
        for each in [thing.ring[0], author] if thing.authors == 2 else [author]:
            self._share_text(number, thing, each)
        self.sizes.put(number, thing.authors)

    def _share_text(self, number: int, thing: Thing, author: bytes) -> None:
        held = self.history.get(author) or []
        assert isinstance(held, list)
        if author not in self.history.now:
            self.copiers += 1
        for other in held:
            size = self.sizes.get(other)
            if other == number or size is None:
                continue
            assert isinstance(size, int)
            before = self.overlaps.get((other, number)) or Shared()
            assert isinstance(before, Shared)
            if len(before.authors) >= RING:
                continue
            shared = [*before.authors, author]
            expected = thing.authors * size / (self.copiers + self.copiers_before)
            tied = before.tied or self._beyond_chance(len(shared), expected)
            if tied:
                self._tie_shared(shared, len(shared) - 1 if before.tied else 1, number, other)
            self.overlaps.put((other, number), Shared(tied, shared))
        self.history.put(author, [*held, number][-8:])

    def _beyond_chance(self, k: int, expected: float) -> bool:
        if k < self.look.rules["overlap_accounts"] or self.look.rules["overlap_factor"] * expected > k:
            return False
        nats = k - expected + k * math.log(expected / k)
        return bool(math.floor(nats * 1e6 + 0.5) <= -self.look.rules["overlap_evidence"])

    def _tie_shared(self, shared: list[bytes], since: int, number: int, other: int) -> None:
        sharp = [net for each in shared if (net := self.net_of.get(each)) is not None and self._sharp(net)]
        new = shared[since:]
        if sharp:
            shared = [e for e in shared if e in self.net_of or self._fits(sharp[-1], self.authors.get(e))]
            new = shared[1:] if since == 1 else shared[-1:]
        if len(shared) < 2:
            return
        net = self._connect(shared, 1)
        for each in new:
            self._edge(shared[0], each)
        if isinstance(self.objects.get(other), Thing):
            self.objects.move(other)
            if other not in self.nets[net].objects:
                self.nets[net].objects.append(other)
        self._attach(net, number)
        if self.nets[net].known:
            self._mark_found(net)

    def _mark_found(self, net: int) -> None:
        if not self.nets[net].known or len(self.nets[net].objects) < self.nets[net].due_objects:
            self.due.add(net)

    def _edge(self, left: bytes, right: bytes, horizon: int | None = None) -> None:
        lasts = self.look.rules["edge_horizon"] if horizon is None else horizon
        self.edges[(min(left, right), max(left, right))] = (self.watermark or 0) + lasts

    def _connect(self, wanted: list[bytes], least: int, also: Iterable[int] = ()) -> int:
        counts = Counter(self.net_of[author] for author in wanted if author in self.net_of)
        numbers = sorted({number for number, count in counts.items() if count >= least} | set(also))
        if numbers:
            net_number = numbers[0]
        else:
            self.next_net += 1
            net_number = self.next_net
            self.nets[net_number] = Net([], [], *self.bounds)
        net = self.nets[net_number]
        for other in numbers[1:]:
            gone = self.nets.pop(other)
            self.due.discard(other)
            self._admit(net_number, gone.members)
            net.objects += [c for c in gone.objects if c not in net.objects]
            net.profiles = [*gone.profiles, *net.profiles][-PROFILES:]
            if gone.known:
                net.known, net.due_accounts, net.due_objects = True, 0, 0
        self._admit(net_number, [author for author in wanted if author not in self.net_of])
        return net_number

    def _admit(self, net_number: int, authors: list[bytes]) -> None:
        self.nets[net_number].members += authors
        self.net_of.update(dict.fromkeys(authors, net_number))

    def _attach(self, net_number: int, number: int) -> None:
        net = self.nets[net_number]
        if number not in net.objects:
            net.objects.append(number)
        accounts, shared = len(net.members) >= net.due_accounts, len(net.objects) >= net.due_objects
        if (accounts and shared) or (net.known and (accounts or shared)):
            self.due.add(net_number)

    def _include(self, number: int, anchor: bytes, author: bytes, horizon: int) -> bool:
        if anchor not in self.net_of or author in self.net_of:
            return False
        self._admit(self.net_of[anchor], [author])
        self._edge(anchor, author, horizon)
        self._attach(self.net_of[anchor], number)
        return True

    def _grow(self, number: int, thing: Thing, post: Seen) -> None:
        rules = self.look.rules
        if not rules["grow_members"] < thing.authors <= rules["grow_authors"]:
            return
        earlier = [member for member in thing.ring[:-1] if member in self.net_of]
        filling = [
            (-count, net)
            for net, count in Counter(self.net_of[member] for member in earlier).items()
            if count >= rules["grow_members"] and 2 * count >= thing.authors - 1 and self.nets[net].known
        ]
        if not filling:
            return
        _, net = min(filling)
        wave = self._in_wave(thing)
        fits = not self._is_late(thing) and self._fits(net, post.facts, wave=wave)
        if fits or (wave and not self.nets[net].sharp):
            horizon = rules["ring_horizon"] if thing.kind == REPOSTED else rules["edge_horizon"]
            self._include(number, next(m for m in earlier if self.net_of[m] == net), post.author, horizon)

    def _group(self, number: int, thing: Thing, post: Seen) -> None:
        look = self.look
        if number not in look.rows:
            earlier = [(author, self.authors.get(author)) for author in thing.ring[:-1]]
            look.rows[number] = [(author, facts) for author, facts in earlier if isinstance(facts, Facts)]
        rows = look.rows[number]
        rows.append((post.author, post.facts))
        if group := look.groups.get(number):
            self._follow(number, thing, post, group)
            return
        if not is_due(len(rows), look.rules["group_authors"]) or not (windows := self._windows(thing, rows)):
            return
        reposts = 2 * thing.reposts >= thing.posts
        facts = [(author, *looks_alike(facts, windows)) for author, facts in rows]
        in_all, in_any = [author for author, each, _ in facts if each], [author for author, _, each in facts if each]
        odds_all, odds_any = odds_of(windows)
        wide = thing.kind == REPOSTED and look.few_strangers(len(rows), len(in_any), odds_any)
        wide = wide or (thing.kind == TEXT and (self._in_wave(thing) or not look.narrow(windows)))
        alike = in_any if wide else in_all
        enough = len(in_any) if thing.kind == TEXT else len(alike)
        if enough < look.rules["group_alike"] or len(alike) < 2:
            return
        if thing.kind == HASHTAG and 10 * len(alike) < 6 * len(rows):
            return
        anchor = self._found_group(number, alike, self._ring_names(post) if reposts else [], windows)
        explained = look.explained(rows, reposts=reposts)
        look.groups[number] = Group(windows, anchor, len(rows), len(in_all), len(in_any), odds_all, odds_any, explained)

    def _windows(self, thing: Thing, rows: list[tuple[bytes, Facts]]) -> dict[int, Window]:
        rules = self.look.rules
        rush = (
            thing.kind == TEXT
            and 2 * thing.reposts < thing.posts
            and any(
                authors >= rules["rush_authors"] and (self.watermark or 0) - begin <= rules["rush_span"]
                for authors, begin in ((thing.wave, thing.since), (thing.authors, thing.first))
            )
        )
        return self.look.windows(rows, reposts=10 * thing.reposts >= 9 * thing.posts, rush=rush)

    def _follow(self, number: int, thing: Thing, post: Seen, group: Group) -> None:
        in_all, in_any = looks_alike(post.facts, group.windows)
        group.authors += 1
        group.in_all += in_all
        group.in_any += in_any
        one_is_enough = thing.kind == REPOSTED or (thing.kind == TEXT and self._in_wave(thing))
        wide = in_any and one_is_enough and self.look.few_strangers(group.authors, group.in_any, group.odds_any)
        alike = in_all and not self._is_late(thing)
        if wide or (alike and self.look.few_strangers(group.authors, group.in_all, group.odds_all)):
            self._include(number, group.anchor, post.author, self.look.rules["ring_horizon"])

    def _ring_names(self, post: Seen) -> list[bytes]:
        names = [post.target] if post.target else []
        return [*names, post.tag] if post.tag and self.look.baseline.is_rare(post.tag) else names

    def _found_group(self, number: int, alike: list[bytes], names: list[bytes], windows: dict[int, Window]) -> bytes:
        horizon = self.look.rules["ring_horizon"]
        earlier = [self.named[name] for name in names if name in self.named]
        before = earlier[0] if earlier else None
        also = {self.net_of[member] for member in earlier if member in self.net_of}
        net = self._connect(alike, self.look.rules["group_shared"], also)
        self._add_profile(net, self.look.profile(windows))
        own = [author for author in alike if self.net_of[author] == net]
        anchor = own[0] if own else before or alike[0]
        self.named.update(dict.fromkeys(names, anchor))
        for member in own[1:]:
            self._edge(anchor, member, horizon)
        if own and before and before != anchor and self.net_of.get(before) == net:
            self._edge(before, anchor, horizon)
        self._attach(net, number)
        self._mark_found(net)
        return anchor

    def _add_profile(self, net: int, profile: Profile) -> None:
        held = self.nets[net].profiles
        if profile not in held:
            self.nets[net].profiles = [*held, profile][-PROFILES:]
