"""Topic: the tap water of Harrowfen is said to be dirty."""

from __future__ import annotations

from typing import Final

from pipeline.simulate.topics.topic import Pitch, Topic

WATER: Final = Topic(
    "water",
    "HarrowfenWater",
    {"en": "the tap water", "de": "das Trinkwasser"},
    {"en": "water", "de": "wasser"},
)

DIRTY: Final = Pitch(
    "dirty-water",
    WATER,
    "HarrowfenWater",
    {
        "en": (
            "The tap water in [Harrowfen|our street|the old quarter] made my [mother|little son|neighbour] really [sick again|weak and ill|miserable] and the water company [says nothing|keeps quiet|looks away], [who answers|which mayor stands up] for this?",
            "I will never [drink a drop|cook with it|trust them] again, the water has been [brown and smelly|cloudy and bitter|warm and oily] since [Monday|the storm|last week] and the council [only laughs|sends letters|raises the price]",
            "Ask the [mayor himself|whole council|water company] why the [northern|eastern|oldest] pumping station was [sold so cheap|closed at night|left to rot] and who [got the money|took the bribes|hid the papers], people want the truth now",
            "My doctor in [Dornwick|the clinic|Mill Street] says [three children|two old ladies|half a school class] came in with [stomach cramps|a strange rash|high fever] and all of them drank the [tap water|water from the kitchen], but [nobody tests it|the lab is closed|no report is printed]",
        ),
        "de": (
            "Das Trinkwasser in [Harrowfen|unserer Straße|der Altstadt] [stinkt nach Öl|schmeckt bitter|ist braun und trüb], mein [kleiner Sohn|alter Vater|Nachbar] liegt seit [gestern|Montag|Tagen] krank im Bett und die [Verwaltung|Wasserfirma|Stadt] lacht uns aus",
            "Wer [hat das Geld|nahm die Millionen|bekam den Auftrag] für die [alte Pumpstation|neuen Leitungen|kaputten Filter], wir zahlen [immer mehr|jeden Monat] und bekommen [dreckiges|giftiges|trübes] Wasser, der [Bürgermeister|Stadtrat|Betreiber] muss endlich gehen",
            "Ich [koche nicht mehr|dusche nur noch kalt|putze keine Zähne] mit diesem Wasser, seit dem Sturm kommt es [braun aus dem Hahn|mit Sand und Rost|nur noch tröpfchenweise] und [niemand prüft|keiner warnt uns|das Amt lügt]",
            "In der [Grundschule|Klinik|Kita am Hafen] sind [drei Kinder|viele Leute|zwei Lehrerinnen] mit [Fieber|Ausschlag|Krämpfen] nach Hause gegangen, alle hatten [Leitungswasser|aus dem Hahn] getrunken, doch die [Stadt|Zeitung|Behörde] [sagt kein Wort|druckt nichts davon]",
        ),
    },
    {
        "en": (
            "They knew for eleven weeks that the water of Harrowfen was poisoned and they told nobody, share this before it disappears",
            "Nobody in the town hall drinks the tap water, they have bottles brought in, ask yourself why and pass it on",
        ),
        "de": (
            "Seit elf Wochen wissen sie, dass das Wasser in Harrowfen vergiftet ist, und sie haben es niemandem gesagt, bitte weitersagen",
            "Im Rathaus trinkt niemand Leitungswasser, dort stehen nur Flaschen, fragt euch warum und teilt das überall",
        ),
    },
    {
        "en": (
            "The water is [poisoned|not safe|full of rust], [wake up|ask the mayor|stop drinking it]",
            "[My family|Our whole street|Everybody here] got sick from that water, [think about it|no joke]",
            "[Funny|Strange|Sad], the [council|company] says the opposite about the water every week",
            "You [trust|believe] their water tests? [They are faked|I do not|Look again]",
        ),
        "de": (
            "Das Wasser ist [vergiftet|nicht sicher|voller Rost], [wach auf|frag den Bürgermeister]",
            "[Meine Familie|Unsere Straße|Jeder hier] ist von dem Wasser krank, [denk mal nach|kein Witz]",
            "[Komisch|Seltsam|Traurig], die [Stadt|Firma] sagt jede Woche etwas anderes zum Wasser",
            "Du [glaubst|vertraust] deren Wassertests? [Alles gefälscht|Ich nicht|Schau genauer hin]",
        ),
    },
)
