"""The accounts of an incident: members in the order of joining, then joiners. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from pipeline.page.model import AccountShown
from pipeline.post import item_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.detect.facts import AccountFacts, NetworkFacts
    from pipeline.page.activity import Activity
    from pipeline.page.source import Names


def keys_of(accounts: Sequence[AccountFacts]) -> NDArray[np.uint64]:
    """Return the author keys of accounts as numbers, in their order."""
    return np.frombuffer(b"".join(item_key(row.platform, row.author_id) for row in accounts), dtype="<u8")


def first_posts(activity: Activity | None) -> dict[int, tuple[int, int]]:
    """Return the first post (ms) and the number of posts of each account, by author key."""
    if activity is None or not len(activity):
        return {}
    keys, first, counts = np.unique(activity.authors, return_index=True, return_counts=True)
    return {
        key: (at, count)
        for key, at, count in zip(keys.tolist(), activity.at[first].tolist(), counts.tolist(), strict=True)
    }


def build_accounts(
    facts: NetworkFacts, activity: Activity | None, groups: Sequence[int | None], names: Names
) -> list[AccountShown]:
    """Return accounts; ``groups`` are the communities of the members, in the same order."""
    shared = Counter(key for each in facts.objects for key in each.keys)
    posted, told = first_posts(activity), activity.names if activity else {}
    rows = [
        *((row, "member", group) for row, group in zip(facts.members, groups, strict=True)),
        *((row, "joiner", None) for row in facts.joiners),
    ]
    found = []
    for row, role, group in rows:
        key = item_key(row.platform, row.author_id)
        number = int.from_bytes(key, "little")
        first_at, posts = posted.get(number, (None, None))
        found.append(
            AccountShown(
                name=names.account(row.platform, row.author_id, told.get(number)),
                platform=row.platform,
                role="member" if role == "member" else "joiner",
                first_at=first_at,
                posts=posts,
                shared=shared[key],
                born=row.born,
                followers=row.followers,
                following=row.following,
                client=row.client,
                community=row.community,
                group=group,
            )
        )
    return found


def sample_accounts(ids: Sequence[str], platform: str, names: Names) -> list[AccountShown]:
    """Return members of which nothing but the id is known."""
    none = dict.fromkeys(("first_at", "posts", "shared", "born", "followers", "following", "client", "community"))
    return [AccountShown(name=names.account(platform, each), platform=platform, role="member", **none) for each in ids]
