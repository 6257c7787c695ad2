"""Text of strangers as it is shown: every character visible, none obeyed."""

from __future__ import annotations

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def safe(text: str, *, lines: bool = False) -> str:
    r"""Return text with control, format and bidi characters as escapes such as ``\x1b`` and ``\u202e``.

    With ``lines`` its line breaks are kept, otherwise they are spaces.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if unicodedata.category(c) not in _HIDDEN or (lines and c == "\n") else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return {"\n": " ", "\t": " "}.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
