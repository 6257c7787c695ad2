"""Reply swarms: what makes one, each condition taken away by itself; and the words that posts are known by."""

from __future__ import annotations

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.detect.assess import assess
from pipeline.detect.baseline import Baseline
from pipeline.detect.evidence import gather, repeat_log_p
from pipeline.detect.facts import AccountFacts, AnsweredFacts, NetworkFacts, ObjectFacts
from pipeline.detect.gate import weigh
from pipeline.detect.replies import counted, find_answers, find_swarm
from pipeline.detect.trigger import MAX_WORDS, find_trigger
from pipeline.text.normalise import normalise
from pipeline.text.traces import Kind
from pipeline.text.words import MAX_BYTES, telling_words

STREAM = tuple(frozenset({"#tram", "council"} if number == 0 else {f"w{number}"}) for number in range(200))
POSTS = 12


def answered(number: int, **fields: object) -> ObjectFacts:
    """A post of a stranger with the tag, answered by six members after 4 to 9 seconds."""
    said = {
        "author": b"author%02d" % (number % 10),
        "in_talk": False,
        "words": ("#tram", f"word{number}"),
        "seconds": (4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
        **fields,
    }
    return ObjectFacts(
        kind=Kind.REPLY,
        founder=b"post%04d" % number,
        posts=7,
        authors=6,
        links=0,
        reposts=0,
        deleted=0,
        first=60_000 * number,
        last=60_000 * number + 9000,
        network_members=6,
        newcomers=6 if number == 0 else 0,
        varied=True,
        samples=(f"an answer to number {number}",),
        answered=AnsweredFacts(**said),  # type: ignore[arg-type] # as named above
    )


def network(*objects: ObjectFacts, **fields: object) -> NetworkFacts:
    members = tuple(AccountFacts("x", f"bot{number}", None, None, None, None, None) for number in range(6))
    known = NetworkFacts(
        60_000, 0, 60_000, members, (), objects, 2000, truncated=False, stream_words=STREAM, stream_answers=()
    )
    return replace(known, **fields)


SWARM = network(*(answered(number) for number in range(POSTS)))
TEXT = replace(answered(99), kind=Kind.TEXT, answered=None, newcomers=0)


def test_a_swarm_is_told_with_its_keyword_its_haste_and_its_reach() -> None:
    found = assess(replace(SWARM, stream_answers=(0,) * 11 + (60, 70, 0, 0, 0)))
    signals = {signal.signal: signal for signal in found.evidence}

    assert (found.kind, found.severity) == ("reply-swarm", "warning")
    assert found.summary == "6 accounts answered 12 posts with #tram, typically within 7 seconds"
    assert found.keywords[0] == "#tram"
    assert found.posts == 84
    assert (signals["reply-latency"].value, signals["reply-latency"].expected) == (6.5, 900)
    assert signals["reply-latency"].text == (
        "half of the answers came within 7 seconds; in this stream half of them come within 15 minutes"
    )
    assert (signals["reply-targets"].value, signals["reply-targets"].expected) == (1.0, 0.009901)
    assert signals["reply-targets"].text == (
        "12 posts by 10 authors were answered together, 12 of them carry #tram; about 1.0 % of this stream's posts do"
    )
    # One post of each of 10 authors, and the choice among 13 words paid for.
    assert signals["reply-targets"].p_value == pytest.approx(13 * (2 / 202) ** 10, rel=1e-3)


def changed(**fields: object) -> NetworkFacts:
    return network(*(answered(number, **fields) for number in range(POSTS)))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (changed(seconds=(70.0, 80.0, 90.0)), "they take their time"),
        (changed(author=b"one star"), "they answer one author"),
        (changed(in_talk=True), "they answer each other"),
        (
            network(*(replace(answered(n), first=40_000 * n) for n in range(POSTS))),
            "they have had no time to answer back",
        ),
        (changed(author=None), "nobody knows what they answer"),
        (network(*(answered(n, words=(f"w{n}",)) for n in range(POSTS))), "they answer whatever there is"),
        (replace(SWARM, stream_words=(frozenset({"#tram"}),) * 200), "the whole stream is on that subject"),
        (replace(SWARM, stream_words=STREAM[:40]), "the stream is not known yet"),
        (network(*(answered(n) for n in range(2))), "twice is not again and again"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_condition_is_needed_and_without_it_nothing_is_held_against_them(facts: NetworkFacts, why: str) -> None:
    assert find_swarm(SWARM) is not None
    assert find_swarm(facts) is None, why
    assert counted(facts) == ()
    assert repeat_log_p(facts) == 0
    assert assess(facts).severity == "info"


def test_texts_count_without_a_swarm_and_the_kind_follows_most_meetings() -> None:
    talkers = replace(changed(in_talk=True), objects=(*changed(in_talk=True).objects, *(TEXT,) * 4))
    writers = replace(SWARM, objects=(*SWARM.objects, *(TEXT,) * 40))

    assert counted(talkers) == (TEXT,) * 4
    assert repeat_log_p(talkers) < 0
    assert assess(talkers).kind == "coordinated-network"
    assert assess(writers).kind == "coordinated-network"
    assert "reply-targets" in {signal.signal for signal in gather(writers)}
    assert assess(replace(SWARM, objects=(*SWARM.objects, *(TEXT,) * 4))).kind == "reply-swarm"


def test_a_word_that_half_of_the_answered_posts_carry_is_enough_and_the_rarest_in_the_stream_is_told() -> None:
    stream = tuple(frozenset({"council"} if number % 2 else set()) for number in range(200))
    posts = [answered(n, words=("council", "#tram") if n % 2 else ("council",)) for n in range(POSTS)]

    found = find_answers(network(*posts, stream_words=stream))

    assert found is not None
    assert found.trigger is not None
    assert (found.trigger.words, found.trigger.carrying) == (("#tram",), 6)


def test_bots_may_wait_for_a_name_in_two_languages() -> None:
    posts = [answered(n, words=(("#tram", "bahn", "tram")[n % 3], f"w{n}")) for n in range(POSTS)]

    found = find_swarm(network(*posts))

    assert found is not None
    assert found.trigger is not None
    assert sorted(found.trigger.words) == ["#tram", "bahn", "tram"]
    assert found.trigger.carrying == POSTS


def test_words_that_any_posts_share_are_no_trigger() -> None:
    stream = tuple(frozenset({("tram", "rain", "town")[number % 3]}) for number in range(200))
    posts = [answered(n, words=(("tram", "rain", "town")[n % 3], f"w{n}")) for n in range(POSTS)]

    assert find_swarm(network(*posts, stream_words=stream)) is None


@given(st.lists(st.lists(st.sampled_from("abcdefg"), unique=True, max_size=4), min_size=1, max_size=12))
def test_a_trigger_is_carried_by_half_of_the_posts_and_costs_its_choice(said: list[list[str]]) -> None:
    found = find_trigger([(str(n).encode(), words) for n, words in enumerate(said)], STREAM)

    if found is not None:
        assert 1 <= len(found.words) <= MAX_WORDS
        assert found.carrying == sum(not set(found.words).isdisjoint(words) for words in said) >= len(said) / 2
        assert found.log_p is not None
        assert found.log_p <= 0


def test_bots_on_one_rare_client_are_no_app() -> None:
    members = tuple(replace(row, client="Pebble") for row in SWARM.members)
    baseline = Baseline(clients={crc32(b"Web"): 900, crc32(b"Pebble"): 3}, with_client=1000)
    early = replace(network(*(answered(n) for n in range(3)), members=members), baseline=baseline)
    slow = [replace(each, answered=replace(each.answered, seconds=(90.0,))) for each in early.objects if each.answered]

    assert weigh(replace(early, objects=(TEXT,))) is not None
    assert weigh(replace(early, objects=(TEXT, *early.objects))) is None
    assert weigh(replace(early, objects=(TEXT, *slow))) is not None


def test_an_answer_to_nobody_gives_no_signal() -> None:
    assert find_answers(network()) is None
    assert "reply-latency" not in {signal.signal for signal in gather(network())}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who pays for the #HarrowfenTram and for $TRAM?", "#harrowfentram $tram pays"),
        ("Unbelievable! The council lies, lies, lies https://x.example @mayor", "unbelievable council lies"),
        ("ok so we go", ""),
        ("#" + "x" * 120 + " tramways", "tramways"),
        ("кто платит за #трамвай", "#трамвай платит"),
    ],
)
def test_the_words_of_a_post_are_its_tags_and_its_longest(text: str, words: str) -> None:
    assert telling_words(normalise(text)) == words


@given(st.text(max_size=300))
def test_words_are_few_distinct_and_of_the_text(text: str) -> None:
    normalised = normalise(text)
    words = telling_words(normalised).split()

    assert len(" ".join(words).encode()) <= MAX_BYTES
    assert len(set(words)) == len(words)
    assert set(words) <= set(normalised.split())
