"""The benign gate: what explains a find without a campaign. Pure.

Each rule looks for one innocent cause, says what it measures of it, and names it. What the gate suppresses is told,
never dropped. Rules that weigh texts or audience alone stay silent where the accounts look alike beyond chance.
"""

from __future__ import annotations

import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Final, TypeAlias

from pipeline.detect.alike import bought, percent, strongest
from pipeline.detect.allow import NOBODY, AllowList
from pipeline.detect.causes import (
    MOST,
    OFFICIAL,
    RARE_CLIENT,
    has_rare_client,
    is_of_usual_client,
    is_official,
    meetings,
)
from pipeline.detect.replies import find_answers
from pipeline.detect.rule import Condition, Reason, Rule, Suppression, Weighed
from pipeline.text.links import LINK, link_domains
from pipeline.text.normalise import compared
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pipeline.detect.facts import NetworkFacts, ObjectFacts

__all__ = ["NOBODY", "AllowList", "Reason", "Suppression", "vouched_for", "weigh", "weigh_all"]

REPOSTED: Final = 0.45
"""Share of reposts among the shared posts from which accounts are a public, not authors."""

KNOWN_NAMES: Final = 5_000
"""Median followers from which a small group is a group of outlets."""

OUTLETS: Final = 16
"""Accounts above which a group is no circle of newsrooms."""

_NUMBER = re.compile(r"\d+")
_VIA = re.compile(r"\bvia @\w+\W*$", re.IGNORECASE)
_STAR = re.compile(r"RT @(\w+)", re.IGNORECASE)


Steps: TypeAlias = "Generator[Condition, None, Suppression]"


def weigh(facts: NetworkFacts, allowed: AllowList = NOBODY) -> Suppression | None:
    """Return the first cause that explains the network, None where there is none."""
    rules = ALWAYS if bought(facts) else (*ALWAYS, *OF_UNSUSPICIOUS)
    found = vouched_for(facts, allowed)
    return found or next((cause for rule in rules if (cause := rule(facts)) is not None), None)


def weigh_all(facts: NetworkFacts, allowed: AllowList = NOBODY) -> list[Weighed]:
    """Return what every rule measures of the network, in the order in which `weigh` asks; empty lists are no rule."""
    unsuspicious = not bought(facts)
    return [
        *(rule.measure(facts) for rule in (() if allowed == NOBODY else vouchers(allowed))),
        *(rule.measure(facts) for rule in ALWAYS),
        *(rule.measure(facts, asked=unsuspicious) for rule in OF_UNSUSPICIOUS),
    ]


def vouched_for(facts: NetworkFacts, allowed: AllowList) -> Suppression | None:
    """The operator's own lists: half of the accounts, or most of the texts by their link or as they are."""
    if allowed == NOBODY:
        return None
    return next((cause for rule in vouchers(allowed) if (cause := rule(facts)) is not None), None)


def vouchers(allowed: AllowList) -> tuple[Rule, Rule, Rule]:
    """Return the rules of an operator's own lists: accounts, then link domains, then texts."""

    def of_allowed_accounts(facts: NetworkFacts) -> Steps:
        members = sum(row.author_id in allowed.accounts for row in facts.members)
        yield at_least("accounts on the allow list", _share(members, len(facts.members)), 0.5)
        return Suppression("allowed", f"{members} of {len(facts.members)} accounts are on the allow list")

    def of_allowed_domains(facts: NetworkFacts) -> Steps:
        texts = _texts(facts)
        linking = sum(not allowed.domains.isdisjoint(link_domains(text.samples)) for text in texts)
        yield at_least("texts that link to a domain on the allow list", _share(linking, len(texts)), MOST)
        return Suppression("allowed", f"{linking} of {len(texts)} texts link to a domain on the allow list")

    def of_allowed_texts(facts: NetworkFacts) -> Steps:
        texts = _texts(facts)
        known = sum(each.founder.hex() in allowed.clusters for each in texts)
        yield at_least("texts whose cluster is on the allow list", _share(known, len(texts)), MOST)
        return Suppression("allowed", f"{known} of {len(texts)} texts are of clusters on the allow list")

    return Rule(of_allowed_accounts), Rule(of_allowed_domains), Rule(of_allowed_texts)


