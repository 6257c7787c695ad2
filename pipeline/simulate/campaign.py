"""The campaign of the scenario ``single``: hired accounts that post a few templates again and again, each time with other words in the slots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.simulate.author import DAY_MS, Author, make_post
from pipeline.simulate.draw import fill
from pipeline.simulate.vocabulary import ENGLISH, GERMAN, Language

if TYPE_CHECKING:
    from random import Random

    from pipeline.post import Post

NAME: Final = "dirty-water"
TAG: Final = "HarrowfenWater"

TEMPLATES: Final[tuple[tuple[Language, str], ...]] = (
    (
        ENGLISH,
        (
            "The tap water in [Harrowfen|our town|the old quarter] made my [mother|little son|neighbour] really [sick|ill|weak] "
            "and the water company [says nothing|keeps quiet|looks away], [who|which mayor] answers for this?"
        ),
    ),
    (
        ENGLISH,
        (
            "I will never [drink|use|trust] this water again, [brown|smelly|cloudy] since [Monday|the storm|last week] and the "
            "council only [laughs|sends letters|raises the price] while families [suffer|pay|wait]"
        ),
    ),
    (
        ENGLISH,
        (
            "Ask the [mayor|council|company] why the [northern|eastern|old] pumping station of Harrowfen was [sold|closed|left "
            "to rot] and who [got|took|hid] the money, people want the [truth|whole story|names] now"
        ),
    ),
    (
        GERMAN,
        (
            "Das Trinkwasser in Harrowfen [stinkt|schmeckt bitter|ist braun] und mein [Sohn|Vater|Nachbar] liegt seit "
            "[gestern|Montag|Tagen] krank im Bett, die [Stadt|Firma|Verwaltung] schweigt dazu, das ist ein [Skandal|Verbrechen]"
        ),
    ),
    (
        GERMAN,
        (
            "Wer [hat|gab|nahm] das Geld für die alte Pumpstation [bekommen|kassiert|versteckt], wir zahlen und bekommen "
            "[dreckiges|giftiges|trübes] Wasser, der [Bürgermeister|Stadtrat|Betreiber] muss endlich [gehen|reden|zahlen]"
        ),
    ),
)


class Campaign:
    """Accounts bought together: born within a fortnight, few followers, all with one client."""

    def __init__(self, random: Random, accounts: int, now: int) -> None:
        self._random = random
        born = now - 60 * DAY_MS
        self._accounts = [
            Author(
                author_id=f"c{number:04d}",
                born=born + int(14 * DAY_MS * random.random()),
                followers=random.randrange(30),
                following=80 + random.randrange(60),
                client="Web",
                language=ENGLISH,
            )
            for number in range(accounts)
        ]

    def post(self, number: int, at: int) -> Post:
        """Return the next post of the campaign at an event time in ms."""
        random = self._random
        author = self._accounts[random.randrange(len(self._accounts))]
        language, template = TEMPLATES[random.randrange(len(TEMPLATES))]
        text = fill(random, template)
        if random.random() < 0.8:
            text += f" #{TAG}"
        post = make_post(number, at, author, text, campaign=NAME)
        post.lang = language.code
        return post
