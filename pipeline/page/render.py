"""Pages as HTML: a report of one file that asks for nothing, and the pages of a console. Every text is escaped."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.incidents.answer import Verdict
from pipeline.page import drawing, embedded
from pipeline.text.shown import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.page.model import IncidentPage, IncidentRow, Overview
    from pipeline.page.words import Words


NAME_CHARS: Final = 80
"""Characters of a name or keyword that are shown; the rest is in its title."""


class ConsoleContext(msgspec.Struct, frozen=True):
    """What a console adds to a page.

    ``csrf`` goes back with a verdict, which is asked for where ``may_answer``. ``streams`` are those that may be
    looked at, ``stream`` the one chosen, None for all. ``author`` is who is signed in, "" for nobody. ``waiting`` is a
    verdict that was sent and that no worker has told yet, "" for none.
    """

    nonce: str
    csrf: str
    may_answer: bool
    streams: list[str]
    stream: str | None
    author: str
    waiting: Verdict | Literal[""] = ""


def render_report(overview: Overview, pages: Sequence[IncidentPage], words: Words) -> str:
    """Return a whole report: the overview, then each incident. It asks for nothing from anywhere."""
    return _render(
        "report.html.j2",
        words,
        overview=overview,
        pages=pages,
        policy=embedded.report_policy(),
        linked={each.head.incident_id for each in pages},
    )


def render_overview(overview: Overview, words: Words, *, console: ConsoleContext) -> str:
    """Return the first page of a console."""
    linked = {row.incident_id for row in overview.incidents} | {burst.incident_id for burst in overview.bursts}
    return _render("console_overview.html.j2", words, overview=overview, console=console, linked=linked)


def render_incident(page: IncidentPage, words: Words, *, console: ConsoleContext) -> str:
    """Return the page of an incident with the form for a verdict."""
    return _render("console_incident.html.j2", words, page=page, console=console)


def render_search(query: str, found: Sequence[IncidentRow], words: Words, *, console: ConsoleContext) -> str:
    """Return the incidents that a search found; an empty query asks for one."""
    linked = {row.incident_id for row in found}
    return _render("console_search.html.j2", words, query=query, found=found, console=console, linked=linked)


def render_login(words: Words, *, console: ConsoleContext, wrong: bool) -> str:
    """Return the form that asks for the token; ``wrong`` after one that was not it."""
    return _render("console_login.html.j2", words, console=console, wrong=wrong)


def render_message(title: str, text: str, words: Words, *, console: ConsoleContext) -> str:
    """Return a page that says one thing, such as that there is no such incident."""
    return _render("console_message.html.j2", words, title=title, text=text, console=console)


def render_row(row: IncidentRow, words: Words, *, console: ConsoleContext) -> str:
    """Return the row of an incident in the list of an overview, to be put into a page that is open."""
    return _render("row.html.j2", words, row=row, console=console, linked={row.incident_id})


def _render(template: str, words: Words, **values: Any) -> str:
    return _environment().get_template(template).render(words=words, **values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"shown": safe, "iso": _iso, "share": _share, "brief": _brief, "score": _score, "cut": _cut}
    environment.globals |= {
        "chart_data": embedded.chart_data,
        "by_weight": drawing.by_weight,
        "draw_edges": drawing.draw_edges,
        "draw_evidence": drawing.draw_evidence,
        "draw_lanes": drawing.draw_lanes,
        "draw_timeline": drawing.draw_timeline,
        "embed": embedded.embed,
        "fingerprint": embedded.fingerprint,
        "radii": drawing.radii,
        "dot": drawing.DOT,
        "ramp": drawing.ramp,
        "sparkline": drawing.sparkline,
        "static": embedded.static,
    }
    return environment


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def _share(share: float) -> str:
    """Return a share as a length in an SVG."""
    return f"{100 * share:.4g}%"


def _brief(value: float) -> float:
    """Return a number with 3 significant digits, whole ones as they are."""
    return float(f"{value:.3g}") if abs(value) < 1000 else round(value)


def _score(value: float) -> float:
    """Return a score with 3 digits, rounded down: nothing is told to be certain."""
    return math.floor(value * 1000) / 1000


def _cut(text: str, most: int = NAME_CHARS) -> str:
    """Return a text that is short enough for a cell."""
    return text if len(text) <= most else text[: most - 1] + "…"
