"""Simulated scenarios: what each campaign and each organic copy looks like, and that nothing but roles tells which."""

from __future__ import annotations

import ast
import math
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import median, pstdev
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import pytest

from pipeline.post import Delete, Post
from pipeline.simulate.campaigns.joiners import Joiners
from pipeline.simulate.campaigns.network import Network
from pipeline.simulate.campaigns.swarm import Swarm
from pipeline.simulate.campaigns.wave import Wave
from pipeline.simulate.crowd import AT_HAND, Names
from pipeline.simulate.draw import fill, moments, some
from pipeline.simulate.lots import draw_lot, hire
from pipeline.simulate.part import Campaign
from pipeline.simulate.scenario import Performance, Scenario
from pipeline.simulate.scenarios import SCENARIOS, draw_scenario
from pipeline.simulate.topics.all import PITCHES, RIVALS, TOPICS
from pipeline.simulate.topics.topic import keywords
from pipeline.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.post import Line
    from pipeline.simulate.roles import Roles

SOURCES = sorted((Path(__file__).parents[2] / "pipeline" / "simulate").rglob("*.py"))
TEMPLATES = [
    pytest.param(template, id=f"{pitch.name}-{code}-{number}")
    for pitch in PITCHES.values()
    for code, templates in pitch.templates.items()
    for number, template in enumerate(templates)
]
SEEDS = (1, 2, 3)
COPIES = {
    "headline",
    "voting",
    "app",
    "giveaway",
    "fans",
    "syndication",
    "union",
    "hyperactive",
    "breaking-news",
}


class Played:
    """A stream that was played to its end."""

    def __init__(self, seed: int) -> None:
        performance = Performance(draw_scenario("everything", seed, 4000), seed)
        self.scenario: Scenario = performance.scenario
        self.lines: list[Line] = list(performance.lines())
        self.roles: Roles = performance.roles()
        self.posts = [line for line in self.lines if isinstance(line, Post)]
        self.by_id = {post.id: post for post in self.posts}
        self.of: dict[str, list[Post]] = defaultdict(list)
        for post in self.posts:
            if post.campaign:
                self.of[post.campaign].append(post)

    def campaigns(self, kind: type[Campaign]) -> list[Campaign]:
        return [part for part in self.scenario.parts if isinstance(part, kind)]

    def cast(self, kind: str) -> list[set[str]]:
        return [set(role.accounts) for role in self.roles.copies.values() if role.kind == kind]


@pytest.fixture(scope="module", params=SEEDS)
def played(request: pytest.FixtureRequest) -> Played:
    return Played(request.param)


def shingles(text: str) -> set[str]:
    text = normalise(text)
    return {text[at : at + 5] for at in range(len(text) - 4)}


def similarities(texts: Iterable[str]) -> list[float]:
    return [len(left & right) / len(left | right) for left, right in combinations(map(shingles, texts), 2)]


# Texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
def test_two_fillings_of_a_template_are_neither_copies_nor_strangers(template: str) -> None:
    random = Random(1)

    assert template.count("[") >= 3
    assert 0.35 <= median(similarities(fill(random, template) for _ in range(40))) <= 0.6


def test_every_topic_has_templates_and_statements_in_english_and_german() -> None:
    sides = Counter(pitch.topic.name for pitch in PITCHES.values())

    assert len(TOPICS) >= 5
    assert set(sides) == set(TOPICS)
    for pitch in PITCHES.values():
        for texts in (pitch.templates, pitch.statements, pitch.replies):
            assert set(texts) == {"en", "de"}
        assert all(len(pitch.templates[code]) >= 4 and len(pitch.statements[code]) >= 2 for code in pitch.templates)


def test_rival_pitches_share_a_topic_and_no_text() -> None:
    for left, right in RIVALS:
        first, second = PITCHES[left], PITCHES[right]

        assert first.topic is second.topic
        assert not {*first.templates["en"], *first.templates["de"]} & {*second.templates["en"], *second.templates["de"]}


# Draws -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_drawn_but_by_random_and_randrange(path: Path) -> None:
    drawn = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and (
            (isinstance(node.value, ast.Name) and node.value.id == "random")
            or (isinstance(node.value, ast.Attribute) and node.value.attr in ("random", "_random"))
        )
    }

    assert drawn - {"random", "randrange"} == set()


def test_moments_are_as_many_as_asked_for_and_in_order() -> None:
    times = list(moments(Random(1), 1000, 2000, 500))
    early = list(moments(Random(1), 1000, 2000, 500, front=3))

    assert len(times) == len(early) == 500
    assert times == sorted(times)
    assert times[0] >= 1000
    assert times[-1] <= 2000
    assert 1450 < median(times) < 1550
    assert median(early) < 1200


