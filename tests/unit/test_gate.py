"""The benign gate: each cause explains a find once, and stays silent where one thing is different."""

from __future__ import annotations

from zlib import crc32

import pytest
from msgspec.structs import replace

from pipeline.detect.baseline import Baseline
from pipeline.detect.causes import OFFICIAL
from pipeline.detect.facts import AccountFacts, Explained, GroupFacts, NetworkFacts, ObjectFacts, WindowFacts
from pipeline.detect.gate import OUTLETS, AllowList, weigh
from pipeline.text.traces import Kind

RARE, COMMON = "Bridge Times App", "Web"
BASELINE = Baseline(clients={crc32(COMMON.encode()): 900, crc32(RARE.encode()): 3}, with_client=1000)
FOLLOWERS = WindowFacts("followers", 45, 30.0, 9, 10, 0.004)
BIRTH = WindowFacts("birth", 500, 20.0, 9, 10, 0.02)


def accounts(count: int = 10, followers: int | None = None, client: str | None = None) -> tuple[AccountFacts, ...]:
    return tuple(AccountFacts("x", f"a{n}", None, followers, None, client, None) for n in range(count))


def text(*samples: str, kind: Kind = Kind.TEXT, links: int = 0, reposts: int = 0, **fields: object) -> ObjectFacts:
    """A shared text of ten posts."""
    shared = ObjectFacts(kind, b"12345678", 10, 10, links, reposts, 0, 0, 60_000, 10, 10, False, samples)
    return replace(shared, **fields)


def network(*texts: ObjectFacts, members: tuple[AccountFacts, ...] | None = None) -> NetworkFacts:
    people = accounts() if members is None else members
    return NetworkFacts(60_000, 0, 60_000, people, (), texts, 5000, truncated=False, baseline=BASELINE)


def reason(facts: NetworkFacts, allowed: AllowList | None = None) -> str | None:
    found = weigh(facts) if allowed is None else weigh(facts, allowed)
    return found.reason if found else None


def group(*windows: WindowFacts, explained: Explained = "") -> GroupFacts:
    return GroupFacts(windows, 10, 9, 9, explained)


PLAIN = text("nobody should have trusted the mayor of this town")
HEADLINE = text("The bridge is closed https://t.co/a1b2 via @BridgeTimes", links=10)
SITE = text("The bridge is closed https://bridge.example/a", links=10)
SHORTENED = text("The bridge is closed https://t.co/a1b2", links=10)
REPOSTED = text("RT @star: my new song is out", reposts=10)


def test_a_plain_text_of_ordinary_accounts_is_explained_by_nothing() -> None:
    assert reason(network(PLAIN, PLAIN)) is None


@pytest.mark.parametrize(("explained", "told"), [("one-domain", "share-button"), ("rare-clients", "app"), ("", None)])
def test_what_the_search_for_look_alikes_saw_explains_copies(explained: Explained, told: str | None) -> None:
    assert reason(network(replace(PLAIN, group=group(FOLLOWERS, BIRTH, explained=explained)))) == told


def test_of_several_groups_the_strongest_says_what_made_the_copies() -> None:
    weak, strong = group(BIRTH, explained="rare-clients"), group(FOLLOWERS, BIRTH)

    assert reason(network(replace(PLAIN, group=weak), replace(PLAIN, group=strong))) is None
    assert reason(network(replace(PLAIN, group=weak))) == "app"


@pytest.mark.parametrize(
    ("count", "client", "reposts", "told"),
    [(8, RARE, 0, "app"), (7, RARE, 0, None), (8, COMMON, 0, None), (8, RARE, 5, None), (8, RARE, 4, "app")],
)
def test_an_app_that_hardly_anybody_else_uses_writes_for_most(
    count: int, client: str, reposts: int, told: str | None
) -> None:
    members = accounts(count, client=client) + accounts(10 - count, client=COMMON if client == RARE else None)

    assert reason(network(replace(PLAIN, reposts=reposts), members=members)) == told


