"""Patterns of the watch list against what they are said to find, word by word."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from pipeline.bursts.watch import Watch, WatchList
from pipeline.errors import LineError
from pipeline.text.keywords import keyword_tokens
from pipeline.text.normalise import normalise

WORDS = st.lists(st.sampled_from(["ab", "AB", "b", "кя", "aа", "a_b", "ab.", "-", "é"]), max_size=6)
SIGNS = st.lists(st.sampled_from(["", "", "#", "$", "##", "#$"]), min_size=6, max_size=6)
GAPS = st.lists(st.sampled_from([" ", " ", ", ", "", "\n"]), min_size=6, max_size=6)


@st.composite
def texts(draw: st.DrawFn) -> str:
    return "".join(f"{sign}{word}{gap}" for word, sign, gap in zip(draw(WORDS), draw(SIGNS), draw(GAPS), strict=False))


@st.composite
def links_and_mentions(draw: st.DrawFn) -> list[str]:
    name = st.text("ab#$/ ", max_size=6)
    urls = [f"https://x.org/{path}" for path in draw(st.lists(name, max_size=2))]
    return [token for token in keyword_tokens(urls, draw(st.lists(name, max_size=2))) if "domain:" not in token]


def tokens(text: str) -> list[tuple[str, str]]:
    """Words of a text, each with the signs before it."""
    return re.findall(r"([#$]*)([^ #$]+)", normalise(text))


def is_row(wanted: list[tuple[str, str]], found: list[tuple[str, str]]) -> bool:
    return len(wanted) == len(found) and all(
        word == other and signs.endswith(sign[-1:]) for (sign, word), (signs, other) in zip(wanted, found, strict=True)
    )


def found_in(pattern: str, text: str, tail: list[str]) -> bool | None:
    """Whether a list of one finds it; None where the pattern is refused."""
    try:
        followed = WatchList().added(Watch(pattern))
    except LineError:
        return None
    return followed.matches([" ".join([*normalise(text).split(), *tail])]) == [(0, 0)]


@given(texts(), texts(), links_and_mentions())
def test_plain_text_is_found_as_whole_words_in_a_row(pattern: str, text: str, tail: list[str]) -> None:
    wanted, words = tokens(pattern), tokens(text)
    found = found_in(pattern, text, tail)

    if not any(c.isalnum() for _, word in wanted for c in word):
        assert found is None
    else:
        rows = [words[at : at + len(wanted)] for at in range(len(words))]
        assert found == any(is_row(wanted, row) for row in rows)


@given(
    st.sampled_from(["", "#", "$"]),
    st.text("abя*?", min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from(["", "#", "$", "##"]), st.text("abя", min_size=1, max_size=5)), max_size=5),
    links_and_mentions(),
)
def test_a_glob_is_found_as_in_file_names(sign: str, glob: str, words: list[tuple[str, str]], tail: list[str]) -> None:
    text = " ".join(f"{signs}{word}" for signs, word in words)
    found = found_in(f"glob:{sign}{glob}", text, tail)

    if not glob.strip("*?"):
        assert found is None
    else:
        assert found == any(fnmatchcase(word, glob) and signs.endswith(sign) for signs, word in words)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", "x", "y"]), st.booleans()), max_size=12))
def test_a_list_holds_what_was_added_last_ordered_by_pattern(
    changes: list[tuple[str, str, bool]],
) -> None:
    followed, known = WatchList(), dict[str, str]()
    for pattern, label, is_added in changes:
        before = followed.entries
        changed = followed.added(Watch(pattern, label)) if is_added else followed.removed(pattern)
        if is_added:
            known[pattern] = label
        else:
            known.pop(pattern, None)
        assert followed.entries == before
        followed = changed

    assert [(each.pattern, each.label) for each in followed.entries] == sorted(known.items())


@given(
    st.lists(st.sampled_from(["a", "#a", "b c", "glob:a*", "re:[bc]$", "re:d", "é"]), unique=True), st.lists(texts())
)
def test_many_patterns_find_together_what_each_finds_alone(patterns: list[str], lines: list[str]) -> None:
    followed = WatchList(Watch(pattern) for pattern in patterns)
    forms = [normalise(line) for line in lines]
    alone = [
        (number, entry)
        for number, form in enumerate(forms)
        for entry, each in enumerate(followed.entries)
        if WatchList([each]).matches([form])
    ]

    assert followed.matches(forms) == alone
