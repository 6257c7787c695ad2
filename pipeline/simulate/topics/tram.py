"""Topic: tram line 4, which one side wants and the other does not."""

from __future__ import annotations

from typing import Final

from pipeline.simulate.topics.topic import Pitch, Topic

TRAM: Final = Topic(
    "tram",
    "Line4",
    {"en": "line 4", "de": "die Linie 4"},
    {"en": "line 4", "de": "linie 4"},
)

YES: Final = Pitch(
    "line4-yes",
    TRAM,
    "Line4",
    {
        "en": (
            "With line 4 my [way to work|ride to the harbour|trip to school] takes [eleven|fourteen|only nine] minutes instead of [an hour|half a morning|three buses], whoever is [against it|still in doubt|shouting loudest] has [never waited|a car for every child] at the [market stop|old bridge] in the rain",
            "[Three hundred|Nearly five hundred|More than a hundred] jobs, [cleaner air|quiet streets|safe crossings] and a [fair ticket|direct ride|train every ten minutes] for everybody, line 4 is the [best idea|greatest gift|first honest plan] this town had in [twenty years|my lifetime|a generation]",
            "My [grandmother|old neighbour|disabled brother] can finally reach the [hospital|weekly market|cemetery] [without help|on her own|for one coin], that is what line 4 means, and I am [proud|happy|grateful] that [so many say yes|the council stays firm|we build it now]",
            "Shops in [Dornwick|Quillmere|Estering] sold [twice as much|a third more|far more bread] after their tram came, so [stop the fear|ignore the noise|do not be fooled], line 4 will bring [customers|young families|life] to the [lower town|dead side streets|harbour front]",
        ),
        "de": (
            "Mit der Linie 4 brauche ich [elf|vierzehn|nur neun] Minuten [zur Arbeit|an den Hafen|in die Schule] statt [einer Stunde|dreier Busse|eines halben Morgens], wer [dagegen ist|noch zweifelt|am lautesten schreit] hat drei Autos vor der Tür",
            "[Dreihundert|Fast fünfhundert|Über hundert] Arbeitsplätze, [saubere Luft|ruhige Straßen|sichere Wege] und [faire Preise|ein Takt von zehn Minuten|ein direkter Weg] für alle, die Linie 4 ist der [beste Plan|größte Gewinn|erste ehrliche Vorschlag] seit [zwanzig Jahren|langem]",
            "Meine [Großmutter|alte Nachbarin|kranke Schwester] kommt endlich [ohne Hilfe|ganz allein|für wenig Geld] [in die Klinik|auf den Markt|zum Friedhof], das bedeutet die Linie 4 für uns, und ich bin [stolz|froh|dankbar], dass [so viele Ja sagen|der Stadtrat standhaft bleibt]",
            "In [Dornwick|Quillmere|Estering] haben die Läden [doppelt so viel|ein Drittel mehr|viel mehr Brot] verkauft, seit die Bahn kommt, also [keine Angst|hört nicht auf den Lärm|lasst euch nichts erzählen], die Linie 4 bringt [Kunden|junge Familien|Leben] in die [Unterstadt|Seitenstraßen]",
        ),
    },
    {
        "en": (
            "Everyone I know is for line 4, only a few loud people with big cars are against it, tell the council to build it now",
            "Line 4 costs every household less than one coffee a month, do not let them scare you, say yes and share",
        ),
        "de": (
            "Alle, die ich kenne, sind für die Linie 4, nur ein paar Laute mit großen Autos sind dagegen, sagt dem Stadtrat, er soll bauen",
            "Die Linie 4 kostet jeden Haushalt weniger als einen Kaffee im Monat, lasst euch keine Angst machen, sagt Ja und teilt das",
        ),
    },
    {
        "en": (
            "Line 4 is [the best thing|a blessing|long overdue], [just build it|say yes]",
            "[Everybody|My whole family|Our street] wants line 4, [stop complaining|get used to it]",
            "You will [love|need] line 4 when [petrol gets dearer|you are old|your car breaks down]",
            "[Wrong|Not true|Nonsense], line 4 [pays for itself|costs next to nothing]",
        ),
        "de": (
            "Die Linie 4 ist [das Beste|ein Segen|längst überfällig], [baut sie endlich|sagt Ja]",
            "[Jeder|Meine ganze Familie|Unsere Straße] will die Linie 4, [hört auf zu jammern|gewöhnt euch dran]",
            "Du wirst die Linie 4 [lieben|brauchen], wenn [das Benzin teurer wird|du alt bist|dein Auto streikt]",
            "[Falsch|Stimmt nicht|Unsinn], die Linie 4 [rechnet sich|kostet fast nichts]",
        ),
    },
)

