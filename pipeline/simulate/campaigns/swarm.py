"""Bots that react to a keyword: the same accounts answer within seconds, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipeline.simulate.draw import between, fill, moments, one, some, whole
from pipeline.simulate.part import Campaign, Scene
from pipeline.simulate.talk import ADDRESSED
from pipeline.simulate.topics.all import PITCHES
from pipeline.simulate.topics.topic import keywords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.post import Post
    from pipeline.simulate.author import Author


class Swarm(Campaign, frozen=True, kw_only=True):
    """A reply swarm: an ordinary post with a keyword of the topic gets up to ``answers`` replies within ``seconds``.

    ``alert`` is the share of such posts that it reacts to, once ``pause`` seconds have passed since it did so last.
    """

    kind: ClassVar[str] = "reply-swarm"
    pitch: str
    answers: int
    seconds: float
    alert: float
    pause: float = 0.0

    def play(self, scene: Scene) -> Iterator[int]:
        """Listen from begin to end."""
        words = keywords(PITCHES[self.pitch].topic)
        accounts: dict[str, list[Author]] = {name: [] for name in self.platforms}
        for author in scene.hire(self):
            accounts[author.platform].append(author)

        rested = scene.begin

        def hear(post: Post) -> None:
            nonlocal rested
            ready, text = accounts.get(post.platform), post.text.casefold()
            if not ready or post.at < rested or not any(word in text for word in words):
                return
            if scene.random.random() < self.alert:
                rested = post.at + int(self.pause * 1000)
                scene.stage.enter(self._answer(scene, ready, post))

        yield scene.begin
        scene.stage.listeners.append(hear)
        yield scene.end
        scene.stage.listeners.remove(hear)

    def _answer(self, scene: Scene, ready: list[Author], post: Post) -> Iterator[int]:
        random = scene.random
        taking_part = some(random, ready, whole(random, 1, self.answers))
        begin = scene.stage.now + int(between(random, 1, 4) * 1000)
        times = moments(random, begin, scene.stage.now + int(self.seconds * 1000), len(taking_part))
        for at, author in zip(times, taking_part, strict=True):
            yield at
            text = fill(random, one(random, PITCHES[self.pitch].replies[self.language]))
            mention = f"@{post.author_id} " if random.random() < ADDRESSED else ""
            scene.say(
                author,
                mention + text,
                lang=self.language,
                reply_to=post.id,
                mentions=[post.author_id] if mention else None,
                community=post.community,
            )
