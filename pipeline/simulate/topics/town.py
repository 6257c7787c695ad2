"""Topics: the clinic that is to close, the wind turbines of Dornwick, the bridge toll."""

from __future__ import annotations

from typing import Final

from pipeline.simulate.topics.topic import Pitch, Topic

CLINIC: Final = Topic(
    "clinic",
    "HarrowfenClinic",
    {"en": "the clinic", "de": "die Klinik"},
    {"en": "clinic", "de": "klinik"},
)
TURBINES: Final = Topic(
    "turbines",
    "DornwickWind",
    {"en": "the wind turbines", "de": "die Windräder"},
    {"en": "turbines", "de": "windräder"},
)
TOLL: Final = Topic(
    "toll",
    "BridgeToll",
    {"en": "the bridge toll", "de": "die Brückenmaut"},
    {"en": "toll", "de": "maut"},
)

CLOSE: Final = Pitch(
    "clinic-lies",
    CLINIC,
    "SaveTheClinic",
    {
        "en": (
            "They close the clinic and [my daughter|my husband|the old baker] will [bleed to death|wait two hours|die] on the road to [Quillmere|Estering|Marrowby], [thank the minister|blame the council|remember their names], [forty beds|the whole ward|the night surgery] gone for nothing",
            "A [nurse|doctor|porter] told me that the clinic [hides the numbers|sends patients home|has no bandages left] because [the owners|some investors|the chiefs] [cash in|want the land|sold everything], we were lied to and the press sleeps",
            "[Last night|On Sunday|Yesterday] I sat [five hours|till dawn|half the night] in the clinic with [a broken arm|my sick baby|my mother], [one single doctor|nobody at the desk|two tired nurses], and they buy new offices, I am done",
            "Every [decent person|mother|voter] in Harrowfen should [ring the minister|stand at the gate|write a letter] before the clinic is [sold for scrap|locked for good|torn down], [they count on our silence|they think we sleep|they fear us], [prove them wrong|be loud|do it today]",
        ),
        "de": (
            "Sie schließen die Klinik und [meine Tochter|mein Mann|die alte Bäckerin] wird [verbluten|zwei Stunden warten|sterben] auf dem Weg nach [Quillmere|Estering|Marrowby], [dankt dem Minister|merkt euch die Namen|fragt den Rat], [vierzig Betten|eine ganze Station|die Nachtchirurgie] weg für Luxuswohnungen",
            "Eine [Schwester|Ärztin|Pflegerin] hat mir erzählt, dass die Klinik [Zahlen versteckt|Kranke heimschickt|kein Verbandszeug hat], weil [die Eigner|ein paar Investoren|die Chefs] [kassieren|das Land wollen|alles verkauft haben], [wir werden belogen|keiner tritt zurück], und die Presse schläft",
            "[Gestern Nacht|Am Sonntag|Neulich] saß ich [fünf Stunden|bis zum Morgen|die halbe Nacht] in der Klinik mit [gebrochenem Arm|meinem kranken Kind|meiner Mutter], [ein einziger Arzt|niemand am Schalter|zwei müde Schwestern], aber [Millionen für Büros|Geld für Gemälde] haben sie, ich bin fertig damit",
            "Jeder [anständige Mensch|Wähler|Nachbar] in Harrowfen sollte [den Minister anrufen|vor dem Tor stehen|einen Brief schreiben], bevor die Klinik [verscherbelt|für immer zugesperrt|abgerissen] wird, [sie zählen auf unser Schweigen|sie denken, wir schlafen|sie fürchten uns], seid laut",
        ),
    },
    {
        "en": (
            "A child died in the corridor of the clinic on Sunday because no doctor was on duty and they want to hide it, spread the word",
            "The clinic is closing because the minister's friend wants the land for a hotel, now you know",
        ),
        "de": (
            "Am Sonntag ist ein Kind im Flur der Klinik gestorben, weil kein Arzt da war, und sie wollen es vertuschen, sagt es weiter",
            "Die Klinik schließt, weil ein Freund des Ministers dort ein Hotel bauen will, jetzt wisst ihr es",
        ),
    },
    {
        "en": (
            "The clinic [lies|hides deaths|was sold], [ask a nurse|believe me]",
            "[Do not go|Never go|Stay away] there, the clinic [has no doctors|sent my mother home]",
            "[Who|What minister] earns money when the clinic closes? [Think|Exactly]",
            "You [defend|like] the clinic's chiefs? [They do not care about you|Shame]",
        ),
        "de": (
            "Die Klinik [lügt|verschweigt Tote|ist verkauft], [frag eine Schwester|glaub mir]",
            "[Geh nicht|Geht nie|Bloß nicht] dorthin, die Klinik [hat keine Ärzte|schickte meine Mutter heim]",
            "[Wer|Welcher Minister] verdient, wenn die Klinik schließt? [Denk nach|Eben]",
            "Du [verteidigst|magst] die Chefs der Klinik? [Die scheren sich nicht um dich|Schäm dich]",
        ),
    },
)