def test_where_no_client_is_known_of_the_stream_none_is_rare() -> None:
    facts = network(PLAIN, members=accounts(client=RARE))

    assert reason(facts) == "app"
    assert reason(replace(facts, baseline=Baseline())) is None


def test_texts_that_differ_in_numbers_alone_come_from_an_app() -> None:
    walked = "I walked {} steps today with my little helper"

    assert reason(network(text(walked.format(4000), walked.format(51)))) == "template"
    assert reason(network(text(walked.format(4000), walked.format("many")))) is None
    assert reason(network(text(walked.format(4000), walked.format(4000)))) is None


def test_texts_of_an_app_explain_a_network_only_where_they_are_most_of_its_posts() -> None:
    filled = text("I walked 10 steps today", "I walked 20 steps today")

    assert reason(network(replace(filled, posts=8), replace(PLAIN, posts=2))) == "template"
    assert reason(network(replace(filled, posts=7), replace(PLAIN, posts=3))) is None


def test_headlines_that_end_in_the_outlet_come_from_its_share_button() -> None:
    assert reason(network(HEADLINE)) == "share-button"
    assert reason(network(SHORTENED)) is None
    assert reason(network(replace(HEADLINE, links=8))) is None
    assert reason(network(HEADLINE, HEADLINE, HEADLINE, HEADLINE, PLAIN)) == "share-button"
    assert reason(network(HEADLINE, HEADLINE, HEADLINE, PLAIN)) is None


def test_headlines_that_link_to_one_site_come_from_its_share_button() -> None:
    other = text("The bridge is open again https://harbour.example/b", links=10)

    assert reason(network(SITE, SITE, SITE, SITE, other)) == "share-button"
    assert reason(network(SITE, other)) is None


@pytest.mark.parametrize(("followers", "told"), [(OFFICIAL, "template"), (OFFICIAL - 1, None), (None, None)])
def test_a_text_that_a_very_large_account_wrote_first_is_official(followers: int | None, told: str | None) -> None:
    assert reason(network(replace(PLAIN, first_followers=followers))) == told


@pytest.mark.parametrize(("first", "told"), [("shop", "template"), ("a1", None), (None, None)])
def test_a_text_whose_copies_name_its_first_author_is_a_call(first: str | None, told: str | None) -> None:
    draw = text("Copy this: I want the blanket of @shop", "I want the blanket of @shop")

    assert reason(network(replace(draw, first_author=first))) == told


@pytest.mark.parametrize(
    ("same_client", "client", "first_followers", "told"),
    [
        (9, RARE, OFFICIAL, "app"),
        (9, RARE, None, None),
        (7, RARE, OFFICIAL, None),
        (9, COMMON, OFFICIAL, None),
    ],
)
def test_crowds_that_each_have_a_cause_are_explained_though_a_few_took_part_in_both(
    same_client: int, client: str, first_followers: int | None, told: str | None
) -> None:
    members = accounts(6, client=client) + accounts(4)
    of_an_app = replace(PLAIN, same_client=same_client)
    official = replace(PLAIN, first_followers=first_followers, network_members=8)

    assert reason(network(of_an_app, official, members=members)) == told


def test_one_official_text_of_two_explains_nothing() -> None:
    assert reason(network(replace(PLAIN, first_followers=OFFICIAL), PLAIN)) is None


@pytest.mark.parametrize(
    ("members", "shared", "told"),
    [
        (accounts(10, followers=9000), SHORTENED, "syndication"),
        (accounts(10, followers=4000), SHORTENED, None),
        (accounts(OUTLETS + 1, followers=9000), SHORTENED, None),
        (accounts(10, followers=9000), PLAIN, None),
        (accounts(10, followers=9000), replace(SHORTENED, reposts=5), None),
        (accounts(4, followers=9000) + accounts(6), SHORTENED, None),
    ],
)
def test_a_few_outlets_with_a_public_carry_the_same_headlines(
    members: tuple[AccountFacts, ...], shared: ObjectFacts, told: str | None
) -> None:
    assert reason(network(shared, members=members)) == told