def test_some_are_all_different() -> None:
    assert sorted(some(Random(1), range(10), 10)) == list(range(10))
    assert len(set(some(Random(2), range(100), 30))) == 30
    assert len(some(Random(3), range(5), 9)) == 5


def test_an_id_belongs_to_one_account_and_tells_no_role() -> None:
    names = Names(1)
    crowd, others = [names.of_rank(rank) for rank in range(5000)], [names.another() for _ in range(5000)]

    assert len({*crowd, *others}) == 10_000
    # Sorted by id the two kinds lie mixed: the longest run of one of them is short.
    kinds = [name in set(crowd[:1000]) for name in sorted([*crowd[:1000], *others[:1000]])]
    assert max(len(run) for run in "".join("x" if kind else " " for kind in kinds).split()) < 20


def test_accounts_of_a_lot_look_alike_and_ordinary_ones_do_not(played: Played) -> None:
    lot = msgspec.structs.replace(draw_lot(Random(5), "aged"), strays=0.0)
    hired = hire(Random(5), Names(1), played.scenario.begin, [lot], 40, "en", ["plaza"])
    hired_ids = {account for role in played.roles.campaigns.values() for account in role.accounts}
    ordinary = {post.author_id: post for post in played.posts if post.author_id not in hired_ids and post.followers}

    def spread(counts: Iterable[int | None]) -> float:
        return pstdev(math.log10(1 + count) for count in counts if count is not None)

    assert spread(author.followers for author in hired) < 0.5
    assert spread(post.followers for post in ordinary.values()) > 0.7
    days = [(played.scenario.begin - author.born) / 86_400_000 for author in hired]
    assert all(lot.age_days - lot.width_days <= age <= lot.age_days for age in days)
    young = sum(played.scenario.begin - (post.born or 0) < 90 * 86_400_000 for post in ordinary.values())
    assert 0.02 < young / len(ordinary) < 0.12


# Streams ---------------------------------------------------------------------------------------------------------


def test_every_kind_is_there(played: Played) -> None:
    assert {role.kind for role in played.roles.campaigns.values()} == {
        "coordinated-network",
        "copy-paste-wave",
        "amplification-ring",
        "reply-swarm",
    }
    assert {role.kind for role in played.roles.copies.values()} == COPIES
    assert len(played.roles.joiners) >= 3
    assert {post.platform for post in played.posts} == {"plaza", "lantern", "hedge"}
    assert len({post.lang for post in played.posts}) >= 5


def test_no_two_waves_of_a_stream_say_the_same() -> None:
    for seed in range(60):
        waves = [part for part in draw_scenario("everything", seed).parts if isinstance(part, Wave)]
        assert len({(part.pitch, part.statement) for part in waves}) == len(waves)


def test_seeds_differ_in_more_than_the_order_of_words() -> None:
    plans = [draw_scenario("everything", seed).parts for seed in range(1, 21)]
    networks = [[part for part in parts if isinstance(part, Network)] for parts in plans]

    assert len({plan[0].start for plan in plans}) == 20
    assert len({tuple(part.accounts for part in parts) for parts in plans}) == 20
    assert {network.language for plan in networks for network in plan} == {"en", "de"}
    assert {network.rounds > 0 for network in networks[0] + networks[1] + networks[2]} == {True, False}
    assert {network.pitch for plan in networks for network in plan} == set(PITCHES)


def test_labels_stand_on_posts_of_campaigns_alone(played: Played) -> None:
    labelled = defaultdict(set)
    for post in played.posts:
        if post.campaign:
            labelled[post.campaign].add(post.author_id)
    hired = set().union(*labelled.values())

    assert {name: sorted(accounts) for name, accounts in labelled.items()} == {
        name: role.accounts for name, role in played.roles.campaigns.items()
    }
    assert all(hired.isdisjoint(role.accounts) for role in played.roles.copies.values())
    assert all(hired.isdisjoint(joiners) for joiners in played.roles.joiners.values())
    assert all(hired.isdisjoint(role.targets) for role in played.roles.campaigns.values())
    assert all(role.targets for role in played.roles.campaigns.values() if role.kind == "amplification-ring")


def test_the_organic_scenario_has_no_campaign() -> None:
    performance = Performance(draw_scenario("organic", 4, 1000), 4)
    lines = list(performance.lines())

    assert not any(isinstance(line, Post) and line.campaign for line in lines)
    assert performance.roles().campaigns == {}
    assert performance.roles().joiners == {}
    assert {role.kind for role in performance.roles().copies.values()} == COPIES


