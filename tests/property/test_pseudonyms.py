"""Pseudonyms: the same account everywhere, no name left, the same text to whoever compares texts."""

from __future__ import annotations

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pipeline.post import Delete, Post
from pipeline.text.normalise import normalise
from pipeline.text.pseudonyms import Pseudonyms

KEY = b"sixteen letters!"
OURS = Pseudonyms(KEY)
FORM = re.compile(r"p_[a-z2-7]{16}")

platforms = st.sampled_from(["x", "bluesky"])
names = st.from_regex(r"[A-Za-z0-9_]{2,15}", fullmatch=True) | st.sampled_from(["Ольга_1", "東京", "Žofie"])
words = st.sampled_from(
    ["Vote", "now", "#Tag", "слово", "字", "RT", "rt", ":", "…", "a@b", "no.", "https://x.example/@me"]
)
mentions = st.tuples(st.sampled_from(["@", "＠"]), names, st.sampled_from(["", ":", "!", ", ", ".", "'s"])).map("".join)
texts = st.lists(words | mentions, max_size=12).map(" ".join)


def post(text: str = "", *, author: str = "1", platform: str = "x", **more: object) -> Post:
    made = Post(id="7", platform=platform, author_id=author, text=text, created_at="2024-01-01T00:00:00Z")
    return msgspec.structs.replace(made, **more)


def applied(post: Post, pseudonyms: Pseudonyms = OURS) -> Post:
    pseudonyms.apply(post)
    return post


@given(platforms, names, names)
def test_an_account_has_one_pseudonym_as_author_and_as_reposted(platform: str, one: str, other: str) -> None:
    posted = applied(post(author=one, platform=platform))
    shared = applied(post(author=other, platform=platform, repost_author_id=one))

    assert shared.repost_author_id == posted.author_id
    assert FORM.fullmatch(posted.author_id)
    assert (posted.author_id == shared.author_id) == (one == other)


@given(platforms, names, st.sampled_from([str, str.lower, str.upper]))
def test_names_mentions_and_mentions_in_texts_agree(platform: str, name: str, cased: type[str]) -> None:
    told = applied(post(f"so @{cased(name)} said", platform=platform, author_name=name, mentions=[f"@{name}", name]))

    assert told.mentions == [told.author_name] * 2
    assert told.text == f"so @{told.author_name} said"


@given(texts)
def test_texts_compare_as_they_did(text: str) -> None:
    assert normalise(applied(post(text)).text) == normalise(text)


@given(st.lists(words, max_size=6).map(" ".join), names, st.lists(words, max_size=6).map(" ".join))
def test_no_mentioned_name_is_left(before: str, name: str, after: str) -> None:
    told = applied(post(f"{before} @{name} {after}"))

    assert f"@{name} " not in told.text
    assert told.text.count("@p_") == told.text.count("@")


def test_a_name_that_is_a_domain_is_replaced_whole() -> None:
    told = applied(post("ask @ann.example.com.Then go", author_name="Ann.example.com"))

    assert told.text == f"ask @{told.author_name}.Then go"


@given(names)
def test_platforms_and_keys_tell_accounts_apart(name: str) -> None:
    found = {
        applied(post(author=name, platform=platform), Pseudonyms(key)).author_id
        for platform in ("x", "bluesky")
        for key in (KEY, b"another sixteen.")
    }

    assert len(found) == 4


def test_nothing_else_changes() -> None:
    told = post("plain text", urls=["https://x.example/ann"], reply_to="5", hashtags=["ann"], followers=3)
    before = msgspec.structs.asdict(told)
    applied(told)

    assert {name for name, value in msgspec.structs.asdict(told).items() if value != before[name]} == {"author_id"}


def test_what_is_not_there_stays_away() -> None:
    told = applied(post("", author_name="", repost_author_id="", mentions=[""]))

    assert (told.author_name, told.repost_author_id, told.mentions) == ("", "", [""])


def test_deletions_name_no_account() -> None:
    assert not {"author_id", "author_name", "mentions"} & set(Delete.__struct_fields__)
