"""Topic: whether the town sells its ferry."""

from __future__ import annotations

from typing import Final

from pipeline.simulate.topics.topic import Pitch, Topic

FERRY: Final = Topic(
    "ferry",
    "HarrowfenFerry",
    {"en": "the ferry", "de": "die Fähre"},
    {"en": "ferry", "de": "fähre"},
)

SELL: Final = Pitch(
    "ferry-sell",
    FERRY,
    "HarrowfenFerry",
    {
        "en": (
            "The ferry was [late again|cancelled twice|stuck in the mud] this [morning|week|month], the town [cannot run it|has no money left|proves it every day], let [a proper company|somebody who knows ships|private owners] take over and we all win",
            "I [grew up with|have worked on|love] the ferry, but [sentiment|nostalgia|old stories] will not [mend the engine|pay the fuel|paint the hull], selling it is [common sense|the only way|simply honest], and the [buyers promised|contract says] more trips",
            "[Four million|Six million|Every year millions] of our taxes [sink with|go down in|are burnt by] the ferry, that would be [two new schools|a swimming pool|forty teachers], sell it [before it is too late|while somebody pays|now] and [spend the money on us|stop the waste]",
            "People who [shout about|cry for|defend] the town's ferry have [not used it|not paid a ticket|never stood in the queue] for [years|ages|a decade], the [new owners|investors] bring [heated cabins|a bar on board|tickets by phone], what is wrong with that",
        ),
        "de": (
            "Die Fähre kam [wieder zu spät|zweimal gar nicht|nicht vom Schlick los], die Stadt kann es nicht, lasst [eine richtige Firma|Leute, die etwas verstehen|private Eigner] ran, dann [fahren die Schiffe|gewinnen wir alle]",
            "Ich [bin mit der Fähre groß geworden|habe auf der Fähre gearbeitet|mag die Fähre], aber [Gefühle|Nostalgie|alte Geschichten] [reparieren keinen Motor|bezahlen kein Öl|streichen keinen Rumpf], verkaufen ist [vernünftig|der einzige Weg|ehrlich], die [Käufer|neuen Eigner] versprechen billige Karten",
            "[Vier Millionen|Sechs Millionen|Jedes Jahr Millionen] Steuergeld [versinken mit|gehen unter mit|verbrennt] die Fähre, davon gäbe es [zwei Schulen|ein Schwimmbad|vierzig Lehrer], verkauft sie, [bevor es zu spät ist|solange jemand zahlt|jetzt gleich] und [gebt das Geld uns|beendet die Verschwendung]",
            "Wer für die [städtische|alte|ewig kaputte] Fähre [schreit|weint|kämpft], hat seit [Jahren|Ewigkeiten|zehn Jahren] [keine Karte gekauft|nie in der Schlange gestanden], die [neuen Eigner|Investoren] bringen [warme Kabinen|eine Bar an Bord|Karten per Telefon], was ist daran schlimm",
        ),
    },
    {
        "en": (
            "Eight out of ten people in Harrowfen want the ferry sold, the council just does not dare to say it, share this and make them listen",
            "My ferry ticket paid for the director's new garden, that is what public ownership means, sell the ferry today",
        ),
        "de": (
            "Acht von zehn Leuten in Harrowfen wollen die Fähre verkaufen, der Rat traut sich nur nicht, es zu sagen, teilt das",
            "Meine Fahrkarte hat dem Direktor den neuen Garten bezahlt, das heißt städtisches Eigentum, verkauft die Fähre heute noch",
        ),
    },
    {
        "en": (
            "Sell the ferry [and be done|already|now], [it only costs|nobody needs a museum]",
            "The ferry [never works|is always late|is a wreck], [private firms do better|look at Quillmere]",
            "[Honestly|Come on|Please], who still [believes in|rides] the town's ferry",
            "[Sold|Private] ferry, [better|cheaper|faster] ferry, [simple as that|that is all]",
        ),
        "de": (
            "Verkauft die Fähre [und gut ist|endlich|jetzt], [sie kostet nur|keiner braucht ein Museum]",
            "Die Fähre [geht nie|kommt immer zu spät|ist ein Wrack], [Firmen können das besser|schaut nach Quillmere]",
            "[Ehrlich|Ach komm|Bitte], wer [glaubt noch an|fährt noch mit] die städtische Fähre",
            "[Verkaufte|Private] Fähre, [bessere|billigere|schnellere] Fähre, [ganz einfach|fertig]",
        ),
    },
)

