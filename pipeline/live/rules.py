"""Which streams a line of a foreign topic goes to, after the rules of the configuration. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConfigError
from pipeline.post import Delete, Post
from pipeline.text.normalise import UNSPACED, normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.post import Line
    from pipeline.sections import RouteRule

_TAG_SIGN: Final = re.compile(r"[#$]")


class Words:
    """A post's text and hashtags as keywords are looked for in them; computed once a post, where a rule asks."""

    def __init__(self, post: Post) -> None:
        tags = " ".join(f"#{normalise(tag.lstrip('#'))}" for tag in post.hashtags or ())
        tokens = _TAG_SIGN.sub(lambda sign: f" {sign[0]}", f"{normalise(post.text)} {tags}").split()
        self.tagged = f" {' '.join(tokens)} "
        self.bare = f" {' '.join(token.lstrip('#$') for token in tokens)} "
        self.tokens = frozenset(self.tagged.split()) | frozenset(self.bare.split())


class Keywords:
    """A list of keywords, of which one is enough.

    A keyword is one word or several in a row, in the form that texts are compared in; with ``#`` or ``$`` it is a tag,
    without it is found in tags, too.
    """

    def __init__(self, keywords: Sequence[str]) -> None:
        forms = [(keyword, normalise(keyword)) for keyword in keywords]
        if empty := [keyword for keyword, form in forms if not form.strip("#$ ")]:
            raise ConfigError(f"route.rules: no word in the keyword {empty[0]!r}")
        told = [form for _, form in forms]
        self._inside = [form for form in told if UNSPACED.search(form)]
        self._rows = [f" {form} " for form in told if " " in form and form not in self._inside]
        self._single = frozenset(form for form in told if " " not in form) - frozenset(self._inside)

    def found_in(self, words: Words) -> bool:
        """Whether one of them is in a post."""
        return (
            not self._single.isdisjoint(words.tokens)
            or any(row in words.tagged or row in words.bare for row in self._rows)
            or any(part in words.tagged for part in self._inside)
        )


class Rules:
    """The rules, ready to be asked. Raises ConfigError for a keyword without a word in it."""

    def __init__(self, rules: Sequence[RouteRule]) -> None:
        self._rules = [(rule, Keywords(rule.keywords) if rule.keywords else None) for rule in rules]

    def streams(self, topic: str, line: Line) -> list[str]:
        """Return the streams that a line from a topic goes to, each once, in the order of the rules.

        What a line has not, no rule can ask of it: a deletion has a platform, a tick or a control nothing but its
        topic. A post that lacks what a rule asks for does not fit it.
        """
        fitting = [(rule, keywords) for rule, keywords in self._rules if _fits(rule, topic, line)]
        if not isinstance(line, Post) or all(keywords is None for _, keywords in fitting):
            return list(dict.fromkeys(rule.stream for rule, _ in fitting))
        words = Words(line)
        chosen = [rule.stream for rule, keywords in fitting if keywords is None or keywords.found_in(words)]
        return list(dict.fromkeys(chosen))


def _fits(rule: RouteRule, topic: str, line: Line) -> bool:
    """Whether all but the keywords fits."""
    if rule.topic not in (None, topic):
        return False
    if isinstance(line, Post | Delete) and rule.platform not in (None, line.platform):
        return False
    return not isinstance(line, Post) or (rule.lang in (None, line.lang) and rule.community in (None, line.community))
