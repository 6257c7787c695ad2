"""Words of an invented town. Sentences are put together from them, so that two strangers rarely write the same."""

from __future__ import annotations

from typing import Final

import msgspec


class Language(msgspec.Struct, frozen=True):
    """Parts of a sentence: each list is independent of the others."""

    code: str
    openers: tuple[str, ...]
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    places: tuple[str, ...]
    endings: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


ENGLISH: Final = Language(
    "en",
    _words(
        "honestly, well, so, ok then, funny thing, today, last night, this morning, finally, guess what, no joke, yes,"
        "once again, after all, meanwhile, for once, quick note, just saying, turns out, on the way home"
    ),
    _words(
        "my sister, our neighbour, the old baker, a tired nurse, the new teacher, somebody, my boss, the kids, two cyclists,"
        "a stray cat, the choir, my uncle, the postwoman, a tourist, the landlord, our team, grandma, the librarian,"
        "a street band, the plumber, my flatmate, the ferry crew"
    ),
    _words(
        "painted, forgot, bought, repaired, dropped, borrowed, finished, found, sold, hid, photographed, baked, cleaned,"
        "lost, ordered, returned, cancelled, wrapped, measured, described, washed, planted"
    ),
    _words(
        "a blue bicycle, the kitchen window, three lemon cakes, an old radio, the garden fence, a wool jacket, her umbrella,"
        "the wrong key, a box of records, the ferry ticket, a chess board, some tomato plants, the broken lamp,"
        "a pair of boots, the crossword, two theatre seats, an accordion, the bus timetable, a jar of honey"
    ),
    _words(
        "near the harbour, at the weekly market, behind the station, on Mill Street, in the library, next to the bakery,"
        "at the swimming pool, under the old bridge, in Harrowfen, by the lighthouse, in the tram, on the third floor,"
        "opposite the museum, at the allotments, outside the cinema, by the duck pond"
    ),
    _words(
        "and nobody noticed, which made me laugh, before it rained, for the second time, while the bells rang, as promised,"
        "and I was late again, so we had tea, without a word, what a day, until the lights went out, quite proudly,"
        "and the dog agreed, despite the wind, just in time, with a wink"
    ),
)
GERMAN: Final = Language(
    "de",
    _words(
        "ehrlich gesagt, na ja, heute früh, gestern Abend, endlich, kein Witz, übrigens, schon wieder, kurz notiert,"
        "wie immer, unterwegs, zum Glück, tatsächlich, nebenbei, immerhin, neulich"
    ),
    _words(
        "meine Schwester, unser Nachbar, die Bäckerin, der Hausmeister, eine Touristin, mein Onkel, der Chor, die Lehrerin,"
        "unser Verein, der Briefträger, die Katze, ein Straßenmusiker, meine Chefin, der Fährmann, Oma, die Kinder"
    ),
    _words(
        "vergaß, kaufte, reparierte, verlor, fand, malte, verschenkte, putzte, bestellte, suchte, versteckte, tauschte,"
        "backte, pflanzte, fotografierte, verpackte"
    ),
    _words(
        "ein blaues Fahrrad, den Regenschirm, drei Zitronenkuchen, das alte Radio, die Wollmütze, den falschen Schlüssel,"
        "eine Kiste Schallplatten, die Fahrkarte, das Küchenfenster, zwei Theaterkarten, ein Glas Honig, die Stehlampe,"
        "das Kreuzworträtsel, ein Paar Stiefel, den Gartenzaun"
    ),
    _words(
        "am Hafen, auf dem Wochenmarkt, hinter dem Bahnhof, in der Mühlstraße, in der Bücherei, neben der Bäckerei,"
        "im Freibad, unter der alten Brücke, in Harrowfen, am Leuchtturm, in der Straßenbahn, im dritten Stock"
    ),
    _words(
        "und niemand hat es gemerkt, kurz vor dem Regen, zum zweiten Mal, ganz ohne Worte, was für ein Tag, wie versprochen,"
        "trotz des Windes, gerade noch rechtzeitig, bis das Licht ausging, und alle lachten"
    ),
)
SPANISH: Final = Language(
    "es",
    _words("la verdad, por fin, anoche, esta mañana, otra vez, sin broma, de camino, menos mal, oye, resulta que"),
    _words(
        "mi hermana, el vecino, la panadera, un turista, la profesora, el coro, mi tío, los niños, la cartera, un músico"
    ),
    _words("pintó, olvidó, compró, arregló, perdió, encontró, vendió, escondió, limpió, fotografió"),
    _words(
        "una bicicleta azul, el paraguas, tres tartas de limón, la radio vieja, la llave equivocada, una caja de discos,"
        "el billete del ferry, dos entradas de teatro, un tarro de miel, la lámpara rota"
    ),
    _words(
        "en el puerto, en el mercado, detrás de la estación, en la biblioteca, junto al faro, en Harrowfen, en el tranvía,"
        "bajo el puente viejo"
    ),
    _words(
        "y nadie se dio cuenta, antes de la lluvia, por segunda vez, sin decir nada, vaya día, a pesar del viento,"
        "justo a tiempo, con una sonrisa"
    ),
)
RUSSIAN: Final = Language(
    "ru",
    _words("честно говоря, ну вот, сегодня утром, вчера вечером, наконец, опять, кстати, к счастью"),
    _words("моя сестра, наш сосед, старый пекарь, учительница, почтальон, мой дядя, дети, уличный музыкант"),
    _words("купил что-то похожее на, забыл, потерял, нашёл, продал, спрятал, починил, сфотографировал"),
    _words(
        "синий велосипед, зонтик, старое радио, три лимонных пирога, коробку пластинок, банку мёда, сломанную лампу"
    ),
    _words("у гавани, на рынке, за вокзалом, в библиотеке, возле маяка, в трамвае, под старым мостом"),
    _words("и никто не заметил, перед дождём, второй раз, без единого слова, ну и день, несмотря на ветер"),
)
FRENCH: Final = Language(
    "fr",
    _words(
        "franchement, enfin, hier soir, ce matin, encore une fois, sans blague, en chemin, heureusement, figurez-vous"
    ),
    _words(
        "ma sœur, le voisin, la boulangère, un touriste, la maîtresse, le chœur, mon oncle, les enfants, le facteur,"
        "une musicienne, mon chef, mamie"
    ),
    _words("a peint, a oublié, a acheté, a réparé, a perdu, a trouvé, a vendu, a caché, a nettoyé, a photographié"),
    _words(
        "un vélo bleu, le parapluie, trois gâteaux au citron, la vieille radio, la mauvaise clé, une caisse de disques,"
        "le billet du bac, deux places de théâtre, un pot de miel, la lampe cassée"
    ),
    _words(
        "au port, au marché, derrière la gare, à la bibliothèque, près du phare, à Harrowfen, dans le tram,"
        "sous le vieux pont"
    ),
    _words(
        "et personne n'a rien vu, avant la pluie, pour la deuxième fois, sans un mot, quelle journée, malgré le vent,"
        "juste à temps, avec le sourire"
    ),
)
TURKISH: Final = Language(
    "tr",
    _words("açıkçası, sonunda, dün gece, bu sabah, yine, şaka değil, yolda, neyse ki, meğer"),
    _words(
        "kız kardeşim, komşumuz, fırıncı, bir turist, öğretmen, koro, amcam, çocuklar, postacı, bir müzisyen, babaannem"
    ),
    _words("için bakıyor, ararken gördü, diye sordu, satın aldı dediği, ile uğraşıyor, yüzünden güldü, için bekledi"),
    _words(
        "mavi bisiklet, şemsiye, üç limonlu kek, eski radyo, yanlış anahtar, bir kutu plak, vapur bileti,"
        "iki tiyatro bileti, bir kavanoz bal, kırık lamba"
    ),
    _words("limanda, pazarda, istasyonun arkasında, kütüphanede, deniz fenerinde, tramvayda, eski köprünün altında"),
    _words(
        "kimse fark etmedi, yağmurdan önce, ikinci kez, tek söz etmeden, ne gündü ama, rüzgâra rağmen, tam zamanında"
    ),
)
LANGUAGES: Final = (ENGLISH, GERMAN, SPANISH, RUSSIAN)
LANGUAGE_SHARES: Final = (0.62, 0.2, 0.12, 0.06)
TAGS: Final = (
    "Harrowfen",
    "HarbourFest",
    "MondayMood",
    "Regen",
    "Fahrrad",
    "LibraryNight",
    "mercado",
    "TeaTime",
)
HEADLINES: Final = (
    "{0} council votes to reopen the {1} tram line after eleven years",
    "Storm warning for {0}: ferries to {1} stay in harbour until noon",
    "Choir of {0} wins the national contest with a song about {1}",
    "Hafenverwaltung {0} verschiebt den Umbau der Werft {1} um zwei Jahre",
    "Swimming pool {0} opens in spring, {1} pays for the roof",
    "Trial against {0} begins in {1}, forty witnesses are called",
    "Museum {0} shows lost drawings by {1} for the first time",
)
SYLLABLES: Final = _words(
    "bra, dor, fen, gil, har, jan, kel, lim, mor, nev, ost, pel, quin, rav, sol, tov, und, vik, wal, yor, zet, ash, bel, cor"
)
