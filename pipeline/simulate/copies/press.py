"""Headlines of invented newspapers, in English and German."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.simulate.chatter import name
from pipeline.simulate.draw import one

if TYPE_CHECKING:
    from random import Random

_ENGLISH: Final = (
    (
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
        "lighthouse {0} goes dark",
        "fishermen of {0} meet the minister",
        "library {0} lends out tools and ladders",
        "fire destroys sawmill near {0}",
        "goalkeeper {0} signs for three seasons",
        "bees return to the roofs of {0}",
    ),
    (
        "after eleven years",
        "on Monday night",
        "for the third time",
        "despite warnings",
        "ahead of the elections",
        "without a permit",
        "in record time",
        "once and for all",
    ),
    (
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
    ),
)
_GERMAN: Final = (
    (
        "Hafen {0} verschiebt den Umbau der Werft",
        "Gericht kippt Bebauungsplan für {0}",
        "Zoo {0} meldet Nachwuchs bei den Ottern",
        "Bahnstrecke nach {0} gesperrt",
        "Theater {0} spielt vor leeren Rängen",
        "Schneider {0} schließt seine Werkstatt",
        "Feuerwehr rettet Schwan am Wehr {0}",
        "Schulbus nach {0} bleibt im Schnee stecken",
        "Chronik von {0} auf Dachboden entdeckt",
        "Landrat besucht Deich bei {0}",
    ),
    (
        "nach elf Jahren",
        "am Dienstag",
        "zum Jahresende",
        "ohne Genehmigung",
        "zum dritten Mal",
        "trotz aller Warnungen",
        "vor der Wahl",
        "über Nacht",
    ),
    (
        "Anwohner hoffen auf {0}",
        "warum {0} trotzdem zuversichtlich ist",
        "so geht es jetzt weiter",
        "die Opposition verlangt Auskunft",
        "unser Reporter war dabei",
        "drei Fragen an {0}",
        "Kosten höher als geplant",
        "Nachbarn aus {0} hatten es geahnt",
    ),
)


def headline(random: Random) -> str:
    """Return a headline that hardly comes twice."""
    events, times, details = _GERMAN if random.random() < 0.25 else _ENGLISH
    event = one(random, events).format(f"{name(random)} {name(random)}")
    return f"{event[0].upper()}{event[1:]} {one(random, times)}: {one(random, details).format(name(random))}"
