"""Catalogues of words: the same keys in every language, and a word for all that the engine has a name for."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, get_args

import pytest
from support.sentences import RULES

from pipeline.detect.assess import Kind
from pipeline.detect.baseline import FIELDS
from pipeline.detect.evidence import _THINGS
from pipeline.detect.rule import Bound, Reason
from pipeline.detect.severity import Severity
from pipeline.incidents.answer import Verdict
from pipeline.incidents.model import EventType, Status
from pipeline.page.forms import Place
from pipeline.page.sentences import _sentences
from pipeline.page.words import LANGUAGES, Words, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

PIPELINE = Path(__file__).parents[2] / "pipeline"
SAME = {
    *("verdict", "score", "client", "text", "link", "hashtag", "reposts", "communities-reached", "Client", "Score"),
    *("Link", "Text", "Hashtag", "Reposts", "Alarm", "Stream", "Streams", "Community", "Live"),
}
"""Words that German has from English."""

UNSHOWN = ("trail", "whatif", "explanation", "answer", "links", "model", "public", "allow")
"""Modules whose words no page shows: those of `turfwatch explain`, messages of errors, ids."""

SPOKEN = [
    path
    for folder in ("detect", "incidents")
    for path in sorted((PIPELINE / folder).glob("*.py"))
    if path.stem not in UNSHOWN
]


def leaves(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield path + key, value


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


ENGLISH = dict(leaves(catalogue("en")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_with_the_same_places_and_no_empty_word(language: str) -> None:
    said = dict(leaves(catalogue(language)))

    assert set(said) == set(ENGLISH)
    assert [key for key, text in said.items() if places(text) != places(ENGLISH[key])] == []
    assert [key for key, text in said.items() if not text.strip()] == []


def is_said(text: str) -> bool:
    """Whether there is a word between the places that needs a language."""
    return text not in SAME and re.search(r"[^\W\d_]{2,}", re.sub(r"\{\w+\}| in ", "", text)) is not None


def test_german_words_are_german() -> None:
    german = dict(leaves(catalogue("de")))

    assert [(key, text) for key, text in german.items() if text == ENGLISH[key] and is_said(text)] == []


def signals() -> Iterator[re.Pattern[str]]:
    """Names of signals as the code writes them: those that it puts together, as patterns."""
    for path in SPOKEN:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "signal":
                parts = node.value.values if isinstance(node.value, ast.JoinedStr) else [node.value]
                yield re.compile(
                    "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in parts)
                )


@pytest.mark.parametrize("table", ["signal", "signal_why"])
def test_every_signal_has_a_name_and_a_reason(table: str) -> None:
    said = Words("en").part(table)
    found = list(signals())

    assert len(found) > 15
    assert [each.pattern for each in found if not any(each.fullmatch(name) for name in said)] == []
    assert [name for name in said if not any(each.fullmatch(name) for each in found)] == []
    assert {f"alike-{field}" for field in (*FIELDS, "client")} <= set(said)


def test_every_rule_of_the_gate_has_a_name() -> None:
    tree = ast.parse((PIPELINE / "detect" / "gate.py").read_text())
    written = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and "Steps" in ast.dump(node)}

    names = set(Words("en").part("rule"))

    assert names == {rule.name for rule in RULES}
    assert names == {name for name in written if name.startswith("of_")}


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("kind", get_args(Kind)),
        ("kind_why", get_args(Kind)),
        ("severity", get_args(Severity)),
        ("status", get_args(Status)),
        ("event", [event.partition(".")[2] for event in (*get_args(EventType), "incident.verdict", "incident.digest")]),
        ("verdict", get_args(Verdict)),
        ("reason", get_args(Reason)),
        ("bound", get_args(Bound)),
        ("object", [*(kind.name.lower() for kind in _THINGS), "keyword"]),
    ],
)
def test_all_that_the_engine_names_has_a_word(table: str, names: list[str]) -> None:
    assert set(Words("en").part(table)) == set(names)


def test_things_and_measures_have_a_word() -> None:
    german = _sentences("de")

    assert set(german._things) == set(_THINGS.values())
    assert {"accounts", "posts", "severity", "score", "kind", *FIELDS, "client"} == set(Words("en").part("measured"))


def literals(path: Path) -> Iterator[str]:
    """The strings of a module and the fixed parts of those that it fills in, docstrings and errors apart."""
    tree = ast.parse(path.read_text())
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise | ast.Assert) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            silent |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def words_in(text: str) -> str:
    return text.strip(" ;:,.()\"'0123456789")


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: str(path.stem))
def test_all_that_a_module_says_in_words_stands_in_a_form(path: Path) -> None:
    """What is added to a sentence, or is a new one, must be given its German: what nobody translated is found here."""
    german = _sentences("de")
    known = [
        "".join("\0" if isinstance(part, Place) else str(part) for group in form.english for part in group.parts)
        for form in german.forms
    ]
    known += [*german._things, *Words("en").part("bound")]

    said = [words_in(each) for each in literals(path)]
    spoken = [each for each in said if re.search(r"\w \w", each)]

    assert [each for each in spoken if not any(each in form for form in known)] == []


def test_a_sentence_that_nobody_translated_would_be_found(tmp_path: Path) -> None:
    new = tmp_path / "new.py"
    new.write_text(
        '"""What it is."""\n\n\ndef f(n):\n    return Signal(signal="x", text=f"{n} accounts sing in tune")\n'
    )

    assert [words_in(each) for each in literals(new)] == ["x", "accounts sing in tune"]