def test_a_demo_has_every_kind_of_campaign_rivals_and_joiners() -> None:
    parts = draw_scenario("demo", 7).parts

    assert {part.kind for part in parts if part.role == "campaign"} == {
        "coordinated-network",
        "copy-paste-wave",
        "amplification-ring",
        "reply-swarm",
    }
    assert sum(part.name.startswith("rival-") for part in parts) == 2
    assert any(isinstance(part, Joiners) for part in parts)


def test_the_number_of_ordinary_posts_is_about_the_one_asked_for() -> None:
    plan = draw_scenario("organic", 1, 3000)
    alone = Scenario(plan.name, plan.begin, plan.minutes, 3000, plan.crowd, plan.topics, ())

    posts = [line for line in Performance(alone, 1).lines() if isinstance(line, Post) and not line.is_repost]

    assert 0.75 * 3000 < len(posts) < 3200


def test_what_is_kept_does_not_grow_with_the_stream() -> None:
    plan = draw_scenario("organic", 1)
    waiting = []
    for hours in (10, 40):
        long = Scenario("long", plan.begin, 60 * hours, 400 * hours, 10**7, plan.topics, ())
        performance = Performance(long, 1)
        waiting.append(max(performance.stage.waiting() for _ in performance.lines()))
        assert len(performance.stage.crowd._known) <= AT_HAND

    assert max(waiting) < 60


# Campaigns -------------------------------------------------------------------------------------------------------


def test_a_network_posts_its_templates_again_and_again(played: Played) -> None:
    for part in played.campaigns(Network):
        posts = played.of[part.name]
        often = Counter(post.author_id for post in posts)

        assert median(often.values()) >= 2, part.name
        assert len({post.text for post in posts}) > 0.5 * len(posts), part.name


def test_a_wave_is_one_text_under_many_names_within_minutes(played: Played) -> None:
    for part in played.campaigns(Wave):
        posts = played.of[part.name]

        assert 25 <= len(posts) == len({post.author_id for post in posts}) <= 60
        assert posts[-1].at - posts[0].at <= 30 * 60_000
        assert min(similarities({post.text for post in posts}), default=1) > 0.6


def test_a_ring_reposts_the_same_few_authors_in_step(played: Played) -> None:
    rings = {name: role for name, role in played.roles.campaigns.items() if role.kind == "amplification-ring"}

    assert rings
    for name, role in rings.items():
        posts = played.of[name]
        originals = [played.by_id[post.repost_of or ""] for post in posts]
        assert all(post.is_repost and post.repost_author_id in role.targets for post in posts)
        assert all(0 < post.at - original.at < 30 * 60_000 for post, original in zip(posts, originals, strict=True))
        assert not any(original.campaign for original in originals)
        assert median(Counter(post.author_id for post in posts).values()) >= 2


def test_a_swarm_answers_ordinary_posts_with_its_keyword_within_seconds(played: Played) -> None:
    for part in played.campaigns(Swarm):
        assert isinstance(part, Swarm)
        words = keywords(PITCHES[part.pitch].topic)
        posts = played.of[part.name]
        assert len(posts) >= 20
        for post in posts:
            heard = played.by_id[post.reply_to or ""]
            assert heard.campaign is None
            assert heard.platform == post.platform
            assert any(word in heard.text.casefold() for word in words)
            assert 0 < post.at - heard.at <= part.seconds * 1000
        assert len({post.text for post in posts}) > 10
        assert median(Counter(post.author_id for post in posts).values()) >= 2


def test_rivals_quarrel_at_the_same_time_on_one_topic(played: Played) -> None:
    first, second = (part for part in played.campaigns(Network) if part.name.startswith("rival-"))

    assert isinstance(first, Network)
    assert isinstance(second, Network)
    assert PITCHES[first.pitch].topic is PITCHES[second.pitch].topic
    assert first.start <= second.start < first.start + first.minutes
    assert not {post.author_id for post in played.of[first.name]} & {p.author_id for p in played.of[second.name]}


def test_one_network_spreads_over_platforms_and_communities(played: Played) -> None:
    posts = played.of["network-spread"]

    assert {post.platform for post in posts} == {"plaza", "lantern", "hedge"}
    assert len({post.community for post in posts if post.community}) >= 3


