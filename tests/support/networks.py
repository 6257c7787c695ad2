"""Small networks as evidence sees them, for tests of what is held of them."""

from __future__ import annotations

from zlib import crc32

from pipeline.detect.baseline import Baseline
from pipeline.detect.facts import AccountFacts, GroupFacts, NetworkFacts, ObjectFacts, WindowFacts
from pipeline.text.traces import Kind

STREAM = Baseline(clients={crc32(b"Scorer"): 1}, with_client=100)
BOUGHT = GroupFacts(tuple(WindowFacts(field, 10, 20.0, 8, 8, 0.01) for field in ("followers", "following")), 8, 8, 8)


def text(sample: str, **fields: object) -> ObjectFacts:
    known: dict[str, object] = {"links": 0, "reposts": 0, **fields}
    return ObjectFacts(
        kind=Kind.TEXT,
        founder=b"12345678",
        posts=10,
        authors=6,
        deleted=0,
        first=0,
        last=60_000,
        network_members=4,
        newcomers=1,
        varied=False,
        samples=(sample,),
        **known,  # type: ignore[arg-type] # as named above
    )


def network(
    *objects: ObjectFacts, accounts: int = 6, client: str | None = None, followers: int | None = None
) -> NetworkFacts:
    members = tuple(AccountFacts("x", f"a{n}", None, followers, None, client, None) for n in range(accounts))
    return NetworkFacts(60_000, 0, 60_000, members, (), objects, 2000, truncated=False, baseline=STREAM)