@Rule
def of_an_app(facts: NetworkFacts) -> Steps:
    """One app or share button made the copies that brought the look-alikes together."""
    found = strongest(facts)
    explained = found.group.explained if found is not None and found.group is not None else ""
    yield at_least("one site or app behind the text of the look-alikes, 1 for yes", float(bool(explained)), 1)
    if explained == "one-domain":
        return Suppression(
            "share-button", "most of the posts link to one and the same site, as its share button or feed does"
        )
    return Suppression("app", "half of the accounts or more post with an app that hardly anybody else uses")


@Rule
def of_a_rare_client(facts: NetworkFacts) -> Steps:
    """Nearly all accounts write with clients that hardly anybody else in the stream uses: none of bots that answer."""
    clients = Counter(row.client for row in facts.members if row.client is not None)
    rare = {name: count for name, count in clients.items() if facts.baseline.client_share(name) <= RARE_CLIENT}
    what = f"accounts on clients that {RARE_CLIENT:.0%} of the stream use at most"
    yield at_least(what, _share(sum(rare.values()), len(facts.members)), MOST)
    posts, reposts = _posts(facts)
    yield above("shared posts that are no reposts", _share(posts - reposts, posts), 0.5)
    answers = find_answers(facts)
    yield at_most("strangers answered together within seconds, 1 for yes", float(bool(answers and answers.is_hasty)), 0)
    name, count = max(rare.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    who, share = f'{count} of {len(facts.members)} accounts post with "{name}"', facts.baseline.client_share(name)
    return Suppression("app", f"{who}, as {percent(share)} of this stream do: an app writes for them")


@Rule
def of_numbers(facts: NetworkFacts) -> Steps:
    """Texts that differ in nothing but numbers are filled in by an app or a script: a time, a score, a count."""
    texts = _texts(facts)
    filled = sum(each.posts for each in texts if _differs_in_numbers(each.samples))
    yield at_least("posts that differ in numbers alone", _share(filled, sum(each.posts for each in texts)), MOST)
    return Suppression("template", "the copies differ in nothing but a number, as those that an app fills in")


@Rule
def of_a_share_button(facts: NetworkFacts) -> Steps:
    """Headlines as a share button writes them: a link in all of them, and the outlet's name or one site."""
    every = _texts(facts)
    texts = [each for each in every if _is_linked(each)]
    yield at_least("texts that carry a link in nearly all posts", _share(len(texts), len(every)), MOST)
    named = sum(any(_VIA.search(LINK.sub("", sample).strip()) for sample in each.samples) for each in texts)
    sites = Counter(domain for each in texts for domain in link_domains(each.samples))
    site, count = max(sites.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    what = "of these, texts that end in “via @…”, or that link to one site"
    yield at_least(what, _share(max(named, count), len(texts)), MOST)
    if _share(named, len(texts)) >= MOST:
        return Suppression("share-button", f"{named} of {len(texts)} texts end in “via @…”, as share buttons do")
    return Suppression("share-button", f"{count} of {len(texts)} texts link to {site}, as its share button does")


@Rule
def of_an_official_text(facts: NetworkFacts) -> Steps:
    """A very large account, or the one that they name, wrote the texts first, and its public copies them."""
    texts = _texts(facts)
    official = sum(is_official(each) for each in texts)
    what = f"texts that an account of {OFFICIAL:,} followers, or the one that they name, wrote first"
    yield at_least(what, _share(official, len(texts)), MOST)
    return Suppression(
        "template",
        f"{official} of {len(texts)} texts were first written by an account of {OFFICIAL:,} followers or more, or by "
        "the one that they name",
    )


@Rule
def of_several_causes(facts: NetworkFacts) -> Steps:
    """Texts that have their innocent cause each, and a few people who took part in more than one of them."""
    texts = [each for each in _texts(facts) if each.network_members > 1]
    every = sum(meetings(each) for each in texts)
    rare = has_rare_client(facts)
    by_app = sum(meetings(each) for each in texts if rare and is_of_usual_client(each))
    official = sum(meetings(each) for each in texts if is_official(each) and not (rare and is_of_usual_client(each)))
    what = "meetings at texts that an app, a very large account or the one that they name wrote first"
    yield at_least(what, _share(by_app + official, every), MOST)
    return Suppression(
        "app" if by_app >= official else "template",
        f"{_share(by_app, every):.0%} of the meetings are at texts that one app writes, {_share(official, every):.0%} "
        "at texts that a very large account or the one that they name wrote first: crowds with a few people in common",
    )


@Rule
def of_syndication(facts: NetworkFacts) -> Steps:
    """A few outlets with a public of their own that carry the same headlines."""
    followers = [row.followers for row in facts.members if row.followers is not None]
    yield at_most("number of accounts", len(facts.members), OUTLETS)
    yield at_least("accounts whose followers are known", _share(len(followers), len(facts.members)), 0.5)
    usual = median(followers) if followers else 0
    yield at_least("median of their followers", usual, KNOWN_NAMES)
    texts = _texts(facts)
    linked = sum(_is_linked(each) and 2 * each.reposts < each.posts for each in texts)
    yield at_least("texts with a link that are no reposts", _share(linked, len(texts)), MOST)
    return Suppression(
        "syndication",
        f"{len(facts.members)} accounts, half of them with {usual:,.0f} followers or more, "
        "carry the same headlines with a link: newsrooms or their feeds",
    )


@Rule
def of_fans(facts: NetworkFacts) -> Steps:
    """Accounts that repost one and the same author again and again, and nothing says that they were bought."""
    posts, reposts = _posts(facts)
    yield at_least("reposts among the shared posts", _share(reposts, posts), REPOSTED)
    stars = Counter(star[1] for each in _texts(facts) if (star := _STAR.match(each.samples[0])))
    of_one = _share(max(stars.values()), stars.total()) if stars else 0.0
    yield at_least("reposted texts that are of one author", of_one, MOST)
    return Suppression(
        "fans",
        f"{reposts} of {posts} shared posts are reposts, and nothing about the accounts is out of the ordinary: "
        "a circle of fans or friends",
    )


ALWAYS: Final = (of_an_app, of_numbers)
OF_UNSUSPICIOUS: Final = (
    of_a_rare_client,
    of_a_share_button,
    of_an_official_text,
    of_several_causes,
    of_syndication,
    of_fans,
)
"""Rules that are asked only where the accounts do not look bought."""


def at_least(what: str, measured: float, bound: float) -> Condition:
    """Return a condition that is met from its bound on."""
    return Condition(what, measured, "at least", bound)


def at_most(what: str, measured: float, bound: float) -> Condition:
    """Return a condition that is met up to its bound."""
    return Condition(what, measured, "at most", bound)


def above(what: str, measured: float, bound: float) -> Condition:
    """Return a condition that is met above its bound."""
    return Condition(what, measured, "above", bound)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _posts(facts: NetworkFacts) -> tuple[int, int]:
    """Posts of the shared texts, and the reposts among them."""
    texts = _texts(facts)
    return sum(each.posts for each in texts), sum(each.reposts for each in texts)


def _texts(facts: NetworkFacts) -> list[ObjectFacts]:
    return [each for each in facts.objects if each.kind == Kind.TEXT and each.samples]


def _is_linked(each: ObjectFacts) -> bool:
    return each.links >= 0.9 * each.posts


def _differs_in_numbers(samples: Sequence[str]) -> bool:
    texts = {compared(sample) for sample in samples}
    return len(texts) > 1 and len({_NUMBER.sub("#", text) for text in texts}) == 1