NOISE: Final = Pitch(
    "no-turbines",
    TURBINES,
    "StopDornwickWind",
    {
        "en": (
            "Since the turbines [turn|hum|flicker] above Dornwick [my cows|our hens|the neighbour's horses] [give no milk|lay no eggs|will not eat], [I cannot sleep|my head aches|the children cry] and the firm never answers",
            "[Eagles|Storks|Hundreds of bats] lie [dead|cut in two|without wings] under the turbines of [Dornwick|the north ridge|the moor] and the [greens|planners|owners] [look away|clear them up at night|call it progress], ask the farmers, this is a crime",
            "[Not one|No single|None of those] kilowatt from the turbines [reaches us|lowers my bill|stays here], the power goes to [the capital|a data centre|abroad], but the [noise|shadow|broken road] is [ours for ever|left to us|in our bedrooms], [who was bribed|who signed that|tear them down]",
            "My house by the turbines lost [a third|half|nearly all] of its value in [one year|a summer|months], [the bank wants its money|no buyer even calls|we are trapped], and the [landowner|mayor|councillor] who [leased the hill|signed it] bought a boat",
        ),
        "de": (
            "Seit sich die Windräder über Dornwick [drehen|zeigen|hören lassen], [geben meine Kühe|legen die Hühner|fressen die Pferde] nichts mehr, [ich schlafe nicht|mir dröhnt der Kopf|die Kinder weinen], und [der Gutachter|die Firma|das Amt] schickt ein Faltblatt",
            "[Adler|Störche|Hunderte Fledermäuse] liegen [tot|zerteilt|ohne Flügel] unter den Windrädern von [Dornwick|Altheide|Nordkuppe], das ist [ein Verbrechen|Mord], doch [die Planer|die Eigner|das Amt] [sehen weg|räumen nachts auf], [ich habe Fotos|fragt die Bauern]",
            "[Keine einzige|Nicht eine|Keine] Kilowattstunde der Windräder [bleibt bei uns|senkt meine Rechnung], der Strom geht [in die Hauptstadt|an ein Rechenzentrum|ins Ausland], aber [der Lärm|der Schatten|die kaputte Straße] [bleibt uns|liegt uns im Schlafzimmer], [wer wurde geschmiert|reißt sie ab]",
            "Mein Haus hat durch die Windräder [ein Drittel|die Hälfte|fast den ganzen Wert] verloren, in [einem Jahr|einem Sommer|wenigen Monaten], [die Bank will ihr Geld|kein Käufer ruft an|wir sitzen fest], und [der Verpächter|der Bürgermeister|ein Stadtrat] wohnt in Spanien",
        ),
    },
    {
        "en": (
            "Two turbines burnt last night near Dornwick and the fire brigade was told to keep quiet about it, pass it on",
            "They will put ninety more turbines around Harrowfen next year, the secret map is out, share it everywhere",
        ),
        "de": (
            "Letzte Nacht brannten bei Dornwick zwei Windräder und die Feuerwehr sollte schweigen, gebt es weiter",
            "Nächstes Jahr kommen neunzig Windräder rund um Harrowfen, die geheime Karte ist da, teilt sie überall",
        ),
    },
    {
        "en": (
            "The turbines [kill birds|make us ill|bring nothing], [tear them down|look it up]",
            "You do not [live|sleep] under the turbines, [we do|so be quiet|come and listen]",
            "[Clean|Green|Free] energy? The turbines [burnt last night|run on taxes]",
            "[Who|Which councillor] leased the land for the turbines? [Right|Guess]",
        ),
        "de": (
            "Die Windräder [töten Vögel|machen krank|bringen nichts], [weg damit|lies mal nach]",
            "Du [wohnst|schläfst] nicht unter den Windrädern, [wir schon|also sei still|komm her und hör zu]",
            "[Sauber|Grün|Gratis]? Die Windräder [brannten letzte Nacht|leben von Steuern]",
            "[Wer|Welcher Stadtrat] hat das Land für die Windräder verpachtet? [Eben|Rate mal]",
        ),
    },
)

