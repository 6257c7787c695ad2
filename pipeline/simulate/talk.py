"""Organic chatter: sentences of their own, answers, reposts, links, talk on topics, and what many say word for word."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pipeline.simulate.author import DAY_MS
from pipeline.simulate.chatter import busy, name, sentence
from pipeline.simulate.crowd import community
from pipeline.simulate.draw import between, moments, one
from pipeline.simulate.places import PLATFORMS
from pipeline.simulate.speech import SPEECH_OF, aside, commonplace
from pipeline.simulate.topics.all import TOPICS
from pipeline.simulate.vocabulary import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from pipeline.post import Post
    from pipeline.simulate.author import Author
    from pipeline.simulate.stage import Stage

REPOSTED: Final = 0.12
ANSWERED: Final = 0.13
ADDRESSED: Final = 0.7
"""Share of answers that begin with the other's name."""

QUOTED: Final = 0.02
COMMONPLACE: Final = 0.02
DELETED: Final = 0.012
"""Share of ordinary posts that are deleted within the hour."""

VIRAL: Final = 0.0015
"""Share of ordinary posts that strangers repost by the dozen."""

_TOPIC: Final = 0.14
_TAGGED: Final = 0.15
_LINKED: Final = 0.06
_SITES: Final = ("photos", "blog", "video", "recipes", "maps", "radio", "shop", "weather")
_SUM_STEP_MS: Final = 600_000


def chatter(stage: Stage, random: Random, posts: int, minutes: float, topics: Sequence[str]) -> Iterator[int]:
    """Speak about ``posts`` times in so many minutes, most in the afternoon (UTC); a process for `Stage`."""
    end = stage.begin + int(minutes * 60_000)
    steps = range(stage.begin, end, _SUM_STEP_MS)
    gap = sum(map(busy, steps)) * _SUM_STEP_MS / max(1, posts)
    at = float(stage.begin)
    while at < end:
        at -= gap * math.log(1 - random.random()) / busy(int(at))
        yield int(at)
        speak(stage, random, stage.crowd.speaker(random, stage.now), topics)


def speak(stage: Stage, random: Random, author: Author, topics: Sequence[str] = ()) -> Post:
    """Let an account post something ordinary."""
    draw = random.random()
    earlier = stage.latest(random, author.platform)
    if earlier and PLATFORMS[author.platform].reposts and draw < REPOSTED:
        return stage.repost(author, earlier)
    where = community(random, author)
    if earlier and REPOSTED < draw < REPOSTED + ANSWERED:
        named = [earlier.author_id] if random.random() < ADDRESSED else None
        text = (f"@{earlier.author_id} " if named else "") + answer(random, author)
        return stage.say(author, text, reply_to=earlier.id, mentions=named, community=earlier.community or where)
    if earlier and draw > 1 - QUOTED:
        return stage.say(author, answer(random, author), quote_of=earlier.id, community=where)
    if 1 - QUOTED - COMMONPLACE < draw < 1 - QUOTED:
        return stage.say(author, commonplace(random, author.language), community=where)
    post = _own(stage, random, author, topics, where)
    if random.random() < DELETED:
        stage.vanish(post, stage.now + int(between(random, 1, 60) * 60_000))
    elif PLATFORMS[author.platform].reposts and random.random() < VIRAL:
        stage.enter(_go_viral(stage, random, post))
    return post


def _go_viral(stage: Stage, random: Random, post: Post) -> Iterator[int]:
    """Let strangers repost a post, most of them soon."""
    count = 8 + int(60 * random.random() ** 2)
    for at in moments(random, post.at, post.at + between(random, 30, 240) * 60_000, count, front=2):
        yield at
        stage.repost(stage.crowd.stranger(random, post.platform), post)


def _own(stage: Stage, random: Random, author: Author, topics: Sequence[str], where: str | None) -> Post:
    text, tags, urls = own_words(random, author, topics), [], []
    if random.random() < _TAGGED:
        tags = [TOPICS[one(random, topics)].tag if topics and random.random() < 0.3 else one(random, TAGS)]
        text += f" #{tags[0]}"
    if random.random() < _LINKED:
        urls = [f"https://{one(random, _SITES)}.example/{random.randrange(10**7)}"]
        text += f" {urls[0]}"
    return stage.say(author, text, hashtags=tags or None, urls=urls or None, community=where)


def own_words(random: Random, author: Author, topics: Sequence[str]) -> str:
    """Return a sentence of one's own, now and then on a topic of the day."""
    if topics and random.random() < _TOPIC:
        words = sentence(random, author.language).split(" ")
        return f"{aside(random, author.language, TOPICS[one(random, topics)])}, {' '.join(words[-6:])} {name(random)}"
    return sentence(random, author.language)


def answer(random: Random, author: Author) -> str:
    """Return an answer: a word or two, mostly with a sentence's end that is one's own."""
    reaction = one(random, SPEECH_OF[author.language.code].reactions)
    if random.random() < 0.15:
        return reaction
    words = sentence(random, author.language).split(" ")
    return f"{reaction}, {' '.join(words[-(3 + random.randrange(6)) :])} {name(random)}"


def mingle(stage: Stage, random: Random, accounts: Sequence[Author], end: int, posts_a_day: float) -> Iterator[int]:
    """Let accounts post ordinary things now and then, as hired ones do to look like anybody."""
    gap = DAY_MS / max(1e-9, posts_a_day * len(accounts))
    at = float(stage.now)
    while at < end:
        at -= gap * math.log(1 - random.random()) / busy(int(at))
        yield int(at)
        speak(stage, random, one(random, accounts))
