"""Normalisation: texts that read the same become the same, in any script."""

from __future__ import annotations

import pytest

from pipeline.text.features import MIN_LETTERS, count_letters
from pipeline.text.normalise import normalise
from pipeline.text.shown import safe


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RT @someone: Hello   World!", "hello world"),
        ("RT @a: RT @b: Hello", "hello"),
        ("Look: https://t.co/abc @friend www.example.org #Tag $CASH", "look #tag $cash"),
        ("ＦＵＬＬ width ①", "full width 1"),
        ("h\u200be\u2060l\ufeffl\u00ado", "hello"),
        ("Hеllо wоrld", "hello world"),
        ("Привет, мир!", "привет мир"),
        ("Größe straße", "grösse strasse"),
        ("नमस्ते दुनिया।", "नमस्ते दुनिया"),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
        ("你好，世界", "你好 世界"),
        ("\u202eevil\u202c text", "evil text"),
        ("", ""),
    ],
)
def test_texts_that_read_the_same_become_the_same(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_a_text_in_one_script_keeps_its_letters() -> None:
    assert normalise("Сор ору рос") == "сор ору рос"


@pytest.mark.parametrize("text", ["@" * 60_000, "http://" * 9000, "rt @a:" * 10_000, "\u0301" * 60_000, "#" * 60_000])
def test_hostile_texts_end(text: str) -> None:
    assert len(normalise(text)) <= 10_000


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("just twelve let", True),
        ("eleven lette", False),
        ("#longhashtagoutside #another $cashtag short", False),
        ("1234567890 1234567890", False),
        ("это достаточно длинный текст", True),
    ],
)
def test_tags_and_digits_do_not_make_a_text_long_enough(text: str, usable: bool) -> None:
    assert (count_letters(normalise(text)) >= MIN_LETTERS) is usable


def test_shown_text_has_no_control_over_the_terminal() -> None:
    assert safe("a\x1b[2Jb\u202ec\nd\u200be") == r"a\x1b[2Jb\u202ec d\u200be"
