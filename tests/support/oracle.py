"""The observe script once more, in plain Python dictionaries: slow, obvious, and written from the documentation."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.detect.weights import LINK_FACTOR, PAIR_WEIGHTS, REPOST_FACTOR

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


@dataclass
class Cluster:
    lanes: tuple[int, ...]
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
    clusters: list[int]
    due_accounts: int
    due_clusters: int


class Oracle:
    """State of a stream; `observe` returns the number of a network that is due, or None."""

    def __init__(
        self, *, index_horizon: int, pair_horizon: int, equal: int, edge: int, accounts: int, clusters: int
    ) -> None:
        self.watermark: int | None = None
        self.bands: dict[int, int] = {}
        self.clusters = Generations(index_horizon)
        self.seen = Generations(index_horizon)
        self.crowd = Generations(index_horizon)
        self.pairs = Generations(pair_horizon)
        self.equal, self.edge_weight = equal, edge
        self.bounds = (accounts, clusters)
        self.edges: dict[tuple[bytes, bytes], int] = {}
        self.nets: dict[int, Net] = {}
        self.net_of: dict[bytes, int] = {}
        self.next_cluster = self.next_net = 0
        self.duplicates = self.edits = 0

    def observe(self, post: Seen) -> int | None:
        if self.watermark is None or post.at > self.watermark:
            self.watermark = post.at
            for table in (self.clusters, self.seen, self.crowd, self.pairs):
                table.turn(post.at)
        known = self.seen.get(post.key)
        if known is not None:
            assert isinstance(known, tuple)
            if known[1] == post.text_hash:
                self.duplicates += 1
                return None
            self.edits += 1
            before = self.clusters.get(known[0])
            if isinstance(before, Cluster):
                before.posts = max(0, before.posts - 1)
        number, due = self._cluster(post) if post.usable else (0, None)
        self.seen.put(post.key, (number, post.text_hash))
        return due

    def _cluster(self, post: Seen) -> tuple[int, int | None]:
        best, best_equal = 0, self.equal - 1
        for candidate in sorted({self.bands.get(slot, 0) for slot in post.slots} - {0}):
            found = self.clusters.get(candidate)
            if isinstance(found, Cluster):
                equal = sum(a == b for a, b in zip(found.lanes, post.lanes, strict=True))
                if equal > best_equal:
                    best, best_equal = candidate, equal
        due = None
        if best:
            due = self._join(best, post)
        else:
            self.next_cluster += 1
            best = self.next_cluster
            self.clusters.put(best, Cluster(post.lanes, 1, int(post.link), 1, [post.author]))
        for slot in post.slots:
            self.bands[slot] = best
        return best, due

    def _join(self, number: int, post: Seen) -> int | None:
        self.clusters.move(number)
        cluster = self.clusters.get(number)
        assert isinstance(cluster, Cluster)
        cluster.posts += 1
        cluster.links += post.link
        if post.author in cluster.ring:
            return None
        if cluster.authors > RING and self.crowd.get((number, post.author)):
            self.crowd.put((number, post.author), True)
            return None
        due = self._tie(number, cluster, post) if cluster.authors < PAIR_MEMBERS else None
        cluster.authors += 1
        if cluster.authors == RING + 1:
            for member in cluster.ring:
                self.crowd.put((number, member), True)
        if cluster.authors > RING:
            self.crowd.put((number, post.author), True)
        cluster.ring = [*cluster.ring, post.author][-RING:]
        return due

    def _tie(self, number: int, cluster: Cluster, post: Seen) -> int | None:
        weight = PAIR_WEIGHTS[cluster.authors - 1]
        if cluster.links >= 0.9 * cluster.posts:
            weight = weight * LINK_FACTOR // 1000
        if post.repost:
            weight = weight * REPOST_FACTOR // 1000
        tied = []
        for member in cluster.ring:
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
            net.clusters += [c for c in gone.clusters if c not in net.clusters]
        net.members += [author for author in wanted if author not in self.net_of]
        for author in net.members:
            self.net_of[author] = net_number
        if number not in net.clusters:
            net.clusters.append(number)
        due = len(net.members) >= net.due_accounts and len(net.clusters) >= net.due_clusters
        return net_number if due else None