def test_joiners_come_after_the_campaign_and_help_once_or_twice(played: Played) -> None:
    for part in played.scenario.parts:
        if not isinstance(part, Joiners):
            continue
        texts = {post.text for post in played.of[part.of]}
        joined = [
            post
            for post in played.posts
            if post.author_id in played.roles.joiners[part.name]
            and post.campaign is None
            and (post.text in texts or (post.is_repost and post.repost_of in {p.id for p in played.of[part.of]}))
        ]
        assert joined
        assert min(post.at for post in joined) > played.of[part.of][0].at
        assert max(Counter(post.author_id for post in joined).values()) <= 4


def test_deletions_follow_their_posts_and_take_most_of_a_vanishing_campaign(played: Played) -> None:
    written: set[tuple[str, str]] = set()
    deleted: dict[str, int] = {}
    for line in played.lines:
        if isinstance(line, Post):
            written.add((line.platform, line.id))
        elif isinstance(line, Delete):
            assert (line.platform, line.id) in written
            assert line.id not in deleted
            deleted[line.id] = line.at

    for part in played.campaigns(Campaign):
        posts = played.of[part.name]
        gone = [deleted[post.id] - post.at for post in posts if post.id in deleted]
        if part.vanish_minutes:
            assert len(gone) > 0.75 * len(posts)
            assert max(gone) <= part.vanish_minutes * 60_000
        else:
            assert gone == []
    assert any(not played.by_id[name].campaign for name in deleted)


# Organic copies --------------------------------------------------------------------------------------------------


def test_headlines_and_votes_are_copied_by_strangers_with_one_link_domain_or_client(played: Played) -> None:
    shared = [post for post in played.posts if "via @" in post.text and not post.is_repost and post.urls]
    domains = defaultdict(set)
    for post in shared:
        domains[post.text.rsplit("@", 1)[1]].add(urlsplit((post.urls or [""])[0]).netloc)
    assert len(domains) == 2
    assert all(len(names) == 1 for names in domains.values())
    assert max(Counter(post.text for post in shared).values()) >= 8

    voters = played.cast("voting")
    clients = Counter(post.client for post in played.posts if (post.client or "").startswith("Vote-"))
    assert len(voters) == 2
    assert len(clients) == 1
    assert min(map(len, voters)) >= 20


def test_apps_post_for_their_users_through_one_rare_client(played: Played) -> None:
    for name, role in played.roles.copies.items():
        if role.kind == "app":
            style = name.removeprefix("app-").title()
            posts = [post for post in played.posts if (post.client or "").endswith(f" {style}")]
            assert {post.author_id for post in posts} == set(role.accounts)
            assert len({post.client for post in posts}) == 1
            assert len(posts) > 1.5 * len(role.accounts)


def test_outlets_share_headlines_with_links_again_and_again(played: Played) -> None:
    (outlets,) = played.cast("syndication")
    posts = [post for post in played.posts if post.author_id in outlets]

    assert 5 <= len(outlets) <= 8
    assert all(post.urls and post.client and (post.followers or 0) >= 10_000 for post in posts)
    assert min(Counter(post.author_id for post in posts).values()) >= 5


def test_fans_come_back_again_and_again(played: Played) -> None:
    for fans in played.cast("fans"):
        often = Counter(post.author_id for post in played.posts if post.author_id in fans)
        assert median(often.values()) >= 3


def test_union_members_say_so_and_post_once_or_twice(played: Played) -> None:
    (members,) = played.cast("union")
    posts = [post for post in played.posts if "union " in post.text or "Gewerkschaft " in post.text]
    shared = Counter(post.author_id for post in posts if not post.is_repost and post.author_id in members)

    assert set(shared) == members
    assert max(shared.values()) <= 2


def test_one_account_posts_one_text_hundreds_of_times(played: Played) -> None:
    texts = Counter((post.author_id, post.text) for post in played.posts if not post.is_repost)
    ((author, _), count), *_ = texts.most_common(1)

    assert count >= 150
    assert author in played.cast("hyperactive")[0]


def test_breaking_news_is_reposted_and_quoted_by_many_strangers(played: Played) -> None:
    first = next(post for post in played.posts if post.text.startswith("BREAKING: "))
    reposts = {post.author_id for post in played.posts if post.repost_of == first.id}
    quotes = {post.author_id for post in played.posts if post.quote_of == first.id}

    assert len(reposts) >= 40
    assert len(quotes) >= 20


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_drawn_alike_for_a_seed(name: str) -> None:
    drawn = [draw_scenario(scenario, 5) for scenario in SCENARIOS if scenario == name]

    assert drawn == [draw_scenario(scenario, 5) for scenario in SCENARIOS if scenario == name]
    assert drawn != [draw_scenario(scenario, 6) for scenario in SCENARIOS if scenario == name]
