"""Keywords: a batch gives what each post gives alone, and every hash has its words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.keywords import MAX_KEYWORDS, TELLING, keyword_tokens, keywords, named_keywords

words = st.lists(st.sampled_from(["#tag", "#", "$", "wort", "слово", "字", "word", "a"]), max_size=8).map(" ".join)
posts = st.lists(st.tuples(words, st.sampled_from([(), ("https://www.x.example/a/",)])), min_size=1, max_size=6)


@given(posts)
def test_a_batch_gives_what_its_posts_name(batch: list[tuple[str, tuple[str, ...]]]) -> None:
    tokens = [keyword_tokens(urls, ("Friend",)) for _, urls in batch]
    found = keywords([text for text, _ in batch], tokens)

    for number, (text, _) in enumerate(batch):
        row = found.hashes[found.starts[number] : found.starts[number + 1]].tolist()
        assert row == sorted(named_keywords(text, tokens[number]))


def test_words_pairs_links_and_mentions_are_named() -> None:
    tokens = keyword_tokens(("http://www.news.X.co.uk/p/", "https://t.co/abc"), ("@Me",))

    found = named_keywords("#abc of news today", tokens)

    assert set(found.values()) == {
        *("#abc", "of", "news", "today", "news today", "link:news.x.co.uk/p", "domain:x.co.uk", "link:t.co/abc", "@me"),
    }
    assert {name for number, name in found.items() if number & TELLING} == {
        *("#abc", "link:news.x.co.uk/p", "link:t.co/abc", "@me"),
    }


def test_a_post_counts_a_bounded_number_of_keywords() -> None:
    found = keywords([" ".join(f"w{n}" for n in range(1000))], [()])

    assert len(found.hashes) == MAX_KEYWORDS