def test_those_who_repost_one_star_are_fans() -> None:
    other = text("RT @moon: tonight at nine", reposts=10)

    assert reason(network(REPOSTED)) == "fans"
    assert reason(network(REPOSTED, replace(PLAIN, posts=13))) is None
    assert reason(network(REPOSTED, REPOSTED, REPOSTED, REPOSTED, other)) == "fans"
    assert reason(network(REPOSTED, other)) is None


@pytest.mark.parametrize(
    "facts",
    [
        network(HEADLINE),
        network(SITE),
        network(replace(PLAIN, first_followers=OFFICIAL)),
        network(SHORTENED, members=accounts(followers=9000)),
        network(REPOSTED),
        network(PLAIN, members=accounts(client=RARE)),
    ],
    ids=["via", "site", "official", "outlets", "fans", "client"],
)
def test_accounts_that_look_bought_are_excused_by_nothing_that_weighs_texts_or_audience(facts: NetworkFacts) -> None:
    first, *rest = facts.objects
    alike = replace(facts, objects=(replace(first, group=group(FOLLOWERS, BIRTH)), *rest))

    assert reason(facts) is not None
    assert reason(alike) is None


@pytest.mark.parametrize(
    ("windows", "told"),
    [
        ((replace(FOLLOWERS, evidence=39.0),), "fans"),
        ((replace(FOLLOWERS, evidence=40.0),), None),
        ((replace(FOLLOWERS, evidence=8.0), replace(BIRTH, evidence=7.0)), None),
        ((replace(FOLLOWERS, evidence=8.0), replace(BIRTH, evidence=6.9)), "fans"),
        ((replace(FOLLOWERS, inside=3), replace(BIRTH, inside=3)), "fans"),
    ],
)
def test_one_window_must_overwhelm_where_two_need_not(windows: tuple[WindowFacts, ...], told: str | None) -> None:
    assert reason(network(replace(REPOSTED, group=group(*windows)))) == told


def test_an_app_and_its_numbers_excuse_accounts_that_look_bought() -> None:
    filled = text("I walked 10 steps today", "I walked 20 steps today", group=group(FOLLOWERS, BIRTH))

    assert reason(network(filled)) == "template"
    assert reason(network(replace(PLAIN, group=group(FOLLOWERS, BIRTH, explained="rare-clients")))) == "app"


@pytest.mark.parametrize(("known", "told"), [(5, "allowed"), (4, None)])
def test_an_operator_vouches_for_half_of_the_accounts(known: int, told: str | None) -> None:
    allowed = AllowList(accounts=frozenset(f"a{n}" for n in range(known)))

    assert reason(network(PLAIN), allowed) == told


def test_an_operator_vouches_for_texts_that_link_to_a_domain() -> None:
    allowed = AllowList(domains=frozenset({"bridge.example"}))
    bought = replace(SITE, group=group(FOLLOWERS, BIRTH))

    assert reason(network(bought)) is None
    assert reason(network(bought), allowed) == "allowed"
    assert reason(network(bought, PLAIN), allowed) is None


def test_an_operator_vouches_for_texts_as_they_are() -> None:
    allowed = AllowList(clusters=frozenset({b"12345678".hex()}))
    known, other = replace(PLAIN, founder=b"12345678"), replace(PLAIN, founder=b"87654321")

    assert reason(network(known, known, known, known, other), allowed) == "allowed"
    assert reason(network(known, known, known, other), allowed) is None


def test_answers_and_empty_objects_are_no_texts_that_could_explain() -> None:
    answers = replace(HEADLINE, kind=Kind.REPLY)

    assert reason(network(answers)) is None
    assert reason(network(replace(HEADLINE, samples=()))) is None
