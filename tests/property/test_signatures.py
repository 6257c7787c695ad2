"""Signatures estimate similarity, and depend on nothing but the text."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.features import features, jaccard_estimate
from pipeline.text.normalise import MAX_CHARS, normalise
from pipeline.text.signatures import LANES, READ_CHARS, SHINGLE, signatures

SLOTS = 1 << 20
words = st.lists(st.sampled_from([f"word{n:02d}" for n in range(40)]), min_size=8, max_size=40)


def jaccard(left: str, right: str) -> float:
    a, b = ({text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)} for text in (left, right))
    return len(a & b) / len(a | b)


@given(words, st.integers(0, 40))
def test_the_estimate_is_within_five_deviations_of_the_true_similarity(left: list[str], keep: int) -> None:
    one, other = " ".join(left), " ".join([*left[:keep], "quite", "another", "ending", "stands", "here"])
    true = jaccard(one, other)
    found = features([one, other], [False, False], SLOTS)

    estimate = jaccard_estimate(found.lanes[0], found.lanes[1])

    deviation = (true * (1 - true) / LANES) ** 0.5
    assert abs(estimate - true) <= 5 * deviation + 2 / LANES


@given(st.lists(st.text(max_size=80), min_size=1, max_size=12), st.integers(0, 11), st.booleans())
def test_a_row_depends_on_its_own_text_alone(texts: list[str], chosen: int, repost: bool) -> None:
    at = chosen % len(texts)
    together = features(texts, [repost] * len(texts), SLOTS)
    alone = features([texts[at]], [repost], SLOTS)

    assert np.array_equal(together.slots[at], alone.slots[0])
    assert np.array_equal(together.lanes[at], alone.lanes[0])
    assert together.text_hash[at] == alone.text_hash[0]
    assert together.letters[at] == alone.letters[0]


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


@given(st.text(alphabet="abc наßпр", min_size=1, max_size=60), st.integers(0, 59))
def test_invisible_characters_change_nothing(text: str, at: int) -> None:
    assert normalise(text[:at] + "\u200b\u2060" + text[at:]) == normalise(text)


def test_reposts_and_originals_share_no_slot() -> None:
    found = features(["the same text for both of them"] * 2, [False, True], 1 << 31)

    assert not set(found.slots[0].tolist()) & set(found.slots[1].tolist())


def test_constants_never_change() -> None:
    row = signatures(["the constants behind stored state are part of its schema"])[0]

    assert [int(lane) for lane in row[:4]] == CONSTANT_LANES


CONSTANT_LANES = [222637413, 66097153, 51931517, 109628697]


def test_long_texts_are_read_in_part_and_large_batches_in_chunks() -> None:
    long = "x y " * READ_CHARS
    rows = signatures([long] * 300)

    assert (rows == rows[0]).all()
    assert np.array_equal(signatures([long[:READ_CHARS]])[0], rows[0])
    assert len(normalise("ab " * MAX_CHARS)) <= MAX_CHARS
