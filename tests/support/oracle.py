"""The observe script once more, in plain Python dictionaries: slow, obvious, and written from the documentation."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.detect.weights import KIND_FACTORS, LINK_FACTOR, PAIR_WEIGHTS, REPOST_FACTOR

RING = 40
PAIR_MEMBERS = 128


@dataclass
class Seen:
    """A post as the oracle takes it: what the script is told, unpacked."""

    at: int
    key: str
    author: bytes
    text_hash: int
    slots: tuple[int, ...]
    lanes: tuple[int, ...]
    usable: bool
    repost: bool
    link: bool
    traces: tuple[bytes, ...]


@dataclass
class Thing:
    """An object: a text cluster has lanes, what is named has a kind above 0."""

    lanes: tuple[int, ...] = ()
    kind: int = 0
    posts: int = 0
    links: int = 0
    authors: int = 0
    ring: list[bytes] = field(default_factory=list)


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
class Net:
    members: list[bytes]
    objects: list[int]
    due_accounts: int
    due_objects: int


def weight_of(thing: Thing, post: Seen) -> int:
    weight = PAIR_WEIGHTS[thing.authors - 1]
    if thing.kind:
        return weight * KIND_FACTORS[thing.kind] // 1000
    if thing.links >= 0.9 * thing.posts:
        weight = weight * LINK_FACTOR // 1000
    return weight * REPOST_FACTOR // 1000 if post.repost else weight


class Oracle:
    """State of a stream; `observe` returns the number of a network that is due, or None."""

    def __init__(
        self, *, index_horizon: int, pair_horizon: int, equal: int, edge: int, accounts: int, objects: int
    ) -> None:
        self.watermark: int | None = None
        self.bands: dict[int, tuple[int, int]] = {}
        self.objects = Generations(index_horizon)
        self.names = Generations(index_horizon)
        self.seen = Generations(index_horizon)
        self.crowd = Generations(index_horizon)
        self.pairs = Generations(pair_horizon)
        self.equal, self.edge_weight = equal, edge
        self.bounds = (accounts, objects)
        self.edges: dict[tuple[bytes, bytes], int] = {}
        self.nets: dict[int, Net] = {}
        self.net_of: dict[bytes, int] = {}
        self.next_object = self.next_net = 0
        self.duplicates = self.edits = 0

    def observe(self, post: Seen) -> int | None:
        if self.watermark is None or post.at > self.watermark:
            self.watermark = post.at
            for table in (self.objects, self.names, self.seen, self.crowd, self.pairs):
                table.turn(post.at)
        known = self.seen.get(post.key)
        if known is not None:
            assert isinstance(known, tuple)
            if known[1] == post.text_hash:
                self.duplicates += 1
                return None
            self.edits += 1
            for number in known[0]:
                self.objects.move(number)
                before = self.objects.get(number)
                if isinstance(before, Thing):
                    before.posts = max(0, before.posts - 1)
        numbers: list[int] = []
        due = None
        if post.usable:
            number, due = self._by_text(post)
            numbers.append(number)
        for trace in post.traces:
            number, also = self._by_name(trace, post)
            numbers.append(number)
            due = also or due
        self.seen.put(post.key, (numbers, post.text_hash))
        return due

    def _by_text(self, post: Seen) -> tuple[int, int | None]:
        generation = self.objects.number or 0
        held = [self.bands.get(slot, (0, 0)) for slot in post.slots]
        best, best_equal = 0, self.equal - 1
        for candidate in sorted({number for number, age in held if number and age >= generation - 1}):
            found = self.objects.get(candidate)
            if isinstance(found, Thing):
                equal = sum(a == b for a, b in zip(found.lanes, post.lanes, strict=True))
                if equal > best_equal:
                    best, best_equal = candidate, equal
        due = self._join(best, post) if best else None
        best = best or self._found(post, 0)
        for slot in post.slots:
            self.bands[slot] = (best, generation)
        return best, due

    def _by_name(self, trace: bytes, post: Seen) -> tuple[int, int | None]:
        number = self.names.get(trace)
        living = isinstance(number, int) and isinstance(self.objects.get(number), Thing)
        due = None
        if isinstance(number, int) and living:
            due = self._join(number, post)
        else:
            number = self._found(post, trace[0])
        self.names.put(trace, number)
        return number, due

    def _found(self, post: Seen, kind: int) -> int:
        self.next_object += 1
        lanes = () if kind else post.lanes
        self.objects.put(self.next_object, Thing(lanes, kind, 1, int(post.link), 1, [post.author]))
        return self.next_object

    def _join(self, number: int, post: Seen) -> int | None:
        self.objects.move(number)
        thing = self.objects.get(number)
        assert isinstance(thing, Thing)
        thing.posts += 1
        thing.links += post.link
        if post.author in thing.ring:
            return None
        if thing.authors > RING and self.crowd.get((number, post.author)):
            self.crowd.put((number, post.author), True)
            return None
        due = self._tie(number, thing, post) if thing.authors < PAIR_MEMBERS else None
        thing.authors += 1
        if thing.authors == RING + 1:
            for member in thing.ring:
                self.crowd.put((number, member), True)
        if thing.authors > RING:
            self.crowd.put((number, post.author), True)
        thing.ring = [*thing.ring, post.author][-RING:]
        return due

    def _tie(self, number: int, thing: Thing, post: Seen) -> int | None:
        weight = weight_of(thing, post)
        tied = []
        for member in thing.ring:
            pair = (min(member, post.author), max(member, post.author))
            total = (self.pairs.get(pair) or 0) + weight  # type: ignore[operator] # only numbers are put
            self.pairs.put(pair, total)
            if total >= self.edge_weight:
                self.edges[pair] = self.watermark or 0
                tied.append(member)
        if not tied:
            return None
        wanted = [post.author, *tied]
        numbers = sorted({self.net_of[author] for author in wanted if author in self.net_of})
        if numbers:
            net_number = numbers[0]
        else:
            self.next_net += 1
            net_number = self.next_net
            self.nets[net_number] = Net([], [], *self.bounds)
        net = self.nets[net_number]
        for other in numbers[1:]:
            gone = self.nets.pop(other)
            net.members += gone.members
            net.objects += [c for c in gone.objects if c not in net.objects]
        net.members += [author for author in wanted if author not in self.net_of]
        for author in net.members:
            self.net_of[author] = net_number
        if number not in net.objects:
            net.objects.append(number)
        due = len(net.members) >= net.due_accounts and len(net.objects) >= net.due_objects
        return net_number if due else None