KEEP: Final = Pitch(
    "ferry-keep",
    FERRY,
    "HarrowfenFerry",
    {
        "en": (
            "If they sell the ferry the [last boat|night boat|school boat] is gone by [autumn|Christmas|next year], [the island|old Dornwick|the far shore] will be [cut off|a ghost town|for the rich], [my parents|forty families|our pupils] [live there|depend on it], do not look away",
            "The buyers of the ferry [closed|ruined|stripped] the line in [Quillmere|Estering|Marrowby] within [a year|two winters|months], [sacked the crew|sold the pier|tripled the fare] and [vanished|bought yachts], and our [mayor|council|treasurer] [shakes their hands|calls it a chance]",
            "That ferry [carried us|belongs to us|was paid by us] through the war, it is [not for sale|no toy of investors|our bridge], whoever [signs the contract|takes their money|votes for it] will be remembered",
            "Why does [nobody print|no reporter ask|the paper hide] that the [cousin of the mayor|treasurer's wife|head of the port] [works for|owns a share of|advises] the firm that [wants|gets] the ferry, ask them, this stinks",
        ),
        "de": (
            "Wenn die Fähre verkauft wird, ist das [letzte Boot|Nachtboot|Schulboot] bis [Herbst|Weihnachten|nächstes Jahr] weg, [die Insel|Alt-Dornwick|das andere Ufer] ist dann [abgeschnitten|ausgestorben|nur für Reiche], [meine Eltern|vierzig Familien|unsere Schüler] brauchen sie",
            "Die Käufer der Fähre haben die Linie in [Quillmere|Estering|Marrowby] in [einem Jahr|zwei Wintern|wenigen Monaten] [zugemacht|ruiniert|ausgeschlachtet], [die Leute entlassen|den Steg verkauft|den Preis verdreifacht], und unser [Bürgermeister|Rat|Kämmerer] gibt ihnen die Hand",
            "Diese Fähre [trug uns|gehört uns|haben wir bezahlt] [durch den Krieg|seit neunzig Jahren|durch jede Flut], sie ist [nicht zu verkaufen|kein Spielzeug für Investoren|unsere Brücke], wer [unterschreibt|das Geld nimmt|dafür stimmt], wird nicht wieder gewählt",
            "Warum [druckt niemand|fragt kein Reporter|verschweigt die Zeitung], dass [ein Vetter des Bürgermeisters|die Frau des Kämmerers|der Hafenchef] bei der Firma [arbeitet|Anteile hat|berät], die die Fähre [will|bekommt], folgt dem Geld, das stinkt",
        ),
    },
    {
        "en": (
            "They will sell the ferry on Thursday while everybody looks at the storm, tell your neighbours tonight",
            "My father steered the ferry for thirty years and would be ashamed of this council, no sale, never",
        ),
        "de": (
            "Am Donnerstag verkaufen sie die Fähre, während alle auf den Sturm schauen, sagt es heute Abend euren Nachbarn",
            "Mein Vater hat dreißig Jahre die Fähre gesteuert und würde sich für diesen Rat schämen, kein Verkauf, niemals",
        ),
    },
    {
        "en": (
            "The ferry is [ours|not for sale|no toy], [hands off|remember Quillmere]",
            "[Soon|Then|Next year] you [pay triple|swim] when the ferry is sold, [happy now|well done]",
            "[Who|Which cousin] gets the ferry? [Follow the money|Ask the mayor]",
            "[Never|No way|Over my dead body], the ferry [stays|belongs to the town]",
        ),
        "de": (
            "Die Fähre [gehört uns|ist nicht zu verkaufen|ist kein Spielzeug], [Finger weg|denkt an Quillmere]",
            "[Bald|Dann|Nächstes Jahr] [zahlst du das Dreifache|schwimmst du], wenn die Fähre weg ist, [zufrieden|prima]",
            "[Wer|Welcher Vetter] bekommt die Fähre? [Folgt dem Geld|Fragt den Bürgermeister]",
            "[Niemals|Auf keinen Fall|Nur über meine Leiche], die Fähre [bleibt|gehört der Stadt]",
        ),
    },
)
