"""A town's stream in which bots answer everybody who names a tag, among people who answer in all their own ways."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from pipeline.incidents.public import rfc3339
from pipeline.post import Post, Tick, encode_line
from pipeline.simulate.chatter import sentence
from pipeline.simulate.stream import START_MS, simulate
from pipeline.simulate.vocabulary import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

SECOND, MINUTE = 1000, 60_000
TAG = "#HarrowfenTram"
BOTS = tuple(f"bot{number}" for number in range(8))


class Town:
    """Posts in the making: each gets an id, and says something of its own."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.posts: list[Post] = []

    def say(self, author: str, at: int, more: str = "", reply_to: str | None = None) -> Post:
        post = Post(
            id=f"t{len(self.posts)}",
            platform="simulated",
            author_id=author,
            text=f"{sentence(self.random, ENGLISH)} {more}".strip(),
            created_at=rfc3339(at),
            reply_to=reply_to,
            at=at,
        )
        self.posts.append(post)
        return post

    def answer(self, post: Post, authors: Iterable[str], delay: Callable[[], float]) -> None:
        for author in authors:
            self.say(author, post.at + int(SECOND * delay()), reply_to=post.id)

    def between(self, least: float, most: float) -> Callable[[], float]:
        return lambda: self.random.uniform(least, most)


def swarm(town: Town) -> None:
    """Eight bots answer 30 posts of 24 authors that name the tag, after 2 to 12 seconds."""
    for number in range(30):
        post = town.say(f"rider{number % 24}", START_MS + 15 * MINUTE + number * 95 * SECOND, TAG)
        town.answer(post, BOTS, town.between(2, 12))


def thread_of_strangers(town: Town) -> None:
    for number in range(3):
        post = town.say(f"mayor{number}", START_MS + (20 + 7 * number) * MINUTE, "#TownHall")
        town.answer(post, [f"stranger{number}.{who}" for who in range(60)], town.between(4, 400))


def friends(town: Town) -> None:
    """Twelve friends answer whoever of them spoke last, for an hour: half within seconds, half when they can."""
    names = [f"friend{number:02d}" for number in range(12)]
    at = START_MS + 10 * MINUTE
    post = town.say(names[0], at, "#FridayGang")
    for _ in range(160):
        at += int(SECOND * town.random.uniform(3, 25))
        others = [name for name in names if name != post.author_id]
        town.random.shuffle(others)
        town.answer(post, [name for name in others[1:] if name < "friend06"], town.between(2, 20))
        town.answer(post, [name for name in others[1:] if name >= "friend06"], town.between(125, 500))
        post = town.say(others[0], at, "#FridayGang", reply_to=post.id)


def fans(town: Town) -> None:
    """Six fans answer every post of one star at once."""
    for number in range(20):
        post = town.say("star", START_MS + (8 + 2 * number) * MINUTE, "#NewSongOut")
        town.answer(post, [f"fan{who}" for who in range(6)], town.between(3, 30))


def helpers(town: Town) -> None:
    """Five helpers answer everybody's questions within a minute: the questions have nothing in common."""
    for number in range(25):
        post = town.say(f"asker{number}", START_MS + 12 * MINUTE + number * 90 * SECOND)
        town.answer(post, [f"helper{who}" for who in range(5)], town.between(10, 50))


def readers(town: Town) -> None:
    """Five who follow a tag, read, and answer: after more than a minute, and others after many."""
    for number in range(20):
        post = town.say(f"rower{number}", START_MS + (11 + 2 * number) * MINUTE, "#Regatta")
        town.answer(post, [f"reader{who}" for who in range(5)], town.between(65, 118))
        town.answer(post, [f"slow{who}" for who in range(5)], town.between(240, 2400))


def evening(seed: int, *, bots: bool) -> list[Post | Tick]:
    """Return two hours of the town in event order, and a night in which nobody says anything."""
    town = Town(seed)
    crowd = list(simulate(seed, 4000, accounts=0, posts_per_hour=3000))
    for post in crowd[::6]:
        answerer = crowd[town.random.randrange(len(crowd))].author_id
        town.answer(post, [answerer], lambda: min(3000, 600 * town.random.lognormvariate(0, 1)))
    for scene in (thread_of_strangers, friends, fans, helpers, readers, *((swarm,) if bots else ())):
        scene(town)
    lines = sorted([*crowd, *town.posts], key=lambda post: (post.at, post.id))
    night = lines[-1].at + 420 * MINUTE
    return [*lines, *(Tick(created_at=rfc3339(night), at=night) for _ in range(2))]


def write_lines(path: Path, lines: list[Post | Tick]) -> None:
    path.write_bytes(b"".join(encode_line(line) + b"\n" for line in lines))
