"""Activities of incidents and small networks, for tests of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.detect.facts import AccountFacts, ObjectFacts
from pipeline.page.activity import Activity
from pipeline.post import item_key
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T0 = 1_767_258_000_000
"""2026-01-01 09:00."""


def account(name: str, platform: str = "x") -> AccountFacts:
    return AccountFacts(platform, name, T0, 10, 20, "app", None)


def key(name: str, platform: str = "x") -> bytes:
    return item_key(platform, name)


def shared_by(number: int, names: Sequence[str], kind: Kind = Kind.TEXT, **fields: object) -> ObjectFacts:
    """An object that some accounts share, in the order of coming."""
    known: dict[str, object] = {"links": 0, "reposts": 0, "samples": (f"text {number} of all",), **fields}
    return ObjectFacts(
        kind=kind,
        founder=number.to_bytes(8, "big"),
        posts=len(names),
        authors=len(names),
        deleted=0,
        first=T0,
        last=T0 + 60_000,
        network_members=len(names),
        newcomers=0,
        varied=False,
        keys=tuple(map(key, names)),
        **known,  # type: ignore[arg-type] # as named above
    )


def activity(
    posts: Sequence[tuple[str, int, bool]],
    minutes: Mapping[int, int] | None = None,
    *,
    keyword: str = "#tag",
    since: int = T0 - 3_600_000,
    names: Mapping[str, str] | None = None,
) -> Activity:
    """Posts of (account, ms after T0, whether tagged); ``minutes``: posts of anybody by minutes after T0."""
    ordered = sorted(posts, key=lambda post: post[1])
    counts = dict(sorted((minutes or {}).items()))
    return Activity(
        keyword=keyword,
        since=since,
        until=T0 + 86_400_000,
        at=np.array([T0 + at for _, at, _ in ordered], dtype=np.int64),
        authors=np.frombuffer(b"".join(key(name) for name, _, _ in ordered), dtype="<u8"),
        tagged=np.array([tagged for _, _, tagged in ordered], dtype=bool),
        all_minutes=np.array([T0 // 60_000 + minute for minute in counts], dtype=np.int64),
        all_posts=np.array(list(counts.values()), dtype=np.int64),
        names={int.from_bytes(key(name), "little"): told for name, told in (names or {}).items()},
    )
