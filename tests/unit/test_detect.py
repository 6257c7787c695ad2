"""Templates, components, evidence: small cases that a reader can check by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.detect.chance import binomial_log_p
from pipeline.detect.components import components
from pipeline.detect.evidence import account_age, gather, repeat_log_p
from pipeline.detect.facts import AccountFacts, GroupFacts, NetworkFacts, ObjectFacts, WindowFacts
from pipeline.detect.severity import asked_score, severity_of
from pipeline.detect.templates import find_template
from pipeline.detect.weights import KIND_FACTORS, PAIR_WEIGHTS
from pipeline.text.traces import Kind

DAY_MS = 86_400_000
NOW = 20_000 * DAY_MS


def account(number: int, **fields: int | str | None) -> AccountFacts:
    known = {"born": None, "followers": None, "following": None, "client": None, "community": None, **fields}
    return AccountFacts(platform="x", author_id=f"a{number}", **known)  # type: ignore[arg-type] # as named above


def network(members: list[AccountFacts], objects: int = 5, authors: int = 2000) -> NetworkFacts:
    shared = ObjectFacts(Kind.TEXT, b"12345678", 10, 6, 0, 0, 0, 0, 60_000, 4, 1, True, ("a b c", "a x c"))
    return NetworkFacts(NOW, 0, 60_000, tuple(members), (), (shared,) * objects, authors, truncated=False)


def test_a_template_shows_the_frame_and_what_varies() -> None:
    found = find_template(["I love my new car", "I love our old car", "I love the car"])

    assert found.text == "I love {1} car"
    assert found.slots == (("my new", "our old", "the"),)


def test_texts_without_a_common_word_are_shown_as_they_are() -> None:
    assert find_template(["one two", "three four"]).text == "one two"


@given(st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=9), min_size=1, max_size=6))
def test_filling_the_slots_gives_every_text_back(rows: list[list[str]]) -> None:
    texts = [" ".join(row) for row in rows]
    found = find_template(texts)
    frame = [word for word in found.text.split() if not word.startswith("{")]

    for text in texts if found.slots or len(set(texts)) == 1 else texts[:1]:
        words = iter(text.split())
        assert all(word in words for word in frame)


def test_components_keep_the_order_of_joining_and_leave_out_the_untied() -> None:
    assert components([b"d", b"a", b"c", b"b", b"e"], [(b"a", b"b"), (b"c", b"d"), (b"b", b"z")]) == [
        (b"d", b"c"),
        (b"a", b"b"),
    ]


def test_weights_are_those_of_the_formula() -> None:
    assert [1000 / (1 + math.log2(max(1, n / 8))) for n in range(1, 129)] == pytest.approx(PAIR_WEIGHTS, abs=0.51)


def test_every_kind_of_trace_has_its_factor() -> None:
    assert len(KIND_FACTORS) == len(Kind)


def test_a_signal_without_its_field_stays_silent() -> None:
    bare = {signal.signal for signal in gather(network([account(n) for n in range(10)]))}
    full = {
        signal.signal
        for signal in gather(network([account(n, born=NOW - DAY_MS, followers=3, client="c") for n in range(10)]))
    }

    assert full - bare == {"account-age", "follower-median", "client-concentration", "alike-followers"}


def test_young_accounts_are_told_against_ordinary_ones() -> None:
    signal = account_age(network([account(n, born=NOW - 10 * DAY_MS) for n in range(10)]))

    assert signal is not None
    assert signal.value == 1
    assert signal.p_value == pytest.approx(0.055**10, rel=1e-3)


@given(st.integers(1, 60), st.floats(0.01, 0.9))
def test_the_bound_is_above_the_exact_tail(n: int, q: float) -> None:
    for k in range(n + 1):
        exact = sum(math.comb(n, i) * q**i * (1 - q) ** (n - i) for i in range(k, n + 1))
        assert math.exp(binomial_log_p(k, n, q)) >= exact * (1 - 1e-9)


def test_meeting_more_often_is_less_likely_and_meeting_as_chance_has_it_is_no_evidence() -> None:
    members = [account(n) for n in range(4)]

    assert repeat_log_p(network(members, objects=9)) < repeat_log_p(network(members, objects=4)) < 0
    assert repeat_log_p(network(members, objects=4, authors=6)) == 0


@pytest.mark.parametrize(
    ("score", "accounts", "severity"),
    [
        (0.2, 500, "info"),
        (0.99, 3, "info"),
        (0.6, 4, "warning"),
        (0.95, 19, "warning"),
        (0.95, 20, "critical"),
        (0.6, 90, "warning"),
    ],
)
def test_severity_needs_score_and_size(score: float, accounts: int, severity: str) -> None:
    assert severity_of(score, accounts, 0.35) == severity


def varying(facts: NetworkFacts, texts: int) -> NetworkFacts:
    """Texts whose copies take 61 s each."""
    return replace(
        facts, objects=tuple(replace(each, varied=n < texts, last=9 * 61_000) for n, each in enumerate(facts.objects))
    )


def test_copies_as_they_are_by_accounts_like_any_other_ask_for_a_higher_score() -> None:
    members = [account(n) for n in range(4)]
    copied = varying(network(members, objects=4), 0)
    looks = GroupFacts((WindowFacts("followers", 45, 41.0, 9, 10, 0.004),), 10, 9, 9, "")
    alike = replace(copied, objects=(replace(copied.objects[0], group=looks), *copied.objects[1:]))

    assert severity_of(0.4, 4, asked_score(copied)) == severity_of(0.4, 4, asked_score(varying(copied, 1))) == "info"
    assert severity_of(0.4, 4, asked_score(varying(copied, 2))) == severity_of(0.4, 4, asked_score(alike)) == "warning"
    assert severity_of(0.69, 4, asked_score(copied)) == "info"
    assert severity_of(0.7, 4, asked_score(copied)) == "warning"

    in_step = replace(copied, objects=tuple(replace(each, last=9 * 60_000) for each in copied.objects))
    assert severity_of(0.4, 4, asked_score(in_step)) == "warning"
