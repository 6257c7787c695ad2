"""The load of `make bench-live`: posts a millisecond apart, and campaigns that are whole and apart from each other."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.live_load import ACCOUNTS, TEXTS, campaign_of, load


@settings(max_examples=20)
@given(campaigns=st.integers(0, 20), more=st.integers(0, 1000), seed=st.integers(0, 2**32))
def test_campaigns_are_whole_and_share_no_text_with_anybody(campaigns: int, more: int, seed: int) -> None:
    posts = list(load(6000 + more, campaigns, seed))
    said: dict[str | None, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for post in posts:
        said[campaign_of(post.author_id)][post.text].add(post.author_id)
    strangers = said.pop(None)

    assert len(said) == campaigns
    assert all(len(texts) == TEXTS for texts in said.values())
    assert all(len(authors) == ACCOUNTS for texts in said.values() for authors in texts.values())
    assert len({text for texts in said.values() for text in texts} - set(strangers)) == campaigns * TEXTS


@settings(max_examples=10)
@given(campaigns=st.integers(0, 20), seed=st.integers(0, 2**32))
def test_no_two_posts_have_the_same_time(campaigns: int, seed: int) -> None:
    posts = list(load(6000, campaigns, seed))

    assert {later.at - earlier.at for earlier, later in pairwise(posts)} == {1}
    assert len({post.id for post in posts}) == len(posts) == 6000


def test_too_many_campaigns_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        list(load(6000, 1000))