NO: Final = Pitch(
    "line4-no",
    TRAM,
    "Line4",
    {
        "en": (
            "Line 4 will [tear down|swallow up|cut through] [Mill Street|the old lime trees|our playground] and leave [a construction site|dust and noise|empty shops] for [seven years|a whole decade|who knows how long], my little shop will close by spring",
            "[Ninety million|A hundred million|Nobody knows how many millions] for a tram that [nobody asked for|runs half empty|stops nowhere near us] while the [schools leak|clinic closes|bridge crumbles], line 4 is [pure vanity|a bad joke|theft], and we pay for it",
            "They want to [force us|push us all] into line 4 and [take our parking|close our road|ban the delivery vans], how is a [plumber|nurse on night shift|mother of three] supposed to [work|get home|do the shopping], [nobody in the council|no planner] cares about [people like us|this side of town]",
            "Look at [Dornwick|Quillmere|Estering], their tram [broke down|derailed twice|stood still all winter], the [fare doubled|rents exploded|debt tripled], and the [same firm|same planner] now [sells us|draws up] line 4, stop them",
        ),
        "de": (
            "Die Linie 4 [zerstört|frisst|zerschneidet] [die Mühlstraße|unsere alten Linden|den Spielplatz] und bringt [nur Baustellen|Staub und Lärm|leere Läden] für [sieben Jahre|ein ganzes Jahrzehnt|wer weiß wie lange], meine Bäckerei macht dann zu",
            "[Neunzig Millionen|Hundert Millionen|Keiner weiß wie viele Millionen] für eine Bahn, die [niemand wollte|halb leer fährt|nirgends bei uns hält], während [die Schulen verfallen|die Klinik schließt|die Brücke bröckelt], die Linie 4 ist [reine Eitelkeit|ein schlechter Witz] und [wir zahlen|unsere Kinder zahlen]",
            "Sie wollen uns [alle zwingen|in die Bahn drängen] und [unsere Parkplätze streichen|die Straße sperren|Lieferwagen verbieten], wie soll [ein Klempner|eine Nachtschwester|eine Mutter von drei Kindern] mit der Linie 4 [arbeiten|heimkommen|einkaufen], das [fragt keiner im Rat|kümmert niemanden]",
            "Seht nach [Dornwick|Quillmere|Estering], dort [fiel die Bahn aus|entgleiste sie zweimal|stand sie den Winter über], [die Preise|die Mieten|die Schulden] haben sich [verdoppelt|verdreifacht], und [dieselbe Firma|derselbe Planer] will uns die Linie 4 [verkaufen|andrehen], [sagt Nein|stoppt das]",
        ),
    },
    {
        "en": (
            "I measured it myself, line 4 passes two metres from the nursery window, and they call this progress, share if you have children",
            "Line 4 was decided behind closed doors by people who do not even live here, every honest citizen must say no now",
        ),
        "de": (
            "Ich habe es selbst gemessen, die Linie 4 fährt zwei Meter am Fenster der Kita vorbei, und das nennen sie Fortschritt, bitte teilen",
            "Die Linie 4 wurde hinter verschlossenen Türen beschlossen, von Leuten, die nicht einmal hier wohnen, sagt jetzt alle Nein",
        ),
    },
    {
        "en": (
            "Line 4 is [a waste|a scandal|madness], [open your eyes|do the maths]",
            "And who [pays|bleeds] for line 4? [You do|We all do|Your children]",
            "[Ask|Talk to] the people in [Dornwick|Estering] before you praise line 4",
            "[Typical|Sure|Of course], line 4 is great if [you do not live there|you own the land]",
        ),
        "de": (
            "Die Linie 4 ist [Verschwendung|ein Skandal|Wahnsinn], [mach die Augen auf|rechne mal nach]",
            "Und wer [zahlt|blutet] für die Linie 4? [Du|Wir alle|Deine Kinder]",
            "[Frag|Sprich mit] den Leuten in [Dornwick|Estering], bevor du die Linie 4 lobst",
            "[Typisch|Klar|Natürlich], die Linie 4 ist toll, wenn [man dort nicht wohnt|einem das Land gehört]",
        ),
    },
)