PAY: Final = Pitch(
    "toll-anger",
    TOLL,
    "BridgeToll",
    {
        "en": (
            "The toll takes [nine coins a day|half my wages|more than my rent] from [every nurse|the bus drivers|us cleaners] who [cross at dawn|live over the river|work nights], and the [barrier|camera|machine] was built by a friend, do not pay",
            "On [Friday|Saturday|Monday] we [block the bridge|honk at noon|walk across], the toll must [fall|go|die], [bring your children|tell the farmers|fill the road], the mayor already trembles, they are few",
            "I asked the [treasurer|toll office|mayor] where the toll [goes|ends up|is booked] and he [hung up|laughed|went pale], [two hundred thousand|a million|every third coin] is [missing|unaccounted for|in a private fund], open the books, this town is awake now",
            "[Tourists|Rich weekenders|Council cars] drive free while [bakers|teachers|pensioners] pay the toll [twice a day|like fools|with their last coins], [justice looks different|explain that to my kids|what a comedy], tear up the ticket and share this",
        ),
        "de": (
            "Die Maut frisst [neun Münzen am Tag|meinen halben Lohn|mehr als die Miete] von [jeder Schwester|den Busfahrern|uns Putzfrauen], die [im Morgengrauen fahren|drüben wohnen|nachts arbeiten], die [Schranke|Kamera|Anlage] hat doppelt gekostet, haltet zusammen",
            "Am [Freitag|Samstag|Montag] [sperren wir die Brücke|hupen wir um zwölf|gehen wir hinüber], die Maut muss [fallen|weg|sterben], [bringt die Kinder mit|sagt es den Bauern|füllt die Straße], der Bürgermeister zählt sein Geld, keiner hält uns auf",
            "Ich habe [den Kämmerer|das Mautamt|den Bürgermeister] gefragt, wo die Maut [hingeht|landet|verbucht wird], da [legte er auf|lachte er|wurde er blass], [zweihunderttausend|eine Million|jede dritte Münze] [fehlt|ist verschwunden|liegt privat], öffnet die Bücher, diese Stadt wacht auf",
            "[Touristen|Reiche aus der Hauptstadt|Dienstwagen] fahren umsonst, aber [Bäcker|Lehrerinnen|Rentner] zahlen die Maut [zweimal am Tag|wie die Dummen|vom letzten Geld], [gerecht ist das nicht|erklärt das meinen Kindern|welch ein Theater], zerreißt die Karte, teilt das",
        ),
    },
    {
        "en": (
            "From next month the toll doubles and they will announce it on the holiday so that nobody reads it, tell everyone you know",
            "Not one coin of the toll went into the bridge, it is crumbling, my brother is an engineer and he will not cross it",
        ),
        "de": (
            "Ab nächstem Monat verdoppelt sich die Maut und sie verkünden es am Feiertag, damit es keiner liest, sagt es allen",
            "Keine Münze der Maut floss in die Brücke, sie bröckelt, mein Bruder ist Ingenieur und fährt nicht mehr darüber",
        ),
    },
    {
        "en": (
            "The toll is [theft|a joke|a scandal], [do not pay|refuse it]",
            "Where does the toll [go|end up]? [Ask the treasurer|Not into the bridge|Guess]",
            "[Next month|Soon|By spring] the toll doubles, [did you know|mark my words]",
            "You pay the toll and [they drive free|councillors laugh], [wake up|great deal]",
        ),
        "de": (
            "Die Maut ist [Diebstahl|ein Witz|ein Skandal], [zahl nicht|weigere dich]",
            "Wo [bleibt|landet] die Maut? [Frag den Kämmerer|Nicht in der Brücke|Rate mal]",
            "[Nächsten Monat|Bald|Im Frühling] verdoppelt sich die Maut, [wusstest du das|denk an mich]",
            "Du zahlst die Maut und [die fahren frei|der Rat lacht], [wach auf|tolles Geschäft]",
        ),
    },
)
