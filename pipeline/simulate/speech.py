"""How a crowd talks in its languages: what many say word for word, how people answer, how they come to a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.simulate.draw import one
from pipeline.simulate.vocabulary import ENGLISH, FRENCH, GERMAN, RUSSIAN, SPANISH, TURKISH, Language

if TYPE_CHECKING:
    from random import Random

    from pipeline.simulate.topics.topic import Topic


class Speech(msgspec.Struct, frozen=True):
    """``commonplaces`` are whole posts, ``reactions`` begin an answer, ``asides`` have a place {0} for a topic.

    ``zone_h`` is how far the clock of most speakers is ahead of UTC, ``share`` the language's share of the crowd.
    """

    language: Language
    zone_h: int
    share: float
    commonplaces: tuple[str, ...]
    reactions: tuple[str, ...]
    asides: tuple[str, ...]


SPEECHES: Final = (
    Speech(
        ENGLISH,
        0,
        0.52,
        (
            "Good morning everybody, have a lovely day",
            "Happy birthday to the best mother in the world",
            "Is it Friday yet? Asking for a friend",
            "Can somebody please turn the rain off",
            "I really need a holiday right now",
            "Good night world, see you tomorrow",
            "Why is there never a bus when you need one",
            "Thank you all for the birthday wishes",
            "First coffee of the day, do not talk to me",
            "Sunday evening and nothing is done",
            "Does anybody else have no internet tonight?",
            "Mondays should be forbidden by law",
            "Home at last, shoes off, tea on",
            "What a goal, what a match, what a night",
            "Merry Christmas and a happy new year to all of you",
            "I cannot believe it is already January",
            "This queue is not moving at all",
            "Nothing better than fresh bread in the morning",
            "Power is out again in our street",
            "Weekend starts now",
            "I love this town so much",
            "Some days you just want to stay in bed",
            "Wishing everyone a peaceful weekend",
            "Anyone else awake at this hour?",
        ),
        (
            "I agree",
            "really?",
            "not sure about that",
            "well said",
            "the same here",
            "no way",
            "thank you",
            "what a story",
        ),
        (
            "all this talk about {0} again",
            "still waiting to hear what happens with {0}",
            "does anyone here understand the fuss about {0}",
            "two hours of debate on {0} at dinner",
            "my opinion on {0} changes every day",
            "somebody explain {0} to me",
        ),
    ),
    Speech(
        GERMAN,
        1,
        0.2,
        (
            "Guten Morgen zusammen, habt einen schönen Tag",
            "Alles Gute zum Geburtstag, bleib wie du bist",
            "Ist heute endlich Freitag?",
            "Kann bitte jemand den Regen abstellen",
            "Ich brauche dringend Urlaub",
            "Gute Nacht ihr Lieben, bis morgen",
            "Warum kommt nie ein Bus, wenn man einen braucht",
            "Danke für die vielen Glückwünsche",
            "Erst einmal Kaffee, dann sehen wir weiter",
            "Montage gehören verboten",
            "Was für ein Tor, was für ein Spiel",
            "Einen guten Rutsch und ein gesundes neues Jahr",
            "Endlich Wochenende, Füße hoch",
            "Schon wieder Stromausfall in unserer Straße",
        ),
        ("stimmt", "wirklich?", "da bin ich nicht sicher", "gut gesagt", "hier auch", "niemals", "danke dafür"),
        (
            "schon wieder reden alle über {0}",
            "ich warte noch, was {0} angeht",
            "versteht hier jemand den Streit um {0}",
            "beim Essen zwei Stunden Debatte über {0}",
            "was {0} betrifft, bin ich hin und her gerissen",
        ),
    ),
    Speech(
        SPANISH,
        -5,
        0.12,
        (
            "Buenos días a todos, que tengan un lindo día",
            "Feliz cumpleaños, que cumplas muchos más",
            "Por fin es viernes y el cuerpo lo sabe",
            "Alguien que apague la lluvia por favor",
            "Buenas noches mundo, hasta mañana",
            "Necesito vacaciones con urgencia",
            "Qué golazo, qué partido, qué noche",
            "Feliz año nuevo para todos ustedes",
        ),
        ("totalmente de acuerdo", "en serio?", "no lo creo", "bien dicho", "aquí igual"),
        ("otra vez todos hablan de {0}", "alguien me explica lo de {0}", "dos horas de debate sobre {0}"),
    ),
    Speech(
        FRENCH,
        1,
        0.06,
        (
            "Bonjour à tous et bonne journée",
            "Joyeux anniversaire à la meilleure des mamans",
            "Vivement le week-end, je suis fatigué",
            "Bonne nuit tout le monde, à demain",
            "Quel but, quel match, quelle soirée",
            "Bonne année et surtout bonne santé",
        ),
        ("tout à fait d'accord", "vraiment?", "pas si sûr", "bien dit", "ici aussi"),
        ("encore et toujours {0}", "qui peut m'expliquer {0}", "deux heures de débat sur {0}"),
    ),
    Speech(
        TURKISH,
        3,
        0.05,
        (
            "Herkese günaydın, güzel bir gün olsun",
            "Doğum günün kutlu olsun, nice mutlu yıllara",
            "Hayırlı cumalar, dualarınız kabul olsun",
            "İyi geceler dünya, yarın görüşürüz",
            "Bir tatile çok ihtiyacım var",
            "Yeni yılınız kutlu olsun",
        ),
        ("kesinlikle katılıyorum", "gerçekten mi?", "emin değilim", "güzel söyledin"),
        ("yine herkes {0} konuşuyor", "biri bana {0} meselesini anlatsın"),
    ),
    Speech(
        RUSSIAN,
        3,
        0.05,
        (
            "Всем доброе утро и хорошего дня",
            "С днём рождения, счастья и здоровья",
            "Наконец-то пятница, ура",
            "Всем спокойной ночи, до завтра",
            "Срочно нужен отпуск",
            "С новым годом, друзья",
        ),
        ("полностью согласен", "правда?", "не уверен", "хорошо сказано"),
        ("опять все говорят про {0}", "кто-нибудь объяснит, что с {0}"),
    ),
)
SPEECH_SHARES: Final = tuple(speech.share for speech in SPEECHES)
SPEECH_OF: Final = {speech.language.code: speech for speech in SPEECHES}


def commonplace(random: Random, language: Language) -> str:
    """Return what many say word for word; the first ones are said most."""
    said = SPEECH_OF[language.code].commonplaces
    return said[int(len(said) * random.random() ** 2)]


def aside(random: Random, language: Language, topic: Topic) -> str:
    """Return a few words on a topic, with its keyword in them; a foreigner names its hashtag."""
    noun = topic.noun.get(language.code, f"#{topic.tag}")
    return one(random, SPEECH_OF[language.code].asides).format(noun)
