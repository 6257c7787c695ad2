"""What goes into a page whole: data for its scripts, script and style, and the policy that lets only these run."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec
from markupsafe import Markup

from pipeline.text.shown import safe

if TYPE_CHECKING:
    from pipeline.page.model import AccountShown, IncidentPage
    from pipeline.page.words import Words

SCRIPT: Final = "page.js"
STYLE: Final = "page.css"
STATIC: Final = (SCRIPT, STYLE)
"""Files that a console serves under ``/static/``."""

ACCOUNT_FIELDS: Final = (
    *("platform", "account", "role", "first_post_at", "posts", "shared", "created_at", "followers", "following"),
    *("client", "community", "group"),
)

_HIDDEN: Final = (
    *(*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF),
    *range(0xD800, 0xE000),  # halves of characters, which no file can hold
)
_ESCAPES: Final = {code: f"\\u{code:04x}" for code in (*map(ord, "<>&"), *_HIDDEN)}
"""What could end an element, and what would turn the lines of a page's source round."""


@lru_cache(maxsize=len(STATIC))
def static(name: str) -> str:
    """Return a built file. Raises KeyError for a name that is none of them."""
    if name not in STATIC:
        raise KeyError(name)
    return (files("pipeline.page") / "static" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return what changes whenever a built file does, so that a browser keeps no old one."""
    return sha256("".join(map(static, STATIC)).encode()).hexdigest()[:12]


def embed(value: object) -> Markup:
    """Return a value as JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return Markup(text)  # noqa: S704 - what could be markup has just been escaped


def source_hash(text: str) -> str:
    """Return an inlined script or style as a source of a content security policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def report_policy() -> str:
    """Return the policy of a report: it asks for nothing, and only its own script and style run."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {source_hash(static(SCRIPT))}",
            f"style-src {source_hash(static(STYLE))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def chart_data(page: IncidentPage, words: Words) -> dict[str, Any]:
    """Return what the scripts of an incident's page need, names and marks as they are shown."""
    network = page.network
    return {
        "id": page.head.incident_id,
        "timeline": page.timeline and {**msgspec.to_builtins(page.timeline), "keyword": safe(page.timeline.keyword)},
        "marks": _marks(page, words),
        "network": network
        and {
            "nodes": [[_short(n.x), _short(n.y), _rank(n.rank), n.size, n.group, n.account] for n in network.nodes],
            "edges": network.edges,
            "grouped": network.grouped,
            "groups": network.groups,
            "dots": [[account, _short(x), _short(y), _rank(rank)] for account, x, y, rank in network.members_at],
        },
        "fields": ACCOUNT_FIELDS,
        "accounts": [_account(each) for each in page.accounts],
    }


def _marks(page: IncidentPage, words: Words) -> list[tuple[int, str, str]]:
    """Return events and bursts as (ms, what it says, what it is); "other" is an event of an incident merged into it."""
    events = [(mark, mark.event.removeprefix("incident.")) for mark in page.life]
    own = page.head.incident_id
    return [
        *((mark.at, words(f"event.{event}"), event if mark.incident_id == own else "other") for mark, event in events),
        *(
            (each.opened_at, words("timeline.burst", keyword=safe(each.label or each.keyword)), "burst")
            for each in page.bursts
        ),
    ]


def _account(each: AccountShown) -> list[str | int | None]:
    return [
        *(each.platform, each.name, each.role, each.first_at, each.posts, each.shared),
        *(each.born, each.followers, each.following, each.client, each.community, _number(each.group)),
    ]


def _number(group: int | None) -> int | None:
    """Return a group as people count."""
    return None if group is None else group + 1


def _short(value: float) -> float:
    return round(value, 4)


def _rank(rank: float | None) -> float | None:
    return None if rank is None else round(rank, 3)
