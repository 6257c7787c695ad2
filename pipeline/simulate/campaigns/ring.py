"""Bought reach: the same accounts repost the same few authors in step."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipeline.simulate.crowd import ordinary
from pipeline.simulate.draw import between, fill, moments, one, some
from pipeline.simulate.part import MINUTE_MS, Campaign, Scene
from pipeline.simulate.talk import own_words
from pipeline.simulate.topics.all import PITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.post import Post
    from pipeline.simulate.author import Author


class Ring(Campaign, frozen=True, kw_only=True):
    """An amplification ring. Its ``customers``, ordinary accounts, post ``posts`` times in all; the ring reposts them.

    ``share`` is the part of the ring that takes part each time, ``within`` the minutes it takes. The customers' posts
    carry no label: they are what is reposted.
    """

    kind: ClassVar[str] = "amplification-ring"
    pitch: str
    customers: int
    posts: int
    share: float
    within: float

    def play(self, scene: Scene) -> Iterator[int]:
        """Post as a customer, and send the ring after each post."""
        random, stage = scene.random, scene.stage
        accounts = scene.hire(self)
        customers = [
            ordinary(
                random, stage.crowd.names.another(), stage.crowd.now, platform=self.platforms[0], language=self.language
            )
            for _ in range(self.customers)
        ]
        scene.targets.update(customer.author_id for customer in customers)
        last = scene.end - (scene.end - scene.begin) * 0.1
        for at in moments(random, scene.begin, last, self.posts):
            yield at
            customer = one(random, customers)
            if random.random() < 0.6:
                text = fill(random, one(random, PITCHES[self.pitch].templates[self.language]))
            else:
                text = own_words(random, customer, ())
            post = stage.say(customer, text)
            stage.enter(self._amplify(scene, accounts, post))
            stage.enter(self._applaud(scene, post))

    def _amplify(self, scene: Scene, accounts: list[Author], post: Post) -> Iterator[int]:
        random = scene.random
        taking_part = some(random, accounts, max(2, int(len(accounts) * self.share * between(random, 0.7, 1.3))))
        begin = scene.stage.now + int(between(random, 5, 60) * 1000)
        times = moments(random, begin, begin + self.within * MINUTE_MS, len(taking_part), front=1.3)
        for at, author in zip(times, taking_part, strict=True):
            yield at
            scene.repost(author, post)

    def _applaud(self, scene: Scene, post: Post) -> Iterator[int]:
        """Let a few strangers repost it, too: they believe that it is popular."""
        random, crowd = scene.random, scene.stage.crowd
        for at in moments(random, post.at, post.at + 60 * MINUTE_MS, random.randrange(4)):
            yield at
            scene.stage.repost(crowd.stranger(random, post.platform), post)
