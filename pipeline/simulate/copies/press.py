"""Headlines of invented newspapers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.simulate.chatter import name
from pipeline.simulate.draw import one

if TYPE_CHECKING:
    from random import Random

_EVENTS: Final = (
    "council votes to reopen {0} tram depot",
    "storm keeps ferries to {0} in harbour",
    "choir of {0} wins national contest",
    "trial against {0} begins with forty witnesses",
    "museum finds lost drawings by {0}",
    "swimming pool {0} gets a new roof",
    "baker {0} sells the last sourdough",
    "police close road to {0} after landslide",
    "school {0} starts lessons in a tent",
    "rents in {0} rise faster than wages",
    "lighthouse {0} goes dark for the first time",
    "fishermen of {0} meet the minister",
    "library {0} lends out tools and ladders",
    "fire destroys sawmill near {0}",
    "goalkeeper {0} signs for three seasons",
    "bees return to the roofs of {0}",
    "Hafenverwaltung {0} verschiebt den Umbau der Werft",
    "Gericht kippt Bebauungsplan für {0}",
    "Zoo {0} meldet Nachwuchs bei den Ottern",
    "Bahnstrecke nach {0} bleibt bis März gesperrt",
)
_TIMES: Final = (
    "after eleven years",
    "on Monday night",
    "for the third time",
    "despite warnings",
    "ahead of the elections",
    "without a permit",
    "in record time",
    "once and for all",
    "am Dienstag",
    "zum Jahresende",
)
_DETAILS: Final = (
    "residents speak of a miracle",
    "costs twice as high as planned",
    "what we know and what we do not",
    "mayor {0} wants answers",
    "a reporter was there",
    "experts warn of a second winter",
    "neighbours in {0} had seen it coming",
    "the story behind the picture",
    "three questions to {0}",
    "the opposition calls for a vote",
    "Anwohner hoffen auf {0}",
    "warum {0} trotzdem zuversichtlich ist",
    "so geht es jetzt weiter",
)


def headline(random: Random) -> str:
    """Return a headline that hardly comes twice."""
    event = one(random, _EVENTS).format(f"{name(random)} {name(random)}")
    return f"{event[0].upper()}{event[1:]} {one(random, _TIMES)}: {one(random, _DETAILS).format(name(random))}"
