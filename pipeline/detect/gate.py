"""The benign gate: what explains a find without a campaign. Pure.

Each rule looks for one innocent cause and names it. What the gate suppresses is told, never dropped. Rules that weigh
texts or audience alone stay silent where the accounts look alike beyond chance.
"""

from __future__ import annotations

import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pipeline.detect.alike import bought, percent, strongest
from pipeline.text.normalise import normalise
from pipeline.text.traces import SHORTENERS, Kind, link_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.detect.facts import NetworkFacts, ObjectFacts

Reason = Literal["app", "share-button", "template", "syndication", "fans", "allowed"]

MOST: Final = 0.8
"""Share of a network's texts, or of its accounts, that a cause must explain."""

REPOSTED: Final = 0.45
"""Share of reposts among the shared posts from which accounts are a public, not authors."""

RARE_CLIENT: Final = 0.03
"""Share of the stream's authors up to which a client is one that hardly anybody uses."""

KNOWN_NAMES: Final = 5_000
"""Median followers from which a small group is a group of outlets."""

OUTLETS: Final = 16
"""Accounts above which a group is no circle of newsrooms."""

OFFICIAL: Final = 100_000
"""Followers from which an account's text is an official template for those who copy it."""

_NUMBER = re.compile(r"\d+")
_VIA = re.compile(r"\bvia @\w+\W*$", re.IGNORECASE)
_STAR = re.compile(r"RT @(\w+)", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+")


class Suppression(msgspec.Struct, frozen=True):
    """Why a find is not worth an alert: a named reason and a sentence for people."""

    reason: Reason
    text: str


class AllowList(msgspec.Struct, frozen=True):
    """Accounts and link domains that an operator vouches for."""

    accounts: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


NOBODY: Final = AllowList()


def weigh(facts: NetworkFacts, allowed: AllowList = NOBODY) -> Suppression | None:
    """Return the first cause that explains the network, None where there is none."""
    rules: list[Callable[[NetworkFacts], Suppression | None]] = [of_an_app, of_numbers]
    if not bought(facts):
        rules += [of_a_rare_client, of_a_share_button, of_an_official_text, of_syndication, of_fans]
    found = vouched_for(facts, allowed)
    return found or next((cause for rule in rules if (cause := rule(facts)) is not None), None)


def vouched_for(facts: NetworkFacts, allowed: AllowList) -> Suppression | None:
    """The operator's own lists: half of the accounts, or most of the texts by their link."""
    members = sum(row.author_id in allowed.accounts for row in facts.members)
    if members and 2 * members >= len(facts.members):
        return Suppression("allowed", f"{members} of {len(facts.members)} accounts are on the allow list")
    if not allowed.domains:
        return None
    texts = _texts(facts)
    linking = sum(not allowed.domains.isdisjoint(_domains(text)) for text in texts)
    if linking and linking >= MOST * len(texts):
        return Suppression("allowed", f"{linking} of {len(texts)} texts link to a domain on the allow list")
    return None


def of_an_app(facts: NetworkFacts) -> Suppression | None:
    """One app or share button made the copies that brought the look-alikes together."""
    found = strongest(facts)
    if found is None or found.group is None or not found.group.explained:
        return None
    if found.group.explained == "one-domain":
        return Suppression("share-button", "most of the posts link to one and the same site, as its share button does")
    return Suppression("app", "half of the accounts or more post with an app that hardly anybody else uses")


def of_a_rare_client(facts: NetworkFacts) -> Suppression | None:
    """Nearly all accounts write with clients that hardly anybody else in the stream uses."""
    clients = Counter(row.client for row in facts.members if row.client is not None)
    rare = {name: count for name, count in clients.items() if facts.baseline.client_share(name) <= RARE_CLIENT}
    posts, reposts = _posts(facts)
    if not rare or sum(rare.values()) < MOST * len(facts.members) or 2 * reposts >= posts:
        return None
    name, count = max(rare.items(), key=lambda item: (item[1], item[0]))
    who = f'{count} of {len(facts.members)} accounts post with "{name}"'
    share = percent(facts.baseline.client_share(name))
    return Suppression("app", f"{who}, as {share} of this stream do: an app writes for them")


def of_numbers(facts: NetworkFacts) -> Suppression | None:
    """Texts that differ in nothing but numbers are filled in by an app or a script: a time, a score, a count."""
    texts = _texts(facts)
    filled = [each for each in texts if _differs_in_numbers(each.samples)]
    posts = sum(each.posts for each in texts)
    if not filled or sum(each.posts for each in filled) < MOST * posts:
        return None
    return Suppression("template", "the copies differ in nothing but a number, as those that an app fills in")


def of_a_share_button(facts: NetworkFacts) -> Suppression | None:
    """Headlines as a share button writes them: a link in all of them, and the outlet's name or one site."""
    texts = [each for each in _texts(facts) if _is_linked(each)]
    if not texts or len(texts) < MOST * len(_texts(facts)):
        return None
    named = sum(any(_VIA.search(_LINK.sub("", sample).strip()) for sample in each.samples) for each in texts)
    if named >= MOST * len(texts):
        return Suppression("share-button", f"{named} of {len(texts)} texts end in “via @…”, as share buttons do")
    sites = Counter(domain for each in texts for domain in _domains(each))
    site, count = max(sites.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if count >= MOST * len(texts):
        return Suppression("share-button", f"{count} of {len(texts)} texts link to {site}, as its share button does")
    return None


def of_an_official_text(facts: NetworkFacts) -> Suppression | None:
    """A very large account wrote the texts first, and its public copies them."""
    texts = _texts(facts)
    official = sum((each.first_followers or 0) >= OFFICIAL for each in texts)
    if not texts or official < MOST * len(texts):
        return None
    return Suppression(
        "template", f"an account of {OFFICIAL:,} followers or more wrote {official} of {len(texts)} texts first"
    )


def of_syndication(facts: NetworkFacts) -> Suppression | None:
    """A few outlets with a public of their own that carry the same headlines."""
    followers = [row.followers for row in facts.members if row.followers is not None]
    texts = _texts(facts)
    linked = sum(_is_linked(each) and 2 * each.reposts < each.posts for each in texts)
    small = len(facts.members) <= OUTLETS
    if not small or not followers or 2 * len(followers) < len(facts.members) or not texts:
        return None
    if median(followers) < KNOWN_NAMES or linked < MOST * len(texts):
        return None
    return Suppression(
        "syndication",
        f"{len(facts.members)} accounts, half of them with {median(followers):,.0f} followers or more, "
        "carry the same headlines with a link: newsrooms or their feeds",
    )


def of_fans(facts: NetworkFacts) -> Suppression | None:
    """Accounts that repost one and the same author again and again, and nothing says that they were bought."""
    posts, reposts = _posts(facts)
    stars = Counter(star[1] for each in _texts(facts) if (star := _STAR.match(each.samples[0])))
    if not stars or reposts < REPOSTED * posts or max(stars.values()) < MOST * stars.total():
        return None
    return Suppression(
        "fans",
        f"{reposts} of {posts} shared posts are reposts, and nothing about the accounts is out of the ordinary: "
        "a circle of fans or friends",
    )


def _posts(facts: NetworkFacts) -> tuple[int, int]:
    """Posts of the shared texts, and the reposts among them."""
    texts = _texts(facts)
    return sum(each.posts for each in texts), sum(each.reposts for each in texts)


def _texts(facts: NetworkFacts) -> list[ObjectFacts]:
    return [each for each in facts.objects if each.kind == Kind.TEXT and each.samples]


def _is_linked(each: ObjectFacts) -> bool:
    return each.links >= 0.9 * each.posts


def _domains(each: ObjectFacts) -> set[str]:
    """Sites that the samples link to, those of shorteners aside."""
    links = (link for sample in each.samples for link in _LINK.findall(sample))
    return {link_target(link).split("/", 1)[0] for link in links} - SHORTENERS


def _differs_in_numbers(samples: Sequence[str]) -> bool:
    texts = {normalise(sample) for sample in samples}
    return len(texts) > 1 and len({_NUMBER.sub("#", text) for text in texts}) == 1
